"""Reports end to end on a real SQLite: found, linked, posted once, asked about, asked for."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.clock import DrivenClock
from bot.core.errors import SourceUnavailable
from bot.core.messages import Message, MessageKind
from bot.core.problems.sources import SiteUnreadable
from bot.core.questions import Question
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.core.skips import NothingToSay
from bot.delivery.posting import Here, SpokenQuestion
from bot.delivery.rules.deliveries import Delivery
from bot.delivery.store.deliveries import Deliveries
from bot.delivery.store.questions import Questions
from bot.events.ports.events import SourceState, Watched
from bot.events.rules.events import Event, EventStatus
from bot.events.store.events import Events
from bot.locales import texts_for
from bot.network.http import HttpClient
from bot.reports.report_messages import report_json
from bot.reports.reporting import Reporting
from bot.reports.rules.reports import EventLink, Report, ReportPage, ReportState
from bot.reports.site.report_site import ReportSite
from bot.reports.store.reports import Reports
from bot.sandbox.page_parser import PageParser
from tests.support.askers import an_asker
from tests.support.events import a_room, tokyo
from tests.support.knowledge import known_in
from tests.support.report_site import ARTICLES, EVENTS, TRUTH, Article, ReportServer

SITE = "http://reports.example/"
START = tokyo(2017, 9, 1, 12)
BODY = "それぞれが課題を持ちより、書いた文字を集めて学習させました。十三人が参加し、たくさんの発見がありました。"


class Site:
    """A report site in memory."""

    def __init__(self, *pages: ReportPage) -> None:
        self.shown: Sequence[ReportPage] = pages
        self.is_down = False

    async def pages(self) -> Sequence[ReportPage]:
        if self.is_down:
            raise SourceUnavailable(SiteUnreadable())
        return self.shown


def page(title: str, path: str, published_at: datetime, text: str = BODY, *links: int, **changes: Any) -> ReportPage:
    linked = tuple(EventLink(one, "こちら", "こちら", group="tfug-utsunomiya") for one in links)
    return ReportPage(f"{SITE}{path[1:]}", path, title, published_at, text, linked, **changes)


FOURTH = page("TFUG Utsunomiya #04 ハンズオン", "/201708.html", tokyo(2017, 8, 30))
FIFTH = page(
    "TFUG Utsunomiya #05 LT大会", "/201709.html", tokyo(2017, 9, 20), "五人が短く発表し、みんなで感想を語りあいました。"
)
UNSURE = page("秋の会", "/autumn.html", tokyo(2017, 10, 3), "夜に集まり、作ったものを見せあいながら話しました。")


class House:
    """Reporting on real stores, with a room for members and one where organisers are asked."""

    def __init__(self, engine: AsyncEngine, site: Any, events: Sequence[Event] = EVENTS) -> None:
        self.clock = DrivenClock(START)
        self.events, self.deliveries = Events(engine), Deliveries(engine)
        self.questions, self.reports = Questions(engine), Reports(engine)
        self.members = a_room(channel="members", organisers=(), follows=("tfug",))
        self.organisers = a_room(channel="organisers", follows=("tfug", "ruby"), asks=True, reports=False)
        self.rooms = Rooms((self.members, self.organisers), ("tfug", "ruby"))
        self.known = events
        stores = (self.events, self.reports, self.questions, self.deliveries)
        self.reporting = Reporting(site, SITE, *stores, self.rooms, self.clock)
        self.speaking = known_in(engine, self.rooms, self.clock, SITE)

    async def watch(self, *events: Event) -> None:
        """Let the sources show these events, or all of them."""
        events = events or tuple(self.known)
        for source, group in (("tfug", "tfug-utsunomiya"), ("ruby", "utsunomiyarb")):
            shown = tuple(event for event in events if event.group == group)
            state = SourceState(source, group, START - timedelta(days=1), START)
            await self.events.record(Watched(state, START, events=shown, sighted=tuple(one.id for one in shown)))

    async def check(self, at: datetime) -> None:
        self.clock.set(at)
        await self.reporting.check_site()

    async def due(self, kind: str = "report") -> list[Delivery]:
        return [one for one in await self.deliveries.due(self.clock.now(), limit=1000) if one.name.kind == kind]

    async def say(self, delivery: Delivery) -> Message | NothingToSay:
        room = self.rooms.named(delivery.destination)
        assert room is not None
        return await self.speaking.compose(delivery, room)

    async def ask(self, question: Question) -> Message | NothingToSay:
        assert isinstance(question, SpokenQuestion)
        return await question.compose(Here(self.speaking, self.organisers, is_said=False))

    async def question(self, subject: str, kind: str = "report") -> Question:
        found = await self.questions.question(kind, subject)
        assert found is not None
        return found

    async def linked(self) -> dict[str, int | None]:
        return {report.path: report.event_id for report in await self.reports.reports()}


@pytest.fixture
async def house(engine: AsyncEngine) -> House:
    house = House(engine, Site(FOURTH))
    await house.watch()
    await house.check(START)
    return house


def show(house: House, *pages: ReportPage) -> None:
    site = house.reporting.site
    assert isinstance(site, Site)
    site.shown = pages


async def report_at(house: House, path: str) -> Report:
    return next(report for report in await house.reports.reports() if report.path == path)


def text_of(message: Message | NothingToSay) -> str:
    assert isinstance(message, Message), message
    return message.text


# --- found and posted ---


async def test_the_first_sight_of_a_site_is_silent_and_links_what_is_sure(house: House):
    assert await house.linked() == {"/201708.html": 62404}
    assert await house.deliveries.counts() == {}


async def test_a_sure_report_is_posted_once_to_the_rooms_that_follow_its_event(house: House):
    show(house, FIFTH, FOURTH)
    for hour in (1, 2, 3):
        await house.check(tokyo(2017, 9, 20, hour))
    (post,) = await house.due()
    assert (post.destination, post.event_id, post.name.subject) == ("local:members", 64505, "report:/201709.html")
    message = await house.say(post)
    assert isinstance(message, Message)
    assert (message.kind, message.event_id, message.report_url) == (MessageKind.REPORT, 64505, FIFTH.url)
    assert {button.url for button in message.cards[0].buttons} == {
        FIFTH.url,
        "https://tfug-utsunomiya.connpass.com/event/64505/",
    }
    assert "TFUG Utsunomiya #05 LT大会" in message.text
    assert "2017年9月16日(土)" in message.text


async def test_a_report_edited_moved_gone_and_back_is_not_posted_again(house: House):
    edited = replace(FIFTH, text=f"{FIFTH.text}写真を足しました。")
    for hour, pages in enumerate([(FIFTH,), (edited,), (), (replace(edited, path="/new.html"),), (FIFTH,)]):
        show(house, FOURTH, *pages)
        await house.check(tokyo(2017, 9, 20, 10 + hour))
    assert len(await house.due()) == 1
    assert len(await house.reports.reports()) == 2
    assert (await report_at(house, "/201709.html")).event_id == 64505


async def test_a_site_that_is_down_or_empty_changes_nothing_and_is_noted(house: House):
    before = await house.reports.reports()
    show(house)
    await house.check(START + timedelta(hours=1))
    assert isinstance(house.reporting.site, Site)
    house.reporting.site.is_down = True
    await house.check(START + timedelta(hours=2))
    assert await house.reports.reports() == before
    state = (await house.events.sources())[house.reporting.name]
    assert (state.error, state.seen_at) == (SiteUnreadable(), START + timedelta(hours=1))


async def test_a_site_first_seen_while_down_is_still_silent_at_its_first_real_sight(engine: AsyncEngine):
    site = Site(FOURTH)
    house = House(engine, site)
    await house.watch()
    site.is_down = True
    await house.check(START)
    site.is_down = False
    await house.check(START + timedelta(hours=1))
    assert await house.linked() == {"/201708.html": 62404}
    assert await house.deliveries.counts() == {}


async def test_a_report_of_an_event_that_is_known_only_later_is_linked_then(engine: AsyncEngine):
    house = House(engine, Site())
    await house.check(START)
    show(house, FIFTH)
    await house.check(tokyo(2017, 9, 20, 12))
    assert await house.due() == []
    await house.watch()
    await house.check(tokyo(2017, 9, 20, 13))
    assert [one.event_id for one in await house.due()] == [64505]


async def test_a_report_is_not_posted_where_its_event_is_not_followed(house: House):
    show(house, FOURTH, page("Utsunomiya.rb #04", "/rb.html", tokyo(2017, 9, 3), "よその会の記録", connpass_id=62011))
    await house.check(tokyo(2017, 9, 3, 12))
    assert (await report_at(house, "/rb.html")).event_id == 62011
    assert await house.due() == []


async def test_a_room_that_hears_no_news_hears_of_no_reports(house: House):
    house.rooms = Rooms((replace(house.members, announces=False), house.organisers), ("tfug", "ruby"))
    house.reporting = replace(house.reporting, rooms=house.rooms)
    show(house, FIFTH, FOURTH)
    await house.check(tokyo(2017, 9, 20, 12))
    assert (await report_at(house, "/201709.html")).event_id == 64505
    assert await house.due() == []


async def test_a_flood_posts_nothing_and_asks_once(house: House):
    many = [page(f"記録その{n}", f"/{n}.html", tokyo(2017, 9, 19), f"{n}番目の記録です。" * 9) for n in range(20)]
    show(house, FIFTH, FOURTH, *many)
    await house.check(tokyo(2017, 9, 20, 12))
    await house.check(tokyo(2017, 9, 20, 13))
    assert await house.due() == []
    (delivery,) = await house.due("question")
    question = await house.question(delivery.name.subject.removeprefix("report_flood:"), "report_flood")
    message = await house.ask(question)
    assert "21件" in text_of(message)
    assert await house.reporting.answer_handlers()[type(question)](question, "post", "mika")
    assert not await house.reporting.answer_handlers()[type(question)](question, "leave", "ken")
    assert [one.event_id for one in await house.due()] == [64505]


# --- asked ---


async def asked_about(house: House) -> Question:
    show(house, UNSURE, FOURTH)
    await house.check(tokyo(2017, 10, 3, 12))
    (delivery,) = await house.due("question")
    assert (delivery.name.subject, delivery.destination) == ("report:/autumn.html", "local:organisers")
    return await house.question("/autumn.html")


async def test_an_unsure_report_asks_the_organisers_once_with_reasons_and_buttons(house: House):
    question = await asked_about(house)
    await house.check(tokyo(2017, 10, 3, 13))
    assert len(await house.due("question")) == 1
    message = await house.ask(question)
    assert isinstance(message, Message)
    buttons = message.cards[0].buttons
    assert [button.id for button in buttons] == [question.answer_with(option).id for option in question.options]
    assert "TFUG Utsunomiya #06" in buttons[0].label
    assert buttons[-1].label == "この中にはない"
    assert "・公開の少し前に「TFUG Utsunomiya #06 夜の部」がありました。" in message.text
    assert await house.due() == []


async def test_an_organisers_answer_links_posts_and_sticks(house: House):
    question = await asked_about(house)
    assert await house.reporting.answer(question, "64505", "mika")
    assert not await house.reporting.answer(question, "65606", "ken")
    show(house, replace(UNSURE, title="TFUG Utsunomiya #06 夜の部", connpass_id=65606), FOURTH)
    await house.check(tokyo(2017, 10, 4, 12))
    kept = await report_at(house, "/autumn.html")
    assert (kept.event_id, kept.state, kept.decided_by) == (64505, ReportState.LINKED, "mika")
    (post,) = await house.due()
    assert "TFUG Utsunomiya #05 LT大会" in text_of(await house.say(post))


async def test_none_of_these_is_an_answer_that_sticks_too(house: House):
    question = await asked_about(house)
    assert await house.reporting.answer(question, "none", "mika")
    await house.check(tokyo(2017, 10, 4, 12))
    kept = await report_at(house, "/autumn.html")
    assert (kept.event_id, kept.state) == (None, ReportState.UNLINKED)
    assert await house.due() == []
    assert len(await house.due("question")) == 1


async def test_a_question_that_the_page_answered_itself_is_not_asked(house: House):
    question = await asked_about(house)
    show(house, replace(UNSURE, connpass_id=65606), FOURTH)
    await house.check(tokyo(2017, 10, 4, 12))
    said = await house.ask(question)
    assert isinstance(said, NothingToSay)
    assert [one.event_id for one in await house.due()] == [65606]


async def test_an_unsure_report_of_the_first_sight_can_be_decided_among_the_questions_and_is_not_posted(
    engine: AsyncEngine,
):
    house = House(engine, Site(UNSURE, FOURTH))
    await house.watch()
    await house.check(tokyo(2017, 10, 3, 12))
    (line,) = await house.deliveries.due(house.clock.now())
    assert (line.name.kind, line.destination) == ("old_reports", "local:organisers")
    assert "1件の古いレポートを確認してください" in text_of(await house.say(line))
    asker = an_asker(house.organisers)
    question = await house.question("/autumn.html")
    assert "65606" in question.options
    assert "question:" not in str(await house.reporting.reports(asker))  # which is answered to all
    assert await house.reporting.answer(question, "65606", "mika")
    assert await house.linked() == {"/autumn.html": 65606, "/201708.html": 62404}
    assert await house.due() == []


# --- corrected ---


async def test_a_correction_after_the_post_is_told_to_organisers_and_not_posted_again(house: House):
    show(house, page("秋の会", "/autumn.html", tokyo(2017, 10, 3), BODY[::-1], connpass_id=64505), FOURTH)
    await house.check(tokyo(2017, 10, 3, 12))
    show(house, page("秋の夜の会", "/autumn.html", tokyo(2017, 10, 3), BODY[::-1], connpass_id=65606), FOURTH)
    await house.check(tokyo(2017, 10, 5, 12))
    await house.check(tokyo(2017, 10, 6, 12))
    (notice,) = await house.due("correction")
    said = text_of(await house.say(notice))
    assert notice.destination == "local:organisers"
    assert "秋の会 → 秋の夜の会" in said
    assert "TFUG Utsunomiya #05 LT大会 → TFUG Utsunomiya #06 夜の部" in said
    assert len(await house.due()) == 1


async def test_an_edit_that_contradicts_the_post_becomes_a_question(house: House):
    show(house, FIFTH, FOURTH)
    await house.check(tokyo(2017, 9, 20, 12))
    show(house, replace(FIFTH, connpass_id=60303), FOURTH)
    await house.check(tokyo(2017, 9, 21, 12))
    assert (await report_at(house, "/201709.html")).event_id is None
    (delivery,) = await house.due("question")
    question = await house.question(delivery.name.subject.removeprefix("report:"))
    said = await house.ask(question)
    assert "「TFUG Utsunomiya #05 LT大会」のものとしていたレポート" in text_of(said)
    (post,) = await house.due()
    assert isinstance(await house.say(post), NothingToSay)


# --- missing ---


async def test_a_missing_report_is_asked_for_three_times_and_no_more(house: House):
    await house.check(tokyo(2017, 9, 16, 18))
    assert await house.due("nag") == []
    for day in range(17, 31):
        await house.check(tokyo(2017, 9, day, 11))
    nags = await house.due("nag")
    assert [(one.due_at, one.destination) for one in nags] == [
        (tokyo(2017, 9, day, 10), "local:organisers") for day in (19, 23, 30)
    ]
    said = await house.say(nags[2])
    assert isinstance(said, Message)
    assert "14日たちました" in said.text
    assert SITE in {button.url for button in said.cards[0].buttons}


async def test_nobody_is_asked_once_the_report_is_there_or_asked_about(house: House):
    await house.check(tokyo(2017, 9, 16, 18))
    show(house, FIFTH, FOURTH)
    await house.check(tokyo(2017, 9, 20, 12))
    (nag,) = await house.due("nag")
    assert await house.say(nag) == NothingToSay.REPORT_THERE


async def test_nobody_is_asked_while_the_site_cannot_be_read(house: House):
    await house.check(tokyo(2017, 9, 16, 18))
    house.clock.set(tokyo(2017, 9, 19, 12))
    (nag,) = await house.due("nag")
    assert isinstance(await house.say(nag), NothingToSay)


async def test_nobody_is_asked_about_an_event_that_was_called_off_after_all(house: House):
    await house.check(tokyo(2017, 9, 16, 18))
    fifth = next(event for event in EVENTS if event.id == 64505)
    await house.watch(replace(fifth, status=EventStatus.CANCELLED))
    await house.check(tokyo(2017, 9, 19, 12))
    (nag,) = await house.due("nag")
    assert isinstance(await house.say(nag), NothingToSay)


async def test_events_that_ended_before_the_bot_looked_and_other_groups_events_owe_no_report(engine: AsyncEngine):
    house = House(engine, Site(FOURTH))
    await house.watch()
    await house.check(tokyo(2017, 9, 16, 18))
    await house.check(tokyo(2017, 9, 19, 12))
    assert await house.due("nag") == []
    other = replace(
        EVENTS[4], id=1, group="utsunomiyarb", url="https://utsunomiyarb.connpass.com/event/1/", title="rb #5"
    )
    other = replace(other, started_at=tokyo(2017, 9, 20, 18), ended_at=tokyo(2017, 9, 20, 20))
    await house.watch(*EVENTS, other)
    await house.check(tokyo(2017, 9, 23, 12))
    assert await house.due("nag") == []


async def test_without_a_site_nothing_is_asked_and_answers_say_so(engine: AsyncEngine):
    house = House(engine, None)
    await house.watch()
    await house.check(tokyo(2017, 9, 19, 12))
    assert await house.deliveries.counts() == {}
    assert "レポートはまだありません" in (await house.reporting.reports(an_asker(house.members))).text


# --- answers ---


@pytest.mark.parametrize("asked", ["4", "#04", "第4回", "＃４", "ハンズオン"])
async def test_a_report_is_found_by_number_or_word(house: House, asked: str):
    answer = await house.reporting.report(an_asker(house.members), asked)
    assert (answer.event_id, answer.report_url) == (62404, FOURTH.url)
    assert "TFUG Utsunomiya #04 ハンズオン" in answer.text


async def test_the_newest_report_is_shown_where_none_is_named(house: House):
    show(house, FIFTH, FOURTH)
    await house.check(tokyo(2017, 9, 20, 12))
    answer = await house.reporting.report(an_asker(house.members))
    assert [card.url for card in answer.cards] == [FIFTH.url]


async def test_no_report_yet_not_held_yet_and_no_such_event_are_told_apart(house: House):
    house.clock.set(tokyo(2017, 9, 17))
    assert "まだありません" in (await house.reporting.report(an_asker(house.members), "5")).text
    assert "これから開催" in (await house.reporting.report(an_asker(house.members), "6")).text
    assert "見つかりません" in (await house.reporting.report(an_asker(house.members), "99")).text


async def test_all_reports_are_listed_the_newest_first_in_the_language_of_the_room(house: House):
    show(house, FOURTH, FIFTH)
    await house.check(tokyo(2017, 9, 20, 12))
    english = replace(house.members, locale="en")
    answer = await house.reporting.reports(an_asker(english))
    assert answer.lead == "There are 2 reports."
    assert [card.url for card in answer.cards] == [FIFTH.url, FOURTH.url]


async def test_a_room_lists_no_reports_of_events_it_does_not_follow(house: House):
    stranger = Room("local", "elsewhere", ("ruby",))
    assert (await house.reporting.reports(an_asker(stranger))).cards == ()


async def test_a_report_as_json_says_how_sure_and_why(house: House):
    (report,) = await house.reports.reports()
    shown = report_json(report, texts_for("ja"))
    assert (shown["event_id"], shown["state"], shown["url"]) == (62404, "linked", FOURTH.url)
    assert shown["certainty"] == pytest.approx(0.895)
    assert shown["reasons"][0] == "タイトルの番号（#4）が「connpass 62404」と同じです。"
    assert report_json(report, texts_for("en"))["reasons"][0].startswith("The number in its title")


# --- a whole site with every trap ---


@pytest.mark.parametrize("feed", [False, True])
async def test_no_report_is_ever_tied_to_a_wrong_event(engine: AsyncEngine, parser: PageParser, feed: bool):
    """Every trap, published one after the other as the site grew; each report is linked rightly or asked about."""
    with ReportServer(ARTICLES[:1], feed=feed) as server, HttpClient("the report site") as http:
        house = House(engine, ReportSite(server.url, http, parser))
        await house.watch()
        await house.check(tokyo(2017, 6, 4))
        for article in sorted(ARTICLES[1:], key=lambda one: datetime.fromisoformat(one.published)):
            server.add(article)
            for hours in (1, 2):
                await house.check(datetime.fromisoformat(article.published) + timedelta(hours=hours))
        linked = await house.linked()
    assert {path: event for path, event in linked.items() if event not in (None, TRUTH[path])} == {}
    assert {path for path, event in linked.items() if event is not None} >= {
        "/201705.html",
        "/201706.html",
        "/201707.html",
        "/201708.html",
        "/201710.html",
    }
    asked = {report.path: report for report in await house.reports.reports() if report.state is ReportState.ASKED}
    assert set(asked) == {path for path, event in linked.items() if event is None}
    for path, report in asked.items():
        assert TRUTH[path] is None or str(TRUTH[path]) in (await house.question(report.key)).options
    assert len(await house.due()) == len({one.name.subject for one in await house.due()}) == 4


async def test_the_twin_under_output_and_a_control_character_reach_a_post_unharmed(
    engine: AsyncEngine, parser: PageParser
):
    first = Article("/first.html", "はじめに", "2017-05-01T10:00:00+09:00", "<p>はじめます。</p>")
    with ReportServer([first]) as server, HttpClient("the report site") as http:
        house = House(engine, ReportSite(f"{server.url}output/", http, parser))
        await house.watch()
        await house.check(tokyo(2017, 6, 1))
        server.add(replace(ARTICLES[1], title="#02 読書会\x08を開催しました"))
        await house.check(tokyo(2017, 6, 26))
        (post,) = await house.due()
    said = text_of(await house.say(post))
    assert "#02 読書会を開催しました" in said
    assert "\x08" not in said
