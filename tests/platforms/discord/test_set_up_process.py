"""The real process: a channel set up while it runs gets the next announcement, and `check` names what is missing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.mortal_bot import Bot
from tests.support.connpass_server import ConnpassServer, an_event
from tests.support.discord_server import DiscordServer
from tests.support.discord_world import ORGANISER, Json
from tests.support.process import tsudoi

CHANNEL = "101"
NOTES_SENT = "SELECT count(*) FROM deliveries WHERE kind = 'permissions' AND state = 'sent'"
STEPS = ("language", "parts", "lead_times", "deciders", "review")


def set_up(discord: DiscordServer) -> Json:
    """Walk through the settings of the channel as its organiser, and save them."""

    def press(page: Json, part: str) -> Json:
        return discord.press(page["message"], part, ORGANISER)

    page = discord.slash(CHANNEL, "tsudoi setup", ORGANISER)
    form = press(page, "ask:tsudoi:setup:add:group")
    page = discord.submit(form, ORGANISER, written="https://tfug-utsunomiya.connpass.com/")
    assert "見つかりました" in str(page["message"]["embeds"])
    for step in STEPS:
        page = press(page, f"tsudoi:setup:go:{step}")
    return press(page, "tsudoi:setup:save")


def test_a_channel_that_is_set_up_while_the_bot_runs_gets_the_next_announcement(tmp_path: Path) -> None:
    start = datetime.now(UTC) + timedelta(days=3)
    known, news = an_event(7, "もくもく会 #7", start), an_event(8, "もくもく会 #8", start + timedelta(days=7))
    with ConnpassServer([known]) as connpass, DiscordServer((CHANNEL,)) as discord, Bot(tmp_path) as bot:
        bot.configure(connpass, discord, (), ("1d",), poll_every="2s")
        bot.start()
        discord.wait_for_bot()
        discord.wait_for(lambda: bot.count("SELECT count(*) FROM events"))
        page = set_up(discord)
        assert "保存しました" in page["message"]["content"]
        discord.wait_for(lambda: bot.count("SELECT count(*) FROM sources WHERE seen_at IS NOT NULL") == 2)
        assert discord.posted == []
        connpass.add(news)
        posted = discord.wait_for(lambda: discord.posted[0] if discord.posted else None)
        assert posted["channel_id"] == CHANNEL
        assert posted["embeds"][0]["title"] == "もくもく会 #8"
        bot.kill()
        bot.start()
        discord.wait_for_bot(connections=2)
        status = discord.slash(CHANNEL, "tsudoi status", ORGANISER)
        assert "tfug-utsunomiya.connpass.com" in str(status)
        assert bot.stop() == 0
    assert discord.problems == []


def test_what_the_bot_lacks_is_named_by_check_and_once_in_the_channel(tmp_path: Path) -> None:
    event = an_event(7, "もくもく会 #7", datetime.now(UTC) + timedelta(days=3))
    with ConnpassServer([event]) as connpass, DiscordServer((CHANNEL, "102")) as discord, Bot(tmp_path) as bot:
        bot.configure(connpass, discord, (CHANNEL, "102", "999"), ("1d",))
        discord.do(discord.world.deny, CHANNEL, "embed_links", "create_events")
        checked = " ".join(tsudoi(tmp_path, "check").stdout.split())
        assert "client_id=900&scope=bot+applications.commands&permissions=" in checked.replace(" ", "")
        assert "lacks there: Embed Links, Create Events" in checked
        assert "the bot does not see this channel" in checked
        for starts in (1, 2):  # the second start says it in the log alone
            bot.start()
            discord.wait_for(lambda: bot.count(NOTES_SENT))
            discord.wait_for(lambda starts=starts: _complaints(tmp_path) == starts)
            assert bot.stop() == 0
        (note,) = discord.posted
        assert note["channel_id"] == CHANNEL
        assert "埋め込みリンク、イベントを作成" in note["content"]
    assert discord.problems == []


def _complaints(folder: Path) -> int:
    return (folder / "log.txt").read_text().count("permissions missing")
