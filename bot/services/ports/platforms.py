"""Where messages go, and the calendars that platforms have of their own."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol, runtime_checkable

from bot.core.problems.base import Problem
from bot.domain.messages import Message
from bot.domain.mirrored_events import CalendarEntry, MirroredEvent, MirrorStep


class Sender(Protocol):
    """A platform that can say a message in a channel."""

    @property
    def platform(self) -> str:
        """`local`, `discord` or `slack`."""
        ...

    async def send(self, channel: str, message: Message, key: str) -> str:
        """Say it and return the platform's id of the message. Raises SendError, SendRefused."""
        ...

    async def find(self, channel: str, message: Message, key: str, since: datetime) -> str | None:
        """Look for the message that an earlier try under the same key may have left after `since`. Raises SendError."""
        ...

    async def edit(self, channel: str, external_id: str, message: Message, key: str) -> bool:
        """Make the message that was sent under `key` say this instead; False if it is gone. Raises as `send`."""
        ...

    async def delete(self, channel: str, external_id: str) -> bool:
        """Take a message of ours away; False if it is gone already. Raises as `send`."""
        ...


class FrontEnd(Sender, Protocol):
    """Where people meet the bot."""

    @property
    def problem(self) -> Problem | None:
        """Why nobody is met there now."""
        ...

    async def serve(self) -> None:
        """Serve until cancelled. Raises FrontEndError."""
        ...


@runtime_checkable
class Threads(Protocol):
    """A platform on which a message can have a thread below it."""

    async def open_thread(self, channel: str, external_id: str, title: str) -> str | None:
        """Open the thread, or find it open, and return its id; None if the message is gone. Raises as `send`."""
        ...


class EventMirror(Protocol):
    """A platform whose servers have a calendar of their own. A `space` is such a server."""

    @property
    def platform(self) -> str:
        """`discord`."""
        ...

    def space_of(self, channel: str) -> str | None:
        """Return the server of a channel; None while it is out of reach, or forbids us to write into its calendar."""
        ...

    def reaches(self, space: str) -> bool:
        """Whether this process can write into its calendar now."""
        ...

    async def ours(self, space: str) -> Mapping[str, str]:
        """Return the descriptions of our own open entries by their ids. Raises SendError, SendRefused, as all below."""
        ...

    async def create(self, space: str, entry: CalendarEntry) -> str:
        """Put an event into the calendar and return the entry's id."""
        ...

    async def carry_out(self, step: MirrorStep, entry_id: str, space: str, entry: CalendarEntry | None) -> bool:
        """Change an entry; False, and nothing is touched, if it is gone, closed by somebody, or not our own."""
        ...


class MirrorStore(Protocol):
    """What stands in such calendars."""

    async def spaces(self, platform: str) -> list[str]:
        """Return the spaces whose calendars show any entry of ours as to come or in progress."""
        ...

    async def mirrored(self, platform: str, space: str) -> list[MirroredEvent]: ...
    async def keep(self, mirrored: MirroredEvent) -> None: ...

    async def announced_in(self, rooms: Collection[str]) -> set[int]:
        """Return the events that are or shall be announced in any of these rooms."""
        ...
