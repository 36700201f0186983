import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from model import classifier
from model.labels import INDEX, LABELS
from model.workshop.command_line import app
from model.workshop.paper import layout
from model.workshop.paper.layout import MARKER, Page, marker_at
from model.workshop.paper.printing import DOTS
from model.workshop.paper.rehearsal import Filled, fill
from model.workshop.sources.catalogue import at_hand
from model.workshop.sources.members import read_members

runner = CliRunner()


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("TSUDOI_REAL_DATA", "TSUDOI_SAMPLES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@cache
def filled(
    labels: str = "あいうえおかき", number: int = 1, wrong: float = 0.0, consent: bool = True, copy: int = 8
) -> Filled:
    return fill(Page(number, tuple(labels)), 2, np.random.default_rng(copy), 0.2, wrong, consent)


def photo(name: str, page: Filled, blur: float = 0.0) -> str:
    """A photo from above, in the working directory."""
    scale = 6 / DOTS
    small = cv2.resize(page.picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    seen = np.pad(small, ((50, 50), (50, 50), (0, 0)), constant_values=90)
    cv2.imwrite(name, cv2.GaussianBlur(seen, (0, 0), blur)[:, :, ::-1] if blur else seen[:, :, ::-1])
    return name


def imported(*words: str, answers: str | None = None) -> Result:
    return runner.invoke(app, ["import-sheet", "--writer", "hana", "--consent", *words], input=answers)


def data(done: Result) -> dict[str, Any]:
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def kept(folder: str = "samples") -> list[dict[str, Any]]:
    file = Path(folder) / "samples.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.is_file() else []


def test_what_was_written_becomes_samples_that_training_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = filled(), filled("んわを", 2)
    done = imported(photo("1.jpg", one), photo("2.jpg", two), "--yes", "--json")
    assert done.exit_code == 0, done.output
    found = data(done)
    assert found["left_out"] == []
    assert found["added"] + len(found["doubtful"]) == len(one.written) + len(two.written)
    assert found["added"] >= 0.9 * (len(one.written) + len(two.written))
    lines = kept()
    assert {line["label"] for line in lines} <= set("あいうえおかきんわを")
    assert all(line["writer"] == "hana" and line["consent"] is True and line["at"].endswith("+00:00") for line in lines)

    monkeypatch.setenv("TSUDOI_SAMPLES", "samples")
    (members,) = (entry for entry in at_hand() if entry.name == "members")
    read = members.read()
    assert read.labels.tolist() == [INDEX[line["label"]] for line in lines]
    assert set(read.writers) == {"member:hana"}


def test_the_picture_of_a_sample_is_what_its_line_says() -> None:
    page = filled()
    imported(photo("1.jpg", page), "--yes")
    by_label = [written.character for written in read_members(Path("samples"))]
    assert by_label == [line["label"] for line in kept()]
    assert by_label == sorted(by_label, key="あいうえおかき".index)
    assert all(written.image.shape == (136, 136, 3) for written in read_members(Path("samples")))


def test_a_character_in_the_wrong_cell_is_asked_about_and_never_added_unasked() -> None:
    page = filled("あいうえおかき", 1, wrong=0.3)
    wrong = {cell: label for cell, label in page.written.items() if label != "あいうえおかき"[cell[0]]}
    found = data(imported(photo("1.jpg", page), "--yes", "--json"))
    assert len(wrong) > 4
    assert set(wrong) <= {(one["strip"] - 1, one["cell"] - 1) for one in found["doubtful"]}
    assert found["added"] == len(page.written) - len(found["doubtful"])


def test_what_is_doubtful_is_added_where_it_was_looked_at_but_nothing_crossed_out() -> None:
    page = filled("あいうえおかき", 1, wrong=0.3)
    crossed = page.picture.copy()
    (x, y), end = next(iter(layout.cells_at(0))), layout.CELL - 2
    for start, stop in (((x + 2, y + 2), (x + end, y + end)), ((x + end, y + 2), (x + 2, y + end))):
        places = [(round(DOTS * across), round(DOTS * down)) for across, down in (start, stop)]
        cv2.line(crossed, *places, (0, 0, 0), 8)
    sure = data(imported(photo("1.jpg", Filled(crossed, page.written)), "--yes", "--json", "--samples", "sure"))
    found = data(imported("1.jpg", "--yes", "--doubtful", "--json"))
    assert sure["added"] < found["added"] == sure["added"] + len(found["doubtful"]) - 1


def test_a_person_is_shown_everything_and_decides() -> None:
    page = filled("あいうえおかき", 1, wrong=0.3)
    name = photo("1.jpg", page)
    done = imported(name, "--out", "shown", answers="\nn\n")
    assert "nothing was added" in done.output
    assert kept() == []
    (sheet,) = Path("shown").iterdir()
    picture = cv2.imread(str(sheet))
    assert picture is not None
    assert min(picture.shape[:2]) > 400

    done = imported(name, answers="999\n1 2\ny\n")
    assert "no such cell: 999" in done.output
    sure = data(imported(name, "--yes", "--json", "--samples", "elsewhere"))["added"]
    assert len(kept()) == sure + 2  # 1 and 2 were taken in by hand


def test_a_strip_whose_marker_is_hidden_is_shown_and_left_out() -> None:
    page = filled()
    hidden = page.picture.copy()
    x, y, side = (round(value * DOTS) for value in (*marker_at(2), MARKER))
    hidden[y : y + side, x : x + side] = (200, 160, 140)
    found = data(imported(photo("1.jpg", Filled(hidden, page.written)), "--yes", "--json"))
    assert found["pages"][0]["unread"] == 1
    assert found["pages"][0]["written"] == len(page.written)
    assert not [line for line in kept() if line["label"] == "う"]


def test_two_photos_of_a_page_give_its_samples_once_from_the_sharper() -> None:
    page = filled()
    found = data(imported(photo("soft.jpg", page, 1.4), photo("sharp.jpg", page), "--yes", "--json"))
    assert [one["photo"] for one in found["pages"]] == ["sharp.jpg"]
    assert [one["photo"] for one in found["left_out"]] == ["soft.jpg"]
    assert "is on sharp.jpg, too" in found["left_out"][0]["reason"]


def as_writer(writer: str, *words: str) -> Result:
    return runner.invoke(app, ["import-sheet", "--writer", writer, "--consent", "--yes", *words])


def test_a_sheet_of_paper_is_added_once_whoever_is_said_to_have_written_it() -> None:
    first = data(imported(photo("1.jpg", filled()), "--yes", "--json"))["added"]
    for words in (["1.jpg"], ["1.jpg", "--again"], [photo("2.jpg", filled(), 1.2), "--again"]):
        done = imported(*words, "--yes")
        assert done.exit_code == 1
        assert "this very sheet" in done.output
        assert "as 'hana'" in done.output
    assert "as 'hana'" in as_writer("taro", "1.jpg").output
    assert len(kept()) == first


def test_another_copy_of_a_page_is_added_when_it_is_said_to_be_one() -> None:
    first = data(imported(photo("1.jpg", filled()), "--yes", "--json"))["added"]
    other = photo("2.jpg", filled(copy=9))
    done = imported(other, "--yes")
    assert done.exit_code == 1
    assert "say --again; if it is somebody else's, give them another alias" in done.output
    assert len(kept()) == first
    assert f"'hana' gave {first} samples before" in imported(other, "--yes", "--again").output
    second = len(kept()) - first
    assert second > 0
    assert as_writer("taro", photo("3.jpg", filled(copy=10))).exit_code == 0
    assert len({line["image"] for line in kept()}) == len(kept()) > first + second


def test_an_alias_is_the_same_however_it_was_typed() -> None:
    as_writer("か\u3099ー  ＡＢ", photo("1.jpg", filled()))
    assert {line["writer"] for line in kept()} == {"がー AB"}
    assert runner.invoke(app, ["forget-writer", "がー ＡＢ"]).exit_code == 0
    assert kept() == []


def test_without_a_tick_on_the_paper_a_page_is_left_out() -> None:
    done = imported(photo("1.jpg", filled("あいうえおかき", 1, 0.0, consent=False)), "--yes")
    assert done.exit_code == 1
    assert "is not ticked, so nothing of it is kept: ask its writer" in done.output
    assert kept() == []


def test_without_a_clear_yes_nothing_is_read() -> None:
    done = runner.invoke(app, ["import-sheet", "--writer", "hana", "there-is-no-such.jpg"])
    assert done.exit_code == 1
    assert "then add --consent" in done.output


def test_one_bad_photo_does_not_spoil_the_others() -> None:
    Path("broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 not much")
    cv2.imwrite("cat.png", np.full((500, 500, 3), 120, np.uint8))
    found = data(imported("broken.jpg", photo("1.jpg", filled()), "cat.png", "gone.jpg", "--yes", "--json"))
    assert found["added"] > 0
    assert [one["photo"] for one in found["left_out"]] == ["broken.jpg", "cat.png", "gone.jpg"]
    assert "photograph the whole sheet again" in found["left_out"][1]["reason"]


@pytest.mark.parametrize(
    ("card", "reason"),
    [("{", r"card\.json is damaged"), ("", r"card\.json is damaged"), (None, "cannot be used"), ("no name", "'name'")],
)
def test_a_damaged_card_is_one_sentence(card: str | None, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = classifier.ARTIFACT
    monkeypatch.setattr(classifier, "ARTIFACT", Path("hiragana.tflite").absolute())
    Path("hiragana.tflite").write_bytes(shipped.read_bytes())
    if card is not None:
        whole = json.loads((shipped.parent / "card.json").read_text(encoding="utf-8"))
        nameless = json.dumps({key: value for key, value in whole.items() if key != "name"})
        Path("card.json").write_text(nameless if card == "no name" else card, encoding="utf-8")
    done = imported("1.jpg", "--yes")
    assert done.exit_code == 1
    assert isinstance(done.exception, SystemExit)
    assert re.search(reason, done.output)


def test_a_folder_of_the_bot_is_not_touched() -> None:
    line = {"image": "000001.png", "label": "あ", "writer": "m1", "consent": True, "source": "drawing"}
    Path("export").mkdir()
    Path("export/samples.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    done = imported("1.jpg", "--samples", "export", "--yes")
    assert done.exit_code == 1
    assert "export is an export of the bot" in done.output
    Path("things").mkdir()
    Path("things/letter.txt").write_text("dear")
    assert "holds other things" in imported("1.jpg", "--samples", "things", "--yes").output


def test_samples_go_where_training_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    line = {"image": "000001.png", "label": "あ", "writer": "m1", "consent": True, "source": "drawing"}
    Path("export").mkdir()
    Path("export/samples.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    monkeypatch.setenv("TSUDOI_SAMPLES", "export")
    assert "TSUDOI_SAMPLES=export:samples" in imported(photo("1.jpg", filled()), "--yes").output.replace("\n", "")
    monkeypatch.setenv("TSUDOI_SAMPLES", "export:paper")
    assert "TSUDOI_SAMPLES=export:paper" in imported(photo("1.jpg", filled()), "--yes").output.replace("\n", "")
    assert len(kept("paper")) == len(kept("samples"))


@pytest.mark.parametrize("alias", ["", "  ", "x" * 61, "a\u202eb"])
def test_an_alias_is_an_ordinary_name(alias: str) -> None:
    done = runner.invoke(app, ["import-sheet", "1.jpg", "--consent", "--writer", alias])
    assert done.exit_code == 1
    assert "--writer takes a name" in done.output


def test_a_writer_can_take_everything_back() -> None:
    imported(photo("1.jpg", filled()), "--yes")
    as_writer("taro", photo("2.jpg", filled(copy=9)))
    done = runner.invoke(app, ["forget-writer", "hana"])
    assert done.exit_code == 0
    assert {line["writer"] for line in kept()} == {"taro"}
    assert {path.name for path in Path("samples").glob("*.png")} == {line["image"] for line in kept()}
    assert "holds nothing by 'hana'" in runner.invoke(app, ["forget-writer", "hana"]).output


def test_a_sheet_asks_for_what_is_least_collected_first() -> None:
    Path("samples").mkdir()
    lines = [{"label": label, "consent": True} for label in LABELS if label not in "ぬゑ"] + [{"label": "ぬ"}]
    Path("samples/samples.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    done = runner.invoke(app, ["sheet", "--pages", "1", "--out", "new/a.pdf", "--json"])
    (page,) = json.loads(done.stdout)["pages"]
    assert page["characters"].startswith("ぬゑあ")
    assert Path("new/a.pdf").read_bytes().startswith(b"%PDF")


def test_a_sheet_of_chosen_characters() -> None:
    done = runner.invoke(app, ["sheet", "--characters", "がっ ヘか\u3099", "--each", "8", "--json"])
    (page,) = json.loads(done.stdout)["pages"]
    assert page["characters"] == "がつへがつへ"
    assert Path("build/sheet.pdf").is_file()


@pytest.mark.parametrize(("characters", "reason"), [("漢", "'漢' is none of"), (" ", "names no hiragana")])
def test_a_sheet_of_something_else_is_refused(characters: str, reason: str) -> None:
    done = runner.invoke(app, ["sheet", "--characters", characters])
    assert done.exit_code == 1
    assert reason in done.output


def test_a_folder_that_cannot_be_written_is_named() -> None:
    Path("photos").write_text("a file")
    done = runner.invoke(app, ["sheet", "--characters", "あ", "--rehearse", "photos"])
    assert done.exit_code == 1
    assert "photos cannot be written" in done.output
    assert "--rehearse" in done.output


def test_a_rehearsal_can_be_imported() -> None:
    made = json.loads(runner.invoke(app, ["sheet", "--characters", "あい", "--rehearse", "photos", "--json"]).stdout)
    found = data(imported(*made["photos"], "--yes", "--json"))
    assert found["left_out"] == []
    assert found["added"] >= 5
