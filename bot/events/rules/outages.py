"""When a source that does not answer is an outage of which organisers hear."""

from datetime import datetime, timedelta

TOLD_AFTER = timedelta(hours=6)
PAUSE = timedelta(hours=2)  # without any poll: the host slept or was off, and what failed before says nothing of now


def failing_since(since: datetime | None, failed_at: datetime | None, now: datetime) -> datetime:
    """Return since when a source fails that failed just now, given what was known of its last failure."""
    if since is None or failed_at is None or now - failed_at > PAUSE:
        return now
    return min(since, now)  # the clock may have been set back


def is_outage(since: datetime | None, failed_at: datetime | None, now: datetime) -> bool:
    """Whether a source fails for so long that organisers should know; a failure of which nothing is new is none."""
    if since is None or failed_at is None or now - failed_at > PAUSE:
        return False
    return failed_at - since >= TOLD_AFTER
