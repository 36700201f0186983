"""A bound on the loops in which a decoder goes over a stranger's file: its length does not tell what its head costs."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class TookTooLong(BaseException):
    """The time is over. Not an Exception: no decoder that takes any error for a broken file may swallow it."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise TookTooLong in the block once this process has had a processor for so long.

    Code that is not Python's ends its own step first. Outside the main thread, and where the system has no such timer
    (Windows), there is no bound. Blocks do not nest.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGPROF, _time_is_over)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _time_is_over(*_: object) -> None:
    raise TookTooLong
