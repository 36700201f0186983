"""Processes beside this one for what strangers send: a decoder that hangs, crashes or hoards takes only its own along.

A thread would not do: several decoders keep the interpreter to themselves while they work, and none can be stopped.
"""

import os
import pickle
import subprocess
import sys
import threading
import time
from asyncio import get_running_loop
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from bot.sandbox.confinement import clean_environment
from bot.sandbox.line import SLOW, GaveWay, Line, Turn
from bot.sandbox.plain_answers import CallError, read_answer
from bot.sandbox.serving import STOP

log = structlog.get_logger()

MOST_WORKERS = 2
LONGEST_LINE = 32  # calls in work or waiting; each holds its upload in memory
TAKES = 20.0  # seconds that one call may take; the largest photo of the slowest format takes about two
WAITS = 20.0  # seconds in the line, after which hardly anybody waits for the answer any more
LOADS = 1.0  # seconds for which the first call of a process does not count as slow: it imports
STOPS_WITHIN = 0.3  # seconds in which a call gives way; code that is not Python's ends its own step first
STARTS_WITHIN = 60.0  # seconds; it takes a tenth of one, but not on a machine that is busy
SOON = 2.0  # seconds: a process that is being started is mostly ready earlier than another one would be
IDLE = 60.0  # seconds after which a process that need not be kept is let go


@dataclass(frozen=True, slots=True)
class Kind:
    """Calls that need the same modules. A process serves calls of one kind, so that it loads nothing else."""

    name: str
    takes: float  # seconds that one call may take
    waits: float  # seconds in the line, after which nobody waits for the answer any more


class WorkersBusy(CallError):
    """Too many calls wait already, or this one has waited too long."""


class WorkerLost(CallError):
    """The process ended before it answered, or what it said is no answer."""


class WorkerLate(WorkerLost):
    """It did not answer in time and was ended."""


class Worker:
    """One process, which serves one call at a time and may read, beside the program, the folders `readable`."""

    def __init__(self, readable: tuple[str, ...] = (), kind: Kind | None = None) -> None:
        serve = f"from bot.sandbox.serving import serve; serve({readable!r})"
        command = [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}; {serve}"]
        self._process = subprocess.Popen(  # noqa: S603  # our own
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=clean_environment(os.environ)
        )
        self.readable, self.kind = readable, kind
        assert self._process.stdin is not None and self._process.stdout is not None  # noqa: PT018, S101  # asked for
        self._calls, self._answers = self._process.stdin, self._process.stdout
        self._is_lost = False
        self.prepared: tuple[object, ...] = ()  # the call that came before all others
        self._stopping = threading.Timer(STOPS_WITHIN, self.kill)
        self.has_answered = False
        self.used_at = time.monotonic()

    @property
    def is_alive(self) -> bool:
        """Whether the process can be asked."""
        return not self._is_lost and self._process.poll() is None

    def call(self, returns: Any, module: str, function: str, *args: object, takes: float) -> Any:
        """Have a function called there, within so many seconds; it answers with what is of the type `returns`.

        Raises WorkerLost if the process ends meanwhile, WorkerLate if it was ended, CallFailed if the function raised.
        """
        with self._ended_after(takes):
            pickle.dump((module, function, args), self._calls)
            self._calls.flush()
            answer = read_answer(self._answers, returns)
        self.used_at, self.has_answered = time.monotonic(), True
        return answer

    def wait_until_ready(self) -> None:
        """Wait for the process to start. Raises as `call`."""
        with self._ended_after(STARTS_WITHIN):
            read_answer(self._answers, None)

    def kill(self) -> None:
        """End the process; whoever waits for its answer is told."""
        self._is_lost = True
        self._process.kill()

    def stop(self) -> None:
        """Have the call given up. Where that takes long, and while it still imports, the process is ended."""
        if STOP is None or not self.has_answered:
            self.kill()
            return
        self._process.send_signal(STOP)
        self._stopping = threading.Timer(STOPS_WITHIN, self.kill)
        self._stopping.start()

    def close(self) -> None:
        """End the process and wait until it is gone."""
        self.kill()
        self._process.wait()
        for pipe in (self._calls, self._answers):
            with suppress(OSError):  # what was not sent is not wanted any more
                pipe.close()

    @contextmanager
    def _ended_after(self, seconds: float) -> Iterator[None]:
        is_late = threading.Event()
        self._stopping.cancel()  # it may have been begun as the call before this one was answered

        def end() -> None:
            is_late.set()
            self.kill()

        timer = threading.Timer(seconds, end)
        timer.start()
        try:
            yield
        except (OSError, EOFError, ValueError) as error:  # it is gone, or talks nonsense
            self._is_lost = True
            said_nonsense = isinstance(error, ValueError) and self._process.poll() is None
            how = "what it said is no answer" if said_nonsense else f"exit code {self._process.poll()}"
            raise (WorkerLate if is_late.is_set() else WorkerLost)(how) from error
        finally:
            timer.cancel()
            self._stopping.cancel()


