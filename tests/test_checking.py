"""`tsudoi check` finds what would not work, before anybody relies on it."""

from pathlib import Path

import pytest

from bot.checking import Finding, check_everything
from bot.config import Settings


async def found_about_questions(tmp_path: Path, room: dict[str, object]) -> list[Finding]:
    settings = Settings(
        storage={"url": f"sqlite:///{tmp_path}/tsudoi.db"},
        recognition={"enabled": False},
        rooms=[{"channel": "12", **room}],
    )
    findings = await check_everything(settings, tmp_path / "config.toml")
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
