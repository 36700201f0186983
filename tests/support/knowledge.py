"""What posts look up when they are composed, from the real stores on one database."""

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.clock import Clock
from bot.core.rooms import Rooms
from bot.delivery.posting import Known
from bot.delivery.store.deliveries import Deliveries
from bot.delivery.store.questions import Questions
from bot.delivery.store.troubles import StoredTroubles
from bot.events.store.events import Events
from bot.locales import TOKYO
from bot.reminders.store.personal_reminders import PersonalReminders
from bot.reports.store.materials import StoredMaterials
from bot.reports.store.reports import Reports


def known_in(engine: AsyncEngine, rooms: Rooms, clock: Clock, site_url: str = "") -> Known:
    """Return what a bot with these rooms knows."""
    return Known(
        events=Events(engine),
        deliveries=Deliveries(engine),
        questions=Questions(engine),
        reports=Reports(engine),
        materials=StoredMaterials(engine),
        personal_reminders=PersonalReminders(engine),
        troubles=StoredTroubles(engine),
        rooms=rooms,
        clock=clock,
        zone=TOKYO,
        site_url=site_url,
    )
