import io
import struct
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import ExifTags, Image

from model.classifier import load
from model.errors import DamagedFile
from model.labels import LABELS
from model.synthetic.kanjivg import kanjivg_files, read_kanjivg
from model.synthetic.marks import Line, dakuten, handakuten
from model.synthetic.strokes import FORMS, StrokeDrawings, draw, read_tdic, write
from model.workshop.sources.catalogue import REAL_DATA, at_hand, real_data
from model.workshop.sources.folders import decoded, read_folders, writer_of
from model.workshop.sources.fonts import font_files, read_fonts
from model.workshop.sources.npz import read_npz
from model.workshop.sources.stored import STORED_SIZE, Written, store
from tests.model.drawings import drawn

TDIC = """か
:3
4 (40 110) (190 90) (200 150) (150 280)
2 (120 30) (60 280)
2 (230 70) (280 150)

は
:3
2 (50 50) (60 280)
2 (120 110) (270 100)
3 (200 40) (200 240) (140 270)

旧「ね」
:1
2 (10 10) (20 20)

そ
:1
3 (60 40) (240 40) (80 280)

そ
:2
2 (100 40) (140 80)
0
"""


@pytest.fixture
def strokes(tmp_path: Path) -> StrokeDrawings:
    file = tmp_path / "some.tdic"
    file.write_text(TDIC, encoding="utf-8")
    return StrokeDrawings("some", read_tdic(file))


def test_strokes_give_their_letters_and_those_with_marks(strokes: StrokeDrawings) -> None:
    assert {LABELS[label] for label in strokes.labels} == set("かがはばぱそぞ")


def test_repeated_forms_are_kept_and_old_ones_and_empty_strokes_left_out(strokes: StrokeDrawings) -> None:
    assert set(strokes.forms) == set("かはそ")
    assert [len(form) for form in strokes.forms["そ"]] == [1, 1]


