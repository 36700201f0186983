"""What is asked, what a drawing is worth, who stands where."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from bot.handwriting.rules.quiz import (
    OLD,
    THINNEST,
    WORDS,
    Outcome,
    Player,
    Quiz,
    Score,
    display_name,
    judge,
    next_label,
    ranked,
    week_of,
)
from model.labels import LABELS
from model.reading import Candidate, Glyph, Reading, Verdict
from tests.support.events import NOW

QUIZ = Quiz("local:@visitor", "local:main", "", "ぬ", "t", NOW + timedelta(minutes=10), streak=2)
TOKYO = ZoneInfo("Asia/Tokyo")


def glyph(verdict: Verdict, *shares: tuple[str, float]) -> Glyph:
    return Glyph((0, 0, 9, 9), tuple(Candidate(*share) for share in shares), verdict)


def reading(*glyphs: Glyph) -> Reading:
    return Reading(glyphs, "", 1.0)


def test_every_character_that_is_read_has_a_word_in_which_it_stands() -> None:
    assert sorted(WORDS) == sorted(LABELS)
    assert [label for label, word in WORDS.items() if label not in word] == []
    assert set(WORDS) >= OLD


def test_the_characters_with_the_fewest_samples_are_asked_for() -> None:
    thin = set("ぬめゐゑゔぢづぺ")
    assert len(thin) == THINNEST
    samples = {label: 1 if label in thin else 9 for label in WORDS}
    asked = {next_label(samples, (), Random(seed)) for seed in range(200)}
    assert asked == thin
    assert next_label(samples, thin - {"ぬ"}, Random(0)) not in thin - {"ぬ"}


def test_where_nothing_was_collected_any_character_may_be_asked_for() -> None:
    assert {next_label({}, ("あ",), Random(seed)) for seed in range(2000)} == set(WORDS) - {"あ"}


@pytest.mark.parametrize(
    ("read", "outcome"),
    [
        (reading(glyph("sure", ("ぬ", 0.97), ("め", 0.02))), Outcome.RIGHT),
        (reading(glyph("sure", ("め", 0.97), ("ぬ", 0.02))), Outcome.WRONG),
        (reading(glyph("unsure", ("ぬ", 0.5), ("め", 0.4))), Outcome.UNSURE),
        (reading(glyph("unsure", ("め", 0.5), ("ぬ", 0.4))), Outcome.UNSURE),
        (reading(glyph("unsure", ("あ", 0.55), ("お", 0.4), ("ぬ", 0.01))), Outcome.WRONG),
        (reading(glyph("not_hiragana", ("ぬ", 0.3))), Outcome.UNREADABLE),
        (reading(glyph("not_hiragana")), Outcome.UNREADABLE),
        (reading(), Outcome.UNREADABLE),
        (reading(glyph("sure", ("ぬ", 0.97)), glyph("sure", ("め", 0.97))), Outcome.SEVERAL),
        (reading(glyph("sure", ("ぬ", 0.97)), glyph("not_hiragana")), Outcome.RIGHT),
    ],
)
def test_a_drawing_is_judged_by_its_only_character(read: Reading, outcome: Outcome) -> None:
    assert judge("ぬ", read) is outcome


def test_two_stars_at_once_one_at_the_second_try_and_the_streak_grows() -> None:
    at_once = QUIZ.after(Outcome.RIGHT)
    assert (at_once.stars, at_once.streak, at_once.is_over) == (2, 3, True)
    second = QUIZ.after(Outcome.WRONG).after(Outcome.RIGHT)
    assert (second.stars, second.streak, second.is_over) == (1, 3, True)


def test_two_wrong_tries_end_the_quiz_and_the_streak() -> None:
    once = QUIZ.after(Outcome.WRONG)
    assert (once.is_over, once.streak) == (False, 2)
    twice = once.after(Outcome.WRONG)
    assert (twice.is_over, twice.streak) == (True, 0)


def test_what_stays_unclear_ends_the_quiz_but_not_the_streak() -> None:
    unclear = QUIZ.after(Outcome.UNSURE).after(Outcome.UNSURE)
    assert (unclear.is_over, unclear.streak) == (True, 2)


@pytest.mark.parametrize("outcome", [Outcome.UNREADABLE, Outcome.SEVERAL])
def test_what_could_not_be_read_is_no_try(outcome: Outcome) -> None:
    assert QUIZ.after(outcome) == QUIZ


def test_a_week_goes_from_monday_to_sunday_where_the_community_lives() -> None:
    assert week_of(datetime(2026, 5, 17, 14, 59, tzinfo=UTC), TOKYO) == date(2026, 5, 11)  # Sunday 23:59
    assert week_of(datetime(2026, 5, 17, 15, 0, tzinfo=UTC), TOKYO) == date(2026, 5, 18)  # Monday 00:00


def test_equals_share_a_place_and_who_has_no_star_yet_is_not_ranked() -> None:
    monday = date(2026, 5, 11)
    scores = [
        Score(Player(name, "s", name), monday, stars, stars, streak)
        for name, stars, streak in (("a", 3, 1), ("b", 8, 2), ("c", 3, 1), ("d", 3, 3), ("e", 0, 0))
    ]
    assert [(place, one.player.name) for place, one in ranked(scores)] == [(1, "b"), (2, "d"), (3, "a"), (3, "c")]
    assert len(ranked([replace(scores[1], player=Player(str(n), "s")) for n in range(30)])) == 10


def test_a_display_name_is_one_short_line() -> None:
    assert display_name("  はな\nこ\x07 ") == "はな こ"
    assert display_name("あ" * 50) == "あ" * 20
    assert display_name("\n\t ") == ""
