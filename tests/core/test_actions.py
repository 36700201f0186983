"""Actions and their ids: messages that stand in channels for years are understood by every later version."""

from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.answering.communities import ChooseCommunity
from bot.core.actions import Action, Codec
from bot.core.questions import AnswerQuestion, OpenQuestions
from bot.events.event_cards import AddToCalendar, RemindMe
from bot.events.rules.sources import SourceKind
from bot.handwriting.changing_model import ChangingModel
from bot.handwriting.model_messages import BackToModel, TryModel
from bot.handwriting.quiz_messages import JoinBoard, Move, PlayQuiz
from bot.handwriting.reading_buttons import Explain
from bot.handwriting.reviewing_messages import (
    AcceptSamples,
    DropSamples,
    ExportSamples,
    LookAtSample,
    Relabel,
    ReviewSamples,
    ShowSamples,
)
from bot.handwriting.teaching_buttons import (
    AgreeAndTeach,
    AllRight,
    Give,
    Label,
    OfAllGiven,
    Right,
    SomeWrong,
    Wish,
    Wrong,
)
from bot.organisers import pages
from bot.organisers.inbox import Settle, TurnQuestions
from bot.organisers.intervening_messages import Intervene, ShowPosted
from bot.organisers.pages import (
    AddSource,
    ChooseForRoom,
    ChooseParts,
    Ending,
    EndSetup,
    GoToStep,
    OpenPage,
    PauseRoom,
    PauseSource,
    Pausing,
    RefineSource,
    RemoveSources,
    Setting,
    ShowRoom,
    ShowSource,
    SourcePage,
    Span,
    Step,
    Switch,
    SwitchRoom,
    TurnPage,
)
from bot.organisers.rules.interventions import Action as Deed
from bot.reminders.member_settings_messages import ChooseLanguage, ChooseLeadTimes, ChooseQuietHours
from bot.reminders.reminder_messages import CancelReminder, KeepAsUsual, Later, OpenSettings, Snooze, ToggleLeadTime
from bot.reports.correcting import ChooseReport, FindEvent, LinkReport, TurnReports
from bot.reports.correcting_messages import ShowReport
from bot.reports.drafting_messages import MakeDraft
from tests.parity.house import open_house
from tests.support.actions import every_kind
from tests.support.events import a_room

