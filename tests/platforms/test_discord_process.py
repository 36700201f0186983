"""The real process in Discord: what a member asks, uploads and presses, from its own database and its own model."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from benchmarks.mortal_bot import Bot
from tests.support.connpass_server import ConnpassServer, an_event
from tests.support.discord_server import DiscordServer

CHANNEL = "101"


@pytest.fixture
def discord(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DiscordServer]:
    monkeypatch.setenv("TSUDOI_RECOGNITION__ENABLED", "true")
    event = an_event(7, "もくもく会 @everyone **#7**", datetime.now(UTC) + timedelta(days=3))
    with ConnpassServer([event]) as connpass, DiscordServer((CHANNEL,)) as discord, Bot(tmp_path) as bot:
        bot.configure(connpass, discord, (CHANNEL,), ("1d",))
        bot.start()
        discord.wait_for(lambda: discord.gateway.identified or None, 30)
        discord.wait_for(lambda: bot.count("SELECT count(*) FROM events") or None, 30)
        yield discord
        assert bot.stop() == 0
    assert discord.problems == []


def a_stroke() -> bytes:
    """A picture with something written: し."""
    image = Image.new("L", (200, 200), 255)
    ImageDraw.Draw(image).line([(80, 30), (78, 130), (95, 165), (130, 160), (155, 130)], 0, 14, "curve")
    content = BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def test_a_member_is_answered_in_discord_as_everywhere(discord: DiscordServer) -> None:
    answer = discord.ask(CHANNEL, "!次")
    (embed,) = answer["embeds"]
    assert embed["url"] == "https://tfug-utsunomiya.connpass.com/event/7/"
    assert embed["title"] == "もくもく会 @\u200beveryone \\*\\*#7\\*\\*"
    assert "<t:" in embed["fields"][0]["value"]
    assert answer["body"]["allowed_mentions"] == {"parse": []}
    slash = discord.slash(CHANNEL, "next")
    assert slash["message"]["embeds"][0]["title"] == embed["title"]
    reading = discord.ask(CHANNEL, "!read", a_stroke(), within=30)
    assert "「し」" in reading["embeds"][0]["title"]
    assert "もしかして" in discord.ask(CHANNEL, "!nekst")["content"]
