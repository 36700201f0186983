"""What members and organisers ask, on every platform: a command, a picture, a button -> a message."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.core.askers import Asker
from bot.core.rooms import LOCAL, direct_to
from bot.domain.commands import Vocabulary
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
from bot.services.ports import Clock
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


Press = Callable[[str, Asker, Sequence[str]], Awaitable[Message | None]]


class TakesPresses(Protocol):
    """A service that has buttons."""

    async def press(self, button_id: str, asker: Asker, values: Sequence[str], /) -> Message | None:
        """Take what was pressed; None if it is none of its own."""


@dataclass(frozen=True)
class Answering:
    """Where all platforms come in: hands what is asked to the service that it concerns. What is None is off."""

    telling: Telling
    reporting: Reporting
    reminding: Reminding
    deciding: Deciding
    reader: Reader
    teaching: Teaching
    quizzing: Quizzing
    drafting: Drafting
    settings: MemberSettings
    vocabulary: Vocabulary["Answering"]
    clock: Clock
    zone: ZoneInfo = TOKYO
    public_url: str = ""
    organising: Organising | None = None
    changing_model: ChangingModel | None = None
    commands: Cooldown = field(default_factory=lambda: Cooldown(8, timedelta(seconds=30)))
    pictures: Cooldown = field(default_factory=lambda: Cooldown(12, timedelta(minutes=1)))
    lessons: Cooldown = field(default_factory=lambda: Cooldown(40, timedelta(minutes=1)))

    def texts(self, language: str) -> Texts:
        """Return the texts in a language."""
        return texts_for(language, self.zone)

    async def language_of(self, platform: str, member: str) -> str:
        """Return the language that a member chose for what they alone read, "" if they chose none."""
        return await self.reminding.language_of(direct_to(platform, member))

    async def say(self, asker: Asker, text: str) -> Message | None:
        """Answer a typed command, a mistyped one with the nearest; None if the text is no command, or another bot's."""
        typed = self.vocabulary.parse(text)
        if typed is None:
            return None
        if typed.command is not None:
            return await typed.command.answer(self, asker, typed.argument)
        nearest = self.vocabulary.nearest(typed.name)
        if nearest is None and asker.tenant.platform != LOCAL:  # where other bots may listen
            return None
        return general_messages.unknown_command(self.texts(asker.language), typed.name, nearest)

    async def model_card(self) -> str:
        """Return the card of the model that reads, in Markdown."""
        return await self.changing_model.card() if self.changing_model else ""

    async def is_quizzed(self, asker: Asker) -> bool:
        """Whether a member's next picture in this room answers a quiz."""
        return await self.quizzing.is_asked(asker)

    async def teach(self, button_id: str, asker: Asker, values: Sequence[str]) -> Message | None:
        """Take what teaches: ✓ and ✗ below an answer, and what follows; None if it is another button."""
        return await self.teaching.press(button_id, asker, values)

    async def help(self, asker: Asker, sign: str = "!") -> Message:
        """Answer `!help`, or `/help` with the commands as they are given there."""
        return general_messages.help_message(
            self.texts(asker.language),
            asker.room,
            self.vocabulary.commands,
            reads=self.reader.is_on(asker.room),
            sign=sign,
        )

    async def how_to_read(self, asker: Asker) -> Message:
        """Answer `!read` that came without a picture."""
        return self.reader.how_to_read(asker)

    async def read(
        self,
        asker: Asker,
        pictures: Sequence[bytes | PictureError],
        upload: str = "",
        *,
        unseen: bool = False,
        may_answer_quiz: bool = False,
    ) -> Message:
        """Answer uploaded pictures; the answer carries those that are `unseen` in any message.

        With `may_answer_quiz` the picture of a member who was asked a quiz here answers that.
        """
        if may_answer_quiz and len(pictures) == 1:
            answer = await self.quizzing.answer(asker, pictures[0], "" if unseen else upload)
            if answer is not None:
                return answer
        return await self.reader.read(asker, pictures, upload, unseen=unseen)

    async def explain(self, asker: Asker, picture: bytes | PictureError | None, glyph: int = 0) -> Message:
        """Answer the "Why?" below a picture's reading, about one of its characters."""
        return await self.reader.explain(asker, picture, glyph)

    def take_turn(self, asker: Asker, pictures: int = 0) -> Turn:
        """Take a member's turn for a command or for so many pictures; organisers always have one."""
        return self._take(self.pictures if pictures else self.commands, asker, max(pictures, 1))

    def take_turn_to_teach(self, asker: Asker) -> Turn:
        """Take a turn to press what teaches: a word with mistakes takes many presses, and they alone see them."""
        return self._take(self.lessons, asker)

    def _take(self, cooldown: Cooldown, asker: Asker, turns: int = 1) -> Turn:
        if asker.may_decide:
            return Turn.GRANTED
        return cooldown.take(f"{asker.tenant.platform}:{asker.member}", self.clock.now(), turns)

    async def press(self, button_id: str, asker: Asker, values: Sequence[str] = ()) -> Message | None:
        """Take what was pressed, with what was chosen or filled in as its `values`; None if it is none of ours."""
        for press in self._takers():
            if (answer := await press(button_id, asker, values)) is not None:
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

    async def _act_on_page(self, button_id: str, asker: Asker, values: Sequence[str]) -> Message | None:
        """Take what organisers do on a page in the local room; a chat with servers takes it by itself."""
        if self.organising is None or asker.tenant.platform != LOCAL or not button_id.startswith(_LOCAL_PAGES):
            return None
        return await self.organising.act(asker, button_id, values)

    async def _into_calendar(self, button_id: str, asker: Asker, values: Sequence[str]) -> Message | None:
        """Offer a member every way to have an event in their calendar; None if it is another button."""
        event_id = calendar_messages.event_meant(button_id)
        event = None if event_id is None else await self.telling.event(event_id)
        if event is None:
            return None
        texts, now = self.texts(asker.own_language), self.clock.now()
        if not fits_calendar(event, now):
            return calendar_messages.not_for_calendars(texts, event, now)
        address = calendar_messages.address_of(event, "" if asker.tenant.platform == LOCAL else self.public_url or None)
        file = None if address else await asyncio.to_thread(calendar_file, [event], self.zone)
        return calendar_messages.ways_into_calendar(texts, event, now, address, file)
