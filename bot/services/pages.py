"""A page: a message with things to choose and to fill in, for a platform that can show them to one organiser."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.messages import Button, Message


@dataclass(frozen=True, slots=True)
class Place:
    """Where an organiser speaks: a channel of a guild, with all `channels` of that guild by their ids.

    `missing` has the names of permissions that the bot lacks in this channel, as the platform shows them.
    """

    platform: str
    guild: str
    channel: str
    channels: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """Something that can be chosen; `chosen` before anybody chooses."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A list to choose from, with at least `least` options: one, or `many`."""

    id: str
    label: str
    options: tuple[Option, ...]
    many: bool = False
    least: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A button that asks for one line of text."""

    id: str
    label: str
    question: str
    example: str = ""


@dataclass(frozen=True, slots=True)
class People:
    """A choice of members and roles of the guild; `chosen` are ids."""

    id: str
    label: str
    chosen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """What is said, and what can be done about it. `actions` come below everything else."""

    message: Message
    choices: tuple[Choice, ...] = ()
    entries: tuple[Entry, ...] = ()
    people: People | None = None
    actions: tuple[Button, ...] = ()
