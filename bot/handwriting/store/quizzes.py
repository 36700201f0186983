"""The quiz: what is open, who stands on the board, and how well they did this week."""

from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.handwriting.rules.quiz import Player, Quiz, Score
from bot.store.statements import upsert
from bot.store.tables import quiz_players, quiz_scores, quizzes
from bot.store.visitors import leave_room


class Quizzes:
    """Fulfils `QuizStore`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._read_only = engine.execution_options(read_only=True)

    async def keep(self, quiz: Quiz) -> None:
        """Keep a quiz in place of the member's earlier one in this room."""
        async with self._engine.begin() as connection:
            await connection.execute(upsert(connection, quizzes), asdict(quiz))

    async def advance(self, before: Quiz, after: Quiz) -> bool:
        """Keep what became of a try; False, and nothing is changed, if another try was quicker."""
        as_it_was = and_(_of(before.address, before.room), quizzes.c.tries == before.tries)
        statement = quizzes.update().where(as_it_was, quizzes.c.token == before.token).values(asdict(after))
        async with self._engine.begin() as connection:
            return (await connection.execute(statement)).rowcount == 1

    async def of(self, address: str, room: str, now: datetime) -> Quiz | None:
        """Return the member's quiz in this room, answered or not, unless it expired."""
        return await self._quiz(_of(address, room), now)

    async def by_token(self, token: str, now: datetime) -> Quiz | None:
        """Return the quiz of this name, unless it expired."""
        return await self._quiz(quizzes.c.token == token, now)

    async def drop(self, address: str, room: str) -> None:
        """Forget the member's quiz in this room."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(quizzes).where(_of(address, room)))

    async def forget_expired(self, now: datetime, week: date) -> None:
        """Forget the quizzes that expired, and the scores of earlier weeks."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(quizzes).where(quizzes.c.expires_at <= now))
            await connection.execute(delete(quiz_scores).where(quiz_scores.c.week < week))

    async def player(self, address: str, space: str) -> Player | None:
        """Return who stands on the board of a space; None for who does not want to."""
        query = select(quiz_players.c.name).where(_player(address, space))
        async with self._read_only.connect() as connection:
            name = (await connection.execute(query)).scalar()
        return None if name is None else Player(address, space, name)

    async def join(self, player: Player, today: date) -> None:
        """Put a member on the board, or under another name there."""
        async with self._engine.begin() as connection:
            is_theirs = _player(player.address, player.space)
            await leave_room(connection, quiz_players.c.address, player.address, is_theirs)
            await connection.execute(upsert(connection, quiz_players), {**asdict(player), "seen_on": today})

    async def leave(self, address: str, space: str) -> bool:
        """Take a member off the board, with all that stood there; False if they were not on it."""
        async with self._engine.begin() as connection:
            gone = await connection.execute(delete(quiz_players).where(_player(address, space)))
            return gone.rowcount > 0

    async def add(self, player: Player, week: date, stars: int, streak: int) -> Score:
        """Add a right answer to what a player reached in a week."""
        async with self._engine.begin() as connection:
            score = (await _score(connection, player, week)).with_answer(stars, streak)
            row = {"address": player.address, "space": player.space, **asdict(score)}
            row.pop("player")
            await connection.execute(upsert(connection, quiz_scores), row)
            played = update(quiz_players).where(_player(player.address, player.space)).values(seen_on=week)
            await connection.execute(played)
        return score

    async def board(self, space: str, week: date) -> list[Score]:
        """Return what everybody on the board of a space reached in a week."""
        joined = quiz_players.outerjoin(
            quiz_scores,
            and_(
                quiz_scores.c.address == quiz_players.c.address,
                quiz_scores.c.space == quiz_players.c.space,
                quiz_scores.c.week == week,
            ),
        )
        reached = (quiz_scores.c.stars, quiz_scores.c.right, quiz_scores.c.streak)
        query = select(quiz_players, *reached).select_from(joined).where(quiz_players.c.space == space)
        async with self._read_only.connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [
            Score(
                Player(row["address"], row["space"], row["name"]),
                week,
                row["stars"] or 0,
                row["right"] or 0,
                row["streak"] or 0,
            )
            for row in rows
        ]

    async def _quiz(self, which: ColumnElement[bool], now: datetime) -> Quiz | None:
        query = select(quizzes).where(which, quizzes.c.expires_at > now)
        async with self._read_only.connect() as connection:
            row = (await connection.execute(query)).mappings().first()
        return None if row is None else Quiz(**row)


async def _score(connection: AsyncConnection, player: Player, week: date) -> Score:
    of_player = and_(quiz_scores.c.address == player.address, quiz_scores.c.space == player.space)
    query = select(quiz_scores).where(of_player, quiz_scores.c.week == week)
    row = (await connection.execute(query)).mappings().first()
    return Score(player, week) if row is None else Score(player, week, row["stars"], row["right"], row["streak"])


def _of(address: str, room: str) -> ColumnElement[bool]:
    return and_(quizzes.c.address == address, quizzes.c.room == room)


def _player(address: str, space: str) -> ColumnElement[bool]:
    return and_(quiz_players.c.address == address, quiz_players.c.space == space)
