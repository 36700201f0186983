"""The recogniser's command line: `python -m model prepare | pairs | train | adapt | evaluate | export | finder | ...`.

Every command shows its progress on stderr and ends with a short table; all but forget-writer print data instead with
`--json`.
"""

import os
import sys
from io import TextIOWrapper

import typer

from model.workshop.command_line import paper
from model.workshop.command_line.adapt import adapt
from model.workshop.command_line.average import average
from model.workshop.command_line.bench import bench
from model.workshop.command_line.detector import detector
from model.workshop.command_line.distil import distil
from model.workshop.command_line.evaluate import evaluate
from model.workshop.command_line.export import export
from model.workshop.command_line.finder import finder
from model.workshop.command_line.pairs import pairs
from model.workshop.command_line.prepare import prepare
from model.workshop.command_line.tendencies import tendencies
from model.workshop.command_line.train import train

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # read when TensorFlow is imported, which only some commands do

app = typer.Typer(help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
# A module each, which imports what it does when it is called: only some need TensorFlow, and --help nothing at all.
COMMANDS = (
    *(paper.sheet, paper.import_sheet, paper.forget_writer),
    *(prepare, pairs, train, average, adapt, distil, evaluate, export, finder, detector, tendencies, bench),
)
for command in COMMANDS:
    app.command()(command)


def main() -> None:
    """Run the command line on a console of any encoding."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # as stderr is; in JSON, \u3094 even remains ゔ
    app()
