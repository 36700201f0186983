"""Posts and the names that their fields make."""

from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.posts import Post, PostName

AT = datetime(2026, 5, 22, 10, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ATestPost(Post):
    tag = "a_test"
    label = "test:"
    subject_form = "{where}:{what}"
    occasion_form = "{lead_time:duration}@{at:%Y%m%dT%H%MZ} {turn:s}"

    where: str
    what: str
    lead_time: timedelta
    at: datetime
    turn: str
    said: str = ""


POST = ATestPost("room", "a: b", timedelta(hours=36), AT, "7", "hello")


def test_the_name_is_made_of_fields_and_read_again() -> None:
    assert POST.stored_as == PostName("a_test", "room:a: b", "1d12h@20260522T1000Z 7")
    assert ATestPost(**ATestPost.fields_in(POST.stored_as), said="hello") == POST


def test_facts_are_what_is_not_in_the_name() -> None:
    assert [field.name for field in fields(ATestPost) if ATestPost.is_fact(field.name)] == ["said"]


def test_all_posts_about_the_same_have_one_subject() -> None:
    assert ATestPost.about(where="room", what="a: b") == POST.stored_as.subject


@pytest.mark.parametrize("occasion", ["", "1d12h@20260522T1000Z", "soon@20260522T1000Z 7", "1d@tomorrow 7"])
def test_a_name_of_another_form_is_not_read(occasion: str) -> None:
    with pytest.raises(ValueError, match=r"form|not a duration|does not match"):
        ATestPost.fields_in(PostName("a_test", "room:a", occasion))
