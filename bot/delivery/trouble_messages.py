"""What organisers are told of rooms that take nothing."""

from datetime import datetime

from bot.core.messages import Card, Field, Message, MessageKind
from bot.core.problems.base import Problem
from bot.locales import Texts


def it_began(texts: Texts, room: str, problem: Problem, since: datetime) -> Message:
    """Say that nothing can be posted in a room, why, and what to do."""
    lead = texts.gettext(
        "I have not been able to post in a channel since {since}. What is due there waits; /tsudoi trouble shows it, "
        "and I will tell you when it is over."
    ).format(since=texts.moment(since))
    return Message(MessageKind.QUESTION, lead, (Card(body=problem.told(texts), fields=(_channel(texts, room),)),))


def it_is_over(texts: Texts, room: str, since: datetime) -> Message:
    """Say that a room takes messages again."""
    lead = texts.gettext("I can post in a channel again, as I could not since {since}.")
    lead = lead.format(since=texts.moment(since))
    return Message(MessageKind.QUESTION, lead, (Card(fields=(_channel(texts, room),)),))


def _channel(texts: Texts, room: str) -> Field:
    platform, _, channel = room.partition(":")
    return Field(texts.gettext("Channel"), f"{platform.capitalize()} #{channel}", channel=channel)
