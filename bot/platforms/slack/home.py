"""The app's home: the next events, what the member is reminded of, their samples, and how the bot speaks."""

from collections.abc import Iterator
from dataclasses import replace

from bot.answering.answering import Answering
from bot.answering.commands import EVENTS, NEXT, QUIZ, REMINDERS, SAMPLES
from bot.core.askers import Asker
from bot.core.messages import Button, Message, MessageKind
from bot.handwriting.quiz_messages import Move, PlayQuiz
from bot.locales import LANGUAGES, Texts
from bot.platforms.slack.forms import Json, text_of
from bot.platforms.slack.render import BLOCKS_OF_VIEW, HEADER, render

_MOST_OF_A_PART = 30  # blocks


async def home_view(answering: Answering, asker: Asker, notice: Message | None = None) -> Json:
    """Return the home of a member; `notice` answers what they pressed there."""
    asker = replace(asker, language=asker.own_language)  # nobody else reads it
    texts = answering.texts(asker.language)
    parts = [
        ("", notice),
        ("", await NEXT.answer(answering, asker, "")),  # with 🔔, and its way into calendars
        (texts.gettext("Next events"), await EVENTS.answer(answering, asker, "")),
        (texts.gettext("Your reminders"), await REMINDERS.answer(answering, asker, "")),
        ("", _quiz(texts) if answering.reader.is_on(asker.room) else None),
        (texts.gettext("Your samples"), await SAMPLES.answer(answering, asker, "")),
        *await _for_organisers(answering, asker, texts),
        ("", _language(texts)),
    ]
    blocks = [block for title, said in parts if said is not None for block in _part(title, said)]
    return {"type": "home", "blocks": blocks[:BLOCKS_OF_VIEW]}


async def _for_organisers(answering: Answering, asker: Asker, texts: Texts) -> list[tuple[str, Message]]:
    """Return how the bot is, for those who look after it."""
    if answering.organising is None or not asker.may_organise:
        return []
    return [(texts.gettext("For organisers"), await answering.organising.open(asker, "status"))]


def _part(title: str, said: Message) -> Iterator[Json]:
    if title:
        yield {"type": "header", "text": text_of(title, HEADER)}
    yield from render(said, _MOST_OF_A_PART)["blocks"]
    yield {"type": "divider"}


def _quiz(texts: Texts) -> Message:
    """Offer the quiz, which is played in direct messages: pictures cannot be shown in the home."""
    begin = Button(texts.gettext("Begin the quiz"), PlayQuiz(Move.AGAIN))
    return Message(MessageKind.ANSWER, QUIZ.help(texts), buttons=(begin,))


def _language(texts: Texts) -> Message:
    said = texts.gettext("Language: {language}").format(language=LANGUAGES[texts.locale])
    return Message(MessageKind.ANSWER, said)
