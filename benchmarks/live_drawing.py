"""How long a drawing waits for its answer while it grows, in a real browser: from request to bars."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import numpy as np
from playwright.sync_api import Page, sync_playwright
from rich.table import Table

DRAWINGS, AT_REST = 10, 100
STEPS = 30  # of the mouse, along one stroke
HA = (
    ((0.25, 0.2), (0.22, 0.5), (0.28, 0.82)),
    ((0.45, 0.36), (0.82, 0.34)),
    ((0.66, 0.18), (0.66, 0.6), (0.52, 0.82), (0.46, 0.75), (0.55, 0.68), (0.84, 0.84)),
)
WATCH = """
globalThis.taken = [];
new PerformanceObserver((list) => taken.push(...list.getEntriesByName("reading").map((one) => one.duration)))
    .observe({ type: "measure" });
"""
AS_STROKES = """async ([count, strokes]) => {
    const taken = [];
    for (let i = 0; i < count; i += 1) {
        const began = performance.now();
        const options = { method: "POST", headers: { "Content-Type": "application/json" } };
        await (await fetch("/api/draw", { ...options, body: JSON.stringify({ strokes }) })).json();
        taken.push(performance.now() - began);
    }
    return taken;
}"""
AS_PNG = """async (count) => {
    const sheet = Object.assign(document.createElement("canvas"), { width: 300, height: 300 });
    sheet.getContext("2d").drawImage(document.getElementById("paper"), 0, 0, 300, 300);
    const taken = [];
    for (let i = 0; i < count; i += 1) {
        const began = performance.now();
        const body = await new Promise((done) => sheet.toBlob(done, "image/png"));
        await (await fetch("/api/read?top=10", { method: "POST", body })).json();
        taken.push(performance.now() - began);
    }
    return taken;
}"""


def measure(address: str) -> Table:
    """Draw は again and again on the page of a running bot."""
    table = Table("drawing page", "answers", "median", "p95", "worst", "unit", "target", box=None)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        table.add_row("not measured: no Chromium here (apt install chromium)")
        return table
    with _opened(address, chromium) as page:
        for _ in range(DRAWINGS):
            _draw(page)
            page.wait_for_function("document.getElementById('letter').textContent === 'は'")
            page.keyboard.press("Delete")
        live = page.evaluate("taken")
        _draw(page)
        page.wait_for_function("document.getElementById('letter').textContent === 'は'")
        at_rest = page.evaluate(AS_STROKES, [AT_REST, _strokes()])
        as_png = page.evaluate(AS_PNG, AT_REST)
    for name, taken, target in (
        ("request -> bars, while drawing", live, "< 50"),
        ("strokes -> answer, the pen at rest", at_rest, "< 50"),
        ("the same drawing sent as PNG", as_png, ""),
    ):
        figures = (float(np.median(taken)), float(np.percentile(taken, 95)), max(taken))
        table.add_row(name, f"{len(taken)}", *(f"{one:.1f}" for one in figures), "ms", target)
    return table


@contextmanager
def _opened(address: str, chromium: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.add_init_script(WATCH)
        page.goto(f"{address}/draw")
        page.locator("html[data-ready]").wait_for(state="attached")
        yield page
        browser.close()


def _strokes() -> list[list[int]]:
    """は as the page would send it."""
    strokes = []
    for way in HA:
        points: list[int] = []
        for start, end in pairwise(way):
            for share in np.linspace(0, 1, STEPS):
                points += [round(600 * (a + (b - a) * float(share))) for a, b in zip(start, end, strict=True)] + [22]
        strokes.append(points)
    return strokes


def _draw(page: Page) -> None:
    box = page.locator("#paper").bounding_box()
    assert box is not None
    for stroke in HA:
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
        page.mouse.move(*places[0])
        page.mouse.down()
        for x, y in places[1:]:
            page.mouse.move(x, y, steps=STEPS)
        page.mouse.up()
