"""`python -m docs.handson run | record | notebook`: the hands-on, done from its own text.

`run` does what docs/handson.md says, in an empty folder, and stops where a promise is not kept. `record` does it in
full, and writes what was printed and shown into both texts. `notebook` writes the notebooks.
"""

import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import requests
import typer

from docs.handson_notebook import write_notebooks
from docs.handson_record import as_at_home, keep_outputs, keep_pictures, take_room
from docs.handson_room import say, wait_until_open
from docs.handson_text import DOCUMENTS, Block, steps_of
from model.workshop.sources.fonts import font_files

ROOT = Path(__file__).parents[1]
SHORT = {
    "PEOPLE": "3",
    "PAGES": "1",
    "IMAGES": "256",
    "LESSONS": "7680",
}  # to see whether everything goes, not how well
BASH = "/bin/bash"
WITHIN = 3600.0  # seconds that a command may take where the machine is busy; the text promises far less
KEPT = ".exported"  # what a block exports, the next one has

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


class PromiseBroken(Exception):
    """A step does not do what the text says; the message names the line and what happened."""


@dataclass
class Afternoon:
    """The course in a folder of its own."""

    folder: Path
    environment: Mapping[str, str]
    within: float = WITHIN
    url: str = ""
    _stay: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def do(self, block: Block) -> str:
        """Do what a block says, and return what was printed or answered. Raises PromiseBroken."""
        started = time.time()
        if block.kind == "room":
            said = self._say(block)
        elif "stays" in block.notes:
            said = self._start(block)
        else:
            said = self._shell(block)
        for pattern in block.notes.get("makes", "").split():
            made = [file for file in self.folder.glob(pattern) if file.stat().st_mtime >= started - 1]
            if not made:
                raise _broken(block, f"there is no new {pattern}", said)
        return said

    def close(self) -> None:
        """End what still runs."""
        for process in self._stay:
            process.terminate()
            try:
                process.wait(timeout=self.within)
            finally:
                process.kill()

    def _say(self, block: Block) -> str:
        lines = re.sub(r"(?<=📎 )", f"{self.folder}/", block.text).splitlines()
        try:
            said = "\n".join(say(line, self.url) for line in lines)
        except (TimeoutError, requests.RequestException) as error:
            raise _broken(block, f"the room did not answer: {error}", "") from error
        if not re.search(block.notes["answers"], said):
            raise _broken(block, f"the room answered otherwise than {block.notes['answers']!r}", said)
        return said

    def _shell(self, block: Block) -> str:
        with subprocess.Popen(  # noqa: S603  # what our own text says
            [BASH, "-c", f"{self._prelude()}\n{block.text}\nexport -p > {KEPT}"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                said, warned = process.communicate(timeout=self.within)
            except subprocess.TimeoutExpired as error:
                raise _broken(block, f"it did not end within {self.within:.0f} s", "") from error
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)  # nor does anything that it started outlive it
        if process.returncode:
            raise _broken(block, f"exit status {process.returncode}", f"{said}\n{warned}")
        return said

    def _start(self, block: Block) -> str:
        log = self.folder / "run.log"
        with log.open("wb") as out:
            command = [BASH, "-c", f"{self._prelude()}\nexec {block.text}"]
            process = subprocess.Popen(  # noqa: S603
                command, cwd=self.folder, env=self.environment, stdout=out, stderr=out
            )
        self._stay.append(process)
        end = time.monotonic() + self.within
        while time.monotonic() < end and process.poll() is None:
            said = log.read_text(encoding="utf-8")
            if found := re.search(r"http://127\.0\.0\.1:\d+", said):
                self.url = found[0]
                wait_until_open(self.url)
                return said
            time.sleep(0.1)
        raise _broken(block, "it opened no room", log.read_text(encoding="utf-8"))

    def _prelude(self) -> str:
        return f"set -euo pipefail\n[ ! -f {KEPT} ] || source ./{KEPT}"


def _broken(block: Block, what: str, said: str) -> PromiseBroken:
    return PromiseBroken(f"handson.md, line {block.first + 1}: {what}\n{block.text}\n…\n{said[-3000:]}")


def surroundings(short: bool) -> dict[str, str]:
    """The environment of a reader who activated .venv and has set nothing else."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TSUDOI_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
    ours = {"PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "100", "TSUDOI_WEB__PORT": "0"}
    return {**kept, **ours, **(SHORT if short else {})}


Shown = Callable[[Block, str, str], None]  # a block, what it printed or was answered, and where the room is


def go_through(folder: Path, short: bool, tell: Callable[[str], None], shown: Shown = lambda *_: None) -> None:
    """Do every step in an empty folder, and tell how long each took. Raises PromiseBroken."""
    with closing(Afternoon(folder, surroundings(short))) as afternoon:
        for step in steps_of(DOCUMENTS["ja"].read_text(encoding="utf-8")):
            started, worked, said = time.monotonic(), _worked(), ""
            for block in step.blocks:
                if block.is_run:
                    said = afternoon.do(block)
                shown(block, said, afternoon.url)
            if any(block.is_run for block in step.blocks):
                tell(f"{time.monotonic() - started:6.1f} s, {_worked() - worked:6.1f} of a processor  {step.title}")


def _worked() -> float:
    """Seconds of processor time of all commands that have ended: what a step costs, however busy the machine is."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


Folder = Annotated[Path | None, typer.Option(help="An empty folder that is kept; else one that is removed.")]


@app.command()
def run(short: Annotated[bool, typer.Option(help="Few people, few pictures.")] = False, folder: Folder = None) -> None:
    """Do the course."""
    _in_folder(folder, lambda where: go_through(where, short, typer.echo))


@app.command()
def record(folder: Folder = None, short: Annotated[bool, typer.Option(help="To try it.")] = False) -> None:
    """Do the course in full, and write what was printed and shown into the texts, the pictures and the notebooks."""
    if fonts := font_files():
        typer.echo(f"a reader has no fonts to train on yet: record where there are none, not even {fonts[0]}", err=True)
        raise typer.Exit(1)
    outputs: list[str] = []

    def keep(block: Block, said: str, url: str) -> None:
        if block.kind == "text":
            outputs.append(said)
        elif block.notes.get("from") == "room":
            take_room(url, block.text)

    def do(where: Path) -> None:
        go_through(where, short, typer.echo, keep)
        keep_outputs([as_at_home(said, where) for said in outputs])
        keep_pictures(where)
        write_notebooks()

    _in_folder(folder, do)


@app.command()
def notebook() -> None:
    """Write the notebooks that the texts make."""
    write_notebooks()


def _in_folder(folder: Path | None, do: Callable[[Path], None]) -> None:
    try:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            do(folder.resolve())
            return
        with tempfile.TemporaryDirectory() as name:
            do(Path(name).resolve())
    except PromiseBroken as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


if __name__ == "__main__":
    app()