# Every id that messages carried in December 2026, with what is chosen or written where there is such a thing.
KNOWN: list[tuple[str, tuple[str, ...], Action]] = [
    ("question:7:post", (), AnswerQuestion(7, "post")),
    ("question:7:65606", (), AnswerQuestion(7, "65606")),
    ("questions:open", (), OpenQuestions()),
    ("tsudoi:questions:1", (), TurnQuestions(1)),
    ("tsudoi:questions:1:7:post", (), Settle(1, 7, "post")),
    ("report:3", (), ShowReport(3)),
    ("tsudoi:reports:1", (), TurnReports(1)),
    ("tsudoi:reports:show", ("3",), ChooseReport("3")),
    ("tsudoi:report:3:65606", (), LinkReport(3, 65606)),
    ("tsudoi:report:3:find", ("#4",), FindEvent(3, "#4")),
    ("calendar:501", (), AddToCalendar(501)),
    ("draft:501", (), MakeDraft(501)),
    ("remind:501", (), RemindMe(501)),
    ("remind:501:1440m", (), ToggleLeadTime(501, timedelta(days=1))),
    ("remind:501:cancel", (), CancelReminder(501)),
    ("remind:501:usual", (), KeepAsUsual(501)),
    ("snooze:501:10m", (), Snooze(501, Later.SOON)),
    ("snooze:501:1h", (), Snooze(501, Later.HOUR)),
    ("snooze:501:morning", (), Snooze(501, Later.MORNING)),
    ("settings:open", (), OpenSettings()),
    ("settings:language", ("en",), ChooseLanguage("en")),
    ("community", ("900",), ChooseCommunity("900")),
    ("settings:lead_times", ("1d", "1h"), ChooseLeadTimes(("1d", "1h"))),
    ("settings:quiet", ("never",), ChooseQuietHours("never")),
    ("why:1234567890123456789:1:12", (), Explain("1234567890123456789", 1, 12)),
    ("why:1765432100.123456:0:0", (), Explain("1765432100.123456", 0, 0)),
    ("right:drawn-a_B-9:0:3", (), Right("drawn-a_B-9", 0, 3)),
    ("wrong:5:0:3", (), Wrong("5", 0, 3)),
    ("teach:all:5:2", (), AllRight("5", 2)),
    ("teach:which:5:2", (), SomeWrong("5", 2)),
    ("teach:label:5:0:3", ("ぬ",), Label("5", 0, 3, "ぬ")),
    ("teach:yes", (), OfAllGiven(Wish.YES)),
    ("teach:yes:5:2", (), AgreeAndTeach("5", 2)),
    ("teach:yes:5:0:3:", (), AgreeAndTeach("5", 0, 3, "")),
    ("teach:yes:5:0:3:ぬ", (), AgreeAndTeach("5", 0, 3, "ぬ")),
    ("teach:give:5:0:3:ぬ", (), Give("5", 0, 3, "ぬ")),
    *((f"teach:{wish}", (), OfAllGiven(Wish(wish))) for wish in ("no", "allow", "stop", "withdraw", "erase", "leave")),
    *((f"quiz:{move}", (), PlayQuiz(Move(move))) for move in ("again", "stop", "board", "draw", "showme", "leave")),
    ("quiz:join", ("はな",), JoinBoard("はな")),
    ("model:try", ("newer",), TryModel("newer")),
    ("model:back", (), BackToModel()),
    *((f"tsudoi:setup:go:{step}", (), GoToStep(Step(step))) for step in ("source", "language", "lead_times", "review")),
    *((f"tsudoi:setup:{ending}", (), EndSetup(Ending(ending))) for ending in ("save", "discard", "off")),
    *(
        (f"tsudoi:setup:{setting}", ("a", "b"), ChooseForRoom(Setting(setting), ("a", "b")))
        for setting in ("follows", "language", "parts", "digest", "lead_times", "deciders")
    ),
    *(
        (f"tsudoi:{page}:add:{kind}", ("tfug",), AddSource(SourcePage(page), SourceKind(kind), "tfug"))
        for page in ("setup", "sources")
        for kind in ("group", "keyword", "prefecture")
    ),
    *(
        (f"tsudoi:{page}:words:{words}", ("x, y",), RefineSource(SourcePage(page), pages.Words(words), "x, y"))
        for page in ("setup", "sources")
        for words in ("include", "exclude")
    ),
    ("tsudoi:sources:remove", ("a", "b"), RemoveSources(("a", "b"))),
    ("tsudoi:sources:show", ("group=tfug",), ShowSource("group=tfug")),
    ("tsudoi:sources:pause7:0123456789ab", (), PauseSource(Pausing.WEEK, "0123456789ab")),
    ("tsudoi:sources:pause30:0123456789ab", (), PauseSource(Pausing.MONTH, "0123456789ab")),
    ("tsudoi:sources:pause0:0123456789ab", (), PauseSource(Pausing.OPEN, "0123456789ab")),
    ("tsudoi:sources:resume:0123456789ab", (), PauseSource(Pausing.RESUME, "0123456789ab")),
    ("tsudoi:rooms:show", ("C1",), ShowRoom("C1")),
    ("tsudoi:rooms:parts:C1", ("announces",), ChooseParts("C1", ("announces",))),
    ("tsudoi:rooms:on:C1", (), SwitchRoom(Switch.ON, "C1")),
    ("tsudoi:rooms:off:C1", (), SwitchRoom(Switch.OFF, "C1")),
    ("tsudoi:rooms:pause7:C1", (), PauseRoom(Pausing.WEEK, "C1")),
    ("tsudoi:rooms:resume:C1", (), PauseRoom(Pausing.RESUME, "C1")),
    ("tsudoi:rehearse:last:2", (), TurnPage(Span.LAST, 2)),
    ("tsudoi:rehearse:next:0", (), TurnPage(Span.NEXT, 0)),
    ("tsudoi:sent:show", ("12",), ShowPosted("12")),
    ("tsudoi:sent:retract:12", (), Intervene(Deed.RETRACT, 12)),
    ("tsudoi:sent:repeat:12", (), Intervene(Deed.REPEAT, 12)),
    ("tsudoi:data:overview", (), ShowSamples()),
    ("tsudoi:data:review:12", (), ReviewSamples(12)),
    ("tsudoi:data:accept", ("1", "2"), AcceptSamples(("1", "2"))),
    ("tsudoi:data:drop", ("1", "2"), DropSamples(("1", "2"))),
    ("tsudoi:data:look", ("1",), LookAtSample(("1",))),
    ("tsudoi:data:relabel:1", ("ぬ",), Relabel(1, "ぬ")),
    ("tsudoi:data:export", (), ExportSamples()),
    ("tsudoi:status", (), OpenPage("status")),
]


@pytest.fixture(scope="module")
def codec() -> Codec:
    return Codec(every_kind())


@pytest.mark.parametrize(("action_id", "values", "action"), KNOWN, ids=[known[0] for known in KNOWN])
def test_an_id_of_today_stands_for_the_same_action_for_ever(
    codec: Codec, action_id: str, values: tuple[str, ...], action: Action
) -> None:
    assert codec.decode(action_id, values) == action
    assert action.id == action_id


def test_what_is_chosen_from_a_list_of_actions_is_done(codec: Codec) -> None:
    assert codec.decode("why:", ("why:5:0:3",)) == Explain("5", 0, 3)
    assert codec.decode("teach:which:5:2:1:", ("wrong:5:0:3",)) == Wrong("5", 0, 3)


def test_ids_from_before_characters_had_places_are_understood(codec: Codec) -> None:
    assert codec.decode("why:5:1") == Explain("5", 1, 0)
    assert codec.decode("right:5:1") == Right("5", 1, 0)


@pytest.mark.parametrize(
    "action_id",
    ["", "x", "remind:", "remind:²", "remind:501:sooner", "question:7", "why:5", "why:5:1234", "teach:maybe", "quiz:"],
)
def test_what_is_of_no_kind_is_nothing(codec: Codec, action_id: str) -> None:
    assert codec.decode(action_id) is None


async def test_every_action_has_its_handler_and_no_id_is_too_long_for_discord(tmp_path: Path) -> None:
    async with open_house(tmp_path, a_room()) as house:
        changing = cast(Any, ChangingModel)(*[None] * 7)
        handled = {*house.services.answering.handlers, *changing.handlers()}
    assert set(every_kind()) - handled == set()
    longest = AgreeAndTeach("1" * 64, 999, 999, "ぎょ")
    assert len(longest.id) <= 100
