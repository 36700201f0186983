"""What is worth saying of an event's seats."""

from dataclasses import replace

import pytest

from bot.events.rules.events import Event, EventStatus
from bot.events.rules.seats import SeatNews, seat_news
from tests.support.events import an_event_named


def seats(accepted: int | None, limit: int | None, waiting: int | None = 0) -> Event:
    return an_event_named(accepted=accepted, limit=limit, waiting=waiting)


@pytest.mark.parametrize(
    ("before", "after", "news"),
    [
        (seats(29, 30), seats(30, 30), SeatNews.FULL),
        (seats(3, 30), seats(30, 30, 5), SeatNews.FULL),
        (seats(30, 30), seats(29, 30), SeatNews.FREE_AGAIN),
        (seats(30, 30, 4), seats(34, 40), SeatNews.FREE_AGAIN),  # more seats, and everybody who waited has one
        (seats(20, 30), seats(23, 30), SeatNews.FILLING),
        (seats(26, 30), seats(27, 30), SeatNews.ALMOST_FULL),
        (seats(10, 30), seats(28, 30), SeatNews.ALMOST_FULL),
        (seats(30, 30, 5), seats(30, 30, 6), SeatNews.WAITING),
        (seats(30, 30, 11), seats(30, 30, 12), SeatNews.WAITING),
        (seats(4, 5, 0), seats(5, 5, 0), SeatNews.FULL),
    ],
)
def test_what_was_crossed_is_said(before: Event, after: Event, news: SeatNews) -> None:
    assert seat_news(before, after) is news


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (seats(30, 30), seats(30, 30)),
        (seats(30, 30, 4), seats(29, 30, 4)),  # the seat goes to the first who waits
        (seats(23, 30), seats(24, 30)),
        (seats(24, 30), seats(20, 30)),
        (seats(30, 30, 6), seats(30, 30, 11)),
        (seats(30, 30, 0), seats(30, 30, 2)),
        (seats(2, 4), seats(3, 4)),  # three quarters of four are one person's whim
        (seats(None, None), seats(30, 30)),
        (seats(10, None), seats(10, 10)),
        (seats(0, 0), seats(1, 0)),
    ],
)
def test_nothing_is_said_of_what_does_not_matter(before: Event, after: Event) -> None:
    assert seat_news(before, after) is None


def test_the_first_sighting_is_silent() -> None:
    assert seat_news(None, seats(30, 30)) is None


def test_of_what_does_not_take_place_seats_do_not_matter() -> None:
    assert seat_news(seats(29, 30), replace(seats(30, 30), status=EventStatus.CANCELLED)) is None


def test_every_room_hears_only_what_decides() -> None:
    assert [news for news in SeatNews if news.is_for_all] == [SeatNews.FULL, SeatNews.FREE_AGAIN]
