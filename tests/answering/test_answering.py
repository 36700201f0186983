"""What members get for an answer."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.answering.answering import Answering
from bot.answering.commands import VOCABULARY
from bot.app.clock import DrivenClock
from bot.core.cooldowns import Turn
from bot.core.errors import PictureError
from bot.core.problems.pictures import NotAPicture
from bot.core.questions import Question
from bot.core.rooms import Rooms
from bot.delivery.deciding import Deciding
from bot.delivery.store.questions import Questions
from bot.events.event_questions import FloodQuestion
from bot.events.ports.events import SourceState, Watched
from bot.events.rules.events import Event, EventStatus
from bot.events.store.events import Events
from bot.events.telling import Telling
from bot.handwriting.reading import Reader
from bot.handwriting.teaching_buttons import Right
from bot.reminders.reminding import Reminding
from bot.reminders.store.personal_reminders import PersonalReminders
from bot.reports.rules.reports import Report, ReportState
from model.reading import Candidate, Glyph, Reading
from tests.support.actions import act, press
from tests.support.answers import OneCommunity
from tests.support.askers import an_asker
from tests.support.events import NOW, a_room, an_event_named, tokyo

SURE = Reading((Glyph((0, 0, 9, 9), (Candidate("あ", 0.98), Candidate("お", 0.01)), "sure"),), "あ", 3.0)


@dataclass
class FixedReports:
    """Reports as a store would give them."""

    known: tuple[Report, ...] = ()

    async def reports(self) -> list[Report]:
        return list(self.known)

    async def report(self, report_id: int) -> Report | None:
        return None

    async def report_of(self, event_id: int) -> Report | None:
        return next((one for one in self.known if one.event_id == event_id), None)

    async def record_reports(self, reports: object, planned: object = (), questions: object = ()) -> None:
        raise NotImplementedError


@dataclass
class FixedRecogniser:
    answer: Reading | PictureError = SURE

    async def read(self, picture: bytes) -> Reading:
        if isinstance(self.answer, PictureError):
            raise self.answer
        return self.answer

    async def explain(self, picture: bytes, glyph: int = 0) -> bytes:
        return b"png of " + picture

    async def stroke_order(self, characters: Sequence[str]) -> bytes | None:
        return None


class HeldUp(FixedRecogniser):
    """Reads when it may go on."""

    def __init__(self) -> None:
        super().__init__()
        self.begun: list[bytes] = []
        self.go_on = asyncio.Event()

    async def read(self, picture: bytes) -> Reading:
        self.begun.append(picture)
        await self.go_on.wait()
        return await super().read(picture)


class World:
    def __init__(self, engine: AsyncEngine, clock: DrivenClock) -> None:
        self.engine, self.clock, self.room = engine, clock, a_room()
        self.events, self.questions = Events(engine), Questions(engine)
        self.taken: list[tuple[str, str]] = []
        self.recogniser = FixedRecogniser()
        self.reports = FixedReports()
        self.answering = Answering(
            Telling(self.events, self.reports, clock, stale_after=timedelta(hours=1)),
            reporting=None,  # type: ignore[arg-type]  # its answers have tests of their own
            reminding=Reminding(PersonalReminders(engine), self.events, clock),
            deciding=Deciding(self.questions, {FloodQuestion: self._take}, Rooms((self.room,), ())),
            reader=Reader(self.recogniser),
            teaching=None,  # type: ignore[arg-type]
            quizzing=None,  # type: ignore[arg-type]
            drafting=None,  # type: ignore[arg-type]
            settings=None,  # type: ignore[arg-type]
            communities=OneCommunity(),  # type: ignore[arg-type]
            vocabulary=VOCABULARY,
            clock=clock,
        )

    async def _take(self, question: Question, option: str, member: str) -> bool:
        self.taken.append((option, member))
        return len(self.taken) == 1

    async def hold(self, *events: Event, seen_at: datetime = NOW) -> None:
        source = SourceState("utsunomiya", "group=utsunomiya", seen_at, seen_at)
        sighted = tuple(event.id for event in events)
        await self.events.record(Watched(source, NOW, events=events, sighted=sighted))

    async def say(self, text: str) -> str:
        message = await self.answering.say(an_asker(self.room, "visitor"), text)
        assert message is not None
        return message.text


@pytest.fixture
def world(engine: AsyncEngine, clock: DrivenClock) -> World:
    return World(engine, clock)


async def test_next_says_title_date_place_seats_and_links(world: World) -> None:
    start = tokyo(2026, 5, 19, 19)
    await world.hold(an_event_named(started_at=start, waiting=0, address="宇都宮市1-2-3"))
    answer = await world.say("!next")
    for part in (
        "もくもく会 #5",
        "2026年5月19日(火) 19:00〜21:00 JST",
        "7日",
        "まちなか会議室 宇都宮市1-2-3",
        "3/20人（残り17席）",
    ):
        assert part in answer
    assert "https://utsunomiya.connpass.com/event/501/" in answer
    assert "[カレンダーに追加]" in answer


async def test_a_full_event_says_so_with_its_waiting_list(world: World) -> None:
    await world.hold(an_event_named(accepted=20, limit=20, waiting=4))
    assert "満席（20/20人） 補欠4人" in await world.say("!次")


async def test_an_event_in_progress_says_so_and_the_next_one_follows(world: World) -> None:
    running = an_event_named("ハンズオン #4", 1, started_at=NOW - timedelta(minutes=30))
    await world.hold(running, an_event_named("LT会 #6", 2))
    answer = await world.say("!next")
    assert answer.startswith("ただいま開催中です！")
    assert "開催中（13:30まで）" in answer
    assert "LT会 #6" in answer


async def test_next_with_a_number_gives_so_many_and_with_a_word_those_that_match(world: World) -> None:
    events = [an_event_named(f"もくもく会 #{n}", n, started_at=NOW + timedelta(days=n)) for n in range(1, 6)]
    await world.hold(*events, an_event_named("機械学習 ＬＴ会", 9, started_at=NOW + timedelta(days=30)))
    three = await world.say("!next 3")
    assert [f"#{n}" in three for n in (1, 2, 3, 4)] == [True, True, True, False]
    assert "機械学習" in await world.say("!next lt会")
    assert "予定のイベントはありません" in await world.say("!next 存在しない")


async def test_with_nothing_planned_the_last_event_is_shown_with_its_report(world: World) -> None:
    last = an_event_named("もくもく会 #3", 3, started_at=NOW - timedelta(days=3))
    await world.hold(
        last, an_event_named("中止の会", 4, started_at=NOW - timedelta(days=1), status=EventStatus.CANCELLED)
    )
    world.reports.known = (
        Report("https://example.org/201805.html", "もくもく会 #3 レポート", NOW, 3, ReportState.LINKED),
    )
    answer = await world.say("!next")
    assert "いま予定されているイベントはありません" in answer
    assert "もくもく会 #3" in answer
    assert "https://example.org/201805.html" in answer
    assert "中止の会" not in answer


async def test_before_any_set_up_it_says_so_and_how(world: World) -> None:
    world.room = a_room(follows=())
    assert "[[sources]]" in await world.say("!next")
    world.room = a_room(platform="discord", channel="5", guild="9", follows=())
    assert "/tsudoi setup" in await world.say("!next")
    world.room = a_room(platform="discord", channel="5", guild="", follows=())
    assert "サーバーのチャンネルでお尋ねください" in await world.say("!next")


async def test_what_is_typed_is_said_back_in_short_and_without_links(world: World) -> None:
    await world.hold(an_event_named())
    long = await world.say(f"!next {'あ' * 2000}")
    assert "あ" * 49 in long
    assert "あ" * 51 not in long
    for command in ("next", "remind", "https://evil.example/x"):
        assert "https://evil" not in (await world.say(f"!{command} https://evil.example/x")).partition("もくもく会")[0]


async def test_what_is_cancelled_is_neither_counted_nor_offered_as_planned(world: World) -> None:
    await world.hold(
        an_event_named("A会", 1, started_at=NOW + timedelta(days=1), status=EventStatus.CANCELLED),
        an_event_named("B会", 2, started_at=NOW + timedelta(days=2)),
    )
    assert (await world.say("!events")).startswith("予定されているイベントは1件です。\n")
    assert [event.title for event in await world.answering.telling.suggest_events(world.room, "会")] == ["B会"]
    assert "A会" not in await world.say("!remind どこにもない")


async def test_before_connpass_was_seen_nothing_is_said_about_events(world: World) -> None:
    for question in ("!next", "!events"):
        assert "まだ connpass を確認できていません" in await world.say(question)


async def test_cancelled_and_postponed_events_are_not_next_but_marked_in_the_list(world: World) -> None:
    await world.hold(
        an_event_named("A会", 1, started_at=NOW + timedelta(days=1), status=EventStatus.CANCELLED),
        an_event_named("B会", 2, started_at=NOW + timedelta(days=2), status=EventStatus.POSTPONED),
        an_event_named("C会", 3, started_at=NOW + timedelta(days=3)),
        an_event_named("D会", 4, started_at=None),
    )
    assert "C会" in (await world.say("!next")).splitlines()[1]
    listed = await world.say("!events")
    assert "【中止】 A会" in listed
    assert "【延期】 B会" in listed
    assert listed.index("C会") < listed.index("D会")


async def test_old_knowledge_says_how_old_it_is(world: World) -> None:
    await world.hold(an_event_named(), seen_at=NOW - timedelta(minutes=59))
    assert "接続できていません" not in await world.say("!next")
    world.clock.set(NOW + timedelta(minutes=2))
    assert "2026年5月12日(火) 11:01 時点の情報" in await world.say("!next")


async def test_no_date_is_said_to_be_undecided(world: World) -> None:
    await world.hold(an_event_named(started_at=None))
    assert "日程未定" in await world.say("!next")


async def test_days_are_counted_on_the_calendars_of_japan(world: World) -> None:
    world.clock.set(tokyo(2026, 5, 18, 23, 50))  # still the 18th in Japan, and in UTC too
    await world.hold(an_event_named(started_at=tokyo(2026, 5, 19, 19)))
    assert "明日 19:00 からです" in await world.say("!next")
    world.clock.set(tokyo(2026, 5, 19, 0, 10))  # a host in UTC still reads the 18th
    assert "今日 19:00 からです" in await world.say("!next")


async def test_ordinary_talk_is_not_answered_and_a_mistyped_command_finds_its_neighbour(world: World) -> None:
    assert await world.answering.say(an_asker(world.room, "visitor"), "こんにちは") is None
    assert "もしかして !next（!次）" in await world.say("!nxet")
    assert "!help" in await world.say("!xyzzy")


async def test_where_other_bots_may_listen_a_command_that_is_near_none_of_ours_is_left_to_them(world: World) -> None:
    in_discord = a_room(platform="discord", channel="1")
    assert await world.answering.say(an_asker(in_discord), "!rank") is None
    nearest = await world.answering.say(an_asker(in_discord), "!nxet")
    assert nearest is not None
    assert "!next" in nearest.text


async def test_a_japanese_name_may_be_typed_in_hiragana(world: World) -> None:
    assert "!next / !次" in await world.say("!へるぷ")


async def test_help_speaks_of_pictures_only_where_they_are_read_and_says_what_is_posted(world: World) -> None:
    here = await world.answering.help(an_asker(a_room()))
    assert "!read" in here.text
    assert "ここに自動で投稿するもの：新しいイベントと変更、リマインド、レポート" in here.text
    elsewhere = a_room(recognition=False, announces=False, reminders=False, reports=False)
    assert not {"!read", "自動で"} & set((await world.answering.help(an_asker(elsewhere))).text.split())


async def test_help_names_commands_as_they_are_given_there(world: World) -> None:
    said = (await world.answering.help(an_asker(a_room()), sign="/")).text
    assert "/next / /次" in said
    assert "「/next 3」" in said
    assert "!" not in said.replace("！", "")


async def test_help_lists_every_command_with_its_alias(world: World) -> None:
    listed = await world.say("!ヘルプ")
    for command in (
        "!next / !次",
        "!events / !イベント",
        "!report / !レポート",
        "!reports",
        "!read / !読んで",
        "!help",
    ):
        assert command in listed


async def test_a_picture_is_answered_with_the_character_and_its_candidates(world: World) -> None:
    message = await world.answering.read(an_asker(world.room), [b"picture"])
    assert message.cards[0].title == "「あ」です。"
    assert [(bar.label, bar.share) for bar in message.cards[0].bars] == [("あ", 0.98), ("お", 0.01)]


async def test_an_unsure_reading_names_what_else_it_may_be(world: World) -> None:
    candidates = (Candidate("は", 0.4), Candidate("ほ", 0.3), Candidate("け", 0.1))
    world.recogniser.answer = Reading((Glyph((0, 0, 9, 9), candidates, "unsure"),), "は", 3.0)
    answer = await world.answering.read(an_asker(world.room), [b"picture"])
    assert answer.cards[0].title == "「は」か「ほ」のようです。"  # け is far behind
    assert "あまり自信がありません（40%）" in answer.text


async def test_a_bad_picture_is_answered_kindly(world: World) -> None:
    world.recogniser.answer = PictureError(NotAPicture())
    assert "画像として読めませんでした" in (await world.answering.read(an_asker(world.room), [b"<svg>"])).text


async def asked(world: World) -> Question:
    question = FloodQuestion(subject="s@1", asked_at=NOW, source="s", events=[])
    await world.events.record(Watched(SourceState("s", "q"), NOW, questions=(question,)))
    stored = await world.questions.question("flood", "s@1")
    assert stored is not None
    return stored


async def test_one_members_pictures_keep_only_one_worker_from_the_others(world: World) -> None:
    slow = HeldUp()
    world.answering = replace(world.answering, reader=Reader(slow))
    many = [asyncio.create_task(world.answering.read(an_asker(world.room, "a"), [b"a"] * 2)) for _ in range(5)]
    another = asyncio.create_task(world.answering.read(an_asker(world.room, "b"), [b"b"]))
    for _ in range(5):
        await asyncio.sleep(0)
    assert sorted(slow.begun) == [b"a", b"b"]
    slow.go_on.set()
    await asyncio.gather(*many, another)
    assert slow.begun.count(b"a") == 10


async def test_an_organiser_answers_a_question_once(world: World) -> None:
    question = await asked(world)
    first = await press(world.answering.deciding, question.answer_with("post").id, an_asker(world.room, "visitor"))
    second = await press(world.answering.deciding, question.answer_with("leave").id, an_asker(world.room, "visitor"))
    assert first is not None
    assert second is not None
    assert "ありがとうございます" in first.text
    assert "すでに回答済みです" in second.text


async def test_a_member_who_is_no_organiser_decides_nothing(world: World) -> None:
    question = await asked(world)
    refused = await press(
        world.answering.deciding, question.answer_with("post").id, an_asker(a_room(organisers=("7",)), "8")
    )
    assert refused is not None
    assert "運営の方だけ" in refused.text
    assert world.taken == []


@pytest.mark.parametrize(
    "button", ["", "question:", "question:1:nonsense", "question:999999:post", "question:²:post", "x:1:post"]
)
async def test_a_button_that_is_none_of_ours_does_nothing(world: World, button: str) -> None:
    await asked(world)
    assert await act(world.answering, an_asker(world.room, "visitor"), button) is None
    assert world.taken == []


async def test_the_json_of_events_has_the_promised_keys(world: World) -> None:
    await world.hold(an_event_named(), an_event_named("過去の会", 2, started_at=NOW - timedelta(days=9)))
    everything = await world.answering.telling.events_json(world.room)
    assert [event["id"] for event in everything["events"]] == [2, 501]
    assert everything["seen_at"] == NOW.isoformat()
    assert set(everything["events"][0]) == set(
        "id title url started_at ended_at place address accepted limit waiting status report_url".split()
    )
    upcoming = await world.answering.telling.events_json(world.room, upcoming=True)
    assert [event["id"] for event in upcoming["events"]] == [501]


async def test_english_rooms_are_answered_in_english(world: World) -> None:
    await world.hold(an_event_named(started_at=tokyo(2026, 5, 19, 19)))
    message = await world.answering.telling.next(an_asker(replace(world.room, locale="en")))
    assert "In 7 days!" in message.text
    assert "Tue, May 19, 2026 19:00-21:00 JST" in message.text


async def test_members_take_turns_and_organisers_need_not_wait(world: World) -> None:
    room = a_room(platform="discord", channel="1", organisers=("7",))
    assert {world.answering.take_turn(an_asker(room, "7")) for _ in range(50)} == {Turn.GRANTED}
    turns = [world.answering.take_turn(an_asker(room, "8")) for _ in range(50)]
    assert [turns.count(one) for one in (Turn.GRANTED, Turn.REFUSED, Turn.IGNORED)] == [8, 1, 41]
    assert world.answering.take_turn(an_asker(room, "8"), pictures=4) is Turn.GRANTED  # counted apart
    assert all(world.answering.has_turn_for(an_asker(room, "8"), Right("5")) for _ in range(40))
    assert not world.answering.has_turn_for(an_asker(room, "8"), Right("5"))


async def test_events_to_come_and_reports_are_suggested_by_number_and_word(world: World) -> None:
    past = an_event_named("もくもく会 #4", 4, started_at=NOW - timedelta(days=3))
    await world.hold(past, an_event_named(), an_event_named("LT会 #6", 502))
    for typed, found in (("", [501, 502]), ("6", [502]), ("もく", [501]), ("501", [501]), ("x", [])):
        assert [event.id for event in await world.answering.telling.suggest_events(world.room, typed)] == found
    elsewhere = Report("https://example.org/b.html", "よその会", NOW, 999, ReportState.LINKED)
    world.reports.known = (Report("https://example.org/a.html", "もくもく会 #4", NOW, 4, ReportState.LINKED), elsewhere)
    for typed, titles in (("もく", ["もくもく会 #4"]), ("", ["もくもく会 #4"]), ("よそ", [])):
        assert [
            one.title for one in await world.answering.telling.suggest_reports(an_asker(world.room), typed)
        ] == titles


async def test_a_calendar_holds_what_is_to_come_and_the_past_year(world: World, clock: DrivenClock) -> None:
    days = {1: -400, 2: -300, 3: 10}
    starts = {number: NOW + timedelta(days=after) for number, after in days.items()}
    await world.hold(*(an_event_named(f"会 #{number}", number, started_at=at) for number, at in starts.items()))
    telling = world.answering.telling
    assert [event.id for event in await telling.calendar_events(world.room)] == [2, 3]
    before = await telling.calendar_revision(world.room)
    assert await telling.calendar_revision(world.room) == before
    clock.set(clock.now() + timedelta(days=100))
    assert [event.id for event in await telling.calendar_events(world.room)] == [3]
    assert await telling.calendar_revision(world.room) != before
