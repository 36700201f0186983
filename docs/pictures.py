"""`python -m docs.pictures`: take the README's pictures of messages, in a real room of a real process with a Chromium.

The events and the report come from a connpass and a report site on loopback; they are invented. The room is the one
that `make run` opens.
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.connpass_server import ConnpassServer, an_event
from tests.support.process import running_bot, wait_for_message
from tests.support.report_site import Article, ReportServer

HERE = Path(__file__).parent
TOKYO = ZoneInfo("Asia/Tokyo")
CONFIG = """
[community]
name = "TFUG Utsunomiya"
[connpass]
api_key = "{key}"
base_url = "{connpass}"
poll_every = "1s"
[[sources]]
name = "utsunomiya"
group = "tfug-utsunomiya"
[reports]
site_url = "{site}"
poll_every = "1s"
[web]
port = 0
[[rooms]]
platform = "local"
channel = "main"
"""
OLDER = Article("/04.html", "TFUG Utsunomiya #04 レポート", "2026-01-10T10:00:00+09:00", "<p>#04を開催しました。</p>")
MARGIN, WIDTH = 12, 630
SAMPLES = '[community]\nname = "うつのみや技術の集い"\n[web]\nport = 0\n'
Stroke = tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]
STROKES: tuple[Stroke, ...] = (
    ((165, 165), (140, 400), (205, 520), (258, 385)),
    ((415, 185), (455, 235), (475, 300), (468, 365)),
)
PEN = 12  # half its width
HA: tuple[tuple[Stroke, ...], ...] = (  # は on the page's paper, each stroke one or more curves
    (((150, 120), (122, 260), (128, 430), (180, 505)),),
    (((262, 218), (330, 226), (420, 214), (496, 196)),),
    (
        ((392, 96), (404, 220), (398, 330), (397, 420)),
        ((397, 420), (394, 530), (258, 530), (260, 458)),
        ((260, 458), (264, 392), (430, 418), (506, 500)),
    ),
)
QUIET = ".day, .composer { display: none !important }"  # only the messages
ROOM = {
    "viewport": {"width": 720, "height": 1000},
    "color_scheme": "light",
    "locale": "ja-JP",
    "device_scale_factor": 2,
    "bypass_csp": True,  # for QUIET
}
WHOLE = {"viewport": {"width": 900, "height": 1200}, "device_scale_factor": 1}


def at(days: int, hour: int) -> datetime:
    """So many days from today, at a full hour in Tokyo."""
    return datetime.now(TOKYO).replace(hour=hour, minute=0, second=0, microsecond=0) + timedelta(days=days)


def along(stroke: Stroke, points: int = 200) -> Iterator[tuple[float, float]]:
    """Points of a cubic Bézier curve."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = stroke
    for t in (step / points for step in range(points + 1)):
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3
        yield a * ax + b * bx + c * cx + d * dx, a * ay + b * by + c * cy + d * dy


def handwritten(folder: Path) -> Path:
    """い, as two strokes of a thick pen on a sheet."""
    sheet = Image.new("L", (600, 600), 235)
    pen = ImageDraw.Draw(sheet)
    for stroke in STROKES:
        for x, y in along(stroke):
            pen.ellipse((x - PEN, y - PEN, x + PEN, y + PEN), 40)
    sheet.save(folder / "i.png")
    return folder / "i.png"


def take(page: Page, kind: str, name: str) -> None:
    """Take the newest message of a kind."""
    message = page.locator(f'[data-kind="{kind}"][data-author="Tsudoi"]').last
    message.wait_for()
    message.scroll_into_view_if_needed()
    box = message.bounding_box() or sys.exit(f"the {kind} is not to be seen")
    around = {"x": box["x"] - MARGIN, "y": box["y"], "width": WIDTH, "height": box["height"] + MARGIN}
    page.screenshot(path=HERE / f"{name}.png", clip=around, animations="disabled")


