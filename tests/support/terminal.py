"""The real process at a terminal of its own, and somebody who reads what it shows and types."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.support.process import ENDS_WITHIN, environment

COLUMNS, ROWS = 100, 40
CTRL_C = "\x03"
AGAIN_AFTER = 10.0  # seconds


class Terminal:
    """`shown` is everything that ever stood on the screen, what was typed and echoed included."""

    def __init__(self, folder: Path, arguments: tuple[str, ...], variables: Mapping[str, str]) -> None:
        self.shown = ""
        self._read_until = 0
        self._rest = b""
        self._pid, self._screen = pty.fork()
        if self._pid == 0:  # the child: nothing of the tests runs on here
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell's background job ignores it, and so would the child
            os.chdir(folder)
            named = {**environment(), "TERM": "xterm", "COLUMNS": str(COLUMNS), **variables}
            os.execve(sys.executable, [sys.executable, "-m", "bot", *arguments], named)
        fcntl.ioctl(self._screen, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))

    def wait_for(self, text: str) -> None:
        """Read until this stands on the screen, after all that was waited for before."""
        end = time.monotonic() + ENDS_WITHIN
        while (found := self.shown.find(text, self._read_until)) < 0:
            assert self._read(end), f"{text!r} never came; the screen shows:\n{self.shown[self._read_until :]}"
        self._read_until = found + len(text)

    def answer(self, question: str, typed: str = "") -> None:
        """Wait for a question, type an answer and press Enter."""
        self.wait_for(question)
        self.press(f"{typed}\r")

    def press(self, keys: str) -> None:
        """Press keys."""
        os.write(self._screen, keys.encode())

    def interrupt(self) -> None:
        """Press Ctrl-C, and again where nothing happens: Python misses one that comes just before it waits."""
        self.press(CTRL_C)
        if not select.select([self._screen], [], [], AGAIN_AFTER)[0]:
            self.press(CTRL_C)

    def end(self) -> int:
        """Read what is still said, and return the exit code."""
        while self._read(time.monotonic() + ENDS_WITHIN):
            pass
        pid, self._pid = self._pid, 0
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def close(self) -> None:
        """End the process if it runs."""
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        os.close(self._screen)

    def _read(self, end: float) -> bool:
        """Read a little; False at the end of the process, or when the time is over."""
        if not select.select([self._screen], [], [], max(0.0, end - time.monotonic()))[0]:
            return False
        try:
            self._rest += os.read(self._screen, 65536)
        except OSError:  # Linux's way to say that nobody is at the other end
            return False
        whole = self._rest.decode(errors="ignore")
        self.shown += whole
        self._rest = self._rest[len(whole.encode()) :]
        return True


@contextmanager
def terminal(folder: Path, *arguments: str, **variables: str) -> Iterator[Terminal]:
    """Start `tsudoi …` at a terminal."""
    opened = Terminal(folder, arguments, variables)
    try:
        yield opened
    finally:
        opened.close()
