"""What posts look up when they are composed, from the real stores on one database."""

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.rooms import Rooms
from bot.locales import TOKYO
from bot.services.events.event_posts import flood_question
from bot.services.ports import Clock
from bot.services.posting import Known
from bot.services.reports import report_posts
from bot.storage.deliveries import Deliveries
from bot.storage.events import Events
from bot.storage.materials import StoredMaterials
from bot.storage.personal_reminders import PersonalReminders
from bot.storage.questions import Questions
from bot.storage.reports import Reports


def known_in(engine: AsyncEngine, rooms: Rooms, clock: Clock, site_url: str = "") -> Known:
    """Return what a bot with these rooms knows."""
    return Known(
        events=Events(engine),
        deliveries=Deliveries(engine),
        questions=Questions(engine),
        reports=Reports(engine),
        materials=StoredMaterials(engine),
        personal_reminders=PersonalReminders(engine),
        rooms=rooms,
        clock=clock,
        zone=TOKYO,
        site_url=site_url,
        asked={
            "flood": flood_question,
            "report": report_posts.which_event,
            "report_flood": report_posts.flood_question,
        },
    )
