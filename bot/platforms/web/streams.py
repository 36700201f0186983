"""Pages that listen for news: so many at once, woken together. The address with most of them makes room for others."""

import asyncio
from collections import Counter
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
        self._listening: dict[asyncio.Event, tuple[str, str]] = {}  # as they came: where each listens, and from where
        self.is_closed = False

    def __len__(self) -> int:
        return len(self._listening)

    @contextmanager
    def listening(self, channel: str = MAIN, address: str = "") -> Iterator[asyncio.Event]:
        """Hand out an event that is set whenever there may be news. Raises Refusal if too many listen.

        In a `channel` of their own visitors are few. Names are given to whoever comes: it is by the `address` that
        somebody is told from others who listens under many.
        """
        if not self.has_room(channel, address):
            raise Refusal(503, "busy")
        if len(self._listening) >= self._most:
            self._end_one_of(self._crowd()[0])
        news = asyncio.Event()
        self._listening[news] = channel, address
        try:
            yield news
        finally:
            self._listening.pop(news, None)

    def has_room(self, channel: str, address: str = "") -> bool:
        """Whether one more may listen there: while too many do, from where fewer than elsewhere listen."""
        most = self._most if channel == MAIN else MOST_OF_ONE
        here = sum(other == channel for other, _ in self._listening.values())
        if self.is_closed or here >= most:
            return False
        return len(self._listening) < self._most or self._from(address) + 1 < self._crowd()[1]

    def is_on(self, news: asyncio.Event) -> bool:
        """Whether who was handed out this event is to listen any longer."""
        return not self.is_closed and news in self._listening

    def _from(self, address: str) -> int:
        return sum(other == address for _, other in self._listening.values())

    def _crowd(self) -> tuple[str, int]:
        """Return from where most listen, and how many."""
        return Counter(address for _, address in self._listening.values()).most_common(1)[0]

    def _end_one_of(self, address: str) -> None:
        oldest = next(news for news, (_, other) in self._listening.items() if other == address)
        del self._listening[oldest]
        oldest.set()

    def wake(self, channel: str = MAIN) -> None:
        """Say that there is something new in a channel; what is new in MAIN is for all."""
        for news, (listens_in, _) in self._listening.items():
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
