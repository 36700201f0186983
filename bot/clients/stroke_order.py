"""How characters are written, from KanjiVG, where the extra `strokes` is installed."""

import asyncio
from collections.abc import Sequence
from functools import lru_cache

import structlog

from bot.clients.pictures import encode_png

log = structlog.get_logger()

PICTURES_KEPT = 128  # of about 15 kB


class KanjiVgStrokeOrder:
    """Fulfils `StrokeOrder`. Without the package, and for what it does not have, there is no picture."""

    async def picture(self, characters: Sequence[str]) -> bytes | None:
        """Draw in a thread what has not been drawn before."""
        return await asyncio.to_thread(_picture, tuple(characters))


@lru_cache(PICTURES_KEPT)
def _picture(characters: tuple[str, ...]) -> bytes | None:
    from model.sources import DamagedSource
    from model.stroke_order import HOW_TO_GET, draw_stroke_order  # OpenCV costs a moment that the start need not wait

    try:
        drawn = draw_stroke_order(characters)
    except (DamagedSource, OSError, ImportError) as error:
        log.warning("no stroke order", reason=str(error), next=HOW_TO_GET)
        return None
    return encode_png(drawn) if drawn is not None else None
