"""What a platform told us: each thing once, and until when it was heard, so that what was said since is answered."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog

from bot.core.clock import Clock
from bot.core.errors import StoreFailing
from bot.core.memory import Heard, Memory

log = structlog.get_logger()

Message = TypeVar("Message")
Done = TypeVar("Done")

NOTED_EVERY = timedelta(seconds=15)
LONGEST_AWAY = timedelta(minutes=15)  # who waited longer has asked again, or elsewhere
OVERLAP = timedelta(minutes=2)  # a connection dies some time before that is noticed, and clocks differ
ANSWER_TAKES = timedelta(seconds=5)
MOST_ROOMS, MOST_MESSAGES = 50, 50  # that are looked through for what was said meanwhile
_MOST_REMEMBERED = 1000


class Hearing:
    """What one platform told us. Without a store it knows what came since the start, and nothing was ever missed.

    `name` stands for what of the platform this process hears; `platform` begins the keys of what was heard.
    """

    def __init__(
        self, platform: str, clock: Clock, heard: Heard | None = None, memory: Memory | None = None, name: str = ""
    ) -> None:
        self._platform = platform
        self._clock = clock
        self._heard = heard
        self._memory = memory
        self._noted_as = f"{name or platform} heard until"
        self._lately: dict[str, None] = {}

    async def is_new(self, key: str) -> bool:
        """Take note of what was heard; False if it was heard before. What cannot be noted is new."""
        if key in self._lately:
            return False
        self.remember(key)
        if self._heard is None:
            return True
        try:
            return await _to_its_end(self._heard.is_new(f"{self._platform} {key}", self._clock.now()))
        except StoreFailing:
            return True

    def remember(self, key: str) -> None:
        """Take note of it until the next start, or until a thousand others came."""
        self._lately[key] = None
        if len(self._lately) > _MOST_REMEMBERED:
            del self._lately[next(iter(self._lately))]

    def was_heard_lately(self, key: str) -> bool:
        """Whether this is remembered since the start."""
        return key in self._lately

    async def channels_of(self, kind: str) -> list[str]:
        """Return where something of a kind was heard in the last days, latest first: keys are `kind channel id`."""
        keys = await _to_its_end(self._heard.latest(f"{self._platform} {kind} ")) if self._heard is not None else []
        return list(dict.fromkeys(key.split()[2] for key in keys))

    async def keep_up(self, answer_missed: Callable[[datetime], Awaitable[None]]) -> None:
        """Have what was missed answered, then take note every few seconds that the platform is heard, until cancelled.

        Before it is answered nothing is noted: where that is cut off, the next call goes on with it.
        """
        try:
            if (since := await self._missed_since()) is not None:
                await answer_missed(since)
        except Exception:
            log.exception("not answered what was missed", platform=self._platform)
        await self._keep_noting()

    async def answer_late(
        self,
        written: Iterable[Message],
        wish: Callable[[Message], Hashable],
        key_of: Callable[[Message], str],
        answer: Callable[[Message], Coroutine[Any, Any, None]],
    ) -> None:
        """Have the last message with each wish answered, in their order; what was only written again counts as heard.

        An answer that is under way when the bot stops is waited for, some seconds long.
        """
        last, again = _last_of_each(written, wish)
        for message in again:
            await self.is_new(key_of(message))
        for message in last:
            await _to_its_end(answer(message), ANSWER_TAKES)

    async def _missed_since(self) -> datetime | None:
        """Return from when on something may not have been heard; None where that is not known, or too long ago."""
        noted = await _to_its_end(self._memory.recall(self._noted_as)) if self._memory is not None else None
        if noted is None:
            return None
        until, now = datetime.fromisoformat(noted), self._clock.now()
        if now - until > LONGEST_AWAY + NOTED_EVERY:
            log.info("away too long", platform=self._platform, since=noted, next="what was said meanwhile is left")
            return None
        return max(min(until, now) - OVERLAP, now - LONGEST_AWAY)

    async def _keep_noting(self) -> None:
        while self._memory is not None:
            try:
                await _to_its_end(self._memory.remember(self._noted_as, self._clock.now().isoformat()))
            except Exception as error:
                if not isinstance(error, StoreFailing):  # which is said where it began
                    log.warning("not noted until when it was heard", platform=self._platform, reason=str(error))
            await asyncio.sleep(NOTED_EVERY.total_seconds())


async def _to_its_end(doing: Coroutine[Any, Any, Done], longest: timedelta | None = None) -> Done:
    """Wait for the store or an answer, also when cancelled meanwhile, then as long as told at most.

    A connection to the store that is given up while it opens would never be closed.
    """
    task = asyncio.create_task(doing)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=longest.total_seconds() if longest else None)
        raise


def _last_of_each(
    written: Iterable[Message], wish: Callable[[Message], Hashable]
) -> tuple[list[Message], list[Message]]:
    """Return the last message with each wish, in their order, and those that were only written again."""
    messages = list(written)
    last = {wish(message): number for number, message in enumerate(messages)}
    is_last = [last[wish(message)] == number for number, message in enumerate(messages)]
    paired = list(zip(messages, is_last, strict=True))
    return [message for message, keeps in paired if keeps], [message for message, keeps in paired if not keeps]
