"""The rooms as the configuration names them."""

from bot.config import RoomSettings, Settings
from bot.core.room import EVERYBODY, LOCAL, MAIN, Room
from bot.core.rooms import Rooms

SAMPLES = "samples"  # the source of the sample events


def rooms_of(settings: Settings) -> Rooms:
    """Return the rooms as configured; with none, the local room follows every source."""
    sources = tuple(source.name for source in settings.sources) or ((SAMPLES,) if settings.shows_samples else ())
    configured = tuple(_room(room, sources, settings) for room in settings.rooms)
    if not configured:
        configured = (Room(LOCAL, MAIN, sources, locale=settings.community.locale, organisers=(EVERYBODY,), asks=True),)
    operators, home = settings.community.operators, settings.reports.community
    return Rooms(configured, sources, settings.community.locale, operators=operators, home=home)


def _room(room: RoomSettings, sources: tuple[str, ...], settings: Settings) -> Room:
    followed = sources if room.announce is None else room.announce
    return Room(
        platform=room.platform,
        channel=room.channel,
        follows=followed or sources,
        announces=bool(followed),
        reminders=room.reminders and bool(followed),
        reports=room.reports,
        materials=room.materials,
        seats=room.seats,
        filling=room.filling,
        recognition=room.recognition,
        locale=room.locale or settings.community.locale,
        organisers=(EVERYBODY,) if room.platform == LOCAL else room.organisers,
        asks=room.questions,
        scheduled_events=bool(room.scheduled_events),
        mirrors_new_only=room.scheduled_events == "new",
        threads=room.threads,
        images=room.images,
        digest=room.digest,
    )
