"""What is said about the bot itself: help, a mistyped command, a question answered."""

from collections.abc import Sequence

from bot.domain.commands import EVENTS, HELP, NEXT, READ, REPORT, REPORTS, Command
from bot.domain.messages import Card, Field, Message, MessageKind
from bot.locales import Texts


def help_message(texts: Texts, commands: Sequence[Command]) -> Message:
    """List the commands with their short aliases."""
    said = {
        NEXT: texts.gettext("The next event. With a number so many, with a word those that match."),
        EVENTS: texts.gettext("Everything that is planned."),
        REPORT: texts.gettext("The report of an event: !report 4"),
        REPORTS: texts.gettext("All reports."),
        READ: texts.gettext("Reads a handwritten hiragana in a picture you upload."),
        HELP: texts.gettext("This list."),
    }
    fields = tuple(Field(f"!{command.name} / !{command.aliases[0]}", said[command]) for command in commands)
    lead = texts.gettext("This is what I can do:")
    return Message(MessageKind.ANSWER, lead, (Card(fields=fields),))


def unknown_command(texts: Texts, name: str, nearest: Command | None) -> Message:
    """Offer the command that was probably meant."""
    shown = name[:50]
    if nearest is None:
        lead = texts.gettext("I do not know !{name}. !help shows what I can do.").format(name=shown)
    else:
        lead = texts.gettext("I do not know !{name}. Did you mean !{nearest} (!{alias})?").format(
            name=shown, nearest=nearest.name, alias=nearest.aliases[0]
        )
    return Message(MessageKind.ANSWER, lead)


def organisers_only(texts: Texts) -> Message:
    """Refuse, kindly."""
    return Message(MessageKind.ANSWER, texts.gettext("Only organisers can decide this."))


def answer_taken(texts: Texts) -> Message:
    """Confirm an organiser's answer."""
    return Message(MessageKind.ANSWER, texts.gettext("Thank you, I will do so."))


def answered_before(texts: Texts) -> Message:
    """Say that somebody was quicker."""
    return Message(MessageKind.ANSWER, texts.gettext("This has been answered already; the first answer stands."))
