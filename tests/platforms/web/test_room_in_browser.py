"""The room in a real browser: what a person sees and does. Skipped, with a message, where there is no Chromium."""

import io
import re

import pytest
from PIL import Image
from playwright.async_api import Browser, expect
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.clock import DrivenClock
from bot.config import WebSettings
from bot.core.actions import Kept
from bot.core.messages import Button, Card, Choice, Entry, Field, Message, MessageKind, Option, Part
from bot.platforms.web.server import WebRoom
from tests.support.browsing import CHROMIUM, DESK, PHONE, Open
from tests.support.room_answers import FixedAnswers, open_room

NEWS = Message(MessageKind.ANNOUNCEMENT, "新しいイベントです！", (Card("もくもく会 #6", "https://example.com/6"),))

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt install chromium")


def a_picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (80, 60), "white").save(written, "PNG")
    return written.getvalue()


@pytest.mark.parametrize("device", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("colours", ["light", "dark"])
async def test_a_newcomer_finds_the_next_event_without_a_manual(
    visit: Open, device: dict[str, object], colours: str
) -> None:
    visited = await visit(**device, color_scheme=colours)
    page = visited.page
    await expect(page.locator("#welcome")).to_be_visible()
    await page.get_by_role("button", name="次のイベントを見る").click()
    await expect(page.locator("#list .own .bubble")).to_have_text("!次")
    await page.locator("#text").fill("!next")
    await page.keyboard.press("Enter")
    card = page.locator("#list .card").last
    await expect(card.get_by_role("link", name="もくもく会 #5")).to_have_attribute(
        "href", "https://utsunomiya.connpass.com/event/501/"
    )
    await expect(card).to_contain_text("まちなか会議室")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await expect(page.locator("#welcome")).to_be_hidden()
    assert visited.complaints == []


async def test_a_picture_is_uploaded_pasted_and_dropped(visit: Open) -> None:
    page = (await visit()).page
    await page.locator("#file").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": a_picture()})
    await expect(page.locator("#list .card")).to_have_count(1)
    give = """([kind, bytes]) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], "b.png", {type: "image/png"}));
        const carried = kind === "paste" ? {clipboardData: data} : {dataTransfer: data};
        const make = kind === "paste" ? ClipboardEvent : DragEvent;
        document.body.dispatchEvent(new make(kind, {bubbles: true, cancelable: true, ...carried}));
    }"""
    await page.evaluate(give, ["paste", list(a_picture())])
    await expect(page.locator("#list .card")).to_have_count(2)
    await page.evaluate(give, ["dragenter", list(a_picture())])
    await expect(page.locator("#drop")).to_be_visible()
    await page.evaluate(give, ["drop", list(a_picture())])
    await expect(page.locator("#list .card")).to_have_count(3)
    await expect(page.locator("#drop")).to_be_hidden()
    await expect(page.locator("#list img.picture")).to_have_count(3)


async def test_what_a_picture_shows_is_told_in_words(visit: Open) -> None:
    page = (await visit()).page
    await page.locator("#file").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": a_picture()})
    await page.get_by_role("button", name="なぜ？").click()
    await expect(page.get_by_role("img", name="灰色の四角")).to_have_js_property("naturalWidth", 60)
    await expect(page.get_by_role("img", name="送った画像")).to_have_count(1)


async def test_a_picture_in_parts_has_captions_that_a_phone_can_show(visit: Open, answers: FixedAnswers) -> None:
    answers.parts = (Part("左", (0, 0, 30, 40), (60, 40)), Part("下、広く", (0, 20, 60, 20), (60, 40)))
    page = (await visit(**PHONE)).page
    await page.locator("#file").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": a_picture()})
    await page.get_by_role("button", name="なぜ？").click()
    parts = page.get_by_role("group", name="灰色の四角").get_by_role("figure")
    await expect(parts).to_have_text(["左", "下、広く"])
    small = "(node) => parseFloat(getComputedStyle(node).fontSize)"
    assert await parts.first.locator("figcaption").evaluate(small) >= 12
    await expect(parts.last.locator("img")).to_have_js_property("naturalWidth", 60)
    box, crop = await parts.last.locator("img").bounding_box(), await parts.last.locator(".crop").bounding_box()
    assert box is not None
    assert crop is not None
    assert crop["width"] / crop["height"] == pytest.approx(3, rel=0.02)
    assert (box["y"] - crop["y"]) / crop["height"] == pytest.approx(-1, rel=0.02)


async def test_whoever_sits_at_the_machine_is_told_of_no_log_in(visit: Open, base_url: str) -> None:
    visited = await visit()
    page = visited.page
    await page.goto(f"{base_url}console")
    await expect(page.get_by_text("ログインは要りません")).to_be_visible()
    await expect(page.get_by_text("12時間")).to_be_hidden()
    await expect(page.get_by_role("button")).to_be_hidden()
    assert visited.complaints == []


async def test_a_file_that_is_no_picture_is_refused_before_it_is_sent(visit: Open) -> None:
    page = (await visit()).page
    await page.locator("#file").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"hello"})
    await expect(page.get_by_role("alert")).to_have_text("画像ファイルを選んでください。")


