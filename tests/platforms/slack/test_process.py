"""The real process in Slack: what a member sees, killed in the middle, and beside Discord."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks.mortal_bot import Bot
from bot.platforms.slack.manifest import READ_SHORTCUT, manifest
from tests.platforms.discord.test_process import a_stroke
from tests.support.connpass_server import ConnpassServer, an_event
from tests.support.discord_server import DiscordServer
from tests.support.discord_server import Fault as DiscordFault
from tests.support.process import messages, running_bot, tsudoi, wait_for_problem
from tests.support.slack_facts import ALICE, BOT_USER, CHANNEL, ORGANISER, AppConfig
from tests.support.slack_server import Fault, SlackServer, Trouble

ROOM = '[[rooms]]\nplatform = "{}"\nchannel = "{}"\nannounce = ["utsunomiya"]\n'
DISCORD_CHANNEL = "101"


def config(connpass: ConnpassServer, slack: SlackServer, more: str = "", rooms: Sequence[tuple[str, str]] = ()) -> str:
    """A config.toml for Slack, polled often; without rooms it speaks in the one channel."""
    written = f"""
[connpass]
api_key = "{connpass.api_key}"
base_url = "{connpass.base_url}"
poll_every = "1s"
[[sources]]
name = "utsunomiya"
group = "tfug-utsunomiya"
[reminders]
lead_times = []
[slack]
bot_token = "{slack.bot_token}"
app_token = "{slack.app_token}"
api_url = "{slack.api_url}"
[web]
port = 0
"""
    return written + more + "".join(ROOM.format(*room) for room in rooms or [("slack", CHANNEL)])


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(days=3)


def said(slack: SlackServer, text: str) -> list[dict[str, Any]]:
    """What of the bot stands in the channel and begins so."""
    shown = [one for one in slack.shown(CHANNEL) if one.get("user") == BOT_USER]
    return [one for one in shown if text in str(one["text"])]


@pytest.fixture
def connpass() -> Iterator[ConnpassServer]:
    with ConnpassServer([an_event(7, "もくもく会 <!channel> & *#7*", soon())]) as connpass:
        yield connpass


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer(app=AppConfig.of_manifest(manifest())) as slack:
        yield slack
        assert slack.problems == []


def test_a_member_is_answered_in_slack_as_everywhere(
    connpass: ConnpassServer, slack: SlackServer, tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text(config(connpass, slack))
    with running_bot(tmp_path) as bot:
        assert "Slack     接続しています" in bot.said
        slack.wait_for_bot()
        slack.wait_for(lambda: "もくもく会" in slack.ask(CHANNEL, "!next")["text"])
        answer = slack.ask(CHANNEL, "！次")
        linked = "*<https://tfug-utsunomiya.connpass.com/event/7/|もくもく会 &lt;!channel&gt; &amp; ＊#7＊>*"
        assert linked in str(answer["blocks"])
        done = slack.slash(CHANNEL, "/next")
        assert slack.wait_for(lambda: done.seen)[0].content["blocks"][1]["text"]["text"] == linked
        assert "もしかして" in slack.ask(CHANNEL, "!nexxt")["text"]

        connpass.add(an_event(8, "新しい会", soon()))
        (announced,) = slack.wait_for(lambda: said(slack, "新しい会"))
        assert announced["metadata"]["event_type"] == "tsudoi_delivery"
        connpass.edit(8, started_at=soon() + timedelta(days=1))
        changed = slack.wait_for(lambda: said(slack, "内容が変わりました"))[0]
        assert changed["thread_ts"] == announced["ts"]
        assert not any(one.unfurls for one in slack.seen(kind="message") if one.content.get("metadata"))
        assert bot.stop() == 0


def test_a_member_teaches_and_is_reminded_where_only_they_see_it(
    connpass: ConnpassServer, slack: SlackServer, tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text(config(connpass, slack))
    with running_bot(tmp_path) as bot:
        slack.wait_for_bot()
        slack.wait_for(lambda: "もくもく会" in slack.ask(CHANNEL, "!next")["text"])
        upload = slack.say(CHANNEL, "これは？", files=[("shi.png", a_stroke())])
        reading = slack.wait_for(lambda: [one for one in slack.said(CHANNEL) if "「し」" in one.content["text"]])[0]
        assert reading.content["thread_ts"] == upload["ts"]
        buttons = [one["action_id"] for block in reading.content["blocks"] for one in block.get("elements", ())]
        explained = slack.press(reading.content, next(one for one in buttons if one.startswith("why:")))
        shared = slack.wait_for(lambda: [one for one in explained.seen if one.content.get("files")])[0]
        assert shared.content["thread_ts"] == upload["ts"]
        wrong = slack.press(reading.content, next(one for one in buttons if one.startswith("wrong:")))
        assert slack.wait_for(lambda: wrong.seen)[0].kind == "ephemeral"
        menu = slack.shortcut(upload, READ_SHORTCUT)
        assert slack.wait_for(lambda: menu.seen)[0].kind == "ephemeral"

        planned = slack.slash(CHANNEL, "/tsudoi-remind", "7 60m")
        assert slack.wait_for(lambda: planned.seen)[0].kind == "ephemeral"
        connpass.edit(7, started_at=datetime.now(UTC) + timedelta(minutes=60, seconds=6))
        direct = slack.direct_channel()
        slack.wait_for(lambda: slack.said(direct))
        home = str(slack.open_home()["blocks"])
        parts = ("これからのイベント", "remind:7", "カレンダーに追加", "クイズ")
        assert [part for part in parts if part not in home] == []
        assert "運営" not in home
        assert "運営" in str(slack.open_home(ORGANISER)["blocks"])
        assert bot.stop() == 0


def test_an_organiser_sets_a_channel_up_in_the_chat(
    connpass: ConnpassServer, slack: SlackServer, tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text(config(connpass, slack, rooms=[("local", "main")]))
    with running_bot(tmp_path) as bot:
        slack.wait_for_bot()
        opened = slack.slash(CHANNEL, "/tsudoi", "設定", ORGANISER)
        page = slack.wait_for(lambda: opened.seen)[0].content
        asked = slack.press(page, "ask:tsudoi:setup:add:group", ORGANISER)
        form = slack.wait_for(lambda: asked.seen)[0].content
        filled = slack.submit(form, {"written": "tfug-utsunomiya"}, ORGANISER)
        page = slack.wait_for(lambda: filled.seen)[0].content
        for step in ("language", "parts", "lead_times", "deciders", "review"):
            pressed = slack.press(page, f"tsudoi:setup:go:{step}", ORGANISER)
            page = slack.wait_for(lambda done=pressed: done.seen)[0].content
        saved = slack.press(page, "tsudoi:setup:save", ORGANISER)
        assert "保存しました" in slack.wait_for(lambda: saved.seen)[0].content["text"]
        slack.wait_for(
            lambda: "もくもく会" in slack.ask(CHANNEL, "!next", ORGANISER)["text"]
        )  # seen for the first time
        connpass.add(an_event(8, "新しい会", soon()))
        slack.wait_for(lambda: said(slack, "新しい会"))
        refused = slack.slash(CHANNEL, "/tsudoi", "setup", ALICE)
        assert "運営" in slack.wait_for(lambda: refused.seen)[0].content["text"]
        assert bot.stop() == 0


def test_a_bot_killed_amid_a_send_says_it_once(connpass: ConnpassServer, slack: SlackServer, tmp_path: Path) -> None:
    slack.slow_seconds = 30.0
    with Bot(tmp_path) as bot:
        stored = f'[storage]\nurl = "sqlite:///{bot.store}"\n'
        (tmp_path / "config.toml").write_text(config(connpass, slack, stored))
        bot.start()
        slack.wait_for_bot()
        slack.wait_for(lambda: bot.count("SELECT count(*) FROM events"))
        slack.ask(CHANNEL, "!next")
        heard = [one for one in slack.sockets.envelopes if one.payload.get("event", {}).get("text") == "!next"]
        slack.troubles.append(Trouble("chat.postMessage", Fault.SLOW_AFTER))
        connpass.add(an_event(8, "新しい会", soon()))
        slack.wait_for(lambda: said(slack, "新しい会"))
        bot.kill()  # it waits for Slack's answer
        bot.age_claims()
        bot.start()
        slack.wait_for_bot(connections=2)
        slack.wait_for(lambda: bot.count("SELECT count(*) FROM deliveries WHERE state = 'sent'"))
        slack.do(slack.sockets.repeat, heard[0])  # what Slack never saw acknowledged comes again
        slack.ask(CHANNEL, "!help")
        assert len(said(slack, "新しい会")) == 1
        assert len(said(slack, "もくもく会")) == 1
        assert bot.stop() == 0


@pytest.mark.minutes
def test_what_is_asked_while_the_bot_is_away_is_answered_once_when_it_is_back(
    connpass: ConnpassServer, slack: SlackServer, tmp_path: Path
) -> None:
    with Bot(tmp_path) as bot:
        stored = f'[storage]\nurl = "sqlite:///{bot.store}"\n'
        (tmp_path / "config.toml").write_text(config(connpass, slack, stored))

        def start(connections: int) -> None:
            bot.start()
            slack.wait_for_bot(connections=connections)

        start(1)
        slack.wait_for(lambda: bot.count("SELECT count(*) FROM memory WHERE name = 'slack heard until'"))
        slack.wait_for(lambda: bot.count("SELECT count(*) FROM events"))
        bot.kill()
        asked = slack.say(CHANNEL, "!next")
        start(2)
        slack.wait_for(lambda: slack.said(CHANNEL))
        bot.kill()
        start(3)
        slack.ask(CHANNEL, "!help")
        (answer, _) = slack.said(CHANNEL)
        assert answer.content["thread_ts"] == asked["ts"]
        assert answer.content["text"].startswith("しばらく応答できなかったため、お返事が遅くなりました。")
        assert bot.stop() == 0


def test_the_trouble_of_one_platform_never_holds_up_the_other(
    connpass: ConnpassServer, slack: SlackServer, tmp_path: Path
) -> None:
    with DiscordServer((DISCORD_CHANNEL,)) as discord:
        more = f'[discord]\ntoken = "{discord.token}"\napi_url = "{discord.api_url}"\n'
        more += f'gateway_url = "{discord.gateway_url}"\n'
        rooms = [("slack", CHANNEL), ("discord", DISCORD_CHANNEL)]
        (tmp_path / "config.toml").write_text(config(connpass, slack, more, rooms))
        slack.slow_seconds = discord.slow_seconds = 18.0  # longer than the bot waits

        def in_discord(title: str) -> bool:
            return any(title in str(post["body"]) for post in discord.posted)

        with running_bot(tmp_path) as bot:
            slack.wait_for_bot()
            discord.wait_for_bot()
            slack.wait_for(lambda: "もくもく会" in slack.ask(CHANNEL, "!next")["text"])
            slack.troubles.append(Trouble("chat.postMessage", Fault.SLOW_AFTER))
            connpass.add(an_event(8, "スラックが遅い会", soon()))
            discord.wait_for(lambda: in_discord("スラックが遅い会") or None)
            slack.wait_for(lambda: said(slack, "スラックが遅い会"))

            discord.next_faults.append(DiscordFault.SLOW_AFTER)
            connpass.add(an_event(9, "ディスコードが遅い会", soon()))
            slack.wait_for(lambda: said(slack, "ディスコードが遅い会"))
            assert "もくもく会" in slack.ask(CHANNEL, "!next")["text"]
            bot.kill()
        assert discord.problems == []


def test_a_refused_token_is_a_problem_of_slack_alone(
    connpass: ConnpassServer, slack: SlackServer, tmp_path: Path
) -> None:
    slack.refused_with = "invalid_auth"
    (tmp_path / "config.toml").write_text(config(connpass, slack))
    with running_bot(tmp_path) as bot:
        assert "slack.bot_token" in wait_for_problem(bot.url, "slack")
        assert messages(bot.url) == []
        slack.refused_with = ""
        slack.wait_for_bot()
        assert bot.stop() == 0


def test_check_says_what_slack_lacks(connpass: ConnpassServer, slack: SlackServer, tmp_path: Path) -> None:
    rooms = [("slack", CHANNEL), ("slack", "C0NOWHERE")]
    (tmp_path / "config.toml").write_text(config(connpass, slack, rooms=rooms))
    found = tsudoi(tmp_path, "check")
    assert found.returncode == 1
    told = "".join(found.stdout.split())
    assert "slackistsudoiinUtsunomiya" in told
    assert "slack:C0EVENTS1is#events" in told
    assert "Invitemethere" in told.partition("C0NOWHERE")[2]

    slack.world.app.scopes.remove("files:read")
    slack.do(slack.world.remove, CHANNEL)
    told = "".join(tsudoi(tmp_path, "check").stdout.split())
    assert "files:read" in told
    assert "/invite@Tsudoi" in told.partition("slack:C0EVENTS1")[2]

    (tmp_path / "config.toml").write_text(config(connpass, slack).replace(slack.bot_token, slack.app_token))
    assert "beginswithxapp-" in "".join(tsudoi(tmp_path, "check").stdout.split())
