"""What is kept of the quiz, and for how long."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.handwriting.rules.quiz import LASTS, Outcome, Player, Quiz, Score
from bot.handwriting.store.quizzes import Quizzes
from tests.support.events import NOW

MONDAY = date(2026, 5, 11)
QUIZ = Quiz("discord:@77", "discord:101", "100", "ぬ", "secret", NOW + LASTS)
HANA = Player("discord:@77", "discord:100", "はな")


@pytest.fixture
def store(engine: AsyncEngine) -> Quizzes:
    return Quizzes(engine)


async def test_a_quiz_is_found_by_its_member_in_its_room_and_by_its_token_until_it_expires(store: Quizzes) -> None:
    await store.keep(QUIZ)
    just_before = QUIZ.expires_at - timedelta(seconds=1)
    assert await store.of("discord:@77", "discord:101", just_before) == QUIZ
    assert await store.by_token("secret", just_before) == QUIZ
    assert await store.of("discord:@78", "discord:101", NOW) is None
    assert await store.of("discord:@77", "discord:102", NOW) is None
    assert await store.of("discord:@77", "discord:101", QUIZ.expires_at) is None
    assert await store.by_token("secret", QUIZ.expires_at) is None


async def test_a_new_quiz_takes_the_place_of_the_one_before(store: Quizzes) -> None:
    await store.keep(QUIZ)
    await store.keep(new := replace(QUIZ, label="め", token="another"))
    assert await store.of(QUIZ.address, QUIZ.room, NOW) == new
    assert await store.by_token("secret", NOW) is None


async def test_of_two_tries_at_once_one_counts(store: Quizzes) -> None:
    await store.keep(QUIZ)
    assert await store.advance(QUIZ, QUIZ.after(Outcome.RIGHT))
    assert not await store.advance(QUIZ, QUIZ.after(Outcome.WRONG))
    assert await store.of(QUIZ.address, QUIZ.room, NOW) == QUIZ.after(Outcome.RIGHT)


async def test_what_expired_is_erased_and_last_weeks_scores_with_it(store: Quizzes, engine: AsyncEngine) -> None:
    await store.keep(QUIZ)
    await store.join(HANA, MONDAY)
    await store.add(HANA, MONDAY - timedelta(days=7), 2, 1)
    await store.forget_expired(QUIZ.expires_at, MONDAY)
    async with engine.connect() as connection:
        for table in ("quizzes", "quiz_scores"):
            assert (await connection.exec_driver_sql(f"SELECT count(*) FROM {table}")).scalar() == 0


async def test_stars_add_up_within_a_week_and_the_longest_streak_counts(store: Quizzes) -> None:
    await store.join(HANA, MONDAY)
    await store.add(HANA, MONDAY, stars=2, streak=3)
    await store.add(HANA, MONDAY, stars=1, streak=1)
    await store.add(HANA, MONDAY + timedelta(days=7), stars=2, streak=1)
    assert await store.board(HANA.space, MONDAY) == [Score(HANA, MONDAY, 3, 2, 3)]


async def test_a_board_has_only_who_joined_in_this_space(store: Quizzes) -> None:
    await store.join(HANA, MONDAY)
    await store.join(replace(HANA, space="discord:200", name="べつめい"), MONDAY)
    assert [one.player for one in await store.board("discord:100", MONDAY)] == [HANA]
    await store.join(replace(HANA, name="花"), MONDAY)
    assert await store.player(HANA.address, HANA.space) == replace(HANA, name="花")


async def test_who_leaves_is_gone_at_once_with_the_scores(store: Quizzes) -> None:
    await store.join(HANA, MONDAY)
    await store.add(HANA, MONDAY, 2, 1)
    assert await store.leave(HANA.address, HANA.space)
    assert not await store.leave(HANA.address, HANA.space)
    await store.join(HANA, MONDAY)
    assert await store.board(HANA.space, MONDAY) == [Score(HANA, MONDAY)]
