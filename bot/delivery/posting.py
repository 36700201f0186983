"""What posts are made of: what each must be able to do, and what it may look up when it is composed."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.clock import Clock
from bot.core.errors import SendError
from bot.core.messages import Message
from bot.core.posts import Post
from bot.core.problems.platforms import UnknownPost
from bot.core.questions import Question
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.core.skips import NothingToSay
from bot.delivery.ports.questions import QuestionStore
from bot.delivery.ports.schedule import DeliveryStore, TroubleStore
from bot.delivery.rules.deliveries import Delivery
from bot.events.ports.events import EventStore
from bot.events.rules.events import Event
from bot.locales import Texts, texts_for
from bot.reminders.ports import PersonalReminderStore
from bot.reports.ports import MaterialStore, ReportStore


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the bot knows when a post is composed. `site_url` is the address of the report site."""

    events: EventStore
    deliveries: DeliveryStore
    questions: QuestionStore
    reports: ReportStore
    materials: MaterialStore
    personal_reminders: PersonalReminderStore
    troubles: TroubleStore
    rooms: Rooms
    clock: Clock
    zone: ZoneInfo
    site_url: str = ""

    async def compose(self, delivery: Delivery, room: Room) -> Message | NothingToSay:
        """Compose what is said in a room, or what stands there by now. Raises SendError where that is not known."""
        if not isinstance(delivery.post, SpokenPost):
            raise SendError(UnknownPost())
        return await delivery.post.compose(Here(self, room, is_said=bool(delivery.external_id)))


@dataclass(frozen=True)
class Here:
    """Where and when a post is composed; `is_said` if it stands there already, and is composed anew to edit it."""

    known: Known
    room: Room
    is_said: bool

    @property
    def texts(self) -> Texts:
        """The texts in the room's language."""
        return self.texts_in(self.room.locale)

    def texts_in(self, locale: str) -> Texts:
        """Return the texts in a language."""
        return texts_for(locale, self.known.zone)

    @property
    def now(self) -> datetime:
        """The time."""
        return self.known.clock.now()

    async def event(self, event_id: int) -> Event:
        """Return an event of which something was planned."""
        return (await self.known.events.known([event_id]))[event_id]


@dataclass(frozen=True, slots=True)
class SpokenPost(Post, ABC):
    """A post that becomes a message of its own: one class with its facts and how it is composed."""

    @abstractmethod
    async def compose(self, here: Here) -> Message | NothingToSay:
        """Return what is said, as things stand now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenQuestion(Question, ABC):
    """A question that can be asked: one class with its facts and how it is composed."""

    @abstractmethod
    async def compose(self, here: Here) -> Message | NothingToSay:
        """Return how it is asked, as things stand now."""


@dataclass(frozen=True, slots=True)
class EventPost(SpokenPost):
    """A post about one event."""

    subject_form = "event:{event_id}"

    event_id: int
