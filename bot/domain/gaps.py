"""Stretches of time of which the store knows nothing, and hosts that slept."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

QUIET = timedelta(minutes=30)  # a bot that runs leaves a trace more often: each poll is one
DOUBTED_FOR = timedelta(days=1)  # until every source and the report site were read again
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

    def said_since(self, due_at: datetime, now: datetime) -> datetime | None:
        """Return since when something due at this moment may have been said; None if it cannot have been."""
        if now - self.end > DOUBTED_FOR:
            return None
        return max(self.start, due_at) if due_at <= self.end else self.start  # news are due when they are planned


def gap_before(start: datetime, trace: datetime | None) -> Gap | None:
    """Return the gap between the last trace in the store and this start, None if it is an ordinary restart."""
    return Gap(trace, start) if trace is not None and start - trace > QUIET else None


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
