"""What people call that which can be chosen for a room, and a room with all that was chosen."""

from collections.abc import Sequence
from datetime import timedelta

from bot.core.messages import Card
from bot.core.room import Room
from bot.locales import LANGUAGES, Texts
from bot.organisers.source_messages import labels_of
from bot.reminders.rules.digests import parse_digest

PARTS = (
    "announces",
    "changes",
    "materials",
    "seats",
    "filling",
    "reminders",
    "reports",
    "recognition",
    "scheduled_events",
    "threads",
    "images",
)
_OF_DISCORD = ("scheduled_events", "threads")  # elsewhere there is no calendar, or every message has a thread anyway


def part_labels(texts: Texts, room: Room) -> dict[str, str]:
    """Return what can be said in a room, as people call it."""
    labels = {
        "announces": texts.gettext("New events"),
        "changes": texts.gettext("Changes and cancellations"),
        "materials": texts.gettext("Slides and the like after an event"),
        "seats": texts.gettext("An event is full, or a seat is free again"),
        "filling": texts.gettext("How events fill, and waiting lists"),
        "reminders": texts.gettext("Reminders before an event"),
        "reports": texts.gettext("Reports after an event"),
        "recognition": texts.gettext("Reading handwritten hiragana in pictures"),
        "scheduled_events": texts.gettext("Entries among the server's scheduled events"),
        "threads": texts.gettext("A thread below each announcement"),
        "images": texts.gettext("The event's picture"),
    }
    return {part: label for part, label in labels.items() if part not in _OF_DISCORD or room.platform == "discord"}


def lead_time_label(texts: Texts, lead_time: timedelta) -> str:
    """Return a lead time as people say it."""
    minutes = int(lead_time.total_seconds()) // 60
    if minutes % 1440 == 0:
        days = minutes // 1440
        return texts.ngettext("{count} day before", "{count} days before", days).format(count=days)
    if minutes % 60 == 0:
        hours = minutes // 60
        return texts.ngettext("{count} hour before", "{count} hours before", hours).format(count=hours)
    return texts.ngettext("{count} minute before", "{count} minutes before", minutes).format(count=minutes)


def digest_label(texts: Texts, written: str) -> str:
    """Return when a digest such as `mon 09:00` comes, as people say it."""
    rhythm = parse_digest(written)
    time = f"{rhythm.clock:%H:%M}"
    if rhythm.weekday is None:
        return texts.gettext("digest on day {day} of each month at {time}").format(day=rhythm.day, time=time)
    return texts.gettext("digest every {weekday} at {time}").format(weekday=texts.weekday(rhythm.weekday), time=time)


def managers(texts: Texts, platform: str) -> str:
    """Return who decides without being named, as the platform calls them."""
    if platform == "slack":
        return texts.gettext("the administrators of the workspace")
    return texts.gettext("those who may manage the server")


def room_card(texts: Texts, room: Room, usual: Sequence[timedelta], title: str = "") -> Card:
    """Describe a room: what it follows, and what is said there."""
    labels = part_labels(texts, room)
    said_here = [label for part, label in labels.items() if getattr(room, part)]
    lead_times = usual if room.lead_times is None else room.lead_times
    lines = [
        texts.gettext("Events: {sources}").format(sources=labels_of(texts, room.follows) or "-"),
        texts.gettext("I post: {parts}").format(parts=texts.listed(said_here) or "-"),
    ]
    if room.reminders:
        times = texts.listed([lead_time_label(texts, lead_time) for lead_time in sorted(lead_times, reverse=True)])
        lines.append(texts.gettext("Reminders: {times}").format(times=times or "-"))
    if room.digest:
        lines.append(digest_label(texts, room.digest))
    lines.append(texts.gettext("Language: {language}").format(language=LANGUAGES.get(room.locale, room.locale)))
    if not room.is_on:
        lines.insert(0, texts.gettext("(switched off)"))
    return Card(title=title, body="\n".join(lines))
