"""What the bot itself said in a channel, as far as it was looked through: a look that takes too long goes on later."""

from dataclasses import dataclass, field
from datetime import datetime

import discord


@dataclass
class OwnHistory:
    """Our messages in a channel since a moment, the oldest first."""

    since: datetime
    messages: list[discord.Message] = field(default_factory=list, init=False)
    _seen_to: discord.Message | None = field(default=None, init=False)

    async def go_on(self, there: discord.abc.Messageable, ourselves: discord.ClientUser | None) -> None:
        """Look through what came since, to the end; where that is cut off, the next call begins there."""
        async for sent in there.history(limit=None, after=self._seen_to or self.since, oldest_first=True):
            self._seen_to = sent
            if sent.author == ourselves:
                self.messages.append(sent)
