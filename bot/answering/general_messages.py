"""What is said about the bot itself: help, a mistyped command, where an answer is."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from bot.core.commands import Command
from bot.core.messages import Card, Field, Message, MessageKind
from bot.core.quoting import quoted
from bot.core.room import Room
from bot.locales import Texts
from bot.organisers.organising import TOPICS


def help_message(
    texts: Texts, room: Room, commands: Iterable[Command[Any]], *, reads: bool, sign: str = "!"
) -> Message:
    """Say in short what members can do in this room, and what it will hear. Commands are given with `sign` before."""
    fields = tuple(
        Field(f"{sign}{command.name} / {sign}{command.aliases[0]}", command.help(texts).format(sign=sign))
        for command in commands
        if not command.is_for_organisers and (reads or not command.is_of_reading)
    )
    lead = texts.gettext("This is what I can do:")
    return Message(MessageKind.ANSWER, lead, (Card(body=_what_is_posted(texts, room), fields=fields),))


def _what_is_posted(texts: Texts, room: Room) -> str:
    posted = [
        texts.gettext("new events and changes") if room.announces else "",
        texts.gettext("reminders") if room.reminders else "",
        texts.gettext("reports") if room.reports else "",
    ]
    named = texts.gettext(", ").join(part for part in posted if part)
    return texts.gettext("I post here on my own: {named}.").format(named=named) if named else ""


def unknown_command(texts: Texts, name: str, nearest: Command[Any] | None) -> Message:
    """Offer the command that was probably meant."""
    shown = quoted(name)
    if nearest is None:
        lead = texts.gettext("I do not know !{name}. !help shows what I can do.").format(name=shown)
    else:
        lead = texts.gettext("I do not know !{name}. Did you mean !{nearest} (!{alias})?").format(
            name=shown, nearest=nearest.name, alias=nearest.aliases[0]
        )
    return Message(MessageKind.ANSWER, lead)


def pages_elsewhere(texts: Texts, topic: str) -> Message:
    """Say where organisers see one of their pages: not before everybody's eyes."""
    said = texts.gettext("Organisers see this with /tsudoi {topic}: for their eyes alone.")
    named = TOPICS[topic] if texts.locale == "ja" else topic
    return Message(MessageKind.ANSWER, said.format(topic=named))


def sent_privately(texts: Texts, name: str | None, is_sent: bool) -> Message:
    """Say that an answer came by direct message; where those are closed, how to be answered here unseen by others."""
    if is_sent:
        return Message(MessageKind.ANSWER, texts.gettext("I have sent you a direct message."))
    closed = texts.gettext("I cannot send you direct messages. Please use /{name} here: only you will see the answer.")
    return Message(MessageKind.ANSWER, closed.format(name=name))


def attached_privately(texts: Texts, message: Message, is_sent: bool) -> Message:
    """Say with an answer where what comes with it is: nothing can be attached to what one member alone sees."""
    sent = texts.gettext("The attachment is in your direct messages.")
    return replace(message, lead="\n".join(filter(None, (message.lead, sent if is_sent else _not_attached(texts)))))


def not_attached(texts: Texts) -> Message:
    """Say that what should come with an answer could not be sent."""
    return Message(MessageKind.ANSWER, _not_attached(texts))


def _not_attached(texts: Texts) -> str:
    return texts.gettext("I could not send the attachment. Please try again in a little while.")


def one_moment(texts: Texts) -> Message:
    """Ask a member who asks too fast to wait."""
    return Message(MessageKind.ANSWER, texts.gettext("That was a little fast for me. Please try again in a minute."))


def belated(texts: Texts, message: Message) -> Message:
    """Say with an answer why it comes late: it was asked for while the bot was away."""
    late = texts.gettext("I was away for a while, so this answer comes late.")
    return replace(message, lead="\n".join(filter(None, (late, message.lead))))
