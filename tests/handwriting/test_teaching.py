"""What members teach, what is kept of it and for how long: on the real store, with a reader that reads bytes' names."""

import io
import json
import random
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.clock import DrivenClock
from bot.core.errors import PictureError
from bot.core.messages import Message
from bot.core.problems.pictures import Blank
from bot.core.room import Room
from bot.core.uploads import Source
from bot.handwriting.own_samples import OwnSamples
from bot.handwriting.ports.recognition import Cut
from bot.handwriting.reading_messages import readings_message
from bot.handwriting.reviewing import Reviewing
from bot.handwriting.rules.consent import Consent
from bot.handwriting.rules.teaching import MOST_A_DAY, NOT_HIRAGANA, Offered, Opinion, State
from bot.handwriting.store.sample_folders import SampleFolders
from bot.handwriting.store.samples import Samples
from bot.handwriting.teaching import Teaching
from bot.handwriting.teaching_buttons import Label
from bot.locales import texts_for
from bot.store.personal import PersonalData
from bot.store.tables import consents, metadata
from tests.support.actions import press
from tests.support.askers import Around, an_asker
from tests.support.events import a_room
from tests.support.reading_by_name import READINGS, ByName, Sheets, reading_of, sure

ROOM = a_room(platform="discord", channel="7", guild="100")
ALICE, BOB, ORGANISER = "1", "2", "9"


class House:
    def __init__(self, engine: AsyncEngine, clock: DrivenClock, folder: Path) -> None:
        self.engine, self.clock, self.folder = engine, clock, folder
        self.store, self.shown = Samples(engine), Around()
        self.start()

    def start(self) -> None:
        """Start the process, anew: only the store and the platform know what was before."""
        own = OwnSamples(self.store, SampleFolders(), PersonalData(self.engine), Sheets(), self.clock)
        self.teaching = Teaching(own, ByName(), self.clock)
        self.reviewing = Reviewing(self.store, Sheets(), self.clock)

    async def press(self, button_id: str, member: str = ALICE, *values: str, room: Room = ROOM) -> Message:
        asker = an_asker(room, member, surroundings=self.shown)
        answer = await press(self.teaching, button_id, asker, values)
        assert answer is not None
        return answer

    async def agree(self, *members: str) -> None:
        for member in members:
            await self.teaching.own.agree(an_asker(ROOM, member))

    async def give(self, member: str, *pictures: bytes) -> None:
        """Show pictures, and say of each that it was read rightly."""
        for i, picture in enumerate(pictures):
            self.shown.show(f"{member}.{i}", member, picture)
            await self.press(f"right:{member}.{i}:0:0", member)

    async def act(self, action: str, *values: str, room: Room = ROOM) -> Message:
        page = await press(self.reviewing, f"tsudoi:data:{action}", an_asker(room, ORGANISER), values)
        assert page is not None
        return page

    async def proven(self, member: str) -> None:
        """Let a member give what an organiser accepts."""
        await self.agree(member)
        await self.give(member, *(b"a #%d %s" % (i, member.encode()) for i in range(3)))
        await self.act("accept", *(str(one.id) for one in await self.store.samples_of(f"discord:@{member}")))


@pytest.fixture
def house(engine: AsyncEngine, clock: DrivenClock, tmp_path: Path) -> House:
    house = House(engine, clock, tmp_path)
    house.shown.show("5", ALICE, b"ha or ho")
    house.shown.show("6", ALICE, b"aiu")
    return house


def ids(message: Message) -> list[str]:
    return [button.id for button in message.buttons]


@pytest.mark.parametrize(
    ("picture", "offered"),
    [
        (b"a", {"✓ 正しい": "right:5:0:0", "✗ 違う": "wrong:5:0:0"}),
        (b"ha or ho", {"✓ 「は」です": "right:5:0:0", "✗ 違う": "wrong:5:0:0"}),
        (b"aiu", {"✓ 全部正しい": "teach:all:5:1", "✗ 違う": "teach:which:5:1"}),
    ],
)
def test_right_and_wrong_stand_quietly_below_an_answer(picture: bytes, offered: dict[str, str]) -> None:
    message = readings_message(texts_for("ja"), [reading_of(picture)], "5")
    quiet = {one.label: one.id for one in message.buttons if one.quiet}
    assert quiet == offered
    assert len(message.buttons) <= 5  # one row


