"""The drawing page and the gallery in a real browser, with the real model behind them."""

import asyncio
import io
import json
import re
from base64 import b64decode
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import closing

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.async_api import Locator, Page, Request, Route, expect
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.clock import DrivenClock
from bot.handwriting.shares import in_words
from bot.handwriting.workers.recogniser import LocalRecogniser
from bot.locales import texts_for
from bot.platforms.web.server import WebRoom
from bot.sandbox.workers import Workers
from model.rendering.drawing import SIDE, draw
from tests.support.browsing import CHROMIUM, PHONE, Open
from tests.support.room_answers import FixedAnswers, open_room

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt install chromium")

PATIENT = 300.0  # seconds: a test machine is shared
Way = Sequence[tuple[float, float]]  # places of the pen, in shares of the paper's side
HA: tuple[Way, ...] = (
    ((0.25, 0.2), (0.22, 0.45), (0.24, 0.7), (0.28, 0.82)),
    ((0.45, 0.36), (0.6, 0.36), (0.82, 0.34)),
    ((0.66, 0.18), (0.66, 0.6), (0.64, 0.76), (0.52, 0.82), (0.46, 0.75), (0.55, 0.68), (0.7, 0.72), (0.84, 0.84)),
)
LINE: Way = ((0.2, 0.5), (0.8, 0.5))
HINTED = {"strokes": [[[0.2, 0.3], [0.8, 0.3]], [[0.5, 0.1], [0.5, 0.9]]], "attribution": "KanjiVG © Ulrich Apel"}


@pytest.fixture(scope="module")
def recogniser() -> Iterator[LocalRecogniser]:
    with closing(LocalRecogniser(top=10, workers=Workers(takes=PATIENT))) as recogniser:
        yield recogniser


@pytest.fixture
async def room(
    engine: AsyncEngine, clock: DrivenClock, answers: FixedAnswers, recogniser: LocalRecogniser
) -> AsyncIterator[WebRoom]:
    board = recogniser.drawing_board()
    async with open_room(engine, clock, answers, board=board, recogniser=recogniser) as room:
        yield room


async def write(page: Page, *strokes: Way) -> None:
    box = await page.locator("#paper").bounding_box()
    assert box is not None
    for stroke in strokes:
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
        await page.mouse.move(*places[0])
        await page.mouse.down()
        for place in places[1:]:
            await page.mouse.move(*place, steps=6)
        await page.mouse.up()


def said(page: Page) -> Locator:
    return page.locator("#said")


def first_letter(page: Page) -> Locator:
    return page.locator("#bars b").first


def sent(request: Request) -> list[list[float]]:
    """The strokes of a request to /api/draw."""
    return list(json.loads(request.post_data or "")["strokes"])


async def test_a_character_is_read_while_it_is_drawn(visit: Open) -> None:
    visited = await visit("draw")
    page = visited.page
    await expect(said(page)).to_have_text("書くと、ここに読み取り結果が出ます")
    await expect(page.get_by_role("meter")).to_have_count(0)  # no empty bars: an invitation stands there
    await write(page, HA[0])
    await expect(page.get_by_role("meter").first).to_be_visible()
    await write(page, *HA[1:])
    await expect(said(page)).to_have_text("「は」です。")
    await expect(first_letter(page)).to_have_text("は")
    await expect(page.get_by_role("meter")).to_have_count(5)
    await expect(page.get_by_role("status").first).to_have_text("「は」です。")
    shares = [float(await one.get_attribute("aria-valuenow") or 0) for one in await page.get_by_role("meter").all()]
    assert shares == sorted(shares, reverse=True)
    await expect(page.locator("#seen")).to_have_attribute("data-seen", "yes")
    seen = "[...document.getElementById('seen').getContext('2d').getImageData(0, 0, 48, 48).data]"
    ink = np.array(await page.evaluate(seen)).reshape(48, 48, 4)[:, :, 3]
    assert ink.max() == 255
    assert 100 < (ink > 128).sum() < 900
    await expect(page.get_by_role("img", name="「は」の典型")).to_be_visible()
    await expect(page.locator("#links a").nth(1)).to_have_attribute(
        "href", re.compile(r"/tendencies\?of=%E3%81%AF&with=%E3%8[12]%..")
    )
    assert visited.complaints == []


