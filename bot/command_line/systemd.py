"""Tsudoi as a service of one user, kept running by systemd: installed on request, and taken away again."""

import getpass
import os
import shutil
import subprocess
import sys
from pathlib import Path

from bot.core.errors import ConfigurationError, TsudoiError

UNIT = "tsudoi.service"
ENVIRONMENT = "tsudoi.env"  # beside the configuration: tokens and keys
_HEAD = "# Written by `tsudoi service install`; `tsudoi service remove` takes it away."
_UNIT = """{head}
[Unit]
Description=Tsudoi, the community's bot

[Service]
ExecStart={python} -m bot run --config {config}
WorkingDirectory={folder}
# Tokens and keys that do not stand in the configuration: lines such as TSUDOI_DISCORD__TOKEN=...
EnvironmentFile=-{folder}/{environment}
UMask=0077
Restart=always
# A worker that a picture made too large is ended alone; the bot starts another.
OOMPolicy=continue
RestartSec=10s
# A mistake in config.toml does not mend itself.
RestartPreventExitStatus=2
TimeoutStopSec=20s
MemoryMax=600M
TasksMax=200
NoNewPrivileges=yes

[Install]
WantedBy=default.target
"""


def unit(config: Path) -> str:
    """Return the unit that runs the bot with this configuration, in its folder."""
    place = config.absolute()
    folder = str(place.parent).replace("%", "%%")
    words = {"python": _quoted(sys.executable), "config": _quoted(str(place)), "environment": ENVIRONMENT}
    return _UNIT.format(head=_HEAD, folder=folder, **words)


def unit_file() -> Path:
    """Return where the unit of this user belongs."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user" / UNIT


def is_available() -> bool:
    """Whether systemd looks after this user's services here."""
    if shutil.which("systemctl") is None:
        return False
    return _run("systemctl", "--user", "is-system-running").stdout.strip() not in ("", "offline", "unknown")


def is_installed(config: Path) -> bool:
    """Whether the service runs the bot with this configuration."""
    file = unit_file()
    return file.exists() and file.read_text(encoding="utf-8") == unit(config)


def install(config: Path) -> None:
    """Write the unit, enable and start it, or start it again. Raises ConfigurationError, TsudoiError."""
    if not is_available():
        raise ConfigurationError("systemd looks after no services of yours here: see docs/operations.md for other ways")
    file = unit_file()
    if file.exists() and f"WorkingDirectory={config.absolute().parent}\n" not in file.read_text(encoding="utf-8"):
        raise ConfigurationError(f"{file} runs the bot of another folder: `tsudoi service remove` takes it away first")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(unit(config), encoding="utf-8")
    _systemctl("daemon-reload")
    _systemctl("enable", UNIT)
    _systemctl("restart", UNIT)


def remove() -> bool:
    """Stop the service and take the unit away; False if there is none. Raises TsudoiError."""
    file = unit_file()
    if not file.exists():
        return False
    _systemctl("disable", "--now", UNIT)
    file.unlink()
    _systemctl("daemon-reload")
    return True


def lingers() -> bool:
    """Whether this user's services run while the user is logged out."""
    if shutil.which("loginctl") is None:
        return False
    return _run("loginctl", "show-user", getpass.getuser(), "--property=Linger").stdout.strip() == "Linger=yes"


def _systemctl(*words: str) -> None:
    done = _run("systemctl", "--user", *words)
    if done.returncode:
        raise TsudoiError(f"systemctl --user {' '.join(words)}: {done.stderr.strip() or f'failed ({done.returncode})'}")


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # fixed words


def _quoted(word: str) -> str:
    """Write a word as systemd reads it back: it splits at blanks, and replaces % and $."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'
