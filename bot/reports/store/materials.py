"""What was shown at events, as connpass last said."""

from collections.abc import Collection, Sequence
from dataclasses import astuple
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.delivery.rules.deliveries import Delivery
from bot.delivery.store.deliveries import insert_planned
from bot.reports.rules.materials import Material, SeenMaterials
from bot.store.statements import batches, upsert
from bot.store.tables import materials


class StoredMaterials:
    """Fulfils `MaterialStore`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def seen(self, event_ids: Collection[int]) -> dict[int, SeenMaterials]:
        """Return what was seen, by event; those that connpass was never asked for are left out."""
        found: dict[int, SeenMaterials] = {}
        async with self._engine.execution_options(read_only=True).connect() as connection:
            for some in batches(event_ids):
                rows = await connection.execute(select(materials).where(materials.c.event_id.in_(some)))
                found.update((row["event_id"], _seen(row)) for row in rows.mappings())
        return found

    async def keep(self, seen: SeenMaterials, planned: Sequence[Delivery] = ()) -> None:
        """Keep what was seen now, and plan what follows from it."""
        row = {
            "event_id": seen.event_id,
            "looked_at": seen.looked_at,
            "found": [astuple(material) for material in seen.materials],
        }
        async with self._engine.begin() as connection:
            await connection.execute(upsert(connection, materials), row)
            await insert_planned(connection, planned)


def _seen(row: Any) -> SeenMaterials:
    return SeenMaterials(row["event_id"], row["looked_at"], tuple(Material(*fields) for fields in row["found"]))
