import json
import logging
import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from model.labels import INDEX, NOT_HIRAGANA
from model.workshop.sources.members import read_members, samples_folders
from model.workshop.sources.stored import store
from tests.model.drawings import drawn

GOOD = {"image": "pictures/1.png", "label": "あ", "writer": "discord:12", "consent": True, "quiz": None}


def exported(folder: Path, *lines: dict[str, Any] | str) -> Path:
    (folder / "pictures").mkdir(exist_ok=True)
    cv2.imwrite(str(folder / "pictures" / "1.png"), drawn("い", 120))
    (folder / "pictures" / "empty.png").write_bytes(b"")
    (folder / "pictures" / "text.png").write_bytes(b"not an image")
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    (folder / "samples.jsonl").write_text(text, encoding="utf-8")
    return folder


def test_a_sample_with_consent_is_read(tmp_path: Path) -> None:
    (written,) = read_members(exported(tmp_path, GOOD, ""))
    assert (written.character, written.writer, written.image.shape) == ("あ", "member:discord-12", (120, 120, 3))


def test_a_sample_on_a_transparent_ground_lies_on_paper(tmp_path: Path) -> None:
    ink = 255 - drawn("い", 120)
    exported(tmp_path, GOOD)
    cv2.imwrite(str(tmp_path / "pictures" / "1.png"), np.dstack([np.zeros((120, 120, 3), np.uint8), ink]))
    (written,) = read_members(tmp_path)
    assert np.array_equal(written.image, np.dstack([255 - ink] * 3))


def test_what_is_no_hiragana_is_learnt_to_be_refused(tmp_path: Path) -> None:
    images = store("members", read_members(exported(tmp_path, GOOD, GOOD | {"label": "×"})))
    assert images.labels.tolist() == [INDEX["あ"], NOT_HIRAGANA]


@pytest.mark.parametrize("consent", [False, None, "yes", 1])
def test_only_a_clear_yes_is_consent(tmp_path: Path, consent: object, caplog: pytest.LogCaptureFixture) -> None:
    assert list(read_members(exported(tmp_path, GOOD | {"consent": consent}))) == []
    assert not caplog.records  # a member who says no has done nothing wrong


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "no JSON"),
        ("[1]", "no JSON object"),
        (GOOD | {"label": "A"}, "'A' is none of"),
        (GOOD | {"label": None}, "'label' is missing"),
        (GOOD | {"image": "2.png"}, "no image '2.png'"),
        (GOOD | {"image": "pictures/empty.png"}, "is no image"),
        (GOOD | {"image": "pictures/text.png"}, "is no image"),
        (GOOD | {"image": "../1.png"}, "outside the folder"),
    ],
)
def test_a_bad_line_is_named_and_left_out(
    tmp_path: Path, line: dict[str, Any] | str, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert len(list(read_members(exported(tmp_path, GOOD, line, GOOD)))) == 2
    (warning,) = caplog.messages
    assert "samples.jsonl, line 2: " in warning
    assert reason in warning


def test_folders_are_named_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TSUDOI_SAMPLES", raising=False)
    assert samples_folders() == []
    (other := tmp_path / "other").mkdir()
    monkeypatch.setenv("TSUDOI_SAMPLES", os.pathsep.join([str(tmp_path), str(other)]))
    assert samples_folders() == []
    exported(tmp_path, GOOD)
    assert samples_folders() == [tmp_path]
    exported(other, GOOD)
    assert samples_folders() == [tmp_path, other]
