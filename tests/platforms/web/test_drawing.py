"""The addresses of the drawing page, over HTTP."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.clock import DrivenClock
from bot.core.errors import PictureError
from bot.core.problems.pictures import Busy
from bot.handwriting.ports.drawing import LearnedShapes, ShapeSheet, Sight, Stroke
from bot.platforms.web.drawing import AT_ONCE, MOST_POINTS, MOST_STROKES, WAITING
from bot.platforms.web.turns import LITTLE
from model.reading import Candidate, Glyph, Reading
from tests.support.room_answers import FixedAnswers, FixedRecogniser, open_room

DOT = [[300, 300, 22]]
LETTERS = "はほばぱにけなまよた"


@dataclass
class FixedBoard:
    """Reads any drawing as は or ほ, when it is let; remembers what it was shown."""

    shown: list[list[list[tuple[float, float, float]]]] = field(default_factory=list)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    is_full: asyncio.Event = field(default_factory=asyncio.Event)
    error: PictureError | None = None

    def __post_init__(self) -> None:
        self.may_answer.set()

    async def read(self, strokes: Sequence[Stroke], top: int) -> Sight:
        self.shown.append([list(stroke) for stroke in strokes])
        if len(self.shown) == AT_ONCE:
            self.is_full.set()
        await self.may_answer.wait()
        if self.error is not None:
            raise self.error
        candidates = tuple(Candidate(letter, 0.5 / 2**i) for i, letter in enumerate(LETTERS[:top]))
        return Sight(Reading((Glyph((1, 2, 3, 4), candidates, "unsure"),), "は", 0.0), bytes(48 * 48))

    async def strokes(self, character: str) -> list[list[tuple[float, float]]]:
        return [[(0.1, 0.2), (0.3, 0.4)]] if character == "い" else []

    async def learned(self) -> LearnedShapes:
        return LearnedShapes(["は", "ほ"], 1, {"は": [("ほ", 0.02)], "ほ": []}, [("は", "ほ", 0.02)], [("は", "ほ")])

    async def sheet(self, name: ShapeSheet) -> bytes:
        return name.encode()


@pytest.fixture
def board() -> FixedBoard:
    return FixedBoard()


@pytest.fixture
async def client(engine: AsyncEngine, clock: DrivenClock, board: FixedBoard) -> AsyncIterator[aiohttp.ClientSession]:
    async with (
        open_room(engine, clock, FixedAnswers(), board=board) as room,
        aiohttp.ClientSession(room.url) as session,
    ):
        yield session


async def drawn(client: aiohttp.ClientSession, drawing: object, path: str = "/api/draw") -> tuple[int, dict[str, Any]]:
    async with client.post(path, json=drawing) as response:
        return response.status, await response.json()


async def test_a_drawing_is_answered_with_ten_candidates_a_sentence_and_what_the_network_saw(
    client: aiohttp.ClientSession, board: FixedBoard
) -> None:
    status, answer = await drawn(client, {"strokes": [[100, 120, 22, 140, 160.5, 20], *DOT]})
    assert status == 200
    assert board.shown == [[[(100, 120, 22), (140, 160.5, 20)], [(300, 300, 22)]]]
    assert [one["label"] for one in answer["glyphs"][0]["candidates"]] == list(LETTERS)
    assert answer["text"] == "は"
    assert "「は」か「ほ」" in answer["said"]
    assert answer["elapsed_ms"] > 0
    assert b64decode(answer["seen"]) == bytes(48 * 48)


async def test_the_sentence_comes_in_the_language_of_the_page(client: aiohttp.ClientSession) -> None:
    assert "「は」 or 「ほ」" in (await drawn(client, {"strokes": DOT}, "/api/draw?lang=en"))[1]["said"]
    assert "「は」か「ほ」" in (await drawn(client, {"strokes": DOT}, "/api/draw?lang=xx"))[1]["said"]


@pytest.mark.parametrize(
    "strokes",
    [
        None,
        [],
        "あ",
        [[]],
        [[1, 2]],
        [[1, 2, "3"]],
        [[1, 2, True]],
        [[1, 2, 0]],
        [[1, 2, 1000]],
        [[1, 2, float("nan")]],
        [[float("inf"), 2, 22]],
        [[-5000, 2, 22]],
        [{"x": 1}],
        DOT * (MOST_STROKES + 1),
        [[1, 2, 22] * (MOST_POINTS + 1)],
    ],
    ids=str,
)
async def test_what_is_no_drawing_is_refused(client: aiohttp.ClientSession, board: FixedBoard, strokes: object) -> None:
    status, answer = await drawn(client, {"strokes": strokes})
    assert (status, answer["code"]) == (400, "bad_drawing")
    assert board.shown == []


async def test_who_draws_much_keeps_nobody_else_from_being_read(
    client: aiohttp.ClientSession, board: FixedBoard
) -> None:
    client.headers["X-Forwarded-For"] = "203.0.113.9"
    for _ in range(LITTLE):
        assert (await drawn(client, {"strokes": DOT}))[0] == 200
    board.may_answer.clear()
    board.shown.clear()
    board.is_full.clear()
    many = [asyncio.create_task(drawn(client, {"strokes": DOT})) for _ in range(AT_ONCE + WAITING)]
    await board.is_full.wait()
    del client.headers["X-Forwarded-For"]
    somebody_elses = asyncio.create_task(drawn(client, {"strokes": DOT}))
    done, _ = await asyncio.wait(many, return_when=asyncio.FIRST_COMPLETED)
    assert [(status, answer["code"]) for status, answer in (task.result() for task in done)] == [(503, "busy")]
    board.may_answer.set()
    assert (await somebody_elses)[0] == 200
    assert sorted(status for status, _ in await asyncio.gather(*many)) == [*[200] * (AT_ONCE + WAITING - 1), 503]


async def test_busy_workers_are_no_error_of_ours(client: aiohttp.ClientSession, board: FixedBoard) -> None:
    board.error = PictureError(Busy())
    status, answer = await drawn(client, {"strokes": DOT})
    assert (status, answer["code"]) == (503, "busy")


async def test_without_a_recogniser_the_page_is_told_that_reading_is_off(
    engine: AsyncEngine, clock: DrivenClock
) -> None:
    async with open_room(engine, clock, FixedAnswers()) as room, aiohttp.ClientSession(room.url) as client:
        status, answer = await drawn(client, {"strokes": DOT})
        assert (status, answer["code"]) == (404, "reading_off")
        async with client.get("/api/tendencies") as response:
            assert response.status == 404


async def test_strokes_come_with_their_source_and_how_to_get_them(client: aiohttp.ClientSession) -> None:
    async with client.get("/api/strokes", params={"of": "い"}) as response:
        known = await response.json()
    assert known["strokes"] == [[[0.1, 0.2], [0.3, 0.4]]]
    assert "KanjiVG" in known["attribution"]
    assert "CC BY-SA" in known["attribution"]
    async with client.get("/api/strokes", params={"of": "あ"}) as response:
        unknown = await response.json()
    assert unknown["strokes"] == []
    assert unknown["how_to_get"].startswith("pip install")
    for wrong in ("", "はな"):
        async with client.get("/api/strokes", params={"of": wrong}) as response:
            assert response.status == 400


async def test_the_sheets_of_shapes_are_sent_again_only_when_they_changed(client: aiohttp.ClientSession) -> None:
    async with client.get("/api/tendencies") as response:
        facts = await response.json()
    assert facts["confused_with"]["は"] == [["ほ", 0.02]]
    assert facts["own"] is True
    async with client.get("/api/tendencies/averages.png") as response:
        assert (await response.read(), response.content_type) == (b"averages", "image/png")
        seen = response.headers["ETag"]
    async with client.get("/api/tendencies/averages.png", headers={"If-None-Match": seen}) as response:
        assert response.status == 304
    async with client.get("/api/tendencies/passwd.png") as response:
        assert response.status == 404


async def test_a_picture_is_read_with_as_many_candidates_as_are_asked_for(
    engine: AsyncEngine, clock: DrivenClock
) -> None:
    class Reads(FixedRecogniser):
        async def read(self, picture: bytes) -> Reading:
            candidates = tuple(Candidate(letter, 0.1) for letter in LETTERS)
            return Reading((Glyph((1, 2, 3, 4), candidates, "sure"),), "は", 4.1)

    async with (
        open_room(engine, clock, FixedAnswers(), recogniser=Reads()) as room,
        aiohttp.ClientSession(room.url) as client,
    ):
        for asked, expected in (("", 5), ("?top=10", 10), ("?top=2", 2), ("?top=9999", 10)):
            async with client.post(f"/api/read{asked}", data=b"any") as response:
                assert len((await response.json())["glyphs"][0]["candidates"]) == expected
