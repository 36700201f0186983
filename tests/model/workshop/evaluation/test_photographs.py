import ast
from pathlib import Path

import cv2
import numpy as np
import pytest

import model
from model.ink import BlankImage
from model.workshop.evaluation.photographs import photograph
from model.workshop.evaluation.stationery import PAPERS
from tests.model.drawings import drawn

MODEL = Path(model.__file__).parent
EVALUATION = MODEL / "workshop" / "evaluation"


def imported(module: Path) -> set[str]:
    """The modules of model/ that a module imports."""
    nodes = ast.walk(ast.parse(module.read_text(encoding="utf-8")))
    return {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module is not None} & {
        ".".join(("model", *path.relative_to(MODEL).with_suffix("").parts)) for path in MODEL.rglob("*.py")
    }


def test_the_photographs_do_not_know_how_training_degrades_or_how_ink_is_found() -> None:
    photographs, stationery = EVALUATION / "photographs.py", EVALUATION / "stationery.py"
    assert imported(photographs) == {"model.ink", "model.workshop.evaluation.stationery"}  # of ink its error alone
    assert imported(stationery) == set()
    assert "find_" not in photographs.read_text(encoding="utf-8")


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
