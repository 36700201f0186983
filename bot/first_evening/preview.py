"""What an organiser sees before it begins: last month as it would have been, and the first week as it will be."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot.app.clock import SystemClock
from bot.app.rehearsal import Recording
from bot.app.rooms import rooms_of
from bot.config import Settings
from bot.core.errors import TsudoiError
from bot.core.room import LOCAL, MAIN
from bot.first_evening.answers import PLATFORMS
from bot.first_evening.commands import Commands
from bot.first_evening.talk import Talk
from bot.locales import Texts, texts_for
from bot.organisers.rehearsing import Rehearsed
from bot.organisers.room_labels import managers

MOST_SHOWN, MOST_LINES = 6, 8  # messages of a rehearsal, and lines of each
WEEK = timedelta(days=7)


def record_now(talk: Talk, settings: Settings) -> Recording | None:
    """Return what connpass and the report site show now; None where nobody can look, which stops nobody."""
    _ = talk.texts.gettext
    if talk.looks is None:
        return None
    start, _end = last_month(SystemClock().now(), settings)
    try:
        with talk.asker.waiting(_("Rehearsing …")):
            return talk.looks.recording(settings, start, SystemClock().now())
    except TsudoiError as error:
        talk.asker.warn(_("No rehearsal is possible now."), error.problem.reported(talk.texts, asked_now=True))
        return None


def show_last_month(talk: Talk, settings: Settings, recording: Recording, commands: Commands) -> None:
    """Show what would have been said last month."""
    _ = talk.texts.gettext
    start, end = last_month(SystemClock().now(), settings)
    talk.asker.heading(_("Rehearsal: what I would have posted last month"))
    said = _played(talk, settings, recording, start, end)
    texts = texts_for(settings.community.locale, settings.community.timezone)
    for said_there, rooms in said[:MOST_SHOWN]:
        _show(talk, texts, said_there, [_label(talk, room) for room in rooms])
    if not said:
        talk.asker.say(_("Nothing: connpass shows no event for that month."))
    if len(said) > MOST_SHOWN:
        _point_to_the_rest(talk, len(said) - MOST_SHOWN, commands, start.date(), end.date())


def choose_event_list(talk: Talk, recording: Recording | None) -> None:
    """Ask which events Discord's own list shall show; what was planned before the bot came is put there on demand."""
    _ = talk.texts.gettext
    usual = talk.answers.event_list or "new"
    if recording is None:
        talk.given_or("event_list", lambda: usual)
        return
    count = len(recording.coming(SystemClock().now()))
    talk.asker.heading(_("Discord's list of events"))
    question = talk.texts.ngettext(
        "{count} event is already planned. What should go into the server's list of events?",
        "{count} events are already planned. What should go into the server's list of events?",
        count,
    ).format(count=count)
    ways = {
        "new": _("only events that are published from now on"),
        "all": _("also those already planned"),
        "none": _("nothing"),
    }
    talk.given_or("event_list", lambda: talk.asker.choose(question, "--event-list", ways, usual))


def show_first_week(talk: Talk, settings: Settings, recording: Recording) -> None:
    """Show what happens once it runs: what is only noted, where organisers are asked, what is due within a week."""
    _ = talk.texts.gettext
    now = SystemClock().now()
    talk.asker.heading(_("My first week"))
    count = len(recording.coming(now))
    noted = talk.texts.ngettext(
        "{count} event is already planned. I only take note of it and will not announce it again.",
        "{count} events are already planned. I only take note of them and will not announce them again.",
        count,
    )
    talk.asker.say(noted.format(count=count))
    if (listed := _about_event_list(talk, settings, count)) is not None:
        talk.asker.say(listed)
    _say_where_organisers_are_asked(talk, settings)
    said = _played(talk, settings, recording, now, now + WEEK)
    texts = texts_for(settings.community.locale, settings.community.timezone)
    nothing = _("In the first week I will post nothing, unless something new is published.")
    talk.asker.say(_("In the first week I will post:") if said else nothing)
    comma = _(", ")
    for first, rooms in said[:MOST_SHOWN]:
        lead, title = first.message.lead.partition("\n")[0], first.message.title
        what = lead if title == first.message.lead else _("{lead} {title}").format(lead=lead, title=title)
        when, where = f"{texts.date(first.at)} {texts.time(first.at)}", comma.join(_label(talk, room) for room in rooms)
        talk.asker.say(f"  {when}  {where}  {what}")
    if len(said) > MOST_SHOWN:
        talk.asker.say("  " + _("and {count} more").format(count=len(said) - MOST_SHOWN))


