"""Which event somebody means: by its number in a series, its connpass id, or words of its title."""

from datetime import datetime

from bot.core.folding import fold
from bot.core.numbers import whole_number
from bot.core.room import Room
from bot.events.ports.events import EventStore, Search
from bot.events.rules.events import Event
from bot.events.rules.titles import numbers_in

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