def test_nothing_can_be_taught_where_nothing_was_read_or_can_be_fetched_again() -> None:
    texts = texts_for("ja")
    assert not any(one.quiet for one in readings_message(texts, [reading_of(b"a")]).buttons)
    assert not any(one.quiet for one in readings_message(texts, [PictureError(Blank())], "5").buttons)


async def test_the_first_time_it_thanks_and_asks_and_keeps_nothing(house: House) -> None:
    asked = await house.press("right:5:0:0")
    assert "ありがとうございます" in asked.lead
    assert "預けていただけますか" in asked.lead
    assert ids(asked) == ["teach:yes:5:0:0:", "teach:no"]
    assert all(word in asked.text for word in ("写真そのもの", "仮 ID", "運営の方", "/忘れて", "/あずけた文字"))
    assert await traces(house.engine, "discord:@1", "cut ") == []


async def test_a_yes_keeps_what_was_taught_with_all_that_belongs_to_it(house: House) -> None:
    await house.press("right:5:0:0")
    answer = await house.press("teach:yes:5:0:0:")
    assert "1文字を預かりました" in answer.lead
    (sample,) = await house.store.samples_of("discord:@1")
    assert (sample.label, sample.said, sample.share, sample.is_sure) == ("は", "は", 0.55, False)
    assert (sample.source, sample.model, sample.space) == (Source.UPLOAD, "Tsudoi 2026-11-24", "100")
    assert (sample.state, sample.at) == (State.PENDING, house.clock.now())
    assert await house.store.pictures([sample.id]) == {sample.id: b"cut 0 of ha or ho"}


async def test_the_alias_says_nothing_of_its_member(house: House) -> None:
    await house.agree(ALICE)
    first = await house.store.consent("discord:@1")
    await house.teaching.own.erase("discord:@1")
    await house.agree(ALICE)
    second = await house.store.consent("discord:@1")
    assert first
    assert second
    assert first.alias != second.alias


async def test_a_no_is_remembered_and_nobody_is_asked_again_also_after_a_restart(house: House) -> None:
    await house.press("right:5:0:0")
    await house.press("teach:no")
    house.start()
    again = await house.press("right:5:0:0")
    assert not again.buttons
    assert "預かっていません" in again.lead
    assert await house.store.samples_in(None) == []
    assert await house.teaching.has_agreed(an_asker(ROOM, ALICE)) is False


async def test_who_does_not_answer_is_not_asked_at_every_press(house: House) -> None:
    await house.press("right:5:0:0")
    assert not (await house.press("right:5:0:0")).buttons


async def test_samples_lets_a_no_become_a_yes(house: House) -> None:
    await house.press("teach:no")
    page = await house.teaching.own.samples(an_asker(ROOM, ALICE))
    assert ids(page) == ["teach:allow"]
    assert ids(await house.press("teach:allow")) == ["teach:yes", "teach:no"]
    await house.press("teach:yes")
    await house.press("right:5:0:0")
    assert len(await house.store.samples_of("discord:@1")) == 1


async def test_wrong_offers_the_next_candidates_any_other_and_none(house: House) -> None:
    page = await house.press("wrong:5:0:0")
    (choice,) = page.choices
    assert [one.value for one in choice.options] == ["ほ", "け", NOT_HIRAGANA]
    assert [one.label for one in choice.options][-1] == "ひらがなではない"
    assert choice.id == page.entries[0].id == "teach:label:5:0:0"
    assert house.teaching.forms()[Label](an_asker(ROOM), Label("5")) == page.entries[0]


