"""What decoding a picture will take, told from its head, before anything is decoded."""

from PIL import Image
from PIL.ExifTags import Base

MOST = 75_000_000  # bytes, by format where phones send larger ones: a HEIC of 24 megapixels has no smaller twin in it
MOST_BY_FORMAT = {"HEIF": 125_000_000, "WEBP": 125_000_000}

_COEFFICIENT = 2  # bytes
_A_PIXEL = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2}  # bytes in Pillow; all others fill four
_HEIF, _AVIF = 5, 8  # bytes a pixel, as measured: their decoders hold more than the pixels


def cost_of(picture: Image.Image) -> int:
    """Return how many bytes the pixels of a picture fill, with what their decoder needs beside them."""
    pixels = picture.width * picture.height
    match picture.format:
        case "HEIF":
            return pixels * _HEIF
        case "AVIF":
            return pixels * _AVIF
        case "TIFF":
            return pixels * _A_PIXEL.get(picture.mode, 4) + _part_of_tiff(picture)
    return pixels * _A_PIXEL.get(picture.mode, 4)


def _part_of_tiff(picture: Image.Image) -> int:
    """Return how many bytes the strip or the tile has that is decoded beside the pixels; a tile may be larger."""
    tags = getattr(picture, "tag_v2", {})
    bits = sum(tags.get(Base.BitsPerSample, (1,)))
    wide, high = tags.get(Base.TileWidth, picture.width), tags.get(Base.TileLength, picture.height)
    return int(max(wide * high, picture.width * picture.height) * bits // 8)


def held_by_jpeg(picture: Image.Image, data: bytes) -> int:
    """Return how many bytes of coefficients a JPEG holds until its last scan; 0 where it has one, or is none.

    Ask before `draft`, which changes its size.
    """
    layers = getattr(picture, "layer", None)
    if not layers or not ("progressive" in picture.info or _begins_with_a_part(data, len(layers))):
        return 0
    across, down = max(layer[1] for layer in layers), max(layer[2] for layer in layers)
    shares = sum(layer[1] * layer[2] for layer in layers) / (across * down)
    return int(picture.width * picture.height * shares * _COEFFICIENT)


def _begins_with_a_part(data: bytes, layers: int) -> bool:
    """Whether the first scan has not all layers, so that others follow; what cannot be followed counts as such."""
    at = 2
    while at + 4 < len(data) and data[at] == 0xFF:
        if data[at + 1] == 0xDA:
            return data[at + 4] < layers
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return True
