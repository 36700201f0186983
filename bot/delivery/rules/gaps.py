"""Stretches of time of which the store knows nothing, and hosts that slept."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

QUIET = timedelta(minutes=30)  # a bot that runs leaves a trace more often: each poll is one
DOUBTED_FOR = timedelta(days=1)  # until every source and the report site were read again
DOUBTED_BRIEFLY = timedelta(minutes=15)  # a restart, or somebody went back to the copy of before an upgrade
ASLEEP = timedelta(minutes=2)  # without a look, of which there is one every few seconds
POLLS_FIRST = timedelta(seconds=30)

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch before a start that left no trace: the bot was off, or the store is an older copy, restored.

    In the second case much was said that the store does not know of, and it will be planned again.
    """

    start: datetime
    end: datetime

    @property
    def is_quiet(self) -> bool:
        """Whether it is longer than a bot that runs is ever without a trace."""
        return self.end - self.start > QUIET

    def is_doubted(self, now: datetime) -> bool:
        """Whether what was said in it may still be planned again."""
        return now - self.end <= (DOUBTED_FOR if self.is_quiet else DOUBTED_BRIEFLY)

    def said_since(self, due_at: datetime, now: datetime, *, is_news: bool) -> datetime | None:
        """Return since when something due at this moment may have been said; None if it cannot have been.

        News are due when they are planned, and after a gap they are planned again.
        """
        if due_at <= self.end:
            return max(self.start, due_at) if self.is_doubted(now) else None
        return self.start if is_news and self.is_doubted(now) else None


def gap_before(start: datetime, trace: datetime | None, earlier: Gap | None = None) -> Gap | None:
    """Return what is to be doubted from this start on: since the last trace in the store, and since an `earlier` gap.

    None for a new store. An ordinary restart does not make a gap that is doubted for a day any newer.
    """
    if trace is None:
        return None
    gap = Gap(min(trace, start), start)
    if earlier is None or not earlier.is_doubted(start):
        return gap
    return Gap(min(earlier.start, gap.start), start) if gap.is_quiet else earlier


@dataclass
class Waking:
    """Notices that nobody looked for a while: the host slept, or its clock was set ahead.

    What is due then was planned by what was known before: let the polls, which are due as well, go first.
    """

    _looked_at: datetime | None = field(default=None, init=False)
    _speaks_from: datetime = field(default=_LONG_AGO, init=False)

    def look(self, now: datetime) -> datetime:
        """Take note of a look, and return from when on something may be said."""
        if self._looked_at is not None and now - self._looked_at > ASLEEP:
            self._speaks_from = now + POLLS_FIRST
        self._looked_at = now
        if self._speaks_from - now > POLLS_FIRST:  # the clock was set back
            self._speaks_from = now
        return self._speaks_from
