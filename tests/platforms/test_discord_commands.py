"""What a member sees in Discord, played through discord.py itself in an in-process Discord (SimCord)."""

from dataclasses import dataclass, field
from typing import cast

import discord
import pytest
import simcord
from pydantic import SecretStr

from bot.config import DiscordSettings
from bot.domain.messages import Button, Card, Message, MessageKind
from bot.domain.rooms import Room, Rooms
from bot.errors import SendError, SendRefused
from bot.locales import Texts, texts_for
from bot.platforms.discord_bot import DiscordFrontEnd
from bot.platforms.discord_client import TsudoiClient
from bot.services.answering import Answering

ORGANISER = "77"
DEFERRED = 5  # the type of the answer "I am thinking"
PICTURE = b"\x89PNG picture"


def said(text: str) -> Message:
    return Message(MessageKind.ANSWER, text)


@dataclass
class RecordedAnswers:
    """Answers like `Answering`, and remembers what was asked."""

    asked: list[tuple[str, ...]] = field(default_factory=list)
    fails: bool = False

    def texts(self, room: Room) -> Texts:
        return texts_for(room.locale)

    async def next(self, room: Room, argument: str = "") -> Message:
        if self.fails:
            raise RuntimeError("the store is gone")
        self.asked.append(("next", room.name, argument))
        return Message(MessageKind.ANSWER, "次回のイベント", (Card("もくもく会 #5", "https://example.test/event/5/"),))

    async def events(self, room: Room) -> Message:
        self.asked.append(("events", room.name))
        return said("予定")

    async def report(self, room: Room, argument: str = "") -> Message:
        self.asked.append(("report", room.name, argument))
        return said("レポート")

    async def reports(self, room: Room) -> Message:
        self.asked.append(("reports", room.name))
        return said("レポート一覧")

    async def help(self, room: Room) -> Message:
        self.asked.append(("help", room.name))
        return said("使い方")

    async def how_to_read(self, room: Room) -> Message:
        return said("画像を送ってください")

    async def read(self, picture: bytes, room: Room) -> Message:
        self.asked.append(("read", room.name, str(len(picture))))
        return said("「あ」です。")

    async def say(self, text: str, room: Room, member: str) -> Message | None:
        self.asked.append(("say", room.name, text))
        return said("もしかして !next") if text == "!nxt" else None

    async def press(self, button_id: str, room: Room, member: str) -> Message | None:
        self.asked.append(("press", button_id, member))
        return said("ありがとうございます。" if room.may_decide(member) else "運営の方だけです。")


@dataclass
class Play:
    """A guild with two channels: one configured as a room, one not."""

    env: simcord.Env
    front_end: DiscordFrontEnd
    answers: RecordedAnswers
    room: simcord.builders.ChannelHandle
    elsewhere: simcord.builders.ChannelHandle
    alice: simcord.actors.MemberActor


@pytest.fixture
def answers() -> RecordedAnswers:
    return RecordedAnswers()


@pytest.fixture
def front_end(answers: RecordedAnswers, tmp_path) -> DiscordFrontEnd:
    settings = DiscordSettings(token=SecretStr("a-token"))
    return DiscordFrontEnd(settings, cast(Answering, answers), Rooms((), ()), synced=tmp_path / "commands")


@pytest.fixture
def simcord_bot(front_end: DiscordFrontEnd) -> TsudoiClient:
    return front_end.client


@pytest.fixture
def play(simcord_env: simcord.Env, front_end: DiscordFrontEnd, answers: RecordedAnswers) -> Play:
    guild = simcord_env.create_guild()
    room, elsewhere = guild.create_text_channel("events"), guild.create_text_channel("elsewhere")
    alice = guild.add_member(simcord_env.create_user("alice"))
    configured = Room("discord", str(room.id), organisers=(ORGANISER,))
    front_end.client.rooms = Rooms((configured,), ())
    return Play(simcord_env, front_end, answers, room, elsewhere, alice)


def text_of(message: discord.Message | None) -> str:
    assert message is not None
    return " ".join([message.content, *(embed.title or "" for embed in message.embeds)])


@pytest.mark.parametrize("typed", ["!next", "!次", "!つぎ", "！次", "!NEXT", "! next"])
async def test_next_is_answered_however_it_is_typed(play: Play, typed: str) -> None:
    await play.alice.send(play.room, typed)
    assert "もくもく会" in text_of(play.room.last_message)
    assert play.answers.asked == [("next", f"discord:{play.room.id}", "")]


