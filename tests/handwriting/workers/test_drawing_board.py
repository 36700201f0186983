"""What the drawing page asks, answered by real worker processes."""

from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.handwriting.ports.drawing import Stroke
from bot.handwriting.workers.drawing_board import LocalDrawingBoard
from bot.handwriting.workers.recogniser import LocalRecogniser
from bot.sandbox.workers import Workers
from model.labels import LABELS
from tests.support.kanjivg import lay_out_kanjivg

PATIENT = 300.0  # seconds: a test machine is shared
I_DRAWN: list[Stroke] = [
    [(165, 165, 22), (150, 300, 22), (205, 520, 22), (258, 385, 22)],
    [(415, 185, 22), (455, 235, 22), (475, 300, 22), (468, 365, 22)],
]


@pytest.fixture(scope="module")
def board() -> Iterator[LocalDrawingBoard]:
    with closing(LocalRecogniser(workers=Workers(takes=PATIENT))) as recogniser:
        yield recogniser.drawing_board()


async def test_strokes_are_read_as_one_character_and_show_what_the_network_saw(board: LocalDrawingBoard) -> None:
    sight = await board.read(I_DRAWN, top=10)
    (glyph,) = sight.reading.glyphs
    assert sight.reading.text == "い"
    assert len(glyph.candidates) == 10
    assert glyph.box == pytest.approx((145, 150, 345, 370), abs=40)  # on the paper of 600
    assert len(sight.seen) == 48 * 48
    assert max(sight.seen) == 255
    assert min(sight.seen) == 0


async def test_the_learned_shapes_come_as_facts_and_as_sheets_of_cells(board: LocalDrawingBoard) -> None:
    shapes = await board.learned()
    assert tuple(shapes.labels) == LABELS
    assert all(0 < share < 1 for _, _, share in shapes.pairs)
    assert {read for read, _ in shapes.confused_with["は"]} <= set(LABELS) - {"は"}
    sizes = {
        "exemplars": (shapes.exemplars, len(LABELS)),
        "averages": (1, len(LABELS)),
        "lookalikes": (3, len(shapes.lookalikes)),
    }
    for name, (columns, rows) in sizes.items():
        picture = Image.open(BytesIO(await board.sheet(name)))  # type: ignore[arg-type]
        assert picture.size == (48 * columns, 48 * rows)
        assert picture.mode == "LA"
        assert picture.getchannel("A").getextrema()[1] > 200
        assert picture.getchannel("L").getextrema() == (0, 0)


async def test_a_character_is_written_stroke_by_stroke_where_the_extra_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(lay_out_kanjivg(tmp_path / "site-packages"))
    with closing(LocalRecogniser(workers=Workers(takes=PATIENT))) as recogniser:
        first, second = await recogniser.drawing_board().strokes("い")
        assert first[0] == pytest.approx((20 / 109, 25 / 109), abs=0.001)
        assert second[0] == pytest.approx((70 / 109, 30 / 109), abs=0.001)
        assert await recogniser.drawing_board().strokes("ア") == []
