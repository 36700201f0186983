"""How often one member may ask, so that nobody floods a channel or keeps others from being answered."""

from collections import deque
from datetime import datetime, timedelta
from enum import Enum, auto

_MOST_REMEMBERED = 10_000  # members; beyond it those who have been quiet are forgotten


class Turn(Enum):
    """What somebody who asks gets."""

    GRANTED = auto()
    REFUSED = auto()  # for the first time: they are told to wait
    IGNORED = auto()  # they were told


class Cooldown:
    """So many turns within a stretch of time, for each member."""

    def __init__(self, turns: int, within: timedelta) -> None:
        self._turns = turns
        self._within = within
        self._taken: dict[str, deque[datetime]] = {}
        self._told: set[str] = set()

    def take(self, member: str, now: datetime, turns: int = 1) -> Turn:
        """Take so many turns; all are granted as long as one was left."""
        taken = self._taken.setdefault(member, deque())
        while taken and now - taken[0] >= self._within:
            taken.popleft()
        if len(taken) < self._turns:
            taken.extend([now] * turns)
            self._told.discard(member)
            self._forget_the_quiet(now)
            return Turn.GRANTED
        if member in self._told:
            return Turn.IGNORED
        self._told.add(member)
        return Turn.REFUSED

    def _forget_the_quiet(self, now: datetime) -> None:
        if len(self._taken) > _MOST_REMEMBERED:
            self._taken = {who: taken for who, taken in self._taken.items() if now - taken[-1] < self._within}
            self._told.intersection_update(self._taken)