@pytest.mark.parametrize(
    ("typed", "argument"), [("!next 3", "3"), ("!次　ひらがな 入門", "ひらがな 入門"), ('!next "a', '"a')]
)
async def test_what_follows_next_reaches_the_service_whole(play: Play, typed: str, argument: str) -> None:
    await play.alice.send(play.room, typed)
    assert play.answers.asked == [("next", f"discord:{play.room.id}", argument)]


async def test_a_mention_works_as_a_prefix_which_needs_no_privileged_intent(play: Play) -> None:
    await play.alice.send(play.room, f"<@{play.front_end.client.user.id}> 次")
    assert "もくもく会" in text_of(play.room.last_message)


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("!イベント", "events"),
        ("!レポート 4", "report"),
        ("!レポート一覧", "reports"),
        ("!ヘルプ", "help"),
        ("!help", "help"),
    ],
)
async def test_every_command_has_a_japanese_name(play: Play, typed: str, asked: str) -> None:
    await play.alice.send(play.room, typed)
    assert [one[0] for one in play.answers.asked] == [asked]


async def test_slash_next_answers_in_time_and_with_the_same_message(play: Play) -> None:
    result = await play.alice.slash(play.room, "next", argument="3")
    callback = next(one for one in play.env.http_requests if one.path.endswith("/callback"))
    assert callback.json["type"] == DEFERRED
    assert "もくもく会" in text_of(result.response.message)
    assert play.answers.asked == [("next", f"discord:{play.room.id}", "3")]


async def test_slash_commands_carry_japanese_names_and_descriptions(play: Play) -> None:
    told = next(one for one in play.env.http_requests if one.method == "PUT" and one.path.endswith("/commands"))
    command = next(one for one in told.json if one["name"] == "next")
    assert command["name_localizations"]["ja"] == "次"
    assert "イベント" in command["description_localizations"]["ja"]


async def test_a_mistyped_command_is_answered_with_the_nearest_and_mere_shouting_with_nothing(play: Play) -> None:
    await play.alice.send(play.room, "!nxt")
    assert text_of(play.room.last_message) == "もしかして !next"
    await play.alice.send(play.room, "!!!")
    assert text_of(play.room.last_message) == "!!!"


async def test_a_picture_given_to_read_is_read(play: Play) -> None:
    await play.alice.send(play.elsewhere, "!read", attachments=[("a.png", PICTURE)])
    assert text_of(play.elsewhere.last_message) == "「あ」です。"
    assert play.answers.asked == [("read", f"discord:{play.elsewhere.id}", str(len(PICTURE)))]


async def test_read_as_a_reply_reads_the_picture_replied_to(play: Play) -> None:
    uploaded = await play.alice.send(play.elsewhere, attachments=[("a.png", PICTURE), ("b.png", PICTURE)])
    await play.alice.send(play.elsewhere, "!読んで", reply_to=uploaded)
    assert [one[0] for one in play.answers.asked] == ["read", "read"]


async def test_read_without_a_picture_says_how(play: Play) -> None:
    await play.alice.send(play.room, "!read")
    assert text_of(play.room.last_message) == "画像を送ってください"


async def test_a_plain_upload_is_read_where_a_room_wants_it_and_answered_as_a_reply(play: Play) -> None:
    uploaded = await play.alice.send(play.room, "見て", attachments=[("a.png", PICTURE)])
    assert text_of(play.room.last_message) == "「あ」です。"
    assert play.room.last_message.reference.message_id == uploaded.id


async def test_a_plain_upload_elsewhere_and_a_file_that_is_no_picture_are_left_alone(play: Play) -> None:
    await play.alice.send(play.elsewhere, attachments=[("a.png", PICTURE)])
    await play.alice.send(play.room, attachments=[("minutes.pdf", b"%PDF")])
    assert play.answers.asked == []


async def test_a_picture_in_a_direct_message_is_read(play: Play) -> None:
    stored = play.env.backend.store_attachments(play.alice.user.dm_channel.id, [("a.heic", PICTURE)])
    await play.alice.send_dm(attachments=stored)
    assert [one[0] for one in play.answers.asked] == ["read"]


