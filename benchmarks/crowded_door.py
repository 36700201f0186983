"""`python -m benchmarks.crowded_door`: what other visitors of the page wait for while somebody attacks its door.

The real process, on loopback, a new one for each attack. It begins, and other visitors ask `/healthz` and `!next`
meanwhile.
"""

import asyncio
import multiprocessing
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from subprocess import PIPE
from urllib.parse import urlsplit

import aiohttp
from rich.console import Console
from rich.progress import track
from rich.table import Table

TARGET = 100.0  # ms, the median
ASKED, BEGINS, LONGEST = 40, 15.0, 15.0  # times; seconds; seconds of one question again and again
CONFIG = """
[storage]
url = "sqlite:///{folder}/tsudoi.db"
[connpass]
base_url = "http://127.0.0.1:9"
[[sources]]
name = "none"
group = "none"
[web]
port = 0
public_url = "http://tsudoi.example.test"
[recognition]
enabled = false
"""
HEAD = b"POST /api/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000000\r\n\r\n"
Medians = tuple[float, float, float]  # ms


async def _dripping(host: str, port: int, first: bytes) -> None:
    """Say the beginning, then a byte a second; once hung up on, begin anew."""
    while True:
        with suppress(OSError):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(first)
            while not reader.at_eof():
                await asyncio.sleep(1)
                writer.write(b"x")
                await writer.drain()
            writer.close()
        await asyncio.sleep(0.1)


async def _flooding(url: str, *, as_the_same: bool = False, invents: bool = False, asks: str = "") -> None:
    """Say something, or look something up, again and again: as one visitor, or each time as a new or invented one."""
    jar = aiohttp.CookieJar(unsafe=True) if as_the_same else aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(url, cookie_jar=jar) as client:
        while True:
            headers = {"Cookie": f"tsudoi_visitor={secrets.token_urlsafe(16)}"} if invents else {}
            sends = client.get(asks) if asks else client.post("/api/messages", json={"text": "!next"}, headers=headers)
            with suppress(aiohttp.ClientError):
                async with sends as response:
                    await response.read()


async def _listening(url: str) -> None:
    async with aiohttp.ClientSession(url, cookie_jar=aiohttp.DummyCookieJar()) as client:
        while True:
            with suppress(aiohttp.ClientError, TimeoutError):
                async with client.get("/api/stream", timeout=aiohttp.ClientTimeout(total=None)) as response:
                    await response.read()
            await asyncio.sleep(0.1)


def attacks(url: str) -> dict[str, tuple[int, Callable[[], Coroutine[None, None, None]]]]:
    """Return, by name, how many do what at once."""
    host, port = str(urlsplit(url).hostname), int(urlsplit(url).port or 80)
    return {
        "nobody else": (0, lambda: asyncio.sleep(0)),
        "1,010 unfinished headers": (1010, lambda: _dripping(host, port, b"GET / HTTP/1.1\r\nX-")),
        "200 uploads of a byte a second": (200, lambda: _dripping(host, port, HEAD)),
        "20 floods of messages": (20, lambda: _flooding(url, as_the_same=True)),
        "20 floods, each message of a new visitor": (20, lambda: _flooding(url)),
        "20 floods, each message of an invented visitor": (20, lambda: _flooding(url, invents=True)),
        "20 floods that look up what was said": (20, lambda: _flooding(url, as_the_same=True, asks="/api/messages")),
        "300 streams": (300, lambda: _listening(url)),
    }


async def _median(times: int, ask: Callable[[], Coroutine[None, None, None]]) -> float:
    took, over = list[float](), time.perf_counter() + LONGEST
    while len(took) < times and time.perf_counter() < over:
        began = time.perf_counter()
        await ask()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


async def waited(url: str) -> Medians:
    """Return the medians in ms of `/healthz`, of `!next` for another visitor, and of that for one new each time.

    Infinite where they get no answer.
    """
    limit = aiohttp.ClientTimeout(10)
    async with (
        aiohttp.ClientSession(url, cookie_jar=aiohttp.DummyCookieJar(), timeout=limit) as client,
        aiohttp.ClientSession(url, cookie_jar=aiohttp.CookieJar(unsafe=True), timeout=limit) as visitor,
    ):

        async def health() -> None:
            async with client.get("/healthz") as response:
                await response.read()

        async def following(who: aiohttp.ClientSession) -> None:
            async with who.post("/api/messages", json={"text": "!next"}) as response:
                response.raise_for_status()

        try:
            async with visitor.get("/api/room") as response:  # as a page does
                response.raise_for_status()
            asked = (health, partial(following, visitor), partial(following, client))
            first, second, third = [await _median(ASKED, ask) for ask in asked]
            return first, second, third
        except (aiohttp.ClientError, TimeoutError) as error:
            print(repr(error), file=sys.stderr)
            return float("inf"), float("inf"), float("inf")


@contextmanager
def _attacked(url: str, name: str) -> Iterator[None]:
    """Somebody does what `attacks` says under that name: in a process of its own, for others do not wait for it."""
    process = multiprocessing.get_context("spawn").Process(target=_attack, args=(url, name), daemon=True)
    process.start()
    time.sleep(BEGINS)
    yield
    process.kill()
    process.join()


def _attack(url: str, name: str) -> None:
    count, attack = attacks(url)[name]

    async def at_once() -> None:
        await asyncio.gather(*(attack() for _ in range(count)))

    asyncio.run(at_once())


def main() -> None:
    """Print the table; ends with an error if others had to wait."""
    table = Table("while there are", "/healthz (ms)", "!next (ms)", "!next of somebody new (ms)", box=None)
    found, logged = {}, 0
    for name in track(attacks(""), console=Console(stderr=True), transient=True):
        with tempfile.TemporaryDirectory() as folder:
            found[name] = _waited_while(name, Path(folder))
            logged += (Path(folder) / "log").stat().st_size
        print(name, *found[name], file=sys.stderr, flush=True)
    for name, medians in found.items():
        table.add_row(name, *(f"{median:.0f}" for median in medians))
    console = Console()
    console.print(table)
    console.print(f"medians, loopback (target <= {TARGET:.0f} ms); {logged / 1024:.0f} KiB were logged")
    sys.exit(0 if max(map(max, found.values())) <= TARGET else 1)


def _waited_while(name: str, folder: Path) -> Medians:
    """What is waited for at a bot that nobody attacked before."""
    config = folder / "config.toml"
    config.write_text(CONFIG.format(folder=folder), encoding="utf-8")
    command = [sys.executable, "-m", "bot", "run", "--config", str(config)]
    with (folder / "log").open("w") as log, subprocess.Popen(command, stdout=PIPE, stderr=log, text=True) as bot:
        url = _address(bot)
        with _attacked(url, name):
            medians = asyncio.run(waited(url))
        bot.terminate()
    return medians


def _address(bot: subprocess.Popen[str]) -> str:
    assert bot.stdout is not None
    for line in bot.stdout:
        for word in line.split():
            if word.startswith("http://127.0.0.1:"):
                parts = urlsplit(word)
                return f"http://127.0.0.1:{parts.port}/"
    raise SystemExit("the bot did not say where its room is")


if __name__ == "__main__":
    main()
