"""What was shown at an event, and when connpass is asked for it: people put their slides online for two weeks after."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.events.rules.events import Event

# After the end of an event.
LOOKS = (timedelta(hours=1), timedelta(days=1), timedelta(days=3), timedelta(days=7), timedelta(days=14))
LAST_LOOK_WITHIN = timedelta(days=2)  # where connpass was down, or the bot off
ASKED_ABOUT = LOOKS[-1] + LAST_LOOK_WITHIN
STAY_NEWS = timedelta(weeks=4)


@dataclass(frozen=True, slots=True)
class Material:
    """Slides, a video or an article. `url` is http or https; `speaker` is who presented it, "" if nobody says so."""

    title: str
    url: str
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class SeenMaterials:
    """What connpass showed of an event when it was last asked."""

    event_id: int
    looked_at: datetime
    materials: tuple[Material, ...] = ()


def is_look_due(event: Event, seen: SeenMaterials | None, now: datetime) -> bool:
    """Whether connpass is to be asked now for the materials of an event."""
    if event.ends_at is None or not event.takes_place or now - event.ends_at > ASKED_ABOUT:
        return False
    moments = (event.ends_at + after for after in LOOKS)
    return any(moment <= now and (seen is None or seen.looked_at < moment) for moment in moments)
