"""`make hostile-pictures`: broken, huge and lying pictures, each of which must get a clear answer from the real bot.

Meanwhile its report site has turned hostile, too. What is shown: the answers by their code, the slowest, the memory of
all its processes together, and the longest block of the event loop. `ARGS="--count 500"` is a smaller run.
"""

import argparse
import asyncio
import io
import json
import random
import re
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import aiohttp
import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.heartbeat import Seen
from benchmarks.hostile_pages import HostileSite, serving

AT_ONCE = 4
FORMATS: dict[str, dict[str, object]] = {
    "JPEG": {"progressive": True},
    "PNG": {},
    "WEBP": {},
    "GIF": {},
    "BMP": {},
    "TIFF": {"compression": "tiff_lzw"},
    "AVIF": {"speed": 10},
    "HEIF": {},
    "MPO": {},
}
CONFIG = """
[storage]
url = "sqlite:///{folder}/tsudoi.db"
[web]
port = 0
[connpass]
base_url = "{site}"
[[sources]]
name = "none"
group = "none"
[reports]
site_url = "{site}"
poll_every = "1s"
"""
ANSWERS = {"read", "empty", "not_a_picture", "broken", "too_large", "too_slow"}


def a_drawing(random_: random.Random) -> Image.Image:
    """A few strokes on paper of some size, in some mode."""
    picture = Image.new("RGB", (random_.randint(20, 400), random_.randint(20, 400)), "white")
    points = [(random_.randrange(picture.width), random_.randrange(picture.height)) for _ in range(6)]
    ImageDraw.Draw(picture).line(points, "black", random_.randint(2, 20))
    return picture.convert(random_.choice(("RGB", "L", "P", "RGBA")))


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    """The picture as a file."""
    if kind in ("JPEG", "MPO", "AVIF", "HEIF"):
        picture = picture.convert("RGB")
    written = io.BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


def of_array(values: NDArray[np.integer]) -> bytes:
    """A PNG of these greys."""
    return encoded(Image.fromarray(values.astype(np.uint8)), "PNG")


