"""A planned delivery -> what is said, as the store knows it at that moment."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.core.rooms import Room
from bot.domain.announcements import must_be_said
from bot.domain.deliveries import Delivery, DeliveryState
from bot.domain.events import ChangeKind, Event, EventStatus
from bot.domain.messages import Button, Message
from bot.domain.questions import Question
from bot.domain.seats import FILLING, SeatNews
from bot.locales import Texts, texts_for
from bot.services import question_messages
from bot.services.delivery.delivering import Composer, NothingToSay
from bot.services.events import event_messages, seat_messages
from bot.services.events.planning import POST_ALL, POST_NONE
from bot.services.ports import Clock, DeliveryStore, EventStore, QuestionStore, ReportStore

QuestionComposer = Callable[[Question, Room], Awaitable[Message | NothingToSay]]


@dataclass(frozen=True)
class Composing:
    """Composes what is said about events, and questions by their kind.

    What was said already is composed anew to edit it.
    """

    events: EventStore
    questions: QuestionStore
    other_questions: Mapping[str, QuestionComposer]
    deliveries: DeliveryStore
    reports: ReportStore
    clock: Clock
    zone: ZoneInfo

    def composers(self) -> dict[str, Composer]:
        """Return the composer of each kind of delivery that is about events or asks a question."""
        return {
            "announcement": self.announcement,
            "change": self.change,
            "reminder": self.reminder,
            "notice": self.notice,
            "seats": self.seats,
            "question": self.question,
        }

    async def announcement(self, delivery: Delivery, room: Room) -> Message | NothingToSay:
        """Announce an event, unless it was called off before it could be announced."""
        event = await self._event(delivery)
        if event.status in (EventStatus.CANCELLED, EventStatus.VANISHED) and not delivery.external_id:
            return NothingToSay("cancelled before it was announced")
        report = await self.reports.report_of(event.id)
        image = event.image_url if room.images else ""
        return event_messages.announcement(self._texts(room), event, self.clock.now(), report, image)

    async def change(self, delivery: Delivery, room: Room) -> Message | NothingToSay:
        """Say what changed, below the announcement; there is no need where editing that one tells enough."""
        event, facts = await self._event(delivery), delivery.facts or {}
        announced = await self._announced(event, room)
        if announced is not None and not must_be_said(ChangeKind(facts["kind"]), facts["fields"]):
            return NothingToSay("the announcement shows it")
        notice = event_messages.change_notice(self._texts(room), event, facts, self.clock.now())
        return replace(notice, replies_to=announced.external_id if announced else None)

    async def reminder(self, delivery: Delivery, room: Room) -> Message | NothingToSay:
        """Remind of an event that still takes place when this reminder was planned for."""
        event = await self._event(delivery)
        facts = delivery.facts or {}
        lead_time = timedelta(seconds=facts["lead_time"])
        if not event.takes_place or event.started_at is None or event.started_at.isoformat() != facts["starts_at"]:
            return NothingToSay("the event moved or was cancelled")
        if not await self._is_followed(event, room):
            return NothingToSay("the room no longer follows this event")
        return event_messages.reminder(self._texts(room), event, lead_time, self.clock.now())

    async def seats(self, delivery: Delivery, room: Room) -> Message | NothingToSay:
        """Say how it stands with the seats, unless they changed back meanwhile; said once, it is kept up to date."""
        event, news = await self._event(delivery), SeatNews((delivery.facts or {})["news"])
        if not delivery.external_id:
            if not event.takes_place:
                return NothingToSay("the event was called off")
            if event.is_full is (news in (SeatNews.FREE_AGAIN, *FILLING)):
                return NothingToSay("the seats changed again")
        said = seat_messages.seats_message(self._texts(room), event, news, self.clock.now())
        announced = await self._announced(event, room)
        return replace(said, replies_to=announced.external_id if announced else None)

    async def notice(self, delivery: Delivery, room: Room) -> Message | NothingToSay:
        """Tell organisers about a page that is gone."""
        event = await self._event(delivery)
        if event.status is not EventStatus.VANISHED:
            return NothingToSay("the event is back")
        return event_messages.vanished_notice(self._texts(room), event, self.clock.now())

    async def question(self, delivery: Delivery, room: Room) -> Message | NothingToSay:
        """Ask organisers, unless one of them answered already; a question that stands there then shows the answer."""
        kind, _, subject = delivery.subject.partition(":")
        question = await self.questions.question(kind, subject)
        if question is None or (question.answer is not None and not delivery.external_id):
            return NothingToSay("answered already")
        composers = {"flood": self.flood_question, **self.other_questions}
        asked = await composers[kind](question, room)
        if isinstance(asked, NothingToSay) or question.answer is None:
            return asked
        return question_messages.answered_question(self._texts(room), asked, question)

    async def flood_question(self, question: Question, room: Room) -> Message:
        """Ask whether so much at once shall be posted."""
        texts = self._texts(room)
        known = await self.events.known(question.facts["events"])
        labels = {POST_ALL: texts.gettext("Post them"), POST_NONE: texts.gettext("Do not post")}
        buttons = tuple(Button(labels[option], id=question.button_id(option)) for option in question.options)
        events = [known[event_id] for event_id in question.facts["events"] if event_id in known]
        return event_messages.flood_question(texts, question.facts["source"], events, buttons)

    async def _event(self, delivery: Delivery) -> Event:
        assert delivery.event_id is not None  # noqa: S101  # every kind handled here is about an event
        return (await self.events.known([delivery.event_id]))[delivery.event_id]

    async def _announced(self, event: Event, room: Room) -> Delivery | None:
        """Return the announcement that stands in the room, or will in a moment."""
        announced = await self.deliveries.find(("announcement", f"event:{event.id}", "new", room.name))
        away = (DeliveryState.SKIPPED, DeliveryState.FAILED, DeliveryState.RETRACTED)
        is_there = announced is not None and announced.state not in away
        return announced if is_there else None

    async def _is_followed(self, event: Event, room: Room) -> bool:
        shown_by = await self.events.shown_by([event.id])
        return not shown_by[event.id].isdisjoint(room.follows)

    def _texts(self, room: Room) -> Texts:
        return texts_for(room.locale, self.zone)
