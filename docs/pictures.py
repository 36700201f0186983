"""`python -m docs.pictures`: take the pictures of the documents anew, from a real process, with a Chromium.

Discord and Slack are those on loopback that the tests use: what the bot really sent them is drawn as their members see
it. The events and the report are invented. The room is the one that `make run` opens.
"""

import shutil
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, sync_playwright

from bot.platforms.slack.manifest import manifest
from docs.chat_pages import MEMBER, TOKYO, article, discord_content, page, slack_content
from tests.support.connpass_server import ConnpassServer, an_event
from tests.support.discord_server import DiscordServer
from tests.support.process import running_bot, wait_for_message
from tests.support.report_site import Article, ReportServer
from tests.support.slack_facts import CHANNEL as SLACK_CHANNEL
from tests.support.slack_facts import AppConfig
from tests.support.slack_server import SlackServer

HERE = Path(__file__).parent
DISCORD_CHANNEL = "101"
CONFIG = """
[community]
name = "TFUG Utsunomiya"
[connpass]
api_key = "{connpass.api_key}"
base_url = "{connpass.base_url}"
poll_every = "1s"
[[sources]]
name = "utsunomiya"
group = "tfug-utsunomiya"
[reports]
site_url = "{site.url}"
poll_every = "1s"
[web]
port = 0
[discord]
token = "{discord.token}"
api_url = "{discord.api_url}"
gateway_url = "{discord.gateway_url}"
[slack]
bot_token = "{slack.bot_token}"
app_token = "{slack.app_token}"
api_url = "{slack.api_url}"
[[rooms]]
platform = "discord"
channel = "{rooms[0]}"
[[rooms]]
platform = "slack"
channel = "{rooms[1]}"
"""
ICON = (HERE.parent / "bot/platforms/web/static/icon.svg").read_text(encoding="utf-8")
OLDER = Article("/04.html", "TFUG Utsunomiya #04 レポート", "2026-01-10T10:00:00+09:00", "<p>#04を開催しました。</p>")
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
ROOM = {
    "viewport": {"width": 720, "height": 1000},
    "color_scheme": "light",
    "locale": "ja-JP",
    "device_scale_factor": 2,
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


def play(connpass: ConnpassServer, site: ReportServer, discord: DiscordServer, slack: SlackServer) -> None:
    """Let a month of the group happen in both places: an event, another date, a report, a character that was read."""
    where = {"place": "宇都宮市中央生涯学習センター", "address": "栃木県宇都宮市中央1-1-13", "limit": 24, "accepted": 9}
    connpass.add(an_event(306, "TFUG Utsunomiya #06 ニューラルネットを読む会", at(24, 14), **where))
    discord.wait_for(lambda: discord.posted)
    connpass.edit(306, started_at=at(31, 14), ended_at=at(31, 16))
    discord.wait_for(lambda: discord.posted[1:] and discord.edited)
    linked = '<p><a href="https://tfug-utsunomiya.connpass.com/event/305/">#05</a>を開催しました。</p>'
    published = datetime.now(UTC).isoformat(timespec="seconds")
    site.add(Article("/05.html", "TFUG Utsunomiya #05 手書き文字を読ませる会 レポート", published, linked))
    slack.wait_for(lambda: slack.said(SLACK_CHANNEL)[2:])


def in_discord(discord: DiscordServer) -> str:
    """What members see there: the announcement with its new date, and the word about it."""
    address = f"{discord.api_url}/channels/{DISCORD_CHANNEL}/messages"
    newest = requests.get(address, headers={"Authorization": f"Bot {discord.token}"}, timeout=10).json()
    shown = [message for message in reversed(newest) if "report" not in message["content"].lower()][:2]
    return "".join(
        article("Tsudoi", ICON, "アプリ", datetime.fromisoformat(message["timestamp"]), discord_content(message), reply)
        for message, reply in zip(shown, ("", f"Tsudoi {shown[0]['content']}"), strict=True)
    )


def in_slack(slack: SlackServer, upload: Path) -> str:
    """What members see there: the report, and below it a picture that was read."""
    report = slack.said(SLACK_CHANNEL)[-1].content
    sent = slack.say(SLACK_CHANNEL, "なんと読む？", files=[(upload.name, upload.read_bytes())])
    (reading,) = slack.wait_for(lambda: slack.shown(SLACK_CHANNEL, thread_ts=sent["ts"])[1:])
    picture = f'<img class="picture" src="data:image/png;base64,{b64encode(upload.read_bytes()).decode()}" alt="">'
    said = [
        article("Tsudoi", ICON, "アプリ", _at(report), slack_content(report)),
        article(MEMBER, "は", "", _at(sent), f"{sent['text']}{picture}"),
        f'<div class="thread">{article("Tsudoi", ICON, "アプリ", _at(reading), slack_content(reading))}</div>',
    ]
    return "".join(said)


def _at(message: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(float(message["ts"]), UTC)


def take_chats(browser: Browser) -> None:
    """Take both chats, as the real bot fills them."""
    past = an_event(305, "TFUG Utsunomiya #05 手書き文字を読ませる会", at(-4, 14), limit=20, accepted=17)
    with (
        tempfile.TemporaryDirectory() as name,
        ConnpassServer([past]) as connpass,
        ReportServer([OLDER]) as site,
        DiscordServer((DISCORD_CHANNEL,)) as discord,
        SlackServer(app=AppConfig.of_manifest(manifest())) as slack,
    ):
        folder = Path(name)
        (folder / "config.toml").write_text(
            CONFIG.format(
                connpass=connpass, site=site, discord=discord, slack=slack, rooms=(DISCORD_CHANNEL, SLACK_CHANNEL)
            )
        )
        with running_bot(folder):
            discord.wait_for_bot()
            slack.wait_for_bot()
            discord.wait_for(lambda: "reports read" in (folder / "log").read_text())  # older ones are no news
            play(connpass, site, discord, slack)
            for platform, articles in (
                ("discord", in_discord(discord)),
                ("slack", in_slack(slack, handwritten(folder))),
            ):
                view = browser.new_context(viewport={"width": 640, "height": 400}, device_scale_factor=2).new_page()
                view.set_content(page(platform, articles))
                view.locator("body").screenshot(path=HERE / f"{platform}.png")


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
    chromium = shutil.which("chromium") or sys.exit(
        "no Chromium here: apt install chromium fonts-noto-cjk fonts-noto-color-emoji"
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for take in (take_chats, take_room, take_drawing):
            take(browser)
        browser.close()


if __name__ == "__main__":
    main()
