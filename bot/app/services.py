"""Builds every part from the settings, starts and stops them. Nothing else knows how parts are made."""

import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta

from bot.answering.answering import Answering
from bot.answering.commands import VOCABULARY
from bot.app.clock import SystemClock
from bot.config import RoomSettings, Settings, SourceSettings
from bot.core.askers import Asker, Tenant
from bot.core.clock import Clock, Ring, no_ring
from bot.core.errors import ConfigurationError
from bot.core.problems.sources import NoSuchSource
from bot.core.rights import asker_in
from bot.core.room import EVERYBODY, LOCAL, MAIN, Room
from bot.core.rooms import Rooms
from bot.delivery.deciding import Deciding
from bot.delivery.delivering import Delivering
from bot.delivery.ports.platforms import Sender
from bot.delivery.posting import Known
from bot.delivery.rules.gaps import Gap
from bot.delivery.store.agenda import StoredAgenda
from bot.delivery.store.deliveries import Deliveries
from bot.delivery.store.questions import Questions
from bot.events import event_posts
from bot.events.connpass.details import ConnpassDetails
from bot.events.connpass.feed import ConnpassFeedSource
from bot.events.connpass.source import THIS_MONTH_AND_FIVE, ConnpassApi, ConnpassSource
from bot.events.following import Following
from bot.events.mirroring import Mirroring
from bot.events.outages import Outages
from bot.events.ports.sources import EventDetails, EventSource
from bot.events.rules.sources import SourceKind, Words, query_named
from bot.events.silencing import Silencing
from bot.events.store.events import Events
from bot.events.store.mirrored_events import MirroredEvents
from bot.events.telling import Telling
from bot.events.watching import Watching
from bot.events.worded_source import WordedSource
from bot.handwriting.changing_model import ChangingModel
from bot.handwriting.own_samples import OwnSamples
from bot.handwriting.ports.recognition import Recogniser
from bot.handwriting.ports.samples import SampleSheets
from bot.handwriting.quizzing import Quizzing
from bot.handwriting.reading import Reader
from bot.handwriting.store.quizzes import Quizzes
from bot.handwriting.store.sample_folders import SampleFolders
from bot.handwriting.store.samples import Samples
from bot.handwriting.teaching import Teaching
from bot.network.http import HttpClient
from bot.organisers.organising import Organising
from bot.organisers.store.interventions import StoredInterventions
from bot.organisers.store.rooms import SetUpRooms
from bot.platforms.web.room_messages import RoomMessages
from bot.reminders.digesting import Digesting
from bot.reminders.member_settings import MemberSettings
from bot.reminders.reminding import Reminding
from bot.reminders.store.personal_reminders import PersonalReminders
from bot.reports import report_posts
from bot.reports.drafting import Drafting
from bot.reports.materials import Materials
from bot.reports.ports import ReportSource
from bot.reports.reporting import Reporting
from bot.reports.site.report_site import ReportSite
from bot.reports.store.materials import StoredMaterials
from bot.reports.store.reports import Reports
from bot.store.engine import close_store, open_store
from bot.store.heard import StoredHeard
from bot.store.memory import StoredMemory

CONNPASS_SPACING = timedelta(seconds=1.1)  # one call a second a key, and two clocks differ a little
REPORT_SITE_SPACING = timedelta(seconds=0.2)
SAMPLES = "samples"
SHORTEST_STALE_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class Stores:
    """One store an aggregate, all on one database."""

    events: Events
    deliveries: Deliveries
    questions: Questions
    reports: Reports
    messages: RoomMessages
    rooms: SetUpRooms
    agenda: StoredAgenda
    personal_reminders: PersonalReminders
    mirrored_events: MirroredEvents
    memory: StoredMemory
    samples: Samples
    heard: StoredHeard
    quizzes: Quizzes
    materials: StoredMaterials
    interventions: StoredInterventions


@asynccontextmanager
async def open_stores(url: str) -> AsyncIterator[Stores]:
    """Open the database and close it again. Raises StoreError."""
    engine = await open_store(url)
    try:
        yield Stores(
            Events(engine),
            Deliveries(engine),
            Questions(engine),
            Reports(engine),
            RoomMessages(engine),
            SetUpRooms(engine),
            StoredAgenda(engine),
            PersonalReminders(engine),
            MirroredEvents(engine),
            StoredMemory(engine),
            Samples(engine),
            StoredHeard(engine),
            Quizzes(engine),
            StoredMaterials(engine),
            StoredInterventions(engine),
        )
    finally:
        await close_store(engine)


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
    clock: Clock
    stores: Stores

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


def rooms_of(settings: Settings) -> Rooms:
    """Return the rooms as configured; with none, the local room follows every source."""
    sources = tuple(source.name for source in settings.sources) or ((SAMPLES,) if settings.shows_samples else ())
    configured = tuple(_room(room, sources, settings) for room in settings.rooms)
    if not configured:
        configured = (Room(LOCAL, MAIN, sources, locale=settings.community.locale, organisers=(EVERYBODY,), asks=True),)
    return Rooms(configured, sources, settings.community.locale)


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


