"""`python -m docs.command_line`: write docs/command-line.md and its Japanese from the commands themselves.

What a command says of itself with `--help` is the text; docs/command-line.ja.po has its Japanese.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from typer.core import TyperGroup
from typer.main import get_command

from bot.command_line.main import EXIT_CODES, cli

HERE = Path(__file__).parent
PAGES = {"en": HERE / "command-line.md", "ja": HERE / "command-line.ja.md"}
CATALOGUE = HERE / "command-line.ja.po"
Translate = Callable[[str], str]

TITLE = "Command line"
OTHER = {"en": "[日本語](command-line.ja.md)", "ja": "[English](command-line.md)"}
LEAD = (
    "In a checkout the command is `.venv/bin/tsudoi`; `.venv/bin/python -m bot` is the same. "
    "This page is made from what `--help` says, by `python -m docs.command_line`."
)
HEADINGS = "| option | meaning |\n|---|---|"
EXITS = "Exit codes"
ENDS = ("the configuration is wrong", "the database cannot be used", "a front end cannot start (a port in use)")
OTHERWISE = "anything else went wrong, or the answer is no (`check`, `read`)"
DEFAULT = " Default: {value}."


def page(language: str) -> str:
    """The whole page in a language."""
    said = in_japanese() if language == "ja" else str
    parts = [f"# {said(TITLE)}", OTHER[language], said(LEAD)]
    for words, command in commands():
        parts += [f"## tsudoi {words}", *map(said, sentences(command.help))]
        if command.params:
            parts.append("\n".join([said(HEADINGS), *(row(parameter, said) for parameter in command.params)]))
    codes = (f"| {code} | {said(ends)} |" for code, ends in zip(EXIT_CODES.values(), ENDS, strict=True))
    parts += [f"## {said(EXITS)}", "\n".join(["| | |\n|---|---|", f"| 1 | {said(OTHERWISE)} |", *codes])]
    return "\n\n".join(parts) + "\n"


def commands() -> Iterator[tuple[str, Any]]:
    """Every command with the words that call it."""

    def below(group: Any, words: str) -> Iterator[tuple[str, Any]]:
        for name, command in group.commands.items():
            if isinstance(command, TyperGroup):
                yield from below(command, f"{words}{name} ")
            else:
                yield f"{words}{name}", command

    return below(get_command(cli), "")


def sentences(text: str) -> list[str]:
    """The paragraphs of a help text, each on one line."""
    return [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]


def row(parameter: Any, said: Translate) -> str:
    """What one option or argument means."""
    if parameter.param_type_name == "argument":
        name = parameter.name.upper() + (" …" if parameter.nargs == -1 else "")
    else:
        value = "" if parameter.is_flag else f" {parameter.metavar or parameter.name.rpartition('_')[2].upper()}"
        name = f"{parameter.opts[0]}{value}"
    default = parameter.show_default if isinstance(parameter.show_default, str) else parameter.default
    ends = said(DEFAULT).format(value=f"`{default}`") if default and default is not True else ""
    return f"| `{name}` | {said(parameter.help)}{ends} |"


def in_japanese() -> Translate:
    """What looks a text up in the catalogue. It raises KeyError for one that has no Japanese."""
    with CATALOGUE.open("rb") as file:
        catalogue = {message.id: message.string for message in read_po(file, locale="ja") if message.string}
    return catalogue.__getitem__


def main() -> None:
    """Write both pages."""
    for language, file in PAGES.items():
        file.write_text(page(language), encoding="utf-8")


if __name__ == "__main__":
    main()
