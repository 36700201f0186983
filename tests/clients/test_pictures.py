"""Every kind of picture that phones, scanners and strangers send."""

import io
import struct
import tracemalloc
import zlib
from collections import Counter

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageDraw, PngImagePlugin

from bot.clients.pictures import LARGEST_UPLOAD, encode_jpeg, open_picture
from bot.errors import PictureError


def drawing(size: tuple[int, int] = (120, 80), mode: str = "RGB") -> Image.Image:
    """White paper with a black bar on its left third."""
    picture = Image.new("RGB", size, "white")
    ImageDraw.Draw(picture).rectangle((0, 0, size[0] // 3, size[1]), fill="black")
    return picture.convert(mode)


def writing() -> Image.Image:
    """White paper with a stroke: し."""
    picture = Image.new("RGB", (200, 200), "white")
    ImageDraw.Draw(picture).line([(80, 30), (78, 130), (95, 165), (130, 160), (155, 130)], "black", 14, "curve")
    return picture


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    written = io.BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


def code_of(data: bytes) -> str:
    with pytest.raises(PictureError) as caught:
        open_picture(data)
    assert str(caught.value)
    return caught.value.code


def png_that_says(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_common_formats_are_read(kind: str) -> None:
    pixels = open_picture(encoded(drawing(), kind))
    assert pixels.shape == (80, 120, 3)
    assert pixels.dtype == np.uint8
    assert pixels[40, 10].max() < 60
    assert pixels[40, 100].min() > 200


def test_a_phones_heic_is_read() -> None:
    written = io.BytesIO()
    pillow_heif.from_pillow(drawing((128, 96))).save(written, quality=90)
    pixels = open_picture(written.getvalue())
    assert pixels.shape == (96, 128, 3)
    assert pixels[40, 10].max() < 60


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "I", "F", "I;16"])
def test_every_way_to_keep_colours_gives_dark_ink_on_light_paper(mode: str) -> None:
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(drawing(mode="L")).astype(np.uint16) * 257)
    elif mode == "F":
        picture = Image.fromarray(np.asarray(drawing(mode="L")).astype(np.float32) / 255)
    else:
        picture = drawing(mode=mode)
    pixels = open_picture(encoded(picture, "TIFF"))
    assert pixels[40, 10].max() < 60
    assert pixels[40, 100].min() > 200


def test_a_photo_taken_sideways_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned by a quarter
    pixels = open_picture(encoded(drawing(), "JPEG", exif=exif))
    assert pixels.shape == (120, 80, 3)
    assert pixels[10, 40].max() < 60  # the bar lies at the top now


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_a_broken_exif_block_costs_only_the_orientation() -> None:
    data = bytearray(encoded(drawing(), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08" + b"\xff" * 40))
    assert open_picture(bytes(data)).shape == (80, 120, 3)


def test_a_large_photo_comes_back_small() -> None:
    assert max(open_picture(encoded(drawing((4000, 3000)), "JPEG")).shape) <= 1600


@pytest.mark.parametrize(("ink", "paper"), [("black", 255), ("white", 0)])
def test_transparency_becomes_paper_that_the_ink_stands_out_from(ink: str, paper: int) -> None:
    picture = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    ImageDraw.Draw(picture).line((10, 10, 90, 90), fill=ink, width=8)
    pixels = open_picture(encoded(picture, "PNG"))
    assert set(pixels[5, 95]) == {paper}
    assert set(pixels[50, 50]) == {255 - paper}


def test_of_an_animation_the_first_frame_is_read() -> None:
    frames = [drawing(), Image.new("RGB", (120, 80), "black")]
    assert open_picture(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))[40, 100].min() > 200


def test_an_empty_file_is_called_empty() -> None:
    assert code_of(b"") == "empty"


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><img src=x onerror=alert(1)>",
        b"%PDF-1.7 nothing",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        b"\0" * 500,
        b"hello",
        b"P6 4 4 255 " + b"x" * 48,
    ],
    ids=["svg", "html", "pdf", "eps", "zeros", "text", "ppm"],
)
def test_what_is_no_picture_is_called_so(data: bytes) -> None:
    assert code_of(data) == "not_a_picture"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF"])
def test_a_picture_cut_in_half_is_called_broken(kind: str) -> None:
    rng = np.random.default_rng(1)
    data = encoded(Image.fromarray(rng.integers(0, 255, (200, 200, 3), dtype=np.uint8)), kind)
    assert code_of(data[: len(data) // 2]) == "broken"


def test_a_small_file_that_unfolds_into_gigabytes_is_refused_before_it_does() -> None:
    tracemalloc.start()
    assert code_of(png_that_says(60_000, 60_000)) == "too_large"
    assert code_of(png_that_says(10_000, 6_000)) == "too_large"
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_a_file_beyond_the_limit_is_not_even_looked_at() -> None:
    assert code_of(b"\xff\xd8\xff" + b"\0" * LARGEST_UPLOAD) == "too_large"


def test_text_that_unfolds_inside_a_png_is_refused() -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("comment", "x" * 5_000_000, zip=True)
    assert code_of(encoded(drawing(), "PNG", pnginfo=text)) == "broken"


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_any_bit_may_lie_and_the_answer_is_pixels_or_a_clear_no() -> None:
    rng = np.random.default_rng(7)
    originals = [encoded(drawing((40, 30)), kind) for kind in ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP")]
    answers: Counter[str] = Counter()
    for round_number in range(600):
        data = bytearray(originals[round_number % len(originals)])
        for place in rng.integers(0, len(data), 6):
            data[place] = rng.integers(0, 256)
        try:
            answers[f"{open_picture(bytes(data)).ndim} dimensions"] += 1
        except PictureError as error:
            answers[error.code] += 1
    assert set(answers) <= {"3 dimensions", "not_a_picture", "broken", "too_large"}
    assert min(answers["3 dimensions"], answers["broken"]) > 30


def test_nothing_of_an_upload_but_what_can_be_seen_is_sent_back() -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRET PLACE"
    data = encoded(drawing(), "JPEG", exif=exif, comment=b"<script>alert(1)</script>")
    assert b"SECRET" in data
    sent_back = encode_jpeg(open_picture(data))
    assert b"SECRET" not in sent_back
    assert b"script" not in sent_back
    assert Image.open(io.BytesIO(sent_back)).size == (120, 80)
