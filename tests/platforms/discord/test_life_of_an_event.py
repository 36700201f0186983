"""The real process, from connpass to Discord: an event is announced, fills up, moves, and is cancelled."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from benchmarks.mortal_bot import Bot
from bot.platforms.discord.render import GREY
from tests.support.connpass_server import ConnpassServer, an_event
from tests.support.discord_server import DiscordServer
from tests.support.discord_world import Json

CHANNEL = "101"
START = datetime.now(UTC).replace(microsecond=0) + timedelta(days=9)
WITHIN = 60.0  # far more than it takes: test machines are shared


@contextmanager
def community(folder: Path) -> Iterator[tuple[ConnpassServer, DiscordServer, Bot]]:
    with ConnpassServer() as connpass, DiscordServer((CHANNEL,)) as discord, Bot(folder) as bot:
        bot.configure(connpass, discord, (CHANNEL,), ("1d",), poll_every="1s")
        config = folder / "config.toml"
        config.write_text(config.read_text() + "threads = true\n")
        bot.start()
        discord.wait_for(lambda: bot.count("SELECT count(*) FROM sources WHERE seen_at IS NOT NULL"), WITHIN)
        yield connpass, discord, bot
        assert discord.problems == []


def shown(discord: DiscordServer) -> list[Json]:
    return discord.do(discord.world.shown, CHANNEL)


def titles(discord: DiscordServer) -> list[str]:
    return [one["embeds"][0]["title"][:4] for one in shown(discord) if one["embeds"]]


def scheduled(discord: DiscordServer) -> list[Json]:
    return discord.do(discord.world.scheduled_events)


@pytest.mark.minutes  # twice an edit settles for 15 s, and the scheduled event is looked at every 5
def test_one_event_is_one_message_and_one_scheduled_event_through_its_whole_life(tmp_path: Path) -> None:
    with community(tmp_path) as (connpass, discord, bot):
        connpass.add(an_event(7, "もくもく会 @everyone **#7**", START, accepted=3))
        announced = discord.wait_for(lambda: next(iter(shown(discord)), None), WITHIN)
        buttons = {
            one["label"]: one.get("url") or one.get("custom_id") for one in announced["components"][0]["components"]
        }
        assert buttons["🔔 リマインド"] == "remind:7"
        assert buttons["イベントページ"].endswith("/event/7/")
        moment = int(START.timestamp())
        assert f"\n<t:{moment}:R>" in announced["embeds"][0]["fields"][0]["value"]
        discord.wait_for(lambda: scheduled(discord), WITHIN)
        discord.wait_for(lambda: [one for one in discord.calls if one.path.endswith("/threads")], WITHIN)

        connpass.edit(7, accepted=19, waiting=0)
        discord.wait_for(lambda: "19/20" in str(shown(discord)[0]["embeds"]), WITHIN)
        bot.kill()  # what it had planned meanwhile is found by the next one
        later = START + timedelta(days=1)
        connpass.edit(7, started_at=later, ended_at=later + timedelta(hours=3))
        bot.start()

        notice = discord.wait_for(lambda: next((one for one in shown(discord)[1:] if one["embeds"]), None), WITHIN)
        assert notice["message_reference"]["message_id"] == announced["id"]
        discord.wait_for(lambda: datetime.fromisoformat(scheduled(discord)[0]["scheduled_start_time"]) == later, WITHIN)
        connpass.edit(7, title="【中止】もくもく会", open_status="cancelled")
        discord.wait_for(lambda: scheduled(discord)[0]["status"] == 4, WITHIN)
        assert len(scheduled(discord)) == 1
        # The announcement itself shows it, the notice of the new date stands, and a reply says it.
        expected = ["【中止】", announced["embeds"][0]["title"][:4], "【中止】"]
        discord.wait_for(lambda: titles(discord) == expected, WITHIN)
        cancelled, _, notice = (one["embeds"][0] for one in shown(discord) if one["embeds"])
        assert cancelled["color"] == notice["color"] == GREY != announced["embeds"][0]["color"]
        assert [field["name"] for field in notice["fields"]][:2] == ["日時", "場所"]
