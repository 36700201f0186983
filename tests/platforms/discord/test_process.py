"""The real process in Discord: what a member asks, uploads and presses, from its own database and its own model."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
import requests
from PIL import Image, ImageDraw
from simcord.components import walk_components

from benchmarks.mortal_bot import Bot
from tests.support.connpass_server import ConnpassServer, an_event
from tests.support.discord_server import DiscordServer

CHANNEL = "101"


@pytest.fixture(scope="module")
def connpass() -> Iterator[ConnpassServer]:
    starts = datetime.now(UTC) + timedelta(days=3)
    with ConnpassServer([an_event(7, "もくもく会 @everyone **#7**", starts)]) as connpass:
        yield connpass


@pytest.fixture(scope="module")
def discord(connpass: ConnpassServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DiscordServer]:
    folder = tmp_path_factory.mktemp("discord")
    with pytest.MonkeyPatch.context() as environment, DiscordServer((CHANNEL,)) as discord, Bot(folder) as bot:
        environment.setenv("TSUDOI_RECOGNITION__ENABLED", "true")
        bot.configure(connpass, discord, (CHANNEL,), ("1d",), poll_every="1s")
        bot.start()
        discord.wait_for_bot()
        discord.wait_for(lambda: bot.count("SELECT count(*) FROM events"))
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
    reading = discord.ask(CHANNEL, "!read", a_stroke())
    assert "「し」" in reading["embeds"][0]["title"]
    assert "もしかして" in discord.ask(CHANNEL, "!nexxt")["content"]


def test_an_upload_is_fetched_and_its_explanation_comes_back_as_a_file(discord: DiscordServer) -> None:
    reading = discord.ask(CHANNEL, "!read", a_stroke())
    why = next(one for one in walk_components(reading["components"]) if one.get("custom_id", "").startswith("why"))
    explained = discord.press(reading, why["custom_id"])
    assert [name.rpartition(".")[2] for name in explained["message"]["files"]] == ["png"]
    uploaded = explained["message"]["attachments"][-1]
    picture = Image.open(BytesIO(requests.get(uploaded["url"], timeout=10).content))
    assert min(picture.size) > 100
    menu = discord.right_click(discord.say(CHANNEL, "これは？", a_stroke()), "ひらがなを読む")
    assert "「し」" in menu["message"]["embeds"][0]["title"]
    assert menu["callback"]["data"]["flags"] == 64  # for whoever asked alone


def test_a_closed_direct_message_is_told_at_the_next_use_and_harms_nobody(
    discord: DiscordServer, connpass: ConnpassServer
) -> None:
    offered = discord.suggestions(CHANNEL, "remind", "event", "もく")
    assert [one["value"] for one in offered] == ["7"]
    discord.close_dms()
    planned = discord.slash(CHANNEL, "remind", event="7", lead_times="60m")
    assert planned["callback"]["data"]["flags"] == 64
    connpass.edit(7, started_at=datetime.now(UTC) + timedelta(minutes=60, seconds=8))
    direct = discord.direct_channel()
    discord.wait_for(lambda: any(direct in call.path for call in discord.calls if call.method == "POST"))

    def is_told() -> bool:
        return "DM" in str(discord.slash(CHANNEL, "reminders")["message"])

    discord.wait_for(is_told)  # the refusal is taken note of a moment after it came
    assert not is_told()
    assert not [one for one in discord.posted if one["channel_id"] == direct]


@pytest.mark.minutes
def test_what_is_asked_while_the_bot_is_away_is_answered_once_when_it_is_back(
    connpass: ConnpassServer, tmp_path: Path
) -> None:
    with DiscordServer((CHANNEL,)) as discord, Bot(tmp_path) as bot:
        bot.configure(connpass, discord, (CHANNEL,), ("1d",))

        def start(connections: int) -> None:
            bot.start()
            discord.wait_for_bot(connections=connections)

        start(1)
        discord.wait_for(lambda: bot.count("SELECT count(*) FROM memory WHERE name = 'discord heard until'"))
        bot.kill()
        asked = discord.say(CHANNEL, "!help")
        start(2)
        discord.wait_for(lambda: discord.posted)
        bot.kill()
        start(3)
        discord.ask(CHANNEL, "!events")
        answer, _ = discord.posted
        assert answer["message_reference"]["message_id"] == asked["id"]
        assert answer["content"].startswith("しばらく応答できなかったため、お返事が遅くなりました。")
        assert bot.stop() == 0
