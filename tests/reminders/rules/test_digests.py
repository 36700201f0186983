"""When a weekly digest is due, and how far ahead it looks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.events.rules.events import EventStatus
from bot.reminders.rules.digests import is_ahead, next_digest, parse_digest
from tests.support.events import TOKYO, an_event_named, tokyo

MONDAY = tokyo(2026, 5, 11, 9)


@pytest.mark.parametrize(
    ("written", "after", "due"),
    [
        ("mon 09:00", tokyo(2026, 5, 10, 12), MONDAY),  # the day before
        ("mon 09:00", tokyo(2026, 5, 11, 8, 59), MONDAY),  # later today
        ("mon 09:00", MONDAY, MONDAY + timedelta(days=7)),  # this very moment is past
        ("mon 09:00", tokyo(2026, 5, 11, 9, 1), MONDAY + timedelta(days=7)),
        ("sun 23:30", tokyo(2026, 5, 11), tokyo(2026, 5, 17, 23, 30)),  # at the other end of the week
        ("Tue 0:05", tokyo(2026, 5, 11, 23), tokyo(2026, 5, 12, 0, 5)),  # Tokyo's Tuesday, UTC's Monday
        ("wed 09:00", tokyo(2026, 12, 31), tokyo(2027, 1, 6, 9)),
        ("monthly 1 09:00", tokyo(2026, 5, 1, 8), tokyo(2026, 5, 1, 9)),
        ("monthly 1 09:00", tokyo(2026, 5, 1, 9), tokyo(2026, 6, 1, 9)),
        ("monthly 28 9:00", tokyo(2026, 2, 28, 9), tokyo(2026, 3, 28, 9)),  # over the shortest month
        ("monthly 15 00:30", tokyo(2026, 12, 20), tokyo(2027, 1, 15, 0, 30)),
    ],
)
def test_the_next_digest_is_the_first_such_moment_to_come(written: str, after: datetime, due: datetime) -> None:
    assert next_digest(written, after, TOKYO) == due


def test_it_stays_at_the_same_time_of_day_where_clocks_are_changed() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    before = next_digest("sun 09:00", datetime(2026, 3, 20, tzinfo=UTC), berlin)
    after = next_digest("sun 09:00", before, berlin)
    assert (before, after) == (datetime(2026, 3, 22, 8, tzinfo=UTC), datetime(2026, 3, 29, 7, tzinfo=UTC))


@pytest.mark.parametrize(
    "written",
    [
        "monday 09:00",
        "mon",
        "mon 25:00",
        "09:00",
        "mon 9",
        "weekly",
        "",
        "monthly 09:00",
        "monthly 0 09:00",
        "monthly 29 09:00",  # not every month has it
        "xyz 09:00",
    ],
)
def test_what_is_no_day_and_time_is_refused_with_what_to_write(written: str) -> None:
    with pytest.raises(ValueError, match="mon 09:00"):
        parse_digest(written)


def test_it_looks_two_weeks_ahead_by_the_days_of_the_community() -> None:
    last, beyond = tokyo(2026, 5, 24, 23, 59), tokyo(2026, 5, 25)
    assert is_ahead(an_event_named(started_at=last), MONDAY, TOKYO)
    assert not is_ahead(an_event_named(started_at=beyond), MONDAY, TOKYO)


def test_what_is_in_progress_is_ahead_but_not_what_is_over_undated_or_cancelled() -> None:
    running = an_event_named(started_at=MONDAY - timedelta(hours=1))
    assert is_ahead(running, MONDAY, TOKYO)
    assert not is_ahead(running, MONDAY + timedelta(hours=1), TOKYO)
    assert not is_ahead(an_event_named(started_at=None), MONDAY, TOKYO)
    assert not is_ahead(replace(running, status=EventStatus.CANCELLED), MONDAY, TOKYO)
