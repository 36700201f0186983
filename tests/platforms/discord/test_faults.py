"""The real process in a Discord that fails in every way it knows: nothing lost, nothing twice, one line in the log."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.mortal_bot import Bot
from tests.support.connpass_server import ConnpassServer, an_event
from tests.support.discord_server import DiscordServer, Fault, Trouble

TOKEN = "MTIzNDU2.a-token-nobody-may-read"
FAULTY = {str(102 + number): fault for number, fault in enumerate(Fault)}
HEALTHY = "101"
FORBIDDEN, UNSEEN, DELETED = "201", "202", "203"
ABROAD, FOREIGN = "4194304", "301"  # a second server, and its channel
ROOMS = (HEALTHY, *FAULTY, FORBIDDEN, UNSEEN, DELETED, FOREIGN)
WITHIN = 40.0  # seconds; far more than it takes, since test machines are shared


@dataclass
class Play:
    """A group whose events appear on demand, its rooms, and the bot that runs between the two."""

    connpass: ConnpassServer
    discord: DiscordServer
    bot: Bot
    events: int = 0

    def publish(self) -> int:
        """Publish an event, which every room is told of."""
        self.events += 1
        self.connpass.add(an_event(self.events, f"もくもく会 #{self.events}", datetime.now(UTC) + timedelta(days=30)))
        return self.events

    def told(self, room: str, event: int) -> int:
        """How often a room was told of an event."""
        return sum(f"/event/{event}/" in str(one["embeds"]) for one in self.posts(room))

    def posts(self, room: str) -> list[dict[str, object]]:
        return [one for one in list(self.discord.posted) if one["channel_id"] == room]

    def log(self) -> str:
        return (self.bot.folder / "log.txt").read_text(errors="replace")

    def complaints(self) -> list[str]:
        """Every line of the log that an organiser would worry about."""
        return [line for line in self.log().splitlines() if "warning" in line.lower() or "error" in line.lower()]

    def wait_until_told(self, event: int, *rooms: str) -> None:
        for room in rooms:
            self.discord.wait_for(lambda room=room: self.told(room, event), WITHIN)  # type: ignore[misc]

    def wait_for_log(self, words: str) -> str:
        return self.discord.wait_for(
            lambda: next((line for line in self.log().splitlines() if words in line), None), WITHIN
        )


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    folder = tmp_path_factory.mktemp("faults")
    before = an_event(9_999, "前からあるイベント", datetime.now(UTC) + timedelta(days=40))
    channels = tuple(room for room in ROOMS if room != FOREIGN)
    with (
        ConnpassServer([before]) as connpass,
        DiscordServer(channels, token=TOKEN) as discord,
        Bot(folder) as bot,
        pytest.MonkeyPatch.context() as environment,
    ):
        environment.setenv("TSUDOI_RECOGNITION__ENABLED", "true")
        discord.slow_seconds = 1.0
        discord.do(discord.world.add_guild, ABROAD, (FOREIGN,))
        bot.configure(connpass, discord, ROOMS, ("1d",), poll_every="1s")
        discord.gateway.refuses = 1  # the first connect fails
        bot.start()
        discord.wait_for(lambda: discord.gateway.identified, WITHIN)
        discord.wait_for(lambda: bot.count("SELECT count(*) FROM events"), WITHIN)
        playing = Play(connpass, discord, bot)
        yield playing
        assert bot.stop() == 0
    assert discord.problems == []
    assert TOKEN not in playing.log()
    assert "Traceback" not in playing.log()
    assert all(one["body"]["enforce_nonce"] for one in discord.posted if one["nonce"])
    assert max(Counter(one["nonce"] for one in discord.posted).values()) == 1


def test_a_first_connect_that_fails_is_one_line(play: Play) -> None:
    assert len([line for line in play.complaints() if "discord not connected" in line]) == 1


def test_every_fault_is_survived_in_its_room_and_holds_up_no_other(play: Play) -> None:
    for room, fault in FAULTY.items():
        play.discord.troubles.append(Trouble("POST", f"/channels/{room}/messages", fault))
    lines = len(play.complaints())
    event = play.publish()
    play.wait_until_told(event, HEALTHY)
    play.wait_until_told(event, *FAULTY)
    assert {room: play.told(room, event) for room in FAULTY} == dict.fromkeys(FAULTY, 1)
    named = [re.findall(r"(?:discord:|channels/)(\d+)", line) for line in play.complaints()[lines:]]
    assert max(Counter(room for rooms in named for room in rooms).values()) == 1


def test_a_lost_permission_and_a_deleted_channel_are_said_with_the_remedy(play: Play) -> None:
    world = play.discord.world
    play.discord.do(world.deny, FORBIDDEN, "send_messages")
    play.discord.do(world.deny, UNSEEN, "view_channel")
    play.discord.do(world.backend.delete_channel, int(DELETED))
    event = play.publish()
    play.wait_until_told(event, HEALTHY)
    assert "Send Messages" in play.wait_for_log(f"channel {FORBIDDEN}")
    assert "View Channel" in play.wait_for_log(f"channel {UNSEEN}")
    assert "The channel is gone" in play.wait_for_log(f"channel {DELETED}")
    play.discord.do(world.deny, FORBIDDEN)
    play.discord.do(world.deny, UNSEEN)
    play.wait_until_told(event, FORBIDDEN, UNSEEN)
    assert len([line for line in play.complaints() if f"discord:{FORBIDDEN}" in line]) == 1


def test_a_server_that_removes_the_bot_hears_what_it_missed_once_it_is_invited_again(play: Play) -> None:
    play.discord.do(play.discord.world.remove_bot, ABROAD)
    play.wait_for_log("discord server left")
    left = f"SELECT count(*) FROM left_servers WHERE server = '{ABROAD}'"
    play.discord.wait_for(lambda: play.bot.count(left), WITHIN)
    event = play.publish()
    play.wait_until_told(event, HEALTHY)
    play.wait_for_log(f"channel {FOREIGN}")
    assert play.told(FOREIGN, event) == 0
    play.discord.do(play.discord.world.invite_bot, ABROAD)
    play.wait_until_told(event, FOREIGN)
    play.discord.wait_for(lambda: not play.bot.count(left), WITHIN)


def test_a_cut_gateway_resumes_and_an_invalid_session_identifies_anew(play: Play) -> None:
    gateway = play.discord.gateway
    play.discord.drop_connections()
    assert play.discord.ask(HEALTHY, "!次", within=WITHIN)["embeds"]
    assert (gateway.identified, gateway.resumed) == (1, 1)
    play.discord.invalidate_sessions()
    play.discord.wait_for(lambda: gateway.identified == 2, WITHIN)
    assert play.discord.ask(HEALTHY, "!次", within=WITHIN)["embeds"]


def test_a_slow_or_expired_picture_holds_up_nobody(play: Play) -> None:
    play.discord.cdn_seconds, play.discord.cdn_expired = 2.0, True
    play.discord.say(HEALTHY, "!read", b"a picture")
    play.discord.wait_for(lambda: play.discord.downloads, WITHIN)
    asked_elsewhere = play.discord.ask(next(iter(FAULTY)), "!次", within=WITHIN)
    sorry = play.discord.wait_for(
        lambda: next((one for one in play.posts(HEALTHY) if "もう一度" in str(one["content"])), None), WITHIN
    )
    assert int(str(sorry["id"])) > int(asked_elsewhere["id"])


def test_the_bot_asks_for_no_more_than_it_needs(play: Play) -> None:
    intents = play.discord.gateway.intents_asked[-1]
    assert {name for name, is_on in intents if is_on} == {"guilds", "guild_messages", "dm_messages", "message_content"}


def test_few_calls_were_refused_whatever_was_wrong(play: Play) -> None:
    assert 0 < play.discord.refusals.most <= 100
