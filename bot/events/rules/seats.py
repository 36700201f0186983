"""Which changes of an event's seats are worth saying: that it is full, or free again, and on wish how it fills."""

from enum import StrEnum

from bot.events.rules.events import Event

FILLING_FROM, ALMOST_FULL_FROM = 0.75, 0.9  # of the seats
SMALLEST_FILLING, SMALLEST_ALMOST_FULL = 12, 5  # seats; of fewer, three quarters or nine tenths are one person's whim
WAITING_FROM, WAITING_SHARE = 3, 0.2  # people, or of the seats, from which a waiting list is worth a word


class SeatNews(StrEnum):
    """What happened to the seats between two sightings."""

    FULL = "full"
    FREE_AGAIN = "free_again"
    FILLING = "filling"
    ALMOST_FULL = "almost_full"
    WAITING = "waiting"

    @property
    def is_for_all(self) -> bool:
        """Whether it decides what people can do; the rest only says how things go."""
        return self in (SeatNews.FULL, SeatNews.FREE_AGAIN)


FILLING = (SeatNews.FILLING, SeatNews.ALMOST_FULL)


def seat_news(before: Event | None, after: Event) -> SeatNews | None:
    """Say what happened to the seats; None if nothing worth saying, or if either sighting does not tell.

    Only what was crossed since the last sighting counts, the most important first. A seat is not free while people
    wait for it: connpass gives it to the first of them.
    """
    if before is None or not after.takes_place or not (_tells(before) and _tells(after)):
        return None
    if after.is_full:
        if not before.is_full:
            return SeatNews.FULL
        return SeatNews.WAITING if _waiting_level(after) > _waiting_level(before) else None
    if before.is_full:
        return None if after.waiting else SeatNews.FREE_AGAIN
    for news, share, smallest in (
        (SeatNews.ALMOST_FULL, ALMOST_FULL_FROM, SMALLEST_ALMOST_FULL),
        (SeatNews.FILLING, FILLING_FROM, SMALLEST_FILLING),
    ):
        if (after.limit or 0) >= smallest and _taken(before) < share <= _taken(after):
            return news
    return None


def has_turned(before: Event | None, after: Event) -> bool:
    """Whether what was said of the seats before would mislead now: on whether there is one, or anything to sit at."""
    return before is not None and (before.is_full, before.takes_place) != (after.is_full, after.takes_place)


def _tells(event: Event) -> bool:
    return event.limit is not None and event.limit > 0 and event.accepted is not None


def _taken(event: Event) -> float:
    return (event.accepted or 0) / (event.limit or 1)


def _waiting_level(event: Event) -> int:
    """Count how often a waiting list doubled since it was worth a word, so that a long one is not told of each head."""
    first = max(WAITING_FROM, WAITING_SHARE * (event.limit or 0))
    return 0 if (event.waiting or 0) < first else int((event.waiting or 0) / first).bit_length()
