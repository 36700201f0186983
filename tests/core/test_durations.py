"""Durations as people write them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.durations import LONGEST, parse_duration, write_duration


@pytest.mark.parametrize("text", ["", "tomorrow", "1", "1w", "-1d", "1.5h", "0m", "99999d", "9" * 30 + "d"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|long"):
        parse_duration(text)


@given(st.timedeltas(min_value=timedelta(seconds=1), max_value=LONGEST))
def test_a_written_duration_reads_as_itself(length: timedelta) -> None:
    whole = timedelta(seconds=int(length.total_seconds()))
    assert parse_duration(write_duration(whole)) == whole