def chunk(kind: bytes, body: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, *extra: bytes, depth: int = 8, colour: int = 0, body: bytes | None = None) -> bytes:
    """A PNG that is what its header says only if `body` is."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    packed = zlib.compress(bytes(1000) if body is None else body, 9)
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def tiff(entries: list[tuple[int, int, int, int]], body: bytes = b"", following: int = 0) -> bytes:
    """A TIFF of one directory, after `body`, which begins at byte 8."""
    directory = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    start = struct.pack("<I", 8 + len(body))
    return b"II*\0" + start + body + struct.pack("<H", len(entries)) + directory + struct.pack("<I", following)


def a_jpeg_of(width: int, height: int, frame: bytes = b"\xff\xc0", **options: object) -> bytes:
    """A JPEG whose header, after the marker `frame`, says a size that it has not."""
    data = bytearray(encoded(Image.new("L", (16, 16), 255), "JPEG", **options))
    at = data.index(frame)
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def saying(width: int, height: int, kind: str) -> bytes:
    """A HEIC or AVIF whose box of the size says one that it has not."""
    data = bytearray(encoded(Image.new("L", (64, 64), 255), kind))
    at = data.index(b"ispe")
    data[at + 8 : at + 16] = struct.pack(">II", width, height)
    return bytes(data)


def many_scans() -> bytes:
    """A progressive JPEG that goes over its picture again and again."""
    data = encoded(Image.new("L", (3000, 3000), 255), "JPEG", progressive=True)
    start, end = data.rindex(b"\xff\xda"), data.rindex(b"\xff\xd9")
    return data[:start] + data[start:end] * 2000 + data[end:]


def by_hand() -> dict[str, Callable[[], bytes]]:
    """Files that somebody thought of, by what they are."""
    good = encoded(a_drawing(random.Random(0)), "PNG")
    jpeg = encoded(a_drawing(random.Random(0)), "JPEG")
    frames = [Image.new("L", (40, 40), shade) for shade in range(256)]
    nan = np.full((60, 60), np.nan, np.float32)
    return {
        "nothing": lambda: b"",
        "one byte": lambda: b"\xff",
        "zeros": lambda: bytes(100_000),
        "svg": lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        "html": lambda: b"<!doctype html><img src=x onerror=alert(1)>",
        "pdf": lambda: b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n",
        "zip": lambda: b"PK\3\4" + bytes(500),
        "eps": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        "program": lambda: b"\x7fELF" + bytes(500),
        "head of png": lambda: good[:8],
        "head of jpeg": lambda: jpeg[:4],
        "head of heic": lambda: b"\0\0\0\x18ftypheic" + bytes(12),
        "png and html": lambda: good + b"<script>alert(1)</script>",
        "jpeg and zip": lambda: jpeg + b"PK\3\4" + bytes(500),
        "gif and script": lambda: b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)",
        "3.6 gigapixels": lambda: png(60_000, 60_000),
        "largest header": lambda: png(2**31 - 1, 2**31 - 1),
        "no width": lambda: png(0, 100),
        "49 megapixels of nothing": lambda: png(7000, 7000, body=bytes(7001 * 7000)),
        "49 megapixels of one bit": lambda: png(7000, 7000, depth=1, body=bytes(876 * 7000)),
        "24 megapixels with alpha": lambda: png(4900, 4900, colour=6, body=bytes((4900 * 4 + 1) * 4900)),
        "36 megapixels of 16 bits": lambda: png(6000, 6000, depth=16, body=bytes(12001 * 6000)),
        "too little in it": lambda: png(3000, 3000, body=bytes(10)),
        "too much in it": lambda: png(10, 10, body=bytes(50_000_000)),
        "text bomb": lambda: png(10, 10, chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(50_000_000)))),
        "profile bomb": lambda: png(10, 10, chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(50_000_000)))),
        "200,000 chunks": lambda: png(10, 10, chunk(b"tEXt", b"a\0b") * 200_000),
        "giant exif": lambda: png(10, 10, chunk(b"eXIf", b"MM\0*\0\0\0\x08" + b"\xff" * 5_000_000)),
        "webp of 16383x3000": lambda: encoded(Image.new("L", (16383, 3000), 255), "WEBP", lossless=True),
        "webp of 24 megapixels": lambda: encoded(Image.new("L", (5712, 4284), 255), "WEBP", method=0),
        "heic of 24 megapixels": lambda: encoded(
            Image.new("L", (5712, 4284), 255), "HEIF", enc_params={"preset": "ultrafast"}
        ),
        "heic that says 48 megapixels": lambda: saying(8064, 6048, "HEIF"),
        "avif that says 24 megapixels": lambda: saying(5712, 4284, "AVIF"),
        "progressive jpeg of 48 megapixels": lambda: a_jpeg_of(8064, 6048, b"\xff\xc2", progressive=True),
        "tiff of 25 megapixels": lambda: encoded(Image.new("RGB", (5000, 5000)), "TIFF", compression="tiff_lzw"),
        "tiff of one tile": lambda: tiff(
            [(256, 3, 1, 16), (257, 3, 1, 16), (258, 3, 1, 8), (259, 3, 1, 8), (262, 3, 1, 1), (322, 4, 1, 30_000),
             (323, 4, 1, 30_000), (324, 4, 1, 8), (325, 4, 1, 100)], bytes(100)
        ),
        "animated webp of 6 megapixels": lambda: encoded(
            Image.new("L", (3000, 2000)), "WEBP", save_all=True, append_images=[Image.new("L", (3000, 2000), 9)]
        ),
        "animated png": lambda: encoded(frames[0], "PNG", save_all=True, append_images=frames[1:]),
        "animated gif": lambda: encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]),
        "animated webp": lambda: encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:]),
        "gif of 65535": lambda: b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0;",
        "jpeg of 65535": lambda: a_jpeg_of(65_535, 65_535),
        "jpeg of 49 megapixels": lambda: a_jpeg_of(7000, 7000),
        "jpeg of a line": lambda: a_jpeg_of(65_000, 1),
        "many scans": many_scans,
        "many segments": lambda: jpeg[:2] + b"\xff\xe1\0\x02" * 500_000 + jpeg[2:],
        "much fill": lambda: jpeg[:2] + b"\xff" * 5_000_000 + jpeg[2:],
        "directory in a circle": lambda: tiff([(256, 3, 1, 10), (257, 3, 1, 10)], following=8),
        "directory of directories": lambda: tiff([(330, 4, 1, 8), (34665, 4, 1, 8)] * 5000, following=8),
        "same megabyte again": lambda: tiff([(1000 + i, 1, 1_000_000, 8) for i in range(5000)], bytes(1_000_000)),
        "count beyond the end": lambda: tiff([(256, 3, 2**31, 8), (257, 12, 2**31, 8)]),
        "no numbers": lambda: encoded(Image.fromarray(nan), "TIFF"),
        "checkerboard": lambda: of_array(np.indices((1500, 1500)).sum(0) % 2 * 255),
        "ten thousand dots": lambda: of_array((np.indices((1500, 1500)) % 15 > 3).max(0) * 255),
        "noise": lambda: of_array(np.random.default_rng(0).integers(0, 255, (1600, 1600))),
        "bmp upside down": lambda: b"BM" + struct.pack("<IIIIiiHHII", 99, 0, 54, 40, 7000, -(2**31), 1, 24, 0, 0),
    }  # fmt: skip


def mutated(data: bytes, random_: random.Random) -> bytes:
    """A good file with one to three things done to it."""
    changed = bytearray(data)
    for _ in range(random_.randint(1, 3)):
        at = random_.randrange(max(1, len(changed)))
        match random_.randrange(7):
            case 0:
                del changed[at:]
            case 1:
                changed[at : at + random_.randint(1, 40)] = random_.randbytes(random_.randint(1, 40))
            case 2:
                changed[at : at + 4] = random_.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff"))
            case 3:
                changed[at:at] = changed[at : at + random_.randint(1, 2000)]
            case 4:
                del changed[at : at + random_.randint(1, 200)]
            case 5:  # most lies are in the head
                changed[at % 64 : at % 64 + 1] = random_.randbytes(1)
            case _:
                changed[at : at + 1] = bytes([changed[at] ^ 1 << random_.randrange(8)]) if changed else b"\0"
    return bytes(changed)


def files(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """So many hostile files, each with what it is; the same ones for the same seed."""
    hand_made = by_hand()
    for name, make in list(hand_made.items())[:count]:
        yield name, make()
    seeds = [(kind, encoded(a_drawing(random.Random(i)), kind, **FORMATS[kind])) for kind in FORMATS for i in range(8)]
    for number in range(count - len(hand_made)):
        random_ = random.Random(f"{seed}:{number}")
        kind, data = random_.choice(seeds)
        yield f"{kind} {seed}:{number}", mutated(data, random_)


Answer = tuple[float, str, str]  # milliseconds, code, file


async def answers(url: str, made: Sequence[tuple[str, bytes]]) -> list[Answer]:
    """Have all of them read by the bot at `url`, so many at once."""
    timed: list[Answer] = []
    turns = asyncio.Semaphore(AT_ONCE)

    async def ask(name: str, data: bytes) -> None:
        began = time.perf_counter()
        try:
            async with client.post("/api/read", data=data) as response:
                code = (await response.json()).get("code", "read")
        except (aiohttp.ClientError, ValueError, OSError) as error:
            code = f"NO ANSWER: {error!r}"
        turns.release()
        timed.append(((time.perf_counter() - began) * 1000, code, name))

    async with aiohttp.ClientSession(url) as client, asyncio.TaskGroup() as group:
        for name, data in track(made, "hostile pictures", console=Console(stderr=True), transient=True):
            await turns.acquire()
            group.create_task(ask(name, data))
    return timed


def attack(count: int, pages: int, seed: int) -> tuple[list[Answer], int, Seen]:
    """Run a bot against all of it; return the answers, the pages served, and how it fared."""
    site, made = HostileSite(pages), list(files(count, seed))
    with tempfile.TemporaryDirectory() as folder, serving(site) as address:
        config = Path(folder) / "config.toml"
        config.write_text(CONFIG.format(folder=folder, site=address), encoding="utf-8")
        program = [sys.executable, "-m", "benchmarks.watched_bot", str(config)]
        with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as bot:  # our own
            assert bot.stdout is not None
            url = next(found[0] for line in bot.stdout if (found := re.search(r"http://[\d.]+:\d+", line)))
            timed = asyncio.run(answers(url, made))
            while site.served < pages:
                time.sleep(0.5)
            bot.send_signal(signal.SIGTERM)
            seen = Seen(**json.loads(bot.stdout.read().strip().splitlines()[-1]))
    return timed, site.served, seen


def main() -> None:
    """Print the answers; ends with an error if a file got none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="how many pictures")
    parser.add_argument("--pages", type=int, default=50, help="how many pages at least")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    pillow_heif.register_heif_opener()
    timed, served, seen = attack(asked.count, asked.pages, asked.seed)
    table = Table("answer", "files", "slowest (ms)", "which", box=None)
    for code, number in Counter(code for _, code, _ in timed).most_common():
        slowest = max(answer for answer in timed if answer[1] == code)
        table.add_row(code, f"{number:,}", f"{slowest[0]:,.0f}", slowest[2])
    console = Console()
    console.print(table)
    console.print(
        f"{served} hostile pages were served meanwhile\n"
        f"event loop blocked for at most {seen.longest_block:.0f} ms, {seen.longest_own_block:.0f} ms of it while no "
        f"other program had the processor (target <= 50)\n"
        f"memory (PSS) of all its processes together: {seen.peak:.0f} MiB at the peak (target <= 300): "
        + " + ".join(f"{held:.0f}" for held in seen.at_peak)
    )
    sys.exit(0 if {code for _, code, _ in timed} <= ANSWERS else 1)


if __name__ == "__main__":
    main()
