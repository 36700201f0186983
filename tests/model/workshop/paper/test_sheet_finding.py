import struct
import zlib
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
import pytest
from numpy.typing import NDArray
from PIL import Image

from model.labels import LABELS
from model.workshop.paper import layout
from model.workshop.paper.cells import has_consent, has_ink, written_cells
from model.workshop.paper.finding import SCALE, FoundPage, NoSheet, find_page
from model.workshop.paper.judging import is_crossed_out
from model.workshop.paper.layout import Page, pages_for
from model.workshop.paper.photos import NoPhoto, open_photo
from model.workshop.paper.printing import DOTS, draw_page
from model.workshop.paper.rehearsal import Filled, fill, photograph

Rgb = NDArray[np.uint8]
PAGE = pages_for(LABELS)[0]


@pytest.fixture(autouse=True, scope="module")
def without_real_data() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TSUDOI_REAL_DATA", raising=False)
        filled()


@cache
def filled() -> Filled:
    return fill(PAGE, 1, np.random.default_rng(4), empty=0.2)


def on_table(page: Rgb | None = None, per_millimetre: float = 6.0) -> Rgb:
    """A page seen from right above, on a grey table."""
    scale = per_millimetre / DOTS
    small = cv2.resize(
        filled().picture if page is None else page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA
    )
    room = ((60, 60), (60, 60), (0, 0))
    return np.asarray(np.pad(small, room, constant_values=90), np.uint8)


def covered(photo: Rgb, place: layout.Place, side: float, per_millimetre: float = 6.0) -> Rgb:
    """The same with a thumb on something that is printed."""
    x, y, width = (round(value * per_millimetre) for value in (*place, side))
    changed = photo.copy()
    changed[60 + y : 60 + y + width, 60 + x : 60 + x + width] = (190, 150, 130)
    return changed


def places(found: FoundPage) -> set[tuple[int, int]]:
    return {(cell.slot, cell.number) for cell in written_cells(found)}


@pytest.mark.parametrize("turn", [None, cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_COUNTERCLOCKWISE])
def test_a_page_is_found_whatever_side_is_up(turn: int | None) -> None:
    photo = on_table() if turn is None else np.asarray(cv2.rotate(on_table(), turn), np.uint8)
    found = find_page(photo)
    assert (found.code, found.labels) == (PAGE.code, PAGE.labels)
    assert places(found) == set(filled().written)


def test_phone_photos_of_a_page_give_every_cell_its_character_and_no_other() -> None:
    for seed in (1, 5):
        photo = photograph(filled().picture, np.random.default_rng(seed), longest=2200)
        found = find_page(photo)
        assert found.labels == PAGE.labels
        assert places(found) == set(filled().written)


def test_what_is_cut_out_is_what_was_written_where_it_was_written() -> None:
    found, alike = find_page(on_table()), []
    page = cv2.cvtColor(filled().picture, cv2.COLOR_RGB2GRAY)
    page[cv2.absdiff(page, draw_page(PAGE, 1)) < 3] = 255  # the guides, which weigh as much as a faint pencil
    for cell in written_cells(found):
        x, y = list(layout.cells_at(cell.slot))[cell.number]
        inset = (layout.CELL - cell.picture.shape[0] / SCALE) / 2
        left, top, side = (round(value * DOTS) for value in (x + inset, y + inset, layout.CELL - 2 * inset))
        real = cv2.resize(
            page[top : top + side, left : left + side], cell.picture.shape[::-1], interpolation=cv2.INTER_AREA
        )
        near = cv2.matchTemplate(cell.picture, real[2:-2, 2:-2], cv2.TM_CCOEFF_NORMED)  # up to 0.2 mm from there
        alike.append(float(near.max()))
    assert min(alike) > 0.93
    assert np.mean(alike) > 0.96


def test_printed_guides_leave_nothing_in_a_cell() -> None:
    blank = np.dstack([draw_page(PAGE, 1)] * 3)
    assert places(find_page(on_table(blank))) == set()


def test_a_faint_pencil_is_kept_without_the_guides() -> None:
    page = np.dstack([draw_page(PAGE, 1)] * 3)
    x, y = (round(value * DOTS) for value in next(layout.cells_at(0)))
    cv2.line(page, (x + 30, y + 40), (x + 140, y + 130), (170, 170, 170), 5, cv2.LINE_AA)
    (cell,) = written_cells(find_page(on_table(page)))
    ink = cell.picture < 230
    assert 4 < np.count_nonzero(ink) / SCALE**2 < 9  # eleven millimetres of a line half a millimetre wide, and no cross
    assert (cell.picture[~ink] > 250).mean() > 0.97


