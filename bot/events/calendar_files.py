"""Events as a file for calendars: one event, or all of them for a calendar that follows them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.events.rules.events import Event, EventStatus

if TYPE_CHECKING:
    import icalendar

REFRESH = timedelta(hours=1)
_STATUS = {EventStatus.SCHEDULED: "CONFIRMED", EventStatus.POSTPONED: "TENTATIVE"}


def calendar_file(events: Sequence[Event], zone: ZoneInfo, name: str = "", alarm: timedelta | None = None) -> bytes:
    """Return the dated events as iCalendar (RFC 5545), with UIDs that stay and a SEQUENCE that grows with changes.

    The same events give the same bytes. `name`: of a calendar that is followed. `alarm`: how long before each event
    that takes place a calendar shall ring.
    """
    from icalendar import Calendar  # costs 0.2 s that no start should wait for

    calendar = Calendar()
    calendar.add("prodid", "-//Tsudoi//events//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-timezone", zone.key)
    if name:
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
    for event in events:
        if event.started_at is not None and event.ends_at is not None:
            calendar.add_component(_entry(event, event.started_at, event.ends_at, zone, alarm))
    if calendar.events:
        calendar.add_missing_timezones()
    written: bytes = calendar.to_ical()
    return written


def _entry(event: Event, start: datetime, end: datetime, zone: ZoneInfo, alarm: timedelta | None) -> "icalendar.Event":
    from icalendar import Event as Entry

    entry = Entry()
    entry.add("uid", f"connpass-{event.id}@tsudoi")
    entry.add("sequence", event.revision)
    entry.add("dtstamp", event.updated_at or event.published_at or start)
    entry.add("dtstart", start.astimezone(zone))
    entry.add("dtend", end.astimezone(zone))
    entry.add("summary", event.title)
    entry.add("location", event.location)
    entry.add("url", event.url)
    entry.add("description", event.url)
    entry.add("status", _STATUS.get(event.status, "CANCELLED"))
    if alarm is not None and event.takes_place:
        entry.add_component(_ring(event.title, alarm))
    return entry


def _ring(title: str, before: timedelta) -> "icalendar.Alarm":
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", -before)
    return alarm