async def test_enter_sends_shift_enter_breaks_the_line_and_composing_does_neither(
    visit: Open, answers: FixedAnswers
) -> None:
    page = (await visit()).page
    text = page.locator("#text")
    await text.focus()
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Input.imeSetComposition", {"text": "つぎ", "selectionStart": 2, "selectionEnd": 2})
    await page.evaluate(
        """() => document.getElementById("text").dispatchEvent(
            new KeyboardEvent("keydown", {key: "Enter", isComposing: true, bubbles: true, cancelable: true}))"""
    )
    await expect(text).to_have_value("つぎ")
    await devtools.send("Input.insertText", {"text": "次"})
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("の会")
    await expect(text).to_have_value("次\nの会")
    await page.keyboard.press("Enter")
    await expect(text).to_have_value("")
    await expect(page.locator("#list .own:not(.pending) .bubble")).to_have_text("次\nの会")
    assert [asked[0] for asked in answers.asked] == ["次\nの会"]


async def test_news_comes_by_itself_and_does_not_move_somebody_who_reads_history(visit: Open, room: WebRoom) -> None:
    long = Message(MessageKind.ANSWER, "あ\n" * 30)
    for number in range(8):
        await room.send("main", long, f"old {number}")
    page = (await visit()).page
    await expect(page.locator("#list .entry")).to_have_count(8)
    await expect(page.locator("#list .entry").last).to_be_in_viewport()
    # The page notices a scroll in the next frame, and may settle its first layout in that same frame.
    await page.wait_for_function(
        """() => {
            const scroller = document.getElementById("scroller");
            const stayed = scroller.dataset.moved && scroller.scrollTop === 500;
            Object.assign(scroller, {scrollTop: 500}).dataset.moved = "yes";
            return stayed;
        }"""
    )
    await room.send("main", NEWS, "news")
    await expect(page.locator("#pill")).to_have_text("新しいメッセージ1件")
    assert await page.evaluate("document.getElementById('scroller').scrollTop") == 500
    await page.locator("#pill").click()
    await expect(page.locator("#list .kind-announcement .card")).to_be_in_viewport()
    await expect(page.locator("#pill")).to_be_hidden()


async def test_older_messages_are_loaded_on_the_way_up(visit: Open, room: WebRoom) -> None:
    for number in range(130):
        await room.send("main", Message(MessageKind.ANSWER, f"{number} 番"), f"{number}")
    page = (await visit()).page
    await expect(page.locator("#list .entry")).to_have_count(60)
    for shown in (120, 130):
        await page.evaluate("document.getElementById('scroller').scrollTop = 0")
        await expect(page.locator("#list .entry")).to_have_count(shown)
    texts = await page.locator("#list .bubble").all_inner_texts()
    assert texts == [f"{number} 番" for number in range(130)]


async def test_words_of_strangers_stay_words(visit: Open, room: WebRoom) -> None:
    evil = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
    card = Card(
        evil,
        "javascript:document.title=3",
        evil,
        (Field(evil, evil),),
        buttons=(Button(evil, url="javascript:document.title=4"), Button("\u202egnp.exe", url="data:text/html,hi")),
    )
    await room.send("main", Message(MessageKind.CHANGE, evil, (card,), (Button(evil, Kept(evil)),)), "evil")
    visited = await visit(**PHONE)
    page = visited.page
    await expect(page.locator("#list .card h3")).to_have_text(evil)
    assert await page.locator("#list a").count() == 0
    assert await page.locator("#list script, #list img:not(.avatar)").count() == 0
    assert await page.title() == "TFUG 宇都宮"
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert visited.complaints == []


