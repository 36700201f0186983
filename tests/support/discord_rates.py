"""Discord's rate limits, as its documentation states them: for the whole bot, and for the messages of a channel."""

import re
import time
from collections import deque
from dataclasses import dataclass, field

from tests.support.discord_world import Json

_POST = re.compile(r"/channels/(\d+)/messages")
_UNLIMITED = ("/interactions", "/webhooks")  # do not count for the whole bot


@dataclass
class _Window:
    ends: float = 0.0
    used: int = 0


@dataclass
class Rates:
    """`per_second` requests of the bot, `per_channel` messages in `channel_seconds`; `refused` counts what was over."""

    per_second: int = 50
    per_channel: int = 5
    channel_seconds: float = 5.0
    refused: int = 0
    busiest: int = 0  # requests within one second
    _recent: deque[float] = field(default_factory=deque)
    _channels: dict[str, _Window] = field(default_factory=dict)

    def take(self, method: str, path: str) -> tuple[Json | None, dict[str, str]]:
        """Count a request: the body of the refusal if it is over a limit, and the headers of the answer."""
        now = time.monotonic()
        if not path.startswith(_UNLIMITED) and (wait := self._wait_of_all(now)) > 0:
            return self._refusal(wait, everywhere=True)
        found = _POST.fullmatch(path) if method == "POST" else None
        return self._take_of_channel(found[1], now) if found else (None, {})

    def _wait_of_all(self, now: float) -> float:
        while self._recent and self._recent[0] <= now - 1:
            self._recent.popleft()
        if len(self._recent) >= self.per_second:
            return self._recent[0] + 1 - now
        self._recent.append(now)
        self.busiest = max(self.busiest, len(self._recent))
        return 0.0

    def _take_of_channel(self, channel: str, now: float) -> tuple[Json | None, dict[str, str]]:
        window = self._channels.setdefault(channel, _Window())
        if window.ends <= now:
            window.ends, window.used = now + self.channel_seconds, 0
        if window.used >= self.per_channel:
            return self._refusal(window.ends - now, everywhere=False)
        window.used += 1
        left = f"{window.ends - now:.3f}"
        return None, {
            "X-RateLimit-Limit": str(self.per_channel),
            "X-RateLimit-Remaining": str(self.per_channel - window.used),
            "X-RateLimit-Reset": f"{time.time() + window.ends - now:.3f}",
            "X-RateLimit-Reset-After": left,
            "X-RateLimit-Bucket": "messages",
        }

    def _refusal(self, wait: float, *, everywhere: bool) -> tuple[Json, dict[str, str]]:
        self.refused += 1
        return busy(wait, everywhere=everywhere)


@dataclass
class Refusals:
    """Answers of 401, 403 and 429. Discord bans a bot for a while that has 10,000 of them within ten minutes.

    `most` is how many there were within any ten minutes.
    """

    most: int = 0
    _recent: deque[float] = field(default_factory=deque)

    def note(self, status: int) -> None:
        """Count an answer if it is one of these."""
        if status not in (401, 403, 429):
            return
        now = time.monotonic()
        self._recent.append(now)
        while self._recent[0] <= now - 600:
            self._recent.popleft()
        self.most = max(self.most, len(self._recent))


def busy(wait: float, *, everywhere: bool) -> tuple[Json, dict[str, str]]:
    """The body and the headers of a 429."""
    headers = {"Via": "1.1 loopback", "Retry-After": f"{wait:.3f}"}
    headers |= {"X-RateLimit-Global": "true"} if everywhere else {}
    headers["X-RateLimit-Scope"] = "global" if everywhere else "user"
    return {"message": "You are being rate limited.", "retry_after": round(wait, 3), "global": everywhere}, headers