@pytest.mark.parametrize(
    ("written", "label"), [("ほ", "ほ"), ("っ", "つ"), ("リ", "り"), ("ゔ", "ゔ"), (NOT_HIRAGANA, NOT_HIRAGANA)]
)
async def test_what_is_chosen_or_written_becomes_the_label(house: House, written: str, label: str) -> None:
    await house.agree(ALICE)
    await house.press("teach:label:5:0:0", ALICE, written)
    assert [one.label for one in await house.store.samples_of("discord:@1")] == [label]


async def test_what_is_no_hiragana_is_explained_kindly_and_can_be_written_again(house: House) -> None:
    await house.agree(ALICE)
    answer = await house.press("teach:label:5:0:0", ALICE, "ネコ")
    assert "「ネコ」は登録できません" in answer.lead
    assert answer.entries[0].id == "teach:label:5:0:0"
    assert await house.store.samples_of("discord:@1") == []


async def test_a_label_that_was_chosen_is_kept_by_the_yes_that_follows(house: House) -> None:
    asked = await house.press("teach:label:5:0:0", ALICE, "ほ")
    assert "「ほ」ですね" in asked.lead
    house.start()
    await house.press(ids(asked)[0])
    assert [one.label for one in await house.store.samples_of("discord:@1")] == ["ほ"]


@pytest.mark.parametrize(
    "button", ["teach:yes:5:0:0:ネコ", "teach:yes:5:0:x:は", "teach:yes:5", "teach:all:5:1:0:<b>", "teach:nonsense"]
)
async def test_what_no_button_of_ours_says_is_not_taken(house: House, button: str) -> None:
    assert await press(house.teaching, button, an_asker(ROOM, ALICE, surroundings=house.shown), ()) is None
    assert await house.store.consent("discord:@1") is None


async def test_of_several_characters_all_are_right_or_one_is_chosen(house: House) -> None:
    await house.agree(ALICE)
    assert "3文字" in (await house.press("teach:all:6:1")).lead
    assert [one.label for one in await house.store.samples_of("discord:@1")] == ["あ", "い", "は"]
    which = await house.press("teach:which:6:1")
    assert [one.label for one in which.choices[0].options] == ["1 あ", "2 い", "3 は"]
    what = await house.press(which.choices[0].id, ALICE, "wrong:6:0:2")
    await house.press(what.choices[0].id, ALICE, "ほ")
    assert [one.label for one in await house.store.samples_of("discord:@1")] == ["あ", "い", "ほ"]


async def test_a_picture_that_cannot_be_read_does_not_keep_the_others_from_being_taught(house: House) -> None:
    await house.agree(ALICE)
    house.shown.show("7", ALICE, b"a", b"broken", b"aiu")
    assert "4文字" in (await house.press("teach:all:7:3")).lead
    which = await house.press("teach:which:7:3")
    listed = [one.label for one in which.choices[0].options]
    assert listed == ["1枚目: 1 あ", "3枚目: 1 あ", "3枚目: 2 い", "3枚目: 3 は"]
    house.shown.show("8", ALICE, b"broken", b"broken")
    assert "読めませんでした" in (await house.press("teach:all:8:2")).lead


