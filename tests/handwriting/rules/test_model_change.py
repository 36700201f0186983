"""When another model may take over."""

from dataclasses import replace

import pytest

from bot.handwriting.rules.model_change import Reason, Tally, Trial

SAME = Tally(400, 380, 380)
TRIAL = Trial(SAME, Tally(), Tally(120, 118, 118), {"あ": (6, 6, 6)}, old_ms=1.0, new_ms=1.0)


def tally(only_old: int, only_new: int, both: int = 300, pictures: int = 400) -> Tally:
    return Tally(pictures, both + only_old, both + only_new, only_old, only_new)


@pytest.mark.parametrize(
    ("only_old", "only_new", "p"), [(0, 0, 1.0), (5, 0, 1 / 32), (4, 1, 6 / 32), (1, 4, 31 / 32), (3, 3, 42 / 64)]
)
def test_chance_is_that_of_mcnemars_exact_test(only_old: int, only_new: int, p: float) -> None:
    assert tally(only_old, only_new).p == pytest.approx(p)


def test_what_is_no_worse_may_take_over() -> None:
    assert list(TRIAL.reasons()) == []
    assert list(replace(TRIAL, generated=tally(4, 2)).reasons()) == []  # chance does that
    assert list(replace(TRIAL, generated=tally(0, 30)).reasons()) == []


def test_a_loss_that_chance_hardly_makes_is_a_reason_not_to() -> None:
    assert list(replace(TRIAL, generated=tally(6, 0)).reasons()) == [Reason.READS_WORSE]
    assert list(replace(TRIAL, samples=tally(6, 0)).reasons()) == [Reason.SAMPLES_WORSE]
    assert list(replace(TRIAL, scribbles=tally(7, 0, 90, 120)).reasons()) == [Reason.REFUSES_LESS]


def test_more_than_two_points_are_too_much_whatever_chance_may_do() -> None:
    lost = tally(59, 50)
    assert lost.p > 0.05
    assert list(replace(TRIAL, generated=lost).reasons()) == [Reason.READS_WORSE]


def test_a_character_that_is_mostly_misread_now_is_a_reason_even_if_all_others_win() -> None:
    losing = replace(TRIAL, per_label={"ぬ": (6, 6, 2), "め": (6, 5, 4), "あ": (6, 1, 6), "ゑ": (6, 3, 0)})
    assert list(losing.reasons()) == [Reason.LOSES_CHARACTER]
    assert [loss[0] for loss in losing.losses] == ["ぬ", "ゑ", "め"]
    assert list(replace(losing, per_label={"ゑ": (6, 3, 0)}).reasons()) == []  # it was hardly known


def test_slow_counts_only_where_somebody_would_feel_it() -> None:
    assert list(replace(TRIAL, new_ms=9.9).reasons()) == []
    assert list(replace(TRIAL, new_ms=10.1).reasons()) == [Reason.SLOWER]
    assert list(replace(TRIAL, old_ms=5.0, new_ms=14.0).reasons()) == []
