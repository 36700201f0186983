"""What members and organisers ask, on every platform: a command, a picture, a button -> a message."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.core.rooms import LOCAL, Room
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
from bot.domain.messages import Message
from bot.errors import PictureError
from bot.locales import TOKYO, Texts, texts_for
from bot.services import general_messages
from bot.services.deciding import Deciding
from bot.services.events import calendar_messages
from bot.services.events.calendar_files import calendar_file
from bot.services.events.event_cards import fits_calendar
from bot.services.events.telling import Telling
from bot.services.organisers.organising import PAGES, Organising
from bot.services.places import Place
from bot.services.ports import Clock, Uploads
from bot.services.recognition.changing_model import ChangingModel
from bot.services.recognition.quizzing import Quizzing
from bot.services.recognition.reading import Reader
from bot.services.recognition.teaching import Teaching
from bot.services.reminders.member_settings import MemberSettings
from bot.services.reminders.reminding import Reminding
from bot.services.reports.drafting import Drafting
from bot.services.reports.reporting import Reporting

# The pages on which something can be done in the local room; what it follows stands in the configuration.
_LOCAL_PAGES = tuple(f"{PAGES}:{page}:" for page in ("data", "sent", "rooms", "sources", "rehearse"))


Press = Callable[[str, Room, str, Sequence[str]], Awaitable[Message | None]]


class TakesPresses(Protocol):
    """A service that has buttons."""

    async def press(self, button_id: str, room: Room, member: str, values: Sequence[str], /) -> Message | None:
        """Take what was pressed; None if it is none of its own."""


@dataclass(frozen=True)
class Answering:
    """Where all platforms come in: hands what is asked to the service that it concerns. What is None is off."""

    telling: Telling
    reporting: Reporting
    reminding: Reminding
    deciding: Deciding
    reader: Reader
    clock: Clock
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
            SAMPLES: lambda: self._to_one(teaching.own.samples, room, member),
            EXPORT: lambda: self._to_one(teaching.own.export, room, member),
            FORGET: lambda: self._to_one(teaching.own.forget, room, member),
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
        """Answer `!next`, `!next 3` and `!next KEYWORD`."""
        return await self.telling.next(room, argument)

    async def events(self, room: Room) -> Message:
        """Answer `!events`."""
        return await self.telling.events(room)

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

    async def _into_calendar(self, button_id: str, room: Room, member: str, values: Sequence[str]) -> Message | None:
        """Offer a member every way to have an event in their calendar; None if it is another button."""
        event_id = calendar_messages.event_meant(button_id)
        event = None if event_id is None else await self.telling.event(event_id)
        if event is None:
            return None
        texts, now = self.texts(await self.alone_with(room, member)), self.clock.now()
        if not fits_calendar(event, now):
            return calendar_messages.not_for_calendars(texts, event, now)
        address = calendar_messages.address_of(event, "" if room.platform == LOCAL else self.public_url or None)
        file = None if address else await asyncio.to_thread(calendar_file, [event], self.zone)
        return calendar_messages.ways_into_calendar(texts, event, now, address, file)