async def test_many_characters_fit_into_lists(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(READINGS, b"a page", tuple(sure("あ") for _ in range(60)))
    house.shown.show("7", ALICE, b"a page")
    which = await house.press("teach:which:7:1")
    assert [len(one.options) for one in which.choices] == [25, 25, 10]
    assert len({one.id for one in which.choices}) == 3


async def test_not_hiragana_is_confirmed_as_such(house: House) -> None:
    await house.agree(ALICE)
    await house.give(ALICE, b"a face")
    assert [one.label for one in await house.store.samples_of("discord:@1")] == [NOT_HIRAGANA]


async def test_others_can_say_but_not_give_what_they_did_not_write(house: House) -> None:
    await house.agree(BOB)
    assert "書いたご本人だけ" in (await house.press("right:5:0:0", BOB)).lead
    assert await house.store.samples_in(None) == []


async def test_a_second_member_with_a_good_record_settles_or_disputes(house: House) -> None:
    await house.agree(ALICE)
    await house.press("right:5:0:0")
    await house.press("right:5:0:0", BOB)
    assert (await house.store.samples_of("discord:@1"))[0].opinion is Opinion.NONE  # a stranger's word counts nothing
    await house.proven(BOB)
    await house.press("right:5:0:0", BOB)
    assert (await house.store.samples_of("discord:@1"))[0].opinion is Opinion.SAME
    await house.press("teach:label:5:0:0", BOB, "ほ")
    assert (await house.store.samples_of("discord:@1"))[0].opinion is Opinion.OTHER


async def test_an_upload_that_is_gone_is_said_to_be(house: House) -> None:
    await house.agree(ALICE)
    for button in ("right:404:0:0", "wrong:404:0:0", "teach:all:404:1", "teach:which:404:1", "teach:yes:404:0:0:は"):
        assert "元の画像が残っていない" in (await house.press(button)).lead


async def test_a_day_has_its_limit(house: House) -> None:
    await house.agree(ALICE)
    pictures = [b"aiu #%d" % i for i in range(MOST_A_DAY // 3 + 1)]
    house.shown.show("8", ALICE, *pictures)
    answer = await house.press(f"teach:all:8:{len(pictures)}")
    assert f"お一人1日{MOST_A_DAY}文字まで" in answer.lead
    assert len(await house.store.samples_of("discord:@1")) == MOST_A_DAY


async def test_the_quiz_gives_samples_in_the_same_way(house: House) -> None:
    cut = Cut(sure("ぬ"), b"a drawing")
    assert await house.teaching.offer(an_asker(ROOM, ALICE), cut, "ぬ", Source.QUIZ) is Offered.NO_CONSENT
    await house.agree(ALICE)
    assert await house.teaching.offer(an_asker(ROOM, ALICE), cut, "ぬ", Source.QUIZ) is Offered.KEPT
    assert (await house.store.samples_of("discord:@1"))[0].source is Source.QUIZ


async def test_samples_shows_what_was_given(house: House) -> None:
    await house.agree(ALICE)
    await house.press("teach:all:6:1")
    page = await house.teaching.own.samples(an_asker(ROOM, ALICE))
    assert "3文字を預かっています" in page.lead
    assert "あ 1" in page.text
    assert page.pictures[0].png == "sheet of あいは".encode()
    assert ids(page) == ["teach:stop"]


async def test_export_gives_everything_back(house: House) -> None:
    await house.agree(ALICE)
    await house.press("teach:all:6:1")
    (file,) = (await house.teaching.own.export(an_asker(ROOM, ALICE))).files
    with zipfile.ZipFile(io.BytesIO(file.content)) as packed:
        lines = json.loads(packed.read("samples.json"))
        assert [one["label"] for one in lines] == ["あ", "い", "は"]
        assert [packed.read(one["image"]) for one in lines] == [b"cut %d of aiu" % i for i in range(3)]
    assert "discord:@1" not in str(lines)


async def test_forget_asks_once_more_then_erases_rows_and_files_and_says_so(house: House) -> None:
    await house.agree(ALICE, BOB)
    await house.press("teach:all:6:1")
    await house.give(BOB, b"a")
    writers = {one.writer for one in await house.store.samples_in(None)}
    (alice,) = {one.writer for one in await house.store.samples_of("discord:@1")}
    lines = [{"image": f"{one.id}.png", "writer": one.writer} for one in await house.store.samples_in(None)]
    folder = house.folder / "samples"
    await SampleFolders().write(folder, lines, {str(one["image"]): b"png" for one in lines})
    await house.store.note_export(str(folder), house.clock.now(), writers)
    await house.store.note_export(None, house.clock.now(), writers)

    asks = await house.teaching.own.forget(an_asker(ROOM, ALICE))
    assert "3文字" in asks.lead
    assert await house.store.samples_of("discord:@1")
    told = await house.press("teach:erase")
    assert "3文字を、データベースからも書き出したファイルからも消しました" in told.lead
    assert "1件は、ボットからは消せませんでした" in told.lead  # the archive that somebody downloaded
    assert alice not in (folder / "samples.jsonl").read_text(encoding="utf-8")
    assert len(list(folder.glob("*.png"))) == 1
    assert await traces(house.engine, "discord:@1", alice, "aiu") == []
    assert await traces(house.engine, "discord:@2") != []
    assert "ありません" in (await house.teaching.own.forget(an_asker(ROOM, ALICE))).lead


async def test_to_stop_erases_and_remembers_only_the_no(house: House) -> None:
    await house.agree(ALICE)
    await house.press("right:5:0:0")
    assert ids(await house.press("teach:stop")) == ["teach:withdraw", "teach:leave"]
    assert len(await house.store.samples_of("discord:@1")) == 1
    await house.press("teach:withdraw")
    assert await traces(house.engine, "discord:@1") == ["consents"]
    assert not (await house.press("right:5:0:0")).buttons


async def test_an_old_no_does_not_erase_what_was_given_since(house: House) -> None:
    await house.agree(ALICE)
    await house.press("right:5:0:0")
    assert ids(await house.press("teach:no")) == ["teach:withdraw", "teach:leave"]
    assert len(await house.store.samples_of("discord:@1")) == 1


PRESSES = (
    *("right:5:0:0", "wrong:5:0:0", "teach:all:6:1", "teach:which:6:1", "teach:allow", "teach:stop", "teach:leave"),
    *("teach:yes", "teach:yes:5:0:0:は", "teach:yes:6:1", "teach:no", "teach:withdraw", "teach:erase"),
)


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_is_pressed_nothing_of_a_member_is_kept_without_consent(house: House, seed: int) -> None:
    chance = random.Random(seed)  # a test is to be repeatable
    for _ in range(25):
        member, button = chance.choice([ALICE, BOB]), chance.choice([*PRESSES, "teach:label:5:0:0", "restart"])
        if button == "restart":
            house.start()
            continue
        values = ("ほ",) if button.startswith("teach:label") else ()
        await house.press(button, member, *values)
        for one in (ALICE, BOB):
            consent = await house.store.consent(f"discord:@{one}")
            if consent is None or not consent.given:
                found = await traces(house.engine, f"discord:@{one}")
                assert found == ([] if consent is None else ["consents"]), button
        agreed = [await house.teaching.has_agreed(an_asker(ROOM, one)) for one in (ALICE, BOB)]
        assert len(await aliases(house.engine)) == agreed.count(True)
        if True not in agreed:
            assert await traces(house.engine, "cut ") == []


async def aliases(engine: AsyncEngine) -> list[str]:
    async with engine.connect() as connection:
        return list((await connection.execute(select(consents.c.alias).where(consents.c.alias.is_not(None)))).scalars())


async def traces(engine: AsyncEngine, *words: str) -> list[str]:
    """Return the names of all tables in which any of these words stands."""
    found = set()
    async with engine.connect() as connection:
        for name, table in metadata.tables.items():
            said = str([tuple(row) for row in await connection.execute(select(table))])
            if any(word in said for word in words):
                found.add(name)
    return sorted(found)


async def test_organisers_see_how_many_there_are_and_what_to_review(house: House) -> None:
    await house.agree(ALICE)
    await house.press("teach:all:6:1")
    page = await house.act("overview")
    assert "3文字（1人分）" in page.lead
    assert "採用" in page.text  # the rule is explained
    assert page.pictures[0].png == b"chart of 0 and 3"
    assert ids(page) == ["tsudoi:data:review:0"]


async def test_organisers_accept_drop_and_relabel_by_number(house: House) -> None:
    await house.agree(ALICE)
    await house.press("teach:label:6:0:1", ALICE, "り")
    await house.press("right:6:0:0")
    await house.press("right:6:0:2")
    page = await house.act("review:0")
    assert page.pictures[0].png.startswith("sheet of り".encode())  # the one with which the model disagrees comes first
    assert page.choices[0].options[0].label == "1 り（モデルの読み：い）"
    first, second, third = (one.value for one in page.choices[0].options)
    await house.act("accept", second)
    await house.act("drop", third)
    look = await house.act("look", first)
    assert look.entries[0].id == f"tsudoi:data:relabel:{first}"
    assert "モデルが読める文字ではありません" in (await house.act(f"relabel:{first}", "ねこ")).lead
    done = await house.act(f"relabel:{first}", "い")
    assert "確認待ちの文字はありません" in done.lead
    states = {one.id: (one.label, one.state, one.reviewer) for one in await house.store.samples_in(None)}
    assert states[int(first)] == ("い", State.ACCEPTED, "discord:@9")
    assert states[int(third)][1] is State.DROPPED


async def test_organisers_of_another_server_see_and_decide_nothing(house: House) -> None:
    await house.agree(ALICE)
    await house.press("right:5:0:0")
    (sample,) = await house.store.samples_in(None)
    elsewhere = replace(ROOM, guild="666")
    assert "0文字" in (await house.act("overview", room=elsewhere)).lead
    await house.act("accept", str(sample.id), room=elsewhere)
    await house.act(f"relabel:{sample.id}", "ぬ", room=elsewhere)
    assert await house.store.samples_in(None) == [sample]


async def test_only_what_may_be_used_is_exported_for_training(house: House) -> None:
    assert "確認をお願いします" in (await house.act("export")).lead
    await house.proven(ALICE)
    await house.agree(BOB)
    await house.give(BOB, b"a #joke")
    await house.give(ALICE, b"a #new", b"ha or ho")  # the model is sure of the first only
    (file,) = (await house.act("export")).files
    with zipfile.ZipFile(io.BytesIO(file.content)) as packed:
        lines = [json.loads(one) for one in packed.read("samples.jsonl").splitlines()]
    (alice,) = {one.writer for one in await house.store.samples_of("discord:@1")}
    assert [(one["label"], one["writer"], one["consent"]) for one in lines] == [("あ", alice, True)] * 4
    assert await house.store.exports_of(alice) != []


async def test_what_organisers_are_told_is_in_english_too(house: House) -> None:
    await house.agree(ALICE)
    english = replace(ROOM, locale="en")
    assert "I kept 1 character." in (await house.press("right:5:0:0", room=english)).lead
    page = await house.reviewing.open(an_asker(english, ORGANISER))
    assert "1 sample (writers: 1)." in page.lead
    anew = Teaching(
        OwnSamples(house.store, SampleFolders(), house.teaching.own.everything, None, house.clock),
        ByName(),
        house.clock,
    )
    question = await press(anew, "right:6:0:0", an_asker(english, BOB, surroundings=house.shown), ())
    assert question is not None


async def test_a_consent_knows_its_wording(house: House) -> None:
    await house.agree(ALICE)
    consent = await house.store.consent("discord:@1")
    assert consent is not None
    assert consent == Consent("discord:@1", given=True, at=house.clock.now(), alias=consent.alias, wording=4)


def test_of_whom_was_asked_so_many_are_remembered(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.handwriting.own_samples.MOST_ASKED", 2)
    own = house.teaching.own
    assert [own.ask_once(who) for who in ("a", "b", "b", "c")] == [True, True, False, True]
    assert [own.ask_once(who) for who in ("b", "c", "a")] == [False, False, True]


async def test_organisers_see_what_was_given_on_their_own_platform(house: House) -> None:
    """A server and a workspace are not one community, were their ids the same."""
    await house.agree(ALICE)
    await house.give(ALICE, b"a")
    workspace = a_room(platform="slack", channel="C7", guild=ROOM.guild)
    assert "1 sample" in (await house.reviewing.open(an_asker(replace(ROOM, locale="en"), ORGANISER))).lead
    page = await house.reviewing.open(an_asker(replace(workspace, locale="en"), ORGANISER))
    assert "1 sample" not in page.lead
    await house.act("accept", "1", room=workspace)
    (given,) = await house.store.samples_of("discord:@1")
    assert given.state is State.PENDING