def test_a_small_pale_letter_is_writing_and_the_grain_of_a_dark_room_is_none() -> None:
    page = np.dstack([draw_page(PAGE, 1)] * 3)
    x, y = (round(value * DOTS) for value in next(layout.cells_at(0)))
    cv2.polylines(
        page,
        [np.array([[x + 50, y + 100], [x + 72, y + 75], [x + 115, y + 112]])],
        False,
        (196, 196, 196),
        5,
        cv2.LINE_AA,
    )
    photo = on_table(page).astype(np.float32) + np.random.default_rng(1).normal(0, 9, (*on_table().shape[:2], 1))
    assert places(find_page(np.clip(photo, 0, 255).astype(np.uint8))) == {(0, 0)}


def test_lines_of_a_cell_that_bent_paper_leaves_in_it_are_no_writing() -> None:
    page = np.dstack([draw_page(PAGE, 1)] * 3)
    x, y = (round(value * DOTS) for value in next(layout.cells_at(0)))
    far = round((layout.CELL - 1.3) * DOTS)
    cv2.polylines(page, [np.array([[x, y + far], [x + far, y + far], [x + far, y]])], False, (150, 150, 150), 3)
    assert places(find_page(on_table(page))) == set()


@pytest.mark.parametrize("crease", [0.3, 0.5])
def test_folded_paper_gives_every_cell_its_character(crease: float) -> None:
    height, width = filled().picture.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    ridge = 4 * DOTS * np.minimum(y / height / crease, (1 - y / height) / (1 - crease))  # up to four millimetres
    folded = cv2.remap(filled().picture, x + ridge, y + ridge / 2, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    found = find_page(on_table(np.asarray(folded, np.uint8)))
    assert found.labels == PAGE.labels
    assert places(found) == set(filled().written)


def test_a_speck_is_no_writing() -> None:
    cell = np.full((136, 136), 255, np.uint8)
    assert not has_ink(cell)
    cv2.circle(cell, (60, 60), 6, 0, -1)
    assert not has_ink(cell)
    cv2.line(cell, (30, 60), (100, 60), 0, 4)
    assert has_ink(cell)


def test_a_letter_with_a_large_cross_over_it_is_crossed_out_and_letters_alone_are_not() -> None:
    cells = [cell.picture for cell in written_cells(find_page(on_table()))]
    assert sum(map(is_crossed_out, cells)) <= 0.02 * len(cells)
    for cell in cells:
        for ends in (((14, 20), (118, 125)), ((122, 12), (16, 116))):
            cv2.line(cell, *ends, 60, 5, cv2.LINE_AA)
    assert sum(map(is_crossed_out, cells)) >= 0.98 * len(cells)  # lines are looked for at random points


def test_a_shadow_is_no_writing_however_sharp_its_edge() -> None:
    photo = on_table(np.dstack([draw_page(PAGE, 1)] * 3))
    photo[:, 500:] = photo[:, 500:] // 2
    assert places(find_page(photo)) == set()


def test_a_stroke_that_reaches_into_the_next_cell_is_not_written_there() -> None:
    page = np.dstack([draw_page(PAGE, 1)] * 3)
    x, y = (round(value * DOTS) for value in next(layout.cells_at(0)))
    end = x + round((layout.CELL + 1.9) * DOTS)
    cv2.line(page, (x + 40, y + 90), (end, y + 80), (20, 20, 20), 22)
    (cell,) = written_cells(find_page(on_table(page)))
    assert (cell.slot, cell.number) == (0, 0)


@pytest.mark.parametrize("ticked", [True, False])
def test_consent_is_a_tick_on_the_paper(ticked: bool) -> None:
    page = fill(Page(1, ("あ",)), 1, np.random.default_rng(2), consent=ticked)
    assert has_consent(find_page(on_table(page.picture))) is ticked


@pytest.mark.parametrize(
    ("corner", "name"), list(enumerate(["upper left", "upper right", "lower right", "lower left"]))
)
def test_a_corner_out_of_sight_is_named(corner: int, name: str) -> None:
    with pytest.raises(NoSheet, match=f"marker in the {name} corner cannot be seen: photograph"):
        find_page(covered(on_table(), layout.CORNERS[corner], layout.CORNER))


def test_a_strip_whose_marker_is_hidden_has_no_label_and_the_others_keep_theirs() -> None:
    found = find_page(covered(on_table(), layout.marker_at(7), layout.MARKER))
    assert found.labels == (*PAGE.labels[:7], None, *PAGE.labels[8:])
    assert found.unread == 1


def test_a_page_that_holds_other_strips_than_it_says_is_not_believed() -> None:
    page = draw_page(PAGE, 1).copy()
    other = draw_page(Page(1, ("ん", *PAGE.labels[1:])), 1)
    x, y = (round(value * DOTS) for value in layout.marker_at(0))
    page[y : y + 110, x : x + 110] = other[y : y + 110, x : x + 110]
    with pytest.raises(NoSheet, match="holds other strips than its corners say"):
        find_page(on_table(np.dstack([page] * 3)))


def test_a_page_of_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    photo = on_table()
    monkeypatch.setattr(layout, "VERSION", 2)
    with pytest.raises(NoSheet, match="another version of this program: print it anew"):
        find_page(photo)


def test_two_sheets_in_a_photo_are_refused() -> None:
    with pytest.raises(NoSheet, match="more than one sheet in the photo"):
        find_page(np.hstack([on_table(), on_table()]))


def test_a_small_photo_is_refused_with_what_to_do() -> None:
    with pytest.raises(NoSheet, match=r"too small in the photo \(2\.\d pixels a millimetre.*go nearer"):
        find_page(on_table(per_millimetre=2.4))


def test_a_blurred_photo_is_refused_with_what_to_do() -> None:
    with pytest.raises(NoSheet, match=r"blurred.*hold still"):
        find_page(np.asarray(cv2.GaussianBlur(on_table(), (0, 0), 4), np.uint8))


@pytest.mark.parametrize("shape", [(1, 1), (3, 800), (600, 800)])
def test_a_photo_of_something_else_shows_no_sheet(shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (*shape, 3)).astype(np.uint8)
    with pytest.raises(NoSheet, match="no sheet is to be seen"):
        find_page(noise)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.avif"])
def test_a_photo_is_read_upright(tmp_path: Path, name: str) -> None:
    picture = Image.new("RGB", (80, 60), "white")
    picture.paste("black", (0, 0, 40, 60))
    exif = Image.Exif()
    exif[0x0112] = 6  # the phone was held upright
    picture.save(tmp_path / name, exif=exif)
    pixels = open_photo(tmp_path / name)
    assert pixels.shape == (80, 60, 3)
    assert pixels[:30].max() < 40 < 215 < pixels[50:].min()


def test_the_heic_of_a_phone_is_read(tmp_path: Path) -> None:
    pillow_heif.from_pillow(Image.fromarray(on_table())).save(tmp_path / "a.heic", quality=80)
    assert find_page(open_photo(tmp_path / "a.heic")).labels == PAGE.labels


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no picture"),
        (b"not a picture", "no picture"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "no picture"),
        (None, "No such"),
    ],
)
def test_what_is_no_photo_is_answered(tmp_path: Path, content: bytes | None, reason: str) -> None:
    if content is not None:
        (tmp_path / "a.jpg").write_bytes(content)
    with pytest.raises(NoPhoto, match=reason):
        open_photo(tmp_path / "a.jpg")


@pytest.mark.parametrize("size", [(9_000, 9_000), (12_000, 12_000), (60_000, 60_000)])
def test_a_picture_that_would_fill_the_memory_is_not_decoded(tmp_path: Path, size: tuple[int, int]) -> None:
    Image.new("1", (100, 100)).save(tmp_path / "bomb.png")
    content = bytearray((tmp_path / "bomb.png").read_bytes())
    content[16:24] = struct.pack(">II", *size)  # the head says how large it is
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    (tmp_path / "bomb.png").write_bytes(content)
    with pytest.raises(NoPhoto, match="at most 64 megapixels"):
        open_photo(tmp_path / "bomb.png")


def test_a_damaged_photo_is_answered(tmp_path: Path) -> None:
    Image.fromarray(on_table()).save(tmp_path / "a.jpg")
    content = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(content[: len(content) // 3])
    with pytest.raises(NoPhoto, match="damaged"):
        open_photo(tmp_path / "a.jpg")
