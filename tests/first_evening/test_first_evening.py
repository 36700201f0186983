"""An organiser's first evening: start without configuration, look at the page, ask, upload, wait for a reminder."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.process import RunningBot, running_bot

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SCREENS = [(width, scheme) for width in (360, 1280) for scheme in ("light", "dark")]

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no Chromium at {CHROMIUM}: the page is not looked at")


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBot]:
    folder = tmp_path_factory.mktemp("evening")
    (folder / "config.toml").write_text("[web]\nport = 0\n")  # a free port, and nothing else: samples
    with running_bot(folder) as bot:
        yield bot


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=SCREENS, ids=lambda screen: f"{screen[0]}-{screen[1]}")
def page(request: pytest.FixtureRequest, browser: Browser, bot: RunningBot) -> Iterator[Page]:
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, locale="ja-JP")
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on(
        "request", lambda sent: None if sent.url.startswith((bot.url, "blob:", "data:")) else faults.append(sent.url)
    )
    page.goto(bot.url)
    yield page
    assert faults == []
    context.close()


def handwritten_i(folder: Path) -> Path:
    """い, as two strokes of a thick pen on a sheet."""
    sheet = Image.new("L", (600, 600), 235)
    pen = ImageDraw.Draw(sheet)
    pen.line([(170, 170), (165, 300), (190, 410), (230, 440), (255, 400)], 40, 26, "curve")
    pen.line([(420, 190), (455, 270), (465, 360)], 40, 26, "curve")
    sheet.save(folder / "i.png")
    return folder / "i.png"


def test_the_terminal_says_where_the_room_is_what_is_sample_and_what_is_off(bot: RunningBot) -> None:
    assert bot.url in bot.said
    for said in ("サンプル", "make init", "[discord] token", "Slack"):
        assert said in bot.said


@pytest.mark.minutes  # the report is published 75 s after the start
def test_a_member_asks_uploads_and_hears_of_events(page: Page, tmp_path: Path) -> None:
    log = page.get_by_role("log")
    page.get_by_role("textbox").first.fill("!next")
    page.keyboard.press("Enter")
    expect(log.get_by_text("オンラインもくもく会").first).to_be_visible()

    page.locator("input[type=file]").first.set_input_files(handwritten_i(tmp_path))
    expect(log.get_by_text("「い」です。").last).to_be_visible(timeout=15_000)

    for said in ("新しいイベントのお知らせです！", "あと1時間、", "開催レポートが公開されました！"):
        expect(log.get_by_text(said).first).to_be_visible(timeout=120_000)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
