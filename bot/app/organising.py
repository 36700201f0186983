"""Builds what organisers use in the chat: setting up a room, looking after a guild's rooms, and rehearsing them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from bot import __version__
from bot.app.clients import Clients
from bot.app.rehearsal import record
from bot.app.rehearsal_process import play_apart
from bot.app.services import tidying_of, troubles_of
from bot.app.shared_rehearsals import SharedRehearsals
from bot.app.stores import Stores
from bot.config import Settings
from bot.core.clock import Clock, Ring, no_ring
from bot.core.problems.base import Problem
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.handwriting.ports.samples import SampleSheets
from bot.handwriting.reviewing import Reviewing
from bot.organisers.console import Console
from bot.organisers.intervening import Intervening
from bot.organisers.organising import Organising
from bot.organisers.rehearsing import Rehearsed
from bot.organisers.settling_in import Rehearse, SettlingIn
from bot.reports.report_posts import name_of_site


def build_organising(
    settings: Settings,
    stores: Stores,
    clients: Clients,
    rooms: Rooms,
    clock: Clock,
    changed: Callable[[], Awaitable[object]],
    problems: Callable[[], Mapping[str, Problem]] = dict,
    model: Callable[[], str] = str,
    sheets: SampleSheets | None = None,
    ring: Ring = no_ring,
    console: Console | None = None,
) -> Organising:
    """Bind what organisers use. `changed` is called when a room was set up or switched.

    `ring` is called when something is due at once.
    `console` lets organisers into the web page.
    `problems` says why a platform does not work now, by its name, `model` what is read with.
    """
    rehearse = SharedRehearsals(_rehearsing(settings, clients), clock)
    lead_times, zone = settings.reminders.lead_times, settings.community.timezone
    return Organising(
        settling_in=SettlingIn(
            store=stores.rooms,
            rooms=rooms,
            open_source=clients.source,
            rehearse=rehearse,
            changed=changed,
            lead_times=lead_times,
            clock=clock,
            zone=zone,
        ),
        store=stores.rooms,
        rooms=rooms,
        events=stores.events,
        agenda=stores.agenda,
        rehearse=rehearse,
        changed=changed,
        lead_times=lead_times,
        site=name_of_site(settings.reports.address) if settings.reports.address else "",
        version=__version__,
        model=model,
        clock=clock,
        zone=zone,
        problems=problems,
        reviewing=Reviewing(store=stores.samples, sheets=sheets, clock=clock, zone=zone),
        console=console,
        intervening=Intervening(store=stores.interventions, events=stores.events, clock=clock, ring=ring),
        troubles=troubles_of(stores, rooms, clock, ring),
        tidying=tidying_of(stores, clock),
    )


def _rehearsing(settings: Settings, clients: Clients) -> Rehearse:
    """Return what plays a stretch of time in some rooms of the chat, with what connpass shows now."""

    async def rehearse(rooms: Sequence[Room], start: datetime, end: datetime) -> list[Rehearsed]:
        followed = tuple(dict.fromkeys(name for room in rooms for name in room.follows))
        recording = await record(clients, followed, start, end)
        return await play_apart(settings, rooms, recording, start, end)

    return rehearse
