"""The use cases bound to their parts: on one screen what there is, and what each needs."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.answering.answering import Answering
from bot.answering.commands import VOCABULARY
from bot.answering.communities import Communities
from bot.app.clients import open_clients
from bot.app.clock import SystemClock
from bot.app.ground import Ground, Running
from bot.app.organising import build_organising
from bot.app.rooms import rooms_of
from bot.app.stores import Stores, open_stores
from bot.config import Settings
from bot.core.askers import Asker
from bot.core.clock import Clock
from bot.core.rights import asker_in
from bot.core.room import MAIN, Room
from bot.core.rooms import HERE, Rooms
from bot.delivery.deciding import Deciding
from bot.delivery.delivering import Delivering
from bot.delivery.ports.platforms import Sender
from bot.delivery.posting import Known
from bot.delivery.rules.gaps import Gap
from bot.delivery.troubles import Troubles
from bot.events.following import Following
from bot.events.mirroring import Mirroring
from bot.events.outages import Outages
from bot.events.silencing import Silencing
from bot.events.telling import Telling
from bot.events.watching import Watching
from bot.handwriting.own_samples import OwnSamples
from bot.handwriting.quizzing import Quizzing
from bot.handwriting.reading import Reader
from bot.handwriting.store.sample_folders import SampleFolders
from bot.handwriting.teaching import Teaching
from bot.organisers.console import Console
from bot.organisers.inbox import Inbox
from bot.organisers.organising import Organising
from bot.organisers.tidying import Tidying
from bot.reminders.digesting import Digesting
from bot.reminders.member_settings import MemberSettings
from bot.reminders.reminding import Reminding
from bot.reports.correcting import Correcting
from bot.reports.drafting import Drafting
from bot.reports.materials import Materials
from bot.reports.reporting import Reporting

SHORTEST_STALE_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class Services:
    """The use cases, bound to their parts."""

    watching: Watching
    reporting: Reporting
    reminding: Reminding
    digesting: Digesting
    answering: Answering
    known: Known
    rooms: Rooms
    following: Following
    mirroring: Mirroring
    materials: Materials
    outages: Outages
    troubles: Troubles
    tidying: Tidying
    console: Console
    clock: Clock
    stores: Stores

    async def reopen_closed_too_early(self) -> None:
        """Plan again what was skipped as too late under a clock that was ahead."""
        await self.stores.deliveries.reopen(self.clock.now())

    def delivering(self, senders: Sequence[Sender], gap: Gap | None = None) -> Delivering:
        """Bind delivering to the platforms that can send; `gap` is what the store knows nothing of."""
        return Delivering(
            self.stores.deliveries,
            {sender.platform: sender for sender in senders},
            self.known.compose,
            self.rooms,
            self.clock,
            unreachable=self.reminding.unreachable,
            gap=gap,
            silence=Silencing(self.stores.events, self.stores.deliveries, self.clock).reason,
        )


def build_services(ground: Ground, running: Running | None = None) -> Services:
    """Bind the use cases to what they stand on; organisers have theirs only in a bot that runs."""
    stores, rooms, clock, zone, ring = ground.stores, ground.rooms, ground.clock, ground.zone, ground.ring
    events, deliveries, agenda = stores.events, stores.deliveries, stores.agenda
    watching, reporting, known = _watching(ground), _reporting(ground), _known(ground)
    reminding = Reminding(store=stores.personal_reminders, events=events, clock=clock, zone=zone, ring=ring)
    troubles = Troubles(
        store=stores.troubles,
        deliveries=deliveries,
        agenda=agenda,
        room_store=stores.rooms,
        rooms=rooms,
        clock=clock,
        ring=ring,
    )
    tidying = Tidying(data=stores.personal, servers=stores.left_servers, clock=clock)
    console = Console(store=stores.sessions, rooms=rooms, clock=clock, address=ground.settings.web.public_url)
    answers = {**watching.answer_handlers(), **reporting.answer_handlers()}
    deciding = Deciding(store=stores.questions, answers=answers, rooms=rooms, zone=zone, ring=ring)
    organising = None
    if running is not None:
        organising = build_organising(
            ground,
            running,
            inbox=Inbox(known=known, deciding=deciding),
            correcting=Correcting(reporting=reporting, reports=stores.reports, events=events, zone=zone),
            troubles=troubles,
            tidying=tidying,
            console=console,
        )
    return Services(
        watching=watching,
        reporting=reporting,
        reminding=reminding,
        digesting=Digesting(agenda=agenda, rooms=rooms, clock=clock, zone=zone),
        answering=_answering(ground, reporting, reminding, deciding, organising),
        known=known,
        rooms=rooms,
        following=Following(store=stores.rooms, rooms=rooms, watching=watching, troubles=stores.troubles),
        mirroring=Mirroring(
            event_store=events, mirror_store=stores.mirrored_events, rooms=rooms, clock=clock, zone=zone
        ),
        materials=Materials(
            details=ground.details,
            store=stores.materials,
            events=events,
            deliveries=deliveries,
            rooms=rooms,
            clock=clock,
        ),
        outages=Outages(events=events, deliveries=deliveries, agenda=agenda, rooms=rooms, clock=clock),
        troubles=troubles,
        tidying=tidying,
        console=console,
        clock=clock,
        stores=stores,
    )


def _watching(ground: Ground) -> Watching:
    stores = ground.stores
    return Watching(
        events=stores.events,
        questions=stores.questions,
        rooms=ground.rooms,
        lead_times=ground.settings.reminders.lead_times,
        clock=ground.clock,
        deliveries=stores.deliveries,
        set_up_by=stores.rooms.set_up_by,
    )


def _reporting(ground: Ground) -> Reporting:
    stores = ground.stores
    return Reporting(
        site=ground.site,
        site_url=ground.settings.reports.address,
        event_store=stores.events,
        report_store=stores.reports,
        question_store=stores.questions,
        delivery_store=stores.deliveries,
        rooms=ground.rooms,
        clock=ground.clock,
        zone=ground.zone,
    )


def _known(ground: Ground) -> Known:
    """Return what posts are composed from."""
    stores = ground.stores
    return Known(
        events=stores.events,
        deliveries=stores.deliveries,
        questions=stores.questions,
        reports=stores.reports,
        materials=stores.materials,
        personal_reminders=stores.personal_reminders,
        troubles=stores.troubles,
        rooms=ground.rooms,
        clock=ground.clock,
        zone=ground.zone,
        site_url=ground.settings.reports.address,
    )


def _answering(
    ground: Ground, reporting: Reporting, reminding: Reminding, deciding: Deciding, organising: Organising | None
) -> Answering:
    """Bind what members use."""
    stores, clock, zone, recogniser = ground.stores, ground.clock, ground.zone, ground.recogniser
    public_url = ground.settings.web.public_url
    teaching = _teaching(ground)
    telling = Telling(
        event_store=stores.events,
        report_store=stores.reports,
        clock=clock,
        stale_after=max(3 * ground.settings.connpass.poll_every, SHORTEST_STALE_AFTER),
        zone=zone,
    )
    return Answering(
        telling=telling,
        reporting=reporting,
        reminding=reminding,
        deciding=deciding,
        drafting=Drafting(
            event_store=stores.events,
            report_store=stores.reports,
            material_store=stores.materials,
            details=ground.details,
            author=ground.settings.community.name,
            clock=clock,
            zone=zone,
            charged=ground.charged,
        ),
        communities=Communities(reminding=reminding, telling=telling, rooms=ground.rooms, zone=zone),
        settings=MemberSettings(store=stores.personal_reminders, clock=clock, zone=zone, ring=ground.ring),
        reader=Reader(recogniser=recogniser, zone=zone, public_url=public_url),
        teaching=teaching,
        quizzing=Quizzing(
            store=stores.quizzes,
            samples=stores.samples,
            donations=teaching,
            recogniser=recogniser,
            clock=clock,
            zone=zone,
            public_url=public_url,
        ),
        vocabulary=VOCABULARY,
        clock=clock,
        zone=zone,
        public_url=public_url,
        organising=organising,
        changing_model=ground.changing_model,
    )


def _teaching(ground: Ground) -> Teaching:
    own = OwnSamples(
        store=ground.stores.samples,
        folders=SampleFolders(),
        everything=ground.stores.personal,
        sheets=ground.sheets,
        clock=ground.clock,
        zone=ground.zone,
    )
    return Teaching(own=own, recogniser=ground.recogniser, clock=ground.clock, zone=ground.zone)


@asynccontextmanager
async def open_answering(settings: Settings) -> AsyncIterator[tuple[Answering, Asker]]:
    """Open just enough to answer as the local room does."""
    async with open_stores(settings.storage.url) as stores:
        services = build_services(
            Ground(settings=settings, stores=stores, rooms=rooms_of(settings), clock=SystemClock())
        )
        yield services.answering, asker_in(services.rooms, HERE, MAIN, "")


@asynccontextmanager
async def open_drafting(settings: Settings) -> AsyncIterator[tuple[Drafting, Room]]:
    """Open just enough to draft reports, with what connpass tells of their events."""
    async with open_stores(settings.storage.url) as stores:
        with open_clients(settings) as clients:
            ground = Ground(settings=settings, stores=stores, rooms=rooms_of(settings), clock=SystemClock())
            services = build_services(replace(ground, details=clients.details))
            yield services.answering.drafting, services.rooms.at(HERE, MAIN)
