"""The commands that an organiser is shown, as they are typed here."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn


@dataclass(frozen=True)
class Commands:
    """How we are called here: `program` such as `.venv/bin/tsudoi`, and the option that names the configuration."""

    program: str
    option: str

    def line(self, command: str, *arguments: str) -> str:
        """Return a command that can be copied."""
        return " ".join([self.program, command, *arguments, *([self.option] if self.option else [])])


def run_here(file: Path) -> NoReturn:
    """Become the bot, in this terminal."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "bot", "run", "--config", str(file)])  # noqa: S606  # ourselves
