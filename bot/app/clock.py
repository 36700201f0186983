"""What time it is: the real clock, and one that a rehearsal or a test drives."""

from datetime import UTC, datetime


class SystemClock:
    """The clock of this computer."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        return datetime.now(UTC)


class DrivenClock:
    """A clock that stands still until it is set."""

    def __init__(self, now: datetime) -> None:
        self.set(now)

    def now(self) -> datetime:
        """Return the time last set, aware, in UTC."""
        return self._now

    def set(self, now: datetime) -> None:
        """Put the clock to `now`, which must be aware."""
        self._now = now.astimezone(UTC)
