from dataclasses import replace

import numpy as np
import pytest
from rich.progress import Progress

from model.classifier import load
from model.labels import label_of
from model.workshop.evaluation.composed_pages import STYLES, WORDS, Hand, Page, cell_of, compose, hands_of
from model.workshop.evaluation.transcripts import edits, read_pages
from model.workshop.sources.stored import Written
from tests.model.drawings import STROKES, drawn

OWN_WORDS = ("いつつ", "とんこつ", "くうこう", "つくし")


@pytest.fixture(scope="module")
def hand() -> Hand:
    return Hand("drawn", {label: [cell_of(drawn(label, 110), label)] for label in STROKES}, OWN_WORDS)


@pytest.mark.parametrize("vertical", [False, True], ids=["rows", "columns"])
@pytest.mark.parametrize("style", STYLES)
def test_a_page_is_the_same_for_the_same_seed(hand: Hand, style: str, vertical: bool) -> None:
    short = replace(STYLES[style], lines=(1, 2), length=(2, 5))
    one, again = (compose(hand, short, vertical, np.random.default_rng(8)) for _ in range(2))
    assert isinstance(one, Page)
    assert one.lines == again.lines
    assert np.array_equal(one.image, again.image)
    assert (one.image.ndim == 3) == (style.startswith("photo"))


def test_columns_are_high_and_rows_are_wide(hand: Hand) -> None:
    style = replace(STYLES["plain"], length=(6, 8))
    row, column = (compose(hand, style, vertical, np.random.default_rng(2)).image for vertical in (False, True))
    assert row.shape[1] > 1.5 * row.shape[0]
    assert column.shape[0] > 1.5 * column.shape[1]


def test_a_hand_writes_only_words_whose_characters_it_left() -> None:
    few = [Written(drawn(label, 110), label, "few") for label in "いつ"]
    assert hands_of(few) == []


def test_all_words_are_hiragana_that_the_network_knows() -> None:
    assert len(WORDS) == len(set(WORDS)) > 100
    assert all(label_of(character) for word in WORDS for character in word)


@pytest.mark.parametrize(
    ("wanted", "found", "number"),
    [("きって", "きって", 0), ("きって", "きつて", 1), ("きって", "きて", 1), ("きって", "", 3), ("い", "いいい", 2)],
)
def test_errors_are_counted_as_changes_from_one_text_to_the_other(wanted: str, found: str, number: int) -> None:
    assert edits(wanted, found) == number


def test_a_figure_for_every_kind_of_page_in_rows_and_in_columns(hand: Hand) -> None:
    with Progress(disable=True) as progress:
        found = read_pages(load(), [hand], 1, progress)
    assert [(one.style, one.vertical) for one in found] == [(style, v) for style in STYLES for v in (False, True)]
    plain = [one for one in found if one.style in {"plain", "light on dark", "genko"}]
    assert sum(one.error_rate * one.characters for one in plain) < 0.1 * sum(one.characters for one in plain)
    assert found[0].to_json()["pages"] == 1
