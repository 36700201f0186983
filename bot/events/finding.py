"""Which event somebody means: by a button, its number in a series, its connpass id, or words of its title."""

from datetime import datetime

from bot.core.askers import Asker
from bot.core.folding import fold
from bot.core.numbers import whole_number
from bot.core.room import Room
from bot.events.ports.events import EventStore, Search
from bot.events.rules.events import Event
from bot.events.rules.titles import numbers_in

MOST_LOOKED_AT = 100


async def known_to(store: EventStore, asker: Asker, event_id: int) -> Event | None:
    """Return the event with this id, which a button names; None if it is unknown, or only others follow it.

    Ids can be forged: what another tenant follows is not told. In direct messages it is not known for which one they
    came, and what connpass publishes is no secret.
    """
    event = (await store.known([event_id])).get(event_id)
    if event is None or not asker.tenant.id:
        return event
    shown_by = (await store.shown_by([event_id])).get(event_id, set())
    return event if not shown_by or not shown_by.isdisjoint(asker.room.follows) else None


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
