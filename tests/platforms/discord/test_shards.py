"""Two real processes that share a bot's servers and one store."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from benchmarks.mortal_bot import Bot
from tests.conftest import POSTGRES, empty
from tests.support.connpass_server import ConnpassServer, an_event
from tests.support.discord_server import DiscordServer

HOME, ABROAD, FOREIGN = "101", str(1 << 22), "301"  # a channel, a server of the second shard, its channel

NEWS = "event='news'"  # a line of the log


@pytest.fixture(params=["sqlite", "postgresql"])
def shared_store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let every process of this test use one store, which is empty."""
    url = f"sqlite:///{tmp_path / 'shared.db'}"
    if request.param == "postgresql":
        if not POSTGRES:
            pytest.skip("set TSUDOI_TEST_POSTGRES to a PostgreSQL that may be emptied")
        asyncio.run(empty(url := POSTGRES))
    monkeypatch.setenv("TSUDOI_STORAGE__URL", url)
    return url


@pytest.fixture
def discord() -> Iterator[DiscordServer]:
    with DiscordServer((HOME,)) as discord:
        discord.do(discord.world.add_guild, ABROAD, (FOREIGN,))
        yield discord
    assert discord.problems == []


def test_two_processes_share_the_servers_and_do_it_all_once(
    shared_store: str, discord: DiscordServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TSUDOI_DISCORD__SHARDS", "2")
    before = an_event(9_999, "前からあるイベント", datetime.now(UTC) + timedelta(days=40))
    first, second = Bot(tmp_path / "first"), Bot(tmp_path / "second")
    with ConnpassServer([before]) as connpass, first, second:
        for number, bot in enumerate((first, second)):  # both at once: only one creates the tables
            bot.folder.mkdir()
            bot.configure(connpass, discord, (HOME, FOREIGN), ("1d",), poll_every="1s")
            monkeypatch.setenv("TSUDOI_DISCORD__SHARD_IDS", f"[{number}]")
            bot.start()
        discord.wait_for_bot(connections=2)
        discord.wait_for(lambda: NEWS in log_of(first) or NEWS in log_of(second))
        assert discord.ask(HOME, "!次")["embeds"]
        assert discord.ask(FOREIGN, "!次")["embeds"]
        connpass.add(an_event(1, "もくもく会", datetime.now(UTC) + timedelta(days=30)))
        discord.wait_for(lambda: len(discord.posted) >= 4)
        assert (NEWS in log_of(first)) != (NEWS in log_of(second))  # one polls for both
        assert first.stop() == 0
        monkeypatch.setenv("TSUDOI_DISCORD__SHARD_IDS", "[0]")
        first.start()
        discord.wait_for_bot(connections=3)
        assert discord.ask(HOME, "!次")["embeds"]
        assert [first.stop(), second.stop()] == [0, 0]
    assert Counter(one["channel_id"] for one in discord.posted) == {HOME: 3, FOREIGN: 2}
    assert len(discord.commands_told) == 1  # by the first, and not again when it came back
    if shared_store.startswith("sqlite"):  # on PostgreSQL they elect who polls, and the other one takes over
        assert NEWS not in log_of(second)


def log_of(bot: Bot) -> str:
    return (bot.folder / "log.txt").read_text()
