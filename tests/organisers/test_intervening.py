"""What organisers do by hand, on a real store: pause a room or a source, retract a message, post it again."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from bot.app.clients import Clients
from bot.app.clock import DrivenClock
from bot.app.ground import Ground, Running
from bot.app.services import Services, build_services
from bot.app.shared_rehearsals import rehearsing
from bot.app.stores import Stores, open_stores
from bot.config import Settings
from bot.core.askers import Asker, Tenant
from bot.core.errors import ConfigurationError, SendRefused
from bot.core.messages import Message
from bot.core.problems.base import Problem
from bot.core.problems.platforms import PermissionMissing
from bot.core.problems.sources import NoSuchSource, SiteUnreadable
from bot.core.rights import asker_in
from bot.core.room import MANAGERS, Room
from bot.core.rooms import Rooms
from bot.delivery.delivering import Delivering
from bot.delivery.rules.deliveries import Delivery, DeliveryState
from bot.events.event_posts import AnnouncementPost
from bot.events.outages import OutagePost, Reach
from bot.events.ports.events import SourceState
from bot.events.ports.sources import Listing
from bot.events.rules.events import Event
from bot.locales import texts_for
from bot.organisers.delivery_labels import subject_label
from bot.organisers.organising import Organising
from tests.support.actions import press
from tests.support.askers import Around
from tests.support.events import NOW, an_event_named

SITE = "https://reports.example/"
GROUP, WORD = "group=tfug-utsunomiya", "keyword=python"
FIRST, SECOND = an_event_named("もくもく会 #5", 501), an_event_named("もくもく会 #6", 502)


class Shown:
    """A source that shows what the test puts in."""

    def __init__(self, name: str) -> None:
        self.name = self.query = name
        self.events: list[Event] = []

    async def listing(self, now: object) -> Listing:
        return Listing(tuple(self.events))


class Nothing:
    """A connpass that nobody asks here."""

    site = None

    def source(self, name: str, months: tuple[int, int] = (0, 6)) -> Shown:
        if "=" not in name:
            raise ConfigurationError(NoSuchSource(name))
        return Shown(name)


class Platform:
    """Keeps what stands in its channels; refuses when told so."""

    platform = "discord"

    def __init__(self) -> None:
        self.there: dict[str, tuple[str, Message]] = {}
        self.count = 0
        self.refusal: Problem | None = None

    async def send(self, channel: str, message: Message, key: str) -> str:
        if self.refusal:
            raise SendRefused(self.refusal)
        self.count += 1
        self.there[f"m{self.count}"] = (channel, message)
        return f"m{self.count}"

    async def edit(self, channel: str, external_id: str, message: Message, key: str) -> bool:
        assert external_id in self.there, "what was retracted was edited"
        self.there[external_id] = (channel, message)
        return True

    async def delete(self, channel: str, external_id: str) -> bool:
        return self.there.pop(external_id, None) is not None

    async def find(self, channel: str, message: Message, key: str, since: object) -> str | None:
        return None

    def titles(self, channel: str = "5") -> list[str]:
        return [f"{message.kind} {message.title}" for where, message in self.there.values() if where == channel]


class House:
    """A guild with two channels, in Japanese and in English."""

    def __init__(self, stores: Stores, rooms: Rooms, services: Services, organising: Organising) -> None:
        self.stores, self.rooms, self.services, self.organising = stores, rooms, services, organising
        self.clock = cast(DrivenClock, services.clock)
        self.platform, self.group, self.word = Platform(), Shown(GROUP), Shown(WORD)
        self.delivering: Delivering = services.delivering([self.platform])  # type: ignore[list-item]

    def organiser(self, channel: str = "5") -> Asker:
        tenant = Tenant("discord", "9", frozenset({"5", "6"}))
        around = Around(names={"5": "events", "6": "english"})
        return asker_in(self.rooms, tenant, channel, "77", (MANAGERS,), surroundings=around)

    async def follow(self, *sources: str) -> None:
        rooms = [
            Room("discord", channel, sources, locale=locale, organisers=(MANAGERS,), guild="9", threads=False)
            for channel, locale in (("5", "ja"), ("6", "en"))
        ]
        await self.stores.rooms.save(rooms, "1", NOW)
        await self.services.following.refresh()
        for source in (self.group, self.word):
            await self.services.watching.watch(source)  # type: ignore[arg-type]

    async def see(self, *events: Event, source: Shown | None = None, after: timedelta = timedelta(minutes=15)) -> None:
        self.clock.set(self.clock.now() + after)
        shown = source or self.group
        shown.events = list(events)
        await self.services.watching.watch(shown)  # type: ignore[arg-type]
        await self.delivering.deliver_due()

    async def act(self, action: str, *values: str, channel: str = "5") -> Message:
        page = await press(self.organising, f"tsudoi:{action}", self.organiser(channel), values)
        assert page is not None
        await self.delivering.deliver_due()
        return page

    async def press(self, page: Message, label: str) -> Message:
        (button,) = (one for one in page.buttons if one.label == label)
        return await self.act(button.id.removeprefix("tsudoi:"))

    async def status(self, channel: str = "5") -> Message:
        return await self.organising.open(self.organiser(channel), "status")

    async def chosen(self, label: str) -> Message:
        """Choose a message on the page of status by a part of its label."""
        (choice,) = (await self.status()).choices
        value = next(option.value for option in choice.options if label in option.label)
        return await self.act("sent:show", value)


@pytest.fixture
async def house(tmp_path: Path, clock: DrivenClock) -> AsyncIterator[House]:
    settings = Settings(recognition={"enabled": False}, reports={"site_url": SITE})
    async with open_stores(f"sqlite:///{tmp_path}/tsudoi.db") as stores:
        rooms = Rooms((), (), home="discord:9")

        async def changed() -> None:
            await services.following.refresh()

        rehearse = rehearsing(settings, cast(Clients, Nothing()), clock)
        running = Running(open_source=Nothing().source, rehearse=rehearse, changed=changed)
        services = build_services(Ground(settings=settings, stores=stores, rooms=rooms, clock=clock), running)
        await services.following.load()
        organising = services.answering.organising
        assert organising is not None
        yield House(stores, rooms, services, organising)


async def test_a_paused_source_is_silent_in_every_room_and_what_came_meanwhile_is_not_told_later(house: House) -> None:
    await house.follow(GROUP)
    page = await house.press(await house.act("sources:show", GROUP), "1週間休止する")
    assert "まで休止中" in page.text
    await house.see(FIRST)
    assert house.platform.there == {}
    await house.see(FIRST, SECOND, after=timedelta(days=7))
    assert house.platform.titles() == [f"announcement {SECOND.title}"]
    assert house.platform.titles("6") == [f"announcement {SECOND.title}"]
    assert "休止中" not in (await house.status()).text


async def test_a_pause_without_an_end_lasts_until_somebody_resumes_it(house: House) -> None:
    await house.follow(GROUP)
    page = await house.press(await house.act("sources:show", GROUP), "再開するまで休止する")
    await house.see(FIRST, after=timedelta(days=2))
    assert house.platform.there == {}
    await house.press(page, "再開する")
    await house.see(FIRST, SECOND)
    assert house.platform.titles() == [f"announcement {SECOND.title}"]


async def test_reminders_go_on_after_a_pause(house: House) -> None:
    await house.follow(GROUP)
    await house.press(await house.act("sources:show", GROUP), "1週間休止する")
    await house.see(FIRST)
    for days in (3, 6):  # the reminder a week before falls into the pause, the one a day before does not
        await house.see(FIRST, after=timedelta(days=days))
    assert house.platform.titles() == [f"reminder {FIRST.title}"]


async def test_what_another_source_shows_too_is_said_though_one_is_paused(house: House) -> None:
    await house.follow(GROUP, WORD)
    await house.press(await house.act("sources:show", GROUP), "1週間休止する")
    await house.see(FIRST)
    await house.see(FIRST, SECOND, source=house.word)
    assert house.platform.titles() == [f"announcement {FIRST.title}", f"announcement {SECOND.title}"]


async def test_a_paused_room_is_silent_and_the_other_one_is_not(house: House) -> None:
    await house.follow(GROUP)
    page = await house.press(await house.act("rooms:show", "5"), "30日間休止する")
    assert "休止中" in page.text
    await house.see(FIRST)
    assert house.platform.titles() == []
    assert house.platform.titles("6") == [f"announcement {FIRST.title}"]
    assert "⏸ #events: " in (await house.status()).lead


async def test_a_retracted_announcement_stays_away_and_its_event_is_not_spoken_of_again(house: House) -> None:
    await house.follow(GROUP)
    await house.see(FIRST)
    page = await house.press(await house.chosen(FIRST.title), "取り消す（削除）")
    assert "もう投稿しません" in page.text
    assert house.platform.titles() == []
    moved = an_event_named(FIRST.title, 501, started_at=NOW + timedelta(days=11), place="別の会場")
    await house.see(moved, after=timedelta(hours=1))
    await house.see(moved, after=timedelta(days=10))
    assert house.platform.titles() == []
    assert f"announcement {FIRST.title}" in house.platform.titles("6")
    assert await house.stores.deliveries.about(AnnouncementPost, ["event:501"])
    page = await house.chosen(f"🗑 お知らせ： {FIRST.title}")
    assert [button.label for button in page.buttons] == ["もう一度投稿する"]
    await house.press(page, "もう一度投稿する")
    assert f"announcement {FIRST.title}" in house.platform.titles()


async def test_a_retracted_reminder_is_deleted_and_other_messages_stay(house: House) -> None:
    await house.follow(GROUP)
    await house.see(FIRST)
    await house.see(FIRST, after=timedelta(days=3))
    await house.press(await house.chosen("リマインド"), "取り消す（削除）")
    await house.see(FIRST, after=timedelta(minutes=5))
    assert house.platform.titles() == [f"announcement {FIRST.title}"]
    assert len(house.platform.titles("6")) == 2


async def test_who_did_what_stands_in_status(house: House) -> None:
    await house.follow(GROUP)
    await house.see(FIRST)
    await house.press(await house.chosen(FIRST.title), "もう一度投稿する")
    assert house.platform.titles() == [f"announcement {FIRST.title}"] * 2
    await house.press(await house.chosen(FIRST.title), "取り消す（削除）")
    (card,) = (one for one in (await house.status()).cards if one.title == "手動操作の記録")
    assert [(field.name.split()[2], field.member) for field in card.fields] == [("取り消し:", "77"), ("再投稿:", "77")]


async def test_a_failure_is_told_with_its_remedy_in_the_rooms_language_and_can_be_posted_again(house: House) -> None:
    await house.follow(GROUP)
    house.platform.refusal = PermissionMissing(where="channel 5", detail="Missing Permissions, code 50013")
    await house.see(FIRST)
    assert "権限が足りません" in (await house.status()).text
    assert "I lack a permission in the channel" in (await house.status("6")).text
    house.platform.refusal = None
    await house.press(await house.chosen(f"⚠️ お知らせ： {FIRST.title}"), "もう一度投稿する")
    assert len(house.platform.there) == 1


async def test_status_says_when_the_report_site_was_read_last_and_what_to_do_where_it_cannot_be(house: House) -> None:
    await house.follow(GROUP)
    (sources,) = (card for card in (await house.status()).cards if card.title == "フォロー中のイベント")
    assert (sources.fields[-1].name, sources.fields[-1].value) == ("レポートサイト", "まだ確認していません")
    failed = SourceState(
        house.services.reporting.name, SITE, NOW, NOW, error=SiteUnreadable(where=SITE, detail="answered 503")
    )
    await house.stores.events.note(failed)
    said = (await house.status()).text
    assert "レポートサイト: 最終確認 2026年5月12日" in said
    assert "レポートのサイトを読み取れません" in said
    rooms = [replace(room, reports=False) for room in house.rooms.in_force]
    house.rooms.set_up(rooms)
    assert "レポートサイト" not in (await house.status()).text


async def test_status_says_that_nobody_polls_what_the_configuration_has_no_more(house: House) -> None:
    await house.follow(GROUP, "gone")
    (sources,) = (card for card in (await house.status()).cards if card.title == "フォロー中のイベント")
    gone = (
        "まだ確認していません\n⚠️ 取得元「gone」は設定にありません。[[sources]] に書くか、チャンネルから外してください。"
    )
    assert {field.name: field.value for field in sources.fields}["gone"] == gone


def test_a_note_that_is_about_no_event_is_named_alone() -> None:
    note = Delivery(OutagePost("discord:5", Reach.DOWN, NOW, "connpass answered 503", ()), "discord:5", NOW)
    assert subject_label(texts_for("ja"), note, {}) == "運営者へのお知らせ"


async def test_messages_of_another_guild_cannot_be_touched(house: House) -> None:
    await house.follow(GROUP)
    await house.see(FIRST)
    said = (await house.stores.deliveries.about(AnnouncementPost, ["event:501"]))[0]
    elsewhere = asker_in(house.rooms, Tenant("discord", "8", frozenset({"7"})), "7", "66", (MANAGERS,))
    await press(house.organising, f"tsudoi:sent:retract:{said.id}", elsewhere)
    await house.delivering.deliver_due()
    assert len(house.platform.there) == 2
    kept = await house.stores.interventions.message([said.destination], said.id or 0)
    assert kept is not None
    assert kept.state is DeliveryState.SENT
