"""Slack's rate limits, as its documentation states them: for each method, and for the messages of a channel."""

import time
from collections import defaultdict, deque
from dataclasses import dataclass, field

TIERS = {2: 20, 3: 50, 4: 100}  # requests a minute
TIER_OF = {
    "conversations.list": 2, "users.list": 2,
    "chat.update": 3, "chat.delete": 3, "conversations.history": 3, "conversations.replies": 3, "conversations.info": 3,
    "conversations.open": 3, "conversations.join": 3, "users.conversations": 3, "reactions.add": 3, "team.info": 3,
    "bots.info": 3, "chat.postEphemeral": 4, "conversations.members": 4, "users.info": 4, "views.open": 4,
    "views.push": 4, "views.update": 4, "views.publish": 4, "files.info": 4, "files.getUploadURLExternal": 4,
    "files.completeUploadExternal": 4,
}  # fmt: skip
POST = "chat.postMessage"


@dataclass
class Rates:
    """A message a second in each channel, `at_once` of them after a pause; `refused` counts what was over a limit."""

    per_second: float = 1.0
    at_once: int = 3
    refused: int = 0
    _recent: defaultdict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _next: dict[str, float] = field(default_factory=dict)

    def take(self, method: str, channel: str) -> float:
        """Count a request; how many seconds it came too early, 0 if it may pass."""
        now = time.monotonic()
        wait = self._wait_of_channel(channel, now) if method == POST else self._wait_of_method(method, now)
        self.refused += wait > 0
        return wait

    def _wait_of_method(self, method: str, now: float) -> float:
        recent, most = self._recent[method], TIERS.get(TIER_OF.get(method, 0))
        while recent and recent[0] <= now - 60:
            recent.popleft()
        if most is not None and len(recent) >= most:
            return recent[0] + 60 - now
        recent.append(now)
        return 0.0

    def _wait_of_channel(self, channel: str, now: float) -> float:
        spacing = 1 / self.per_second
        turn = max(self._next.get(channel, 0.0), now - (self.at_once - 1) * spacing)
        if turn > now:
            return turn - now
        self._next[channel] = turn + spacing
        return 0.0
