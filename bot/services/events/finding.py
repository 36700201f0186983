"""Which event somebody means: by its number in a series, its connpass id, or words of its title."""

from datetime import datetime

from bot.core.rooms import Room
from bot.domain.events import Event
from bot.domain.folding import fold
from bot.domain.numbers import whole_number
from bot.domain.titles import numbers_in
from bot.services.ports import EventStore, Search

MOST_LOOKED_AT = 100


async def find_coming(store: EventStore, room: Room, meant: str, now: datetime, limit: int = 25) -> list[Event]:
    """Return the events that have not begun and may be meant, the soonest first; every one where `meant` is empty."""
    asked = meant.strip()
    number = whole_number(asked.removeprefix("#").strip())
    if number is not None:
        found = await store.planned(Search(room.follows, certain=False), now, MOST_LOOKED_AT)
        found = [event for event in found if event.id == number or number in numbers_in(event.title)]
    else:
        found = await store.planned(
            Search(room.follows, tuple(fold(asked).split()), certain=False), now, MOST_LOOKED_AT
        )
    return [event for event in found if not event.has_started(now)][:limit]
