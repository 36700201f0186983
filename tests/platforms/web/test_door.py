"""Who comes to the page from elsewhere: visitors are members and no more, organisers log in, and nobody else does."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.app.running import build_room
from bot.config import WebSettings
from bot.core.askers import Asker, Tenant
from bot.core.cooldowns import Cooldown
from bot.core.messages import Message, MessageKind
from bot.core.rights import asker_in
from bot.core.room import EVERYBODY, LOCAL, MAIN, MANAGERS, Room
from bot.handwriting.teaching_buttons import OfAllGiven, Wish
from bot.handwriting.workers.recogniser import LocalRecogniser
from bot.organisers.console import Console
from bot.organisers.pages import EndSessions
from bot.organisers.rehearsing import Collector
from bot.platforms.web import api
from bot.platforms.web.door import is_reached_from_elsewhere
from bot.platforms.web.server import WebRoom
from bot.store import visitors
from tests.parity.house import SOURCE, House, open_house, serving
from tests.parity.on_local import Paper
from tests.support.communities import (
    SECRET,
    SOURCE_OF_B,
    commands_given,
    forged,
    shown_of_a,
    state_of_a,
    things_of_a,
    two_groups,
)
from tests.support.events import NOW

PUBLIC = "http://tsudoi.example.test"
A, B = Tenant("discord", "100", frozenset({"101"})), Tenant("discord", "200", frozenset({"201"}))
IDS_OF_B = ("discord:200", "discord:201", "'200'", "discord:@88", "local:@", "'@")  # and what is on the page alone
NO_LIMIT = Cooldown(10**6, timedelta(minutes=1))
FROM_ELSEWHERE = {"X-Forwarded-For": "203.0.113.9"}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    room = Room(LOCAL, MAIN, (SOURCE,), organisers=(EVERYBODY,), asks=True)
    rooms_of_the_chat = [
        Room("discord", "101", (SOURCE,), organisers=(MANAGERS,), guild="100"),
        Room("discord", "201", (SOURCE_OF_B,), organisers=(MANAGERS,), guild="200"),
    ]
    async with open_house(tmp_path, room, beside=rooms_of_the_chat, connpass=two_groups()) as house:
        console = Console(house.services.stores.sessions, house.rooms, house.clock, PUBLIC)
        organising = house.services.answering.organising
        assert organising is not None
        limits: dict[str, Any] = {"commands": NO_LIMIT, "pictures": NO_LIMIT, "lessons": NO_LIMIT}
        answering = replace(house.services.answering, organising=replace(organising, console=console), **limits)
        house.services = replace(house.services, answering=answering)
        yield house


def a_page(house: House, **web: Any) -> WebRoom:
    settings = house.settings.model_copy(update={"web": WebSettings(port=0, **web)})
    return build_room(
        settings, house.services, house.recogniser, cast(LocalRecogniser, Paper(house.recogniser)), None, []
    )


@pytest.fixture
async def page(house: House) -> AsyncIterator[WebRoom]:
    """A page that has an address for everybody."""
    page = a_page(house, public_url=PUBLIC)
    house.senders += [page, Collector("discord", house.clock)]
    async with serving(page):
        await page.opened.wait()
        yield page


class Browser:
    """Somebody's browser, with the cookies that it was given."""

    def __init__(self, page: WebRoom, **headers: str) -> None:
        self.client = aiohttp.ClientSession(page.url, headers=headers, cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def __aenter__(self) -> "Browser":
        await self.client.__aenter__()
        await self.get("/api/messages?limit=60")  # the first that a page asks for
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self.client.__aexit__(*error)

    async def get(self, path: str) -> Any:
        async with self.client.get(path) as response:
            return await response.json(content_type=None)

    async def says(self, text: str) -> str:
        async with self.client.post("/api/messages", json={"text": text}) as response:
            return await response.text()

    async def presses(self, button: str, values: list[str] | None = None) -> str:
        async with self.client.post("/api/actions", json={"id": button, "values": values or []}) as response:
            return await response.text()

    async def sees(self) -> str:
        async with self.client.get("/api/messages") as response:
            return await response.text()

    async def follows(self, link: str) -> int:
        async with self.client.post("/api/console", json={"link": urlsplit(link).fragment}) as response:
            return response.status

    async def organises(self) -> bool:
        return bool((await self.get("/api/console"))["organises"])


def console_of(house: House) -> Console:
    organising = house.services.answering.organising
    assert organising is not None
    assert organising.console is not None
    return organising.console


def organiser(house: House, tenant: Tenant, channel: str, member: str = "77") -> Asker:
    return asker_in(house.rooms, tenant, channel, member, (MANAGERS,))


@pytest.mark.parametrize(
    ("settings", "is_reached"),
    [
        ({}, False),
        ({"host": "localhost"}, False),
        ({"host": "::1"}, False),
        ({"host": "0.0.0.0"}, True),
        ({"host": ""}, True),
        ({"host": "192.168.1.5"}, True),
        ({"public_url": PUBLIC}, True),
    ],
)
def test_who_reaches_the_page_follows_from_its_address(settings: dict[str, str], is_reached: bool) -> None:
    assert is_reached_from_elsewhere(WebSettings(**settings)) is is_reached


async def test_who_opens_the_page_on_its_own_machine_runs_the_bot_without_a_log_in(house: House) -> None:
    page = a_page(house)
    async with serving(page):
        await page.opened.wait()
        async with Browser(page) as browser:
            assert await browser.organises()
            assert "集い Tsudoi" in await browser.says("!集い 状態")
            assert "tsudoi_" not in str(list(browser.client.cookie_jar))
        async with Browser(page, **FROM_ELSEWHERE) as passed_on:
            assert not await passed_on.organises()
            assert "運営の方" in await passed_on.says("!集い 状態")


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
async def test_what_somebody_passes_on_comes_from_elsewhere(house: House, header: str) -> None:
    page = a_page(house)
    async with serving(page):
        await page.opened.wait()
        async with Browser(page, **{header: "203.0.113.9"}) as browser:
            assert not await browser.organises()


async def test_the_log_says_which_organiser_acted_and_names_no_visitor_who_tried(house: House, page: WebRoom) -> None:
    async with Browser(page) as browser:
        with capture_logs() as of_a_visitor:
            await browser.presses("tsudoi:status")
        await browser.follows(await console_of(house).link_for(organiser(house, A, "101")))
        with capture_logs() as of_an_organiser:
            await browser.presses("tsudoi:status")
    assert of_a_visitor == []
    assert [(line["event"], line["by"]) for line in of_an_organiser] == [("organiser acted on the page", "discord:@77")]


async def test_a_visitor_can_do_nothing_of_what_organisers_can(house: House, page: WebRoom, tmp_path: Path) -> None:
    things = await things_of_a(house, A, "101", "77")
    before = state_of_a(tmp_path / "tsudoi.db", ("local:@", "'@"))
    async with Browser(page) as visitor:
        said = [await visitor.presses(pressed, values) for pressed, values in forged(things)]
        said += [await visitor.says(f"!{command.name} {words}".strip()) for command, words in commands_given()]
        said.append(await visitor.sees())
    marks = [one for one in said if f"{SECRET}の記録" in one and "question:" in one]
    assert marks == []
    assert state_of_a(tmp_path / "tsudoi.db", ("local:@", "'@")) == before


async def test_an_organiser_who_logged_in_sees_their_own_community_and_no_other(
    house: House, page: WebRoom, tmp_path: Path
) -> None:
    things = await things_of_a(house, A, "101", "77")
    before = state_of_a(tmp_path / "tsudoi.db", IDS_OF_B)
    async with Browser(page) as browser:
        assert await browser.follows(await console_of(house).link_for(organiser(house, B, "201", "88"))) == 200
        assert await browser.organises()
        logs_out = (EndSessions().id, OfAllGiven(Wish.ERASE).id)
        stays = [tried for tried in forged(things) if tried[0] not in logs_out]
        said = [await browser.presses(pressed, values) for pressed, values in stays]
        said += [await browser.says(f"!{command.name} {words}".strip()) for command, words in commands_given()]
        assert await browser.organises()
    assert shown_of_a(said, "a room") == []
    assert any("みんなの会" in one for one in said)
    assert state_of_a(tmp_path / "tsudoi.db", IDS_OF_B) == before
    async with Browser(page) as browser:
        await browser.follows(await console_of(house).link_for(organiser(house, A, "101")))
        assert f"{SECRET}の会" in await browser.says("!集い 状態")


async def test_a_link_lets_somebody_in_once_and_in_time(house: House, page: WebRoom) -> None:
    link = await console_of(house).link_for(organiser(house, A, "101"))
    assert link.startswith(f"{PUBLIC}/console#")
    async with Browser(page) as first, Browser(page) as second:
        assert await first.follows(link) == 200
        assert await second.follows(link) == 403
        assert (await first.organises(), await second.organises()) == (True, False)
        late = await console_of(house).link_for(organiser(house, A, "101"))
        house.clock.set(house.clock.now() + timedelta(minutes=16))
        assert await second.follows(late) == 403
        assert await second.follows("#guessed") == 403


async def test_the_cookie_is_kept_from_scripts_and_from_other_pages(house: House, page: WebRoom) -> None:
    link = await console_of(house).link_for_operator(page.url)
    async with Browser(page) as browser:
        async with browser.client.post("/api/console", json={"link": urlsplit(link).fragment}) as response:
            (cookie,) = response.headers.getall("Set-Cookie")
        secret = cookie.partition("=")[2].partition(";")[0]
        assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"} <= set(cookie.split("; "))
        assert await browser.organises()
    sessions = house.services.stores.sessions
    assert await sessions.session(secret, NOW) is None  # the store has its digest alone


async def test_a_session_ends_by_itself_by_logging_out_and_from_the_chat(house: House, page: WebRoom) -> None:
    console, asker = console_of(house), organiser(house, A, "101")
    async with Browser(page) as one, Browser(page) as other:
        for browser in (one, other):
            await browser.follows(await console.link_for(asker))
        async with one.client.post("/api/console/leave") as response:
            assert response.status == 200
        assert (await one.organises(), await other.organises()) == (False, True)
        await one.follows(await console.link_for(asker))
        assert await console.end_all(asker) == 2
        assert (await one.organises(), await other.organises()) == (False, False)
        await one.follows(await console.link_for(asker))
        house.clock.set(house.clock.now() + timedelta(hours=12, seconds=1))
        assert not await one.organises()


async def test_no_console_gives_a_link_to_itself(house: House, page: WebRoom) -> None:
    async with Browser(page) as browser:
        await browser.follows(await console_of(house).link_for(organiser(house, A, "101")))
        said = await browser.says("!tsudoi console")
    assert "console#" not in said
    assert "このページがコンソールです" in said


async def test_a_stream_ends_with_its_session(house: House, page: WebRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "HEARTBEAT", 0.1)  # at which it looks whether the session still holds
    async with Browser(page) as browser:
        await browser.follows(await console_of(house).link_for(organiser(house, A, "101")))
        async with browser.client.get("/api/stream") as stream:
            await console_of(house).end_all(organiser(house, A, "101"))
            assert (await asyncio.wait_for(stream.read(), 20)).startswith(b"retry")


async def test_rights_in_the_console_are_those_of_now(house: House, page: WebRoom) -> None:
    asker = replace(organiser(house, A, "101"), roles=("555",))
    async with Browser(page) as browser:
        await browser.follows(await console_of(house).link_for(asker))
        assert not await browser.organises()
        room = replace(house.rooms.of(A)[0], organisers=("555",))
        await house.services.stores.rooms.save([room], "1", NOW)
        await house.services.following.refresh()
        assert await browser.organises()


async def test_a_visitor_of_whom_nothing_more_is_kept_is_told_so(
    page: WebRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitors, "MOST_OF_ALL", 1)
    async with Browser(page) as first, Browser(page) as second:
        assert "error" not in await first.presses(OfAllGiven(Wish.YES).id)
        refused = json.loads(await second.presses(OfAllGiven(Wish.YES).id))
        assert refused["code"] == "full"
        assert "今は新しく預かれません" in refused["error"]
        assert json.loads(await second.says("!next"))["answers"]  # all else is answered


async def test_visitors_do_not_see_each_other(house: House, page: WebRoom) -> None:
    async with Browser(page) as alice, Browser(page) as bob:
        await alice.says("!remind 5")
        await alice.says("わたしの言葉")
        assert "わたしの言葉" in await alice.sees()
        assert "わたしの言葉" not in await bob.sees()
        assert f"{SECRET}の会" in await alice.says("!reminders")
        assert f"{SECRET}の会" not in await bob.says("!reminders")


async def test_a_visitor_is_reminded_in_their_own_conversation(house: House, page: WebRoom) -> None:
    async with Browser(page) as alice, Browser(page) as bob:
        member = next(cookie.value for cookie in alice.client.cookie_jar if cookie.key == "tsudoi_visitor")[:22]
        await page.send(f"@{member}", Message(MessageKind.REMINDER, "まもなくです"), "a-key")
        assert "まもなくです" in await alice.sees()
        assert "まもなくです" not in await bob.sees()


async def test_questions_to_organisers_are_seen_by_who_runs_the_bot_alone(house: House, page: WebRoom) -> None:
    await page.send(MAIN, Message(MessageKind.QUESTION, "運営の方へ"), "a-question")
    await page.send(MAIN, Message(MessageKind.ANNOUNCEMENT, "新しいイベント"), "a-post")
    async with Browser(page) as visitor, Browser(page) as operator:
        await operator.follows(await console_of(house).link_for_operator(page.url))
        assert "新しいイベント" in await visitor.sees()
        assert "運営の方へ" not in await visitor.sees()
        assert "運営の方へ" in await operator.sees()
        assert "集い Tsudoi" in await operator.says("!集い 状態")
        assert "集い Tsudoi" not in await visitor.sees()
        found = await operator.get("/api/console")
        assert found["member"] == "local:@operator"
        assert found["logged_in"]


async def test_what_a_visitor_presses_below_a_post_is_answered_to_them_alone(house: House, page: WebRoom) -> None:
    await things_of_a(house, A, "101", "77")
    async with Browser(page) as alice, Browser(page) as bob:
        posts = (await bob.get("/api/messages"))["messages"]
        shown = await bob.sees()
        button = next(one["id"] for one in posts[-1]["buttons"] if one["id"].startswith("remind:"))
        pressed = {"id": button, "values": [], "message": posts[-1]["id"]}
        async with alice.client.post("/api/actions", json=pressed) as response:
            assert response.status == 200
        assert await bob.sees() == shown
        assert len((await alice.get("/api/messages"))["messages"]) == len(posts) + 2


def on_disk(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("tsudoi.db*"))


async def test_nothing_of_a_visitor_stays_in_the_database_not_even_their_name(
    house: House, page: WebRoom, tmp_path: Path
) -> None:
    async with Browser(page) as visitor:
        name = (await visitor.get("/api/console"))["member"].partition("@")[2]
        await visitor.says("ひみつ")
        assert name.encode() in on_disk(tmp_path)
        assert "消しました" in await visitor.presses(OfAllGiven(Wish.ERASE).id)
        assert name.encode() not in on_disk(tmp_path)
