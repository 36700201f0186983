"""Organisers try another model; it takes over if it is no worse, and they can go back."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.clock import DrivenClock
from bot.core.errors import ModelError
from bot.core.messages import Message
from bot.core.room import LOCAL, MAIN, Room
from bot.core.rooms import Rooms
from bot.core.uploads import Source
from bot.delivery.rules.deliveries import Delivery
from bot.handwriting.changing_model import ENOUGH_SAMPLES, REMEMBERED, ChangingModel
from bot.handwriting.ports.recognition import ModelFile
from bot.handwriting.rules.model_change import Tally, Trial
from bot.handwriting.rules.teaching import NOT_HIRAGANA, Sample, State
from bot.store.memory import StoredMemory
from tests.support.actions import press
from tests.support.askers import an_asker
from tests.support.events import NOW
from tests.support.knowledge import known_in

SAME = Tally(432, 409, 409)
PASSED = Trial(SAME, Tally(), Tally(120, 116, 116), {"ぬ": (6, 6, 6)}, 1.4, 1.3)
FAILED = replace(PASSED, generated=Tally(432, 409, 380, 31, 2), per_label={"ぬ": (6, 6, 1)})
CARD = {
    "name": "Tsudoi hiragana",
    "made": "2026-11-24",
    "training": {"parameters": 767_083},
    "figures": [{"name": "dev", "top1": 0.9959, "images": 976}],
    "notices": ["somebody's drawings, MIT"],
}


def model(name: str, sha256: str = "") -> ModelFile:
    return ModelFile(name, f"/copies/{name}", (sha256 or name or "shipped") * 8, CARD | {"made": name or "2026-11-24"})


@dataclass
class Folder:
    """Models as a folder has them; `broken` ones do not load."""

    files: dict[str, ModelFile] = field(default_factory=lambda: {one: model(one) for one in ("", "new", "newer")})
    broken: set[str] = field(default_factory=set)
    error: ModelError = field(default_factory=lambda: ModelError("crashed", "crashed"))
    trial: Trial = PASSED
    tried: list[tuple[str, str, int]] = field(default_factory=list)

    def names(self) -> list[str]:
        return [name for name in self.files if name]

    async def fetch(self, name: str) -> ModelFile:
        if name not in self.files:
            raise ModelError(f"no {name}", "unknown")
        return self.files[name]

    async def probe(self, one: ModelFile) -> None:
        if one.name in self.broken:
            raise self.error

    async def try_out(self, old: ModelFile, new: ModelFile, samples: Sequence[tuple[str, bytes]]) -> Trial:
        await self.probe(new)
        self.tried.append((old.name, new.name, len(samples)))
        return self.trial


@dataclass
class Reader:
    used: list[str] = field(default_factory=list)

    def use(self, one: ModelFile) -> None:
        self.used.append(one.name)


@dataclass
class Given:
    """So many samples that organisers accepted, and some that they did not."""

    accepted: int = 0

    async def samples_in(self, spaces: Collection[str] | None) -> list[Sample]:
        assert spaces is None
        one = Sample("o", "s", "d", "ぬ", Source.UPLOAD, NOW, "m", "ぬ", 1.0, True, State.ACCEPTED)
        others = [replace(one, state=State.PENDING), replace(one, label=NOT_HIRAGANA)]
        return [replace(each, id=i) for i, each in enumerate([one] * self.accepted + others)]

    async def pictures(self, ids: Sequence[int]) -> dict[int, bytes]:
        return dict.fromkeys(ids, b"png")


@dataclass
class Notes:
    planned: list[Delivery] = field(default_factory=list)

    async def plan(self, planned: Sequence[Delivery]) -> None:
        self.planned += planned


LOCAL_ROOM = Room(LOCAL, MAIN, organisers=("*",), asks=True)
HOME = Room("discord", "101", organisers=("77",), guild="100")
AWAY = Room("discord", "201", organisers=("88",), guild="200")


class World:
    def __init__(self, engine: AsyncEngine, clock: DrivenClock) -> None:
        self.memory, self.clock = StoredMemory(engine), clock
        self.folder, self.given = Folder(), Given()
        self.rooms = Rooms((LOCAL_ROOM, HOME), ())
        self.start()

    def start(self) -> None:
        """Start the process anew, with what is remembered."""
        self.reader, self.notes = Reader(), Notes()
        parts = (self.folder, self.reader, self.memory, self.given, self.notes, self.rooms, self.clock)
        self.changing = ChangingModel(*parts)

    async def say(self, argument: str = "", room: Room = LOCAL_ROOM, member: str = "visitor") -> Message:
        return await self.changing.model(an_asker(room, member, rooms=self.changing.rooms), argument)


@pytest.fixture
def world(engine: AsyncEngine, clock: DrivenClock) -> World:
    return World(engine, clock)


async def test_everybody_hears_which_model_reads_how_well_and_whose_work_it_is(world: World) -> None:
    said = await world.say(room=HOME, member="5")
    for part in (
        "同梱のモデル",
        "767,083",
        "モデル選びに使った画像: 99.59%（976枚）",
        "somebody's drawings, MIT",
        "SHA-256 shipped",
    ):
        assert part in said.text
    assert said.choices == ()


async def test_a_card_without_prose_is_shown_as_it_is_and_long_notices_are_cut_in_the_chat(world: World) -> None:
    long = CARD | {"notices": ["a font, " * 100]}
    world.folder.files[""] = replace(model(""), card=long)
    assert "a font, a font" in (await world.say()).text
    assert len((await world.say()).text) < 600
    assert json.loads(await world.changing.card()) == long
    world.folder.files["new"] = replace(model("new"), prose="# New")
    await world.say("try new")
    assert await world.changing.card() == "# New"


async def test_organisers_choose_from_those_in_the_folder(world: World) -> None:
    said = await world.say()
    assert [option.value for option in said.choices[0].options] == ["new", "newer"]
    assert [button.url for button in said.buttons if button.url] == ["/model"]


async def test_one_that_is_no_worse_reads_from_now_on(world: World) -> None:
    said = await world.say("try new")
    assert world.reader.used == ["new"]
    for part in ("「new」に切り替えました", "94.7% → 94.7% (432)", "1.4 → 1.3 ms", "SHA-256 new"):
        assert part in said.text
    assert "「new」（Tsudoi hiragana new）" in (await world.say()).text


async def test_a_worse_one_is_refused_with_the_reasons(world: World) -> None:
    world.folder.trial = FAILED
    said = await world.say("try new")
    assert world.reader.used == []
    for part in ("切り替えません", "偶然とはいえないほど下がります", "半分以上間違える", "ぬ 6→1/6"):
        assert part in said.text
    assert await world.memory.recall(REMEMBERED) is None


async def test_one_command_leads_back_and_forth(world: World) -> None:
    assert "戻せるモデルはありません" in (await world.say("back")).text
    await world.say("try new")
    await world.say("back")
    await world.say("back")
    assert world.reader.used == ["new", "", "new"]
    pressed = await press(world.changing, "model:back", an_asker(LOCAL_ROOM, "visitor"))
    assert pressed is not None
    assert world.reader.used[-1] == ""


async def test_it_may_be_chosen_from_the_list_too(world: World) -> None:
    assert await press(world.changing, "model:try", an_asker(LOCAL_ROOM, "visitor"), ["newer"]) is not None
    assert world.reader.used == ["newer"]
    assert await press(world.changing, "quiz:again", an_asker(LOCAL_ROOM, "visitor")) is None


@pytest.mark.parametrize(("room", "member"), [(HOME, "5"), (AWAY, "88"), (replace(AWAY, guild=""), "5")])
@pytest.mark.parametrize("what", ["try new", "back"])
async def test_only_organisers_at_home_may_change_what_all_read_with(
    world: World, room: Room, member: str, what: str
) -> None:
    world.rooms.set_up([AWAY, replace(AWAY, channel="301", guild="300")])
    assert "運営の方だけ" in (await world.say(what, room, member)).text
    assert world.folder.tried == []
    assert "運営の方だけ" not in (await world.say(what, HOME, "77")).text


async def test_whatever_is_wrong_with_a_file_nothing_changes(world: World) -> None:
    world.folder.broken.add("new")
    assert "異常終了しました" in (await world.say("try new")).text
    world.folder.error = ModelError("this is no LiteRT model: Model provided has model identifier 'xxxx'")
    damaged = (await world.say("try new")).text  # what the library says is English, and stands in the log
    assert damaged.splitlines() == [
        "「new」は読み込めません。ファイルが壊れているか、使える LiteRT モデルではありません。",
        "設定は変わっていません。",
    ]
    unknown = (await world.say("try ../secret")).text
    assert "new, newer" in unknown
    assert "設定は変わっていません。" in unknown
    assert world.reader.used == []


async def test_samples_count_where_there_are_enough_reviewed_ones(world: World) -> None:
    world.given.accepted = ENOUGH_SAMPLES - 1
    assert "100枚に満たない" in (await world.say("try new")).text
    world.given.accepted = ENOUGH_SAMPLES
    await world.say("try newer")
    assert world.folder.tried == [("", "new", 0), ("new", "newer", ENOUGH_SAMPLES)]


async def test_an_organiser_who_was_told_may_use_a_worse_one_all_the_same_and_go_back(world: World) -> None:
    world.folder.trial = FAILED
    assert "それでも使うときは !model use new" in (await world.say("try new")).text
    assert world.reader.used == []
    said = await world.say("使う new")
    for part in ("「new」に切り替えました", "次の点にご注意", "偶然とはいえない", "ぬ 6→1/6"):
        assert part in said.text
    world.start()
    await world.changing.restore()
    await world.say("back")
    assert world.reader.used == ["new", ""]
    assert "運営の方だけ" in (await world.say("use new", HOME, "5")).text


async def test_the_choice_outlives_a_restart(world: World) -> None:
    await world.say("try new")
    world.start()
    await world.changing.restore()
    assert world.reader.used == ["new"]
    assert world.notes.planned == []
    await world.say("back")
    assert world.reader.used == ["new", ""]


async def test_another_process_on_the_same_store_follows(world: World) -> None:
    ours, reader = world.changing, world.reader
    world.start()
    await world.say("try new")
    await ours.restore()
    await ours.restore()
    assert reader.used == ["new"]
    await world.say("back")
    await ours.restore()
    assert reader.used == ["new", ""]


async def test_after_going_back_to_the_shipped_one_a_restart_changes_nothing(world: World) -> None:
    await world.say("try new")
    await world.say("back")
    world.start()
    await world.changing.restore()
    assert world.reader.used in ([], [""])
    assert world.notes.planned == []


@pytest.mark.parametrize("what", ["missing", "changed", "damaged"])
async def test_a_chosen_file_that_is_not_what_it_was_is_not_used_and_organisers_are_told(
    world: World, engine: AsyncEngine, what: str
) -> None:
    await world.say("try new")
    if what == "missing":
        del world.folder.files["new"]
    elif what == "changed":
        world.folder.files["new"] = model("new", "other")
    else:
        world.folder.broken.add("new")
    world.start()
    await world.changing.restore()
    assert world.reader.used == []
    assert {one.destination for one in world.notes.planned} == {"local:main", "discord:101"}
    told = world.notes.planned[0]
    note = await known_in(engine, world.changing.rooms, world.changing.clock).compose(told, LOCAL_ROOM)
    assert isinstance(note, Message)
    assert "同梱のモデルで読んでいます" in note.text
    assert "!model try new" in note.text
    assert told.useful_until == NOW + timedelta(days=1)
    assert "同梱のモデル" in (await world.say()).text


async def test_what_is_remembered_may_be_nonsense(world: World) -> None:
    for nonsense in ("{", "[]", json.dumps({"chosen": None})):
        await world.memory.remember(REMEMBERED, nonsense)
        await world.changing.restore()
    assert world.reader.used == []
