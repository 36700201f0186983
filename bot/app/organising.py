"""Binds what organisers use in the chat: setting up a room, looking after a guild's rooms, and rehearsing them."""

from bot import __version__
from bot.app.ground import Ground, Running
from bot.delivery.troubles import Troubles
from bot.handwriting.reviewing import Reviewing
from bot.organisers.console import Console
from bot.organisers.inbox import Inbox
from bot.organisers.intervening import Intervening
from bot.organisers.organising import Organising
from bot.organisers.settling_in import SettlingIn
from bot.organisers.tidying import Tidying
from bot.reports.correcting import Correcting
from bot.reports.report_posts import name_of_site


def build_organising(
    ground: Ground,
    running: Running,
    *,
    inbox: Inbox,
    correcting: Correcting,
    troubles: Troubles,
    tidying: Tidying,
    console: Console,
) -> Organising:
    """Bind what organisers use."""
    settings, stores, rooms, clock, zone = ground.settings, ground.stores, ground.rooms, ground.clock, ground.zone
    settling_in = SettlingIn(
        store=stores.rooms,
        rooms=rooms,
        open_source=running.open_source,
        rehearse=running.rehearse,
        changed=running.changed,
        lead_times=settings.reminders.lead_times,
        clock=clock,
        zone=zone,
        charged=ground.charged,
    )
    return Organising(
        settling_in=settling_in,
        store=stores.rooms,
        rooms=rooms,
        events=stores.events,
        agenda=stores.agenda,
        rehearse=running.rehearse,
        changed=running.changed,
        lead_times=settings.reminders.lead_times,
        site=name_of_site(settings.reports.address) if settings.reports.address else "",
        version=__version__,
        model=running.model,
        clock=clock,
        zone=zone,
        problems=running.problems,
        inbox=inbox,
        correcting=correcting,
        console=console,
        reviewing=Reviewing(store=stores.samples, sheets=ground.sheets, clock=clock, zone=zone),
        intervening=Intervening(store=stores.interventions, events=stores.events, clock=clock, ring=ground.ring),
        troubles=troubles,
        tidying=tidying,
    )
