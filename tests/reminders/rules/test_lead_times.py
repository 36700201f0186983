"""Lead times as people write them."""

from datetime import timedelta

import pytest

from bot.reminders.rules.lead_times import parse_lead_times, split_lead_times

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1d 2h", (DAY, 2 * HOUR)),
        ("3日前", (3 * DAY,)),
        ("30分", (30 * MINUTE,)),
        ("前日と1時間前", (DAY, HOUR)),
        ("３日前，１時間前", (3 * DAY, HOUR)),
        ("2週間前、30 分前", (14 * DAY, 30 * MINUTE)),
        ("1 day 2 hours before", (DAY, 2 * HOUR)),
        ("1h30m", (HOUR + 30 * MINUTE,)),
        ("1h 1d 1h", (DAY, HOUR)),
    ],
)
def test_lead_times_are_read_as_members_write_them(written: str, meant: tuple[timedelta, ...]) -> None:
    assert parse_lead_times(written) == meant


@pytest.mark.parametrize(
    "written", ["", "と", "tomorrow", "2", "1d 2", "0m", "1m", "1000d", "1h 2h 3h 4h 5h 6h", "1d" * 3000 + "x"]
)
def test_what_names_no_lead_times_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="lead times"):
        parse_lead_times(written)


@pytest.mark.parametrize(
    ("argument", "parts"),
    [
        ("もくもく会 3日前 1時間前", ("もくもく会", "3日前 1時間前")),
        ("5 1d 2h", ("5", "1d 2h")),
        ("30分", ("", "30分")),
        ("もくもく会 #5", ("もくもく会 #5", "")),
        ("3日間ハッカソン", ("3日間ハッカソン", "")),
        ("", ("", "")),
    ],
)
def test_the_event_stands_before_the_lead_times(argument: str, parts: tuple[str, str]) -> None:
    assert split_lead_times(argument) == parts
