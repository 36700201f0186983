"""What the rooms shall hear of a look at a source: news, seats, edits of what they heard, reminders."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.core.questions import Held, Question
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.delivery.ports.schedule import DeliveryStore
from bot.delivery.question_post import ask
from bot.delivery.rules.deliveries import Delivery
from bot.delivery.rules.follow_ups import was_said
from bot.events.editing import edits_of_announcements, edits_of_seats, seats_day
from bot.events.event_posts import AnnouncementPost, ReminderPost, SeatsPost
from bot.events.event_questions import FloodQuestion
from bot.events.looking import Look
from bot.events.news import Told, deliveries_of, heard_of, hearing, summaries
from bot.events.rules.announcements import FLOOD, is_flood, is_worth_saying, must_be_said
from bot.events.rules.events import Change, ChangeKind, Event
from bot.events.rules.seats import SeatNews
from bot.events.vanishing import Vanishing
from bot.reminders.rules.reminders import reminders_of

log = structlog.get_logger()


@dataclass(frozen=True)
class Planning:
    """Plans for the rooms as they are now. `lead_times` are those of rooms that chose none."""

    rooms: Rooms
    lead_times: Sequence[timedelta]
    deliveries: DeliveryStore
    vanishing: Vanishing

    async def plan(self, look: Look) -> tuple[list[Delivery], list[Question]]:
        """Return all but the reminders, and what organisers are asked instead of it."""
        planned, questions = await self._news(look)
        seats_told = look.seat_news()
        if len(seats_told) > FLOOD:
            reason = "so many at once are more likely a fault than news"
            log.warning("seats not told", events=len(seats_told), reason=reason)
            seats_told = []
        seats = [delivery for event, news in seats_told for delivery in self._seats(event, news, look)]
        asked_alone, about_vanished = await self.vanishing.ask(look)
        planned += asked_alone + seats
        questions += about_vanished
        return planned + await self._edits(look, planned, [event.id for event, _ in seats_told]), questions

    async def _news(self, look: Look) -> tuple[list[Delivery], list[Question]]:
        worth = [change for change in look.changes if is_worth_saying(change, look.at)]
        heard = await heard_of(self.deliveries, [each.event.id for each in worth if each.kind is ChangeKind.REVIVED])
        told = [
            (said, room)
            for change in worth
            for room in self._following(change, look)
            for said in [heard.as_news(change, room)]
            if room.changes or said.kind is ChangeKind.NEW
        ]
        if is_flood(worth):
            return await self._hold_back(look, told)
        planned = [delivery for change, room in told for delivery in deliveries_of(change, room, look.at)]
        return [heard.once_more(delivery, look.at) for delivery in planned], []

    def _following(self, change: Change, look: Look) -> list[Room]:
        followed = {look.source} | (set() if change.kind is ChangeKind.NEW else look.shown_by[change.event.id])
        return hearing(self.rooms, followed, look.at)

    async def _hold_back(self, look: Look, told: Sequence[Told]) -> tuple[list[Delivery], list[Question]]:
        """Ask before so much is posted. What people must know of what was announced is said at once, in one message."""
        ids = {change.event.id for change, _ in told}
        subjects = {AnnouncementPost.about(event_id=event_id) for event_id in ids}
        announced = [each for each in await self.deliveries.about(AnnouncementPost, subjects) if was_said(each)]
        known = {(each.event_id, each.destination) for each in announced}
        urgent = [
            (change, room)
            for change, room in told
            if change.before and must_be_said(change.kind, change.fields) and (change.event.id, room.name) in known
        ]
        asked, questions = self._ask(look, [pair for pair in told if pair not in urgent])
        return [*summaries(look.source, look.at, urgent), *asked], questions

    def _ask(self, look: Look, held: Sequence[Told]) -> tuple[list[Delivery], list[Question]]:
        """Ask in every guild of which something is held: each decides for its own rooms."""
        asking = self.rooms.asking_about(room for _, room in held)
        guilds = {room.guild for room in asking}
        by_guild: defaultdict[str, list[Told]] = defaultdict(list)
        for change, room in held:
            by_guild[room.guild if room.guild in guilds else ""].append((change, room))
        questions = {guild: _flood(look, guild, theirs) for guild, theirs in by_guild.items()}
        asked = [ask(questions[room.guild], room) for room in asking if room.guild in questions]
        return asked, list(questions.values())

    def announcements(self, events: Iterable[Event], source: str, guild: str, now: datetime) -> list[Delivery]:
        """Return what a guild's rooms hear of a flood that was asked about before what it would post was kept."""
        changes = [Change(ChangeKind.NEW, event) for event in events if not event.has_started(now)]
        rooms = [room for room in hearing(self.rooms, {source}, now) if room.guild == guild]
        return [delivery for change in changes for room in rooms for delivery in deliveries_of(change, room, now)]

    def _seats(self, event: Event, news: SeatNews, look: Look) -> list[Delivery]:
        """Tell the rooms that want to know, each once a day: what comes later that day edits what was said."""
        now, day = look.at, seats_day(look.at)
        return [
            Delivery(SeatsPost(event.id, day, news), room.name, now, event.started_at)
            for room in hearing(self.rooms, look.shown_by[event.id], now)
            if (room.seats if news.is_for_all else room.filling)
        ]

    async def _edits(self, look: Look, planned: Sequence[Delivery], seats_told: Sequence[int]) -> list[Delivery]:
        """Bring what stands in the rooms up to date: announcements, and what was said of seats."""
        now, edited = look.at, look.looking_different()
        urgent = [change.event.id for change in look.changes if must_be_said(change.kind, change.fields)]
        edits = await edits_of_announcements(self.deliveries, edited, now, urgent)
        told = [*urgent, *seats_told]
        return edits + await edits_of_seats(self.deliveries, edited, now, told, look.turned(), planned)

    def reminders(self, look: Look) -> dict[int, list[Delivery]]:
        """Of each event that wants others than are planned, those that it wants: ten thousand may follow."""
        moved = {event.id: (event, look.shown_by[event.id] | {look.source}) for event in look.wanting_other_reminders()}
        gone = {event.id: (event, look.shown_by[event.id] - {look.source}) for event in look.gone}
        return {event_id: self.reminders_for(*shown) for event_id, shown in (moved | gone).items()}

    def reminders_for(self, event: Event, shown_by: set[str]) -> list[Delivery]:
        """Return every reminder of an event to every room that follows it and wants reminders."""
        return [
            Delivery(
                ReminderPost(event.id, reminder.lead_time, reminder.starts_at),
                room.name,
                reminder.due_at,
                reminder.useful_until,
            )
            for room in self.rooms.following(shown_by)
            if room.reminders
            for reminder in reminders_of(event, self.lead_times if room.lead_times is None else room.lead_times)
        ]


def _flood(look: Look, guild: str, held: Sequence[Told]) -> Question:
    subject = f"{look.source}@{look.at:%Y%m%dT%H%M%SZ}" + (f"@{guild}" if guild else "")
    due = [delivery for change, room in held for delivery in deliveries_of(change, room, look.at)]
    posts = tuple(Held(delivery.post, delivery.destination, delivery.useful_until) for delivery in due)
    events = sorted({change.event.id for change, _ in held})
    return FloodQuestion(subject=subject, asked_at=look.at, source=look.source, events=events, guild=guild, held=posts)