def test_a_stroke_is_written_a_little_differently_each_time_but_the_same_for_the_same_seed(
    strokes: StrokeDrawings,
) -> None:
    once, again, other = (strokes.ink(0, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(once, again)
    assert not np.array_equal(once, other)


def test_a_mark_stands_at_the_upper_right(strokes: StrokeDrawings) -> None:
    rng = np.random.default_rng(3)
    for mark, lines in ((dakuten, 2), (handakuten, 1)):
        written = mark(np.array([0.8, 0.2], np.float32), rng)
        middle = np.concatenate([line.points for line in written]).mean(axis=0)
        assert len(written) == lines
        assert np.allclose(middle, (0.8, 0.2), atol=0.1)


def test_a_drawing_stays_inside_its_canvas(strokes: StrokeDrawings) -> None:
    rng = np.random.default_rng(4)
    for _ in range(30):
        ink = draw(write(strokes.forms["か"][0], rng), rng)
        assert max(ink[0].max(), ink[-1].max(), ink[:, 0].max(), ink[:, -1].max()) == 0
        assert ink.max() == 255


def test_the_forms_that_come_along_are_read_as_their_letters() -> None:
    forms = StrokeDrawings("forms", read_tdic(FORMS), run_on={})
    assert {"ふ", "ぶ", "ぷ", "わ"} <= {LABELS[label] for label in forms.labels}
    classifier, rng = load(), np.random.default_rng(0)
    drawn = [
        (letter, draw([Line(stroke.points) for stroke in form], rng))
        for letter, some in forms.forms.items()
        for form in some
    ]
    read = classifier.classify([255 - ink for _, ink in drawn], top=1)
    wrong = [letter for (letter, _), (best, *_) in zip(drawn, read, strict=True) if best.label != letter]
    assert len(wrong) <= len(drawn) // 10, wrong


def png(label: str) -> bytes:
    return bytes(cv2.imencode(".png", drawn(label, 60))[1])


@pytest.fixture(params=["folder", "zip"])
def sheets(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    files = {f"{label}/lomps_g05_p6_{column}.png": png(label) for label in "いこ" for column in ("06", "07")}
    files["い/notes.txt"] = b"not an image"
    files["い/broken_01.png"] = b"not an image either"
    files["い/empty_01.png"] = b""
    files["い/immense_01.bmp"] = b"BM" + struct.pack("<IIIIiiHHIIiiII", 99, 0, 54, 40, 99999, 99999, 1, 24, *[0] * 6)
    path = tmp_path / "sheets.zip" if request.param == "zip" else tmp_path / "sheets"
    if request.param == "zip":
        with zipfile.ZipFile(path, "w") as packed:
            for name, content in files.items():
                packed.writestr(name, content)
    else:
        for name, content in files.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(content)
    return path


def test_images_in_folders_and_zips_carry_their_label_and_hand(sheets: Path) -> None:
    found = [(written.character, written.writer, written.image.shape) for written in read_folders(sheets)]
    halves = [("lomps:g05:p6:left", (60, 60)), ("lomps:g05:p6:right", (60, 60))]
    assert sorted(found) == sorted((label, *half) for label in "いこ" for half in halves)


def test_a_letter_and_its_mark_are_one_letter_however_a_mac_names_them(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "mac.zip", "w") as packed:
        for form in ("NFC", "NFD"):
            name = unicodedata.normalize(form, f"が/ぺ子_{form}.png")
            packed.writestr(name, png("い"))
            (file := tmp_path / "mac" / name).parent.mkdir(parents=True)
            file.write_bytes(png("い"))
    for path in (tmp_path / "mac", tmp_path / "mac.zip"):
        assert [(one.character, one.writer) for one in read_folders(path)] == [("が", "ぺ子")] * 2


@pytest.mark.parametrize("encoding", ["cp932", "utf-8"], ids=["Windows", "Mac"])
def test_names_in_a_zip_are_read_as_they_were_packed(tmp_path: Path, encoding: str) -> None:
    name = "あ/ソ_1.png".encode(encoding)
    stand_in = "0" * len(name)  # for which Python sets no flag, as those programs set none
    with zipfile.ZipFile(tmp_path / "sheets.zip", "w") as packed:
        packed.writestr(stand_in, png("い"))
    content = (tmp_path / "sheets.zip").read_bytes()
    (tmp_path / "sheets.zip").write_bytes(content.replace(stand_in.encode(), name))
    assert [(one.character, one.writer) for one in read_folders(tmp_path / "sheets.zip")] == [("あ", "ソ")]


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_drawing_on_a_transparent_ground_lies_on_paper(kind: str) -> None:
    ink = 255 - drawn("い", 60)
    black = Image.fromarray(np.dstack([np.zeros((60, 60, 3), np.uint8), ink]))
    image = decoded(encoded(black, kind))
    assert image is not None
    assert np.array_equal(image, np.dstack([255 - ink] * 3))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
def test_a_picture_is_turned_as_it_says(kind: str) -> None:
    turned = Image.Exif()
    turned[ExifTags.Base.Orientation] = 6
    image = decoded(encoded(Image.new("RGB", (80, 40), (255, 0, 0)), kind, exif=turned))
    assert image is not None
    assert image.shape == (80, 40, 3)
    assert np.allclose(image[40, 20], (255, 0, 0), atol=3)


def test_a_deep_picture_has_eight_bits() -> None:
    deep = np.full((20, 20, 4), 0xFFFF, np.uint16)
    deep[:, :, 0] = 0  # BGRA
    for channels in (3, 4):
        image = decoded(bytes(cv2.imencode(".png", deep[:, :, :channels])[1]))
        assert image is not None
        assert image.dtype == np.uint8
        assert image[5, 5].tolist() == [255, 255, 0]


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options | ({"lossless": True, "exact": True} if kind == "WEBP" else {}))
    return out.getvalue()


def test_a_file_without_sheet_and_column_is_by_whoever_its_name_says() -> None:
    assert [writer_of(stem) for stem in ("tanaka_03", "sample")] == ["tanaka", "sample"]


def test_packed_images_are_read_in_order(tmp_path: Path) -> None:
    images = np.stack([drawn(label, 64) for label in "うく"])
    np.savez(tmp_path / "some.npz", images=images, label=np.array(["う", "く"]), writer=np.array(["a", "b"]))
    assert [(w.character, w.writer) for w in read_npz(tmp_path / "some.npz")] == [("う", "a"), ("く", "b")]


def test_stored_images_have_one_size_and_blank_ones_are_left_out() -> None:
    blank = np.full((30, 30), 255, np.uint8)
    kept = store(
        "some", [Written(drawn("と", 300), "と", "a"), Written(blank, "と", "a"), Written(drawn("へ", 40), "ヘ", "b")]
    )
    assert kept.inks.shape == (2, STORED_SIZE, STORED_SIZE)
    assert [LABELS[label] for label in kept.labels] == ["と", "へ"]
    assert kept.writers == ("a", "b")


def test_fonts_are_taken_only_where_they_draw_the_character() -> None:
    files = font_files()
    if not files:
        pytest.skip("no font with hiragana is installed: `python -m model prepare` installs some")
    written = list(read_fonts(files[:1]))
    assert len(written) > 70
    assert all(one.image.min() == 0 for one in written)


def test_without_real_data_no_real_source_is_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(REAL_DATA, raising=False)
    assert real_data() is None
    assert not any(entry.knows_writers for entry in at_hand())


def test_strokes_of_kanjivg_are_read_in_writing_order(tmp_path: Path) -> None:
    file = tmp_path / "03044.svg"  # い, drawn for this test in the form of KanjiVG's files
    file.write_text(
        """<svg viewBox="0 0 109 109"><g id="kvg:StrokePaths_03044"><g id="kvg:03044">
        <path id="kvg:03044-s2" d="M80,30c4.5,8,7,15.25,8,25L90,60"/>
        <path id="kvg:03044-s1" kvg:type="x" d="M20.5,25C15,40,20,70,30,85s9-3,10-9"/>
        </g></g></svg>""",
        encoding="utf-8",
    )
    forms = read_kanjivg([file])
    first, second = forms["い"][0]
    assert np.allclose(first.points[[0, 8, -1]] * 109, [(20.5, 25), (30, 85), (40, 76)], atol=1e-3)
    assert np.allclose(second.points[[0, 8, -1]] * 109, [(80, 30), (88, 55), (90, 60)], atol=1e-3)
    assert len(second.points) == 1 + 8 + 1
    assert StrokeDrawings("kanjivg", forms).ink(0, np.random.default_rng(1)).max() == 255


def test_every_letter_of_kanjivg_can_be_drawn_where_it_is_installed() -> None:
    files = kanjivg_files()
    if not files:
        pytest.skip("the package kanjivg is not installed")
    assert len(StrokeDrawings("kanjivg", read_kanjivg(files)).labels) == len(LABELS)
    assert {letter: len(forms[0]) for letter, forms in read_kanjivg(files).items() if letter in "あきふゑ"} == {
        "あ": 3,
        "き": 4,
        "ふ": 4,
        "ゑ": 1,
    }


def test_a_kanjivg_file_without_strokes_is_named(tmp_path: Path) -> None:
    (tmp_path / "03044.svg").write_text("<svg/>", encoding="utf-8")
    with pytest.raises(DamagedFile, match=r"03044\.svg has no strokes"):
        read_kanjivg([tmp_path / "03044.svg"])


def test_a_broken_zip_of_folders_is_named(tmp_path: Path) -> None:
    (tmp_path / "sheets.zip").write_bytes(b"PK but no more")
    with pytest.raises(DamagedFile, match=r"sheets\.zip is no whole zip file"):
        list(read_folders(tmp_path / "sheets.zip"))


CENTRAL = b"PK\x01\x02"  # where the list of a zip begins: flags follow at 8, the compression at 10


@pytest.mark.parametrize(
    ("at", "value", "reason"),
    [
        (8, b"\x01", r"い/1\.png cannot be unpacked \(.*password.*\): pack the folder again"),
        (10, b"\x63", r"い/1\.png cannot be unpacked \(.*compression.*\): pack the folder again"),
        (None, b"\xff" * 4, r"い/1\.png is damaged \(.*\): fetch the zip again"),
    ],
    ids=["password", "unknown compression", "damaged"],
)
def test_a_zip_that_cannot_be_unpacked_is_named(tmp_path: Path, at: int | None, value: bytes, reason: str) -> None:
    with zipfile.ZipFile(tmp_path / "sheets.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("い/1.png", png("い"))
    content = (tmp_path / "sheets.zip").read_bytes()
    place = 30 + len("い/1.png".encode()) if at is None else content.index(CENTRAL) + at
    (tmp_path / "sheets.zip").write_bytes(content[:place] + value + content[place + len(value) :])
    with pytest.raises(DamagedFile, match=rf"sheets\.zip: {reason}"):
        list(read_folders(tmp_path / "sheets.zip"))


def test_coloured_packed_images_are_read_in_three_channels(tmp_path: Path) -> None:
    for channels in (1, 3, 4):
        images = np.full((1, 64, 64, channels), 200, np.uint8)
        np.savez(tmp_path / "some.npz", images=images, label=np.array(["う"]), writer=np.array(["a"]))
        assert [one.image.shape for one in read_npz(tmp_path / "some.npz")] == [(64, 64, 3)]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"writer": np.array(["a"])}, r"there are 2 images, and the field writer is \(1,\)"),
        ({"label": np.array("う")}, r"there are 2 images, and the field label is \(\)"),
        ({"label": None}, "lacks the field 'label': fetch it, or pack it again with images, label, writer"),
        ({"label": None, "writer": None}, "lacks the field 'label' and the field 'writer': "),
        ({"images": np.ones((2, 64, 64), np.float32)}, r"images is float32 \(2, 64, 64\), and should be uint8"),
        ({"images": np.uint8(3)}, r"images is uint8 \(\)"),
        ({"images": np.ones((2, 64), np.uint8)}, r"images is uint8 \(2, 64\)"),
        ({"images": np.ones((2, 64, 64, 2), np.uint8)}, "should be uint8"),
        ({"images": np.ones((2, 0, 64), np.uint8)}, "should be uint8"),
    ],
)
def test_a_packed_file_whose_fields_are_not_what_they_should_be_is_named(
    tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    fields = {"images": np.stack([drawn("う", 64)] * 2), "label": np.array(["う"] * 2), "writer": np.array(["a", "b"])}
    np.savez(tmp_path / "some.npz", **{name: value for name, value in (fields | change).items() if value is not None})
    with pytest.raises(DamagedFile, match=rf"some\.npz.*{reason}"):
        list(read_npz(tmp_path / "some.npz"))


@pytest.mark.parametrize(("at", "value"), [(8, b"\x01"), (10, b"\x63")], ids=["password", "unknown compression"])
def test_a_packed_file_that_cannot_be_unpacked_is_named(tmp_path: Path, at: int, value: bytes) -> None:
    file = tmp_path / "some.npz"
    np.savez(file, images=drawn("う", 64)[np.newaxis], label=np.array(["う"]), writer=np.array(["a"]))
    content = file.read_bytes()
    place = content.index(CENTRAL) + at
    file.write_bytes(content[:place] + value + content[place + 1 :])
    with pytest.raises(DamagedFile, match=r"some\.npz is no whole \.npz file"):
        list(read_npz(file))
