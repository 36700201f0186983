"""The real services on a real SQLite; what connpass and the report site show, and what a hand wrote, a test says."""

import asyncio
import io
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, cast

from PIL import Image

from bot.app.clients import Clients
from bot.app.clock import DrivenClock
from bot.app.ground import Ground, Running
from bot.app.rehearsal_process import played
from bot.app.services import Services, build_services
from bot.app.shared_rehearsals import rehearsing
from bot.app.stores import open_stores
from bot.config import Settings
from bot.core.errors import SourceUnavailable
from bot.core.problems.base import NoAnswer
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.delivery.delivering import Delivering
from bot.delivery.ports.platforms import FrontEnd, Sender
from bot.events.ports.sources import Listing
from bot.events.rules.events import Event
from bot.handwriting.changing_model import ChangingModel
from bot.handwriting.ports.recognition import Cut, ModelFile, Models, ModelUser, Recogniser
from bot.handwriting.workers.pictures import encode_jpeg, encode_png, open_picture
from bot.reports.rules.materials import Material
from bot.reports.rules.reports import ReportPage
from model.reading import Candidate, Glyph, Reading, Verdict, text_of
from tests.support.events import NOW, an_event_named
from tests.support.stores import lay_new_store

SOURCE, GROUP = "utsunomiya", "tfug-utsunomiya"
SITE = "https://reports.example.test/"
PAST = an_event_named("もくもく会 #4", 500, started_at=NOW - timedelta(days=20), published_at=NOW - timedelta(days=50))
COMING = an_event_named("もくもく会 #5", 501, published_at=NOW - timedelta(days=5))


@dataclass
class Connpass:
    """Shows the same for every source that is asked for, but for those with `events_of` their own; `site` is the
    report site.

    What was shown at any event is `shown`, and what the page of any event says is `page`.
    """

    site: "ReportSite"
    events: list[Event] = field(default_factory=lambda: [PAST, COMING])
    events_of: dict[str, list[Event]] = field(default_factory=dict)
    shown: tuple[Material, ...] = ()
    page: tuple[str, ...] = ()
    is_down: bool = False

    def source(self, name: str, months: tuple[int, int] = (0, 6)) -> "Source":
        return Source(name, self)

    async def materials(self, event_id: int) -> Sequence[Material]:
        return self.shown

    async def description(self, event_id: int) -> Sequence[str]:
        return self.page


@dataclass
class Source:
    name: str
    connpass: Connpass

    @property
    def query(self) -> str:
        return self.name

    async def listing(self, now: datetime) -> Listing:
        if self.connpass.is_down:
            raise SourceUnavailable(NoAnswer(where="connpass", detail="connpass answered 503 (no reason given)"))
        return Listing(tuple(self.connpass.events_of.get(self.name, self.connpass.events)))

    async def look_up(self, event_ids: Sequence[int]) -> Listing:
        return Listing((), complete=False)


@dataclass
class ReportSite:
    shown: list[ReportPage] = field(default_factory=list)

    async def pages(self) -> Sequence[ReportPage]:
        return self.shown


def glyph(best: str, other: str, verdict: Verdict = "sure") -> Glyph:
    shares = {"sure": (0.97, 0.02), "unsure": (0.52, 0.41), "not_hiragana": (0.2, 0.1)}[verdict]
    return Glyph((2, 2, 20, 20), tuple(map(Candidate, (best, other), shares)), verdict)


def a_picture(shade: int = 235) -> bytes:
    """A sheet of paper: what is written on it, a test says by `Hand.wrote`."""
    written = io.BytesIO()
    Image.new("RGB", (60, 40), (shade, shade, shade)).save(written, "PNG")
    return written.getvalue()


DRAWN = encode_png(open_picture(a_picture(128)))