def _about_event_list(talk: Talk, settings: Settings, count: int) -> str | None:
    _ = talk.texts.gettext
    lists = {room.scheduled_events for room in settings.rooms if room.platform == "discord"}
    if True in lists:
        all_of_them = _("All of them ({count}) will be put into Discord's list of events.")
        return all_of_them.format(count=count)
    return (
        _("Only what is published from now on will be put into Discord's list of events.") if "new" in lists else None
    )


def _say_where_organisers_are_asked(talk: Talk, settings: Settings) -> None:
    _ = talk.texts.gettext
    rooms = rooms_of(settings)
    for room in rooms.asking(rooms.sources):
        if room.platform == LOCAL:
            talk.asker.say(_("When I am not sure, I ask on my own page."))
            continue
        asked = _("When I am not sure, I ask in {channel}, where {people} can answer.")
        people = managers(talk.texts, room.platform)
        talk.asker.say(asked.format(channel=_label(talk, room.name), people=people))


def _played(
    talk: Talk, settings: Settings, recording: Recording, start: datetime, end: datetime
) -> list[tuple[Rehearsed, list[str]]]:
    assert talk.looks is not None  # noqa: S101  # it made the recording
    try:
        with talk.asker.waiting(talk.texts.gettext("Rehearsing …")):
            return in_one(talk.looks.rehearsal(settings, recording, start, end))
    except TsudoiError as error:
        why = error.problem.reported(talk.texts, asked_now=True)
        talk.asker.warn(talk.texts.gettext("No rehearsal is possible now."), why)
        return []


def in_one(played: Sequence[Rehearsed]) -> list[tuple[Rehearsed, list[str]]]:
    """Return each message once, with all the rooms in which it is said at the same time."""
    rooms: dict[tuple[datetime, str], tuple[Rehearsed, list[str]]] = {}
    for rehearsed in played:
        rooms.setdefault((rehearsed.at, rehearsed.message.text), (rehearsed, []))[1].append(rehearsed.room)
    return list(rooms.values())


def _label(talk: Talk, room: str) -> str:
    names = {
        f"{platform}:{channel}": label
        for platform in PLATFORMS
        for channel, label in talk.answers.channels(platform).items()
    }
    names[f"{LOCAL}:{MAIN}"] = talk.texts.gettext("my own page")
    return names.get(room) or room


def _point_to_the_rest(talk: Talk, count: int, commands: Commands, start: date, end: date) -> None:
    more = talk.texts.gettext("There are {count} more. To see them all, once this is written:")
    talk.asker.say("\n" + more.format(count=count))
    talk.asker.show("  " + commands.line("rehearse", "--from", str(start), "--to", str(end)))


def last_month(now: datetime, settings: Settings) -> tuple[datetime, datetime]:
    """Return where last month begins and ends, on the community's calendar."""
    end = now.astimezone(settings.community.timezone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (end - timedelta(days=1)).replace(day=1), end


def _show(talk: Talk, texts: Texts, said: Rehearsed, rooms: Sequence[str]) -> None:
    talk.asker.say(f"\n{texts.date(said.at)} {texts.time(said.at)}  {talk.texts.gettext(', ').join(rooms)}", "bold")
    lines = [line for line in said.message.text.splitlines() if line.strip()]
    cut = [*lines[:MOST_LINES], *(["…"] if len(lines) > MOST_LINES else [])]
    talk.asker.say("\n".join(f"  {line}" for line in cut))
