"""A stranger's upload -> pixels. Size and format are looked at before anything is decoded."""

import threading
import warnings
from contextlib import nullcontext, suppress
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import (  # noqa: F401  # a plugin registers its format
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from bot.errors import PictureError
from bot.services.ports import LARGEST_UPLOAD

LARGEST_PIXELS = 50_000_000
LONGEST_SIDE = 1600  # what is kept: ample for handwriting, and small enough to be quick
_BIG = 12_000_000  # pixels; only one such picture is decoded at a time
_ONE_BIG_AT_A_TIME = threading.Lock()

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
_HEADS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\0", b"MM\0*")
_HEIF = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1"}

Image.MAX_IMAGE_PIXELS = LARGEST_PIXELS
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")  # strangers' EXIF is no news for our log
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
PngImagePlugin.MAX_TEXT_CHUNK = 64 * 1024
PngImagePlugin.MAX_TEXT_MEMORY = 256 * 1024


def open_picture(data: bytes, longest: int = LONGEST_SIDE) -> NDArray[np.uint8]:
    """Decode a picture as a person would see it: upright, its first frame, transparency on paper.

    Returns: (h, w, 3) RGB, the longer side at most `longest`.
    Raises: PictureError with the code `empty`, `not_a_picture`, `too_large` or `broken`.
    """
    if not data:
        raise PictureError("the file is empty: send it again", "empty")
    if len(data) > LARGEST_UPLOAD:
        raise _too_large(f"{len(data) / 2**20:.0f} MiB")
    try:
        with _opened(data) as picture:
            pixels = picture.width * picture.height
            if pixels > LARGEST_PIXELS:
                raise _too_large(f"{picture.width}×{picture.height} pixels")
            with _ONE_BIG_AT_A_TIME if pixels > _BIG else nullcontext():
                return _decoded(picture, longest)
    except PictureError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(f"more than {LARGEST_PIXELS // 10**6} megapixels") from error
    except UnidentifiedImageError as error:
        if _looks_like_a_picture(data):
            raise _broken() from error
        raise PictureError("this is no picture that can be read: JPEG, PNG and HEIC work", "not_a_picture") from error
    except Exception as error:  # decoders meet hostile bytes with whatever they happen to raise
        raise _broken() from error


def encode_jpeg(pixels: NDArray[np.uint8]) -> bytes:
    """Encode pixels anew: nothing of the upload but what can be seen is in the result."""
    encoded = BytesIO()
    Image.fromarray(pixels).save(encoded, "JPEG", quality=85)
    return encoded.getvalue()


def encode_png(pixels: NDArray[np.uint8]) -> bytes:
    """Encode pixels, (h, w, 3) RGB, without loss."""
    encoded = BytesIO()
    Image.fromarray(pixels).save(encoded, "PNG", compress_level=6)
    return encoded.getvalue()


def _opened(data: bytes) -> Image.Image:
    formats: tuple[str, ...] = _FORMATS
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF:
        import pillow_heif  # costs 0.1 s and 10 MB, and few uploads need it

        pillow_heif.register_heif_opener(thumbnails=False)
        formats = (*_FORMATS, "HEIF")
    return Image.open(BytesIO(data), formats=formats)


def _looks_like_a_picture(data: bytes) -> bool:
    is_webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    return data.startswith(_HEADS) or is_webp or data[4:8] == b"ftyp"


def _decoded(picture: Image.Image, longest: int) -> NDArray[np.uint8]:
    picture.draft("RGB", (longest, longest))  # lets the JPEG decoder skip detail that would be thrown away
    picture.load()
    if picture.mode in ("I", "F") or picture.mode.startswith("I;16"):
        picture = _eight_bits(picture)
    elif picture.mode in ("1", "P", "PA"):
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    picture.thumbnail((longest, longest), reducing_gap=3.0)
    with suppress(Exception):  # a broken EXIF block only loses the orientation
        picture = ImageOps.exif_transpose(picture)
    if picture.has_transparency_data:
        return _on_paper(picture.convert("RGBA"))
    return np.asarray(picture.convert("RGB"))


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Bring 16 bits and floating point down to eight; Pillow itself would cut off everything above 255."""
    values: NDArray[np.floating] = np.nan_to_num(np.asarray(picture, dtype=np.float32))
    if picture.mode == "F":
        values = (values - values.min()) * (255 / (float(np.ptp(values)) or 1.0))
    elif values.max() > 255:
        values = values / 257
    return Image.fromarray(values.clip(0, 255).astype(np.uint8))


def _on_paper(picture: Image.Image) -> NDArray[np.uint8]:
    """Lay ink on paper that it stands out from: white, or black under light ink."""
    alpha = np.asarray(picture.getchannel("A"), dtype=np.float32)
    ink = np.asarray(picture.convert("L"), dtype=np.float32)
    is_light = alpha.sum() > 0 and float((ink * alpha).sum() / alpha.sum()) > 160 and alpha.mean() < 200
    paper = Image.new("RGBA", picture.size, "black" if is_light else "white")
    return np.asarray(Image.alpha_composite(paper, picture).convert("RGB"))


def _too_large(what: str) -> PictureError:
    return PictureError(f"the picture is too large ({what}): send one of at most 20 MB and 50 megapixels", "too_large")


def _broken() -> PictureError:
    return PictureError("the picture is damaged: send it again", "broken")
