from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from model.rendering import stroke_order
from model.rendering.canvas import FOR, INK, Rgb
from model.rendering.stroke_order import draw_stroke_order, is_installed, strokes_of
from tests.support.kanjivg import lay_out_kanjivg


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = lay_out_kanjivg(tmp_path)
    monkeypatch.syspath_prepend(folder)
    return folder


def coloured(picture: Rgb, colour: tuple[int, int, int]) -> NDArray[np.bool_]:
    return (picture == np.asarray(colour)).all(axis=2)


def test_the_strokes_come_in_writing_order_from_where_the_pen_is_set_down(installed: Path) -> None:
    assert is_installed()
    first, second = strokes_of("い")
    assert first[0] == pytest.approx([20 / 109, 25 / 109])
    assert second[0] == pytest.approx([70 / 109, 30 / 109])


def test_each_stroke_has_a_cell_in_which_it_alone_is_marked(installed: Path) -> None:
    picture = draw_stroke_order("い")
    assert picture is not None
    middle = picture.shape[1] // 2
    assert coloured(picture[:, :middle], FOR).any()
    assert coloured(picture[:, middle:], FOR).any()
    assert not coloured(picture[:, :middle], INK).any()  # nothing is written before the first
    assert coloured(picture[:, middle:], INK).any()


def test_characters_to_compare_stand_in_rows_below_each_other(installed: Path) -> None:
    one, both = draw_stroke_order("い"), draw_stroke_order(["い", "あ"])
    assert one is not None
    assert both is not None
    assert both.shape[0] == one.shape[0] + stroke_order.CELL + stroke_order.GAP


def test_the_attribution_stands_below_every_picture(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_it = draw_stroke_order("い")
    monkeypatch.setattr(stroke_order, "ATTRIBUTION", "")
    without = draw_stroke_order("い")
    assert with_it is not None
    assert without is not None
    rows = np.flatnonzero((with_it != without).any(axis=(1, 2)))
    assert len(rows) > 0
    assert rows.min() > stroke_order.MARGIN + stroke_order.CELL


def test_what_it_does_not_have_has_no_picture(installed: Path) -> None:
    assert strokes_of("ア") == []
    assert draw_stroke_order("ア") is None


def test_without_the_package_there_is_no_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    assert not is_installed()
    assert draw_stroke_order("あ") is None
