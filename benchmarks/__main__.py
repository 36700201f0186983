"""`make bench`: every figure that the documents claim about the running bot, each measured on the real process.

Where TSUDOI_TEST_POSTGRES names a PostgreSQL that may be emptied, `make scale` is measured there, too, and three
processes that share it are killed for some minutes; for an hour: `python -m benchmarks.kill_test --minutes 60 …`.
"""

import asyncio
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path

import psutil
import requests
from PIL import Image, ImageDraw
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks import kill_test, live_drawing, many_servers, page_loads, paper_sheets, scale, uploads
from bot.app.stores import open_stores
from bot.events.ports.events import SourceState, Watched
from bot.events.rules.events import Event

STARTS, QUESTIONS, REPORTS, PICTURES, UPLOADS, SHEETS = 7, 200, 50, 100, 300, 24
KILLED_FOR = 4.0  # minutes
WARMS = 2.0  # seconds in which a worker has loaded the model
TAKES = 30.0  # seconds that a start may take before it counts as failed


@dataclass(frozen=True)
class Figure:
    """One measured figure and what it shall be."""

    name: str
    median: float
    worst: float
    unit: str
    target: str


@contextmanager
def running_bot(folder: Path, store: Path) -> Iterator[tuple[str, psutil.Process, float]]:
    """Start the real process in its own folder; yields its address, the process, and the seconds until it answered."""
    config = folder / "config.toml"
    config.write_text(
        f'[web]\nport = 0\n[storage]\nurl = "sqlite:///{store}"\n[connpass]\napi_key = "x"\n'
        'base_url = "http://127.0.0.1:9"\n[[sources]]\nname = "bench"\ngroup = "bench"\n'
    )
    started = time.perf_counter()
    command = [sys.executable, "-m", "bot", "run", "--config", str(config)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        address = _address(process, started)
        _wait_until_healthy(address, started)
        yield address, psutil.Process(process.pid), time.perf_counter() - started
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=15)


def _address(process: subprocess.Popen[str], started: float) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
        if time.perf_counter() - started > TAKES:
            break
    raise SystemExit("the bot did not say where its room is")


def _wait_until_healthy(address: str, started: float) -> None:
    while time.perf_counter() - started < TAKES:
        try:
            if requests.get(f"{address}/healthz", timeout=2).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.01)
    raise SystemExit("the bot did not become healthy")