@dataclass(frozen=True)
class Clients:
    """What is read from the network: connpass under one key, and the report site if there is one."""

    settings: Settings
    api: ConnpassApi
    connpass: HttpClient
    site: ReportSource | None

    @property
    def details(self) -> EventDetails | None:
        """What tells of single events; None without a key."""
        return ConnpassDetails(self.api) if self.settings.connpass.api_key.get_secret_value() else None

    def source(self, name: str, months: tuple[int, int] = THIS_MONTH_AND_FIVE) -> EventSource:
        """Return the source that rooms follow under this name, configured or chosen in the chat.

        `months`, counted from the present one, is what a keyword or a prefecture is asked for. Raises
        ConfigurationError where there is no such source.
        """
        chosen = _chosen_source(name, has_key=bool(self.settings.connpass.api_key.get_secret_value()))
        configured = next((source for source in self.settings.sources if source.name == name), chosen)
        if configured is None:
            raise ConfigurationError(NoSuchSource(name))
        return _source(configured, self.api, self.connpass, months)


@contextmanager
def open_clients(settings: Settings) -> Iterator[Clients]:
    """Open what is read from the network."""
    with contextlib.ExitStack() as stack:
        connpass = stack.enter_context(HttpClient("connpass", CONNPASS_SPACING))
        api = ConnpassApi(settings.connpass.base_url, settings.connpass.api_key.get_secret_value(), connpass)
        site: ReportSource | None = None
        if settings.reports.site_url:
            site_http = HttpClient("the report site", REPORT_SITE_SPACING, setting="reports.site_url")
            site = ReportSite(settings.reports.site_url, stack.enter_context(site_http))
        yield Clients(settings, api, connpass, site)


def _chosen_source(name: str, *, has_key: bool) -> SourceSettings | None:
    """Return what a source chosen in the chat asks; a group's public feed stands in until there is a key."""
    query = query_named(name)
    if query is None:
        return None
    kind = "feed" if query.kind is SourceKind.GROUP and not has_key else "api"
    words = {"include": query.words.include, "exclude": query.words.exclude}
    return SourceSettings.model_validate({"name": name, "kind": kind, query.kind: query.value, **words})


def _source(source: SourceSettings, api: ConnpassApi, http: HttpClient, months: tuple[int, int]) -> EventSource:
    shown, words = _whole_source(source, api, http, months), Words(source.include, source.exclude)
    return shown if words == Words() else WordedSource(shown, words)


def _whole_source(source: SourceSettings, api: ConnpassApi, http: HttpClient, months: tuple[int, int]) -> EventSource:
    if source.kind == "feed":
        return ConnpassFeedSource(source.name, source.group or "", http)
    asked = (source.group, source.keyword, source.prefecture, source.owner)
    return ConnpassSource(source.name, api, *asked, window=months)


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
    )
    reporting = Reporting(
        site=site,
        site_url=settings.reports.site_url,
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
        sheets=sheets,
        clock=clock,
        zone=zone,
        elsewhere=stores.quizzes,
    )
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
            deciding=Deciding(
                store=stores.questions,
                answers={"flood": watching.answer_flood, **reporting.answer_handlers()},
                zone=zone,
                ring=ring,
            ),
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
        known=_known(settings, stores, rooms, clock),
        rooms=rooms,
        following=Following(store=stores.rooms, rooms=rooms, watching=watching),
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
        clock=clock,
        stores=stores,
    )


def _known(settings: Settings, stores: Stores, rooms: Rooms, clock: Clock) -> Known:
    """Return what posts are composed from."""
    return Known(
        events=stores.events,
        deliveries=stores.deliveries,
        questions=stores.questions,
        reports=stores.reports,
        materials=stores.materials,
        personal_reminders=stores.personal_reminders,
        rooms=rooms,
        clock=clock,
        zone=settings.community.timezone,
        site_url=settings.reports.site_url,
        asked={
            "flood": event_posts.flood_question,
            "report": report_posts.which_event,
            "report_flood": report_posts.flood_question,
        },
    )


@asynccontextmanager
async def open_answering(settings: Settings) -> AsyncIterator[tuple[Answering, Asker]]:
    """Open just enough to answer as the local room does."""
    async with open_stores(settings.storage.url) as stores:
        services = build_services(settings, stores, SystemClock())
        yield services.answering, asker_in(services.rooms, Tenant(LOCAL), MAIN, "")


@asynccontextmanager
async def open_drafting(settings: Settings) -> AsyncIterator[tuple[Drafting, Room]]:
    """Open just enough to draft reports, with what connpass tells of their events."""
    async with open_stores(settings.storage.url) as stores:
        with open_clients(settings) as clients:
            services = build_services(settings, stores, SystemClock(), details=clients.details)
            yield services.answering.drafting, services.rooms.at(LOCAL, MAIN)