@dataclass
class Hand:
    """Fulfils `Recogniser`: opens each picture as the real one does, and reads in it what this hand wrote."""

    wrote: tuple[Glyph, ...] = (glyph("い", "り"),)
    model: str = "a hand"

    async def read(self, picture: bytes) -> Reading:
        await asyncio.to_thread(open_picture, picture)
        return Reading(self.wrote, text_of(self.wrote), 4.0)

    async def explain(self, picture: bytes, glyph: int = 0) -> bytes:
        return DRAWN

    async def numbered(self, picture: bytes, reading: Reading) -> bytes:
        return DRAWN

    async def cut(self, picture: bytes, glyph: Glyph) -> Cut:
        return Cut(glyph, picture)

    async def cuts(self, picture: bytes) -> dict[int, Cut]:
        return {place: Cut(one, picture + bytes([place])) for place, one in enumerate(self.wrote)}

    async def copy(self, picture: bytes) -> bytes:
        return await asyncio.to_thread(lambda: encode_jpeg(open_picture(picture)))

    async def beside(self, picture: bytes, glyph: Glyph, labels: Sequence[str]) -> bytes:
        return DRAWN

    async def stroke_order(self, characters: Sequence[str]) -> bytes | None:
        return DRAWN


@dataclass
class Users:
    """Takes note of the models that it shall read with."""

    used: list[str] = field(default_factory=list)

    def use(self, model: ModelFile) -> None:
        self.used.append(model.name)


@dataclass
class House:
    """What stands behind every platform."""

    settings: Settings
    clock: DrivenClock
    rooms: Rooms
    services: Services
    connpass: Connpass
    recogniser: Any
    senders: list[Sender] = field(default_factory=list)

    @property
    def hand(self) -> Hand:
        assert isinstance(self.recogniser, Hand)
        return self.recogniser

    async def polls(self) -> None:
        """Look at connpass and at the report site, as often as a poll rings, and say what there is to say."""
        for name in self.rooms.sources:
            await self.services.watching.watch(self.connpass.source(name))
        await self.services.reporting.check_site()
        await self.services.materials.gather()
        await self.services.outages.check()
        await self.delivers()

    async def delivers(self) -> None:
        """Say what is due; what that brought about may be due as well."""
        delivering: Delivering = self.services.delivering(self.senders)
        for _ in range(2):
            await delivering.deliver_due()

    async def time_passes(self, length: timedelta) -> None:
        await self.services.digesting.plan()
        self.clock.set(self.clock.now() + length)
        await self.delivers()


@asynccontextmanager
async def serving(front_end: FrontEnd) -> AsyncIterator[None]:
    """Let it serve, and end it as a stop does, also where a test fails."""
    running = asyncio.create_task(front_end.serve())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.wait({running})


@asynccontextmanager
async def open_house(
    folder: Path,
    room: Room,
    recogniser: Recogniser | None = None,
    url: str = "",
    *,
    beside: Sequence[Room] = (),
    connpass: Connpass | None = None,
    models: Models | None = None,
) -> AsyncIterator[House]:
    """Open the services for one room, after their first, silent look at connpass and the report site.

    The store is in `folder`, unless another is named by its address. `beside` are rooms set up in the chat. With
    `models` who runs the bot may change the model.
    """
    settings = Settings(
        community={"locale": room.locale},
        sources=[{"name": SOURCE, "group": GROUP}],
        reports={"site_url": SITE},
        web={"port": 0},
    )
    clock, connpass = DrivenClock(NOW), connpass or Connpass(ReportSite())
    read_by = recogniser or Hand()
    rooms = Rooms((room,), (SOURCE,), room.locale)
    if not url:
        await lay_new_store(file := folder / "tsudoi.db")
        url = f"sqlite:///{file}"
    async with open_stores(url) as stores:
        await stores.rooms.save(beside, "1", NOW)
        parts = (cast(ModelUser, Users()), stores.memory, stores.samples, stores.agenda, rooms, clock)
        changing = ChangingModel(models, *parts) if models is not None else None
        ground = Ground(
            settings=settings,
            stores=stores,
            rooms=rooms,
            clock=clock,
            site=connpass.site,
            details=connpass,
            recogniser=read_by,
            changing_model=changing,
        )
        running = Running(
            open_source=connpass.source,
            # In this process: another needs seconds to start, and has tests of its own.
            rehearse=rehearsing(settings, cast(Clients, connpass), clock, played),
            changed=lambda: services.following.refresh(),
            model=lambda: read_by.model,
        )
        services = build_services(ground, running)
        await services.following.load()
        quizzing = services.answering.quizzing
        assert quizzing is not None
        answering = replace(services.answering, quizzing=replace(quizzing, random=Random(3)))
        services = replace(services, answering=answering)
        house = House(settings, clock, rooms, services, connpass, read_by)
        await house.polls()
        yield house
