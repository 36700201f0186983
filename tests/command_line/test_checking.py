"""`tsudoi check` finds what would not work, before anybody relies on it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.command_line.checking import Finding, _secrets, check_everything
from bot.config import Settings
from bot.core.errors import ModelError
from bot.handwriting.workers import model_folder
from bot.handwriting.workers.handwriting import use
from bot.locales import texts_for
from model.classifier import ARTIFACT, CARD

EN = texts_for("en")


async def found_about_questions(tmp_path: Path, room: dict[str, object]) -> list[Finding]:
    settings = Settings(
        storage={"url": f"sqlite:///{tmp_path}/tsudoi.db"},
        recognition={"enabled": False},
        rooms=[{"channel": "12", **room}],
    )
    findings = await check_everything(settings, tmp_path / "config.toml", EN)
    return [one for one in findings if one.part.startswith(("room ", "questions"))]


async def test_a_room_that_asks_nobody_would_not_work(tmp_path: Path) -> None:
    (found,) = await found_about_questions(tmp_path, {"platform": "discord", "questions": True})
    assert (found.part, found.works) == ("room discord:12", False)
    assert 'organisers = ["managers"]' in found.sentence


async def test_where_no_chat_has_organisers_it_is_said_where_questions_go(tmp_path: Path) -> None:
    (found,) = await found_about_questions(tmp_path, {"platform": "discord"})
    assert (found.part, found.works) == ("questions", True)
    assert "own page" in found.sentence


@pytest.mark.parametrize(
    "room",
    [
        {"platform": "discord", "questions": True, "organisers": ["managers"]},
        {"platform": "discord", "organisers": ["managers"]},
        {"platform": "local", "channel": "main", "questions": True},  # whoever opens it may answer
    ],
)
async def test_a_room_whose_questions_somebody_may_answer(tmp_path: Path, room: dict[str, object]) -> None:
    assert await found_about_questions(tmp_path, room) == []


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A folder with a model whose download was cut off."""
    (tmp_path / "artifacts").mkdir()
    shutil.copy(ARTIFACT.parent / CARD, tmp_path / "artifacts")
    (tmp_path / "artifacts" / ARTIFACT.name).write_bytes(ARTIFACT.read_bytes()[:5000])
    return tmp_path / "artifacts"


async def test_no_password_of_the_database_is_shown(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/tsudoi.db?timeout=4711"  # PostgreSQL takes `password` there
    findings = await check_everything(Settings(storage={"url": url}, recognition={"enabled": False}), None, EN)
    assert [one for one in findings if one.part == "database" and one.works]
    assert "4711" not in str(findings)


async def found_about_reading(tmp_path: Path) -> Finding:
    findings = await check_everything(Settings(storage={"url": f"sqlite:///{tmp_path}/tsudoi.db"}), None, EN)
    return next(one for one in findings if one.part == "recognition")


async def test_the_model_is_tried(tmp_path: Path) -> None:
    found = await found_about_reading(tmp_path)
    assert (found.works, found.sentence[:11]) == (True, "reads with ")


async def test_a_damaged_model_would_not_work(tmp_path: Path, damaged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_folder, "files", lambda _: damaged.parent)
    found = await found_about_reading(tmp_path)
    assert (found.works, "install Tsudoi again" in found.sentence) == (False, True)


def test_what_reads_says_which_file_it_cannot_use(damaged: Path) -> None:
    with pytest.raises(ModelError, match=re.escape(str(damaged / ARTIFACT.name))):
        use(str(damaged / ARTIFACT.name))


@pytest.mark.parametrize(
    "written",
    [
        '[discord]\ntoken = "a"',
        'discord = { token = "a" }',
        'discord.token = "a"',
        '"discord"."token" = "a"',
        '[discord]\n"token"="a" # no comment',
        "slack.bot_token = '''\na'''",
        '[storage]\nurl = "postgresql://tsudoi:a@localhost/tsudoi"',
        '[storage]\nurl = "postgresql://localhost/tsudoi?user=tsudoi&password=a"',
        'reports.site_url = "https://user:a@reports.example.test/"',
    ],
)
def test_a_secret_that_git_tracks_is_found_however_it_is_written(tmp_path: Path, written: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(written, encoding="utf-8")
    for command in (["git", "init", "-q"], ["git", "add", file.name]):
        subprocess.run(command, cwd=tmp_path, check=True)
    assert not _secrets(file, EN).works
    file.write_text('[discord]\ntoken = ""  # token = "a"\n[storage]\nurl = "sqlite:///tsudoi.db"', encoding="utf-8")
    assert _secrets(file, EN).works


def test_a_secret_is_found_behind_a_link_and_in_somebody_elses_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, link = tmp_path / "kept", tmp_path / "config.toml"
    folder.mkdir()
    (folder / "tsudoi.toml").write_text('[discord]\ntoken = "a"', encoding="utf-8")
    for command in (["git", "init", "-q"], ["git", "add", "tsudoi.toml"]):
        subprocess.run(command, cwd=folder, check=True)
    link.symlink_to(folder / "tsudoi.toml")
    assert not _secrets(link, EN).works
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert not _secrets(folder / "tsudoi.toml", EN).works
