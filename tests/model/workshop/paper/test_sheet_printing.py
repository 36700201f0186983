import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from model.labels import LABELS
from model.workshop.paper import layout, lettering, printing
from model.workshop.paper.layout import Code, Page, pages_for


def test_every_character_gets_a_strip_of_five_cells() -> None:
    pages = pages_for(LABELS)
    assert [label for page in pages for label in page.labels] == list(LABELS)
    assert [page.number for page in pages] == [1, 2, 3, 4]


@pytest.mark.parametrize(("each", "strips"), [(1, 1), (5, 1), (6, 2), (12, 3)])
def test_more_cells_are_more_strips(each: int, strips: int) -> None:
    assert pages_for("あい", each) == [Page(1, tuple("あい" * strips))]


@pytest.mark.parametrize(("characters", "each"), [("", 5), ("あ", 5 * layout.STRIPS * 128)])
def test_what_cannot_be_numbered_is_refused(characters: str, each: int) -> None:
    with pytest.raises(ValueError, match="pages cannot be numbered"):
        pages_for(characters, each)


def test_the_corners_say_which_page_it_is() -> None:
    code = Page(3, tuple(LABELS[5:27])).code
    assert (code.version, code.page, code.strips) == (layout.VERSION, 3, 22)
    assert Code.of_tags(code.tags()) == code
    assert [tag % 4 for tag in code.tags()] == [0, 1, 2, 3]


def test_other_characters_or_another_page_make_another_code() -> None:
    codes = {Page(number, labels).code for number in (1, 2) for labels in (("あ", "い"), ("い", "あ"), ("あ",))}
    assert len({(code.checksum, code.page, code.strips) for code in codes}) == 6


def test_nothing_lies_on_anything_else_and_all_of_it_where_printers_reach() -> None:
    taken = np.zeros((297, 210), np.int32)
    squares = [(place, layout.CORNER) for place in layout.CORNERS]
    for slot in range(layout.STRIPS):
        squares += [(layout.marker_at(slot), layout.MARKER), *((place, layout.CELL) for place in layout.cells_at(slot))]
    for (x, y), side in squares:
        assert min(x, y) >= layout.MARGIN
        assert max(x + side - layout.WIDTH, y + side - layout.HEIGHT) <= -layout.MARGIN + 1e-6
        taken[int(y + 0.5) : int(y + side), int(x + 0.5) : int(x + side)] += 1
    assert taken.max() == 1


def test_the_pdf_has_its_pages_at_their_true_size(tmp_path: Path) -> None:
    printing.save_pdf(pages_for("あ" * 30), tmp_path / "new" / "sheet.pdf")
    content = (tmp_path / "new" / "sheet.pdf").read_bytes()
    boxes = re.findall(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", content)
    assert content.startswith(b"%PDF")
    assert len(boxes) == 2
    assert [float(side) / 72 * 25.4 for side in boxes[0]] == pytest.approx([210, 297], abs=0.1)


def tags(picture: NDArray[np.uint8], family: cv2.aruco.Dictionary) -> set[int]:
    numbers = cv2.aruco.ArucoDetector(family).detectMarkers(picture)[1]
    return set() if numbers is None else {int(number) for number in numbers.ravel()}


def test_every_marker_on_a_page_can_be_read() -> None:
    for page in pages_for(LABELS):
        picture = printing.draw_page(page, 4)
        assert tags(picture, layout.CORNER_TAGS) == set(page.code.tags())
        assert tags(picture, layout.STRIP_TAGS) == {layout.tag_of(label) for label in page.labels}


def test_guides_are_light_and_what_must_be_read_is_dark() -> None:
    picture = printing.draw_page(Page(1, ("あ",)), 1)
    (x, y), *_ = (np.array(place) for place in layout.cells_at(0))
    cell = picture[
        round((y + 1) * printing.DOTS) : round((y + layout.CELL - 1) * printing.DOTS),
        round((x + 1) * printing.DOTS) : round((x + layout.CELL - 1) * printing.DOTS),
    ]
    assert 255 > cell.min() >= 200
    assert picture.min() < 40


def test_a_sheet_needs_no_font(monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page(1, ("あ", "が"))
    with_font = printing.draw_page(page, 1)
    monkeypatch.setattr(lettering, "FONTS", ())
    without = printing.draw_page(page, 1)
    head = slice(round(12 * printing.DOTS), round(42 * printing.DOTS))
    assert (without[head] < 128).sum() > 0.3 * (with_font[head] < 128).sum()
    (x, y), side = layout.strip_at(0), round(9 * printing.DOTS)
    left, top = round(x * printing.DOTS), round(y * printing.DOTS)
    assert (without[top : top + side, left : left + side] < 128).sum() > 300  # the letter to write
