"""The addresses of the drawing page: a drawing read while it grows, how a character is written, what was learned."""

import hashlib
import time
from base64 import b64encode
from collections.abc import Awaitable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from aiohttp import web

from bot.core.clock import Clock
from bot.core.errors import PictureError
from bot.handwriting.ports.drawing import DrawingBoard, ShapeSheet, Sight, Stroke
from bot.handwriting.reading_messages import readings_message
from bot.locales import texts_for
from bot.platforms.web.door import Door
from bot.platforms.web.json_answers import json_answer
from bot.platforms.web.refusals import Refusal
from bot.platforms.web.turns import Turns
from bot.platforms.web.uploads import read_json

T = TypeVar("T")

AT_ONCE, WAITING = 4, 4  # drawings being read, and next; whoever is refused shows how theirs goes on a moment later
TOP = 10
LANGUAGES = ("ja", "en")
PAPER = 600
MOST_STROKES, MOST_POINTS, BROADEST = 100, 4_000, 120
SHEETS: dict[str, ShapeSheet] = {"exemplars": "exemplars", "averages": "averages", "lookalikes": "lookalikes"}
ATTRIBUTION = "KanjiVG © Ulrich Apel, CC BY-SA 3.0"
ATTRIBUTION_URL = "https://kanjivg.tagaini.net/"
HOW_TO_GET = "pip install fonttools kanjivg"


class DrawingApi:
    """Answers the drawing page and the gallery; without a board only that reading is switched off."""

    def __init__(self, board: DrawingBoard | None, locale: str, clock: Clock, door: Door) -> None:
        """Use the `locale` of the room where a page asks for none."""
        self._board = board
        self._locale = locale
        self._turns = Turns(clock, AT_ONCE, WAITING)
        self._door = door

    def routes(self) -> list[web.RouteDef]:
        """Return every address with what answers it."""
        return [
            web.post("/api/draw", self.draw),
            web.get("/api/strokes", self.strokes),
            web.get("/api/tendencies", self.tendencies),
            web.get("/api/tendencies/{sheet}.png", self.sheet),
        ]

    async def draw(self, request: web.Request) -> web.Response:
        """Read a drawing and say what the network saw of it; one that would have to wait long is old by then."""
        board, strokes = self._open(), strokes_of(await read_json(request))
        async with self._turns.turn(self._door.caller(request)):
            began = time.perf_counter()
            sight = await _answered(board.read(strokes, TOP))
        return json_answer(self._sight_json(sight, request, (time.perf_counter() - began) * 1000))

    def _sight_json(self, sight: Sight, request: web.Request, elapsed_ms: float) -> dict[str, Any]:
        asked = request.query.get("lang", "")
        texts = texts_for(asked if asked in LANGUAGES else self._locale)
        said = readings_message(texts, [sight.reading]).title
        reading = replace(sight.reading, elapsed_ms=elapsed_ms).to_json()
        return {**reading, "said": said, "seen": b64encode(sight.seen).decode()}

    async def strokes(self, request: web.Request) -> web.Response:
        """Give the strokes of the character `of`, in writing order; none where the extra is not installed."""
        character = request.query.get("of", "")
        if len(character) != 1:
            raise Refusal(400, "no_character")
        strokes = await _answered(self._open().strokes(character))
        source = {"attribution": ATTRIBUTION, "url": ATTRIBUTION_URL, "how_to_get": HOW_TO_GET}
        return json_answer({"strokes": strokes, **source})

    async def tendencies(self, _request: web.Request) -> web.Response:
        """Give what the network takes for what, and what the rows of the sheets show."""
        shapes = await _answered(self._open().learned())
        return json_answer(
            {
                "labels": shapes.labels,
                "exemplars": shapes.exemplars,
                "confused_with": {label: list(shares) for label, shares in shapes.confused_with.items()},
                "pairs": shapes.pairs,
                "lookalikes": shapes.lookalikes,
                "own": shapes.is_own,
            }
        )

    async def sheet(self, request: web.Request) -> web.Response:
        """Give a sheet of shapes."""
        name = SHEETS.get(request.match_info["sheet"])
        if name is None:
            raise Refusal(404, "not_found")
        png = await _answered(self._open().sheet(name))
        etag = hashlib.blake2b(png, digest_size=10).hexdigest()
        headers = {"ETag": f'"{etag}"', "Cache-Control": "no-cache"}  # another model has other shapes
        if any(known.value == etag for known in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        return web.Response(body=png, content_type="image/png", headers=headers)

    def _open(self) -> DrawingBoard:
        if self._board is None:
            raise Refusal(404, "reading_off")
        return self._board


async def _answered(asked: Awaitable[T]) -> T:
    try:
        return await asked
    except PictureError as error:
        raise Refusal(503, "busy") from error


def strokes_of(drawing: Mapping[str, Any]) -> list[Stroke]:
    """Return the strokes of `{"strokes": [[x, y, width, x, y, width, …], …]}`. Raises Refusal."""
    written = drawing.get("strokes")
    if not isinstance(written, list) or not 0 < len(written) <= MOST_STROKES:
        raise Refusal(400, "bad_drawing")
    strokes = [_stroke(numbers) for numbers in written]
    if sum(map(len, strokes)) > MOST_POINTS:
        raise Refusal(400, "bad_drawing")
    return strokes


def _stroke(numbers: object) -> Stroke:
    if (
        not isinstance(numbers, list)
        or not numbers
        or len(numbers) % 3
        or not all(_is_number(number) for number in numbers)
    ):
        raise Refusal(400, "bad_drawing")
    points = list(zip(*[iter(numbers)] * 3, strict=True))
    if not all(_is_on_paper(x) and _is_on_paper(y) and 0 < width <= BROADEST for x, y, width in points):
        raise Refusal(400, "bad_drawing")
    return points


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_on_paper(place: float) -> bool:
    return -PAPER <= place <= 2 * PAPER  # a stroke may leave it; not a number is nowhere
