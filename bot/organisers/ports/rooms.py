"""The store of the rooms that were set up in the chat."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.room import Room


@dataclass(frozen=True, slots=True)
class RoomDraft:
    """A room that somebody is setting up, and the step at which they are."""

    room: Room
    step: str


class RoomStore(Protocol):
    """The rooms set up in the chat, switched off ones included, and those being set up."""

    async def rooms(self) -> list[Room]: ...
    async def state(self) -> tuple[int, int]: ...
    async def set_up_by(self, platform: str, channel: str) -> str: ...
    async def save(self, changed: Sequence[Room], member: str, at: datetime) -> None: ...
    async def draft(self, platform: str, channel: str) -> RoomDraft | None: ...
    async def keep_draft(self, draft: RoomDraft, member: str, at: datetime) -> None: ...
    async def drop_draft(self, room: Room) -> None: ...
