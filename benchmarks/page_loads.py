"""How long a page takes until it does what is asked of it, in a real browser: here, and over a slow line."""

import shutil
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright
from rich.console import Console
from rich.table import Table

PAGES = {"the room": "/", "the writing page": "/draw", "what the model learned": "/tendencies"}
LOADS = 5


@dataclass(frozen=True)
class Line:
    """A line as browsers imitate it: milliseconds until an answer begins, and kilobits a second."""

    name: str
    latency: int
    kilobits: int
    again: bool = False  # whether the browser was here before
    target: str = ""


LINES = (
    Line("loopback", 0, 0, target="<= 500"),
    Line("slow 3G (400 ms, 400 kbit/s)", 400, 400, target="<= 3000"),
    Line("slow 3G, second visit", 400, 400, again=True),
    Line("slow 3G of the developer tools (2 s, 400 kbit/s), second visit", 2000, 400, again=True),
)


def measure(address: str) -> Table:
    """Load each page over each line."""
    table = Table("page", "line", "interactive: median", "worst", "unit", "target", box=None)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        table.add_row("not measured: no Chromium here (apt install chromium)")
        return table
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for line in LINES:
            for name, path in PAGES.items():
                taken = [_load(browser, address + path, line) for _ in range(LOADS)]
                median, worst = f"{statistics.median(taken):.0f}", f"{max(taken):.0f}"
                table.add_row(name, line.name, median, worst, "ms", line.target)
        browser.close()
    return table


def _load(browser: Browser, url: str, line: Line) -> float:
    """Return the milliseconds from asking for a page until it says that it is ready, with a phone's screen."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    if line.again:
        page.goto(url)
        page.locator("html[data-ready]").wait_for(state="attached")
    if line.latency:
        bytes_a_second = line.kilobits * 1000 / 8
        limits: dict[str, Any] = {"offline": False, "latency": line.latency}
        limits |= {"downloadThroughput": bytes_a_second, "uploadThroughput": bytes_a_second}
        context.new_cdp_session(page).send("Network.emulateNetworkConditions", limits)
    page.goto(url, wait_until="commit", timeout=60_000)
    page.locator("html[data-ready]").wait_for(state="attached", timeout=60_000)
    taken: float = page.evaluate("performance.getEntriesByName('ready')[0].startTime")
    context.close()
    return taken


def main() -> None:
    """Start a bot of its own, and print the table."""
    from benchmarks.__main__ import measure_pages

    with tempfile.TemporaryDirectory() as name:
        Console().print(measure_pages(Path(name)))


if __name__ == "__main__":
    main()