async def fill(store: Path, count: int) -> None:
    """Put so many events into a new store, half of them past."""
    now = datetime.now(UTC).replace(microsecond=0)
    start = now - timedelta(hours=count // 2)
    events = tuple(
        Event(
            number, f"勉強会 #{number}", f"https://bench.connpass.com/event/{number}/", at, at + timedelta(minutes=45)
        )
        for number, at in ((number, start + timedelta(hours=number)) for number in range(1, count + 1))
    )
    async with open_stores(f"sqlite:///{store}") as stores:
        source = SourceState("bench", "subdomain=bench", now, now)
        await stores.events.record(Watched(source, now, events=events, sighted=tuple(event.id for event in events)))


def ask(address: str, text: str) -> None:
    """Say something in the room; the answer comes with the response."""
    requests.post(f"{address}/api/messages", json={"text": text}, timeout=10).raise_for_status()


def show(address: str, picture: bytes) -> None:
    """Have a picture read."""
    requests.post(f"{address}/api/read", data=picture, timeout=10).raise_for_status()


def timed(count: int, call: Callable[[], object], label: str) -> list[float]:
    """Return how many milliseconds each call took, after one that does not count."""
    call()
    taken = []
    for _ in track(range(count), label, console=Console(stderr=True), transient=True):
        began = time.perf_counter()
        call()
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def figure(name: str, taken: list[float], unit: str, target: str) -> Figure:
    """Sum up a row of measurements."""
    return Figure(name, statistics.median(taken), max(taken), unit, target)


def a_picture() -> bytes:
    """Draw something with strokes on 1000x1000 pixels, as a JPEG."""
    image = Image.new("RGB", (1000, 1000), "white")
    pen = ImageDraw.Draw(image)
    pen.line([(300, 300), (280, 600), (380, 720)], "black", 40, "curve")
    pen.line([(650, 320), (720, 560)], "black", 40, "curve")
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def resident(process: psutil.Process) -> float:
    """Return how many MiB the process and its workers hold; what they share is counted once."""
    return sum(one.memory_full_info().pss for one in (process, *process.children(recursive=True))) / 2**20


def measure_starts(folder: Path) -> list[Figure]:
    """Start the process several times."""
    seconds, megabytes = [], []
    asyncio.run(fill(folder / "start.db", 50))
    for _ in track(range(STARTS), "starts", console=Console(stderr=True), transient=True):
        with running_bot(folder, folder / "start.db") as (_, process, took):
            seconds.append(took)
            time.sleep(WARMS)
            megabytes.append(resident(process))
    return [
        figure("start until /healthz answers", seconds, "s", "<= 2 (goal 1.5)"),
        figure("resident memory after the start", megabytes, "MiB", "<= 150"),
    ]


def measure_answers(folder: Path, events: int) -> list[Figure]:
    """Ask over HTTP, the member's message and the answer both stored, and follow the calendar as an app does."""
    store = folder / f"{events}.db"
    asyncio.run(fill(store, events))
    with running_bot(folder, store) as (address, _, _):
        calendar = partial(requests.get, f"{address}/calendar.ics", timeout=60)
        began = time.perf_counter()
        tag = calendar().headers["ETag"]
        built = (time.perf_counter() - began) * 1000
        again = partial(calendar, headers={"If-None-Match": tag})
        assert again().status_code == requests.codes.not_modified
        next_event = timed(QUESTIONS, partial(ask, address, "!next"), f"!next, {events} events")
        report = timed(REPORTS, partial(ask, address, "!report 99"), f"!report, {events} events")
        unchanged = timed(QUESTIONS, again, f"calendar, {events} events")
    return [
        figure(f"!next with {events:,} events", next_event, "ms", "< 50"),
        figure(f"!report 99 with {events:,} events", report, "ms", "< 50"),
        figure(f"calendar.ics of {events:,} events, built", [built], "ms", ""),
        figure(f"calendar.ics of {events:,} events, unchanged (304)", unchanged, "ms", "< 50"),
    ]


def measure_reading(folder: Path) -> list[Figure]:
    """Read a 1000x1000 JPEG over HTTP."""
    asyncio.run(fill(folder / "read.db", 10))
    picture = a_picture()
    with running_bot(folder, folder / "read.db") as (address, process, _):
        taken = timed(PICTURES, partial(show, address, picture), "reading pictures")
        memory = resident(process)
        return [
            figure("a 1000x1000 JPEG read over HTTP", taken, "ms", "<= 15"),
            figure("resident memory after reading", [memory], "MiB", "<= 150"),
        ]


def measure_drawing(folder: Path) -> Table:
    """Draw on the page in a browser."""
    asyncio.run(fill(folder / "draw.db", 10))
    with running_bot(folder, folder / "draw.db") as (address, _, _):
        return live_drawing.measure(address)


def measure_pages(folder: Path) -> Table:
    """Load the pages in a browser."""
    asyncio.run(fill(folder / "pages.db", 10))
    with running_bot(folder, folder / "pages.db") as (address, _, _):
        return page_loads.measure(address)


def main() -> None:
    """Print a table of all figures; `--json` prints one object a line."""
    os.environ.pop("TSUDOI_WEB__PORT", None)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures = [
            *measure_starts(folder),
            *measure_answers(folder, 10),
            *measure_answers(folder, 10_000),
            *measure_reading(folder),
        ]
    if "--json" in sys.argv:
        for one in figures:
            print(json.dumps(one.__dict__))
        return
    table = Table("figure", "median", "worst", "unit", "target", box=None)
    for one in figures:
        table.add_row(one.name, f"{one.median:.1f}", f"{one.worst:.1f}", one.unit, one.target)
    Console().print(table)
    Console().print(uploads.measure(a_picture(), UPLOADS))
    with tempfile.TemporaryDirectory() as name:
        Console().print(measure_drawing(Path(name)))
        Console().print(measure_pages(Path(name)))
        Console().print(many_servers.measure(many_servers.SERVERS, Path(name)))
    Console().print(paper_sheets.measure(SHEETS))
    for shown in scale.measure(scale.SECONDS):
        Console().print(shown)
    if postgres := os.environ.get("TSUDOI_TEST_POSTGRES", ""):
        Console().print(kill_test.measure(KILLED_FOR, postgres))


if __name__ == "__main__":
    main()