async def test_an_organisers_answer_is_taken_once(visit: Open, room: WebRoom) -> None:
    buttons = (Button("投稿する", Kept("question:1:yes")), Button("投稿しない", Kept("question:1:no")))
    await room.send("main", Message(MessageKind.QUESTION, "投稿しますか？", buttons=buttons), "question")
    page = (await visit()).page
    await page.get_by_role("button", name="投稿する").click()
    await expect(page.locator("#list .bot .bubble").last).to_have_text("ありがとうございます。")
    await expect(page.locator("#list .entry")).to_have_count(1)  # the answer stands in it
    await expect(page.get_by_role("button", name="投稿しない")).to_be_disabled()


async def test_what_could_not_be_sent_stays_and_can_be_sent_again(visit: Open) -> None:
    page = (await visit()).page
    await page.route("**/api/messages", lambda route: route.abort())
    await page.locator("#text").fill("!next")
    await page.keyboard.press("Enter")
    await expect(page.locator("#list .failed")).to_contain_text("送れませんでした。")
    await page.unroute("**/api/messages")
    await page.get_by_role("button", name="もう一度送る").click()
    await expect(page.locator("#list .card")).to_have_count(1)
    await expect(page.locator("#list .pending")).to_have_count(0)
    await expect(page.locator("#list .own")).to_have_count(1)


async def test_everything_can_be_reached_with_the_keyboard_and_has_a_name(visit: Open, room: WebRoom) -> None:
    await room.send("main", NEWS, "news")
    page = (await visit()).page
    await expect(page.locator("#list .card")).to_have_count(1)
    reached = []
    for _ in range(14):
        await page.keyboard.press("Tab")
        reached.append(
            await page.evaluate(
                "(node => node.getAttribute('aria-label') || node.textContent.trim() || node.labels?.[0]?.textContent)"
                "(document.activeElement)"
            )
        )
    assert all(reached)
    for name in ("もくもく会 #6", "次のイベント", "イベント一覧", "手書き", "画像", "メッセージ", "送る"):
        assert any(name in one for one in reached), name
    unnamed = await page.evaluate(
        """() => [...document.querySelectorAll("button, a, input, textarea")].filter(
            node => !node.hidden && !node.getAttribute("aria-label") && !node.textContent.trim()
                && !node.labels?.length).length"""
    )
    assert unnamed == 0


async def test_the_page_speaks_english_when_asked(visit: Open) -> None:
    page = (await visit("?lang=en")).page
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page.locator("#welcome h2")).to_have_text("Welcome to TFUG 宇都宮's room")
    await page.get_by_role("button", name="Next event", exact=True).click()
    await expect(page.locator("#list .card")).to_have_count(1)


async def test_the_page_finds_the_server_again_after_a_restart(
    browser: Browser, engine: AsyncEngine, clock: DrivenClock, answers: FixedAnswers
) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    async with open_room(engine, clock, answers) as room:
        await page.goto(room.url)
        await expect(page.locator("#welcome")).to_be_visible()
    await expect(page.locator("#trouble")).to_be_visible()
    same_port = WebSettings(port=int(room.url.rsplit(":", 1)[1].strip("/")))
    async with open_room(engine, clock, answers, same_port) as room:
        await room.send("main", NEWS, "while away")
        await expect(page.locator("#list .card")).to_have_count(1)
        await expect(page.locator("#trouble")).to_be_hidden()
        await context.close()


FEW = Choice(Kept("pick"), "どれでしたか", (Option("は", "「は」"), Option("ほ", "「ほ」", chosen=True)))
LONG = Choice(Kept("list"), "文字をえらぶ", tuple(Option(letter, letter) for letter in "あいうえおかきく"), least=1)
TICKS = Choice(
    Kept("ticks"), "お知らせするもの", (Option("a", "イベント"), Option("b", "レポート")), many=True, least=1
)
WRITTEN = Entry(Kept("write"), "ほかの文字", "書いた文字", "あ")


