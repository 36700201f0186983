"""`tsudoi move-store`: from SQLite to PostgreSQL or back, for whoever runs the bot."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bars
from rich.table import Column, Table

from bot.core.errors import ConfigurationError
from bot.store.engine import open_engine, place
from bot.store.moving import MovedTable, Progress, move_store

VARIABLE = "TSUDOI_STORAGE__URL"  # goes over config.toml
DIGITS = 12  # digits of a digest, enough to compare two by eye
Say = Callable[[str], None]


async def move(configured: str, source: str | None, target: str | None, config: Path, say: Say) -> None:
    """Move the store and print what was moved, and what to do now.

    `source` or `target` may be left out: it is the database that is `configured`. Raises ConfigurationError,
    StoreError.
    """
    if source is None and target is None:
        raise ConfigurationError(
            "Where from, or where to? tsudoi move-store --to ADDRESS takes the store out of the database in "
            f"{config}; with its new address there already, tsudoi move-store --from ADDRESS puts it in"
        )
    old, new = source or configured, target or configured
    if open_engine(old).url == open_engine(new).url:
        raise ConfigurationError(f"both are {place(open_engine(old).url)}: give the address of another database")
    with _progress() as progress:
        moved = await move_store(old, new, progress)
    Console().print(_table(moved))
    for line in _what_now(configured, old, new, config):
        say(line)


@contextmanager
def _progress() -> Iterator[Progress]:
    """Show a bar for the table that is being moved."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("")

        def show(table: str, rows: int, done: int) -> None:
            bars.update(task, description=table, completed=done, total=rows)

        yield show


def _table(moved: list[MovedTable]) -> Table:
    shown = Table("table", Column("rows", justify="right"), "SHA-256 in both", box=None, pad_edge=False)
    for table in moved:
        shown.add_row(table.name, f"{table.rows:,}", table.digest[:DIGITS])
    return shown


def _what_now(configured: str, old: str, new: str, config: Path) -> Iterator[str]:
    before, after = place(open_engine(old).url), place(open_engine(new).url)
    yield f"Moved from {before} to {after}: each row was read back there and compared."
    if new == configured:
        yield f"The configuration names {after} already: start the bot."
    elif VARIABLE in os.environ:
        yield f"Now set {VARIABLE}, which goes over {config}, to the new address, and start the bot."
    else:
        yield f"Now write the new address into {config}, and start the bot:"
        yield f'  [storage]\n  url = "{_address(new)}"'
    yield f"{before} was left as it was: keep it until all is well, and start no bot on it, since two would post."
    yield "Files stay where they are: models/, and folders that samples were exported to."


def _address(url: str) -> str:
    """Return an address as config.toml takes it, the password as ***."""
    parsed = open_engine(url).url
    return f"sqlite:///{parsed.database}" if parsed.get_backend_name() == "sqlite" else place(parsed)
