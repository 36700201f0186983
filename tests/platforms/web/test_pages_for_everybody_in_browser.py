"""Every page in every state, for who cannot see, uses a keyboard, enlarges four times or waits: axe, shifts, reflow."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from importlib.resources import files

import pytest
from playwright.async_api import Page, Route, expect
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.clock import DrivenClock
from bot.core.actions import Kept
from bot.core.messages import Bar, Button, Card, Choice, Entry, Message, MessageKind, Option
from bot.platforms.web.samples import SampleCommunity
from bot.platforms.web.server import WebRoom
from tests.support.browsing import CHROMIUM, DESK, PHONE, Open
from tests.support.events import NOW
from tests.support.room_answers import NEXT, FixedAnswers, open_room

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt install chromium")

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
LOOK = """axe.run({rules: {"label-content-name-mismatch": {enabled: true}}}).then((found) => found.violations)"""
MOST_SHIFT = 0.05
LATE = 0.6  # seconds: a browser forgives what moves within half a second of a press
ENLARGED = {"viewport": {"width": 320, "height": 256}}  # 1280 × 1024, four times as large

QUESTION = Message(
    MessageKind.QUESTION,
    "投稿しますか？",
    buttons=(Button("投稿する", Kept("question:1:yes")), Button("しない", Kept("no"))),
)
READ = Message(
    MessageKind.ANSWER,
    cards=(Card("「あ」です。", body="自信は98%です。", bars=(Bar("あ", 0.98), Bar("お", 0.01))),),
    buttons=(Button("なぜ？", Kept("why:a:0")), Button("✓ 正しい", Kept("right"), quiet=True)),
)
FORM = Message(
    MessageKind.ANSWER,
    "あなたの設定です。",
    choices=(
        Choice(Kept("language"), "言語", (Option("ja", "日本語", chosen=True), Option("en", "English"))),
        Choice(Kept("ahead"), "リマインド", tuple(Option(f"{n}h", f"{n}時間前", n == 1) for n in (1, 3)), many=True),
        Choice(Kept("letter"), "文字", tuple(Option(letter, letter) for letter in "あいうえおかき"), least=1),
    ),
    entries=(Entry(Kept("write"), "ほかの文字", "書いた文字", "あ"),),
)
SIGHT = {
    "glyphs": [{"box": [0, 0, 9, 9], "verdict": "sure", "candidates": [{"label": "は", "probability": 0.98}]}],
    "text": "は",
    "said": "「は」です。",
    "seen": "",
}
FACTS = {"labels": "あいうはほ", "exemplars": 3, "pairs": [["は", "ほ", 0.02]], "lookalikes": [], "own": True}
FACTS["confused_with"] = {label: [["ほ", 0.02]] if label == "は" else [] for label in "あいうはほ"}


@pytest.fixture
async def room(engine: AsyncEngine, clock: DrivenClock, answers: FixedAnswers) -> AsyncIterator[WebRoom]:
    samples = SampleCommunity(NOW - timedelta(minutes=5), clock, "/samples")
    answers.settings = FORM
    async with open_room(engine, clock, answers, samples=samples.application()) as room:
        for number, message in enumerate((NEXT, READ, QUESTION)):
            await room.send("main", message, f"{number}")
        yield room


async def answer_for_the_model(page: Page, after: float = 0.0) -> None:
    """What the network says is not in question here. Args: after: seconds until it says it."""

    def say(content: dict[str, object]) -> Callable[[Route], Awaitable[None]]:
        async def answer(route: Route) -> None:
            await asyncio.sleep(after)
            await route.fulfill(json=content)

        return answer

    await page.route("**/api/draw*", say(SIGHT))
    await page.route("**/api/tendencies", say(FACTS))
    await page.route("**/api/tendencies/*.png", lambda route: route.fulfill(status=204))
    await page.route("**/api/strokes*", say({"strokes": [], "url": "", "attribution": "", "how_to_get": "pip"}))
    await page.route("**/api/read*", say(SIGHT))
    await page.route("**/api/quiz/*", say({"label": "は", "lead": "「は」を手で書いてみましょう！", "is_here": True}))


async def draw_a_line(page: Page) -> None:
    paper = page.locator("#paper")
    await paper.hover(position={"x": 100, "y": 100})
    box = await paper.bounding_box()
    assert box is not None
    await page.mouse.down()
    await page.mouse.move(box["x"] + 120, box["y"] + 110, steps=4)
    await page.mouse.up()
    await expect(page.locator("#said")).to_have_text("「は」です。")


async def in_the_room(page: Page) -> AsyncIterator[str]:
    """Bring the room into its states, one after the other."""
    yield "messages"
    arrived = asyncio.Event()

    async def keep_waiting(route: Route) -> None:
        await arrived.wait()
        await route.continue_()

    await page.route("**/pictures/*", keep_waiting)
    await page.locator(".entry").nth(1).get_by_role("button", name="なぜ？").click()
    await expect(page.locator(".below")).to_be_visible()
    yield "an answer below, its picture on the way"
    arrived.set()
    await expect(page.locator(".below img")).to_have_js_property("complete", True)
    yield "an answer below"
    await page.locator("#text").fill("!settings")
    await page.keyboard.press("Enter")
    await expect(page.locator("#settings")).to_be_visible()
    await page.locator("#settings .entry-line .button").first.click()
    yield "settings, with a line to write"
    await page.locator("#settings-close").click()
    await page.route("**/api/messages", lambda route: route.abort())
    await page.locator("#text").fill("!next")
    await page.keyboard.press("Enter")
    await expect(page.locator(".failed")).to_be_visible()
    yield "a message that failed"
    await page.locator(".line [data-draw]").click()
    await expect(page.locator("#suggestions")).to_be_visible()
    yield "the desk over the room"
    await draw_a_line(page)
    yield "the desk with a character"
    await page.locator("#desk-close").click()


async def at_the_desk(page: Page) -> AsyncIterator[str]:
    yield "a quiz"
    await draw_a_line(page)
    yield "a character"
    await page.locator("#send").click()
    await expect(page.locator("#answer .card")).to_be_visible()
    yield "an answer"
    picture = await page.locator("#paper").screenshot()
    await page.locator("#desk-file").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": picture})
    await expect(page.locator("#found button")).to_be_visible()
    yield "a photo"


async def as_it_is(page: Page) -> AsyncIterator[str]:
    yield "as it is"


PAGES: dict[str, Callable[[Page], AsyncIterator[str]]] = {
    "": in_the_room,
    "draw?quiz=a": at_the_desk,
    "tendencies": as_it_is,
    "tendencies?of=は": as_it_is,
    "tendencies?of=は&with=ほ": as_it_is,
    "console": as_it_is,
    "nowhere": as_it_is,
    "samples/events/EVENT/": as_it_is,
    "samples/site/RUN/archives.html": as_it_is,
}
LOOKS = [("ja", "light", PHONE), ("en", "dark", DESK), ("ja", "dark", DESK), ("en", "light", PHONE)]
look = pytest.mark.parametrize(
    ("language", "colours", "device"), LOOKS, ids=["ja-light", "en-dark", "ja-dark", "en-light"]
)


async def open_page(blank: Open, path: str, language: str, after: float = 0.0, **options: object) -> Page:
    """Open a page with fixed answers of the network, `after` seconds each."""
    page = (await blank(**options)).page
    await answer_for_the_model(page, after)
    run = int((NOW - timedelta(minutes=5)).timestamp())
    path = path.replace("EVENT", f"{run}3").replace("RUN", str(run))
    await page.goto(path + ("&" if "?" in path else "?") + f"lang={language}")
    if await page.locator("#page").count():
        await expect(page.locator("html[data-ready]")).to_be_attached()
    return page


@look
@pytest.mark.parametrize("path", PAGES)
async def test_axe_finds_nothing_on_any_page_in_any_state(
    blank: Open, path: str, language: str, colours: str, device: dict[str, object]
) -> None:
    page = await open_page(blank, path, language, color_scheme=colours, **device)
    await page.evaluate(AXE)
    found = []
    async for state in PAGES[path](page):
        violations = await page.evaluate(LOOK)
        found += [(state, one["id"], [node["target"] for node in one["nodes"]]) for one in violations]
    assert found == []


@pytest.mark.parametrize("device", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("path", PAGES)
async def test_nothing_moves_by_itself(blank: Open, path: str, device: dict[str, object]) -> None:
    page = await open_page(blank, path, "ja", after=LATE, **device)
    async for _ in PAGES[path](page):
        pass
    shift = await page.evaluate(
        """() => new Promise((done) => {
            let sum = 0;
            new PerformanceObserver((list) => {
                for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
            }).observe({type: "layout-shift", buffered: true});
            setTimeout(() => done(sum), 300);
        })"""
    )
    assert shift <= MOST_SHIFT


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("path", PAGES)
async def test_four_times_enlarged_everything_can_be_read_and_reached(blank: Open, path: str, language: str) -> None:
    page = await open_page(blank, path, language, **ENLARGED)
    async for state in PAGES[path](page):
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), state
        hidden = await page.evaluate(
            """() => {
                const over = document.querySelector("dialog[open]") ?? document.body;
                const controls = [...over.querySelectorAll("button, a, input, textarea, select, canvas[tabindex]")];
                const isSeen = (node) => !node.disabled && node.checkVisibility({visibilityProperty: true});
                return controls.filter(isSeen).filter((node) => {
                    node.scrollIntoView({block: "nearest", inline: "nearest", behavior: "instant"});
                    const {left, right, top, bottom} = (node.closest("label") ?? node).getBoundingClientRect();
                    const isBeside = right - left < 24 || left < -1 || right > innerWidth + 1;
                    return isBeside || bottom <= 0 || top >= innerHeight;
                }).map((node) => node.id || node.textContent);
            }"""
        )
        assert hidden == [], state


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("path", PAGES)
async def test_no_heading_is_cut_off_on_any_phone(blank: Open, path: str, language: str) -> None:
    page = await open_page(blank, path, language, **PHONE)
    cut = {}
    for width in (320, 360, 390, 412):
        await page.set_viewport_size({"width": width, "height": 740})
        cut[width] = await page.evaluate(
            """[...document.querySelectorAll("h1, h2, h3")]
                .filter((node) => node.checkVisibility() && getComputedStyle(node).overflowX !== "visible")
                .filter((node) => node.clientWidth > 1 && node.scrollWidth > node.clientWidth)
                .map((node) => node.textContent)"""
        )
    assert not any(cut.values()), cut


async def test_no_line_breaks_within_a_command(blank: Open) -> None:
    page = await open_page(blank, "", "ja", **PHONE)
    await page.locator("#text").fill("こんにちは")
    await page.keyboard.press("Enter")
    commands = page.locator("#notice .command")
    await expect(commands).to_have_text(["!次", "!ヘルプ"])
    for width in (320, 360, 390, 412):
        await page.set_viewport_size({"width": width, "height": 740})
        lines = await commands.evaluate_all("found => found.map((node) => node.getClientRects().length)")
        assert lines == [1, 1], width


async def test_what_the_bot_says_is_marked_as_japanese_on_the_english_page_too(blank: Open) -> None:
    page = await open_page(blank, "", "en", **PHONE)
    language = "node => node.closest('[lang]').lang"
    assert await page.locator("#list .bot .card").first.evaluate(language) == "ja"
    assert await page.locator("#list .bot time").first.evaluate(language) == "en"