async def test_what_is_read_is_what_stands_on_the_paper(visit: Open) -> None:
    page = (await visit("draw")).page
    async with page.expect_request(lambda one: is_live(one) and is_whole(sent(one))) as asked:
        await write(page, *HA)
    strokes = [np.array(stroke, np.float32).reshape(-1, 3) for stroke in sent(await asked.value)]
    url = await page.evaluate("document.getElementById('paper').toDataURL()")
    shown = Image.open(io.BytesIO(b64decode(url.partition(",")[2]))).convert("L")
    small = np.asarray(shown.resize((SIDE, SIDE), Image.Resampling.BOX), float)
    assert (small < 128).sum() > 2_000
    difference = np.abs(small - draw(strokes))
    assert difference.mean() < 1.4  # half a pixel aside, it would be more


def is_live(request: Request) -> bool:
    return "/api/draw" in request.url


def is_whole(strokes: list[list[float]]) -> bool:
    """Whether は is finished."""
    return len(strokes) == len(HA) and strokes[-1][-3:-1] == pytest.approx([504, 504], abs=2)


async def test_strokes_are_taken_back_and_brought_back_with_the_keyboard(visit: Open) -> None:
    page = (await visit("draw")).page
    await expect(page.get_by_role("img", name="白い紙")).to_be_visible()
    await write(page, *HA)
    await expect(first_letter(page)).to_have_text("は")
    await expect(page.get_by_role("img", name="白い紙、3画")).to_be_visible()
    async with page.expect_request(lambda one: is_live(one) and len(sent(one)) == 1):
        await page.keyboard.press("Control+z")
        await page.keyboard.press("Control+z")
    async with page.expect_request(lambda one: is_live(one) and len(sent(one)) == 3):
        await page.keyboard.press("Control+Shift+Z")
        await page.keyboard.press("Control+y")
    await expect(page.locator("#redo")).to_be_disabled()
    await page.keyboard.press("Delete")
    await expect(said(page)).to_have_text("書くと、ここに読み取り結果が出ます")
    await expect(first_letter(page)).to_have_text("")
    for name in ("1画戻す", "やり直す", "消す", "ルームに送る"):
        button = page.get_by_role("button", name=name)
        await (expect(button).to_be_enabled() if name == "1画戻す" else expect(button).to_be_disabled())
    await page.get_by_role("button", name="1画戻す").click()  # clearing, too
    await expect(said(page)).to_have_text("「は」です。")


async def test_a_finger_draws_and_the_page_stays_where_it_is(visit: Open) -> None:
    visited = await visit("draw", **PHONE)
    page = visited.page
    devtools = await page.context.new_cdp_session(page)
    box = await page.locator("#paper").bounding_box()
    assert box is not None

    async def touch(kind: str, *place: float) -> None:
        points = [{"x": box["x"] + place[0] * box["width"], "y": box["y"] + place[1] * box["height"]}] if place else []
        await devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    await touch("touchStart", 0.5, 0.9)
    for height in range(90, 10, -4):
        await touch("touchMove", 0.5, height / 100)
    await touch("touchEnd")
    await expect(first_letter(page)).not_to_have_text("")
    assert await page.evaluate("scrollY") == 0
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert visited.complaints == []


async def test_a_pen_writes_as_broad_as_it_is_pressed(visit: Open) -> None:
    page = (await visit("draw")).page
    devtools = await page.context.new_cdp_session(page)
    box = await page.locator("#paper").bounding_box()
    assert box is not None
    async with page.expect_request(lambda one: is_live(one) and len(sent(one)[0]) >= 3 * 5) as asked:
        for i, force in enumerate((0.1, 0.3, 0.5, 0.7, 0.9, 0.9)):
            kind = "mousePressed" if i == 0 else "mouseMoved"
            place = {"x": box["x"] + 60 + 60 * i, "y": box["y"] + 200}
            pen = {"pointerType": "pen", "force": force, "button": "left", "buttons": 1, "clickCount": 1}
            await devtools.send("Input.dispatchMouseEvent", {"type": kind, **place, **pen})
    widths = sent(await asked.value)[0][2::3]
    assert widths == sorted(widths)
    assert widths[-1] > 2 * widths[0]


async def test_one_request_is_on_its_way_and_the_newest_drawing_is_next(visit: Open) -> None:
    page = (await visit("draw")).page
    held: asyncio.Queue[Route] = asyncio.Queue()
    await page.route("**/api/draw?*", held.put)
    await write(page, LINE)
    first = await held.get()
    await write(page, *HA)
    assert held.empty()
    await first.continue_()
    second = await held.get()
    assert len(sent(second.request)) == 1 + len(HA)
    await page.locator("#clear").click()
    await second.continue_()  # an answer about what is gone
    await write(page, LINE)
    assert len(sent((await held.get()).request)) == 1
    await expect(first_letter(page)).to_have_text("")


