"""All that members can type: each command with its names, its help, and who answers it.

Discord's slash commands, Slack's manifest and `!help` are made from this list; the members' guides must name each.
"""

from collections.abc import Sequence

from bot.answering import general_messages
from bot.answering.answering import Answering
from bot.core.askers import Asker
from bot.core.commands import Command, Parameter, Vocabulary
from bot.core.messages import Message
from bot.handwriting import consent_messages
from bot.organisers.organising import organising_topic


async def _titles(it: Answering, asker: Asker, typed: str) -> Sequence[tuple[str, str]]:
    return [(event.title, event.title) for event in await it.telling.suggest_events(asker.room, typed)]


async def _reports(it: Answering, asker: Asker, typed: str) -> Sequence[tuple[str, str]]:
    return [(report.title, report.title) for report in await it.telling.suggest_reports(asker, typed)]


async def _model(it: Answering, asker: Asker, words: str) -> Message:
    return await (it.changing_model.model(asker, words) if it.changing_model else it.help(asker))


async def _samples_for_organisers(it: Answering, asker: Asker, words: str) -> Message:
    """Where nobody else reads it; elsewhere organisers have `/tsudoi data`, for their eyes alone."""
    if it.organising is None or not asker.is_alone:
        return general_messages.pages_elsewhere(it.texts(asker.language), "data")
    return await it.organising.open(asker, "data")


async def _organise(it: Answering, asker: Asker, words: str) -> Message:
    """Where nobody else reads it; a chat with servers answers its organisers by itself."""
    if it.organising is None or not asker.is_alone:
        return await it.help(asker)
    return await it.organising.open(asker, organising_topic(words))


NEXT: Command[Answering] = Command(
    "next",
    ("次", "つぎ", "次回"),
    lambda texts: texts.gettext("The next event. {sign}next 3: the next three, {sign}next WORD: those that match."),
    lambda it, asker, words: it.communities.answer(asker, lambda asker: it.telling.next(asker, words)),
    Parameter("How many events, or a word to look for", _titles),
)
EVENTS: Command[Answering] = Command(
    "events",
    ("イベント", "予定", "一覧"),
    lambda texts: texts.gettext("All planned events."),
    lambda it, asker, words: it.communities.answer(asker, it.telling.events),
)
REPORT: Command[Answering] = Command(
    "report",
    ("レポート", "報告"),
    lambda texts: texts.gettext("The report of an event: {sign}report 4"),
    lambda it, asker, words: it.communities.answer(asker, lambda asker: it.reporting.report(asker, words)),
    Parameter("The number of the event, or a word of its title", _reports),
)
REPORTS: Command[Answering] = Command(
    "reports",
    ("レポート一覧", "報告一覧"),
    lambda texts: texts.gettext("All reports."),
    lambda it, asker, words: it.communities.answer(asker, it.reporting.reports),
)
DRAFT: Command[Answering] = Command(
    "draft",
    ("下書き", "したがき"),
    lambda texts: texts.gettext("A draft for an event's report, for organisers"),
    lambda it, asker, words: it.drafting.draft(asker, words),
    Parameter("The number of the event, or a word of its title"),
    is_private=True,
    is_for_organisers=True,
    asks_for_rights=True,
)
REMIND: Command[Answering] = Command(
    "remind",
    ("リマインド", "思い出させて"),
    lambda texts: texts.gettext("Reminds you alone: {sign}remind 4 3d 1h"),
    lambda it, asker, words: it.communities.answer(asker, lambda asker: it.reminding.remind(asker, words)),
    usage="4 3d 1h",
    is_private=True,
)
REMINDERS: Command[Answering] = Command(
    "reminders",
    ("リマインド一覧",),
    lambda texts: texts.gettext("Your reminders."),
    lambda it, asker, words: it.reminding.reminders(asker),
    is_private=True,
)
READ: Command[Answering] = Command(
    "read",
    ("読んで", "よんで"),
    lambda texts: texts.gettext("Reads handwritten hiragana in a picture you upload."),
    lambda it, asker, words: it.how_to_read(asker),
    is_of_reading=True,
)
SAMPLES: Command[Answering] = Command(
    consent_messages.SAMPLES[0],
    (consent_messages.SAMPLES[1], "サンプル"),
    lambda texts: texts.gettext("The characters you gave for training."),
    lambda it, asker, words: it.teaching.own.samples(asker),
    is_private=True,
    is_of_reading=True,
)
EXPORT: Command[Answering] = Command(
    consent_messages.EXPORT[0],
    (consent_messages.EXPORT[1], "エクスポート"),
    lambda texts: texts.gettext("Gives you all that I keep about you, as a file."),
    lambda it, asker, words: it.teaching.own.export(asker),
    is_private=True,
)
FORGET: Command[Answering] = Command(
    consent_messages.FORGET[0],
    (consent_messages.FORGET[1], "わすれて"),
    lambda texts: texts.gettext("Erases all that I keep about you."),
    lambda it, asker, words: it.teaching.own.forget(asker),
    is_private=True,
)
PRIVACY: Command[Answering] = Command(
    "privacy",
    ("プライバシー", "個人情報"),
    lambda texts: texts.gettext("What I keep, why, and how long."),
    lambda it, asker, words: it.teaching.own.privacy(asker),
    is_private=True,
)
DATA: Command[Answering] = Command(
    "data",
    ("データ",),
    lambda texts: texts.gettext("For organisers"),
    _samples_for_organisers,
    is_private=True,
    is_for_organisers=True,
    asks_for_rights=True,
)
QUIZ: Command[Answering] = Command(
    "quiz",
    ("クイズ", "くいず"),
    lambda texts: texts.gettext("Asks you to write a character, and says how well it can be read."),
    lambda it, asker, words: it.quizzing.quiz(asker, words),
    is_of_reading=True,
    for_now=True,
)
MODEL: Command[Answering] = Command(
    "model",
    ("モデル",),
    lambda texts: texts.gettext("Which model reads, and how well."),
    _model,
    is_of_reading=True,
    asks_for_rights=True,
)
HELP: Command[Answering] = Command(
    "help", ("ヘルプ", "使い方"), lambda texts: texts.gettext("This list."), lambda it, asker, words: it.help(asker)
)
TSUDOI: Command[Answering] = Command(
    "tsudoi",
    ("集い", "つどい"),
    lambda texts: texts.gettext("For organisers"),
    _organise,
    usage="setup | sources | rooms | rehearse | status",
    is_private=True,
    is_for_organisers=True,
    asks_for_rights=True,
)

VOCABULARY = Vocabulary(
    (
        NEXT,
        EVENTS,
        REPORT,
        REPORTS,
        DRAFT,
        REMIND,
        REMINDERS,
        READ,
        SAMPLES,
        DATA,
        QUIZ,
        MODEL,
        PRIVACY,
        EXPORT,
        FORGET,
        HELP,
        TSUDOI,
    )
)
COMMANDS = VOCABULARY.commands


def is_for_now(name: str) -> bool:
    """Whether a command of this name is of no use minutes after it was given."""
    typed = VOCABULARY.parse(f"!{name}")
    return typed is not None and typed.command is not None and typed.command.for_now
