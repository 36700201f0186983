"""By which rules a sample is used, and what a member may give."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.uploads import Source
from bot.handwriting.rules.teaching import (
    MOST_A_DAY,
    MOST_IN_ALL,
    MOST_OF_LABEL,
    NOT_HIRAGANA,
    Given,
    Offered,
    Opinion,
    Record,
    Sample,
    State,
    admitted,
    counts,
    is_used,
    record_of,
    to_review,
    understood,
    used,
)
from model.reading import LABELS
from tests.support.events import NOW

AGREES = Sample("discord:@1", "100", "d", "あ", Source.UPLOAD, NOW, "Tsudoi 2026", "あ", 0.99, is_sure=True)
DIFFERS = replace(AGREES, said="お")
UNSURE = replace(AGREES, is_sure=False)
NEW, GOOD, BAD = Record(), Record(accepted=10, dropped=1), Record(accepted=10, dropped=4)


@pytest.mark.parametrize(
    ("sample", "record", "is_in"),
    [
        pytest.param(AGREES, NEW, False, id="somebody new waits for a review, whatever the model says"),
        pytest.param(AGREES, GOOD, True, id="the model is sure of the same, and the record is good"),
        pytest.param(UNSURE, GOOD, False, id="the model is not sure"),
        pytest.param(DIFFERS, GOOD, False, id="the model says something else"),
        pytest.param(AGREES, BAD, False, id="one in ten was dropped, and more"),
        pytest.param(replace(DIFFERS, opinion=Opinion.SAME), NEW, True, id="a second member said the same"),
        pytest.param(replace(DIFFERS, opinion=Opinion.SAME), BAD, False, id="a friend does not make up for a record"),
        pytest.param(replace(AGREES, opinion=Opinion.OTHER), GOOD, False, id="a second member said something else"),
        pytest.param(replace(DIFFERS, state=State.ACCEPTED), BAD, True, id="an organiser accepted it"),
        pytest.param(replace(AGREES, state=State.DROPPED), GOOD, False, id="an organiser dropped it"),
    ],
)
def test_a_sample_is_used_after_a_review_or_by_agreement(sample: Sample, record: Record, is_in: bool) -> None:
    assert is_used(sample, record) is is_in


@given(st.lists(st.sampled_from([AGREES, DIFFERS, UNSURE]), max_size=30))
def test_a_joker_gets_nothing_in_alone(given_by_joker: list[Sample]) -> None:
    assert used(replace(one, id=i) for i, one in enumerate(given_by_joker)) == []


def test_a_record_is_that_of_one_space_only() -> None:
    proven_at_home = [replace(AGREES, id=i, state=State.ACCEPTED, space="own") for i in range(5)]
    elsewhere = replace(AGREES, id=9)
    assert elsewhere not in used([*proven_at_home, elsewhere])
    assert record_of(proven_at_home) == Record(accepted=5)


def test_what_is_most_doubtful_is_reviewed_first() -> None:
    disputed = replace(AGREES, id=1, opinion=Opinion.OTHER, at=NOW + timedelta(hours=2))
    differs = replace(DIFFERS, id=2, at=NOW + timedelta(hours=1))
    waits = replace(AGREES, id=3)
    settled = replace(AGREES, id=4, state=State.ACCEPTED)
    assert to_review([settled, waits, differs, disputed]) == [disputed, differs, waits]


@pytest.mark.parametrize(
    ("so_far", "outcome"),
    [
        (Given(), Offered.KEPT),
        (Given(today=MOST_A_DAY, in_all=MOST_A_DAY), Offered.DAY_FULL),
        (Given(in_all=MOST_IN_ALL), Offered.ALL_FULL),
        (Given(in_all=MOST_OF_LABEL, of_label=MOST_OF_LABEL), Offered.LABEL_FULL),
    ],
)
def test_one_hand_does_not_outweigh_all_others(so_far: Given, outcome: Offered) -> None:
    assert admitted(so_far) is outcome


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("ぬ", "ぬ"),
        (" 「ぬ」\n", "ぬ"),
        ("っ", "つ"),
        ("ヘ", "へ"),
        ("リ", "り"),
        ("か゛", "が"),
        ("は\u309a", "ぱ"),
        ("ゔ", "ゔ"),
        ("×", NOT_HIRAGANA),
        ("カ", None),
        ("ねこ", None),
        ("n", None),
        ("", None),
    ],
)
def test_a_label_is_understood_as_people_write_it(written: str, label: str | None) -> None:
    assert understood(written) == label


def test_every_label_is_understood_and_counted() -> None:
    assert [understood(label) for label in LABELS] == list(LABELS)
    assert counts([AGREES, DIFFERS]) == {**dict.fromkeys((*LABELS, NOT_HIRAGANA), 0), "あ": 2}