async def test_what_can_be_chosen_is_a_button_a_list_or_ticks(
    visit: Open, room: WebRoom, answers: FixedAnswers
) -> None:
    await room.send("main", Message(MessageKind.ANSWER, "読めました", choices=(FEW, LONG, TICKS)), "choices")
    visited = await visit(**PHONE)
    page = visited.page
    change = page.get_by_role("button", name="変更する")
    await change.click()
    group = page.get_by_role("dialog", name="読めました").get_by_role("group", name="どれでしたか")
    await expect(group.get_by_role("button", name="「ほ」")).to_have_attribute("aria-pressed", "true")
    await group.get_by_role("button", name="「は」").click()
    await expect(page.locator("#list .below .bubble")).to_have_text("ありがとうございます。")
    await expect(group).to_be_hidden()
    await change.click()
    listed = page.get_by_role("combobox", name="文字をえらぶ")
    take = page.locator("form").filter(has=listed).get_by_role("button", name="選ぶ")
    await take.click()
    await expect(listed).to_be_focused()  # nothing is chosen yet
    await listed.select_option("お")
    await take.click()
    await expect(listed).to_be_hidden()
    await change.click()
    ticks = page.get_by_role("group", name="お知らせするもの")
    await expect(ticks.get_by_role("button", name="反映する")).to_be_disabled()
    await ticks.get_by_label("イベント").check()
    await ticks.get_by_label("レポート").check()
    await ticks.get_by_role("button", name="反映する").click()
    await expect(ticks).to_be_hidden()
    await expect(page.locator("#list .below")).to_have_count(1)
    assert answers.pressed == [("pick", "は"), ("list", "お"), ("ticks", "a", "b")]
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert visited.complaints == []


async def test_settings_are_a_sheet_that_stays_until_it_is_closed(
    visit: Open, room: WebRoom, answers: FixedAnswers
) -> None:
    page = (await visit(**PHONE)).page
    answers.settings = Message(MessageKind.ANSWER, "あなたの設定です。", choices=(FEW, TICKS))
    await page.locator("#text").fill("!settings")
    await page.keyboard.press("Enter")
    sheet = page.get_by_role("dialog", name="あなたの設定です。")
    await sheet.get_by_role("button", name="「は」").click()
    await expect(sheet.get_by_role("status")).to_have_text("保存しました")
    await expect(sheet.get_by_role("button", name="「は」")).to_be_focused()
    await sheet.get_by_role("button", name="閉じる").click()
    await expect(sheet).to_be_hidden()
    await expect(page.locator("#list .bot")).to_have_count(1)  # the page was renewed where it stood


async def test_what_is_pressed_is_answered_where_it_was_pressed(visit: Open, room: WebRoom) -> None:
    buttons = (Button("はい", Kept("question:1:yes")), Button("なぜ？", Kept("why:a:0")))
    card = Card("長い", body="あ\n" * 40)
    await room.send("main", Message(MessageKind.ANSWER, "どうしますか？", (card,), buttons), "asked")
    await room.send("main", Message(MessageKind.ANSWER, "あ\n" * 30), "later")
    page = (await visit(**PHONE)).page
    asked = page.locator("#list .entry").first
    for label, said in (("はい", "ありがとうございます。"), ("なぜ？", "このように読み取りました。")):
        await asked.get_by_role("button", name=label).click()
        await expect(asked.locator(".below .bubble")).to_have_text(said)
        await expect(asked.locator(".below .bubble")).to_be_in_viewport(ratio=1)
        await expect(asked.locator(".chosen")).to_have_text(re.compile(label))
    await expect(page.locator("#list .entry")).to_have_count(2)
    await page.reload()
    await expect(asked.locator(".below .bubble")).to_have_text("このように読み取りました。")


async def test_a_line_is_written_where_its_button_was(visit: Open, room: WebRoom, answers: FixedAnswers) -> None:
    await room.send("main", Message(MessageKind.ANSWER, "ちがいましたか？", entries=(WRITTEN,)), "entry")
    page = (await visit()).page
    button = page.get_by_role("button", name="ほかの文字")
    await button.click()
    field = page.get_by_role("textbox", name="書いた文字")
    await expect(field).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(button).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.type("ぬ")
    await page.keyboard.press("Enter")
    await expect(page.locator("#list .below .bubble")).to_have_text("ありがとうございます。")
    assert answers.pressed == [("write", "ぬ")]


async def test_a_quiet_button_stands_back(visit: Open, room: WebRoom) -> None:
    buttons = (Button("はい", Kept("question:1:yes")), Button("あとで", Kept("question:1:later"), quiet=True))
    await room.send("main", Message(MessageKind.ANSWER, "どうしますか？", buttons=buttons), "quiet")
    page = (await visit()).page
    loud, quiet = page.get_by_role("button", name="はい"), page.get_by_role("button", name="あとで")
    clear = re.compile(r"^rgba\(0, 0, 0, 0\)$")
    await expect(quiet).to_have_css("background-color", clear)
    await expect(loud).not_to_have_css("background-color", clear)
    await loud.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#list .bot .bubble").last).to_have_text("ありがとうございます。")
    await expect(quiet).to_be_enabled()  # only a question is answered once
    await expect(loud).to_be_focused()
