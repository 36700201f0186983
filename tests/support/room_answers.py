"""A room to try the page with: its answers are fixed, everything around them is real."""

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.clock import DrivenClock
from bot.config import CommunitySettings, WebSettings
from bot.core.actions import Action, Codec, Kept
from bot.core.askers import Asker
from bot.core.errors import PictureError
from bot.core.messages import Bar, Button, Card, Field, Message, MessageKind, Part, Picture
from bot.core.room import LOCAL, MAIN, Room
from bot.core.rooms import Rooms
from bot.events.rules.events import Event
from bot.handwriting.ports.drawing import DrawingBoard
from bot.handwriting.quizzing import Quizzing
from bot.handwriting.reading_buttons import Explain
from bot.handwriting.workers.pictures import encode_jpeg, encode_png, open_picture
from bot.platforms.web.metrics import Gauges
from bot.platforms.web.room_messages import RoomMessages, View
from bot.platforms.web.server import WebRoom
from bot.reports.store.reports import Reports
from model.reading import Candidate, Glyph, Reading
from tests.support.events import NOW, an_event_named

NEXT = Message(
    MessageKind.ANSWER,
    "あと10日です！",
    (
        Card(
            "もくもく会 #5",
            "https://utsunomiya.connpass.com/event/501/",
            fields=(Field("日時", "2026年5月22日(金) 19:00〜21:00 JST", NOW), Field("会場", "まちなか会議室")),
            buttons=(Button("イベントページ", url="https://utsunomiya.connpass.com/event/501/"),),
        ),
    ),
    event_id=501,
)
READ = Message(
    MessageKind.ANSWER,
    cards=(
        Card(
            "「あ」ですね。",
            body="98% 確かです。",
            bars=(Bar("あ", 0.98, "98%"), Bar("お", 0.012, "1.2%"), Bar("め", 0.004, "0.4%")),
        ),
    ),
)

GREY = encode_png(np.full((40, 60, 3), 128, np.uint8))


@dataclass(frozen=True)
class Anything(Action):
    """Whatever is pressed, chosen or written."""

    name: str
    chosen: tuple[str, ...] = ()

    template = "{name:*}"


@dataclass
class FixedAnswers:
    """Knows `!next`, reads あ, and takes the button `question:1:yes`; remembers what it was asked."""

    asked: list[tuple[Any, ...]] = field(default_factory=list)
    events: list[Event] = field(default_factory=lambda: [an_event_named()])
    broken: bool = False
    pressed: list[tuple[str, ...]] = field(default_factory=list)
    settings: Message | None = None
    parts: tuple[Part, ...] = ()
    calendars: list[tuple[str, ...]] = field(default_factory=list)

    async def language_of(self, platform: str, member: str) -> str:
        """Nobody chose a language."""
        return ""

    async def say(self, asker: Asker, text: str) -> Message | None:
        """Answer `!next`."""
        self.asked.append((text, asker.room, asker.member))
        if self.broken:
            raise RuntimeError("a bug")
        return {"!next": NEXT, "!settings": self.settings}.get(text)

    async def read(
        self, asker: Asker, pictures: Sequence[bytes | PictureError], upload: str = "", *, may_answer_quiz: bool = False
    ) -> Message:
        """Read any picture as あ."""
        (picture,) = pictures
        assert isinstance(picture, bytes)
        try:
            await asyncio.to_thread(open_picture, picture)
        except PictureError as error:
            return Message(MessageKind.ANSWER, f"読めません（{error.code}）")
        return replace(READ, buttons=(Button("なぜ？", Kept(f"why:{upload}:0")),))

    actions = Codec([Explain, Anything])

    async def act(self, asker: Asker, action: Action) -> Message | None:
        """Show a grey square, take one answer, and whatever is chosen or filled in."""
        if isinstance(action, Explain):
            return Message(
                MessageKind.ANSWER, "このように読み取りました。", pictures=(Picture(GREY, "灰色の四角", self.parts),)
            )
        values = getattr(action, "chosen", ())
        self.pressed.append((action.id, *values))
        if self.settings is not None:
            return self.settings
        is_known = action.id == "question:1:yes" or values
        return Message(MessageKind.ANSWER, "ありがとうございます。") if is_known else None

    async def model_card(self) -> str:
        """Return a card."""
        return "# Tsudoi hiragana"

    @property
    def telling(self) -> "FixedAnswers":
        """What tells of events: the same."""
        return self

    async def events_json(self, room: Room) -> dict[str, Any]:
        """Return the ids of the events."""
        return {"events": [{"id": event.id} for event in self.events], "seen_at": None}

    async def calendar_revision(self, room: Room) -> str:
        return str([(event.id, event.revision) for event in self.events])

    async def calendar_events(self, room: Room) -> list[Event]:
        """Return the events."""
        self.calendars.append(room.follows)
        return self.events

    async def calendar_event(self, event_id: int) -> Event | None:
        """Return one of the events."""
        return next((event for event in self.events if event.id == event_id), None)


class FixedRecogniser:
    """Reads any picture as あ."""

    async def read(self, picture: bytes) -> Reading:
        """Decode the picture, as the real one does."""
        await asyncio.to_thread(open_picture, picture)
        return Reading((Glyph((1, 2, 3, 4), (Candidate("あ", 0.98),), "sure"),), "あ", 4.1)

    async def explain(self, picture: bytes) -> bytes:
        """Show a grey square."""
        return GREY

    async def copy(self, picture: bytes) -> bytes:
        """Encode the picture anew, as the real one does."""
        return await asyncio.to_thread(lambda: encode_jpeg(open_picture(picture)))


class FixedCondition:
    """Two sources and two platforms, as long as the store answers."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._messages = RoomMessages(engine)

    async def health(self) -> dict[str, Any]:
        """Return the counts."""
        return {"deliveries": (await self.gauges()).deliveries}

    async def gauges(self) -> Gauges:
        """Return them with the rest."""
        await self._messages.last_id(View(MAIN))
        unread = {"utsunomiya": 900.0, 'a "new" one': math.inf}
        return Gauges({"planned": 3, "sent": 5}, unread, {"local": True, "discord": False})


@asynccontextmanager
async def open_room(
    engine: AsyncEngine,
    clock: DrivenClock,
    answers: Any,
    settings: WebSettings | None = None,
    locale: str = "ja",
    samples: web.Application | None = None,
    quizzing: Quizzing | None = None,
    board: DrawingBoard | None = None,
    recogniser: Any = None,
    community: str = "TFUG 宇都宮",
) -> AsyncIterator[WebRoom]:
    """Serve a room at a free port until the end of the block."""

    room = WebRoom(
        settings or WebSettings(port=0),
        RoomMessages(engine),
        answers,
        Rooms((Room(LOCAL, MAIN, ("utsunomiya",), locale=locale, organisers=("*",)),), ("utsunomiya",), locale),
        clock,
        community=CommunitySettings(name=community),
        recogniser=(recogniser := recogniser or FixedRecogniser()),
        copy_picture=recogniser.copy,
        drawing_board=board,
        reports=Reports(engine),
        condition=FixedCondition(engine),
        samples=samples,
        quizzing=quizzing,
    )
    serving = asyncio.create_task(room.serve())
    opened = asyncio.create_task(room.opened.wait())
    try:
        await asyncio.wait((serving, opened), return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            serving.result()
        yield room
    finally:
        opened.cancel()
        serving.cancel()
        await asyncio.wait((serving,))