async def test_a_busy_server_is_asked_again(visit: Open) -> None:
    page = (await visit("draw")).page
    busy = {"status": 503, "json": {"error": "", "code": "busy"}}
    await page.route("**/api/draw?*", lambda route: route.fulfill(**busy), times=1)
    await write(page, *HA)
    await expect(said(page)).to_have_text("「は」です。")
    await expect(page.get_by_role("alert")).to_be_hidden()


async def test_a_drawing_goes_to_the_room_and_its_answer_stands_below(
    visit: Open, answers: FixedAnswers, room: WebRoom
) -> None:
    visited = await visit("draw")
    page = visited.page
    await write(page, *HA)
    await page.keyboard.press("Enter")
    answer = page.get_by_role("region", name="ルームでの返事")
    await expect(answer.locator(".card h3")).to_have_text("「あ」ですね。")
    await answer.get_by_role("button", name="なぜ？").click()
    await expect(answer.locator(".bubble").last).to_have_text("このように読み取りました。")
    await page.get_by_role("button", name="消す").click()
    await expect(answer).to_be_hidden()  # it was about what is gone
    await page.keyboard.press("Control+z")
    await page.get_by_role("button", name="ルームに送る").focus()
    await page.keyboard.press("Enter")
    await expect(answer.locator(".card")).to_have_count(1)
    await expect(page.get_by_role("button", name="ルームに送る")).to_be_focused()
    await page.get_by_role("link", name="ルームで見る").click()
    await expect(page.locator("#list .own img.picture").last).to_have_js_property("naturalWidth", 600)
    assert visited.complaints == []


