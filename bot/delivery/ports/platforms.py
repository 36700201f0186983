"""Where messages go."""

from datetime import datetime
from typing import Protocol, runtime_checkable

from bot.core.messages import Message
from bot.core.problems.base import Problem


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
