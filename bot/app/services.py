"""The use cases bound to their parts: on one screen what there is, and what each needs."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.answering.answering import Answering
from bot.answering.commands import VOCABULARY
from bot.app.clients import open_clients
from bot.app.clock import SystemClock
from bot.app.rooms import rooms_of
from bot.app.stores import Stores, open_stores
from bot.config import Settings
from bot.core.askers import Asker
from bot.core.clock import Clock, Ring, no_ring
from bot.core.rights import asker_in
from bot.core.room import MAIN, Room
from bot.core.rooms import HERE, Rooms
from bot.delivery.deciding import Deciding
from bot.delivery.delivering import Delivering
from bot.delivery.ports.platforms import Sender
from bot.delivery.posting import Known
from bot.delivery.rules.gaps import Gap
from bot.delivery.troubles import Troubles
from bot.events import event_posts
from bot.events.following import Following
from bot.events.mirroring import Mirroring
from bot.events.outages import Outages
from bot.events.ports.sources import EventDetails
from bot.events.silencing import Silencing
from bot.events.telling import Telling
from bot.events.vanishing import VANISHED
from bot.events.watching import Watching
from bot.handwriting.changing_model import ChangingModel
from bot.handwriting.own_samples import OwnSamples
from bot.handwriting.ports.recognition import Recogniser
from bot.handwriting.ports.samples import SampleSheets
from bot.handwriting.quizzing import Quizzing
from bot.handwriting.reading import Reader
from bot.handwriting.store.sample_folders import SampleFolders
from bot.handwriting.teaching import Teaching
from bot.organisers.inbox import Inbox
from bot.organisers.organising import Organising
from bot.organisers.tidying import Tidying
from bot.reminders.digesting import Digesting
from bot.reminders.member_settings import MemberSettings
from bot.reminders.reminding import Reminding
from bot.reports import report_posts
from bot.reports.correcting import Correcting
from bot.reports.drafting import Drafting
from bot.reports.materials import Materials
from bot.reports.ports import ReportSource
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


def build_services(
    settings: Settings,
    stores: Stores,
    clock: Clock,
    *,
    rooms: Rooms | None = None,
    site: ReportSource | None = None,
    details: EventDetails | None = None,
    recogniser: Recogniser | None = None,
    sheets: SampleSheets | None = None,
    organising: Organising | None = None,
    changing_model: ChangingModel | None = None,
    ring: Ring = no_ring,
) -> Services:
    """Bind the use cases to their parts; what is left out is off, and the rooms are those of the configuration.

    `ring` is called when an answer planned something that is due at once.
    """
    rooms, zone = rooms or rooms_of(settings), settings.community.timezone
    watching = Watching(
        events=stores.events,
        questions=stores.questions,
        rooms=rooms,
        lead_times=settings.reminders.lead_times,
        clock=clock,
        deliveries=stores.deliveries,
        set_up_by=stores.rooms.set_up_by,
    )
    reporting = Reporting(
        site=site,
        site_url=settings.reports.address,
        event_store=stores.events,
        report_store=stores.reports,
        question_store=stores.questions,
        delivery_store=stores.deliveries,
        rooms=rooms,
        clock=clock,
        zone=zone,
    )
    reminding = Reminding(store=stores.personal_reminders, events=stores.events, clock=clock, zone=zone, ring=ring)
    own_samples = OwnSamples(
        store=stores.samples,
        folders=SampleFolders(),
        everything=stores.personal,
        sheets=sheets,
        clock=clock,
        zone=zone,
    )
    deciding = Deciding(
        store=stores.questions,
        answers={"flood": watching.answer_flood, VANISHED: watching.answer_vanished, **reporting.answer_handlers()},
        rooms=rooms,
        zone=zone,
        ring=ring,
    )
    known = _known(settings, stores, rooms, clock)
    inbox = Inbox(known=known, deciding=deciding)
    correcting = Correcting(reporting=reporting, reports=stores.reports, events=stores.events, zone=zone)
    if organising is not None:
        organising = replace(organising, inbox=inbox, correcting=correcting)
    teaching = Teaching(own=own_samples, recogniser=recogniser, clock=clock, zone=zone)
    return Services(
        watching=watching,
        reporting=reporting,
        reminding=reminding,
        digesting=Digesting(agenda=stores.agenda, rooms=rooms, clock=clock, zone=zone),
        answering=Answering(
            telling=Telling(
                event_store=stores.events,
                report_store=stores.reports,
                clock=clock,
                stale_after=max(3 * settings.connpass.poll_every, SHORTEST_STALE_AFTER),
                zone=zone,
            ),
            reporting=reporting,
            reminding=reminding,
            deciding=deciding,
            inbox=inbox,
            correcting=correcting,
            drafting=Drafting(
                event_store=stores.events,
                report_store=stores.reports,
                material_store=stores.materials,
                details=details,
                author=settings.community.name,
                clock=clock,
                zone=zone,
            ),
            settings=MemberSettings(store=stores.personal_reminders, clock=clock, zone=zone, ring=ring),
            reader=Reader(recogniser=recogniser, zone=zone, public_url=settings.web.public_url),
            teaching=teaching,
            quizzing=Quizzing(
                store=stores.quizzes,
                samples=stores.samples,
                donations=teaching,
                recogniser=recogniser,
                clock=clock,
                zone=zone,
                public_url=settings.web.public_url,
            ),
            vocabulary=VOCABULARY,
            clock=clock,
            zone=zone,
            public_url=settings.web.public_url,
            organising=organising,
            changing_model=changing_model,
        ),
        known=known,
        rooms=rooms,
        following=Following(store=stores.rooms, rooms=rooms, watching=watching, troubles=stores.troubles),
        mirroring=Mirroring(
            event_store=stores.events, mirror_store=stores.mirrored_events, rooms=rooms, clock=clock, zone=zone
        ),
        materials=Materials(
            details=details,
            store=stores.materials,
            events=stores.events,
            deliveries=stores.deliveries,
            rooms=rooms,
            clock=clock,
        ),
        outages=Outages(
            events=stores.events, deliveries=stores.deliveries, agenda=stores.agenda, rooms=rooms, clock=clock
        ),
        troubles=troubles_of(stores, rooms, clock, ring),
        tidying=tidying_of(stores, clock),
        clock=clock,
        stores=stores,
    )


def troubles_of(stores: Stores, rooms: Rooms, clock: Clock, ring: Ring) -> Troubles:
    """Bind what looks after rooms that take nothing."""
    return Troubles(
        store=stores.troubles,
        deliveries=stores.deliveries,
        agenda=stores.agenda,
        room_store=stores.rooms,
        rooms=rooms,
        clock=clock,
        ring=ring,
    )


def tidying_of(stores: Stores, clock: Clock) -> Tidying:
    """Bind what erases by itself."""
    return Tidying(data=stores.personal, servers=stores.left_servers, clock=clock)


def _known(settings: Settings, stores: Stores, rooms: Rooms, clock: Clock) -> Known:
    """Return what posts are composed from."""
    return Known(
        events=stores.events,
        deliveries=stores.deliveries,
        questions=stores.questions,
        reports=stores.reports,
        materials=stores.materials,
        personal_reminders=stores.personal_reminders,
        troubles=stores.troubles,
        rooms=rooms,
        clock=clock,
        zone=settings.community.timezone,
        site_url=settings.reports.address,
        asked={
            "flood": event_posts.flood_question,
            VANISHED: event_posts.vanished_question,
            report_posts.REPORT: report_posts.which_event,
            report_posts.FLOOD_OF_REPORTS: report_posts.flood_question,
            report_posts.MISSING: report_posts.missing_report,
        },
    )


@asynccontextmanager
async def open_answering(settings: Settings) -> AsyncIterator[tuple[Answering, Asker]]:
    """Open just enough to answer as the local room does."""
    async with open_stores(settings.storage.url) as stores:
        services = build_services(settings, stores, SystemClock())
        yield services.answering, asker_in(services.rooms, HERE, MAIN, "")


@asynccontextmanager
async def open_drafting(settings: Settings) -> AsyncIterator[tuple[Drafting, Room]]:
    """Open just enough to draft reports, with what connpass tells of their events."""
    async with open_stores(settings.storage.url) as stores:
        with open_clients(settings) as clients:
            services = build_services(settings, stores, SystemClock(), details=clients.details)
            yield services.answering.drafting, services.rooms.at(HERE, MAIN)