async def test_over_the_room_the_same_desk_reads_and_sends(visit: Open) -> None:
    visited = await visit(**PHONE)
    page = visited.page
    await page.locator(".line").get_by_role("button", name="手書き").click()
    desk = page.get_by_role("dialog", name="手書き")
    send = desk.get_by_role("button", name="ルームに送る")
    await expect(send).to_be_disabled()
    await write(page, *HA)
    await expect(said(page)).to_have_text("「は」です。")
    await page.keyboard.press("Control+z")
    await expect(desk.get_by_role("img", name="白い紙、2画")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(desk).to_be_hidden()
    await page.locator(".line").get_by_role("button", name="手書き").click()
    await send.click()  # what was written stayed on the paper
    await expect(desk).to_be_hidden()
    await expect(page.locator("#list .card h3")).to_have_text("「あ」ですね。")
    await expect(page.locator("#list img.picture")).to_have_js_property("naturalWidth", 600)
    await expect(page.locator("#list .own")).to_have_count(1)
    await expect(page.locator("#list .card")).to_be_in_viewport(ratio=1)
    await page.locator(".line").get_by_role("button", name="手書き").click()
    await expect(desk.get_by_role("img", name="白い紙")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert visited.complaints == []


async def test_the_page_says_a_probability_as_every_platform_does(visit: Open) -> None:
    page = (await visit("draw")).page
    shares = [0.0, 0.0004, 0.0012, 0.0123, 0.0994, 0.0996, 0.5, 0.984, 0.9901, 1.0]
    say = """async (shares) => {
        const folder = document.querySelector("script[src]").src.replace(/[^/]+$/, "");
        const { percent } = await import(folder + "bars.js");
        return shares.map(percent);
    }"""
    texts = texts_for("ja")
    assert await page.evaluate(say, shares) == [in_words(texts, share) for share in shares]


async def test_an_empty_desk_invites_and_shows_what_may_be_written_over(visit: Open) -> None:
    page = (await visit("draw")).page
    await page.get_by_role("button", name="か", exact=True).click()
    await expect(page.get_by_label("筆順のお手本").locator("visible=true").last).to_have_value("か")
    await expect(page.locator("#guide")).to_have_css("mask-image", re.compile("exemplars.png"))
    await write(page, *HA)
    await expect(page.get_by_role("button", name="か", exact=True)).to_be_hidden()


def two_characters() -> bytes:
    """い beside り, with a broad pen on a sheet."""
    sheet = Image.new("RGB", (900, 400), "white")
    pen = ImageDraw.Draw(sheet)
    for way in (
        [(120, 100), (112, 220), (140, 290), (168, 240)],
        [(250, 110), (275, 160), (282, 220)],
        [(620, 90), (612, 180), (632, 220)],
        [(740, 80), (745, 200), (725, 290), (680, 330)],
    ):
        pen.line(way, "black", 22, "curve")
    written = io.BytesIO()
    sheet.save(written, "PNG")
    return written.getvalue()


async def test_a_photo_is_read_on_the_page_and_its_characters_are_numbered(
    visit: Open, recogniser: LocalRecogniser
) -> None:
    visited = await visit("draw")
    page = visited.page
    reading = await recogniser.read(two_characters())
    await page.locator("#desk-file").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": two_characters()}
    )
    await expect(said(page)).to_have_text(f"「{reading.text}」と読めました")
    await expect(page.locator("#paper")).to_be_hidden()
    characters = page.get_by_role("list", name="見つかった文字").get_by_role("button")
    await expect(characters).to_have_count(len(reading.glyphs))
    await expect(characters.first).to_have_attribute("aria-pressed", "true")
    last = reading.glyphs[-1]
    await characters.last.click()
    await expect(characters.last).to_have_attribute("aria-pressed", "true")
    await expect(first_letter(page)).to_have_text(last.candidates[0].label)
    x, y, width, _ = last.box
    edge = f"[...document.getElementById('picture').getContext('2d').getImageData({x + width // 2}, {{y}}, 1, 9).data]"
    above = await page.evaluate(edge.format(y=max(0, y - 12)))
    assert min(above[::4]) < 200  # the frame stands there on white paper
    await page.get_by_role("button", name="紙に戻る").click()
    await expect(page.locator("#paper")).to_be_visible()
    await expect(said(page)).to_have_text("書くと、ここに読み取り結果が出ます")
    assert visited.complaints == []


async def test_what_is_dropped_and_is_no_picture_is_refused(visit: Open) -> None:
    page = (await visit("draw")).page
    await page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(["hello"], "a.txt", {type: "text/plain"}));
            document.body.dispatchEvent(new DragEvent("drop", {bubbles: true, cancelable: true, dataTransfer: data}));
        }"""
    )
    await expect(page.get_by_role("alert")).to_have_text("画像ファイルを選んでください。")


async def test_what_is_wrong_with_a_photo_stays_though_the_paper_is_read_again(visit: Open) -> None:
    page = (await visit("draw")).page
    await write(page, *HA)
    await expect(said(page)).to_have_text("「は」です。")
    broken = {"name": "a.png", "mimeType": "image/png", "buffer": b"no picture"}
    async with page.expect_response("**/api/draw?*"):
        await page.locator("#desk-file").set_input_files(broken)
    await expect(said(page)).to_have_text("「は」です。")
    wrong = page.get_by_role("alert")
    await expect(wrong).not_to_be_empty()
    await write(page, LINE)
    await expect(wrong).to_be_hidden()


async def test_of_long_lists_below_an_answer_can_be_chosen_where_there_is_no_sheet(
    visit: Open, answers: FixedAnswers
) -> None:
    page = (await visit("draw")).page

    async def with_choices(route: Route) -> None:
        response = await route.fetch()
        told = await response.json()
        told["answers"][0]["choices"] = [
            {"id": f"which:{number}", "label": f"どの文字？ {number}", "act": "", "many": False, "least": 1}
            | {"options": [{"value": f"{number}.{i}", "label": f"{number}.{i}", "chosen": False} for i in range(20)]}
            for number in (1, 2)
        ]
        await route.fulfill(response=response, json=told)

    await page.route("**/api/messages", with_choices)
    await write(page, *HA)
    await page.keyboard.press("Enter")
    await page.get_by_label("どの文字？ 2").locator("visible=true").last.select_option("2.7")
    await page.get_by_role("button", name="選ぶ").last.click()
    await expect(page.get_by_role("region", name="ルームでの返事").locator(".bubble")).to_be_visible()
    assert answers.pressed[-1][-1] == "2.7"


async def test_hints_show_how_a_character_is_written_and_whose_strokes_they_are(visit: Open) -> None:
    page = (await visit("draw", reduced_motion="reduce")).page
    known = {**HINTED, "url": "https://kanjivg.tagaini.net/", "how_to_get": "pip"}
    await page.route("**/api/strokes?*", lambda route: route.fulfill(json=known))
    await page.get_by_label("筆順のお手本").locator("visible=true").last.select_option("は")
    await expect(page.get_by_role("link", name="KanjiVG © Ulrich Apel")).to_be_visible()
    colour = "[...document.getElementById('model').getContext('2d').getImageData({x}, {y}, 1, 1).data]"
    across, down = colour.format(x=900, y=360), colour.format(x=600, y=900)
    assert (await page.evaluate(across))[:3] != (await page.evaluate(down))[:3]  # the first stroke is the one to write
    await page.get_by_role("button", name="筆順を見る").click()
    assert (await page.evaluate(across))[:3] == (await page.evaluate(down))[:3]
    await write(page, LINE)
    ink = "[...document.getElementById('paper').getContext('2d').getImageData(300, 300, 1, 1).data].slice(0, 3)"
    assert await page.evaluate(ink) == [0, 0, 0]
    await page.locator("#hint").select_option("")
    assert await page.evaluate(down) == [0, 0, 0, 0]
    await expect(page.get_by_role("button", name="筆順を見る")).to_be_hidden()


async def test_without_the_extra_the_hints_say_how_to_get_it(visit: Open) -> None:
    page = (await visit("draw?hint=は&lang=en")).page
    await expect(page.locator("#hint-note")).to_contain_text("pip install fonttools kanjivg")
    await expect(page.get_by_role("button", name="Show the stroke order")).to_be_hidden()


@pytest.mark.parametrize("path", ["draw", "tendencies?of=は&with=ほ"])
async def test_everything_has_a_name_is_reached_by_keyboard_and_fits_a_phone(visit: Open, path: str) -> None:
    visited = await visit(path, **PHONE, color_scheme="dark")
    page = visited.page
    unnamed = await page.evaluate(
        """() => [...document.querySelectorAll("button, a, input, select, [tabindex='0'], [role=img]")].filter(
            node => !node.closest("[hidden]") && !node.getAttribute("aria-label") && !node.textContent.trim()
                && !node.labels?.length).length"""
    )
    assert unnamed == 0
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    wanted = await page.evaluate(
        """() => [...document.querySelectorAll("button, a, select, canvas[tabindex='0']")].filter(
            node => node.checkVisibility() && !node.disabled).length"""
    )
    reached = set()
    for _ in range(wanted):
        await page.keyboard.press("Tab")
        reached.add(
            await page.evaluate(
                """() => {
                    const node = document.activeElement;
                    node.dataset.reached ??= String(document.querySelectorAll("[data-reached]").length);
                    return getComputedStyle(node).outlineStyle !== "none" && node.dataset.reached;
                }"""
            )
        )
    assert len(reached) == wanted
    assert False not in reached
    assert visited.complaints == []


async def test_the_gallery_shows_a_character_what_it_is_mistaken_for_and_the_pair(visit: Open) -> None:
    visited = await visit("tendencies")
    page = visited.page
    await expect(page.get_by_role("navigation", name="五十音").get_by_role("link")).to_have_count(74)
    await page.get_by_role("navigation", name="五十音").get_by_role("link", name="は", exact=True).click()
    detail = page.locator("#detail")
    await expect(detail.get_by_role("heading", name="「は」の傾向")).to_be_visible()
    await expect(detail.get_by_role("img", name="「は」の平均")).to_be_visible()
    await detail.get_by_role("link", name="「は」を「ほ」と読む").click()
    await expect(detail.get_by_role("heading", name="「は」と「ほ」の違い")).to_be_visible()
    await expect(detail.get_by_role("img", name="「は」と「ほ」を重ねた形")).to_be_visible()
    await expect(page.locator("#chart [aria-current]")).to_have_count(2)
    await page.go_back()
    await expect(detail.get_by_role("heading", name="「は」の傾向")).to_be_visible()
    shape = page.locator("#detail .shape").first
    await expect(shape).to_have_css("mask-image", re.compile("exemplars.png"))
    await detail.get_by_role("link", name="「は」を書いてみる").click()
    await expect(page.locator("#hint")).to_have_value("は")
    assert visited.complaints == []


async def test_a_pair_can_be_linked_to_and_nonsense_shows_the_whole_gallery(visit: Open) -> None:
    page = (await visit("tendencies?of=は&with=ほ&lang=en")).page
    await expect(page.get_by_role("heading", name="「は」 and 「ほ」 compared")).to_be_visible()
    await page.goto(page.url.partition("?")[0] + "?of=<b>&with=日")
    await expect(page.locator("#detail")).to_contain_text("いちばん典型的な形")
