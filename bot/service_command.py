"""`tsudoi service`: keeps the bot running on this computer."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot import systemd
from bot.config import DEFAULT_FILE, load_settings

service = typer.Typer(help="Keep the bot running on this computer, by systemd, as you.", no_args_is_help=True)


@service.command()
def install(
    config: Annotated[Path | None, typer.Option("--config", help="The configuration; config.toml if left out.")] = None,
) -> None:
    """Install it as a service of yours, and start it; once more after a change of the configuration."""
    file = config or DEFAULT_FILE
    load_settings(file)  # a mistake is said here, and not in a log
    systemd.install(file)
    _say(f"{systemd.UNIT} is installed and started, and starts again by itself.")
    if not systemd.lingers():
        _say("It stops when you log out. So that it goes on: loginctl enable-linger")
    _say("How it is: tsudoi service status; what it says: tsudoi service logs")


@service.command()
def status() -> None:
    """Show whether it runs."""
    _hand_over("systemctl", "--user", "status", "--no-pager", systemd.UNIT)


@service.command()
def logs() -> None:
    """Show what it says, and follow it."""
    _hand_over("journalctl", f"--user-unit={systemd.UNIT}", "--lines=100", "--follow")


@service.command()
def remove() -> None:
    """Stop it and take it away; configuration and database stay."""
    gone = systemd.remove()
    _say(f"{systemd.UNIT} is stopped and removed." if gone else f"{systemd.UNIT} is not installed.")


def _hand_over(*command: str) -> None:
    try:
        raise typer.Exit(subprocess.run(command, check=False).returncode)  # noqa: S603  # fixed words
    except FileNotFoundError:
        _say(f"{command[0]} is not there: systemd looks after nothing on this computer")
        raise typer.Exit(1) from None


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
