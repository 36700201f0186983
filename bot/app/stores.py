"""The stores: one an aggregate, all on one database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from bot.delivery.store.agenda import StoredAgenda
from bot.delivery.store.deliveries import Deliveries
from bot.delivery.store.questions import Questions
from bot.delivery.store.troubles import StoredTroubles
from bot.events.store.events import Events
from bot.events.store.mirrored_events import MirroredEvents
from bot.handwriting.store.quizzes import Quizzes
from bot.handwriting.store.samples import Samples
from bot.organisers.store.interventions import StoredInterventions
from bot.organisers.store.left_servers import LeftServers
from bot.organisers.store.rooms import SetUpRooms
from bot.organisers.store.sessions import Sessions
from bot.platforms.web.room_messages import RoomMessages
from bot.reminders.store.personal_reminders import PersonalReminders
from bot.reports.store.materials import StoredMaterials
from bot.reports.store.reports import Reports
from bot.store.engine import SqliteEngine, close_store, open_store
from bot.store.failing import Failures
from bot.store.heard import StoredHeard
from bot.store.leadership import Leadership
from bot.store.memory import StoredMemory
from bot.store.personal import PersonalData


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
    troubles: StoredTroubles
    sessions: Sessions
    personal: PersonalData
    left_servers: LeftServers
    leadership: partial[Leadership]
    failures: Failures


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
            StoredTroubles(engine),
            Sessions(engine),
            PersonalData(engine),
            LeftServers(engine),
            partial(Leadership, engine),
            engine.failures if isinstance(engine, SqliteEngine) else Failures(),
        )
    finally:
        await close_store(engine)
