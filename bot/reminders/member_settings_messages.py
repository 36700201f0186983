"""The page on which a member sets what concerns them alone."""

from dataclasses import dataclass

from bot.core.actions import Action
from bot.core.durations import write_duration
from bot.core.messages import Card, Choice, Field, Message, MessageKind, Option
from bot.locales import Texts
from bot.reminders.reminder_messages import OFFERED, all_before, before
from bot.reminders.rules.lead_times import MOST, longest_first
from bot.reminders.rules.personal_reminders import Member
from bot.reminders.rules.quiet_hours import QuietHours

LANGUAGES = {"room": "", "ja": "ja", "en": "en"}  # values on the page, and what is kept
NEVER = "never"
QUIET = ("21:00-7:00", "22:00-7:00", "22:00-8:00", "23:00-7:00", "23:00-8:00", "0:00-8:00")


@dataclass(frozen=True, slots=True)
class ChooseLanguage(Action):
    """Choose the language of what one alone is told."""

    written: str = ""

    template = "settings:language"


@dataclass(frozen=True, slots=True)
class ChooseLeadTimes(Action):
    """Choose one's usual lead times."""

    chosen: tuple[str, ...] = ()

    template = "settings:lead_times"


@dataclass(frozen=True, slots=True)
class ChooseQuietHours(Action):
    """Choose when not to be reminded."""

    written: str = ""

    template = "settings:quiet"


def settings_page(texts: Texts, member: Member, *, is_kept: bool) -> Message:
    """Show everything a member can set, as it is now."""
    lead = texts.gettext("Saved. These are your settings:") if is_kept else texts.gettext("These are your settings:")
    languages = _languages(texts)
    chosen = next(value for value, locale in LANGUAGES.items() if locale == member.locale)
    quiet = _span(texts, quiet_label(member.quiet)) if member.quiet else texts.gettext("none")
    card = Card(
        body=texts.gettext(
            "Reminders that fall into your quiet hours come right after them, or before them if that would be "
            "too late. This applies to your own reminders, not to what is posted in channels."
        ),
        fields=(
            Field(texts.gettext("Language of what I tell you privately"), languages[chosen]),
            Field(texts.gettext("When I remind you, unless you say otherwise"), all_before(texts, member.usual)),
            Field(texts.gettext("Quiet hours"), quiet),
        ),
    )
    return Message(MessageKind.ANSWER, lead, (card,), choices=_choices(texts, member, languages, chosen))


def quiet_label(quiet: QuietHours) -> str:
    """Return quiet hours as they are written: `22:00-8:00`."""
    return f"{quiet.begins.hour}:{quiet.begins:%M}-{quiet.ends.hour}:{quiet.ends:%M}"


def _span(texts: Texts, written: str) -> str:
    """Return written quiet hours as each language shows a stretch of time."""
    return written.replace("-", "〜") if texts.locale == "ja" else written


def _languages(texts: Texts) -> dict[str, str]:
    return {"room": texts.gettext("as in the channel"), "ja": "日本語", "en": "English"}


def _choices(texts: Texts, member: Member, languages: dict[str, str], chosen: str) -> tuple[Choice, ...]:
    save = texts.gettext("Save")
    lead_times = longest_first((*OFFERED, *member.usual))
    quiet = quiet_label(member.quiet) if member.quiet else NEVER
    hours = {NEVER: texts.gettext("no quiet hours"), **{span: _span(texts, span) for span in QUIET}}
    return (
        Choice(
            ChooseLanguage(),
            texts.gettext("Language"),
            tuple(Option(value, label, value == chosen) for value, label in languages.items()),
            least=1,
        ),
        Choice(
            ChooseLeadTimes(),
            texts.gettext("When to remind you (at most {count})").format(count=MOST),
            tuple(Option(write_duration(ahead), before(texts, ahead), ahead in member.usual) for ahead in lead_times),
            many=True,
            least=1,
            act=save,
        ),
        Choice(
            ChooseQuietHours(),
            texts.gettext("Quiet hours"),
            tuple(Option(value, label, value == quiet) for value, label in hours.items()),
            least=1,
            act=save,
        ),
    )