def play(connpass: ConnpassServer, site: ReportServer, page: Page, url: str, folder: Path) -> None:
    """Let everything happen, and take a picture of each message."""
    where = {"place": "宇都宮市中央生涯学習センター", "address": "栃木県宇都宮市中央1-1-13", "limit": 24, "accepted": 9}
    connpass.add(an_event(306, "TFUG Utsunomiya #06 ニューラルネットを読む会", at(24, 14), **where))
    wait_for_message(url, "announcement")
    take(page, "announcement", "announcement")
    connpass.edit(306, started_at=at(31, 14), ended_at=at(31, 17))
    wait_for_message(url, "change")
    take(page, "change", "change")
    linked = '<p><a href="https://tfug-utsunomiya.connpass.com/event/305/">#05</a>を開催しました。</p>'
    published = datetime.now(UTC).isoformat(timespec="seconds")
    site.add(Article("/05.html", "TFUG Utsunomiya #05 手書き文字を読ませる会 レポート", published, linked))
    wait_for_message(url, "report")
    take(page, "report", "report")
    page.locator('input[type="file"]').first.set_input_files(handwritten(folder))
    wait_until(lambda: page.get_by_text("「い」です。").count() > 0)
    take(page, "answer", "reading")


def take_room(browser: Browser) -> None:
    """Take the room with its samples: an announcement, a reminder, and a character that was read."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config.toml").write_text(SAMPLES)
        with running_bot(folder) as bot:
            page = browser.new_context(**{**ROOM, **WHOLE}).new_page()
            page.goto(bot.url)
            for kind in ("announcement", "reminder"):
                wait_for_message(bot.url, kind, within=120)
            page.locator('input[type="file"]').first.set_input_files(handwritten(folder))
            wait_until(lambda: page.get_by_text("「い」です。").count() > 0)
            page.get_by_text("なぜ？").last.scroll_into_view_if_needed()
            page.screenshot(path=HERE / "room.png", animations="disabled")


def take_drawing(browser: Browser) -> None:
    """Take the drawing page while は is read."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config.toml").write_text(SAMPLES)
        with running_bot(folder) as bot:
            page = browser.new_context(**{**ROOM, "viewport": {"width": 1120, "height": 720}}).new_page()
            page.goto(f"{bot.url}/draw")
            page.locator("html[data-ready]").wait_for(state="attached")
            paper = page.locator("#paper").bounding_box() or sys.exit("there is no paper")
            for stroke in HA:
                way = [point for curve in stroke for point in along(curve, 24)]
                scale = paper["width"] / 600
                places = [(paper["x"] + x * scale, paper["y"] + y * scale) for x, y in way]
                page.mouse.move(*places[0])
                page.mouse.down()
                for place in places[1:]:
                    page.mouse.move(*place)
                page.mouse.up()
            page.get_by_text("「は」です。").first.wait_for()
            page.screenshot(path=HERE / "drawing.png", animations="disabled")


def wait_until(happened: Callable[[], bool], within: float = 30.0) -> None:
    """Wait for something. Raises TimeoutError."""
    end = time.monotonic() + within
    while not happened():
        if time.monotonic() > end:
            raise TimeoutError("the room did not show it")
        time.sleep(0.05)


def main() -> None:
    """Take them all."""
    chromium = shutil.which("chromium") or sys.exit("no Chromium here: apt install chromium fonts-noto-cjk")
    past = an_event(305, "TFUG Utsunomiya #05 手書き文字を読ませる会", at(-4, 14), limit=20, accepted=17)
    with tempfile.TemporaryDirectory() as name, ConnpassServer([past]) as connpass, ReportServer([OLDER]) as site:
        folder = Path(name)
        settings = {"key": connpass.api_key, "connpass": connpass.base_url, "site": site.url}
        (folder / "config.toml").write_text(CONFIG.format(**settings))
        with running_bot(folder) as bot, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_context(**ROOM).new_page()
            page.goto(bot.url)
            page.add_style_tag(content=QUIET)
            wait_until(lambda: "reports read" in (folder / "log").read_text())  # older ones are no news
            play(connpass, site, page, bot.url, folder)
            take_room(browser)
            take_drawing(browser)
            browser.close()


if __name__ == "__main__":
    main()
