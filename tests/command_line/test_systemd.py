"""The bot as a service of one user: the unit, and what systemd is asked for, by a stand-in where there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.command_line import systemd
from bot.command_line.main import cli
from bot.core.errors import ConfigurationError, TsudoiError

SYSTEMCTL = """#!/bin/sh
echo "$*" >> "$CALLS"
case "$*" in
*is-system-running) echo "$STATE" ;;
*restart*) [ -z "$FAILS" ] || { echo "$FAILS" >&2; exit 1; } ;;
esac
"""


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A systemd that is there; what it was asked for stands in this file."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "systemctl").write_text(SYSTEMCTL)
    (programs / "loginctl").write_text("#!/bin/sh\necho Linger=no\n")
    for program in programs.iterdir():
        program.chmod(0o755)
    for name, value in {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "CALLS": str(tmp_path / "calls"),
        "STATE": "running",
        "FAILS": "",
        "XDG_CONFIG_HOME": str(tmp_path / "xdg"),
    }.items():
        monkeypatch.setenv(name, value)
    return tmp_path / "calls"


def asked(calls: Path) -> list[str]:
    words = [line.removeprefix("--user ") for line in calls.read_text().splitlines()]
    return [one for one in words if one != "is-system-running"]


def test_the_service_is_installed_started_and_taken_away_again(calls: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("")
    assert not systemd.is_installed(config)
    installed = CliRunner().invoke(cli, ["service", "install", "--config", str(config)])
    assert installed.exit_code == 0, installed.output
    assert "loginctl enable-linger" in installed.output
    assert systemd.is_installed(config)
    assert asked(calls) == ["daemon-reload", "enable tsudoi.service", "restart tsudoi.service"]
    removed = CliRunner().invoke(cli, ["service", "remove"])
    assert "removed" in removed.output
    assert not systemd.unit_file().exists()
    assert asked(calls)[-2:] == ["disable --now tsudoi.service", "daemon-reload"]
    assert "not installed" in CliRunner().invoke(cli, ["service", "remove"]).output


def test_a_configuration_with_a_mistake_is_not_installed(calls: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[web]\nport = 'x'\n")
    assert isinstance(
        CliRunner().invoke(cli, ["service", "install", "--config", str(config)]).exception, ConfigurationError
    )
    assert not systemd.unit_file().exists()


def test_the_bot_of_another_folder_is_not_replaced(calls: Path, tmp_path: Path) -> None:
    systemd.install(tmp_path / "a" / "config.toml")
    with pytest.raises(ConfigurationError, match="another folder"):
        systemd.install(tmp_path / "b" / "config.toml")
    systemd.install(tmp_path / "a" / "bot.toml")
    assert systemd.is_installed(tmp_path / "a" / "bot.toml")


def test_what_systemd_says_is_passed_on(calls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILS", "Unit is masked.")
    with pytest.raises(TsudoiError, match=r"restart tsudoi\.service: Unit is masked"):
        systemd.install(tmp_path / "config.toml")


@pytest.mark.parametrize("state", ["", "offline"])
def test_without_systemd_other_ways_are_named(
    calls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    monkeypatch.setenv("STATE", state)
    with pytest.raises(ConfigurationError, match=r"operations\.md"):
        systemd.install(tmp_path / "config.toml")
    assert not systemd.unit_file().exists()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("folder", ["plain", 'with blanks, 100% $HOME and "quotes"'])
def test_systemd_reads_the_unit_as_it_is_meant(tmp_path: Path, folder: str) -> None:
    file = tmp_path / systemd.UNIT
    (tmp_path / folder).mkdir()
    file.write_text(systemd.unit(tmp_path / folder / "config.toml"))
    found = subprocess.run(
        ["systemd-analyze", "--user", "verify", "--man=no", str(file)],
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    about_ours = [line for line in found.stderr.splitlines() if systemd.UNIT in line]
    assert (found.returncode, about_ours) == (0, [])
    assert f'ExecStart="{sys.executable}" -m bot run --config ' in file.read_text()
