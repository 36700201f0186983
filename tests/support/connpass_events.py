"""Events in the shape of connpass's API v2, and entries that are none."""

from datetime import datetime, timedelta
from typing import Any

from tests.support.events import TOKYO, tokyo


def an_event(
    event_id: int = 1, title: str = "もくもく会", started_at: datetime | None = None, **changes: Any
) -> dict[str, Any]:
    """Return an event as the API gives it: every key present, times in +09:00. `changes` override keys."""
    ended_at = started_at + timedelta(hours=2) if started_at else None
    event = {
        "id": event_id,
        "title": title,
        "catch": "",
        "description": "<p>みんなで集まります。</p>",
        "url": f"https://tfug-utsunomiya.connpass.com/event/{event_id}/",
        "image_url": None,
        "hash_tag": "",
        "started_at": started_at,
        "ended_at": ended_at,
        "limit": 20,
        "event_type": "participation",
        "open_status": "preopen",
        "group": a_group("tfug-utsunomiya"),
        "address": "栃木県宇都宮市",
        "place": "市民プラザ",
        "lat": "36.559000000000",
        "lon": "139.883000000000",
        "owner_id": 8,
        "owner_nickname": "organiser",
        "owner_display_name": "幹事",
        "accepted": 5,
        "waiting": 0,
        "updated_at": tokyo(2026, 1, 1, 12),
    }
    return {key: written(value) for key, value in (event | changes).items()}


def a_group(subdomain: str, group_id: int = 5000) -> dict[str, Any]:
    """Return the group of an event as the API gives it."""
    return {"id": group_id, "subdomain": subdomain, "title": subdomain, "url": f"https://{subdomain}.connpass.com/"}


def a_presentation(name: str, url: str, presenter: str | None = None, **changes: Any) -> dict[str, Any]:
    """Return what was shown at an event as the API gives it; somebody else may have put it online."""
    shown = {
        "user": {"id": 8, "nickname": "organiser"},
        "url": url,
        "name": name,
        "presenter": {"id": 9, "nickname": presenter} if presenter else None,
        "presentation_type": "slide",
        "created_at": tokyo(2026, 5, 20, 12),
    }
    return {key: written(value) for key, value in (shown | changes).items()}


def malformed_events() -> dict[str, Any]:
    """Return entries that are no event, named after what is wrong; `no id`, `odd id`, `no object`: no legible id."""
    odd = an_event(901, started_at=tokyo(2030, 1, 1, 19))
    changes: dict[str, dict[str, Any]] = {
        "no title": {"title": None},
        "blank title": {"title": " \u0008\n"},
        "start is no time": {"started_at": "来週の火曜"},
        "start is a number": {"started_at": 20300101},
        "seats are a list": {"accepted": [1, 2]},
        "limit is a word": {"limit": "たくさん"},
        "no id": {"id": None},
        "odd id": {"id": "x-901"},
    }
    return {name: odd | change for name, change in changes.items()} | {"no object": ["nonsense"]}


def written(value: Any) -> Any:
    """Return a value as JSON has it: times in +09:00."""
    return value.astimezone(TOKYO).isoformat(timespec="seconds") if isinstance(value, datetime) else value
