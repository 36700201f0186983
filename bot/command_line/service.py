"""`tsudoi service`: keeps the bot running on this computer."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.command_line import systemd
from bot.config import DEFAULT_FILE, load_settings

service = typer.Typer(help="Keep the bot running on this computer, as your own systemd service.", no_args_is_help=True)


@service.command()
def install(
    config: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="The configuration file; config.toml by default.")
    ] = None,
) -> None:
    """Install and start the service. Run it again after changing the configuration."""
    file = config or DEFAULT_FILE
    load_settings(file)  # a mistake is said here, and not in a log
    systemd.install(file)
    _say(f"{systemd.UNIT} is installed and started, and restarts on its own.")
    if not systemd.lingers():
        _say("It stops when you log out. To keep it running: loginctl enable-linger")
    _say("Its state: tsudoi service status; its log: tsudoi service logs")


@service.command()
def status() -> None:
    """Show whether it is running."""
    _hand_over("systemctl", "--user", "status", "--no-pager", systemd.UNIT)


@service.command()
def logs() -> None:
    """Show its log, and follow it."""
    _hand_over("journalctl", f"--user-unit={systemd.UNIT}", "--lines=100", "--follow")


@service.command()
def remove() -> None:
    """Stop and remove the service; the configuration and the database stay."""
    gone = systemd.remove()
    _say(f"{systemd.UNIT} is stopped and removed." if gone else f"{systemd.UNIT} is not installed.")


def _hand_over(*command: str) -> None:
    try:
        raise typer.Exit(subprocess.run(command, check=False).returncode)  # noqa: S603  # fixed words
    except FileNotFoundError:
        _say(f"{command[0]} is missing: this computer does not use systemd")
        raise typer.Exit(1) from None


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
