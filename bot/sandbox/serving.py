"""The other end of `workers`: the process that does what it is asked. It imports little, so that it starts at once."""

import os
import pickle
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from operator import attrgetter
from pathlib import Path

from bot.sandbox.allocation import give_back_freed_memory
from bot.sandbox.confinement import confine
from bot.sandbox.plain_answers import write_failure, write_result

MOST_MEMORY = 160 << 20  # bytes that one call may reserve beyond what is in use; the largest photo fills three quarters
MOST_EVER = 512 << 20  # bytes beyond what its first call found in use; what took over the process cannot raise that
STATM = Path("/proc/self/statm")
STOP = getattr(signal, "SIGUSR1", None)  # the parent wants no answer to this call any more; Windows has no such signal


class Stopped(BaseException):
    """The call is given up. Not an Exception: no decoder that takes any error for a broken file may swallow it."""


def serve(readable: Sequence[str] = ()) -> None:
    """Give up what it does not need, say that it is ready, then answer call after call until the pipe is closed.

    A call is (module, function, arguments), pickled; how it is answered says `plain_answers`. Beside the program the
    process may read the folders `readable`.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides when it is over
    calls, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)  # what a library prints is no answer,
    os.dup2(nowhere, 2)  # and what it thinks of a stranger's file no news for our log
    give_back_freed_memory()
    confine(readable)
    is_in_work = False

    def stop(*_: object) -> None:
        if is_in_work:
            raise Stopped

    if STOP is not None:
        signal.signal(STOP, stop)
    write_result(answers, None)
    while True:
        try:
            module, function, args = pickle.load(calls)  # noqa: S301  # our own parent
        except EOFError:
            return
        try:
            work = attrgetter(function)(import_module(module))
            _limit_memory()
            is_in_work = True
            result = work(*args)
            is_in_work = False
            write_result(answers, result)
        except (Exception, Stopped) as error:
            is_in_work = False
            write_failure(answers, error)


def _limit_memory() -> None:
    """Let a picture that unfolds without end meet a MemoryError before the machine has no memory left; on Linux."""
    try:
        data_pages = int(STATM.read_text(encoding="ascii").split()[5])
    except OSError:
        return
    import resource

    in_use, (_, most_ever) = data_pages * resource.getpagesize(), resource.getrlimit(resource.RLIMIT_DATA)
    if most_ever == resource.RLIM_INFINITY:
        most_ever = in_use + MOST_EVER
    resource.setrlimit(resource.RLIMIT_DATA, (min(in_use + MOST_MEMORY, most_ever), most_ever))
