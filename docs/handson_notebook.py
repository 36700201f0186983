"""The hands-on as a notebook: the same text, and a cell for every block that does something."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docs.handson_text import DOCUMENTS, NOTE, Block, blocks_of

BEGIN = """\
import json, os, pathlib, subprocess, sys

here = pathlib.Path.cwd()
repository = next(one for one in (here, *here.parents) if (one / "pyproject.toml").is_file())
sys.path.insert(0, str(repository))
os.environ["PATH"] = os.pathsep.join([str(pathlib.Path(sys.executable).parent), os.environ["PATH"]])
os.environ["COLUMNS"] = "100"
for name in ("FORCE_COLOR", "CLICOLOR_FORCE"):  # a notebook is no terminal: bars that move would fill it
    os.environ.pop(name, None)
(repository / "afternoon").mkdir(exist_ok=True)
os.chdir(repository / "afternoon")

from docs.handson_room import say, wait_until_open


def export(text):
    tell = 'python -c "import json, os; print(json.dumps(dict(os.environ)))"'
    done = subprocess.run(["bash", "-euc", f"{text}\\n{tell}"], check=True, stdout=subprocess.PIPE, text=True)
    os.environ.update(json.loads(done.stdout))"""
KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}


def write_notebooks() -> None:
    """Write the notebook of each text beside it."""
    for document in DOCUMENTS.values():
        notebook_of(document).write_text(as_notebook(document.read_text(encoding="utf-8")), encoding="utf-8")


def notebook_of(document: Path) -> Path:
    """The notebook of a text."""
    return document.with_suffix(".ipynb")


def as_notebook(text: str) -> str:
    """A text as a notebook in Jupyter's format 4.5."""
    cells = [_cell(number, *cell) for number, cell in enumerate(_cells(text))]
    notebook = {"cells": cells, "metadata": KERNEL, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def _cells(text: str) -> Iterator[tuple[str, str]]:
    lines, read = text.splitlines(), 0
    has_begun = False
    for block in blocks_of(text):
        if block.is_run:
            yield "markdown", _without_notes(lines[read : block.first])
            if not has_begun:
                yield "code", BEGIN
            has_begun, read = True, block.last + 1
            yield "code", _code(block)
    yield "markdown", _without_notes(lines[read:])


def _without_notes(lines: list[str]) -> str:
    return "\n".join(line for line in lines if not NOTE.fullmatch(line)).strip("\n")


def _code(block: Block) -> str:
    if block.kind == "room":
        return "\n".join(f"print(say({json.dumps(line, ensure_ascii=False)}))" for line in block.text.splitlines())
    if "stays" in block.notes:
        command = json.dumps(block.text.split())
        return (
            f'log = open("run.log", "w")\nbot = subprocess.Popen({command}, stdout=log, stderr=log)\nwait_until_open()'
        )
    if block.text.startswith("export "):
        return f'export(r"""{block.text}""")'
    return f"%%bash\nset -euo pipefail\n{block.text}"


def _cell(number: int, kind: str, source: str) -> dict[str, Any]:
    about: dict[str, Any] = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}}
    about["source"] = source.splitlines(keepends=True)
    return about | ({"execution_count": None, "outputs": []} if kind == "code" else {})
