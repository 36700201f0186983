"""How large the code is: `python -m benchmarks.size`. Lines as `wc -l` counts them, tests and benchmarks left out."""

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parent.parent
FOLDERS = ("bot", "cogs", "model")


def modules() -> Iterator[str]:
    """Yield the text of every module, packages' empty ones left out."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if (text := path.read_text(encoding="utf-8")).count("\n") > 1:
                yield text


def functions(text: str) -> Iterator[int]:
    """Yield the lines of every function, without decorators and docstrings."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            if body:
                yield (node.end_lineno or node.lineno) - body[0].lineno + 1


def main() -> None:
    """Print the figures and what they shall be."""
    texts = list(modules())
    lines = [text.count("\n") for text in texts]
    bodies = [length for text in texts for length in functions(text)]
    table = Table("what", "now", "aim", title="bot, cogs and model")
    table.add_row("lines", f"{sum(lines):,}", "<= 37,500")
    table.add_row("modules", str(len(lines)), "")
    table.add_row("lines of a module, median", f"{statistics.median(lines):.0f}", "<= 89")
    table.add_row("lines of a function's body, median", f"{statistics.median(bodies):.0f}", "<= 5")
    Console().print(table)


if __name__ == "__main__":
    main()