async def test_a_picture_too_large_is_refused_before_it_is_fetched(play: Play) -> None:
    await play.alice.send(play.room, attachments=[("a.png", b"x" * (20 * 2**20 + 1))])
    assert "20MB" in text_of(play.room.last_message)
    assert play.answers.asked == []


QUESTION = Message(
    MessageKind.QUESTION,
    "投稿しますか？",
    buttons=(Button("はい", "question:1:yes"), Button("いいえ", "question:1:no")),
)


async def test_a_member_who_presses_an_organisers_button_is_refused_in_private(play: Play) -> None:
    await play.front_end.send(str(play.room.id), QUESTION, "ab" * 10)
    result = await play.alice.click(play.room.last_message, custom_id="question:1:yes")
    assert result.ephemeral
    assert result.response.content == "運営の方だけです。"
    assert play.answers.asked == [("press", "question:1:yes", str(play.alice.id))]


async def test_an_organisers_answer_is_confirmed_to_all_even_after_a_restart(play: Play, tmp_path) -> None:
    await play.front_end.send(str(play.room.id), QUESTION, "ab" * 10)
    deciding = Room("discord", str(play.room.id), organisers=(str(play.alice.id),))
    restarted = play.front_end.new_client()
    restarted.rooms = Rooms((deciding,), ())
    await play.env.restart_bot(restarted)
    result = await play.alice.click(play.room.last_message, custom_id="question:1:no")
    assert not result.ephemeral
    assert result.response.content == "ありがとうございます。"


async def test_a_delivery_is_posted_with_its_key_as_nonce_and_pings_nobody(play: Play) -> None:
    hostile = Message(MessageKind.ANNOUNCEMENT, "@everyone", (Card("<@&1> [無料](https://evil.test) **太字**"),))
    number = await play.front_end.send(str(play.room.id), hostile, "0123456789abcdef0123")
    sent = play.room.last_message
    request = play.env.http_requests[-1]
    assert str(sent.id) == number
    assert (request.json["nonce"], request.json["enforce_nonce"]) == ("0123456789abcdef0123", True)
    assert request.json["allowed_mentions"] == {"parse": []}
    assert not sent.mention_everyone
    assert "[無料](" not in sent.embeds[0].title.replace("\\[", "")


@pytest.mark.parametrize(("status", "code", "is_final"), [(403, 50013, False), (403, 50001, False), (404, 10003, True)])
async def test_a_channel_that_is_closed_to_us_comes_with_a_remedy(
    play: Play, status: int, code: int, is_final: bool
) -> None:
    """What was taken from the bot may be given back: only a channel that is gone is a refusal for good."""
    play.env.inject_error("POST", "/channels/*/messages", status=status, code=code)
    with pytest.raises(SendError, match=f"{play.room.id}.*what to do") as failed:
        await play.front_end.send(str(play.room.id), said("a"), "00" * 10)
    assert isinstance(failed.value, SendRefused) == is_final


async def test_trouble_that_passes_is_a_send_error_and_no_refusal(play: Play) -> None:
    play.env.inject_error("POST", "/channels/*/messages", status=503)
    with pytest.raises(SendError) as failed:
        await play.front_end.send(str(play.room.id), said("a"), "00" * 10)
    assert not isinstance(failed.value, SendRefused)


async def test_a_channel_that_is_no_number_names_the_key_to_correct(front_end: DiscordFrontEnd) -> None:
    with pytest.raises(SendRefused, match=r"rooms\.channel"):
        await front_end.send("general", said("a"), "00" * 10)


async def test_what_fails_is_answered_with_an_apology(play: Play) -> None:
    play.answers.fails = True
    await play.alice.send(play.room, "!next")
    assert "もう一度" in text_of(play.room.last_message)
    result = await play.alice.slash(play.room, "next")
    assert "もう一度" in result.response.content
    assert len(play.env.errors) == 2


async def test_the_slash_commands_are_told_to_discord_only_when_they_changed(play: Play) -> None:
    await play.env.restart_bot(play.front_end.new_client())
    told = [one for one in play.env.http_requests if one.method == "PUT" and one.path.endswith("/commands")]
    assert len(told) == 1


async def test_the_bots_own_messages_and_other_bots_are_not_answered(play: Play) -> None:
    other = play.env.guild.add_member(play.env.create_user("other", bot=True))
    await other.send(play.room, "!next", attachments=[("a.png", PICTURE)])
    assert play.answers.asked == []
