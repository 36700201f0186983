"""Who takes much waits for those who take little."""

import asyncio
from contextlib import suppress

from bot.app.fair_turns import HALVED_AFTER, FairTurns
from tests.support.driven_time import DrivenTime


async def polled(turns: FairTurns, time: DrivenTime, wanted: list[tuple[str, float]]) -> list[str]:
    """Let all of them ask at once; each takes so many seconds. Returns whose turn came when."""
    order: list[str] = []

    async def poll(whose: str, seconds: float) -> None:
        async with turns.turn(whose.split("+")):
            order.append(whose)
            time.go_on(seconds)
            await asyncio.sleep(0)

    await asyncio.gather(*(poll(*asked) for asked in wanted))
    return order


async def test_a_server_that_asks_for_much_waits_for_those_that_ask_for_little() -> None:
    time = DrivenTime()
    turns = FairTurns(time.monotonic)
    order = await polled(turns, time, [("greedy", 110.0)] * 5 + [("b", 1.0), ("c", 1.0), ("b", 1.0)])
    assert order == ["greedy", "b", "c", "b", *["greedy"] * 4]


async def test_one_server_is_served_as_it_came() -> None:
    time = DrivenTime()
    turns = FairTurns(time.monotonic)
    assert await polled(turns, time, [("", 1.0)] * 3) == [""] * 3
    assert await polled(turns, time, [("a", 3.0), ("a", 1.0)]) == ["a", "a"]


async def test_what_several_follow_goes_with_the_one_that_took_least_and_is_charged_in_part() -> None:
    time = DrivenTime()
    turns = FairTurns(time.monotonic)
    await polled(turns, time, [("a", 100.0)])
    assert await polled(turns, time, [("x", 10.0), ("a", 1.0), ("a+b", 30.0), ("b", 1.0)]) == ["x", "a+b", "b", "a"]


async def test_what_was_taken_long_ago_counts_little() -> None:
    time = DrivenTime()
    turns = FairTurns(time.monotonic)
    await polled(turns, time, [("a", 100.0)])
    time.go_on(20 * HALVED_AFTER.total_seconds())
    assert await polled(turns, time, [("x", 1.0), ("b", 1.0), ("a", 1.0), ("b", 1.0)]) == ["x", "b", "a", "b"]


async def test_who_gives_up_takes_no_turn_along() -> None:
    turns = FairTurns()
    async with turns.turn(["a"]):
        given_up = [asyncio.create_task(polled(turns, DrivenTime(), [("b", 0.0)])) for _ in range(2)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        given_up[0].cancel()
    given_up[1].cancel()  # just when its turn comes
    for task in given_up:
        with suppress(asyncio.CancelledError):
            await task
    assert await polled(turns, DrivenTime(), [("c", 0.0)]) == ["c"]


async def test_what_a_member_looks_up_at_once_counts_as_taken() -> None:
    time = DrivenTime()
    turns = FairTurns(time.monotonic)
    with turns.charged("greedy"):
        time.go_on(60.0)
    assert await polled(turns, time, [("", 1.0), ("greedy", 1.0), ("b", 1.0)]) == ["", "b", "greedy"]
