"""A photograph's file -> its pixels, as phones write them: JPEG, HEIC and others, of a size that fits the memory."""

import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from model.workshop.errors import WorkshopError

LARGEST_FILE = 60 * 2**20
LARGEST_PIXELS = 64_000_000  # phones have sensors of 50 megapixels
LONGEST_SIDE = 3600  # ample: twelve pixels for a millimetre of an A4 page that fills the photo
MOST_SCANS = 100  # a progressive JPEG has ten or so, and goes over the whole picture in each
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "AVIF", "HEIF")


class NoPhoto(WorkshopError):
    """The file is no photograph that can be read; the message says why, and what to do."""


def open_photo(file: Path) -> NDArray[np.uint8]:
    """Read a photograph as a person would see it, (h, w, 3) RGB uint8, the longer side at most LONGEST_SIDE.

    Raises: NoPhoto: there is no such file, or it is no picture, damaged, or so large that it would fill the memory.
    """
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise NoPhoto(f"the file has {file.stat().st_size // 2**20} MiB, 60 are the most: send a smaller photo")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a stranger's EXIF is no news; the size is looked at below
            return _decoded(file)
    except NoPhoto:
        raise
    except (Image.DecompressionBombError, MemoryError) as error:
        raise NoPhoto("the picture would fill the memory: send one of at most 64 megapixels") from error
    except UnidentifiedImageError as error:
        raise NoPhoto("this is no picture that can be read: JPEG, PNG and HEIC work") from error
    except OSError as error:
        raise NoPhoto(f"cannot be read ({error.strerror or 'it is damaged'}): copy it again") from error
    except Exception as error:  # decoders meet damaged bytes with whatever they happen to raise
        raise NoPhoto("the picture is damaged: copy it again") from error


def _decoded(file: Path) -> NDArray[np.uint8]:
    import pillow_heif  # costs 0.1 s, and only this command needs it

    Image.init()  # MPO and AVIF are known only then
    pillow_heif.register_heif_opener(thumbnails=False)
    with Image.open(file, formats=FORMATS) as picture:
        if picture.width * picture.height > LARGEST_PIXELS:
            raise NoPhoto(f"{picture.width}×{picture.height} pixels are too many: send at most 64 megapixels")
        if picture.format in ("JPEG", "MPO") and file.read_bytes().count(b"\xff\xda") > MOST_SCANS:
            raise NoPhoto("the picture takes too long to read: send it as an ordinary JPEG")
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG decodes no detail that is thrown away
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return np.asarray(upright, np.uint8)