class Workers:
    """Calls wait in a short line for a few processes, each started when it is first needed.

    There are never more processes than `most`, whatever they are for: those without work make room. One call at a time
    may keep its process for long while others wait; see `Line`.
    """

    def __init__(self, most: int = MOST_WORKERS, takes: float = TAKES, waits: float = WAITS, keeps: int = 1) -> None:
        """Open the line.

        A call of the usual kind may wait there for `waits` seconds, and is given up and its process ended after `takes`
        more. Of the processes `keeps` stay when they have nothing to do.
        """
        self._usual, self._keeps, self._most = Kind("pictures", takes, waits), keeps, most
        self._threads = ThreadPoolExecutor(LONGEST_LINE + 1, thread_name_prefix="worker")
        self._idle: list[Worker] = []  # the one used last is used next: while one suffices, the others stay idle
        self._all: set[Worker] = set()
        self._lock = threading.Lock()
        self._line = Line(most)
        self._preparation: tuple[object, ...] = ()
        self._readable: tuple[str, ...] = ()
        self._started: Future[object] | None = None  # what `start` began
        self._is_open = True
        self._in_line = 0
        self._letting_go: threading.Timer | None = None

    async def call(
        self, returns: Any, module: str, function: str, *args: object, is_big: bool = False, kind: Kind | None = None
    ) -> Any:
        """Have a function called in another process; only there its module is imported.

        `returns` is the type of what it returns, as its annotation says it; what comes back is checked against it.
        While a call that `is_big` is worked on there is no other process, since each holds memory.
        Raises CallFailed if the function raised, WorkersBusy where the line is too long, WorkerLate where it took too
        long, WorkerLost where the process crashed.
        """
        if self._in_line >= LONGEST_LINE:
            raise WorkersBusy
        self._in_line += 1
        try:
            began, kind = time.monotonic(), kind or self._usual
            in_turn = partial(self._once_started, self._started, kind, began, is_big, returns, module, function, *args)
            return await get_running_loop().run_in_executor(self._threads, in_turn)
        finally:
            self._in_line -= 1

    def start(self, module: str, function: str) -> None:
        """Start a process in the background and have this called there first; what comes next waits for it a little."""
        self._started = self._threads.submit(
            self._in_turn, self._usual, time.monotonic(), False, object, module, function
        )

    def prepare(self, module: str, function: str, *args: object, readable: tuple[str, ...] = ()) -> None:
        """From the next call on, have this called first in every process, once; each may read these folders."""
        self._preparation, self._readable = (object, module, function, *args), readable

    def close(self) -> None:
        """Let go of what waits and of what is being worked on, and end the processes."""
        with self._lock:
            self._is_open = False
            if self._letting_go is not None:
                self._letting_go.cancel()
            for worker in self._all:
                worker.kill()
        self._threads.shutdown()  # who waits hears that it is busy
        for worker in list(self._all):
            worker.close()

    def _once_started(self, started: Future[object] | None, kind: Kind, *call: Any) -> Any:
        if started is not None and kind is self._usual:
            wait_for((started,), SOON)
        return self._in_turn(kind, *call)

    def _in_turn(
        self, kind: Kind, began: float, is_big: bool, returns: Any, module: str, function: str, *args: object
    ) -> Any:
        turn = Turn(is_big)
        while True:
            with suppress(GaveWay), self._line.waited_for(turn), self._worker(kind, began) as worker:
                if is_big:
                    self._let_idle_go(keeps=0)
                if kind is self._usual and worker.prepared != (preparation := self._preparation):
                    worker.call(*preparation, takes=kind.takes)  # type: ignore[arg-type]  # as `prepare` took it
                    worker.prepared = preparation
                after = SLOW if worker.has_answered else SLOW + LOADS
                with self._line.giving_way(turn, worker.stop, after):
                    return worker.call(returns, module, function, *args, takes=kind.takes)

    @contextmanager
    def _worker(self, kind: Kind, began: float) -> Iterator[Worker]:
        if time.monotonic() - began > kind.waits:
            raise WorkersBusy
        worker = self._take(kind)
        try:
            yield worker
        except WorkerLost as error:
            if self._is_open and not isinstance(error, WorkerLate):
                log.warning("worker lost", reason=str(error))
            raise
        finally:
            self._give_back(worker)

    def _take(self, kind: Kind) -> Worker:
        readable = self._readable if kind == self._usual else ()
        with self._lock:
            fitting = [worker for worker in self._idle if worker.kind == kind]
            while self._is_open and fitting:
                worker = fitting.pop()
                self._idle.remove(worker)
                if worker.is_alive and worker.readable == readable:
                    return worker
                self._let_go(worker)
            if not self._is_open:
                raise WorkersBusy
            while self._idle and len(self._all) >= self._most:
                self._let_go(self._idle.pop(0))
            worker = Worker(readable, kind)
            self._all.add(worker)
        try:
            worker.wait_until_ready()
        except WorkerLost as error:
            if self._is_open:  # else it was ended because nobody needs it any more
                log.error("worker does not start", reason=str(error), next="what it printed says why")
            with self._lock:
                self._let_go(worker)
            raise WorkersBusy from error
        return worker

    def _give_back(self, worker: Worker) -> None:
        with self._lock:
            if worker.is_alive:
                place = len(self._idle) if worker.kind == self._usual else 0  # who serves another kind is let go first
                self._idle.insert(place, worker)
            else:
                self._let_go(worker)
            self._watch_the_idle()

    def _watch_the_idle(self) -> None:
        if self._is_open and self._letting_go is None and len(self._idle) > self._keeps:
            self._letting_go = threading.Timer(IDLE, self._end_of_idleness)
            self._letting_go.daemon = True
            self._letting_go.start()

    def _end_of_idleness(self) -> None:
        with self._lock:
            self._letting_go = None
        self._let_idle_go(self._keeps, IDLE)
        with self._lock:
            self._watch_the_idle()

    def _let_idle_go(self, keeps: int, since: float = 0.0) -> None:
        with self._lock:
            while len(self._idle) > keeps and time.monotonic() - self._idle[0].used_at >= since:
                self._let_go(self._idle.pop(0))

    def _let_go(self, worker: Worker) -> None:
        self._all.discard(worker)
        worker.close()
