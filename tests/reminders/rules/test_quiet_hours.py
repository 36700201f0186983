"""Quiet hours: what falls into them comes right after, or before where that would be too late; nothing is lost."""

from datetime import datetime, timedelta

import pytest

from bot.reminders.rules.quiet_hours import Moment, moment_of, moment_owed, parse_quiet_hours
from bot.reminders.rules.reminders import Reminder
from tests.support.events import tokyo

NIGHT = parse_quiet_hours("22:00-8:00", "Asia/Tokyo")
LONG_BEFORE = tokyo(2026, 5, 1)


def spared(starts_at: datetime, lead_time: timedelta, now: datetime = LONG_BEFORE) -> Moment:
    moment = moment_of(Reminder(lead_time, starts_at), NIGHT, now)
    assert moment is not None
    return moment


@pytest.mark.parametrize(
    ("starts_at", "lead_time", "due_at"),
    [
        (tokyo(2026, 5, 22, 19), timedelta(hours=1), tokyo(2026, 5, 22, 18)),  # outside
        (tokyo(2026, 5, 22, 22), timedelta(days=1), tokyo(2026, 5, 22, 8)),  # its first moment is quiet
        (tokyo(2026, 5, 22, 8), timedelta(days=1), tokyo(2026, 5, 21, 8)),  # its end is not
        (tokyo(2026, 5, 22, 1), timedelta(days=1), tokyo(2026, 5, 21, 8)),  # after: still in good time
        (tokyo(2026, 5, 22, 9), timedelta(hours=3), tokyo(2026, 5, 21, 22)),  # after would be too late
        (tokyo(2026, 5, 22, 8, 45), timedelta(hours=1), tokyo(2026, 5, 22, 8)),
    ],
)
def test_a_reminder_that_falls_into_quiet_hours_moves_out_of_them(
    starts_at: datetime, lead_time: timedelta, due_at: datetime
) -> None:
    moved = spared(starts_at, lead_time)
    assert moved.due_at == due_at
    assert due_at < moved.useful_until < starts_at


def test_asked_for_late_at_night_it_comes_after_them_or_in_their_midst_but_is_never_lost() -> None:
    late = tokyo(2026, 5, 21, 23)
    assert spared(tokyo(2026, 5, 22, 8, 30), timedelta(hours=2), late).due_at == tokyo(2026, 5, 22, 8)
    assert spared(tokyo(2026, 5, 22, 7), timedelta(hours=1), late).due_at == tokyo(2026, 5, 22, 6)


def test_one_that_is_past_cannot_be_asked_for_any_more_but_comes_if_it_was_confirmed() -> None:
    asked, night = Reminder(timedelta(hours=10), tokyo(2026, 5, 22, 12)), tokyo(2026, 5, 22, 9)
    assert moment_of(asked, NIGHT, night) is None
    assert moment_owed(asked, NIGHT, night).due_at == night
    dawn = tokyo(2026, 5, 22, 3)
    assert moment_of(asked, None, dawn) is None
    assert moment_owed(asked, NIGHT, dawn).due_at == tokyo(2026, 5, 22, 8)


def test_news_wait_for_their_end_unless_the_event_begins_before() -> None:
    night = tokyo(2026, 5, 22, 3)
    assert NIGHT.after(night, tokyo(2026, 5, 22, 19)) == tokyo(2026, 5, 22, 8)
    assert NIGHT.after(night, tokyo(2026, 5, 22, 7)) == night
    assert NIGHT.after(tokyo(2026, 5, 22, 12), None) == tokyo(2026, 5, 22, 12)


def test_hours_within_a_day_end_on_that_day() -> None:
    noon = parse_quiet_hours("12-13", "Asia/Tokyo")
    assert noon.around(tokyo(2026, 5, 22, 12, 30)) == (tokyo(2026, 5, 22, 12), tokyo(2026, 5, 22, 13))
    assert noon.around(tokyo(2026, 5, 22, 13)) is None


@pytest.mark.parametrize("written", ["", "22", "25-8", "22:00-22:00", "いつでも", "22:61-8"])
def test_what_names_no_hours_is_refused_with_the_form(written: str) -> None:
    with pytest.raises(ValueError, match="22:00-8:00"):
        parse_quiet_hours(written, "Asia/Tokyo")
