"""`tsudoi check` finds what would not work, before anybody relies on it."""

from pathlib import Path

import pytest

from bot.checking import check_everything
from bot.config import Settings


@pytest.mark.parametrize(
    ("room", "found"),
    [
        ({"platform": "discord", "questions": True}, ["room discord:12"]),
        ({"platform": "discord", "questions": True, "organisers": ["managers"]}, []),
        ({"platform": "discord"}, []),
        ({"platform": "local", "channel": "main", "questions": True}, []),  # whoever opens it may answer
    ],
)
async def test_a_room_that_asks_nobody(tmp_path: Path, room: dict[str, object], found: list[str]) -> None:
    settings = Settings(
        storage={"url": f"sqlite:///{tmp_path}/tsudoi.db"},
        recognition={"enabled": False},
        rooms=[{"channel": "12", **room}],
    )
    findings = [
        one for one in await check_everything(settings, tmp_path / "config.toml") if one.part.startswith("room ")
    ]
    assert [one.part for one in findings] == found
    assert all(not one.works and 'organisers = ["managers"]' in one.sentence for one in findings)
