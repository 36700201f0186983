"""What members set for themselves, on a real store: quiet hours, a language, and usual lead times."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.clock import DrivenClock
from bot.core.askers import Asker
from bot.core.messages import Message
from bot.core.rooms import Rooms
from bot.delivery.delivering import Delivering
from bot.delivery.store.deliveries import Deliveries
from bot.events.ports.events import SourceState, Watched
from bot.events.rules.events import Event, sight
from bot.events.store.events import Events
from bot.reminders.member_settings import MemberSettings
from bot.reminders.personal_posts import PersonalReminderPost
from bot.reminders.reminding import Reminding
from bot.reminders.store.personal_reminders import PersonalReminders
from tests.support.actions import press
from tests.support.askers import an_asker
from tests.support.events import NOW, TOKYO, a_room, an_event_named, tokyo
from tests.support.knowledge import known_in

MORNING = an_event_named("朝の勉強会", started_at=tokyo(2026, 5, 22, 9))
ALICE = "77"


class Mailbox:
    """A platform that delivers to members."""

    platform = "discord"

    def __init__(self) -> None:
        self.received: list[Message] = []

    async def send(self, channel: str, message: Message, key: str) -> str:
        self.received.append(message)
        return key

    async def find(self, channel: str, message: Message, key: str, since: object) -> str | None:
        return None


class World:
    def __init__(self, engine: AsyncEngine, clock: DrivenClock) -> None:
        self.clock, self.mailbox, self.room = clock, Mailbox(), a_room(platform="discord", channel="1")
        self.events, self.deliveries, self.store = Events(engine), Deliveries(engine), PersonalReminders(engine)
        self.reminding = Reminding(self.store, self.events, clock)
        self.settings = MemberSettings(self.store, clock, TOKYO)
        rooms = Rooms((self.room,), ("utsunomiya",))
        self.delivering = Delivering(
            self.deliveries,
            {"discord": self.mailbox},  # type: ignore[dict-item]
            known_in(engine, rooms, clock).compose,
            rooms,
            clock,
        )

    async def see(self, event: Event) -> None:
        known = await self.events.known([event.id])
        seen = sight(known.get(event.id), event)
        state = SourceState("utsunomiya", "group=utsunomiya", NOW, self.clock.now())
        await self.events.record(Watched(state, self.clock.now(), events=(seen,), sighted=(event.id,)))

    async def asker(self) -> Asker:
        language = await self.reminding.language_of(f"discord:@{ALICE}")
        return an_asker(self.room, ALICE, language=language)

    async def choose(self, what: str, *values: str) -> Message:
        page = await press(self.settings, f"settings:{what}", await self.asker(), values)
        assert page is not None
        return page

    async def due(self) -> list[str]:
        """When Alice is reminded, on the clocks of Tokyo."""
        planned = await self.deliveries.about(PersonalReminderPost, {f"event:{MORNING.id}"})
        return sorted(f"{one.due_at.astimezone(TOKYO):%d %H:%M}" for one in planned if one.state == "planned")


@pytest.fixture
async def world(engine: AsyncEngine, clock: DrivenClock) -> World:
    world = World(engine, clock)
    await world.see(MORNING)
    return world


async def test_the_page_is_reached_from_the_reminders_and_shows_what_is_set(world: World) -> None:
    (button,) = (await world.reminding.reminders(await world.asker())).buttons
    page = await press(world.settings, button.id, await world.asker(), ())
    assert page is not None
    assert [choice.id for choice in page.choices] == ["settings:language", "settings:lead_times", "settings:quiet"]
    chosen = {option.label for choice in page.choices for option in choice.options if option.chosen}
    assert chosen == {"チャンネルと同じ", "前日", "1時間前", "おやすみ時間なし"}


async def test_reminders_move_out_of_quiet_hours_whether_asked_for_before_or_after(world: World) -> None:
    await world.choose("quiet", "22:00-8:00")
    promise = await world.reminding.remind(await world.asker(), "1d 3h 1h")
    assert "おやすみ時間に重なるもの" in promise.lead
    assert await world.due() == ["21 09:00", "21 22:00", "22 08:00"]
    await world.choose("quiet", "never")
    assert await world.due() == ["21 09:00", "22 06:00", "22 08:00"]
    await world.choose("quiet", "22:00-7:00")
    assert await world.due() == ["21 09:00", "22 07:00", "22 08:00"]


async def test_reminders_keep_out_of_quiet_hours_when_the_event_moves_and_the_news_wait(world: World) -> None:
    await world.choose("quiet", "22:00-8:00")
    await world.reminding.remind(await world.asker(), "3h")
    world.clock.set(tokyo(2026, 5, 14, 3))
    await world.see(replace(MORNING, started_at=tokyo(2026, 5, 23, 9), ended_at=None))
    await world.delivering.deliver_due()
    assert world.mailbox.received == []
    world.clock.set(tokyo(2026, 5, 14, 8))
    await world.delivering.deliver_due()
    assert len(world.mailbox.received) == 1
    assert await world.due() == ["22 22:00"]


async def test_a_reminder_that_was_cancelled_and_asked_for_again_keeps_out_of_new_quiet_hours(world: World) -> None:
    await world.reminding.remind(await world.asker(), "3h")
    await press(world.reminding, f"remind:{MORNING.id}:cancel", await world.asker())
    await world.choose("quiet", "22:00-8:00")
    await world.reminding.remind(await world.asker(), "3h")
    assert await world.due() == ["21 22:00"]


async def test_a_moved_reminder_arrives(world: World) -> None:
    await world.choose("quiet", "22:00-8:00")
    await world.reminding.remind(await world.asker(), "2h")
    world.clock.set(tokyo(2026, 5, 22, 8))
    await world.delivering.deliver_due()
    assert [message.title for message in world.mailbox.received] == [MORNING.title]


async def test_a_member_is_spoken_to_in_their_language_where_nobody_else_reads_it(world: World) -> None:
    page = await world.choose("language", "en")
    assert page.lead == "Saved. These are your settings:"
    assert "You have no reminders" in (await world.reminding.reminders(await world.asker())).lead
    await world.reminding.remind(await world.asker(), "1d")
    world.clock.set(MORNING.started_at - timedelta(days=1) if MORNING.started_at else NOW)
    await world.delivering.deliver_due()
    (reminder,) = world.mailbox.received
    assert "Tomorrow from 09:00!" in reminder.lead
    await world.choose("language", "room")
    assert "リマインド" in (await world.reminding.reminders(await world.asker())).text


async def test_lead_times_of_their_own_are_what_they_get_without_naming_any(world: World) -> None:
    await world.choose("lead_times", "7d", "30m")
    await world.reminding.remind(await world.asker())
    assert await world.due() == ["15 09:00", "22 08:30"]


async def test_what_the_page_does_not_offer_changes_nothing(world: World) -> None:
    for what, value in (("language", "xx"), ("lead_times", "soon"), ("quiet", "99-1"), ("colour", "red")):
        assert not (await world.choose(what, value)).lead.startswith("保存")


async def test_whoever_cannot_come_is_led_to_the_page_where_connpass_takes_that(world: World) -> None:
    await world.reminding.remind(await world.asker(), "1h")
    world.clock.set(tokyo(2026, 5, 22, 8))
    await world.delivering.deliver_due()
    (reminder,) = world.mailbox.received
    assert MORNING.url in [button.url for button in reminder.buttons if button.label.startswith("参加できなくなったら")]
