"""The hands-on: its two texts say the same, its notebooks follow them, and what they say is done here, in short."""

import json
import re
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from typer.testing import CliRunner

from docs.handson import Afternoon, PromiseBroken, app, go_through, surroundings
from docs.handson_notebook import as_notebook, notebook_of
from docs.handson_record import as_at_home
from docs.handson_text import DOCUMENTS, HERE, Block, blocks_of, steps_of
from model.classifier import ARTIFACT, CARD

TEXTS = {language: document.read_text(encoding="utf-8") for language, document in DOCUMENTS.items()}
ONLY_READ = ["git clone", "python -m model import-sheet"]  # the beginnings of what is not run, each with its reason


def test_both_languages_do_the_same() -> None:
    japanese, english = (blocks_of(text) for text in TEXTS.values())
    assert [(one.kind, one.notes) for one in japanese] == [(one.kind, one.notes) for one in english]
    assert [one.text for one in japanese if one.is_run] == [one.text for one in english if one.is_run]


@pytest.mark.parametrize("language", TEXTS)
def test_every_command_is_run_but_two(language: str) -> None:
    commands = [block for block in blocks_of(TEXTS[language]) if block.kind in ("sh", "room", "bash", "python")]
    left_out = [block for block in commands if not block.is_run]
    assert [block.text.startswith(begin) for block, begin in zip(left_out, ONLY_READ, strict=True)] == [True, True]
    assert all(block.notes["not run"] for block in left_out)
    assert all(block.notes["answers"] for block in commands if block.kind == "room")
    assert len(commands) > 20


def test_what_the_shipped_model_saw_is_what_its_card_says() -> None:
    seen = int(json.loads((ARTIFACT.parent / CARD).read_text(encoding="utf-8"))["training"]["images"])
    assert f"The shipped model saw {seen:,} pictures" in TEXTS["en"]
    assert f"同梱のモデルは{seen // 10_000}万枚で学習している" in TEXTS["ja"]


@pytest.mark.parametrize("language", TEXTS)
def test_the_table_at_the_top_leads_to_every_step(language: str) -> None:
    titles = [step.title for step in steps_of(TEXTS[language])][1:]
    anchors = {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}
    linked = re.findall(r"\]\(#([^)]+)\)", TEXTS[language])
    assert set(linked) == anchors


@pytest.mark.parametrize("language", TEXTS)
def test_every_picture_and_output_is_there(language: str) -> None:
    for block in blocks_of(TEXTS[language]):
        if block.kind == "picture":
            assert (HERE / block.text).is_file(), block.text
        if block.kind == "text":
            assert block.text.strip(), f"line {block.first + 1}: python -m docs.handson record"
            assert not re.search(r"/(tmp|home|root|work)\b", block.text), "a path of the machine where it was recorded"
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", TEXTS[language]):
        assert (HERE / target).exists(), target


@pytest.mark.parametrize("language", DOCUMENTS)
def test_the_notebook_is_what_the_text_makes(language: str) -> None:
    document = DOCUMENTS[language]
    made = as_notebook(TEXTS[language])
    assert notebook_of(document).read_text(encoding="utf-8") == made, "python -m docs.handson notebook"
    cells = json.loads(made)["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    assert len(code) == 1 + sum(block.is_run for block in blocks_of(TEXTS[language]))
    for cell in code:
        if not cell.startswith("%%"):
            compile(cell, "cell", "exec")


@pytest.fixture
def afternoon(tmp_path: Path) -> Afternoon:
    return Afternoon(tmp_path, surroundings(short=True))


def command(text: str, **notes: str) -> Block:
    return Block("sh", text, 0, 2, notes)


def test_what_a_block_exports_the_next_one_has(afternoon: Afternoon) -> None:
    afternoon.do(command("export WHO=あき"))
    assert afternoon.do(command('printf %s "$WHO"')) == "あき"


def test_a_step_that_fails_names_its_line(afternoon: Afternoon) -> None:
    with pytest.raises(PromiseBroken, match=r"line 1: exit status 3[\s\S]*no paper"):
        afternoon.do(command("echo no paper >&2; exit 3"))
    with pytest.raises(PromiseBroken, match="exit status 1"):
        afternoon.do(command("false | true"))


def test_an_output_is_kept_as_a_reader_sees_it(tmp_path: Path) -> None:
    said = f"12 samples added to {tmp_path}/samples"
    assert as_at_home(said, tmp_path) == "12 samples added to ~/tsudoi/afternoon/samples"


def test_nothing_is_recorded_that_a_reader_would_not_see(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docs.handson.font_files", lambda: [Path("fonts/klee.ttf")])
    refused = CliRunner().invoke(app, ["record"])
    assert refused.exit_code == 1
    assert "record where there are none, not even fonts/klee.ttf" in refused.stderr


def test_a_room_that_is_not_there_names_the_line(tmp_path: Path) -> None:
    nowhere = Afternoon(tmp_path, surroundings(short=True), url="http://127.0.0.1:1")
    with pytest.raises(PromiseBroken, match="line 1: the room did not answer"):
        nowhere.do(Block("room", "!next", 0, 2, {"answers": "."}))


def test_a_command_that_does_not_end_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    with pytest.raises(PromiseBroken, match="did not end within 3 s"):
        Afternoon(tmp_path, surroundings(short=True), within=3.0).do(command("sleep 600 & echo $! > sleeper; wait"))
    with suppress(psutil.NoSuchProcess):
        sleeper = psutil.Process(int((tmp_path / "sleeper").read_text()))
        end = time.monotonic() + 30
        while sleeper.status() != psutil.STATUS_ZOMBIE:  # whoever inherits it may reap it late
            assert time.monotonic() < end
            time.sleep(0.05)


def test_a_promised_file_must_be_there_and_new(afternoon: Afternoon) -> None:
    with pytest.raises(PromiseBroken, match=r"no new sheet\.pdf"):
        afternoon.do(command("true", makes="sheet.pdf"))
    afternoon.do(command("touch sheet.pdf", makes="sheet.*"))
    with pytest.raises(PromiseBroken, match=r"no new sheet\.pdf"):
        afternoon.do(command("touch --date 2017-01-01 sheet.pdf", makes="sheet.pdf"))


@pytest.mark.minutes
@pytest.mark.trains
def test_the_course_goes_from_its_first_command_to_its_last(tmp_path: Path) -> None:
    pytest.importorskip("tensorflow", reason="training needs the extra `train`")
    told: list[str] = []
    go_through(tmp_path, short=True, tell=told.append)
    assert len(told) == 17
