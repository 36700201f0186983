"""Members' own reminders: asked for, moved with the event, put off, and cancelled."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.clock import DrivenClock
from bot.core.errors import MemberUnreachable
from bot.core.messages import Message
from bot.core.problems.platforms import NoDirectMessages
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.delivery.delivering import Delivering
from bot.delivery.rules.deliveries import DeliveryState
from bot.delivery.store.deliveries import Deliveries
from bot.events.ports.events import SourceState, Watched
from bot.events.rules.events import Event, EventStatus, sight
from bot.events.store.events import Events
from bot.reminders.reminding import Reminding
from bot.reminders.store.personal_reminders import PersonalReminders
from bot.store.personal import PersonalData
from tests.support.actions import press
from tests.support.askers import an_asker
from tests.support.events import NOW, a_room, an_event_named, tokyo
from tests.support.knowledge import known_in

START = tokyo(2026, 5, 22, 19)
EVENT = an_event_named(started_at=START)
ALICE, BOB = "77", "88"


class Mailbox:
    """A platform that delivers to members; those in `closed` take nothing."""

    platform = "discord"

    def __init__(self) -> None:
        self.received: list[tuple[str, Message]] = []
        self.closed: set[str] = set()
        self.tries = 0

    async def send(self, channel: str, message: Message, key: str) -> str:
        self.tries += 1
        if channel in self.closed:
            raise MemberUnreachable(NoDirectMessages())
        self.received.append((channel, message))
        return f"m{len(self.received)}"

    async def edit(self, channel: str, external_id: str, message: Message, key: str) -> bool:
        raise NotImplementedError

    async def find(self, channel: str, message: Message, key: str, since: object) -> str | None:
        return None


class World:
    def __init__(self, engine: AsyncEngine, clock: DrivenClock) -> None:
        self.clock, self.mailbox, self.room = clock, Mailbox(), a_room(platform="discord", channel="1")
        self.engine, self.events, self.deliveries = engine, Events(engine), Deliveries(engine)
        self.reminding = Reminding(PersonalReminders(engine), self.events, clock)
        rooms = Rooms((self.room,), ("utsunomiya",))
        self.delivering = Delivering(
            self.deliveries,
            {"discord": self.mailbox},
            known_in(engine, rooms, clock).compose,
            rooms,
            clock,
            self.reminding.unreachable,
        )

    async def see(self, *events: Event) -> None:
        known = await self.events.known([event.id for event in events])
        seen = tuple(sight(known.get(event.id), event) for event in events)
        state = SourceState("utsunomiya", "group=utsunomiya", NOW, self.clock.now())
        await self.events.record(
            Watched(state, self.clock.now(), events=seen, sighted=tuple(event.id for event in events))
        )

    async def remind(self, argument: str = "", member: str = ALICE) -> Message:
        return await self.reminding.remind(an_asker(self.room, member), argument)

    async def press(self, button: str, member: str = ALICE, room: Room | None = None) -> Message:
        answer = await press(self.reminding, button, an_asker(room or self.room, member))
        assert answer is not None
        return answer

    async def at(self, moment: object) -> list[tuple[str, Message]]:
        """Let time pass until the moment, and return what was delivered on the way."""
        before = len(self.mailbox.received)
        while (due := await self.deliveries.earliest()) is not None and due <= moment:
            self.clock.set(max(due, self.clock.now()))
            await self.delivering.deliver_due()
        self.clock.set(moment)
        return self.mailbox.received[before:]


@pytest.fixture
async def world(engine: AsyncEngine, clock: DrivenClock) -> World:
    world = World(engine, clock)
    await world.see(EVENT)
    return world


def labels(message: Message) -> list[str]:
    return [button.label for button in message.buttons]


async def test_the_bell_reminds_the_day_before_and_an_hour_before_by_direct_message(world: World) -> None:
    answer = await world.press("remind:501")
    assert answer.lead == "前日と1時間前にDMでお知らせします。"
    assert labels(answer) == ["1週間前", "✓ 前日", "3時間前", "✓ 1時間前", "30分前", "リマインドを取り消す"]
    received = await world.at(START)
    assert [channel for channel, _ in received] == ["@77", "@77"]
    assert "明日 19:00 からです" in received[0][1].lead
    assert "もくもく会 #5" in received[0][1].text


async def test_the_bell_pressed_again_shows_the_state_and_changes_nothing(world: World) -> None:
    await world.remind("3日前")
    answer = await world.press("remind:501")
    assert answer.lead == "3日前にDMでお知らせします。"
    assert len(await world.at(START)) == 1


async def test_lead_times_are_switched_by_buttons_and_the_last_one_off_cancels(world: World) -> None:
    await world.remind("30分")
    assert (await world.press("remind:501:180m")).lead == "3時間前と30分前にDMでお知らせします。"
    assert (await world.press("remind:501:30m")).lead == "3時間前にDMでお知らせします。"
    assert "取り消しました" in (await world.press("remind:501:180m")).lead
    assert await world.at(START) == []


@pytest.mark.parametrize(
    "argument", ["3日前 30分", "5 3d 30m", "#5 3日前、30分前", "もくもく 3d 30m", "501 3d30m 30m 3d"]
)
async def test_an_event_is_named_by_its_number_its_id_or_a_word(world: World, argument: str) -> None:
    await world.see(an_event_named("LT会 #9", 900, started_at=START + timedelta(days=1)))
    assert "もくもく会 #5" in (await world.remind(argument)).text
    assert {"3日前", "30分前"} <= {label.removeprefix("✓ ") for label in labels(await world.press("remind:501"))}


async def test_a_default_of_ones_own_is_kept_for_every_event_to_come(world: World) -> None:
    answer = await world.remind("2h")
    assert "いつもこの時間にする" in labels(answer)
    assert "2時間前" in (await world.press("remind:501:usual")).lead
    await world.see(an_event_named("LT会 #9", 900, started_at=START + timedelta(days=1)))
    assert (await world.press("remind:900")).lead == "2時間前にDMでお知らせします。"
    assert "3日前" in (await world.remind("いつも 3日前")).lead
    assert (await world.press("remind:900", BOB)).lead == "前日と1時間前にDMでお知らせします。"


async def test_what_cannot_be_understood_is_answered_with_how_to_write_it(world: World) -> None:
    assert "もくもく会 #5" in (await world.remind("そんな会")).text
    answer = await world.reminding.remind_of(an_asker(world.room, ALICE), "5", "そのうち")
    assert "「1d 2h」「3日前」「30分」" in answer.lead


async def test_times_that_are_past_are_not_promised(world: World) -> None:
    world.clock.set(START - timedelta(hours=5))
    assert (await world.press("remind:501")).lead == "1時間前にDMでお知らせします。"
    world.clock.set(START - timedelta(minutes=40))
    assert "もう過ぎています" in (await world.press("remind:501")).lead
    world.clock.set(START)
    assert "もう始まっています" in (await world.press("remind:501")).lead


async def test_a_reminder_moves_with_its_event_and_the_member_is_told(world: World) -> None:
    await world.remind("1d")
    moved = replace(EVENT, started_at=START + timedelta(days=7), ended_at=START + timedelta(days=7, hours=2))
    await world.see(moved)
    await world.see(moved)
    told = await world.at(world.clock.now())
    assert len(told) == 1
    assert "日程が変わりました" in told[0][1].lead
    assert "これまでの日時: 2026年5月22日(金) 19:00" in told[0][1].text
    assert await world.at(START) == []
    assert len(await world.at(START + timedelta(days=7))) == 1


async def test_a_cancelled_event_is_told_once_and_reminds_nobody(world: World) -> None:
    await world.press("remind:501")
    await world.see(replace(EVENT, status=EventStatus.CANCELLED))
    received = await world.at(START)
    assert [message.lead for _, message in received] == [
        "リマインドを設定したイベントが中止になりました。このイベントのリマインドは取りやめます。"
    ]
    assert "リマインドはありません" in (await world.reminding.reminders(an_asker(world.room, ALICE))).lead


async def test_an_event_that_takes_place_after_all_is_reminded_of_again(world: World) -> None:
    await world.remind("1h")
    await world.see(replace(EVENT, status=EventStatus.CANCELLED))
    await world.see(EVENT)
    received = await world.at(START)
    assert [message.lead[:14] for _, message in received] == ["リマインドを設定したイベント", "あと1時間、19:00 に始"]


async def test_an_event_without_a_date_is_reminded_of_when_it_gets_one(world: World) -> None:
    await world.see(replace(EVENT, started_at=None, ended_at=None, id=7, title="未定の会"))
    assert "まだ日程が決まっていません" in (await world.remind("未定の会 1d")).lead
    await world.see(replace(EVENT, id=7, title="未定の会"))
    assert [message.kind.value for _, message in await world.at(START)] == ["change", "reminder"]


async def test_reminders_lists_what_is_open_and_cancels(world: World) -> None:
    await world.remind("3日前")
    listed = await world.reminding.reminders(an_asker(world.room, ALICE))
    assert "リマインドは1件です" in listed.lead
    assert "🔔 3日前" in listed.text
    assert "取り消しました" in (await world.press(listed.buttons[0].id)).lead
    assert "ありませんでした" in (await world.press(listed.buttons[0].id)).lead
    assert "リマインドはありません" in (await world.reminding.reminders(an_asker(world.room, ALICE))).lead
    assert await world.at(START) == []


async def test_what_is_kept_of_an_event_goes_some_days_after_it(world: World) -> None:
    await world.remind("3日前")
    world.clock.set(EVENT.ends_at + timedelta(days=6))
    await PersonalData(world.engine).purge(world.clock.now())
    assert await world.reminding.store.reminder("discord:@77", 501) is not None
    world.clock.set(EVENT.ends_at + timedelta(days=8))
    await PersonalData(world.engine).purge(world.clock.now())
    assert await PersonalData(world.engine).of("discord:@77") == {}


async def test_a_reminder_cancelled_and_asked_for_again_comes(world: World) -> None:
    await world.press("remind:501")
    await world.press("remind:501:cancel")
    await world.press("remind:501")
    assert len(await world.at(START)) == 2


async def test_a_reminder_is_put_off_and_comes_again_once(world: World) -> None:
    await world.remind("1d")
    (_, message), *_ = await world.at(START - timedelta(days=1))
    snoozes = [button.id for button in message.buttons if button.id]
    assert snoozes == ["snooze:501:10m", "snooze:501:1h", "snooze:501:morning"]
    in_dm = a_room(platform="discord", channel="99999")
    assert "19:10 にもう一度" in (await world.press("snooze:501:10m", room=in_dm)).lead
    await world.press("snooze:501:10m", room=in_dm)
    assert "2026年5月22日(金) 08:00 にもう一度" in (await world.press("snooze:501:morning", room=in_dm)).lead
    await world.see(EVENT)  # a poll in between drops nothing
    assert len(await world.at(START)) == 2


async def test_it_is_not_put_off_beyond_the_start(world: World) -> None:
    await world.remind("1h")
    (_, message), *_ = await world.at(START - timedelta(hours=1))
    assert [button.id for button in message.buttons if button.id] == ["snooze:501:10m"]
    assert "そのころには" in (await world.press("snooze:501:1h")).lead


async def test_a_closed_mailbox_is_tried_once_told_at_the_next_use_and_breaks_nobody_else(world: World) -> None:
    world.mailbox.closed.add("@77")
    await world.press("remind:501")
    await world.press("remind:501", BOB)
    received = await world.at(START - timedelta(minutes=30))
    assert [channel for channel, _ in received] == ["@88", "@88"]
    assert world.mailbox.tries == 3
    assert await world.deliveries.counts() == {
        DeliveryState.FAILED: 1,
        DeliveryState.SENT: 2,
        DeliveryState.SKIPPED: 1,
    }
    assert "お届けできませんでした" in (await world.reminding.reminders(an_asker(world.room, ALICE))).lead
    assert "お届けできませんでした" not in (await world.reminding.reminders(an_asker(world.room, ALICE))).lead


@pytest.mark.parametrize("button", ["remind:", "remind:²", "remind:999", "remind:501:x", "snooze:501:never", "x:501"])
async def test_a_button_that_is_none_of_ours_is_left_alone(world: World, button: str) -> None:
    assert await press(world.reminding, button, an_asker(world.room, ALICE)) is None


async def test_in_the_local_room_nobody_speaks_of_direct_messages(world: World) -> None:
    answer = await world.reminding.remind(an_asker(a_room(), "visitor"), "1d")
    assert answer.lead == "前日にお知らせします。"
