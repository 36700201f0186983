"""A room that takes nothing: why, since when, when it is tried again; and how many refusals are risked in all.

Both are circuit breakers. The one of a room stands in the store, the one of the process in its memory.
"""

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.core.posts import Post
from bot.core.problems.base import Problem
from bot.core.problems.platforms import LeftServer, PermissionMissing, PostingForbidden
from bot.delivery.rules.follow_ups import FollowUp

FIRST_REST, LONGEST_REST = timedelta(seconds=5), timedelta(minutes=20)
PERIOD = timedelta(minutes=10)
MOST_REFUSED, MOST_UNKNOWN, MOST_IN_TROUBLE = 90, 70, 30  # of 100; Discord bans at 10,000 in ten minutes
_A_MOMENT, _A_WHILE = timedelta(seconds=1), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A room takes nothing `since` then; after so many `refusals` it is tried again at `again_at`."""

    room: str
    problem: Problem
    since: datetime
    refusals: int
    again_at: datetime

    def refused_again(self, problem: Problem, now: datetime) -> "Trouble":
        """Return it after one more refusal: the room rests twice as long."""
        why = self.problem if isinstance(self.problem, LeftServer) else problem  # which says more than what follows
        return replace(self, problem=why, refusals=self.refusals + 1, again_at=now + rest_after(self.refusals + 1))

    def is_over_with(self, post: Post) -> bool:
        """Whether it is over once this was done there: who may not post may edit all the same."""
        may_not_post = isinstance(self.problem, PermissionMissing | PostingForbidden)
        return not (may_not_post and isinstance(post, FollowUp))

    def rests_too_long(self, now: datetime) -> bool:
        """Whether its rest began by a clock that was ahead."""
        return self.again_at > now + LONGEST_REST


def new_trouble(room: str, problem: Problem, now: datetime) -> Trouble:
    """Return the trouble that begins with a refusal."""
    return Trouble(room, problem, now, 1, now + rest_after(1))


def rest_after(refusals: int) -> timedelta:
    """Return how long a room rests after so many refusals in a row: 5 s, 10 s, 20 s … 20 minutes at most."""
    longer: timedelta = FIRST_REST * 2 ** min(refusals - 1, 20)
    return min(longer, LONGEST_REST)


@dataclass
class RefusalBudget:
    """Grants calls so that no more than `MOST_REFUSED` are refused in `PERIOD`, whatever happens.

    Every call under way may be refused. Rooms that took the last one may use all of it, those of which nothing is known
    less, those in trouble least: where thousands are lost at once, those that are well still hear.
    """

    _refused: deque[datetime] = field(default_factory=deque, init=False)
    _under_way: int = field(default=0, init=False)
    _well: set[str] = field(default_factory=set, init=False)

    def begin(self, room: str, now: datetime, *, in_trouble: bool = False) -> bool:
        """Grant a call, whose `end` must follow; False where it has to wait."""
        while self._refused and not self._refused[0] <= now < self._refused[0] + PERIOD:  # the clock may be set back
            self._refused.popleft()
        if len(self._refused) + self._under_way >= self._limit(room, in_trouble=in_trouble):
            return False
        self._under_way += 1
        return True

    def end(self, room: str, now: datetime, *, refused: bool) -> None:
        """Take note of how a call ended."""
        self._under_way -= 1
        if refused:
            self._refused.append(now)
            self._well.discard(room)

    def took(self, room: str) -> None:
        """Take note that a room took what was sent."""
        self._well.add(room)

    def free_at(self, room: str, now: datetime, *, in_trouble: bool = False) -> datetime:
        """Return when to ask again for a call that was not granted."""
        too_many = len(self._refused) - self._limit(room, in_trouble=in_trouble)
        if too_many < 0:  # only calls under way stand in the way
            return now + _A_MOMENT
        return max(self._refused[too_many] + PERIOD, now + _A_WHILE)

    def _limit(self, room: str, *, in_trouble: bool) -> int:
        return MOST_REFUSED if room in self._well else MOST_IN_TROUBLE if in_trouble else MOST_UNKNOWN
