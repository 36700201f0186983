"""What is said about running the bot elsewhere: units, compose file and documents against what there really is."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.config import known_keys
from bot.delivery.rules.deliveries import DeliveryState
from bot.platforms.web.metrics import Gauges, Metrics

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
DOCUMENTS = [ROOT / "docs" / "operations.md", ROOT / "docs" / "operations.ja.md"]
UNITS = sorted(path.name for path in DEPLOY.glob("tsudoi*.service"))
HARDEST = {"tsudoi.service": 15, "tsudoi-backup.service": 30}  # tenths of systemd's scale: 0 is the best, 100 the worst
TARGETS = ("sysinit", "basic", "shutdown", "network-online", "time-sync", "multi-user", "timers")

with_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


def systemd_analyze(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False)


@with_systemd
@pytest.mark.parametrize("unit", [*UNITS, "tsudoi-backup.timer"])
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path, unit: str) -> None:
    units = tmp_path / "etc" / "systemd" / "system"
    units.mkdir(parents=True)
    for path in DEPLOY.glob("tsudoi*.*"):
        shutil.copy(path, units)
    for target in TARGETS:
        (units / f"{target}.target").write_text("[Unit]\nDescription=as on a real machine\n", encoding="utf-8")
    for program in ("opt/tsudoi/bin/tsudoi", "bin/sh", "usr/bin/find"):
        (tmp_path / program).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / program).touch(mode=0o755)
    found = systemd_analyze("verify", f"--root={tmp_path}", unit)
    assert (found.returncode, found.stderr) == (0, "")


@with_systemd
@pytest.mark.parametrize("unit", UNITS)
def test_the_units_are_hardened(unit: str) -> None:
    rated = systemd_analyze("security", "--offline=true", f"--threshold={HARDEST[unit]}", str(DEPLOY / unit))
    assert rated.returncode == 0, rated.stdout[-200:]


def test_the_environment_names_settings_that_there_are() -> None:
    files = [DEPLOY / "env.example", DEPLOY / "compose.yaml", DEPLOY / "Dockerfile"]
    texts = [file.read_text(encoding="utf-8") for file in files]
    names = {name for text in texts for name in re.findall(r"TSUDOI_([A-Z_]+)\s*[:=]", text)}
    assert names
    assert {name.lower().replace("__", ".") for name in names} <= set(known_keys())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_the_documents_name_the_metrics_that_there_are(document: Path) -> None:
    metrics = Metrics()
    metrics.requests["/", "GET", "200"] = metrics.readings["read"] = 1
    shown = metrics.exposition(Gauges({}, {"a source": 1.0}, {"local": True}), 1).decode()
    there_are = set(re.findall(r"^((?:tsudoi|process)_\w+)", shown, re.MULTILINE))
    named = set(re.findall(r"\b((?:tsudoi|process)_[a-z_]+)", document.read_text(encoding="utf-8")))
    assert named <= there_are
    assert {name for name in there_are if name.startswith("tsudoi_")} <= named
    assert all(f'tsudoi_deliveries{{state="{state}"}} 0.0' in shown for state in DeliveryState)
    assert all(f"`{state.value}`" in document.read_text(encoding="utf-8") for state in DeliveryState)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_the_documents_name_files_that_there_are(document: Path) -> None:
    for name in re.findall(r"deploy/([\w.-]+\w)", document.read_text(encoding="utf-8")):
        assert name == ".env" or (DEPLOY / name).exists(), name


def test_both_languages_give_the_same_commands() -> None:
    texts = [document.read_text(encoding="utf-8") for document in DOCUMENTS]
    english, japanese = (re.findall(r"```\w+\n(.*?)```", text, re.DOTALL) for text in texts)
    assert [_without_words(block) for block in english] == [_without_words(block) for block in japanese]


def _without_words(commands: str) -> str:
    return re.sub(r"\s*#.*|<.*?>", "", commands)


def stand_in(folder: Path, *programs: str) -> dict[str, str]:
    """The environment in which these programs only write down what they are asked for, input included."""
    for program in programs:
        (folder / program).write_text(f'#!/bin/sh\necho "{program} $*" >> "{folder}/asked"\nexec cat > /dev/null\n')
        (folder / program).chmod(0o755)
    return {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}


def test_a_machine_in_the_cloud_gets_the_checkout_and_the_configuration(tmp_path: Path) -> None:
    variables = stand_in(tmp_path, "gcloud", "git")
    (tmp_path / "config.toml").write_text("")
    command = ["sh", str(DEPLOY / "google-cloud.sh"), str(tmp_path / "config.toml")]
    done = subprocess.run(command, env=variables, input="", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    asked = (tmp_path / "asked").read_text(encoding="utf-8").splitlines()
    assert asked[0].startswith("gcloud compute instances create tsudoi --zone=us-central1-a --machine-type=e2-micro")
    assert asked[-1].endswith("--command=cd tsudoi && sudo sh deploy/install.sh config.toml && rm config.toml")
    assert len(asked) == 6
    assert subprocess.run([*command[:2], "absent"], env=variables, capture_output=True, check=False).returncode == 1


def test_a_container_runs_with_the_configuration_of_whoever_starts_it(tmp_path: Path) -> None:
    variables = stand_in(tmp_path, "docker")
    (tmp_path / "bot.toml").write_text("")
    command = ["make", "--dry-run", "container", f"CONFIG={tmp_path}/bot.toml"]
    shown = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=True).stdout
    assert f'--volume "{tmp_path}/bot.toml:/etc/tsudoi/config.toml:ro"' in shown
    assert "tsudoi run --config /etc/tsudoi/config.toml" in shown


def test_the_script_for_debian_does_what_the_documents_do() -> None:
    """Each line that matters stands in both, so that neither is forgotten."""
    script, document = (DEPLOY / "install.sh").read_text(encoding="utf-8"), DOCUMENTS[0].read_text(encoding="utf-8")
    assert subprocess.run(["sh", "-n", str(DEPLOY / "install.sh")], check=False).returncode == 0
    for done in (
        "python3 -m venv /opt/tsudoi",
        "useradd --system --home-dir /var/lib/tsudoi --shell /usr/sbin/nologin tsudoi",
        "install -d -m 700 -o tsudoi -g tsudoi /var/lib/tsudoi",
        "cp deploy/tsudoi.service deploy/tsudoi-backup.service deploy/tsudoi-backup.timer /etc/systemd/system/",
        "systemctl daemon-reload",
    ):
        assert done in script, done
        assert done in document, done
