"""One entry of the connpass API -> an Event. Tolerant where nothing is lost by it, and clear where something would be.

Where a value cannot be read the whole entry is left out: a limit that reads "many" is no change to "no limit".
"""

import math
import re
import reprlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.events.rules.events import Event, marked_status
from bot.network.plain_text import plain

TOKYO = ZoneInfo("Asia/Tokyo")
LONGEST_TEXT = 300  # connpass itself allows fewer in a title
LARGEST_ID, LARGEST_COUNT = 2**63 - 1, 2**31 - 1  # what the store holds
LIKELY_YEARS = range(2000, 2101)  # an event outside is a typing error, and breaks arithmetic
_URL = re.compile(r"https?://[^\s<>\"'\\]{1,500}")
_IMAGE = re.compile(r"https://(?:[a-z0-9-]+\.)*connpass\.com/[!-;=?-\[\]-~]{1,500}")


class UnreadableEvent(ValueError):
    """An entry that is no event. `event_id` is whose it is, where that much can be read."""

    def __init__(self, event_id: int | None, key: str, what: str) -> None:
        super().__init__(f"event {event_id or 'without an id'}: {key} {what}")
        self.event_id = event_id


def parse_event(entry: object) -> Event:
    """Read an entry in the shape of `/events/` of the API v2. Raises UnreadableEvent, whatever else it may be."""
    if not isinstance(entry, Mapping):
        raise UnreadableEvent(None, "entry", f"is {_shown(entry)}, which is no object")
    event_id = readable_id(entry)
    try:
        if event_id is None:
            raise _Odd("id", _is(entry.get("id"), "no id"))
        return _event(event_id, entry)
    except _Odd as odd:
        raise UnreadableEvent(event_id, odd.key, odd.what) from None


def readable_id(entry: object) -> int | None:
    """Return the id of an entry, if that much of it can be read."""
    try:
        return _number(entry, "id", LARGEST_ID) or None if isinstance(entry, Mapping) else None
    except _Odd:
        return None


class _Odd(Exception):
    def __init__(self, key: str, what: str) -> None:
        super().__init__(key)
        self.key, self.what = key, what


def _event(event_id: int, entry: Mapping[object, object]) -> Event:
    title = _text(entry, "title")
    if not title:
        raise _Odd("title", "is empty")
    if "started_at" not in entry:
        raise _Odd("started_at", "is missing")  # null is "to be decided"; a missing key is another API
    started_at, ended_at = _time(entry, "started_at"), _time(entry, "ended_at")
    return Event(
        id=event_id,
        title=title,
        url=_url(entry, event_id),
        started_at=started_at,
        ended_at=ended_at if started_at and ended_at and ended_at > started_at else None,
        place=_text(entry, "place"),
        address=_text(entry, "address"),
        accepted=_number(entry, "accepted"),
        waiting=_number(entry, "waiting"),
        limit=_number(entry, "limit"),
        status=marked_status(title, _text(entry, "open_status")),
        group=_group(entry.get("group")),
        published_at=_time_if_legible(entry, "published_at"),
        updated_at=_time_if_legible(entry, "updated_at"),
        image_url=_image(entry.get("image_url")),
    )


def _text(entry: Mapping[object, object], key: str) -> str:
    match entry.get(key):
        case None:
            return ""
        case str() as text:
            return plain(text, LONGEST_TEXT)
        case bool() | Mapping() | list() as value:
            raise _Odd(key, _is(value, "no text"))
        case value:
            return plain(str(value), LONGEST_TEXT)


def _number(entry: Mapping[object, object], key: str, largest: int = LARGEST_COUNT) -> int | None:
    value = entry.get(key)
    if isinstance(value, str):
        value = value.strip()
        if not value:
            return None
        if value.isascii() and value.isdigit() and len(value) < 20:
            value = int(value)
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        value = int(value)
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= largest):
        return value
    raise _Odd(key, _is(value, "no number"))


def _time(entry: Mapping[object, object], key: str) -> datetime | None:
    value = entry.get(key)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        at = datetime.fromisoformat(value.strip() if isinstance(value, str) and ":" in value else "")
    except ValueError:
        raise _Odd(key, _is(value, "no time")) from None
    if at.year not in LIKELY_YEARS:
        raise _Odd(key, _is(value, "no likely time"))
    return (at if at.tzinfo else at.replace(tzinfo=TOKYO)).astimezone(UTC)


def _time_if_legible(entry: Mapping[object, object], key: str) -> datetime | None:
    with suppress(_Odd):  # nothing is decided by it
        return _time(entry, key)
    return None


def _url(entry: Mapping[object, object], event_id: int) -> str:
    value = entry.get("url")
    found = _URL.fullmatch(value.strip()) if isinstance(value, str) else None
    return found[0] if found and plain(found[0], 600) == found[0] else event_url(event_id)


def _image(value: object) -> str:
    """Return the address of a picture on connpass's own host; any other might be anybody's."""
    found = _IMAGE.fullmatch(value.strip()) if isinstance(value, str) else None
    return found[0] if found else ""


def event_url(event_id: int) -> str:
    """Return the address under which connpass shows any event."""
    return f"https://connpass.com/event/{event_id}/"


def _group(value: object) -> str:
    if not isinstance(value, Mapping):
        return ""
    names = (value.get("title"), value.get("subdomain"))
    return next((plain(name, LONGEST_TEXT) for name in names if isinstance(name, str) and name.strip()), "")


def _is(value: object, what: str) -> str:
    return f"is {_shown(value)}, which is {what}"


def _shown(value: object) -> str:
    return plain(reprlib.repr(value), 60)
