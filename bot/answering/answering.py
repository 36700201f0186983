"""What members and organisers ask, on every platform: a command, a picture, a button -> a message."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from weakref import WeakValueDictionary
from zoneinfo import ZoneInfo

from bot.answering import general_messages
from bot.answering.communities import Communities
from bot.core.actions import Action, Codec, Cost
from bot.core.askers import Asker
from bot.core.clock import Clock
from bot.core.commands import Vocabulary
from bot.core.cooldowns import Cooldown, Turn
from bot.core.errors import PictureError
from bot.core.handlers import Forms, Handlers
from bot.core.messages import Entry, Message
from bot.core.room import LOCAL, direct_to
from bot.delivery.deciding import Deciding
from bot.events import calendar_messages
from bot.events.calendar_files import calendar_file
from bot.events.event_cards import AddToCalendar, fits_calendar
from bot.events.finding import known_to
from bot.events.telling import Telling
from bot.handwriting.changing_model import ChangingModel
from bot.handwriting.quizzing import Quizzing
from bot.handwriting.reading import Reader
from bot.handwriting.teaching import Teaching
from bot.locales import TOKYO, Texts, texts_for
from bot.organisers.organising import Organising
from bot.reminders.member_settings import MemberSettings
from bot.reminders.reminding import Reminding
from bot.reports.drafting import Drafting
from bot.reports.reporting import Reporting


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
    communities: Communities
    vocabulary: Vocabulary["Answering"]
    clock: Clock
    zone: ZoneInfo = TOKYO
    public_url: str = ""
    organising: Organising | None = None
    changing_model: ChangingModel | None = None
    commands: Cooldown = field(default_factory=lambda: Cooldown(8, timedelta(seconds=30)))
    pictures: Cooldown = field(default_factory=lambda: Cooldown(12, timedelta(minutes=1)))
    lessons: Cooldown = field(default_factory=lambda: Cooldown(40, timedelta(minutes=1)))
    _lines: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary, init=False)

    def __post_init__(self) -> None:
        """Put the tables of actions together at the start, where a mistake in one is found."""
        _ = self.actions, self._forms

    def texts(self, language: str) -> Texts:
        """Return the texts in a language."""
        return texts_for(language, self.zone)

    async def language_of(self, platform: str, member: str) -> str:
        """Return the language that a member chose for what they alone read, "" if they chose none."""
        return await self.reminding.language_of(direct_to(platform, member))

    async def community_of(self, platform: str, member: str) -> str:
        """Return the id of the community for which a member asks in direct messages, "" if they chose none."""
        return await self.reminding.community_of(direct_to(platform, member))

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

        With `may_answer_quiz` the picture of a member who was asked a quiz here answers that. A member's pictures are
        read one after the other, so that they keep only one of the workers from the others, whatever they send.
        """
        async with self._lines.setdefault(f"{asker.tenant.platform}:{asker.member}", asyncio.Lock()):
            if may_answer_quiz and len(pictures) == 1:
                answer = await self.quizzing.answer(asker, pictures[0], "" if unseen else upload, may_be_text=True)
                if answer is not None:
                    return answer
            return await self.reader.read(asker, pictures, upload, unseen=unseen)

    def take_turn(self, asker: Asker, pictures: int = 0) -> Turn:
        """Take a member's turn for a command or for so many pictures; organisers always have one."""
        return self._take(self.pictures if pictures else self.commands, asker, max(pictures, 1))

    def _take(self, cooldown: Cooldown, asker: Asker, turns: int = 1) -> Turn:
        if asker.may_decide:
            return Turn.GRANTED
        return cooldown.take(f"{asker.tenant.platform}:{asker.member}", self.clock.now(), turns)

    @cached_property
    def handlers(self) -> Handlers:
        """What is done about each action. What is off has none."""
        every = (
            self.reminding,
            self.settings,
            self.communities,
            self.quizzing,
            self.teaching,
            self.drafting,
            self.changing_model,
            self.deciding,
            self.reader,
            self.organising,
        )
        found = {AddToCalendar: self._into_calendar}
        return found | {kind: handle for service in every if service for kind, handle in service.handlers().items()}

    @cached_property
    def _forms(self) -> Forms:
        every = (self.quizzing, self.teaching, self.organising)
        return {kind: form for service in every if service for kind, form in service.forms().items()}

    @cached_property
    def actions(self) -> Codec:
        """Reads the ids of everything that can be done."""
        return Codec(self.handlers)

    def form(self, asker: Asker, action: Action) -> Entry | None:
        """Return what is asked for before an action; None where it is nothing, or not for this member."""
        if action.for_organisers and not asker.may_organise:
            return None
        form = self._forms.get(type(action))
        return form(asker, action) if form else None

    async def act(self, asker: Asker, action: Action) -> Message | None:
        """Do what was pressed, chosen or filled in; None where there is nothing to act upon any more."""
        if action.for_organisers and not asker.may_organise and self.organising is not None:
            return self.organising.refused(asker)
        if not self.has_turn_for(asker, action):
            return general_messages.one_moment(self.texts(asker.language))
        return await self.handlers[type(action)](asker, action)

    def has_turn_for(self, asker: Asker, action: Action) -> bool:
        """Take a member's turn for an action: a word with mistakes takes many presses, and they alone see them."""
        cooldowns = {Cost.COMMAND: self.commands, Cost.PICTURE: self.pictures, Cost.LESSON: self.lessons}
        cooldown = cooldowns.get(action.cost)
        return cooldown is None or self._take(cooldown, asker) is Turn.GRANTED

    async def _into_calendar(self, asker: Asker, action: AddToCalendar) -> Message | None:
        """Offer a member every way to have an event in their calendar."""
        event = await known_to(self.telling.event_store, asker, action.event)
        if event is None:
            return None
        texts, now = self.texts(asker.own_language), self.clock.now()
        if not fits_calendar(event, now):
            return calendar_messages.not_for_calendars(texts, event, now)
        address = calendar_messages.address_of(event, "" if asker.tenant.platform == LOCAL else self.public_url or None)
        file = None if address else await asyncio.to_thread(calendar_file, [event], self.zone)
        return calendar_messages.ways_into_calendar(texts, event, now, address, file)
