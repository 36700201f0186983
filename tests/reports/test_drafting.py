"""Drafts of reports: what stands in them, who gets them, and that a published draft finds its event again."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
from markdown import Markdown
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.clock import DrivenClock
from bot.core.messages import Message
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.delivery.rules.deliveries import Delivery
from bot.delivery.store.deliveries import Deliveries
from bot.delivery.store.questions import Questions
from bot.events.connpass.details import ConnpassDetails
from bot.events.connpass.source import ConnpassApi, ConnpassSource
from bot.events.store.events import Events
from bot.events.watching import Watching
from bot.network.http import HttpClient
from bot.reports.drafting import Drafting
from bot.reports.report_posts import MissingReportPost, ReportPost
from bot.reports.reporting import Reporting
from bot.reports.rules.materials import Material, SeenMaterials
from bot.reports.rules.reports import ReportState
from bot.reports.site.report_site import ReportSite
from bot.reports.store.materials import StoredMaterials
from bot.reports.store.reports import Reports
from bot.sandbox.page_parser import PageParser
from tests.support.actions import press
from tests.support.askers import an_asker
from tests.support.connpass_server import ConnpassServer, a_presentation, an_event
from tests.support.driven_time import DrivenTime
from tests.support.events import TOKYO, a_room, tokyo
from tests.support.knowledge import known_in
from tests.support.report_site import Article, ReportServer

DESCRIPTION = """<h2>タイムテーブル</h2><table><tr><th>時間</th><th>内容</th></tr>
<tr><td>13:00</td><td>開会 <script>alert(1)</script></td></tr>
<tr><td>13:10〜16:30</td><td>ひらがなを集める <b>[x](javascript:alert(1))</b></td></tr></table>"""
FOURTH, FIFTH, SIXTH, TALK = 62404, 64505, 65606, 66707
EVENTS = (
    an_event(58202, "TFUG Utsunomiya #02 読書会", tokyo(2017, 6, 24, 13)),
    an_event(61303, "TFUG Utsunomiya #03 もくもく会", tokyo(2017, 7, 22, 13)),
    an_event(FOURTH, "TFUG Utsunomiya #04 ハンズオン", tokyo(2017, 8, 27, 13), accepted=13, description=DESCRIPTION),
    an_event(FIFTH, "TFUG Utsunomiya #05 LT大会", tokyo(2017, 9, 16, 13)),
    an_event(TALK, "秋の発表会 <b>夜の部</b>", tokyo(2017, 9, 2, 19)),
    an_event(SIXTH, "TFUG Utsunomiya #06", tokyo(2017, 10, 21, 13)),
)
SECOND = Article(
    "/201706.html",
    "TFUG Utsunomiya #02 読書会",
    "2017-06-25T10:00:00+09:00",
    '<p>6月24日の<a href="https://tfug-utsunomiya.connpass.com/event/58202/">#02 読書会</a>では本を読みました。</p>',
)
AFTER_THE_FOURTH = tokyo(2017, 8, 30, 20)


class World:
    """A bot that watches a connpass and a report site on loopback."""

    def __init__(
        self, engine: AsyncEngine, connpass: ConnpassServer, http: HttpClient, site: ReportServer, parser: PageParser
    ) -> None:
        self.clock, self.connpass, self.site = DrivenClock(tokyo(2017, 7, 1)), connpass, site
        self.room = a_room()
        rooms = Rooms((self.room,), ("utsunomiya",))
        api = ConnpassApi(connpass.base_url, connpass.api_key, http)
        self.source = ConnpassSource("utsunomiya", api, "tfug-utsunomiya")
        events, reports, self.materials = Events(engine), Reports(engine), StoredMaterials(engine)
        self.reports, self.deliveries = reports, Deliveries(engine)
        stores = (events, reports, Questions(engine), self.deliveries)
        self.watching = Watching(events, stores[2], rooms, (), self.clock, self.deliveries)
        reading = ReportSite(site.url, HttpClient("the report site"), parser)
        self.reporting = Reporting(reading, site.url, *stores, rooms, self.clock)
        self.speaking = known_in(engine, rooms, self.clock, site.url)
        kept = (events, reports, self.materials)
        self.drafting = Drafting(*kept, ConnpassDetails(api, parser), "TFUG Utsunomiya", self.clock, TOKYO)

    async def draft(self, argument: str, room: Room | None = None, at: Any = AFTER_THE_FOURTH) -> Message:
        self.clock.set(at)
        return await self.drafting.draft(an_asker(room or self.room, "organiser"), argument)


@pytest.fixture
async def world(engine: AsyncEngine, parser: PageParser) -> AsyncIterator[World]:
    time = DrivenTime()
    with (
        ConnpassServer(EVENTS, rate=timedelta()) as connpass,
        HttpClient("connpass", sleep=time.sleep, monotonic=time.monotonic) as http,
        ReportServer([SECOND]) as site,
    ):
        world = World(engine, connpass, http, site, parser)
        await world.watching.watch(world.source)
        await world.reporting.check_site()
        yield world


def text_of(message: Message) -> str:
    (file,) = message.files
    return file.content.decode()


def published(message: Message) -> Article:
    """Publish a draft as Pelican does: the header by the `meta` extension, the text through Markdown."""
    markdown = Markdown(extensions=["markdown.extensions.extra", "markdown.extensions.meta"])
    body = markdown.convert(text_of(message))
    head: dict[str, list[str]] = markdown.Meta  # type: ignore[attr-defined]
    at = head["date"][0].replace(" ", "T") + ":00+09:00"
    return Article(f"/{head['slug'][0]}.html", head["title"][0], at, body)


async def test_a_draft_has_all_that_is_known_and_a_place_for_what_only_people_know(world: World) -> None:
    world.connpass.present(FOURTH, a_presentation("学習のしくみ", "https://slides.example/a_(1)", "haru"))
    answer = await world.draft("4")
    assert text_of(answer) == (
        "Title: TFUG Utsunomiya #04 ハンズオン\n"
        "Date: 2017-08-30 20:00\n"
        "Category: report\n"
        "Tags: tfug-utsunomiya\n"
        "Slug: 201708\n"
        "Author: TFUG Utsunomiya\n"
        "Summary: 2017年8月27日(日)に開催した「TFUG Utsunomiya #04 ハンズオン」のレポートです。\n"
        "Connpass: 62404\n"
        "\n"
        "2017年8月27日(日)に[TFUG Utsunomiya #04 ハンズオン](https://tfug-utsunomiya.connpass.com/event/62404/)"
        "を開催しました。\n"
        "\n"
        "- 日時: 2017年8月27日(日) 13:00〜15:00\n"
        "- 場所: 市民プラザ 栃木県宇都宮市\n"
        "- 参加者: 13人\n"
        "\n"
        "## タイムテーブル\n"
        "\n"
        "- 13:00 開会\n"
        "- 13:10〜16:30 ひらがなを集める \\[x\\](javascript:alert(1))\n"
        "\n"
        "## 当日の様子\n"
        "\n"
        "<!-- 写真と当日の出来事をここに。写真の入れ方：![写真の説明]({static}/images/photo.jpg) -->\n"
        "\n"
        "## 感想\n"
        "\n"
        "<!-- 参加者の声や学んだことをここに -->\n"
        "\n"
        "## 資料\n"
        "\n"
        "- [学習のしくみ](https://slides.example/a_%281%29) (haru)\n"
        "\n"
        "## 次回予定\n"
        "\n"
        "- 2017年9月2日(土) 19:00〜21:00 [秋の発表会 &lt;b&gt;夜の部&lt;/b&gt;]"
        "(https://tfug-utsunomiya.connpass.com/event/66707/)\n"
    )
    assert answer.files[0].name == "201708.md"
    assert "Slug: 201708" in answer.cards[0].body  # the preview


@pytest.mark.parametrize(
    ("argument", "at", "event"),
    [
        ("4", AFTER_THE_FOURTH, FOURTH),
        ("#05", tokyo(2017, 9, 20, 21), FIFTH),
        (str(TALK), tokyo(2017, 9, 5, 8), TALK),  # no number, and the second event of its month
        ("もくもく", tokyo(2017, 8, 1, 9), 61303),
        ("", tokyo(2017, 10, 22, 9), SIXTH),
    ],
)
async def test_a_published_draft_is_linked_to_its_event_for_sure(
    world: World, argument: str, at: Any, event: int
) -> None:
    world.site.add(published(await world.draft(argument, at=at)))
    world.clock.set(at + timedelta(hours=2))
    await world.watching.watch(world.source)
    await world.reporting.check_site()
    _, report = await world.reports.reports()
    assert (report.event_id, report.state) == (event, ReportState.LINKED)
    assert report.certainty >= 0.9
    assert [
        one.event_id for one in await world.deliveries.due(world.clock.now()) if isinstance(one.post, ReportPost)
    ] == [event]


async def test_two_drafts_of_one_month_have_addresses_of_their_own_and_each_its_event(world: World) -> None:
    for argument, at in (("5", tokyo(2017, 9, 17, 9)), (str(TALK), tokyo(2017, 9, 18, 9))):
        world.site.add(published(await world.draft(argument, at=at)))
        await world.reporting.check_site()
    found = {report.path: report.event_id for report in await world.reports.reports()}
    assert found == {"/201706.html": 58202, "/201709.html": FIFTH, "/201709-2.html": TALK}


async def test_only_organisers_get_a_draft(world: World) -> None:
    answer = await world.draft("4", a_room(organisers=("another",)))
    assert answer.files == ()
    pressed = await press(world.drafting, f"draft:{FOURTH}", an_asker(a_room(organisers=("another",)), "organiser"))
    assert pressed is not None
    assert pressed.files == ()


async def test_the_question_for_a_missing_report_has_a_button_that_makes_the_draft(world: World) -> None:
    world.clock.set(tokyo(2017, 8, 30, 11))
    await world.reporting.check_site()
    nag = Delivery(MissingReportPost(FOURTH, 3, date(2017, 8, 27)), "local:main", world.clock.now())
    asked = await world.speaking.compose(nag, world.room)
    assert isinstance(asked, Message)
    (button,) = [one for one in asked.cards[0].buttons if one.id]
    assert (button.label, button.id) == ("下書きを作る", f"draft:{FOURTH}")
    answer = await press(world.drafting, button.id, an_asker(world.room, "organiser"))
    assert answer is not None
    assert "Connpass: 62404\n" in text_of(answer)
    assert await press(world.drafting, "question:1:yes", an_asker(world.room, "organiser")) is None


async def test_what_is_still_to_come_and_what_nobody_knows_has_no_draft(world: World) -> None:
    to_come = await world.draft("5")
    assert (to_come.files, "始まってから" in to_come.lead) == ((), True)
    for unknown in ("99", "123456789012345678901234567890", "忘年会"):
        assert (
            await world.draft(unknown)
        ).lead == f"「{unknown[:50]}」に当てはまる、開催済みのイベントが見つかりません。"


async def test_an_event_that_was_called_off_has_no_draft(world: World) -> None:
    world.connpass.edit(FOURTH, title="【中止】TFUG Utsunomiya #04 ハンズオン", open_status="cancelled")
    await world.watching.watch(world.source)
    for asked in ("4", str(FOURTH)):
        answer = await world.draft(asked)
        assert (answer.files, answer.lead) == ((), "このイベントは開催されませんでした。")


async def test_a_draft_comes_without_what_connpass_does_not_tell_now(world: World) -> None:
    await world.materials.keep(SeenMaterials(FOURTH, AFTER_THE_FOURTH, (Material("前の資料", "https://x.example/"),)))
    world.connpass.fail("503", times=6)
    answer = await world.draft("4")
    assert "## タイムテーブル" not in text_of(answer)
    assert "- [前の資料](https://x.example/)\n" in text_of(answer)
    assert "応答がありませんでした" in answer.text
    without_key = Drafting(world.drafting.event_store, world.reports, world.materials, None, "TFUG", world.clock, TOKYO)
    assert "API キーがない" in (await without_key.draft(an_asker(world.room, "organiser"), "4")).text
