"""Tell organisers once that connpass does not answer, and once more when it does again, if they were told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.clock import Clock
from bot.core.messages import Card, Message, MessageKind
from bot.core.posts import Audience
from bot.core.reasons import problem_from_text, to_text
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.core.skips import NothingToSay
from bot.core.texts import gettext
from bot.delivery.ports.schedule import Agenda, DeliveryStore
from bot.delivery.posting import Here, SpokenPost
from bot.delivery.rules.deliveries import Delivery, DeliveryName, DeliveryState
from bot.events.ports.events import EventStore, SourceState
from bot.events.rules.outages import is_outage
from bot.locales import Texts

STAYS_USEFUL = timedelta(hours=12)


class Reach(StrEnum):
    """Whether connpass answers."""

    DOWN = "down"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class OutagePost(SpokenPost):
    """Since when these sources could not be read and why; once they can be read again, that this is over."""

    tag = "outage"
    label = gettext("note to organisers:")
    subject_form = "room:{room}"
    occasion_form = "{reach}@{since:%Y%m%dT%H%M%SZ}"
    kept = ("since", "reason", "sources")
    audience = Audience.ORGANISERS

    room: str
    reach: Reach
    since: datetime
    reason: str
    sources: tuple[str, ...]

    async def compose(self, here: Here) -> Message | NothingToSay:
        """Say that connpass does not answer, or that it does again, while that is so."""
        match self.reach:
            case Reach.DOWN:
                if not self.is_failing(here.known.rooms, await here.known.events.sources()):
                    return NothingToSay.OUTAGE_OVER
                return _is_down(here.texts, self.since, problem_from_text(self.reason).told(here.texts))
            case Reach.BACK:
                told = DeliveryName(*replace(self, reach=Reach.DOWN).stored_as, here.room.name)
                said = await here.known.deliveries.find(told)
                if said is None or said.state is not DeliveryState.SENT:
                    return NothingToSay.OUTAGE_UNTOLD
                if not self._still_followed(here.known.rooms):
                    return NothingToSay.OUTAGE_UNFOLLOWED
                return _is_back(here.texts, self.since)

    def is_failing(self, rooms: Rooms, states: Mapping[str, SourceState]) -> bool:
        """Whether one of these sources still cannot be read."""
        return any(states[name].error is not None for name in self._still_followed(rooms) if name in states)

    def _still_followed(self, rooms: Rooms) -> set[str]:
        """Return the sources without those that are not polled any more: they stay as they were."""
        return set(self.sources).intersection(rooms.sources)


@dataclass(frozen=True)
class Outages:
    """Looks at how the polls went. What was told stands in the schedule: of each room the latest is the state.

    An outage has no source of its own: if connpass is down all of them fail, and a guild hears of it once.
    """

    events: EventStore
    deliveries: DeliveryStore
    agenda: Agenda
    rooms: Rooms
    clock: Clock

    async def check(self) -> None:
        """Plan what organisers are to be told now."""
        now, states = self.clock.now(), await self.events.sources()
        planned = []
        for room, names in self._asking().items():
            out = [states[name] for name in names if name in states and _is_out(states[name], now)]
            told = await self._told(room)
            if told is None or told.reach is Reach.BACK:
                planned += [_note(_down(room, out), now)] if out else []
            elif not told.is_failing(self.rooms, states):
                planned.append(_note(replace(told, reach=Reach.BACK), now))
        if planned:
            await self.agenda.plan(planned)

    def _asking(self) -> dict[Room, list[str]]:
        """Return the rooms in which organisers are told, with the sources that their guilds follow."""
        found: dict[Room, list[str]] = {}
        for name in self.rooms.sources:
            for room in self.rooms.asking({name}):
                found.setdefault(room, []).append(name)
        return found

    async def _told(self, room: Room) -> OutagePost | None:
        said = await self.deliveries.about(OutagePost, {OutagePost.about(room=room.name)})
        last = max(said, key=lambda delivery: delivery.id or 0, default=None)
        return None if last is None else last.post


def _down(room: Room, out: Sequence[SourceState]) -> OutagePost:
    since = min(source.failing_since for source in out if source.failing_since is not None)
    reason = next(to_text(source.error) for source in out if source.error is not None)
    return OutagePost(room.name, Reach.DOWN, since, reason, tuple(source.name for source in out))


def _note(post: OutagePost, now: datetime) -> Delivery:
    return Delivery(post, post.room, now, now + STAYS_USEFUL)


def _is_out(state: SourceState, now: datetime) -> bool:
    return is_outage(state.failing_since, state.failed_at, now)


def _is_down(texts: Texts, since: datetime, what_to_do: str) -> Message:
    lead = texts.gettext(
        "I have not been able to read connpass since {since}. New events and changes will follow once I can; until "
        "then, reminders go out based on what I know. I will let you know when it is over."
    ).format(since=texts.moment(since))
    return Message(MessageKind.QUESTION, lead, (Card(body=what_to_do),))


def _is_back(texts: Texts, since: datetime) -> Message:
    lead = texts.gettext("I can read connpass again, after an outage since {since}.")
    lead = lead.format(since=texts.moment(since))
    return Message(MessageKind.QUESTION, lead)
