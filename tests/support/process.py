"""The real process, with its real command line, in a folder of its own."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

ROOT = Path(__file__).parents[2]
STARTS_WITHIN = ENDS_WITHIN = 60.0  # seconds; far more than it takes, since test machines are shared


def environment() -> dict[str, str]:
    """The environment without settings of whoever runs the tests, and with this checkout first."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TSUDOI_")}
    return {**kept, "PYTHONPATH": str(ROOT)}


def tsudoi(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=ENDS_WITHIN,
        check=False,
    )


@dataclass
class RunningBot:
    """`tsudoi run`; `said` is what it printed until its room was open."""

    process: subprocess.Popen[str]
    url: str
    said: str

    def stop(self) -> int:
        """Ask it to end, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=ENDS_WITHIN)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(timeout=ENDS_WITHIN)


@contextmanager
def running_bot(folder: Path) -> Iterator[RunningBot]:
    """Run the bot with the config.toml of `folder` until its room is open; it is ended at the end at the latest."""
    log = (folder / "log").open("a")
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )
    try:
        yield _opened(process)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(timeout=ENDS_WITHIN)
        assert process.stdout is not None
        process.stdout.close()
        log.close()


def _opened(process: subprocess.Popen[str]) -> RunningBot:
    assert process.stdout is not None
    said, url = "", ""
    for line in process.stdout:
        said += line
        if not url and (found := re.search(r"http://[\d.]+:\d+", line)):  # the report site may follow
            url = found[0]
        if "config.toml" in line and url:
            break
    assert url, f"the bot ended before its room was open: {said}"
    return RunningBot(process, url, said)


def messages(url: str) -> list[dict[str, object]]:
    """Everything said in the local room."""
    return list(requests.get(f"{url}/api/messages", timeout=10).json()["messages"])


def wait_for_message(url: str, kind: str, within: float = STARTS_WITHIN) -> dict[str, object]:
    """Wait until the bot has said something of this kind."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        for message in messages(url):
            if message["bot"] and message["kind"] == kind:
                return message
        time.sleep(0.05)
    raise AssertionError(f"no {kind} within {within} s: {[(one['kind'], one['text']) for one in messages(url)]}")


def wait_for_problem(url: str, platform: str, within: float = STARTS_WITHIN) -> str:
    """Wait until the bot's health says why a platform does not work, and return that."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        problems = requests.get(f"{url}/healthz", timeout=10).json()["problems"]
        if platform in problems:
            return str(problems[platform])
        time.sleep(0.05)
    raise AssertionError(f"no problem of {platform} within {within} s")
