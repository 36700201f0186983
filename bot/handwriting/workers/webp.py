"""WebP: what its head says, and its pixels. Pillow would fill sixteen bytes a pixel for it, OpenCV fills six."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

_ALPHA, _ANIMATED = 0x10, 0x02  # flags of VP8X
_ANIMATION_COSTS = 16  # bytes a pixel: Pillow, two canvases of libwebp beside it


class DamagedWebp(ValueError):
    """No picture comes out of it."""


@dataclass(frozen=True, slots=True)
class WebpHead:
    """What the chunks say before anything is decoded; `exif` may be empty."""

    width: int
    height: int
    is_lossless: bool = False
    is_animated: bool = False
    has_alpha: bool = False
    exif: bytes = b""

    @property
    def cost(self) -> int:
        """Bytes that decoding takes: OpenCV fills it twice, and of a lossless one libwebp holds a copy of its own."""
        a_pixel = 2 * (4 if self.has_alpha else 3) + (4 if self.is_lossless else self.has_alpha)
        return self.width * self.height * (_ANIMATION_COSTS if self.is_animated else a_pixel)


def head_of(data: bytes) -> WebpHead | None:
    """Read the chunks of a WebP; None where it is another format, or says no size."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    width = height = flags = 0
    is_lossless, exif = False, b""
    for kind, body in _chunks(data):
        sizes = [(width, height)]
        if kind == b"VP8X" and len(body) >= 10:
            flags |= body[0]
            sizes.append((1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")))
        elif kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
            sizes.append((_sixteen(body[6:8]) & 0x3FFF, _sixteen(body[8:10]) & 0x3FFF))
        elif kind == b"VP8L" and len(body) >= 5:
            bits = int.from_bytes(body[1:5], "little")
            is_lossless, flags = True, flags | (_ALPHA if bits >> 28 & 1 else 0)
            sizes.append((1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)))
        elif kind == b"ANMF":
            flags |= _ANIMATED
        elif kind == b"EXIF":
            exif = body
        width, height = (max(sides) for sides in zip(*sizes, strict=True))  # a head may lie
    if not width or not height:
        return None
    return WebpHead(width, height, is_lossless, bool(flags & _ANIMATED), bool(flags & _ALPHA), exif)


def pixels_of(data: bytes, head: WebpHead) -> NDArray[np.uint8]:
    """Decode one that is not animated. Returns: (h, w, 3) RGB or (h, w, 4) RGBA. Raises DamagedWebp."""
    wanted = cv2.IMREAD_UNCHANGED if head.has_alpha else cv2.IMREAD_COLOR
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), wanted | cv2.IMREAD_IGNORE_ORIENTATION)
    if pixels is None or pixels.shape[:2] != (head.height, head.width):
        raise DamagedWebp
    if pixels.shape[2] == 4:
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGRA2RGBA, dst=pixels), np.uint8)
    return np.asarray(pixels[..., ::-1], np.uint8)  # a view: OpenCV's own RGB is a second picture


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _sixteen(two: bytes) -> int:
    return int.from_bytes(two, "little")
