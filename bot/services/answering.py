"""What members and organisers ask, on every platform: a command, a picture, a button -> a message."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from bot.domain.commands import (
    DATA,
    DRAFT,
    EVENTS,
    EXPORT,
    FORGET,
    HELP,
    MODEL,
    NEXT,
    QUIZ,
    READ,
    REMIND,
    REMINDERS,
    REPORT,
    REPORTS,
    SAMPLES,
    TSUDOI,
    Command,
    nearest_command,
    parse_command,
)
from bot.domain.cooldowns import Cooldown, Turn
from bot.domain.events import Event
from bot.domain.folding import fold
from bot.domain.messages import Message
from bot.domain.numbers import whole_number
from bot.domain.reports import Report
from bot.domain.rooms import LOCAL, Room
from bot.errors import PictureError
from bot.locales import TOKYO, Texts, texts_for
from bot.services import calendar_messages, event_messages, general_messages
from bot.services.calendar_files import calendar_file
from bot.services.changing_model import ChangingModel
from bot.services.deciding import Deciding
from bot.services.drafting import Drafting
from bot.services.event_cards import fits_calendar
from bot.services.finding import find_coming
from bot.services.member_settings import MemberSettings
from bot.services.organising import PAGES, Organising
from bot.services.places import Place
from bot.services.ports import Clock, EventStore, ReportStore, Search, Uploads
from bot.services.quizzing import Quizzing
from bot.services.reading import Reader
from bot.services.reminding import Reminding
from bot.services.reporting import Reporting
from bot.services.teaching import Teaching

MOST_SUGGESTED = 25
# The pages on which something can be done in the local room; what it follows stands in the configuration.
_LOCAL_PAGES = tuple(f"{PAGES}:{page}:" for page in ("data", "sent", "rooms", "sources", "rehearse"))
MOST_EVENTS = 10  # as many cards as one message carries everywhere


Press = Callable[[str, Room, str, Sequence[str]], Awaitable[Message | None]]


class TakesPresses(Protocol):
    """A service that has buttons."""

    async def press(self, button_id: str, room: Room, member: str, values: Sequence[str], /) -> Message | None:
        """Take what was pressed; None if it is none of its own."""


@dataclass(frozen=True)
class Answering:
    """Answers from the store alone, so that an answer is quick whether connpass is up or down.

    Knowledge older than `stale_after` says its age.
    """

    event_store: EventStore
    report_store: ReportStore
    reporting: Reporting
    reminding: Reminding
    deciding: Deciding
    reader: Reader
    clock: Clock
    stale_after: timedelta
    zone: ZoneInfo = TOKYO
    public_url: str = ""
    organising: Organising | None = None
    teaching: Teaching | None = None
    quizzing: Quizzing | None = None
    changing_model: ChangingModel | None = None
    drafting: Drafting | None = None
    settings: MemberSettings | None = None
    commands: Cooldown = field(default_factory=lambda: Cooldown(8, timedelta(seconds=30)))
    pictures: Cooldown = field(default_factory=lambda: Cooldown(12, timedelta(minutes=1)))
    lessons: Cooldown = field(default_factory=lambda: Cooldown(40, timedelta(minutes=1)))

    def texts(self, room: Room) -> Texts:
        """Return the texts of a room."""
        return texts_for(room.locale, self.zone)

    async def say(self, text: str, room: Room, member: str) -> Message | None:
        """Answer a typed command, a mistyped one with the nearest; None if the text is no command, or another bot's."""
        typed = parse_command(text)
        if typed is None:
            return None
        if typed.command is None:
            nearest = nearest_command(typed.name)
            is_ours = nearest is not None or room.platform == LOCAL  # where no other bot listens
            return general_messages.unknown_command(self.texts(room), typed.name, nearest) if is_ours else None
        answers: dict[Command, Callable[[], Awaitable[Message]]] = {
            NEXT: lambda: self.next(room, typed.argument),
            EVENTS: lambda: self.events(room),
            REPORT: lambda: self.report(room, typed.argument),
            REPORTS: lambda: self.reports(room),
            DRAFT: lambda: self.draft(room, member, typed.argument),
            REMIND: lambda: self.reminding.remind(room, member, typed.argument),
            REMINDERS: lambda: self.reminding.reminders(room, member),
            READ: lambda: self.how_to_read(room),
            **self._samples_commands(room, member),
            QUIZ: lambda: self.quiz(room, member, typed.argument),
            MODEL: lambda: self.model(room, member, typed.argument),
            HELP: lambda: self.help(room),
            TSUDOI: lambda: self.tsudoi(room, typed.argument),
        }
        return await answers[typed.command]()

    def _samples_commands(self, room: Room, member: str) -> dict[Command, Callable[[], Awaitable[Message]]]:
        """Return what answers the commands about samples; without teaching, help does."""
        teaching = self.teaching
        if teaching is None:
            return dict.fromkeys((SAMPLES, EXPORT, FORGET, DATA), lambda: self.help(room))
        return {
            SAMPLES: lambda: self._to_one(teaching.samples, room, member),
            EXPORT: lambda: self._to_one(teaching.export, room, member),
            FORGET: lambda: self._to_one(teaching.forget, room, member),
            DATA: lambda: self.data(room),
        }

    async def alone_with(self, room: Room, member: str) -> Room:
        """Return the room as it is for what only this member reads: in the language that they chose."""
        return await self.reminding.spoken_with(room, member)

    async def _to_one(self, answer: Callable[[Room, str], Awaitable[Message]], room: Room, member: str) -> Message:
        return await answer(await self.alone_with(room, member), member)

    async def quiz(self, room: Room, member: str, argument: str = "") -> Message:
        """Answer `!quiz`."""
        return await (self.quizzing.quiz(room, member, argument) if self.quizzing else self.help(room))

    async def model(self, room: Room, member: str, argument: str = "") -> Message:
        """Answer `!model`."""
        return await (self.changing_model.model(room, member, argument) if self.changing_model else self.help(room))

    async def model_card(self) -> str:
        """Return the card of the model that reads, in Markdown."""
        return await self.changing_model.card() if self.changing_model else ""

    async def is_quizzed(self, room: Room, member: str) -> bool:
        """Whether a member's next picture in this room answers a quiz."""
        return self.quizzing is not None and await self.quizzing.is_asked(room, member)

    async def data(self, room: Room) -> Message:
        """Answer `!data` in the local room; elsewhere organisers have `/tsudoi data`, for their eyes alone."""
        if self.organising is None or room.platform != LOCAL:
            return general_messages.data_elsewhere(self.texts(room))
        return await self.organising.open(Place(room.platform, room.guild, room.channel), "data")

    async def teach(
        self, button_id: str, room: Room, member: str, values: Sequence[str], uploads: Uploads
    ) -> Message | None:
        """Take what teaches: ✓ and ✗ below an answer, and what follows; None if it is another button."""
        if self.teaching is None:
            return None
        return await self.teaching.press(button_id, await self.alone_with(room, member), member, values, uploads)

    async def tsudoi(self, room: Room, argument: str) -> Message:
        """Answer `!tsudoi status` in the local room; a chat with servers answers its organisers by itself."""
        if self.organising is None or room.platform != LOCAL:
            return await self.help(room)
        return await self.organising.say(room, argument)

    async def next(self, room: Room, argument: str = "") -> Message:
        """Answer `!next`, `!next 3` and `!next KEYWORD`: what is in progress or comes next."""
        now, texts = self.clock.now(), self.texts(room)
        count, keyword = _number(argument), "" if _number(argument) else argument
        search = Search(room.follows, tuple(fold(keyword).split()))
        found = _as_many(await self.event_store.planned(search, now, MOST_EVENTS), count, now)
        old = await self._known_since(room, now)
        if found:
            return event_messages.next_events(texts, found, await self._reports_of(found), now, old)
        if await self._seen_at(room) is None:
            return event_messages.not_looked_yet(texts)
        last = await self.event_store.latest_past(search, now)
        report = await self.report_store.report_of(last.id) if last else None
        return event_messages.nothing_planned(texts, last, report, now, keyword, old)

    async def events(self, room: Room) -> Message:
        """Answer `!events`: everything planned, cancelled and postponed ones marked."""
        now, texts = self.clock.now(), self.texts(room)
        search = Search(room.follows, certain=False)
        planned = await self.event_store.planned(search, now, MOST_EVENTS)
        if not planned:
            return await self.next(room)
        more = await self.event_store.count_planned(search, now) - len(planned)
        return event_messages.event_list(texts, planned, more, now, await self._known_since(room, now))

    async def report(self, room: Room, argument: str = "") -> Message:
        """Answer `!report 4`."""
        return await self.reporting.report(room, argument)

    async def reports(self, room: Room) -> Message:
        """Answer `!reports`."""
        return await self.reporting.reports(room)

    async def draft(self, room: Room, member: str, argument: str = "") -> Message:
        """Answer `!draft 4`, which is for organisers."""
        if self.drafting is None:
            return await self.help(room)
        return await self.drafting.draft(await self.alone_with(room, member), member, argument)

    async def help(self, room: Room, sign: str = "!") -> Message:
        """Answer `!help`, or `/help` with the commands as they are given there."""
        return general_messages.help_message(self.texts(room), room, reads=self.reader.is_on(room), sign=sign)

    async def how_to_read(self, room: Room) -> Message:
        """Answer `!read` that came without a picture."""
        return self.reader.how_to_read(room)

    async def read(
        self,
        pictures: Sequence[bytes | PictureError],
        room: Room,
        upload: str = "",
        *,
        unseen: bool = False,
        member: str = "",
    ) -> Message:
        """Answer uploaded pictures; the answer carries those that are `unseen` in any message.

        The picture of a `member` who was asked a quiz here answers that.
        """
        if self.quizzing is not None and member and len(pictures) == 1:
            answer = await self.quizzing.answer(pictures[0], room, member, "" if unseen else upload)
            if answer is not None:
                return answer
        return await self.reader.read(pictures, room, upload, unseen=unseen)

    async def explain(self, picture: bytes | PictureError | None, room: Room, glyph: int = 0) -> Message:
        """Answer the "Why?" below a picture's reading, about one of its characters."""
        return await self.reader.explain(picture, room, glyph)

    def take_turn(self, room: Room, member: str, pictures: int = 0) -> Turn:
        """Take a member's turn for a command or for so many pictures; organisers always have one."""
        return self._take(self.pictures if pictures else self.commands, room, member, max(pictures, 1))

    def take_turn_to_teach(self, room: Room, member: str) -> Turn:
        """Take a turn to press what teaches: a word with mistakes takes many presses, and they alone see them."""
        return self._take(self.lessons, room, member)

    def _take(self, cooldown: Cooldown, room: Room, member: str, turns: int = 1) -> Turn:
        if room.may_decide(member):
            return Turn.GRANTED
        return cooldown.take(f"{room.platform}:{member}", self.clock.now(), turns)

    async def suggest_events(self, room: Room, typed: str) -> list[Event]:
        """Return the coming events that somebody who is still typing may mean."""
        return await find_coming(self.event_store, room, typed, self.clock.now(), MOST_SUGGESTED)

    async def suggest_reports(self, room: Room, typed: str) -> list[Report]:
        """Return the reports that somebody who is still typing may mean, the newest first."""
        words = fold(typed).split()
        found = [one for one in await self.report_store.reports() if all(word in fold(one.title) for word in words)]
        shown_by = await self.event_store.shown_by([one.event_id for one in found if one.event_id is not None])
        found = [one for one in found if one.event_id is None or shown_by[one.event_id] & set(room.follows)]
        oldest = datetime.min.replace(tzinfo=UTC)
        return sorted(found, key=lambda one: one.published_at or oldest, reverse=True)[:MOST_SUGGESTED]

    async def press(self, button_id: str, room: Room, member: str, values: Sequence[str] = ()) -> Message | None:
        """Take what was pressed, with what was chosen or filled in as its `values`; None if it is none of ours."""
        for press in self._takers():
            if (answer := await press(button_id, room, member, values)) is not None:
                return answer
        return None

    def _takers(self) -> list[Press]:
        """Return whoever has buttons: each takes its own, and leaves those of the others."""
        services: tuple[TakesPresses | None, ...] = (
            self.reminding,
            self.settings,
            self.quizzing,
            self.drafting,
            self.changing_model,
            self.deciding,
        )
        return [*(one.press for one in services if one is not None), self._into_calendar, self._act_on_page]

    async def _act_on_page(self, button_id: str, room: Room, member: str, values: Sequence[str]) -> Message | None:
        """Take what organisers do on a page in the local room; a chat with servers takes it by itself."""
        if self.organising is None or room.platform != LOCAL or not button_id.startswith(_LOCAL_PAGES):
            return None
        return await self.organising.act(Place(LOCAL, room.guild, room.channel), member, button_id, values)

    async def events_json(self, room: Room, upcoming: bool = False) -> dict[str, Any]:
        """Return the events as DESIGN.md's JSON: all of them, past ones included, or only those that `!next` shows."""
        now = self.clock.now()
        if upcoming:
            events = _as_many(await self.event_store.planned(Search(room.follows), now, MOST_EVENTS), None, now)
        else:
            events = await self.event_store.all_events(room.follows)
        reports = await self._reports_of(events)
        seen_at = await self._seen_at(room)
        return {
            "events": [event_json(event, reports.get(event.id)) for event in events],
            "seen_at": seen_at.isoformat() if seen_at else None,
        }

    async def calendar_events(self, room: Room) -> list[Event]:
        """Return the events that a calendar shows: every dated one."""
        return [event for event in await self.event_store.all_events(room.follows) if event.started_at is not None]

    async def calendar_event(self, event_id: int) -> Event | None:
        """Return an event that a calendar can show, whichever room follows it; None if there is none."""
        event = (await self.event_store.known([event_id])).get(event_id)
        return event if event is not None and event.started_at is not None else None

    async def _into_calendar(self, button_id: str, room: Room, member: str, values: Sequence[str]) -> Message | None:
        """Offer a member every way to have an event in their calendar; None if it is another button."""
        event_id = calendar_messages.event_meant(button_id)
        event = None if event_id is None else (await self.event_store.known([event_id])).get(event_id)
        if event is None:
            return None
        texts, now = self.texts(await self.alone_with(room, member)), self.clock.now()
        if not fits_calendar(event, now):
            return calendar_messages.not_for_calendars(texts, event, now)
        address = calendar_messages.address_of(event, "" if room.platform == LOCAL else self.public_url or None)
        file = None if address else await asyncio.to_thread(calendar_file, [event], self.zone)
        return calendar_messages.ways_into_calendar(texts, event, now, address, file)

    async def _reports_of(self, events: Sequence[Event]) -> dict[int, Report]:
        if len(events) > MOST_EVENTS:
            return {one.event_id: one for one in await self.report_store.reports() if one.event_id is not None}
        found = [await self.report_store.report_of(event.id) for event in events]
        return {one.event_id: one for one in found if one is not None and one.event_id is not None}

    async def _seen_at(self, room: Room) -> datetime | None:
        """Return since when at least one followed source has not been seen."""
        states = await self.event_store.sources()
        seen = [states[name].seen_at for name in room.follows if name in states]
        known = [at for at in seen if at is not None]
        return min(known) if known else None

    async def _known_since(self, room: Room, now: datetime) -> datetime | None:
        """Return the age of what we know, if it is worth saying."""
        seen_at = await self._seen_at(room)
        return seen_at if seen_at is not None and now - seen_at > self.stale_after else None


def event_json(event: Event, report: Report | None) -> dict[str, Any]:
    """Return an event as others receive it."""
    return {
        "id": event.id,
        "title": event.title,
        "url": event.url,
        "started_at": event.started_at.isoformat() if event.started_at else None,
        "ended_at": event.ended_at.isoformat() if event.ended_at else None,
        "place": event.place,
        "address": event.address,
        "accepted": event.accepted,
        "limit": event.limit,
        "waiting": event.waiting,
        "status": event.status.value,
        "report_url": report.url if report else None,
    }


def _number(argument: str) -> int | None:
    """Read a small count; `2026` is a keyword."""
    return whole_number(argument, digits=2) or None


def _as_many(planned: Sequence[Event], count: int | None, now: datetime) -> Sequence[Event]:
    """Return as many as asked for, else what is in progress and the one that comes after it."""
    return planned[: count or sum(event.has_started(now) for event in planned) + 1]
