"""A Slack to talk to: its real client over loopback, its answers fixed, everything around them real."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar, cast

from pydantic import SecretStr

from bot.clock import DrivenClock
from bot.config import SlackSettings
from bot.core.askers import Asker
from bot.core.rooms import Room
from bot.domain.cooldowns import Turn
from bot.domain.messages import Button, Card, Entry, File, Message, MessageKind, Picture
from bot.domain.rooms import Rooms
from bot.errors import PictureError
from bot.locales import Texts, texts_for
from bot.platforms.slack.app import SlackFrontEnd
from bot.services.answering import Answering
from bot.services.ports import Heard
from tests.support.events import NOW
from tests.support.slack_facts import CHANNEL
from tests.support.slack_server import SlackServer

T = TypeVar("T")
PNG = b"\x89PNG why"


def said(text: str, **more: Any) -> Message:
    return Message(MessageKind.ANSWER, text, **more)


@dataclass
class RecordedAnswers:
    """Answers like `Answering`, and remembers what was asked."""

    clock: DrivenClock = field(default_factory=lambda: DrivenClock(NOW))
    asked: list[tuple[str, ...]] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    fails: bool = False
    organising: Any = None

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
            "!remind": said("前日にDMでお知らせします。", buttons=(Button("取り消す", id="remind:501:cancel"),)),
            "!export": said("あずけた文字です。", files=(File("samples.zip", b"PK"),)),
        }
        return None if text.startswith("!nothing") else answers.get(text.split(" ", maxsplit=1)[0], said(text))

    async def help(self, asker: Asker, sign: str = "!") -> Message:
        return said("使い方")

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
        buttons = (Button("なぜ？", id=f"why:{upload}:{len(pictures) - 1}:0"),)
        return said("", cards=(Card("「あ」です。"),), buttons=buttons)

    async def explain(self, asker: Asker, picture: bytes | PictureError | None, glyph: int = 0) -> Message:
        if not isinstance(picture, bytes):
            return said("画像がもう残っていません。")
        self.asked.append(("explain", str(len(picture)), str(glyph)))
        return said("このように読み取りました。", pictures=(Picture(PNG, "決め手"),))

    async def teach(self, button_id: str, asker: Asker, values: Sequence[str]) -> Message | None:
        if not button_id.startswith("wrong:"):
            return None
        shown = await asker.surroundings.fetch(button_id.split(":")[1], range(1))
        assert shown is not None
        self.asked.append(("teach", shown.member, str(len(shown.pictures)), *values))
        entry = Entry(f"wrong:{button_id.split(':')[1]}", "別の文字", "どの文字ですか？", "あ")
        return said("ありがとうございます。" if values else "どの文字ですか？", entries=() if values else (entry,))

    async def press(self, button_id: str, asker: Asker, values: Sequence[str] = ()) -> Message | None:
        self.asked.append(("press", button_id, asker.member, *values))
        if button_id == "nobody:knows":
            return None
        return said("承知しました。" if asker.may_decide else "運営の方だけです。")

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
    def reminding(self) -> "RecordedAnswers":
        return self

    async def reminders(self, asker: Asker) -> Message:
        return said("リマインドは1件です。", buttons=(Button("取り消す", id="remind:501:cancel"),))


@dataclass
class RememberedInMemory:
    """Fulfils `Heard`, and outlives a front end as the store does."""

    keys: set[str] = field(default_factory=set)

    async def is_new(self, key: str, now: object) -> bool:
        was_there = key in self.keys
        self.keys.add(key)
        return not was_there


def settings_of(server: SlackServer) -> SlackSettings:
    return SlackSettings(
        bot_token=SecretStr(server.bot_token), app_token=SecretStr(server.app_token), api_url=server.api_url
    )


def front_end_of(
    server: SlackServer,
    answers: RecordedAnswers | None = None,
    rooms: Rooms | None = None,
    heard: Heard | None = None,
    pings_every: float = 10.0,
) -> SlackFrontEnd:
    """A front end that waits little before it connects again."""
    room = Room("slack", CHANNEL, ("utsunomiya",))
    return SlackFrontEnd(
        settings_of(server),
        cast(Answering, answers or RecordedAnswers()),
        rooms or Rooms([room], ["utsunomiya"]),
        heard,
        first_wait=timedelta(seconds=0.05),
        pings_every=pings_every,
    )


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
