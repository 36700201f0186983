import ast
from pathlib import Path

import cv2
import numpy as np
import pytest

import model
from model.ink import BlankImage
from model.photographs import photograph
from model.stationery import PAPERS
from tests.model.drawings import drawn

MODEL = Path(model.__file__).parent
TRAINING = ("augment", "dataset", "distil", "network", "sources", "train")


def imported(module: Path) -> set[str]:
    """The modules of model/ that a module imports, as paths without suffix: "sources/fonts"."""
    nodes = [
        node for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))) if isinstance(node, ast.ImportFrom)
    ]
    names = {f"{node.module}.{alias.name}" for node in nodes if node.module for alias in node.names}
    parts = [name.split(".")[1:3] for name in names if name.startswith("model.")]
    return {"/".join(name) for part in parts for name in (part, part[:1]) if (MODEL / f"{'/'.join(name)}.py").is_file()}


def known_to(modules: set[str]) -> set[str]:
    """The same and all that they import, directly or not."""
    known = set(modules)
    while found := {name for each in known for name in imported(MODEL / f"{each}.py")} - known:
        known |= found
    return known


def test_training_does_not_know_the_photographs_and_pages_that_judge_it() -> None:
    started = {name for name in TRAINING if (MODEL / f"{name}.py").is_file()}
    started |= {f"sources/{path.stem}" for path in (MODEL / "sources").glob("*.py")}
    assert len(started) > 6
    assert not {"photographs", "stationery", "composed_pages"} & known_to(started)


def test_the_photographs_do_not_know_how_training_degrades_or_how_ink_is_found() -> None:
    assert imported(MODEL / "photographs.py") == {"ink", "stationery"}  # of ink its error alone
    assert imported(MODEL / "stationery.py") == set()
    assert "find_" not in (MODEL / "photographs.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("paper", PAPERS)
def test_a_photograph_is_a_phones_picture_and_the_same_for_the_same_seed(paper: str) -> None:
    one, again = (photograph(drawn("い"), np.random.default_rng(4), paper) for _ in range(2))
    assert one.dtype == np.uint8
    assert one.shape[2] == 3
    assert 500 <= max(one.shape) <= 1600
    assert np.array_equal(one, again)


def test_ink_and_a_drawing_on_paper_give_the_same_photograph() -> None:
    drawing = drawn("こ", ink=0, paper=255)
    from_paper, from_ink = (photograph(each, np.random.default_rng(7), "white") for each in (drawing, 255 - drawing))
    assert cv2.absdiff(from_paper, from_ink).mean() < 1


def test_nothing_written_cannot_be_photographed() -> None:
    with pytest.raises(BlankImage):
        photograph(np.full((80, 80), 250, np.uint8), np.random.default_rng(1))
