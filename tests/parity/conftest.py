"""One stage for each platform: a test that asks for `stage` is played on all of them."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.handwriting.workers.recogniser import LocalRecogniser
from tests.parity.on_discord import discord_stage
from tests.parity.on_local import local_stage
from tests.parity.on_slack import slack_stage
from tests.parity.stage import Stage

PLATFORMS = ("local", "discord", "slack")
REAL = "the shipped model"


@pytest.fixture
def locale() -> str:
    """The language of the room; a test in English says so by `parametrize`."""
    return "ja"


@pytest.fixture
def recogniser(request: pytest.FixtureRequest) -> Iterator[LocalRecogniser | None]:
    """None: a hand that wrote what a test says. `REAL` by `parametrize`: the one that is shipped."""
    if getattr(request, "param", None) != REAL:
        yield None
        return
    real = LocalRecogniser()
    yield real
    real.close()


@pytest.fixture(params=PLATFORMS)
async def stage(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    locale: str,
    recogniser: LocalRecogniser | None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Stage]:
    opened = {
        "local": lambda: local_stage(tmp_path, locale, recogniser),
        "discord": lambda: discord_stage(tmp_path, locale, recogniser, monkeypatch),
        "slack": lambda: slack_stage(tmp_path, locale, recogniser),
    }[request.param]
    async with opened() as stage:
        yield stage
        assert await stage.faults() == []
