"""A Slack to talk to: its real client over loopback, its answers fixed, everything around them real."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar, cast

from pydantic import SecretStr

from bot.answering.answering import Answering
from bot.answering.general_messages import one_moment
from bot.app.clock import DrivenClock
from bot.config import SlackSettings
from bot.core.actions import Action, Codec, Kept, OnPage
from bot.core.askers import Asker
from bot.core.cooldowns import Turn
from bot.core.errors import PictureError
from bot.core.messages import Button, Card, Entry, File, Message, MessageKind, Picture
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.handwriting.quiz_messages import PlayQuiz
from bot.handwriting.reading_buttons import Explain
from bot.handwriting.teaching_buttons import Label, Wrong
from bot.locales import Texts, texts_for
from bot.platforms.hearing import Hearing
from bot.platforms.pace import Waiting
from bot.platforms.slack.app import SlackFrontEnd
from bot.platforms.slack.membership import Membership
from tests.support.actions import every_kind
from tests.support.answers import OneCommunity
from tests.support.events import NOW
from tests.support.remembering import RememberedInMemory
from tests.support.slack_facts import CHANNEL
from tests.support.slack_server import SlackServer

T = TypeVar("T")
PNG = b"\x89PNG why"


def said(text: str, **more: Any) -> Message:
    return Message(MessageKind.ANSWER, text, **more)


def _at_once() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@dataclass
class RecordedAnswers:
    """Answers like `Answering`, and remembers what was asked."""

    clock: DrivenClock = field(default_factory=lambda: DrivenClock(NOW))
    asked: list[tuple[str, ...]] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    fails: bool = False
    organising: Any = None
    teaches: asyncio.Event = field(default_factory=_at_once)
    communities = OneCommunity()

    def texts(self, language: str) -> Texts:
        return texts_for(language)

    async def language_of(self, platform: str, member: str) -> str:
        return ""

    async def say(self, asker: Asker, text: str) -> Message | None:
        if self.fails:
            raise RuntimeError("the store is gone")
        self.asked.append(("say", asker.room.name, asker.member, text))
        answers = {
            "!next": Message(
                MessageKind.ANSWER, "次回のイベント", (Card("もくもく会", "https://example.test/event/5/"),)
            ),
            "!remind": said("前日にDMでお知らせします。", buttons=(Button("取り消す", Kept("remind:501:cancel")),)),
            "!export": said("あずけた文字です。", files=(File("samples.zip", b"PK"),)),
        }
        return None if text.startswith("!nothing") else answers.get(text.split(" ", maxsplit=1)[0], said(text))

    async def help(self, asker: Asker, sign: str = "!") -> Message:
        return said("使い方")

    async def next(self, asker: Asker, words: str) -> Message:
        return said("次回のイベント", buttons=(Button("🔔 リマインド", Kept("remind:501")),))

    async def events(self, asker: Asker) -> Message:
        return said("予定は1件です。")

    async def how_to_read(self, asker: Asker) -> Message:
        return said("画像を送ってください")

    async def is_quizzed(self, asker: Asker) -> bool:
        return False

    async def read(
        self, asker: Asker, pictures: Sequence[bytes | PictureError], upload: str = "", *, may_answer_quiz: bool = False
    ) -> Message:
        seen = [one.code if isinstance(one, PictureError) else str(len(one)) for one in pictures]
        self.asked.append(("read", asker.room.name, *seen))
        buttons = (Button("なぜ？", Kept(f"why:{upload}:{len(pictures) - 1}:0")),)
        return said("", cards=(Card("「あ」です。"),), buttons=buttons)

    actions = Codec(every_kind())

    def form(self, asker: Asker, action: Action) -> None:
        return None

    async def act(self, asker: Asker, action: Action) -> Message | None:
        """Explain, ask what was wrong, let an organiser decide; on a page, what `organising` does."""
        match action:
            case Explain():
                return await self._explain(asker, action)
            case Wrong() | Label():
                return await self._teach(asker, action)
            case PlayQuiz():
                return said("「あ」を手で書いてください。")
            case OnPage():
                page: Message = await self.organising.act(asker, action)
                return page
        self.asked.append(("press", action.id, asker.member, *getattr(action, "chosen", ())))
        return said("承知しました。" if asker.may_decide else "運営の方だけです。")

    async def _explain(self, asker: Asker, action: Explain) -> Message:
        if self.turns and self.turns.pop(0) is not Turn.GRANTED:
            return one_moment(self.texts(asker.language))
        upload = await asker.surroundings.fetch(action.upload, range(action.picture, action.picture + 1))
        if upload is None or not isinstance(upload.pictures[0], bytes):
            return said("画像がもう残っていません。")
        self.asked.append(("explain", str(len(upload.pictures[0])), str(action.glyph)))
        return said("このように読み取りました。", pictures=(Picture(PNG, "決め手"),))

    async def _teach(self, asker: Asker, action: Wrong | Label) -> Message:
        shown = await asker.surroundings.fetch(action.upload, range(1))
        assert shown is not None
        written = action.written if isinstance(action, Label) else ""
        self.asked.append(("teach", shown.member, str(len(shown.pictures)), *([written] if written else [])))
        entry = Entry(Label(action.upload), "別の文字", "どの文字ですか？", "あ")
        await self.teaches.wait()
        if written == "abc":
            return said("「abc」は登録できません。", entries=(entry,), refuses="「abc」は登録できません。")
        return said("ありがとうございます。" if written else "どの文字ですか？", entries=() if written else (entry,))

    def take_turn(self, asker: Asker, pictures: int = 0) -> Turn:
        return self.turns.pop(0) if self.turns else Turn.GRANTED

    @property
    def telling(self) -> "RecordedAnswers":
        return self

    @property
    def teaching(self) -> "RecordedAnswers":
        return self

    @property
    def own(self) -> "RecordedAnswers":
        return self

    async def samples(self, asker: Asker) -> Message:
        self.asked.append(("samples", asker.member))
        return said("!samples")

    @property
    def reader(self) -> "RecordedAnswers":
        return self

    def is_on(self, room: Room) -> bool:
        return room.recognition

    @property
    def reminding(self) -> "RecordedAnswers":
        return self

    async def reminders(self, asker: Asker) -> Message:
        return said("リマインドは1件です。", buttons=(Button("取り消す", Kept("remind:501:cancel")),))


def settings_of(server: SlackServer) -> SlackSettings:
    return SlackSettings(
        bot_token=SecretStr(server.bot_token), app_token=SecretStr(server.app_token), api_url=server.api_url
    )


def front_end_of(
    server: SlackServer,
    answers: RecordedAnswers | None = None,
    rooms: Rooms | None = None,
    heard: RememberedInMemory | None = None,
    pings_every: float = 10.0,
    membership: Membership | None = None,
    waiting: Waiting | None = None,
) -> SlackFrontEnd:
    """A front end that waits little before it connects again."""
    room, answers = Room("slack", CHANNEL, ("utsunomiya",)), answers or RecordedAnswers()
    return SlackFrontEnd(
        settings_of(server),
        cast(Answering, answers),
        rooms or Rooms([room], ["utsunomiya"]),
        Hearing("slack", answers.clock, heard, heard),
        membership,
        first_wait=timedelta(seconds=0.05),
        pings_every=pings_every,
        waiting=waiting,
    )


class PassingTime(Waiting):
    """Waiting takes no time: the clock goes on instead. `waits` has every wait, in seconds."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self._ahead = 0.0

    def now(self) -> float:
        return super().now() + self._ahead

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self._ahead += seconds
        await super().sleep(0)


@asynccontextmanager
async def serving(front_end: SlackFrontEnd) -> AsyncIterator[SlackFrontEnd]:
    """Let it serve, and end it as a stop does."""
    running = asyncio.create_task(front_end.serve())
    try:
        yield front_end
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@asynccontextmanager
async def connected(front_end: SlackFrontEnd, server: SlackServer) -> AsyncIterator[SlackFrontEnd]:
    """Let it serve, from when it hears members."""
    before = server.sockets.connected
    async with serving(front_end):
        await at_once(server.wait_for, lambda: server.sockets.connected > before and server.sockets.connections)
        yield front_end


async def at_once(act: Callable[..., T], *arguments: Any, **options: Any) -> T:
    """Do something in the server's world without holding up the front end."""
    return await asyncio.to_thread(act, *arguments, **options)
