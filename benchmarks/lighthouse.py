"""`python -m benchmarks.lighthouse`: what Lighthouse says of every page, on a phone with a slow line and on a desk.

It needs Chromium, and npm, which installs Lighthouse beside this file once.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from bot.platforms.web.pages import PAGES

HERE = Path(__file__).parent
LIGHTHOUSE = HERE / "node_modules" / ".bin" / "lighthouse"
INSTALL = ("install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts")
FORMS = {"phone": (), "desk": ("--preset=desktop",)}
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
WANTED = 95  # of 100, in each category
TRIES = 3  # where a machine is busy, Lighthouse now and then misses the beginning of a page


class NoLighthouse(Exception):
    """Chromium or npm is missing, or npm could not install it."""


def chromium_and_lighthouse() -> str:
    """Install Lighthouse where it is not yet, and return the path of Chromium. Raises NoLighthouse."""
    chromium, npm = shutil.which("chromium") or shutil.which("chromium-browser"), shutil.which("npm")
    if chromium is None or npm is None:
        raise NoLighthouse("Chromium and npm are needed: apt install chromium npm")
    if not LIGHTHOUSE.is_file():
        done = subprocess.run([npm, *INSTALL], cwd=HERE, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NoLighthouse(f"npm could not install Lighthouse: {done.stderr.strip()[-300:]}")
    return chromium


def judge(url: str, form: str, chromium: str, categories: Sequence[str] = CATEGORIES) -> dict[str, int]:
    """What Lighthouse says of one page: 0 to 100 for each category.

    Args: form: one of FORMS. chromium: the browser's path. Raises: RuntimeError: the page did not open; it says why.
    """
    command = [
        str(LIGHTHOUSE),
        url,
        *FORMS[form],
        "--quiet",
        "--output=json",
        f"--only-categories={','.join(categories)}",
        "--chrome-flags=--headless=new --no-sandbox",
    ]
    surroundings = {**os.environ, "CHROME_PATH": chromium}
    for _ in range(TRIES):
        said = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)
        if said.returncode == 0:
            break
    else:
        raise RuntimeError(f"Lighthouse could not judge {url}: {said.stderr.strip()[-500:]}")
    judged = json.loads(said.stdout)["categories"]
    return {name: round(100 * judged[name]["score"]) for name in categories}


def measure(address: str, chromium: str) -> Table:
    """Judge each page in each form."""
    table = Table("page", "form", *CATEGORIES, "target", box=None)
    each = [(path, form) for path in PAGES for form in FORMS]
    for path, form in track(each, "pages", console=Console(stderr=True), transient=True):
        scores = judge(address + path, form, chromium)
        table.add_row(path, form, *(str(scores[name]) for name in CATEGORIES), f">= {WANTED}")
    return table


def main() -> None:
    """Start a bot of its own, and print the table."""
    from benchmarks.__main__ import fill, running_bot

    try:
        chromium = chromium_and_lighthouse()
    except NoLighthouse as error:
        sys.exit(str(error))
    with tempfile.TemporaryDirectory() as name:
        store = Path(name) / "pages.db"
        asyncio.run(fill(store, 10))
        with running_bot(Path(name), store) as (address, _, _):
            Console().print(measure(address, chromium))


if __name__ == "__main__":
    main()
