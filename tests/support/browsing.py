"""A real browser for the pages, and what it complains about."""

import json
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
DESK = {"viewport": {"width": 1280, "height": 800}}


@dataclass
class Visit:
    """A page that is open, and what its browser complained about."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)


Open = Callable[..., Awaitable[Visit]]


@contextmanager
def serving_browser(folder: Path) -> Iterator[str]:
    """Run a Chromium that playwright connects to at the yielded address."""
    (folder / "launch.json").write_text(json.dumps({"executablePath": CHROMIUM, "args": ARGUMENTS}))
    serve = [sys.executable, "-m", "playwright", "launch-server", "--browser", "chromium"]
    # The shell ends with our end of its stdin, however that comes about, and ends all that it started.
    command = ["sh", "-c", '"$@" & cat; kill 0', "sh", *serve, "--config", str(folder / "launch.json")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, start_new_session=True) as server:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
