"""What stands in the calendars that platforms have of their own, and under which id."""

from collections.abc import Collection
from dataclasses import asdict, fields

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.events.event_posts import AnnouncementPost
from bot.events.rules.mirrored_events import MirroredEvent, MirrorState
from bot.store.statements import upsert
from bot.store.tables import deliveries, mirrored_events

_FIELDS = tuple(field.name for field in fields(MirroredEvent))


class MirroredEvents:
    """Fulfils `MirrorStore`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def spaces(self, platform: str) -> list[str]:
        is_open = mirrored_events.c.state.in_((MirrorState.SCHEDULED, MirrorState.ACTIVE))
        query = select(mirrored_events.c.space).where(mirrored_events.c.platform == platform, is_open).distinct()
        async with self._engine.execution_options(read_only=True).connect() as connection:
            return list((await connection.execute(query)).scalars())

    async def mirrored(self, platform: str, space: str) -> list[MirroredEvent]:
        """Return what ever stood in the calendar of this space."""
        in_space = (mirrored_events.c.platform == platform, mirrored_events.c.space == space)
        query = select(mirrored_events).where(*in_space)
        async with self._engine.execution_options(read_only=True).connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [_mirrored(row) for row in rows]

    async def keep(self, mirrored: MirroredEvent) -> None:
        """Remember how an event stands there now."""
        async with self._engine.begin() as connection:
            await connection.execute(upsert(connection, mirrored_events), asdict(mirrored))

    async def announced_in(self, rooms: Collection[str]) -> set[int]:
        is_announced = (deliveries.c.kind == AnnouncementPost.tag, deliveries.c.destination.in_(rooms))
        query = select(deliveries.c.event_id).where(*is_announced, deliveries.c.event_id.is_not(None)).distinct()
        async with self._engine.execution_options(read_only=True).connect() as connection:
            return set((await connection.execute(query)).scalars())


def _mirrored(row: RowMapping) -> MirroredEvent:
    values = {name: row[name] for name in _FIELDS}
    return MirroredEvent(**{**values, "state": MirrorState(row["state"])})
