"""Events whose pages are gone: organisers are asked, out of members' sight, and say what members hear of it."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.questions import Question
from bot.core.room import MAIN, Room, direct_to
from bot.core.rooms import HERE, Rooms
from bot.delivery.question_post import ask
from bot.delivery.rules.deliveries import Delivery
from bot.events.event_posts import VanishedPost
from bot.events.event_questions import VanishedQuestion
from bot.events.looking import Look
from bot.events.news import deliveries_of, hearing, summaries
from bot.events.rules.events import Change, ChangeKind, Event

MOST_NOTES = 3  # about events whose pages are gone; more are told together

SetUpBy = Callable[[str, str], Awaitable[str]]


@dataclass(frozen=True)
class Vanishing:
    """Plans for the rooms as they are now.

    `set_up_by` names the member who set up the room of this platform and channel, "" where nobody did in the chat.
    """

    rooms: Rooms
    set_up_by: SetUpBy

    async def ask(self, look: Look) -> tuple[list[Delivery], list[Question]]:
        """Ask the organisers of each guild that heard of events whose pages are gone."""
        by_guild: defaultdict[str, dict[int, Event]] = defaultdict(dict)
        following: defaultdict[str, list[Room]] = defaultdict(list)
        for event in look.vanished:
            for room in self.rooms.following({look.source} | look.shown_by[event.id]):
                by_guild[room.guild][event.id] = event
                following[room.guild].append(room)
        planned, questions = [], []
        for guild, gone in by_guild.items():
            question = _question(look, guild, gone)
            questions.append(question)
            planned += await self._ask_alone(question, list(gone.values()), following[guild])
        return planned, questions

    async def _ask_alone(self, question: Question, gone: Sequence[Event], rooms: Sequence[Room]) -> list[Delivery]:
        """Ask where no member reads along: in organisers' own rooms, else who set a room up, else who runs the bot."""
        if marked := self.rooms.for_organisers(question.asked_in or ""):
            return [ask(question, room) for room in marked]
        for room in rooms:
            if member := await self.set_up_by(room.platform, room.channel):
                address = direct_to(room.platform, member)
                return [
                    Delivery(VanishedPost(event.id, event.revision), address, question.asked_at, event.started_at)
                    for event in gone[:MOST_NOTES]
                ]
        return [ask(question, self.rooms.at(HERE, MAIN))]

    def told(
        self, events: Sequence[Event], guild: str, shown_by: Mapping[int, set[str]], now: datetime
    ) -> list[Delivery]:
        """Return what a guild's rooms hear once its organisers said that these events are called off."""
        told = [
            (Change(ChangeKind.CANCELLED, event, event), room)
            for event in events
            for room in hearing(self.rooms, shown_by[event.id], now)
            if room.guild == guild and room.changes
        ]
        if len(events) > MOST_NOTES:
            return summaries("", now, told)
        return [delivery for change, room in told for delivery in deliveries_of(change, room, now)]


def _question(look: Look, guild: str, gone: Mapping[int, Event]) -> Question:
    subject = f"{look.source}@{look.at:%Y%m%dT%H%M%SZ}" + (f"@{guild}" if guild else "")
    return VanishedQuestion(subject=subject, asked_at=look.at, events=sorted(gone), guild=guild)
