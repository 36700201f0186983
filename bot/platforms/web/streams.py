"""Pages that listen for news: so many at once, woken together."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from bot.core.room import MAIN
from bot.platforms.web.refusals import Refusal

MOST_STREAMS, MOST_OF_ONE = 100, 8  # of a visitor: a few windows
HEARTBEAT = 15.0  # seconds; proxies cut what is silent for longer, and a closed page is noticed by it


class Streams:
    """Wakes the pages that listen. What is new each of them reads from the store."""

    def __init__(self, most: int = MOST_STREAMS) -> None:
        self._most = most
        self._listening: dict[asyncio.Event, str] = {}  # and where each listens
        self.is_closed = False

    def __len__(self) -> int:
        return len(self._listening)

    @contextmanager
    def listening(self, channel: str = MAIN) -> Iterator[asyncio.Event]:
        """Hand out an event that is set whenever there may be news. Raises Refusal if too many listen.

        In a `channel` of their own visitors are few.
        """
        if not self.has_room(channel):
            raise Refusal(503, "busy")
        news = asyncio.Event()
        self._listening[news] = channel
        try:
            yield news
        finally:
            del self._listening[news]

    def has_room(self, channel: str) -> bool:
        """Whether one more may listen there."""
        most = self._most if channel == MAIN else MOST_OF_ONE
        here = sum(other == channel for other in self._listening.values())
        return not self.is_closed and len(self._listening) < self._most and here < most

    def wake(self, channel: str = MAIN) -> None:
        """Say that there is something new in a channel; what is new in MAIN is for all."""
        for news, listens_in in self._listening.items():
            if channel in (MAIN, listens_in):
                news.set()

    def close(self) -> None:
        """End every stream."""
        self.is_closed = True
        self.wake()


async def wait_for_news(news: asyncio.Event, seconds: float) -> bool:
    """Wait until there is news; False if there was none for so long."""
    try:
        async with asyncio.timeout(seconds):
            await news.wait()
    except TimeoutError:
        return False
    news.clear()
    return True
