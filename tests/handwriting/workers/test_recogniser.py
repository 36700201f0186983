"""The recogniser at work: other processes, a line in front of them, and what comes back from strangers' pictures."""

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageDraw, PngImagePlugin

from bot.core.errors import PictureError
from bot.handwriting.workers.asking import ask
from bot.handwriting.workers.recogniser import LocalRecogniser
from bot.sandbox.workers import LONGEST_LINE, Workers
from tests.support.kanjivg import lay_out_kanjivg

PATIENT = 300.0  # seconds: a test machine is shared
SECRET = b"SECRET PLACE 36.55N 139.88E"


def writing(size: int = 200) -> Image.Image:
    """White paper with a stroke: し."""
    picture = Image.new("RGB", (size, size), "white")
    points = [(80, 30), (78, 130), (95, 165), (130, 160), (155, 130)]
    scale = size / 200
    ImageDraw.Draw(picture).line([(x * scale, y * scale) for x, y in points], "black", round(14 * scale), "curve")
    return picture


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    written = io.BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


@pytest.fixture(scope="module")
def recogniser() -> Iterator[LocalRecogniser]:
    recogniser = LocalRecogniser(min_confidence=1.0, top=10, workers=Workers(takes=PATIENT))
    yield recogniser
    recogniser.close()


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    workers = Workers(most=1, takes=PATIENT)
    yield workers
    workers.close()


async def code_of(answer: object) -> str:
    with pytest.raises(PictureError) as caught:
        await answer  # type: ignore[misc]
    return caught.value.code


async def test_the_shipped_model_reads_with_the_wanted_confidence_and_candidates(recogniser: LocalRecogniser) -> None:
    (glyph,) = (await recogniser.read(encoded(writing()))).glyphs
    assert (len(glyph.candidates), glyph.verdict) in {(10, "unsure"), (10, "not_hiragana")}
    assert recogniser.model.startswith("Tsudoi hiragana 20")


async def test_stroke_order_is_drawn_where_the_extra_for_it_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(lay_out_kanjivg(tmp_path / "site-packages"))
    with closing(LocalRecogniser(workers=Workers(takes=PATIENT))) as recogniser:
        drawn = await recogniser.stroke_order("い")
        assert drawn is not None
        assert Image.open(io.BytesIO(drawn)).format == "PNG"
        assert await recogniser.stroke_order("ア") is None


async def test_the_shipped_model_explains_itself_in_a_picture(recogniser: LocalRecogniser) -> None:
    explained = Image.open(io.BytesIO(await recogniser.explain(encoded(writing()))))
    assert explained.size == (960, 612)
    blank = encoded(Image.new("RGB", (60, 60), "white"))
    assert await code_of(recogniser.explain(blank)) == "blank"
    assert await code_of(recogniser.explain(encoded(writing()), glyph=7)) == "blank"


def ink_of(grey: np.ndarray) -> np.ndarray:
    """(60, 60) what is dark, in a frame around it."""
    rows, columns = np.where(grey < 128)
    framed = grey[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    return np.asarray(Image.fromarray(framed).resize((60, 60))) < 128


@pytest.mark.parametrize("is_chalk", [False, True], ids=["ink on paper", "chalk on a board"])
async def test_a_character_is_cut_out_as_it_was_written_dark_on_white(
    recogniser: LocalRecogniser, is_chalk: bool
) -> None:
    light = np.linspace(1.0, 0.6, 600)[None, :, None]  # brighter to the left
    drawn = np.asarray(writing(600)).clip(30, 230)
    photo = ((255 - drawn if is_chalk else drawn) * light).astype(np.uint8)
    upload = encoded(Image.fromarray(photo), "JPEG", quality=95)
    (glyph,) = (await recogniser.read(upload)).glyphs
    cut = await recogniser.cut(upload, glyph)
    picture = Image.open(io.BytesIO(cut.png))
    assert (picture.mode, max(picture.size)) == ("L", 128)
    grey = np.asarray(picture)
    assert grey.min() < 30
    assert np.median(grey) > 240
    assert np.mean(ink_of(drawn[:, :, 0]) == ink_of(grey)) > 0.95
    assert await code_of(recogniser.cut(encoded(Image.new("RGB", (600, 600), "white")), glyph)) == "blank"


def with_secrets(kind: str) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[0x001D] = SECRET.decode()  # GPS
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + SECRET + b"</x:xmpmeta>"
    if kind == "HEIF":
        written = io.BytesIO()
        pillow_heif.from_pillow(writing()).save(written, quality=90, exif=exif.tobytes(), xmp=xmp)
        return written.getvalue()
    if kind == "PNG":
        texts = PngImagePlugin.PngInfo()
        texts.add_text("Comment", SECRET.decode())
        texts.add_itxt("XML:com.adobe.xmp", SECRET.decode())
        return encoded(writing(), kind, exif=exif, pnginfo=texts, icc_profile=SECRET)
    if kind == "GIF":
        return encoded(writing(), kind, comment=SECRET)
    options = {"comment": SECRET, "xmp": xmp} if kind == "JPEG" else {"xmp": xmp} if kind != "TIFF" else {}
    return encoded(writing(), kind, exif=exif, icc_profile=SECRET, **options)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF", "GIF"])
async def test_nothing_of_an_upload_but_what_can_be_seen_is_given_back(recogniser: LocalRecogniser, kind: str) -> None:
    upload = with_secrets(kind)
    assert SECRET in upload
    reading = await recogniser.read(upload)
    given = [
        await recogniser.copy(upload), await recogniser.explain(upload), await recogniser.numbered(upload, reading),
        (await recogniser.cut(upload, reading.glyphs[0])).png,
    ]  # fmt: skip
    for one in given:
        assert b"SECRET" not in one
        picture = Image.open(io.BytesIO(one))
        picture.load()
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert not picture.getexif()


async def test_what_is_said_of_a_bad_picture_comes_back_from_the_worker(recogniser: LocalRecogniser) -> None:
    assert await code_of(recogniser.read(b"")) == "empty"
    assert await code_of(recogniser.read(b"<svg xmlns='http://www.w3.org/2000/svg'/>")) == "not_a_picture"
    assert await code_of(recogniser.copy(encoded(writing(), "JPEG")[:900])) == "broken"


async def test_big_photos_are_decoded_one_after_the_other_and_small_ones_meanwhile(
    recogniser: LocalRecogniser,
) -> None:
    big = encoded(writing(3500).convert("L"), "PNG", compress_level=1)
    readings = await asyncio.gather(recogniser.read(big), recogniser.read(encoded(writing())), recogniser.read(big))
    assert {len(one.glyphs) for one in readings} == {1}


@pytest.mark.parametrize(
    ("patience", "call", "code"),
    [(PATIENT, ("os", "abort"), "broken"), (0.2, ("signal", "pause"), "too_slow")],
    ids=["crash", "endless"],
)
async def test_a_lost_worker_is_told_as_of_a_picture(patience: float, call: tuple[str, str], code: str) -> None:
    with closing(Workers(most=1, takes=patience)) as workers:
        assert await code_of(ask(workers, None, *call)) == code


async def test_a_long_line_is_told_as_of_a_picture(workers: Workers) -> None:
    waiting = [asyncio.create_task(ask(workers, int, "os", "getpid")) for _ in range(LONGEST_LINE)]
    await asyncio.sleep(0)
    assert await code_of(ask(workers, int, "os", "getpid")) == "busy"
    await asyncio.gather(*waiting)
