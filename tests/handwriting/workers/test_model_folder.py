"""Models in a folder: real files, tried by real processes."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.errors import ModelError
from bot.handwriting.workers import model_folder
from bot.handwriting.workers.model_folder import CARD, LARGEST_MODEL, MODEL, ModelFolder
from bot.handwriting.workers.pictures import encode_png
from bot.handwriting.workers.recogniser import LocalRecogniser
from bot.sandbox.workers import Worker, Workers
from model.classifier import ARTIFACT
from model.explaining import tendencies
from tests.model.drawings import drawn

PATIENT = 300.0  # seconds: a test machine is shared
TESTS = str(Path(__file__).parents[2])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(ARTIFACT.parent, tmp_path / "twin")
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("no model")
    return tmp_path


@pytest.fixture
def models(folder: Path) -> Iterator[ModelFolder]:
    opened = ModelFolder(folder)
    yield opened
    opened.close()


def add(folder: Path, place: str, content: bytes, **card: object) -> None:
    (folder / place).mkdir()
    (folder / place / MODEL).write_bytes(content)
    known = json.loads((ARTIFACT.parent / CARD).read_text(encoding="utf-8"))
    (folder / place / CARD).write_text(json.dumps(known | card), encoding="utf-8")


def a_picture() -> bytes:
    """Return a つ as somebody uploads it."""
    return encode_png(drawn("つ"))


async def code_of(models: ModelFolder, name: str) -> str:
    with pytest.raises(ModelError) as refused:
        await models.fetch(name)
    return refused.value.code


async def test_every_folder_with_a_model_in_it_is_offered_and_the_shipped_one_is_there_always(
    models: ModelFolder,
) -> None:
    assert models.names() == ["twin"]
    twin, shipped = await models.fetch("twin"), await models.fetch("")
    assert twin.sha256 == shipped.sha256 == hashlib.sha256(ARTIFACT.read_bytes()).hexdigest()
    assert shipped.title.startswith("Tsudoi hiragana 20")
    assert "# Tsudoi hiragana" in shipped.prose
    nowhere = ModelFolder(Path("/nowhere"))
    assert nowhere.names() == []
    nowhere.close()


async def test_what_a_model_learned_comes_along_and_the_shipped_facts_stand_in_where_nobody_asked(
    models: ModelFolder, folder: Path
) -> None:
    known = tendencies.load()
    replace(known, confusion=known.confusion[::-1].copy()).save(folder / "twin" / tendencies.FILE)
    add(folder, "unsurveyed", ARTIFACT.read_bytes())
    with closing(LocalRecogniser(workers=Workers(takes=PATIENT))) as recogniser:
        shipped = await recogniser.drawing_board().learned()
        recogniser.use(await models.fetch("twin"))
        own = await recogniser.drawing_board().learned()
        recogniser.use(await models.fetch("unsurveyed"))
        stands_in = await recogniser.drawing_board().learned()
    assert (shipped.is_own, own.is_own, stands_in.is_own) == (True, True, False)
    assert own.confused_with != shipped.confused_with == stands_in.confused_with


async def test_what_is_used_is_a_copy_that_later_changes_do_not_touch(models: ModelFolder, folder: Path) -> None:
    twin = await models.fetch("twin")
    (folder / "twin" / MODEL).write_bytes(b"something else")
    with open(twin.file, "rb") as copy:  # noqa: ASYNC230, PTH123  # a test may wait
        assert copy.read() == ARTIFACT.read_bytes()


@pytest.mark.parametrize("name", ["other", "../twin", "..", "/etc", "twin/../twin", "empty"])
async def test_a_name_is_never_a_path(models: ModelFolder, name: str) -> None:
    assert await code_of(models, name) == "unknown"


async def test_whatever_else_lies_there_is_refused_with_its_reason(models: ModelFolder, folder: Path) -> None:
    add(folder, "labels", b"x", labels="あい")
    add(folder, "figures", b"x", figures=[{"name": "dev"}])
    add(folder, "huge", b"0" * (LARGEST_MODEL + 1))
    add(folder, "cardless", b"x")
    (folder / "cardless" / CARD).unlink()
    add(folder, "odd", b"x")
    (folder / "odd" / CARD).write_text("[]")
    codes = {name: await code_of(models, name) for name in ("labels", "figures", "huge", "cardless", "odd")}
    assert codes == {
        "labels": "labels",
        "figures": "no_card",
        "huge": "too_large",
        "cardless": "missing",
        "odd": "no_card",
    }


async def test_a_file_that_is_no_model_is_found_out_in_a_process_of_its_own(models: ModelFolder, folder: Path) -> None:
    add(folder, "text", b"no model at all" * 100)
    add(folder, "cut", ARTIFACT.read_bytes()[:300_000])
    for name in ("text", "cut"):
        with pytest.raises(ModelError, match="no LiteRT model"):
            await models.probe(await models.fetch(name))


async def test_a_crash_and_an_endless_wait_are_answers_too(
    models: ModelFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    twin = await models.fetch("twin")
    monkeypatch.setattr(model_folder, "_TRIALS", "tests.support.crashing")
    monkeypatch.setattr(model_folder, "Worker", lambda readable: Worker((*readable, TESTS)))
    with pytest.raises(ModelError) as refused:
        await models.probe(twin)
    assert refused.value.code == "crashed"
    monkeypatch.setattr(model_folder, "TRIAL_TAKES", 0.2)
    with pytest.raises(ModelError) as refused:
        await models.try_out(twin, twin, ())
    assert refused.value.code == "too_slow"


async def test_two_models_read_the_check_set_and_the_samples(models: ModelFolder, folder: Path) -> None:
    damaged = bytearray(ARTIFACT.read_bytes())
    damaged[30_000:60_000] = bytes((7 * i + 3) % 256 for i in range(30_000))
    add(folder, "damaged", bytes(damaged))
    old, new = await models.fetch(""), await models.fetch("damaged")
    sample = a_picture()
    trial = await models.try_out(old, new, [("つ", sample)] * 3)
    assert trial.samples.pictures == 3
    assert trial.generated.pictures > 400
    assert trial.scribbles.pictures > 100
    assert trial.old_ms > 0
    assert trial.generated.old_right - trial.generated.new_right == trial.generated.only_old - trial.generated.only_new
    assert trial.generated.new_right < trial.generated.old_right
    assert trial.losses
    same = await models.try_out(old, old, ())
    assert list(same.reasons()) == []


async def test_another_model_reads_from_the_next_picture_on_and_its_name_goes_with_the_samples(
    models: ModelFolder, folder: Path
) -> None:
    add(folder, "renamed", ARTIFACT.read_bytes(), name="Renamed", made="2026-12-01", refuse_from=0.0)
    recogniser = LocalRecogniser()
    try:
        picture = a_picture()
        assert (await recogniser.read(picture)).glyphs[0].verdict == "sure"
        recogniser.use(await models.fetch("renamed"))
        assert recogniser.model == "Renamed 2026-12-01"
        assert (await recogniser.read(picture)).glyphs[0].verdict == "not_hiragana"  # it refuses everything
        recogniser.use(await models.fetch(""))
        assert (await recogniser.read(picture)).glyphs[0].verdict == "sure"
    finally:
        recogniser.close()
