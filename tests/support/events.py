"""Events and moments for tests."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.room import Room
from bot.events.rules.events import Event

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 5, 12, 3, 0, tzinfo=UTC)  # noon in Tokyo, a Tuesday


def tokyo(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment on the clocks of Japan."""
    return datetime(year, month, day, hour, minute, tzinfo=TOKYO).astimezone(UTC)


def an_event_named(title: str = "もくもく会 #5", number: int = 501, **changes: Any) -> Event:
    """An event in a week, unless told otherwise."""
    start = changes.pop("started_at", NOW + timedelta(days=10))
    end = changes.pop("ended_at", None if start is None else start + timedelta(hours=2))
    url = f"https://utsunomiya.connpass.com/event/{number}/"
    return Event(
        number,
        title,
        url,
        start,
        end,
        **{"place": "まちなか会議室", "accepted": 3, "limit": 20, "waiting": 0, **changes},
    )


def a_room(**changes: Any) -> Room:
    """The local room, following the source `utsunomiya`; everybody decides."""
    given = {"platform": "local", "channel": "main", "follows": ("utsunomiya",), "organisers": ("*",), **changes}
    return Room(**given)
