"""The rooms that were set up in the chat, and those that somebody is setting up."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.room import Pause, Room
from bot.organisers.ports.rooms import RoomDraft
from bot.store.statements import upsert
from bot.store.tables import room_drafts, rooms

_CHOICES = {field.name for field in fields(Room)} - {"platform", "channel", "guild"}


class SetUpRooms:
    """Fulfils `RoomStore`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def rooms(self) -> list[Room]:
        """Return every room, switched off ones included."""
        async with self._reading() as connection:
            return [_room(row) for row in (await connection.execute(select(rooms))).mappings()]

    async def state(self) -> tuple[int, int]:
        """Return what differs from before whenever any process has changed a room."""
        counted = select(func.count(), func.coalesce(func.sum(rooms.c.revision), 0)).select_from(rooms)
        async with self._reading() as connection:
            count, revisions = (await connection.execute(counted)).one()
        return int(count), int(revisions)

    async def set_up_by(self, platform: str, channel: str) -> str:
        """Return the member who changed a room last; "" for one that was not set up in the chat."""
        there = (rooms.c.platform == platform, rooms.c.channel == channel)
        async with self._reading() as connection:
            member: str | None = (await connection.execute(select(rooms.c.changed_by).where(*there))).scalar()
        return member or ""

    async def save(self, changed: Sequence[Room], member: str, at: datetime) -> None:
        """Keep these rooms as they are now, and drop what was being set up there."""
        async with self._engine.begin() as connection:
            for room in changed:
                revision = await connection.execute(select(rooms.c.revision).where(*_is(rooms, room)).with_for_update())
                row = {**_row(room, member, at), "revision": (revision.scalar() or 0) + 1}
                await connection.execute(upsert(connection, rooms), row)
                await connection.execute(delete(room_drafts).where(*_is(room_drafts, room)))

    async def draft(self, platform: str, channel: str) -> RoomDraft | None:
        """Return what is being set up in a channel."""
        there = (room_drafts.c.platform == platform, room_drafts.c.channel == channel)
        async with self._reading() as connection:
            row = (await connection.execute(select(room_drafts).where(*there))).mappings().first()
        return None if row is None else RoomDraft(_room(row), row["step"])

    async def keep_draft(self, draft: RoomDraft, member: str, at: datetime) -> None:
        """Keep what is being set up, until it is saved or dropped."""
        row = {**_row(draft.room, member, at), "step": draft.step}
        async with self._engine.begin() as connection:
            await connection.execute(upsert(connection, room_drafts), row)

    async def drop_draft(self, room: Room) -> None:
        """Forget what was being set up."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(room_drafts).where(*_is(room_drafts, room)))

    def _reading(self) -> AsyncConnection:
        return self._engine.execution_options(read_only=True).connect()


def _is(table: Any, room: Room) -> tuple[Any, Any]:
    return table.c.platform == room.platform, table.c.channel == room.channel


def _row(room: Room, member: str, at: datetime) -> dict[str, Any]:
    choices = {name: value for name, value in asdict(room).items() if name in _CHOICES}
    if room.lead_times is not None:
        choices["lead_times"] = [lead_time.total_seconds() for lead_time in room.lead_times]
    choices["pauses"] = [[pause.source, pause.until and pause.until.isoformat()] for pause in room.pauses]
    where = {"platform": room.platform, "channel": room.channel, "guild": room.guild}
    return {**where, "choices": choices, "changed_by": member, "changed_at": at}


def _room(row: Any) -> Room:
    """Read a row; a choice that this version does not know is left out, one that it lacks has its default."""
    kept = {name: value for name, value in row["choices"].items() if name in _CHOICES}
    for name in ("follows", "organisers"):
        kept[name] = tuple(kept.get(name, ()))
    if kept.get("lead_times") is not None:
        kept["lead_times"] = tuple(timedelta(seconds=lead_time) for lead_time in kept["lead_times"])
    kept["pauses"] = tuple(
        Pause(source, until and datetime.fromisoformat(until)) for source, until in kept.get("pauses", ())
    )
    return Room(row["platform"], row["channel"], guild=row["guild"], **kept)
