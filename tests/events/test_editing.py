"""What was said is edited where it stands, and people hear only what they must know."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.clock import DrivenClock
from bot.core.errors import SendError
from bot.core.messages import Message, MessageKind
from bot.core.problems.base import Said
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.delivery.delivering import CLAIM_LASTS, Delivering
from bot.delivery.rules.deliveries import DeliveryState
from bot.delivery.rules.follow_ups import EDIT_EVERY, SETTLES_IN
from bot.delivery.store.deliveries import Deliveries
from bot.delivery.store.questions import Questions
from bot.events.rules.events import GONE_AFTER, Event, EventStatus
from bot.events.store.events import Events
from bot.events.watching import Watching
from bot.reports.reporting import Reporting
from bot.reports.rules.reports import ReportPage
from bot.reports.store.reports import Reports
from tests.events.test_watching import ShownSource
from tests.support.events import NOW, a_room, an_event_named
from tests.support.knowledge import known_in

SITE = "https://reports.example.test/"


@dataclass
class Board:
    """A platform that keeps what it shows by id. The next `faults` are raised instead of an edit being taken."""

    platform: str = "local"
    shown: dict[str, Message] = field(default_factory=dict)
    edits: int = 0
    threads: dict[str, str] = field(default_factory=dict)
    faults: list[Exception] = field(default_factory=list)

    async def send(self, channel: str, message: Message, key: str) -> str:
        self.shown[key] = message
        return key

    async def find(self, channel: str, message: Message, key: str, since: datetime) -> str | None:
        return key if key in self.shown else None

    async def edit(self, channel: str, external_id: str, message: Message, key: str) -> bool:
        if self.faults:
            raise self.faults.pop(0)
        self.edits += 1
        if external_id not in self.shown:
            return False
        self.shown[external_id] = message
        return True

    def of(self, kind: MessageKind) -> list[Message]:
        return [one for one in self.shown.values() if one.kind is kind]


class ThreadedBoard(Board):
    async def open_thread(self, channel: str, external_id: str, title: str) -> str | None:
        self.threads[external_id] = title
        return external_id


@dataclass
class ShownSite:
    shown: list[ReportPage] = field(default_factory=list)

    async def pages(self) -> Sequence[ReportPage]:
        return self.shown


class World:
    def __init__(self, engine: AsyncEngine, clock: DrivenClock, room: Room, board: Board) -> None:
        self.clock, self.board, self.room = clock, board, room
        self.events, self.deliveries = Events(engine), Deliveries(engine)
        self.questions, self.reports = Questions(engine), Reports(engine)
        rooms, self.source, self.site = Rooms((room,), ("utsunomiya",)), ShownSource(), ShownSite()
        self.watching = Watching(self.events, self.questions, rooms, (), clock, self.deliveries)
        kept = (self.events, self.reports, self.questions, self.deliveries)
        self.reporting = Reporting(self.site, SITE, *kept, rooms, clock)
        compose = known_in(engine, rooms, clock, SITE).compose
        self.delivering = Delivering(self.deliveries, {"local": board}, compose, rooms, clock)

    async def see(self, *events: Event, after: timedelta = timedelta()) -> None:
        """Poll after a while, and deliver what is due at that moment."""
        self.clock.set(self.clock.now() + after)
        self.source.events = list(events)
        await self.watching.watch(self.source)
        await self.delivering.deliver_due()

    async def wait(self, wait: timedelta = EDIT_EVERY) -> None:
        self.clock.set(self.clock.now() + wait)
        await self.delivering.deliver_due()

    @property
    def announcement(self) -> Message:
        (announced,) = self.board.of(MessageKind.ANNOUNCEMENT)
        return announced


@pytest.fixture
def world(engine: AsyncEngine, clock: DrivenClock) -> World:
    return World(engine, clock, a_room(), Board())


async def test_many_changes_of_seats_are_one_edit_and_no_news(world: World) -> None:
    event = an_event_named(accepted=1)
    await world.see()
    await world.see(event)
    await world.wait(timedelta(hours=1))
    for accepted in range(2, 12):
        await world.see(replace(event, accepted=accepted))
    assert world.board.edits == 0
    await world.wait()
    assert world.board.edits == 1
    assert "11/20" in world.announcement.text
    assert len(world.board.shown) == 1


async def test_the_first_change_is_seen_within_seconds(world: World) -> None:
    event = an_event_named(accepted=1)
    await world.see()
    await world.see(event)
    await world.see(replace(event, accepted=2))
    await world.wait(SETTLES_IN)
    assert "2/20" in world.announcement.text


async def test_an_edit_a_few_minutes_at_most_while_seats_go_on_moving(world: World) -> None:
    event = an_event_named(accepted=1)
    await world.see()
    await world.see(event)
    for accepted in range(2, 20):
        await world.see(replace(event, accepted=accepted), after=timedelta(minutes=1))
    await world.wait()
    assert world.board.edits <= 18 / (EDIT_EVERY / timedelta(minutes=1)) + 2
    assert "19/20" in world.announcement.text


async def test_an_event_that_was_never_announced_here_is_not_edited(world: World) -> None:
    event = an_event_named(accepted=1)
    await world.see(event)
    await world.see(replace(event, accepted=2))
    await world.wait()
    assert await world.deliveries.counts() == {}


async def test_a_new_date_is_a_reply_to_the_announcement_and_edits_it(world: World) -> None:
    event = an_event_named()
    await world.see()
    await world.see(event)
    moved = replace(event, started_at=event.started_at + timedelta(days=3), ended_at=None)
    await world.see(moved)
    (notice,) = world.board.of(MessageKind.CHANGE)
    assert world.board.shown[notice.replies_to].kind is MessageKind.ANNOUNCEMENT
    await world.wait()
    assert world.announcement.cards[0].fields[0].at == moved.started_at


async def test_what_people_must_know_waits_for_no_turn(world: World) -> None:
    event = an_event_named(accepted=1)
    await world.see()
    await world.see(event)
    await world.see(replace(event, accepted=2))
    await world.wait(SETTLES_IN)
    moved = replace(event, started_at=event.started_at + timedelta(days=3), ended_at=None)
    await world.see(moved)
    assert world.announcement.cards[0].fields[0].at == moved.started_at


async def test_a_new_title_is_only_an_edit_where_the_event_was_announced(world: World) -> None:
    event = an_event_named()
    await world.see()
    await world.see(event)
    await world.see(replace(event, title="もくもく会 #5 増席", limit=40))
    await world.wait()
    assert world.announcement.cards[0].title == "もくもく会 #5 増席"
    assert world.board.of(MessageKind.CHANGE) == []


async def test_a_new_title_is_said_where_no_announcement_shows_it(world: World) -> None:
    event = an_event_named()
    await world.see(event)
    await world.see(replace(event, title="もくもく会 #5 増席"))
    (notice,) = world.board.of(MessageKind.CHANGE)
    assert notice.replies_to is None


async def test_a_cancelled_event_is_cancelled_in_its_announcement_and_asks_for_no_reminder(world: World) -> None:
    event = an_event_named()
    await world.see()
    await world.see(event)
    assert "remind:501" in [button.id for button in world.announcement.cards[0].buttons]
    await world.see(replace(event, title=f"【中止】{event.title}", status=EventStatus.CANCELLED))
    await world.wait()
    assert "中止になりました" in world.announcement.lead
    assert [button.url for button in world.announcement.cards[0].buttons] == [event.url]
    assert len(world.board.of(MessageKind.CHANGE)) == 1


async def test_an_edit_that_fails_is_tried_again_with_what_holds_then(world: World) -> None:
    event = an_event_named()
    await world.see()
    await world.see(event)
    world.board.faults = [SendError(Said("down"))]
    await world.see(replace(event, accepted=8))
    await world.wait()
    await world.wait(timedelta(seconds=10))
    assert "8/20" in world.announcement.text


async def test_an_edit_left_claimed_by_a_crash_is_done_once_more(world: World) -> None:
    event = an_event_named()
    await world.see()
    await world.see(event)
    await world.see(replace(event, accepted=8))
    world.clock.set(world.clock.now() + SETTLES_IN)
    (edit,) = await world.deliveries.due(world.clock.now())
    assert await world.deliveries.claim(edit, world.clock.now(), world.clock.now() + CLAIM_LASTS)
    await world.wait(CLAIM_LASTS)
    assert "8/20" in world.announcement.text
    assert await world.deliveries.counts() == {DeliveryState.SENT: 2}


async def test_an_announcement_that_somebody_deleted_stays_deleted(world: World) -> None:
    event = an_event_named()
    await world.see()
    await world.see(event)
    world.board.shown.clear()
    await world.see(replace(event, accepted=8))
    await world.wait()
    assert world.board.shown == {}
    assert await world.deliveries.counts() == {DeliveryState.SENT: 1, DeliveryState.SKIPPED: 1}


async def test_spent_edits_do_not_pile_up(world: World) -> None:
    event = an_event_named()
    await world.see()
    await world.see(event)
    for day in range(1, 9):
        await world.see(replace(event, accepted=day), after=EDIT_EVERY)
        await world.wait()
    assert await world.deliveries.counts() == {DeliveryState.SENT: 2}  # the announcement, and what should stand in it


async def test_an_answered_question_says_who_decided_what_and_has_no_buttons(world: World) -> None:
    await world.see()
    await world.see(*(an_event_named(f"勉強会 #{number}", number) for number in range(1, 22)))
    (asked,) = world.board.of(MessageKind.QUESTION)
    assert len(asked.buttons) == 2
    question = await world.questions.question_by_id(int(asked.buttons[0].id.split(":")[1]))
    assert await world.watching.answer_flood(question, "leave", "77")
    await world.wait(timedelta())
    (answered,) = world.board.of(MessageKind.QUESTION)
    assert answered.buttons == ()
    fields = answered.cards[-1].fields
    assert [(one.name, one.value, one.member) for one in fields] == [
        ("回答", "投稿しない", ""),
        ("決めた人", "運営の方", "77"),
    ]


async def test_the_announcement_carries_the_report_once_it_is_linked(world: World) -> None:
    event = an_event_named(started_at=NOW + timedelta(days=1))
    await world.see()
    await world.reporting.check_site()
    await world.see(event)
    world.clock.set(NOW + timedelta(days=2))
    page = ReportPage(
        f"{SITE}5.html", "/5.html", "もくもく会 #5", NOW + timedelta(days=2), "楽しい会。", connpass_id=501
    )
    world.site.shown = [page]
    await world.reporting.check_site()
    await world.wait()
    assert f"{SITE}5.html" in [button.url for button in world.announcement.cards[0].buttons]
    (post,) = world.board.of(MessageKind.REPORT)
    assert {button.url for button in post.cards[0].buttons} == {page.url, event.url}


@pytest.mark.parametrize(("board", "opened"), [(ThreadedBoard(), ["もくもく会 #5"]), (Board(), [])])
async def test_a_thread_opens_below_the_announcement_where_a_room_wants_it(
    engine: AsyncEngine, clock: DrivenClock, board: Board, opened: list[str]
) -> None:
    world = World(engine, clock, a_room(threads=True), board)
    board.shown.clear()
    board.threads.clear()
    await world.see()
    await world.see(an_event_named())
    await world.wait(timedelta(minutes=1))
    assert list(board.threads.values()) == opened


async def test_a_postponed_event_is_not_shown_at_the_date_that_was_given_up(world: World) -> None:
    event = an_event_named()
    await world.see()
    await world.see(event)
    await world.see(replace(event, title=f"【延期】{event.title}", status=EventStatus.POSTPONED))
    (notice,) = world.board.of(MessageKind.CHANGE)
    assert (notice.lead[:15], notice.cards[0].fields) == ("このイベントは延期になりました", ())
    date = world.announcement.cards[0].fields[0]
    assert (date.name, date.value) == ("日時", "未定（2026年5月22日(金) 12:00〜14:00 の予定でした）")
    assert date.at is None  # or each platform would show the moment


async def test_a_room_hears_once_a_day_of_seats_and_what_it_heard_stays_true(world: World) -> None:
    event = an_event_named(accepted=19)
    await world.see()
    await world.see(event)
    await world.see(replace(event, accepted=20))
    (full,) = world.board.of(MessageKind.CHANGE)
    assert full.lead.startswith("満席になりました。")
    await world.see(replace(event, accepted=18), after=timedelta(hours=1))
    (free,) = world.board.of(MessageKind.CHANGE)
    assert free.lead == "空きが出ました！残り2席です。"
    await world.see(replace(event, accepted=20), after=timedelta(days=1))
    assert [one.lead[:8] for one in world.board.of(MessageKind.CHANGE)] == ["空きが出ました！", "満席になりました"]


@pytest.mark.parametrize(("filling", "told"), [(True, ["残り2席です。"]), (False, [])])
async def test_how_an_event_fills_is_told_where_somebody_wants_to_know(
    engine: AsyncEngine, clock: DrivenClock, filling: bool, told: list[str]
) -> None:
    event, world = an_event_named(accepted=10), World(engine, clock, a_room(filling=filling), Board())
    await world.see()
    await world.see(event)
    await world.see(replace(event, accepted=18))
    assert [one.lead for one in world.board.of(MessageKind.CHANGE)] == told


async def seats_told(world: World, **told: int) -> Event:
    """Let the room be told of the seats of an event, of which ten of twenty were taken before."""
    event = an_event_named(accepted=10)
    await world.see()
    await world.see(event)
    await world.see(replace(event, **told))
    return event


def of_seats(world: World) -> Message:
    (said,) = world.board.of(MessageKind.CHANGE)
    return said


async def test_what_was_said_of_seats_today_is_kept_up_to_date_in_turns(
    engine: AsyncEngine, clock: DrivenClock
) -> None:
    world = World(engine, clock, a_room(filling=True), Board())
    event = await seats_told(world, accepted=18)
    assert of_seats(world).lead == "残り2席です。"
    await world.see(replace(event, accepted=19), after=timedelta(hours=1))
    await world.wait(SETTLES_IN)
    assert of_seats(world).lead == "残り1席です。"
    edits = world.board.edits
    for accepted in (17, 16, 17, 16, 17):
        await world.see(replace(event, accepted=accepted), after=timedelta(seconds=1))
    assert world.board.edits == edits
    await world.wait()
    assert of_seats(world).lead == "残り3席です。"
    assert world.board.edits == edits + 2  # this message and the announcement, each once
    assert len(world.board.shown) == 2


async def test_a_full_event_says_so_at_once_where_seats_were_left(engine: AsyncEngine, clock: DrivenClock) -> None:
    world = World(engine, clock, a_room(filling=True), Board())
    event = await seats_told(world, accepted=18)
    await world.see(replace(event, accepted=20), after=timedelta(hours=1))
    assert of_seats(world).lead.startswith("満席になりました。")


async def test_a_seat_that_somebody_waits_for_is_not_called_free(world: World) -> None:
    event = await seats_told(world, accepted=20)
    await world.see(replace(event, accepted=19, waiting=3), after=timedelta(hours=1))
    await world.wait(SETTLES_IN)
    assert of_seats(world).lead == "満席になりました。イベントページから補欠で申し込めます。"
    assert "補欠" in of_seats(world).cards[0].fields[-1].value


async def test_seats_without_a_limit_are_not_counted(world: World) -> None:
    event = await seats_told(world, accepted=20)
    await world.see(replace(event, accepted=20, limit=None), after=timedelta(hours=1))
    await world.wait(SETTLES_IN)
    assert of_seats(world).lead == "空きが出ました！"


async def test_seats_of_a_cancelled_event_are_no_longer_offered(world: World) -> None:
    event = await seats_told(world, accepted=20)
    cancelled = replace(event, title=f"【中止】{event.title}", status=EventStatus.CANCELLED)
    await world.see(cancelled, after=timedelta(hours=1))
    said = [one for one in world.board.of(MessageKind.CHANGE) if one.replies_to]
    assert {one.lead for one in said} == {"このイベントは中止になりました。"}
    assert not any(field.name == "参加" for one in said for card in one.cards for field in card.fields)


async def test_what_was_said_of_seats_yesterday_stays_as_it_was(world: World) -> None:
    event = await seats_told(world, accepted=20)
    await world.see(replace(event, accepted=20, waiting=1), after=timedelta(days=1))
    await world.wait()
    assert "補欠" not in of_seats(world).cards[0].fields[-1].value


async def test_what_was_said_of_seats_yesterday_misleads_nobody_about_a_cancelled_event(world: World) -> None:
    event = await seats_told(world, accepted=20)
    cancelled = replace(event, title=f"【中止】{event.title}", status=EventStatus.CANCELLED)
    await world.see(cancelled, after=timedelta(days=1))
    assert "補欠で申し込めます" not in "".join(one.lead for one in world.board.of(MessageKind.CHANGE))


async def test_what_was_said_of_seats_yesterday_misleads_nobody_about_a_page_that_is_gone(world: World) -> None:
    await seats_told(world, accepted=20)
    for _ in range(GONE_AFTER):
        await world.see(after=timedelta(days=1))
    await world.wait()
    said = [one.lead for one in world.board.of(MessageKind.CHANGE) if one.event_id]
    assert "このイベントは connpass から見えなくなりました。" in said
    assert "補欠で申し込めます" not in "".join(said)


async def test_where_no_new_message_tells_of_seats_the_last_one_is_edited(world: World) -> None:
    event = await seats_told(world, accepted=20)
    await world.see(replace(event, accepted=20, limit=None), after=timedelta(days=2))
    await world.wait(SETTLES_IN)
    assert [one.lead for one in world.board.of(MessageKind.CHANGE) if one.cards[0].title] == ["空きが出ました！"]


async def test_where_a_new_message_tells_of_seats_the_earlier_ones_stay(world: World) -> None:
    event = await seats_told(world, accepted=20)
    for days, accepted in ((1, 18), (2, 20)):
        await world.see(replace(event, accepted=accepted), after=timedelta(days=days))
        await world.wait()
    told = ["満席になりました", "空きが出ました！", "満席になりました"]
    assert [one.lead[:8] for one in world.board.of(MessageKind.CHANGE)] == told
