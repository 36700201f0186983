"""`python -m benchmarks.held_up`: how long a member's small picture waits while others send what takes long to read."""

import argparse
import asyncio
import io
import time
from contextlib import closing

import numpy as np
from PIL import Image, ImageDraw

from bot.core.errors import PictureError
from bot.handwriting.workers.recogniser import LocalRecogniser


def dense_noise(seed: int) -> bytes:
    """A noisy photo with hundreds of marks on it, which takes seconds to read."""
    random_ = np.random.default_rng(seed)
    picture = Image.fromarray(random_.normal(190, 18, (1200, 1600)).clip(0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    for y in range(20, 1180, 60):
        for x in range(20, 1580, 60):
            ends = random_.integers(0, 44, (4, 2)) + np.array([x, y])
            draw.line([tuple(map(float, end)) for end in ends], 40, 5)
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=80)
    return written.getvalue()


def a_letter() -> bytes:
    """A drawing of one character."""
    picture = Image.new("L", (300, 300), 255)
    ImageDraw.Draw(picture).line([(60, 80), (240, 80), (120, 250)], 0, 14)
    written = io.BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


async def reading(recogniser: LocalRecogniser, picture: bytes) -> float:
    """Seconds until it is answered."""
    began = time.perf_counter()
    try:
        await recogniser.read(picture)
    except PictureError as error:
        print(f"  answered with {error.code}")
    return time.perf_counter() - began


async def measured(others: int, asks: int) -> tuple[list[float], list[float]]:
    """Seconds for the others' pictures, and for the member's."""
    with closing(LocalRecogniser()) as recogniser:
        await asyncio.gather(*(reading(recogniser, a_letter()) for _ in range(2)))  # both processes are there
        slow = [asyncio.create_task(reading(recogniser, dense_noise(seed))) for seed in range(others)]
        waits = []
        for _ in range(asks):
            await asyncio.sleep(0.3)
            waits.append(await reading(recogniser, a_letter()))
        return await asyncio.gather(*slow), waits


def main() -> None:
    """Print the waits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--others", type=int, default=2, help="members who send a dense noisy photo at once")
    parser.add_argument("--asks", type=int, default=12)
    asked = parser.parse_args()
    slow, waits = asyncio.run(measured(asked.others, asked.asks))
    print("dense noisy photos: " + ", ".join(f"{seconds:.1f}" for seconds in slow) + " s")
    median = sorted(waits)[len(waits) // 2]
    print(f"a member's drawing meanwhile: longest {max(waits):.2f} s, median {median:.2f} s (target <= 2)")


if __name__ == "__main__":
    main()
