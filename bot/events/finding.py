"""Which event somebody means: by a button, its number in a series, its connpass id, or words of its title."""

from datetime import datetime

from bot.core.askers import Asker
from bot.core.folding import fold
from bot.core.numbers import whole_number
from bot.core.room import Room
from bot.events.ports.events import ANY, PLANNED, EventStore, Search
from bot.events.rules.events import Event
from bot.events.rules.titles import numbers_in

MOST_LOOKED_AT = 100
_NO_NUMBER = 1000  # in a series; connpass's ids are larger


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


async def find_any(store: EventStore, sources: tuple[str, ...], meant: str, limit: int) -> list[Event]:
    """Return the events that may be meant, past ones included, the latest first; none where nothing is `meant`."""
    asked = meant.strip()
    number = whole_number(asked.removeprefix("#").strip())
    numbers = tuple(sorted(numbers_in(asked)))
    if number is None and not numbers:
        words = tuple(fold(asked).split())
        return await store.found(Search(sources, words, statuses=ANY), limit) if words else []
    wanted = numbers or ((number,) if number is not None and number < _NO_NUMBER else ())
    found = await store.found(Search(sources, statuses=ANY, numbers=wanted), limit) if wanted else []
    named = (await store.known([number])).get(number) if number is not None else None
    is_shown = named is not None and not (await store.shown_by([named.id]))[named.id].isdisjoint(sources)
    return [named, *found] if named is not None and is_shown else found


async def find_coming(store: EventStore, room: Room, meant: str, now: datetime, limit: int = 25) -> list[Event]:
    """Return the events that have not begun and may be meant, the soonest first; all planned ones if it is ""."""
    asked = meant.strip()
    statuses = ANY if asked else PLANNED
    number = whole_number(asked.removeprefix("#").strip())
    if number is not None:
        found = await store.planned(Search(room.follows, statuses=statuses), now, MOST_LOOKED_AT)
        found = [event for event in found if event.id == number or number in numbers_in(event.title)]
    else:
        search = Search(room.follows, tuple(fold(asked).split()), statuses)
        found = await store.planned(search, now, MOST_LOOKED_AT)
    return [event for event in found if not event.has_started(now)][:limit]
