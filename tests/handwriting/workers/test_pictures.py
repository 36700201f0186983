"""Every kind of picture that phones, scanners and strangers send."""

import io
import struct
import time
import tracemalloc
import zlib
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageDraw, PngImagePlugin

from bot.core.errors import PictureError
from bot.handwriting.workers import pictures
from bot.handwriting.workers.pictures import LARGEST_UPLOAD, encode_jpeg, open_picture

pillow_heif.register_heif_opener()  # so that the tests can save HEIC


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


def code_of(data: bytes, **options: bool) -> str:
    with pytest.raises(PictureError) as caught:
        open_picture(data, **options)
    assert str(caught.value)
    return caught.value.code


PNG_HEAD = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def interlaced_png() -> bytes:
    """8x8, grey, Adam7: black on the left half."""
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    rows = b""
    for x0, y0, dx, dy in passes:
        for _ in range(y0, 8, dy):
            rows += b"\0" + bytes(0 if x < 4 else 255 for x in range(x0, 8, dx))
    header = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 1)
    return PNG_HEAD + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def png_that_says(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return PNG_HEAD + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


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


UPRIGHT_TO_STORED = {  # how a picture lies in its file, by the orientation that its EXIF block then gives
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def corner(size: tuple[int, int] = (192, 128)) -> Image.Image:
    """White paper with a black box in its upper left corner."""
    picture = Image.new("RGB", size, "white")
    ImageDraw.Draw(picture).rectangle((0, 0, size[0] // 3, size[1] // 3), fill="black")
    return picture


def held(picture: Image.Image, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture.info["exif"] = exif.tobytes()  # by this a HEIC says itself how it is turned, as a phone's does
    return exif.tobytes()


@pytest.mark.parametrize("kind", ["JPEG", "MPO", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
@pytest.mark.parametrize("orientation", UPRIGHT_TO_STORED)
def test_however_the_camera_was_held_the_picture_stands_upright(kind: str, orientation: int) -> None:
    turn = UPRIGHT_TO_STORED[orientation]
    stored = corner() if turn is None else corner().transpose(turn)
    pixels = open_picture(encoded(stored, kind, exif=held(stored, orientation)))
    assert pixels.shape == (128, 192, 3)
    dark = pixels[:, :, 1] < 128
    assert dark[20, 30]
    assert not dark[20, 160]
    assert not dark[110, 30]
    assert not dark[110, 160]


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF"])
def test_a_big_photo_comes_back_small_and_upright_but_only_when_it_may(
    kind: str, orientation: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "BIG", 100_000)
    stored = corner((420, 300)) if orientation == 1 else corner((300, 420)).transpose(Image.Transpose.ROTATE_90)
    exif = held(stored, orientation)
    data = encoded(stored, kind, exif=exif, **({"progressive": True} if kind == "JPEG" else {}))
    assert code_of(data, may_be_big=False) == "big"
    pixels = open_picture(data, 160)
    assert pixels.shape == ((114, 160, 3) if orientation == 1 else (160, 114, 3))
    assert pixels[10, 10].max() < 60
    assert pixels[10, -10].min() > 200
    assert pixels[-10, 10].min() > 200


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_big_picture_keeps_its_transparency(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "BIG", 100_000)
    picture = Image.new("RGBA", (500, 400), (255, 0, 0, 0))
    ImageDraw.Draw(picture).rectangle((0, 0, 100, 400), fill=(0, 0, 90, 255))
    pixels = open_picture(encoded(picture, kind, lossless=True), 160)
    assert pixels[60, 120].min() > 250
    assert abs(pixels[60, 10].astype(int) - (0, 0, 90)).max() < 8


def test_a_big_photo_that_is_decoded_scaled_down_need_not_wait() -> None:
    assert max(open_picture(encoded(corner((4200, 3000)), "JPEG"), may_be_big=False).shape) == 1600


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}, {"quality": 15}], ids=str)
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_every_jpeg_is_read(mode: str, options: dict[str, int]) -> None:
    pixels = open_picture(encoded(drawing(mode=mode), "JPEG", **options))  # that in CMYK has Adobe's marker
    assert pixels[40, 10].max() < 80
    assert pixels[40, 100].min() > 200


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg", "zstd", "group4"])
def test_of_a_tiff_the_first_page_is_read_however_it_is_compressed(compression: str) -> None:
    mode = "1" if compression == "group4" else "RGB"
    second = Image.new(mode, (50, 50), 0)
    pixels = open_picture(
        encoded(drawing(mode=mode), "TIFF", compression=compression, save_all=True, append_images=[second])
    )
    assert pixels.shape == (80, 120, 3)
    assert pixels[40, 10].max() < 60
    assert pixels[40, 100].min() > 200


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_keep_their_greys(kind: str) -> None:
    ramp = np.linspace(0, 65535, 200)[None, :].repeat(50, axis=0).astype(np.uint16)
    pixels = open_picture(encoded(Image.fromarray(ramp), kind))
    assert abs(int(pixels[25, 100, 0]) - 128) < 3


def test_a_float_picture_with_holes_is_read() -> None:
    values = np.asarray(drawing(mode="L")).astype(np.float32)
    values[0, :9] = [np.nan, np.inf, -np.inf] * 3
    pixels = open_picture(encoded(Image.fromarray(values), "TIFF"))
    assert pixels[40, 10].max() < 60
    assert pixels[40, 100].min() > 200
    assert open_picture(encoded(Image.fromarray(np.full((40, 40), np.nan, np.float32)), "TIFF")).max() == 0


def test_an_interlaced_png_is_read() -> None:
    pixels = open_picture(interlaced_png())
    assert pixels.shape == (8, 8, 3)
    assert pixels[:, :4].max() == 0
    assert pixels[:, 4:].min() == 255


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_a_broken_exif_block_costs_only_the_orientation() -> None:
    data = bytearray(encoded(drawing(), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08" + b"\xff" * 40))
    assert open_picture(bytes(data)).shape == (80, 120, 3)


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


@pytest.mark.parametrize(
    ("kind", "size", "options"),
    [
        ("WEBP", (16_383, 3000), {"lossless": True}),
        ("WEBP", (3000, 2000), {"save_all": True, "append_images": [Image.new("L", (3000, 2000), 9)]}),
        ("PNG", (5000, 4000), {}),
        ("TIFF", (4000, 3000), {"compression": "tiff_lzw"}),
        ("AVIF", (4000, 3000), {"speed": 10}),
        ("JPEG", (8064, 6048), {"progressive": True, "subsampling": 0}),
    ],
    ids=["lossless webp", "animated webp", "png", "tiff", "avif", "progressive jpeg"],
)
def test_what_would_fill_the_memory_is_refused_by_what_its_head_says(
    kind: str, size: tuple[int, int], options: dict[str, object]
) -> None:
    began = time.process_time()
    data = encoded(Image.new("RGB", size, "white"), kind, **options)
    made = time.process_time()
    assert code_of(data) == "too_large"
    assert time.process_time() - made < 1 + (made - began)  # nothing was decoded


def test_a_tiff_whose_tile_is_larger_than_its_picture_is_refused_before_the_tile_is_decoded() -> None:
    entries = [(256, 16), (257, 16), (258, 8), (259, 8), (262, 1), (322, 30_000), (323, 30_000), (324, 8), (325, 100)]
    directory = b"".join(struct.pack("<HHII", tag, 4 if tag > 300 else 3, 1, value) for tag, value in entries)
    data = b"II*\0" + struct.pack("<I", 108) + bytes(100) + struct.pack("<H", len(entries)) + directory + bytes(4)
    assert code_of(data) == "too_large"


A_PNG = encoded(drawing(), "PNG")
A_GIF = encoded(drawing(), "GIF")
A_JPEG = encoded(drawing(), "JPEG")
TRAPS: dict[str, Callable[[int], bytes]] = {
    "fill of a jpeg": lambda mib: A_JPEG[:2] + b"\xff" * (mib << 20) + A_JPEG[2:],
    "segments of a jpeg": lambda mib: A_JPEG[:2] + b"\xff\xe1\0\x02" * (mib << 18) + A_JPEG[2:],
    "chunks before a png's pixels": lambda mib: A_PNG[:33] + chunk(b"teXt", b"") * ((mib << 20) // 12) + A_PNG[33:],
    "chunks after a png's pixels": lambda mib: A_PNG[:-12] + chunk(b"teXt", b"") * ((mib << 20) // 12) + A_PNG[-12:],
    "extensions of a gif": lambda mib: A_GIF[:13] + b"!\xfe\1a\0" * ((mib << 20) // 5) + A_GIF[13:],
    "blocks of a gif": lambda mib: A_GIF[:13] + b"!\xfe" + b"\1a" * (mib << 19) + b"\0" + A_GIF[13:],
    "chunks of a webp": lambda mib: b"RIFF\0\0\0\0WEBP" + b"xxxx\0\0\0\0" * (mib << 17),
    "scans of a jpeg": lambda mib: many_scans(mib << 20),
    "exif of a png": lambda mib: A_PNG[:33] + chunk(b"eXIf", b"MM\0*\0\0\0\x08" + b"\xff" * (mib << 20)) + A_PNG[33:],
    "boxes of an avif": lambda mib: encoded(drawing(), "AVIF") + b"\0\0\0\x08free" * (mib << 17),
}


def many_scans(length: int) -> bytes:
    """A progressive JPEG that goes over its picture again and again."""
    data = encoded(Image.new("L", (3000, 3000), 255), "JPEG", progressive=True)
    start, end = data.rindex(b"\xff\xda"), data.rindex(b"\xff\xd9")
    return data[:start] + data[start:end] * (length // (end - start)) + data[end:]


@pytest.mark.parametrize("trap", TRAPS)
def test_no_file_keeps_its_decoder_for_longer_than_the_largest_photo_does(trap: str) -> None:
    data = TRAPS[trap](19)
    began = time.thread_time()  # in this process others may have left threads that train
    with suppress(PictureError):
        open_picture(data)
    assert time.thread_time() - began < 2 + 2 * pictures.HEAD_TAKES  # seconds; others wait for no longer


def test_phones_of_48_megapixels_are_read() -> None:
    picture = Image.new("L", (8064, 6048), 255)
    picture.paste(0, (0, 0, 3000, 6048))
    pixels = open_picture(encoded(picture, "JPEG"), may_be_big=False)
    assert pixels.shape == (1200, 1600, 3)
    assert pixels[600, 300].max() < 60
    assert pixels[600, 1300].min() > 200


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
