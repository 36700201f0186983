"""A pace for requests to a platform that limits them, so that a burst is spread instead of refused."""

import asyncio


class Pace:
    """Hands out turns: so many a second, and a few at once after a pause.

    This is the generic cell rate algorithm (ITU-T I.371), a token bucket without a clock that ticks: in no second are
    there more than `per_second + at_once` turns.
    """

    def __init__(self, per_second: float, at_once: int = 5) -> None:
        self._spacing = 1 / per_second
        self._ahead = at_once * self._spacing
        self._next = 0.0

    async def turn(self) -> None:
        """Wait for a turn; they come in the order in which they were asked for."""
        now = asyncio.get_running_loop().time()
        self._next = max(self._next, now - self._ahead) + self._spacing
        await asyncio.sleep(self._next - now)  # a time that is over is no wait
