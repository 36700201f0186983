"""Pages that listen for news: so many at once, woken together."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from bot.platforms.web.refusals import Refusal

MOST_STREAMS = 100
HEARTBEAT = 15.0  # seconds; proxies cut what is silent for longer, and a closed page is noticed by it


class Streams:
    """Wakes every page that listens. What is new each of them reads from the store."""

    def __init__(self, most: int = MOST_STREAMS) -> None:
        self._most = most
        self._listening: set[asyncio.Event] = set()
        self.is_closed = False

    def __len__(self) -> int:
        return len(self._listening)

    @contextmanager
    def listening(self) -> Iterator[asyncio.Event]:
        """Hand out an event that is set whenever there may be news. Raises Refusal if too many listen."""
        if self.is_closed or len(self._listening) >= self._most:
            raise Refusal(503, "busy")
        news = asyncio.Event()
        self._listening.add(news)
        try:
            yield news
        finally:
            self._listening.discard(news)

    def wake(self) -> None:
        """Say that there is something new."""
        for news in self._listening:
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
