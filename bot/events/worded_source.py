"""A source of which only some events are wanted, by the words in them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.events.ports.sources import EventSource, Listing
from bot.events.rules.sources import Words


@dataclass(frozen=True)
class WordedSource:
    """Fulfils `EventSource`. With other words it is another query, which is seen for the first time again."""

    source: EventSource
    words: Words

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def query(self) -> str:
        return f"{self.source.query}{self.words}"

    async def listing(self, now: datetime) -> Listing:
        return self._judged(await self.source.listing(now))

    async def look_up(self, event_ids: Sequence[int]) -> Listing:
        return self._judged(await self.source.look_up(event_ids))

    def _judged(self, listing: Listing) -> Listing:
        return replace(listing, unwanted=frozenset(event.id for event in listing.events if not self.words.fit(event)))
