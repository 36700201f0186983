"""The quiz as a member plays it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.clock import DrivenClock
from bot.core.askers import Asker
from bot.core.cooldowns import Cooldown
from bot.core.errors import PictureError
from bot.core.messages import Message
from bot.core.problems.pictures import Broken
from bot.core.room import LOCAL, MAIN, Room
from bot.core.uploads import Source
from bot.handwriting.own_samples import OwnSamples
from bot.handwriting.ports.recognition import Cut
from bot.handwriting.quiz_messages import JoinBoard
from bot.handwriting.quizzing import Quizzing
from bot.handwriting.rules.quiz import LASTS, WORDS
from bot.handwriting.rules.teaching import Offered, Sample, State
from bot.handwriting.store.quizzes import Quizzes
from bot.handwriting.store.sample_folders import SampleFolders
from bot.handwriting.store.samples import Samples
from bot.handwriting.teaching import Teaching
from bot.store.personal import PersonalData
from model.reading import Candidate, Glyph, Reading, Verdict
from tests.support.actions import press
from tests.support.askers import an_asker
from tests.support.events import NOW, a_room

PAGE = "https://tsudoi.example.org"
PNG = b"one character"


def glyph(label: str, other: str = "の", verdict: Verdict = "sure") -> Glyph:
    share = 0.97 if verdict == "sure" else 0.5
    return Glyph((0, 0, 9, 9), (Candidate(label, share), Candidate(other, 0.02 if share > 0.9 else 0.4)), verdict)


@dataclass
class Hand:
    """Reads every picture as what this hand wrote."""

    wrote: tuple[Glyph, ...] | PictureError = ()
    model: str = "test"
    compared: list[tuple[str, ...]] = field(default_factory=list)

    async def read(self, picture: bytes) -> Reading:
        if isinstance(self.wrote, PictureError):
            raise self.wrote
        return Reading(self.wrote, "", 1.0)

    async def cut(self, picture: bytes, glyph: Glyph) -> Cut:
        return Cut(glyph, PNG)

    async def beside(self, picture: bytes, glyph: Glyph, labels: Sequence[str]) -> bytes:
        self.compared.append(tuple(labels))
        return b"beside"


@dataclass
class Collected:
    """Every character was collected often, but these."""

    thin: str = ""  # none: nothing was collected
    asked: list[Collection[str] | None] = field(default_factory=list)

    async def samples_in(self, spaces: Collection[str] | None) -> list[Sample]:
        self.asked.append(spaces)
        often = [label for label in WORDS if self.thin and label not in self.thin]
        return [
            Sample("o", "s", label, label, Source.UPLOAD, NOW, "m", label, 1.0, True, State.ACCEPTED) for label in often
        ]


@dataclass
class Given:
    """What was offered as samples, by members who answered like this."""

    has: bool | None = None
    offered: list[tuple[bytes, str, str, Source]] = field(default_factory=list)

    async def has_agreed(self, asker: Asker) -> bool | None:
        return self.has

    async def offer(self, asker: Asker, cut: Cut, label: str, source: Source) -> Offered:
        self.offered.append((cut.png, label, asker.member, source))
        return Offered.KEPT


class Always(Random):
    """Draws the same character each time."""

    def __init__(self, label: str) -> None:
        super().__init__(0)
        self.label = label

    def choice(self, seq: Any) -> Any:
        assert self.label in seq
        return self.label


class Play:
    """A quiz with one member in one room."""

    def __init__(self, engine: AsyncEngine, clock: DrivenClock) -> None:
        self.clock, self.room = clock, a_room(platform="discord", channel="101", guild="100")
        self.hand, self.collected, self.given = Hand(), Collected(), Given()
        parts = (Quizzes(engine), self.collected, self.given, self.hand, clock)
        self.quizzing = Quizzing(*parts, public_url=PAGE, random=Random(3))  # type: ignore[arg-type]

    async def ask(self, argument: str = "", member: str = "77") -> Message:
        return await self.quizzing.quiz(an_asker(self.room, member), argument)

    async def asked(self, member: str = "77") -> str:
        """Ask, and return the character."""
        return (await self.ask(member=member)).lead[1]

    async def draw(self, *wrote: Glyph, member: str = "77", upload: str = "9") -> Message | None:
        self.hand.wrote = wrote
        return await self.quizzing.answer(an_asker(self.room, member), b"a picture", upload)

    async def drawn(self, *wrote: Glyph, member: str = "77") -> Message:
        answer = await self.draw(*wrote, member=member)
        assert answer is not None
        return answer

    async def press(self, button: str, *values: str, member: str = "77") -> Message:
        answer = await press(self.quizzing, button, an_asker(self.room, member), values)
        assert answer is not None
        return answer


@pytest.fixture
def play(engine: AsyncEngine, clock: DrivenClock) -> Play:
    return Play(engine, clock)


def ids(message: Message) -> list[str]:
    return [button.id for button in message.buttons if button.id]


async def test_a_character_is_asked_for_with_romaji_a_word_and_the_time_there_is(play: Play) -> None:
    question = await play.ask()
    label = question.lead[1]
    assert question.lead.endswith("を手で書いてみましょう！")
    assert f"「{WORDS[label]}」の「{label}」です。" in question.text
    assert "10分以内" in question.text


async def test_what_was_collected_least_in_this_server_is_asked_for(play: Play) -> None:
    play.collected.thin = thin = "ぬめゐゑゔぢづぺ"
    assert {(await play.asked(str(member))) for member in range(40)} == set(thin)
    assert play.collected.asked[0] == ["100"]


async def test_an_open_question_stays_the_same_until_it_expires(play: Play, clock: DrivenClock) -> None:
    assert await play.asked() == await play.asked()
    clock.set(NOW + LASTS - timedelta(seconds=30))
    assert "1分以内" in (await play.ask()).text
    clock.set(NOW + LASTS)
    assert await play.draw(glyph("あ")) is None


async def test_only_the_next_picture_of_this_member_in_this_room_answers(play: Play) -> None:
    label = await play.asked()
    assert await play.draw(glyph(label), member="78") is None
    elsewhere = replace(play.room, channel="other")
    assert await play.quizzing.answer(an_asker(elsewhere), b"a picture") is None
    assert "正解です" in (await play.drawn(glyph(label))).lead
    assert await play.draw(glyph(label)) is None


async def test_right_at_once_is_two_stars_and_right_answers_in_a_row_are_counted(play: Play) -> None:
    first = await play.drawn(glyph(await play.asked()))
    assert "⭐⭐" in first.lead
    assert "問連続" not in first.lead
    assert ids(first)[:2] == ["quiz:again", "quiz:stop"]
    await play.press("quiz:again")
    second = await play.drawn(glyph(await play.asked()))
    assert "2問連続正解" in second.lead


async def test_what_is_nowhere_near_is_not_called_close(play: Play) -> None:
    play.quizzing = replace(play.quizzing, random=Always("ひ"))
    assert await play.asked() == "ひ"
    wrong = await play.drawn(glyph("あ"))
    assert "おしい" not in wrong.lead
    assert "「あ」（a、97%）に見えました。お題は「ひ」です。" in wrong.lead


async def test_wrong_says_what_it_looks_like_and_why_shows_both_and_allows_a_second_try(play: Play) -> None:
    play.quizzing = replace(play.quizzing, random=Always("ぬ"))
    assert await play.asked() == "ぬ"
    wrong = await play.drawn(glyph("め", "ぬ"))
    assert "おしい！「め」（me、97%）に見えました。" in wrong.lead
    assert "「ぬ」は終わりをくるんと結びます。" in wrong.lead
    assert "あと1回" in wrong.lead
    assert play.hand.compared == [("ぬ", "め")]
    (picture,) = wrong.pictures
    assert picture.png == b"beside"
    assert [part.caption for part in picture.parts] == ["あなたの字", "「ぬ」の典型", "「め」に見えました"]
    assert "why:9:0:0" in ids(wrong)
    assert "quiz:draw" in ids(wrong)
    assert any("/tendencies?" in button.url for button in wrong.buttons)
    second = await play.drawn(glyph("ぬ"))
    assert "正解です" in second.lead
    assert second.lead.count("⭐") == 1


async def test_two_wrong_tries_end_a_streak(play: Play) -> None:
    await play.drawn(glyph(await play.asked()))
    label = await play.asked()
    other = "あ" if label != "あ" else "い"
    await play.drawn(glyph(other))
    assert "次の文字に挑戦" in (await play.drawn(glyph(other))).lead
    assert "問連続" not in (await play.drawn(glyph(await play.asked()))).lead


async def test_what_is_unclear_is_told_as_unclear(play: Play) -> None:
    label = await play.asked()
    other = "あ" if label != "あ" else "い"
    unsure = await play.drawn(glyph(other, label, "unsure"))
    assert f"「{label}」か「{other}」か、迷っています。" in unsure.lead
    assert "あと1回" in unsure.lead


async def test_what_cannot_be_read_or_is_too_much_costs_no_try(play: Play) -> None:
    label = await play.asked()
    for _ in range(3):
        assert "読み取れませんでした" in (await play.drawn(glyph(label, verdict="not_hiragana"))).lead
        assert "1文字だけ" in (await play.drawn(glyph(label), glyph(label))).lead
    play.hand.wrote = PictureError(Broken())
    broken = await play.quizzing.answer(an_asker(play.room), b"a picture")
    assert broken is not None
    assert "壊れて" in broken.lead
    assert "⭐⭐" in (await play.drawn(glyph(label))).lead


async def test_a_note_that_is_shown_meanwhile_is_no_answer_and_the_question_stays_open(play: Play) -> None:
    label = await play.asked()
    play.hand.wrote = (glyph("め"), glyph("も"), glyph("た"))
    asker = an_asker(play.room)
    assert await play.quizzing.answer(asker, b"a picture", may_be_text=True) is None
    assert "1文字だけ" in (await play.drawn(*play.hand.wrote)).lead  # where nothing else is shown, it is too much
    assert "⭐⭐" in (await play.drawn(glyph(label))).lead


async def test_elsewhere_than_in_the_local_room_the_way_to_the_page_is_shown_to_the_member_alone(play: Play) -> None:
    question = await play.ask()
    assert [button.url for button in question.buttons if button.url] == []
    link = (await play.press("quiz:draw")).buttons[0].url
    address, _, token = link.partition("?quiz=")
    assert address == f"{PAGE}/draw"
    quiz = await play.quizzing.asked_by(token)
    assert quiz is not None
    assert quiz.address.endswith("@77")
    assert "終わりました" in (await play.press("quiz:draw", member="78")).lead


async def test_in_the_local_room_the_question_leads_there_by_itself(play: Play) -> None:
    play.room = Room(LOCAL, MAIN, organisers=("*",))
    assert [button.url.partition("=")[0] for button in (await play.ask()).buttons if button.url] == ["/draw?quiz"]


async def test_a_drawing_is_kept_of_who_agreed_once_it_is_read_as_what_was_asked_and_they_are_told(play: Play) -> None:
    label = await play.asked()
    assert f"teach:give:9:0:0:{label}" in ids(await play.drawn(glyph(label)))
    assert play.given.offered == []
    play.given.has = False
    assert not any("give" in button for button in ids(await play.drawn(glyph(await play.asked()))))
    play.given.has = True
    label = await play.asked()
    told = await play.drawn(glyph(label))
    assert "学習用に預かりました" in told.lead
    assert play.given.offered == [(PNG, label, "77", Source.QUIZ)]


@pytest.mark.parametrize("verdict", ["sure", "unsure"])
async def test_what_was_not_read_as_asked_is_kept_only_if_its_writer_says_what_it_is(
    play: Play, verdict: Verdict
) -> None:
    play.given.has = True
    label = await play.asked()
    wrong = glyph("あ" if label != "あ" else "い", other=label, verdict=verdict)
    for _ in range(2):
        told = await play.drawn(wrong)
    assert "預かりました" not in told.lead
    assert play.given.offered == []
    assert f"teach:give:9:0:0:{label}" in ids(told)


async def test_without_joining_nothing_counts_and_nothing_outlives_the_quiz(
    play: Play, engine: AsyncEngine, clock: DrivenClock
) -> None:
    await play.drawn(glyph(await play.asked()))
    assert "まだだれもいません" in (await play.ask("board")).text
    clock.set(NOW + LASTS)
    await play.quizzing.forget_expired()
    assert await PersonalData(engine).of("discord:@77") == {}


async def test_who_joins_stands_on_the_board_until_monday(play: Play, clock: DrivenClock) -> None:
    answered = await play.drawn(glyph(await play.asked()))
    assert [entry.id for entry in answered.entries] == ["quiz:join"]
    assert "はなさん、ランキングへようこそ" in (await play.press("quiz:join", " はな ")).lead
    again = await play.drawn(glyph(await play.asked()))
    assert again.entries == ()
    assert "今週：⭐2" in again.text
    board = await play.ask("ランキング")
    assert board.lead == "今週のランキング（5/11〜5/17）"
    assert [(one.name, one.value) for one in board.cards[0].fields] == [("🥇 1位 ⭐2（最高2問連続）", "はな")]
    clock.set(NOW + timedelta(days=7))
    assert (await play.ask("board")).cards[0].fields == ()


async def test_who_joins_without_a_name_is_named_by_the_platform(play: Play) -> None:
    await play.press("quiz:showme")
    await play.drawn(glyph(await play.asked()))
    (place,) = (await play.ask("board")).cards[0].fields
    assert place.member == "77"


async def test_who_leaves_is_gone_at_once(play: Play) -> None:
    await play.press("quiz:join", "はな")
    await play.drawn(glyph(await play.asked()))
    assert "消しました" in (await play.press("quiz:leave")).lead
    assert "まだだれもいません" in (await play.ask("board")).text


async def test_in_direct_messages_there_is_a_quiz_but_no_board(play: Play) -> None:
    play.room = replace(play.room, guild="")
    answered = await play.drawn(glyph(await play.asked()))
    assert answered.entries == ()
    assert (await play.ask("board")).lead == "DMにはランキングがありません。チャンネルでお試しください。"


async def test_nobody_can_ask_without_end(play: Play) -> None:
    play.quizzing = replace(play.quizzing, limit=Cooldown(2, timedelta(hours=1)))
    for _ in range(2):
        await play.drawn(glyph(await play.asked()))
    assert "ひと休み" in (await play.ask()).lead


async def test_an_empty_name_is_asked_for_again(play: Play) -> None:
    answer = await play.press("quiz:join", " \n ")
    assert [entry.id for entry in answer.entries] == ["quiz:join"]
    assert play.quizzing.forms()[JoinBoard](an_asker(play.room), JoinBoard()) is not None


async def test_where_nothing_is_read_there_is_no_quiz(play: Play) -> None:
    play.room = replace(play.room, recognition=False)
    assert "オフ" in (await play.ask()).lead


async def test_forget_erases_the_quiz_too_also_of_who_never_gave_a_sample(
    play: Play, engine: AsyncEngine, clock: DrivenClock
) -> None:
    await play.press("quiz:join", "はな")
    await play.drawn(glyph(await play.asked()))
    own = OwnSamples(Samples(engine), SampleFolders(), PersonalData(engine), None, clock)
    teaching = Teaching(own, None, clock)
    asked = await teaching.own.forget(an_asker(play.room))
    assert "teach:erase" in ids(asked)
    await press(teaching, "teach:erase", an_asker(play.room), ())
    assert await PersonalData(engine).of("discord:@77") == {}
    assert "teach:erase" not in ids(await teaching.own.forget(an_asker(play.room)))
