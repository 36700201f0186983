"""Numbers as people and addresses write them."""

import pytest

from bot.core.numbers import whole_number


@pytest.mark.parametrize(("written", "number"), [("0", 0), ("007", 7), ("501", 501), ("9" * 15, 999_999_999_999_999)])
def test_digits_are_a_number(written: str, number: int) -> None:
    assert whole_number(written) == number


@pytest.mark.parametrize("written", ["", " 5", "-5", "+5", "5.0", "1_000", "²", "٣", "５", "9" * 16])
def test_anything_else_is_none(written: str) -> None:
    assert whole_number(written) is None


def test_a_caller_may_want_fewer_digits() -> None:
    assert [whole_number(written, digits=2) for written in ("99", "100")] == [99, None]
