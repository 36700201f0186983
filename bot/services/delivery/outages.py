"""Tell organisers once that connpass does not answer, and once more when it does again, if they were told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.rooms import Room
from bot.domain.deliveries import Delivery, DeliveryState
from bot.domain.messages import Card, Message, MessageKind
from bot.domain.outages import is_outage
from bot.domain.rooms import Rooms
from bot.locales import Texts, texts_for
from bot.services.delivery.delivering import Composer, NothingToSay
from bot.services.delivery.remedies import remedy
from bot.services.ports import Agenda, Clock, DeliveryStore, EventStore, SourceState

STAYS_USEFUL = timedelta(hours=12)
DOWN, BACK = "down", "back"


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
    zone: ZoneInfo

    def composers(self) -> dict[str, Composer]:
        """Return the composer of what organisers are told."""
        return {"outage": self.outage}

    async def check(self) -> None:
        """Plan what organisers are to be told now."""
        now, states = self.clock.now(), await self.events.sources()
        planned = []
        for room, names in self._asking().items():
            out = [states[name] for name in names if name in states and _is_out(states[name], now)]
            told = await self._told(room)
            if told is None or not told.occasion.startswith(DOWN):
                planned += [self._down(room, out, now)] if out else []
            elif not self._still_failing(told, states):
                planned.append(self._back(room, told, now))
        if planned:
            await self.agenda.plan(planned)

    def _asking(self) -> dict[Room, list[str]]:
        """Return the rooms in which organisers are told, with the sources that their guilds follow."""
        found: dict[Room, list[str]] = {}
        for name in self.rooms.sources:
            for room in self.rooms.asking({name}):
                found.setdefault(room, []).append(name)
        return found

    async def _told(self, room: Room) -> Delivery | None:
        said = [one for one in await self.deliveries.about("outage", [_subject(room)]) if one.destination == room.name]
        return max(said, key=lambda one: one.id or 0, default=None)

    def _down(self, room: Room, out: Sequence[SourceState], now: datetime) -> Delivery:
        since = min(one.failing_since for one in out if one.failing_since is not None)
        names = [one.name for one in out]
        facts = {"since": since.isoformat(), "reason": next(one.error for one in out), "sources": names}
        occasion = f"{DOWN}@{since:%Y%m%dT%H%M%SZ}"
        return Delivery("outage", _subject(room), occasion, room.name, now, now + STAYS_USEFUL, facts=facts)

    def _back(self, room: Room, told: Delivery, now: datetime) -> Delivery:
        occasion = told.occasion.replace(DOWN, BACK, 1)
        return Delivery("outage", _subject(room), occasion, room.name, now, now + STAYS_USEFUL, facts=told.facts)

    async def outage(self, delivery: Delivery, room: Room) -> Message | NothingToSay:
        """Say that connpass does not answer, or that it does again, while that is so."""
        texts, facts = texts_for(room.locale, self.zone), delivery.facts or {}
        since = datetime.fromisoformat(facts["since"])
        if delivery.occasion.startswith(DOWN):
            if not self._still_failing(delivery, await self.events.sources()):
                return NothingToSay("connpass answers again")
            return _is_down(texts, since, remedy(texts, facts["reason"]))
        told = (delivery.kind, delivery.subject, delivery.occasion.replace(BACK, DOWN, 1), delivery.destination)
        said = await self.deliveries.find(told)
        if said is None or said.state is not DeliveryState.SENT:
            return NothingToSay("nobody was told that it was down")
        if not self._still_followed(delivery):
            return NothingToSay("what could not be read is followed no more")
        return _is_back(texts, since)

    def _still_failing(self, told: Delivery, states: Mapping[str, SourceState]) -> bool:
        return any(states[name].error is not None for name in self._still_followed(told) if name in states)

    def _still_followed(self, told: Delivery) -> set[str]:
        """Return the sources of which was told, without those that are not polled any more: they stay as they were."""
        return set((told.facts or {})["sources"]).intersection(self.rooms.sources)


def _is_out(state: SourceState, now: datetime) -> bool:
    return is_outage(state.failing_since, state.failed_at, now)


def _subject(room: Room) -> str:
    return f"room:{room.name}"


def _is_down(texts: Texts, since: datetime, what_to_do: str) -> Message:
    lead = texts.gettext(
        "I have not been able to read connpass since {since}. New events and changes come once I can again; until then "
        "reminders go out as I know the events. I will tell you when it is over."
    ).format(since=_moment(texts, since))
    return Message(MessageKind.QUESTION, lead, (Card(body=what_to_do),))


def _is_back(texts: Texts, since: datetime) -> Message:
    lead = texts.gettext("I can read connpass again, as I could not since {since}.")
    lead = lead.format(since=_moment(texts, since))
    return Message(MessageKind.QUESTION, lead)


def _moment(texts: Texts, at: datetime) -> str:
    return f"{texts.date(at)} {texts.time(at)}"
