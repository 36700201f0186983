"""Everything that organisers are asked stands in one inbox, and what they answer there is done."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.askers import Asker, Tenant
from bot.core.messages import Button, Message
from bot.core.rights import asker_in
from bot.core.room import MANAGERS, Room, direct_to
from bot.delivery.rules.deliveries import Delivery
from bot.events.rules.events import Event
from bot.reports.report_posts import OldReportsPost
from bot.reports.rules.reports import ReportPage
from tests.parity.house import SITE, SOURCE, Connpass, House, ReportSite, open_house
from tests.support.actions import act
from tests.support.events import NOW, an_event_named

ROOM = Room("discord", "5", (SOURCE,), organisers=(MANAGERS,))
BODY = "みんなで集まり、書いたものを見せあいました。"


def held(number: int, days_ago: int) -> Event:
    """An evening that took place."""
    at = NOW - timedelta(days=days_ago)
    return an_event_named(f"もくもく会 #{number}", 400 + number, started_at=at, ended_at=at + timedelta(hours=2))


def a_page(name: str, days_ago: int = 10, body: str = BODY) -> ReportPage:
    text = f"{name}、{body}{name * 9}"
    return ReportPage(f"{SITE}{name}.html", f"/{name}.html", f"{name}の記録", NOW - timedelta(days=days_ago), text)


PAST = [held(number, 60 - 3 * number) for number in range(3, 10)]
COMING = an_event_named("もくもく会 #20", 420)
OLD = [a_page(name) for name in ("春", "夏", "秋", "冬", "朝", "夜")]


@dataclass
class Desk:
    """An organiser of the server, with what they open and press."""

    house: House

    @property
    def organiser(self) -> Asker:
        tenant = Tenant("discord", "9", frozenset({"5", "6"}))
        return asker_in(self.house.rooms, tenant, "5", "77", (MANAGERS,))

    async def open(self, topic: str) -> Message:
        organising = self.house.services.answering.organising
        assert organising is not None
        return await organising.open(self.organiser, topic)

    async def press(self, button: Button, *values: str) -> Message:
        said = await act(self.house.services.answering, self.organiser, button.id, values)
        assert said is not None
        return said

    async def due(self, *kinds: str) -> list[Delivery]:
        due = await self.house.services.stores.deliveries.due(self.house.clock.now(), limit=1000)
        return [delivery for delivery in due if delivery.name.kind in kinds]

    async def look(self, *events: Event) -> None:
        self.house.connpass.events = list(events)
        await self.house.services.watching.watch(self.house.connpass.source(SOURCE))


def labelled(message: Message, label: str) -> Button:
    every = [*(button for card in message.cards for button in card.buttons), *message.buttons]
    return next(button for button in every if label in button.label)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    connpass = Connpass(ReportSite(OLD), [*PAST, COMING])
    async with open_house(tmp_path, ROOM, connpass=connpass) as house:
        yield Desk(house)


async def test_the_unclear_reports_of_the_first_sight_are_one_line_and_one_list_in_pages(desk: Desk) -> None:
    subject = OldReportsPost.about(site=SITE)
    (line,) = await desk.house.services.stores.deliveries.about(OldReportsPost, {subject})
    assert line.destination == "discord:5"
    message = await desk.house.services.known.compose(line, ROOM)
    assert isinstance(message, Message)
    assert message.lead.startswith("6件の古いレポートを確認してください")
    first = await desk.press(message.buttons[0])
    assert first.lead == "回答待ちの質問が6件あります。"
    second = await desk.press(labelled(first, "次へ"))
    titles = {card.title for page in (first, second) for card in page.cards}
    assert titles == {page.title for page in OLD}


async def test_what_is_answered_in_the_list_is_done_and_gone_from_it(desk: Desk) -> None:
    page = await desk.open("questions")
    answered = page.cards[0].title
    page = await desk.press(page.cards[0].buttons[0])
    assert page.lead == "ありがとうございます。反映します。\n回答待ちの質問が5件あります。"
    assert answered not in {card.title for card in page.cards}
    (report,) = [one for one in await desk.house.services.stores.reports.reports() if one.title == answered]
    assert report.event_id is not None
    assert "回答待ちの質問が5件" in (await desk.open("status")).text


async def test_a_question_of_another_community_is_neither_shown_nor_taken(desk: Desk) -> None:
    settle = (await desk.open("questions")).cards[0].buttons[0]
    stranger = asker_in(desk.house.rooms, Tenant("discord", "8", frozenset({"7"})), "7", "66", (MANAGERS,))
    for pressed in ("questions:open", settle.id):
        said = await act(desk.house.services.answering, stranger, pressed)
        assert said is not None
        assert said.cards == ()
    assert len(await desk.house.services.stores.questions.open_questions()) == 6


async def test_a_vanished_event_asks_nobody_in_the_channel_and_what_organisers_say_is_told_there(desk: Desk) -> None:
    new = an_event_named("新しい会", 430)
    await desk.look(*PAST, COMING, new)
    await desk.house.delivers()
    for _ in range(2):
        await desk.look(*PAST, new)
    (asked,) = await desk.due("question")
    assert (asked.destination, await desk.due("notice")) == ("local:main", [])
    page = await desk.open("questions")
    assert page.cards[0].title == "【削除】 もくもく会 #20"
    await desk.press(labelled(page, "中止としてお知らせする"))
    (told,) = await desk.due("change")
    message = await desk.house.services.known.compose(told, ROOM)
    assert isinstance(message, Message)
    assert (told.destination, message.lead) == ("discord:5", "このイベントは中止になりました。")
    assert len(await desk.house.services.stores.questions.open_questions()) == 6


async def test_who_set_a_channel_up_is_told_alone_where_no_channel_is_for_organisers(tmp_path: Path) -> None:
    public = Room("discord", "6", ("group=elsewhere",), organisers=(MANAGERS,), guild="8")
    connpass = Connpass(ReportSite(), [], {"group=elsewhere": [COMING]})
    async with open_house(tmp_path, ROOM, connpass=connpass, beside=[public]) as house:
        connpass.events_of["group=elsewhere"] = []
        for _ in range(2):
            await house.services.watching.watch(connpass.source("group=elsewhere"))
        due = await house.services.stores.deliveries.due(NOW)
        assert [(one.name.kind, one.destination) for one in due] == [("notice", direct_to("discord", "1"))]
        marked = replace(public, channel="66", asks=True)
        await house.services.stores.rooms.save([marked], "1", NOW)
        await house.services.following.refresh()
        connpass.events_of["group=elsewhere"] = [replace(COMING, id=421, title="別の会")]
        await house.services.watching.watch(connpass.source("group=elsewhere"))
        connpass.events_of["group=elsewhere"] = []
        for _ in range(2):
            await house.services.watching.watch(connpass.source("group=elsewhere"))
        due = await house.services.stores.deliveries.due(NOW)
        assert [one.destination for one in due if one.name.kind == "question"] == ["discord:66"]


async def test_a_vanished_event_that_is_back_is_asked_about_no_more(desk: Desk) -> None:
    for events in (PAST, PAST, [*PAST, COMING]):
        await desk.look(*events)
    assert (await desk.open("questions")).lead == "回答待ちの質問が6件あります。"


async def test_a_report_that_was_linked_wrongly_is_corrected_and_its_posts_follow(desk: Desk) -> None:
    wrong, right = PAST[0], PAST[1]
    linked = replace(a_page("集まり", 1), connpass_id=wrong.id)
    desk.house.connpass.site.shown = [*OLD, linked]
    await desk.house.services.reporting.check_site()
    (posted,) = await desk.due("report")
    claimed = await desk.house.services.stores.deliveries.claim(posted, NOW, NOW + timedelta(seconds=30))
    assert claimed is not None
    await desk.house.services.stores.deliveries.sent(claimed, NOW, "1234")

    page = await desk.open("reports")
    (option,) = [
        option for option in page.choices[0].options if option.label.startswith("集まりの記録 → もくもく会 #3")
    ]
    shown = await act(desk.house.services.answering, desk.organiser, page.choices[0].id, [option.value])
    assert shown is not None
    found = await act(desk.house.services.answering, desk.organiser, shown.entries[0].id, ["#4"])
    assert found is not None
    done = await desk.press(labelled(found, "#4"))
    assert done.lead.startswith("「集まりの記録」のイベントを「もくもく会 #4」にしました。")

    report = await desk.house.services.stores.reports.report("/集まり.html")
    assert report is not None
    assert (report.event_id, report.decided_by) == (right.id, "77")
    (edit,) = [edit for edit in await desk.due("edit") if edit.name.subject == "report:/集まり.html"]
    assert edit.destination == "discord:5"
    message = await desk.house.services.known.compose(replace(claimed, external_id="1234"), ROOM)
    assert isinstance(message, Message)
    assert right.title in message.text


async def test_a_missing_report_is_open_until_it_is_there_or_organisers_say_that_there_will_be_none(desk: Desk) -> None:
    at = NOW + timedelta(hours=1)
    evening = an_event_named("もくもく会 #10", 410, started_at=at, ended_at=at + timedelta(hours=2))
    await desk.look(*PAST, COMING, evening)
    await desk.house.services.stores.reports.record_reports(  # that its group is the site's is known by a report
        [replace(one, event_id=PAST[0].id) for one in (await desk.house.services.stores.reports.reports())[:1]]
    )
    desk.house.clock.set(NOW + timedelta(days=4))
    await desk.house.services.reporting.check_site()
    page = await desk.open("questions")
    assert page.cards[0].title == evening.title
    assert "下書き" in "".join(button.label for button in page.cards[0].buttons)
    assert len(await desk.due("nag")) == 1
    await desk.press(labelled(page, "レポートは書かない"))
    (nag,) = await desk.due("nag")
    assert not isinstance(await desk.house.services.known.compose(nag, ROOM), Message)
