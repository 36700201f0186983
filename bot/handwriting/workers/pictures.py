"""A stranger's upload -> pixels. Size and format are looked at before anything is decoded."""

import warnings
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import (  # noqa: F401  # a plugin registers its format
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)
from PIL.ExifTags import Base

from bot.core.errors import PictureError
from bot.core.problems.pictures import Broken, EmptyFile, MustWait, NotAPicture, TooLarge, TooSlow
from bot.handwriting.ports.recognition import LARGEST_UPLOAD
from bot.handwriting.workers.decoding_cost import MOST, MOST_BY_FORMAT, cost_of, held_by_jpeg
from bot.handwriting.workers.webp import head_of, pixels_of
from bot.sandbox.processor_time import TookTooLong, at_most

LARGEST_PIXELS = 50_000_000
BIG = 30_000_000  # bytes of memory; of pictures that take more only one at a time should be decoded
LONGEST_SIDE = 1600  # what is kept: ample for handwriting, and small enough to be quick
MOST_SCANNED = 600_000_000  # pixels: a progressive JPEG goes over the whole picture ten times or so
MOST_CHUNKS = 20_000  # of a PNG: the largest has some thousands
HEAD_TAKES = 0.5  # seconds of a processor; a thousandth of that where nobody means harm
DECODING_TAKES = 3.0  # seconds of a processor; the largest photo of the slowest format takes one
_BAND = 64  # rows of the shrunken picture that are made at a time

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
_HEADS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_HEIF = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1"}
_UPRIGHT = {  # how to turn a picture, by its EXIF orientation
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

Image.MAX_IMAGE_PIXELS = LARGEST_PIXELS
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")  # strangers' EXIF is no news for our log
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
PngImagePlugin.MAX_TEXT_CHUNK = 64 * 1024
PngImagePlugin.MAX_TEXT_MEMORY = 256 * 1024


def open_picture(data: bytes, longest: int = LONGEST_SIDE, *, may_be_big: bool = True) -> NDArray[np.uint8]:
    """Decode a picture as a person would see it: upright, its first frame, transparency on paper.

    Returns: (h, w, 3) RGB, the longer side at most `longest`.
    Raises: PictureError with the code `empty`, `not_a_picture`, `too_large`, `too_slow` or `broken`; with `big`, before
        decoding, where it has more than BIG pixels and must not be.
    """
    if not data:
        raise PictureError(EmptyFile())
    if len(data) > LARGEST_UPLOAD:
        raise _too_large(f"{len(data) / 2**20:.0f} MiB")
    try:
        return _decoded(data, longest, may_be_big=may_be_big)
    except PictureError:
        raise
    except TookTooLong as error:
        raise _too_slow() from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(f"more than {LARGEST_PIXELS // 10**6} megapixels") from error
    except MemoryError as error:
        raise _too_large("it would fill the memory") from error
    except UnidentifiedImageError as error:
        if _looks_like_a_picture(data):
            raise _broken() from error
        raise PictureError(NotAPicture()) from error
    except Exception as error:  # decoders meet hostile bytes with whatever they happen to raise
        raise _broken() from error


def encode_jpeg(pixels: NDArray[np.uint8]) -> bytes:
    """Encode pixels anew: nothing of the upload but what can be seen is in the result."""
    encoded = BytesIO()
    Image.fromarray(pixels).save(encoded, "JPEG", quality=85)
    return encoded.getvalue()


def encode_png(pixels: NDArray[np.uint8], compress_level: int = 6) -> bytes:
    """Encode pixels, (h, w, 3) RGB or (h, w) grey, without loss. `compress_level`: 1 is quick, 9 small."""
    encoded = BytesIO()
    Image.fromarray(pixels).save(encoded, "PNG", compress_level=compress_level)
    return encoded.getvalue()


def _decoded(data: bytes, longest: int, *, may_be_big: bool) -> NDArray[np.uint8]:
    with at_most(HEAD_TAKES):
        webp = head_of(data)
    if webp is not None:
        most = MOST if webp.is_animated else MOST_BY_FORMAT["WEBP"]
        _check((webp.width, webp.height), webp.cost, most, may_be_big=may_be_big)
        if not webp.is_animated:
            return _finished(pixels_of(data, webp), _orientation_in(webp.exif), longest)
    with at_most(HEAD_TAKES):
        if _has_too_many_chunks(data):
            raise _too_slow()
        picture, held = _opened(data)
    with picture, at_most(DECODING_TAKES):
        if (
            picture.format in ("JPEG", "MPO")
            and data.count(b"\xff\xda") * picture.width * picture.height > MOST_SCANNED
        ):
            raise _too_slow()
        size = picture.size
        _draft(picture, longest)
        most = MOST_BY_FORMAT.get(picture.format or "", MOST)
        _check(size, held + cost_of(picture), most, may_be_big=may_be_big)
        return _finished(_pixels(picture, data), _orientation(picture), longest)


def _opened(data: bytes) -> tuple[Image.Image, int]:
    """Read the head; with it how many bytes of coefficients a JPEG will hold."""
    formats: tuple[str, ...] = _FORMATS
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF:
        import pillow_heif  # costs 0.1 s and 10 MB, and few uploads need it

        pillow_heif.register_heif_opener(thumbnails=False)
        formats = (*_FORMATS, "HEIF")
    picture = Image.open(BytesIO(data), formats=formats)
    return picture, held_by_jpeg(picture, data)


def _has_too_many_chunks(data: bytes) -> bool:
    """Whether a PNG has more chunks than Pillow should go through, before or after its pixels."""
    at, chunks = len(_HEADS[1]) + 4, 0
    while data.startswith(_HEADS[1]) and at < len(data) and chunks <= MOST_CHUNKS:
        at, chunks = at + 12 + int.from_bytes(data[at : at + 4], "big"), chunks + 1
    return chunks > MOST_CHUNKS


def _looks_like_a_picture(data: bytes) -> bool:
    is_webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    return data.startswith(_HEADS) or is_webp or data[4:8] == b"ftyp"


def _draft(picture: Image.Image, longest: int) -> None:
    """Let the JPEG decoder skip detail that would be thrown away."""
    scale = longest / max(picture.size)
    picture.draft("RGB", (max(1, int(picture.width * scale)), max(1, int(picture.height * scale))))


def _check(size: tuple[int, int], cost: int, most: int, *, may_be_big: bool) -> None:
    width, height = size
    if width * height > LARGEST_PIXELS or cost > most:
        raise _too_large(f"{width}×{height} pixels")
    if cost > BIG and not may_be_big:
        raise PictureError(MustWait())


def _pixels(picture: Image.Image, data: bytes) -> Image.Image | NDArray[np.uint8]:
    if picture.format != "HEIF":
        picture.load()  # before its orientation is asked for: Pillow turns a TIFF by itself
        return picture
    import pillow_heif

    return np.asarray(pillow_heif.open_heif(data))  # a view of what was decoded: Pillow would copy it


def _finished(pixels: Image.Image | NDArray[np.uint8], orientation: int, longest: int) -> NDArray[np.uint8]:
    small = _shrunk(pixels, longest)
    turn = _UPRIGHT.get(orientation)
    upright = small if turn is None else small.transpose(turn)
    return np.asarray(_on_paper(upright) if upright.mode == "RGBA" else upright.convert("RGB"))


def _shrunk(picture: Image.Image | NDArray[np.uint8], longest: int) -> Image.Image:
    """The picture in eight bits (L, RGB or RGBA), its longer side at most `longest`.

    A big one is shrunk band by band, so that no second copy of it in another mode fills the memory.
    """
    width, height = picture.size if isinstance(picture, Image.Image) else picture.shape[1::-1]
    if isinstance(picture, Image.Image):
        picture.load()
    levels = _levels(picture)
    factor = max(width, height) // longest
    if factor < 2:
        small = _eight_bits(_band(picture, 0, height), levels)
    else:
        bands = range(0, height, _BAND * factor)
        parts = [_eight_bits(_band(picture, y, y + _BAND * factor), levels).reduce(factor) for y in bands]
        small = Image.new(parts[0].mode, (parts[0].width, sum(part.height for part in parts)))
        for number, part in enumerate(parts):
            small.paste(part, (0, number * _BAND))
    small.thumbnail((longest, longest))
    return small


def _band(picture: Image.Image | NDArray[np.uint8], top: int, bottom: int) -> Image.Image:
    if not isinstance(picture, Image.Image):
        return Image.fromarray(picture[top:bottom])
    if top == 0 and bottom >= picture.height:
        return picture
    return picture.crop((0, top, picture.width, min(bottom, picture.height)))


def _levels(picture: Image.Image | NDArray[np.uint8]) -> tuple[float, float] | None:
    """What is black and what is white in a picture of more than eight bits; None where it has eight."""
    if not isinstance(picture, Image.Image) or not _is_deep(picture):
        return None
    bands = range(0, picture.height, _BAND)
    values = (np.asarray(_band(picture, y, y + _BAND)) for y in bands)
    found = [(finite.min(), finite.max()) for band in values if (finite := band[np.isfinite(band)]).size]
    low, high = float(min((low for low, _ in found), default=0)), float(max((high for _, high in found), default=0))
    if picture.mode == "F":
        return low, high
    return 0.0, 255.0 if high <= 255 else max(65535.0, high)  # 16 bits are often kept in 32


def _is_deep(picture: Image.Image) -> bool:
    return picture.mode in ("I", "F") or picture.mode.startswith("I;16")


def _eight_bits(picture: Image.Image, levels: tuple[float, float] | None) -> Image.Image:
    """Bring a picture into L, RGB or RGBA; of one that is deeper Pillow itself would cut off everything above 255."""
    if levels is not None:
        low, high = levels
        values = np.nan_to_num(np.asarray(picture, np.float32), posinf=high, neginf=low)
        shares = (values.clip(low, high) - low) * np.float32(255 / ((high - low) or 1.0))
        return Image.fromarray(shares.astype(np.uint8))
    if picture.has_transparency_data:
        return picture.convert("RGBA")
    return picture if picture.mode in ("L", "RGB") else picture.convert("RGB")


def _orientation(picture: Image.Image) -> int:
    try:
        return int(picture.getexif().get(Base.Orientation, 1))
    except MemoryError:
        raise
    except Exception:  # a broken EXIF block only loses the orientation
        return 1


def _orientation_in(block: bytes) -> int:
    try:
        exif = Image.Exif()
        exif.load(block)
        return int(exif.get(Base.Orientation, 1))
    except MemoryError:
        raise
    except Exception:  # as above
        return 1


def _on_paper(picture: Image.Image) -> Image.Image:
    """Lay ink on paper that it stands out from: white, or black under light ink."""
    alpha = np.asarray(picture.getchannel("A"), dtype=np.float32)
    ink = np.asarray(picture.convert("L"), dtype=np.float32)
    is_light = alpha.sum() > 0 and float((ink * alpha).sum() / alpha.sum()) > 160 and alpha.mean() < 200
    paper = Image.new("RGBA", picture.size, "black" if is_light else "white")
    return Image.alpha_composite(paper, picture).convert("RGB")


def _too_slow() -> PictureError:
    return PictureError(TooSlow())


def _too_large(what: str) -> PictureError:
    return PictureError(TooLarge(detail=what))


def _broken() -> PictureError:
    return PictureError(Broken())
