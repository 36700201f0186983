"""Until when a platform was heard is noted to the end, also when the bot stops meanwhile."""

import asyncio
from datetime import datetime

from bot.app.clock import DrivenClock
from bot.platforms.hearing import Hearing


class SlowMemory:
    """Keeps a value once it may go on."""

    def __init__(self) -> None:
        self.began, self.goes_on, self.kept = asyncio.Event(), asyncio.Event(), False

    async def recall(self, name: str) -> str | None:
        return None

    async def remember(self, name: str, value: str) -> None:
        self.began.set()
        await self.goes_on.wait()
        self.kept = True


async def nothing_was_missed(since: datetime) -> None:
    raise AssertionError(since)


async def test_a_store_call_is_not_given_up_when_the_bot_stops(clock: DrivenClock) -> None:
    memory = SlowMemory()
    hearing = asyncio.create_task(Hearing("slack", clock, memory=memory).keep_up(nothing_was_missed))
    await memory.began.wait()
    hearing.cancel()
    done, _ = await asyncio.wait({hearing}, timeout=0.05)
    assert not done
    memory.goes_on.set()
    await asyncio.wait({hearing})
    assert hearing.cancelled()
    assert memory.kept


async def test_an_answer_is_not_cut_off_when_the_bot_stops(clock: DrivenClock) -> None:
    began, goes_on, answered = asyncio.Event(), asyncio.Event(), list[str]()

    async def answer(message: str) -> None:
        began.set()
        await goes_on.wait()
        answered.append(message)

    hearing = Hearing("discord", clock)
    answering = asyncio.create_task(hearing.answer_late(["first", "second"], str, str, answer))
    await began.wait()
    answering.cancel()
    done, _ = await asyncio.wait({answering}, timeout=0.05)
    assert not done
    goes_on.set()
    await asyncio.wait({answering})
    assert answering.cancelled()
    assert answered == ["first"]
