"""Teaching in the local room: a picture, a drawing, what is pressed and written about it, what can be downloaded."""

import io
import zipfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.clock import DrivenClock
from bot.app.ground import Ground
from bot.app.rooms import rooms_of
from bot.app.services import build_services
from bot.app.stores import Stores, open_stores
from bot.config import Settings
from bot.core.messages import File
from bot.core.uploads import Source
from bot.handwriting.ports.recognition import Cut
from bot.platforms.web.downloads import MOST_BYTES, MOST_OF_ONE, STAY, Downloads
from model.reading import Glyph, Reading
from tests.support.reading_by_name import HA_OR_HO, ByName, Sheets
from tests.support.room_answers import GREY, open_room


class AlwaysHa(ByName):
    """Reads は, or perhaps ほ, in every picture."""

    async def read(self, picture: bytes) -> Reading:
        return Reading((HA_OR_HO,), "は", 1.0)

    async def cut(self, picture: bytes, glyph: Glyph) -> Cut:
        return Cut(glyph, b"cut of " + picture)

    async def cuts(self, picture: bytes) -> Mapping[int, Cut]:
        return {0: await self.cut(picture, HA_OR_HO)}


@dataclass
class Visit:
    client: aiohttp.ClientSession
    stores: Stores

    async def show(self, name: str = "photo.png") -> Any:
        """Send a picture and return the answer."""
        form = aiohttp.FormData()
        form.add_field("file", GREY, filename=name, content_type="image/png")
        async with self.client.post("/api/messages", data=form) as response:
            return (await response.json())["answers"][0]

    async def say(self, text: str) -> Any:
        async with self.client.post("/api/messages", json={"text": text}) as response:
            return (await response.json())["answers"][0]

    async def press(self, button_id: str, *values: str) -> Any:
        async with self.client.post("/api/actions", json={"id": button_id, "values": values}) as response:
            assert response.status == 200
            said = await response.json()
            return said["answers"][-1] if said["answers"] else said


@pytest.fixture
async def visit(engine: AsyncEngine, clock: DrivenClock, tmp_path: Path) -> AsyncIterator[Visit]:
    async with open_stores(f"sqlite:///{tmp_path / 'services.db'}") as stores:
        settings = Settings()
        rooms, reading = rooms_of(settings), {"recogniser": AlwaysHa(), "sheets": Sheets()}
        services = build_services(Ground(settings=settings, stores=stores, rooms=rooms, clock=clock, **reading))
        async with open_room(engine, clock, services.answering) as room, aiohttp.ClientSession(room.url) as client:
            yield Visit(client, stores)


def button(message: Any, label: str) -> str:
    return next(str(one["id"] or one["url"]) for one in message["buttons"] if label in one["label"])


async def test_wrong_a_written_character_and_a_yes_make_a_sample(visit: Visit) -> None:
    answer = await visit.show()
    page = await visit.press(button(answer, "✗"))
    assert [one["label"] for one in page["choices"][0]["options"]] == ["「ほ」", "「け」", "ひらがなではない"]
    again = await visit.press(page["entries"][0]["id"], "ネコ")
    assert "登録できません" in again["text"]
    asked = await visit.press(again["entries"][0]["id"], "け")
    assert "預けていただけますか" in asked["text"]
    assert "1文字を預かりました" in (await visit.press(button(asked, "はい")))["text"]
    (sample,) = await visit.stores.samples.samples_of("local:@visitor")
    assert (sample.label, sample.source, sample.said) == ("け", Source.UPLOAD, "は")


async def test_a_drawing_is_known_as_one(visit: Visit) -> None:
    answer = await visit.show("drawing.png")
    asked = await visit.press(button(answer, "✓"))
    await visit.press(button(asked, "はい"))
    assert [one.source for one in await visit.stores.samples.samples_of("local:@visitor")] == [Source.DRAWING]


async def test_what_was_given_is_downloaded_under_a_name_that_nobody_guesses(visit: Visit) -> None:
    asked = await visit.press(button(await visit.show(), "✓"))
    await visit.press(button(asked, "はい"))
    address = button(await visit.say("!export"), "everything.zip")
    async with visit.client.get(address) as response:
        assert response.headers["Content-Disposition"] == 'attachment; filename="everything.zip"'
        assert zipfile.ZipFile(io.BytesIO(await response.read())).namelist() == [
            "samples.json",
            "everything.json",
            "000001.png",
        ]
    async with visit.client.get("/downloads/guessed/everything.zip") as response:
        assert response.status == 404


async def test_after_forget_no_answer_of_the_room_knows_the_alias(visit: Visit, engine: AsyncEngine) -> None:
    asked = await visit.press(button(await visit.show(), "✓"))
    await visit.press(button(asked, "はい"))
    consent = await visit.stores.samples.consent("local:@visitor")
    assert consent is not None
    for command in ("!あずけた文字", "!データ", "!書き出し"):
        await visit.say(command)
    await visit.press(button(await visit.say("!忘れて"), "消す"))
    async with visit.client.get("/api/messages") as response:
        assert consent.alias not in await response.text()


async def test_after_forget_no_picture_of_the_room_and_no_download_can_be_fetched(visit: Visit) -> None:
    answer = await visit.show()
    await visit.press(button(await visit.press(button(answer, "✓")), "はい"))
    async with visit.client.get("/api/messages") as response:
        shown = [image for one in (await response.json())["messages"] for image in one["images"]]
    addresses = [*shown, button(await visit.say("!書き出し"), "everything.zip")]
    assert shown

    async def fetched() -> set[int]:
        return {(await visit.client.get(address)).status for address in addresses}

    assert await fetched() == {200}
    await visit.press(button(await visit.say("!忘れて"), "消す"))
    assert await fetched() == {404}
    assert "残っていない" in (await visit.press(button(answer, "なぜ")))["text"]


def test_a_download_is_forgotten_after_some_minutes(clock: DrivenClock) -> None:
    downloads = Downloads(clock)
    token = downloads.keep(File("a.zip", b"mine")).split("/")[2]
    clock.set(clock.now() + STAY - timedelta(seconds=1))
    assert downloads.get(token) == File("a.zip", b"mine")
    clock.set(clock.now() + timedelta(seconds=1))
    assert downloads.get(token) is None


def token_of(downloads: Downloads, content: bytes, member: str) -> str:
    return downloads.keep(File("a.zip", content), member).split("/")[2]


def test_nobody_pushes_out_what_others_can_download(clock: DrivenClock) -> None:
    downloads = Downloads(clock)
    mine = token_of(downloads, b"mine", "me")
    theirs = [token_of(downloads, b"theirs", "another") for _ in range(MOST_OF_ONE + 1)]
    assert downloads.get(mine) == File("a.zip", b"mine")
    assert [downloads.get(token) is not None for token in theirs] == [False] + MOST_OF_ONE * [True]


def test_downloads_take_a_bounded_part_of_the_memory(clock: DrivenClock) -> None:
    downloads = Downloads(clock)
    large = bytes(MOST_BYTES // 3)
    kept = [token_of(downloads, large, f"visitor-{number}") for number in range(4)]
    assert [downloads.get(token) is not None for token in kept] == [False, False, True, True]
    assert downloads.get(newest := token_of(downloads, bytes(MOST_BYTES), "another")) is not None
    assert [token for token in (*kept, newest) if downloads.get(token)] == [newest]
