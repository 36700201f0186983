"""What visitors of the page leave in the store: anybody may come there as often as they like, under new names."""

from typing import Any

from sqlalchemy import Column, ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.errors import StoreFull
from bot.core.problems.store import TooMuchOfVisitors
from bot.core.room import LOCAL

MOST_OF_ONE, MOST_OF_ALL = 1_000, 20_000  # rows in a table
OF_VISITORS = f"{LOCAL}:@"  # how their addresses begin

Which = ColumnElement[bool]


def are_of_visitors(owner: Column[Any]) -> Which:
    """Whether rows are of somebody on the page."""
    return owner.startswith(OF_VISITORS)


async def leave_room(connection: AsyncConnection, owner: Column[Any], address: str, *overwritten: Which) -> None:
    """Raise StoreFull where a visitor, or all of them, have as many rows of a table as they may and this were one more.

    It is none where one is there that is `overwritten`. What visitors left stays: nobody pushes out what is others'.
    """
    if not address.startswith(OF_VISITORS):
        return
    own = owner == address
    if overwritten and await _count(connection, owner, and_(own, *overwritten)):
        return
    if (
        await _count(connection, owner, own) >= MOST_OF_ONE
        or await _count(connection, owner, are_of_visitors(owner)) >= MOST_OF_ALL
    ):
        raise StoreFull(TooMuchOfVisitors())


async def _count(connection: AsyncConnection, owner: Column[Any], which: Which) -> int:
    return (await connection.execute(select(func.count()).select_from(owner.table).where(which))).scalar() or 0
