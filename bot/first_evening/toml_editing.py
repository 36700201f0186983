"""Changes in a TOML document that leave all the rest of it as it is: keys, tables, and the column of comments."""

from typing import Any

import tomlkit
from rich.cells import cell_len
from tomlkit import TOMLDocument
from tomlkit.items import AoT, Item, Table

from bot.network.plain_text import plain

_COLUMN = 40  # where comments begin
_LONGEST = 120


def section(document: TOMLDocument, name: str) -> Any:
    """Return a table, which is added at the end where there is none."""
    if name not in document:
        document.add(tomlkit.nl())
        document.add(name, tomlkit.table())
    return document[name]


def add_array(document: TOMLDocument, name: str) -> Any:
    """Add an array of tables, in place of an empty one."""
    if name in document:
        del document[name]
    document.add(name, tomlkit.aot())
    return document[name]


def append(document: TOMLDocument, array: Any, table: Table) -> None:
    """Add a table to an array, after a blank line, or in the line in which all of it is written."""
    if not isinstance(array, AoT):
        array.append(table.unwrap())
        return
    written = tomlkit.dumps(document)
    table.trivia.indent = "\n" * (2 - (written[-2:].count("\n") if written else 2))
    array.append(table)


def add(table: Any, key: str, value: Any, comment: str = "") -> None:
    """Add a key, its comment where all comments begin."""
    item: Item = tomlkit.item(value)
    if comment:
        item.comment(f"# {plain(comment, _LONGEST)}")
        item.trivia.comment_ws = " " * (_COLUMN - cell_len(f"{key} = {item.as_string()}")) + " "
    table.add(key, item)


def add_unset(table: Any, setting: str, comment: str) -> None:
    """Add a setting that is commented out, with what it would do."""
    blanks = " " * (_COLUMN - cell_len(f"# {setting}"))
    table.add(tomlkit.comment(f"{setting}{blanks} # {plain(comment, _LONGEST)}"))


def change(table: Any, key: str, value: Any, comment: str = "") -> None:
    """Change a key, what is said beside it in the same column as before; a `comment` replaces that."""
    old, item = table.item(key), tomlkit.item(value)
    longer = cell_len(item.as_string()) - cell_len(old.as_string())
    table[key] = item
    if item.trivia.comment:
        item.trivia.comment_ws = " " * max(1, len(item.trivia.comment_ws) - longer)
        item.trivia.comment = f"# {comment}" if comment else item.trivia.comment
