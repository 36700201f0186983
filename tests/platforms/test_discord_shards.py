"""Two real processes that share a bot's servers and one store."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from benchmarks.mortal_bot import Bot
from tests.support.connpass_server import ConnpassServer, an_event
from tests.support.discord_server import DiscordServer

HOME, ABROAD, FOREIGN = "101", str(1 << 22), "301"  # a channel, a server of the second shard, its channel
WITHIN = 40.0


def test_two_processes_share_the_servers_and_do_it_all_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TSUDOI_STORAGE__URL", f"sqlite:///{tmp_path / 'shared.db'}")
    monkeypatch.setenv("TSUDOI_DISCORD__SHARDS", "2")
    before = an_event(9_999, "前からあるイベント", datetime.now(UTC) + timedelta(days=40))
    with (
        ConnpassServer([before]) as connpass,
        DiscordServer((HOME,)) as discord,
        Bot(tmp_path / "first") as first,
        Bot(tmp_path / "second") as second,
    ):
        discord.do(discord.world.add_guild, ABROAD, (FOREIGN,))
        for number, bot in enumerate((first, second)):
            bot.folder.mkdir()
            bot.configure(connpass, discord, (HOME, FOREIGN), ("1d",), poll_every="1s")
            monkeypatch.setenv("TSUDOI_DISCORD__SHARD_IDS", f"[{number}]")
            bot.start()
            discord.wait_for(lambda number=number: discord.gateway.identified > number or None, WITHIN)
        assert discord.ask(HOME, "!次", within=WITHIN)["embeds"]
        assert discord.ask(FOREIGN, "!次", within=WITHIN)["embeds"]
        connpass.add(an_event(1, "もくもく会", datetime.now(UTC) + timedelta(days=30)))
        discord.wait_for(lambda: len(discord.posted) >= 4 or None, WITHIN)
        assert first.stop() == 0
        second_log = (second.folder / "log.txt").read_text()
        assert second.stop() == 0
    assert Counter(one["channel_id"] for one in discord.posted) == {HOME: 2, FOREIGN: 2}
    assert len(discord.commands_told) == 1
    assert "event='news'" not in second_log  # the first polls for both
    assert discord.problems == []
