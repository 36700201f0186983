"""The quiz as a member plays it in Discord, through discord.py itself in an in-process Discord (SimCord)."""

from dataclasses import dataclass, field
from datetime import timedelta

import discord
import pytest
import simcord
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.answering.answering import Answering
from bot.app.clock import DrivenClock
from bot.config import DiscordSettings
from bot.core.cooldowns import Cooldown
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.events.store.events import Events
from bot.handwriting.quizzing import Quizzing
from bot.handwriting.store.quizzes import Quizzes
from bot.platforms.discord.bot import DiscordFrontEnd
from bot.platforms.discord.client import TsudoiClient
from bot.reminders.reminding import Reminding
from bot.reminders.store.personal_reminders import PersonalReminders
from tests.handwriting.test_quizzing import PAGE, Collected, Given, Hand, glyph
from tests.support.answers import answers_of

PICTURE = b"\x89PNG picture"
MANY = 1000
OFTEN = Cooldown(MANY, timedelta(seconds=1))


@dataclass
class Play:
    """A guild with a room and another channel, and two members."""

    room: simcord.builders.ChannelHandle
    elsewhere: simcord.builders.ChannelHandle
    alice: simcord.actors.MemberActor
    bob: simcord.actors.MemberActor
    hand: Hand
    given: Given
    answering: Answering = field(repr=False)


@pytest.fixture
def hand() -> Hand:
    return Hand((glyph("あ"),))


@pytest.fixture
def given() -> Given:
    return Given()


@pytest.fixture
def answering(engine: AsyncEngine, clock: DrivenClock, hand: Hand, given: Given) -> Answering:
    quizzing = Quizzing(Quizzes(engine), Collected(), given, hand, clock, public_url=PAGE)  # type: ignore[arg-type]
    events = Events(engine)
    reminding = Reminding(PersonalReminders(engine), events, clock)
    pictures = Cooldown(MANY, timedelta(seconds=1))
    return answers_of(clock, reminding=reminding, quizzing=quizzing, commands=OFTEN, pictures=pictures)


@pytest.fixture
def simcord_bot(answering: Answering) -> TsudoiClient:
    return DiscordFrontEnd(DiscordSettings(token=SecretStr("a-token")), answering, Rooms((), ())).client


@pytest.fixture
def play(simcord_env: simcord.Env, simcord_bot: TsudoiClient, answering: Answering, hand: Hand, given: Given) -> Play:
    guild = simcord_env.create_guild()
    room, elsewhere = guild.create_text_channel("events"), guild.create_text_channel("elsewhere")
    alice, bob = (guild.add_member(simcord_env.create_user(name)) for name in ("alice", "bob"))
    simcord_bot.rooms = Rooms((Room("discord", str(room.id), guild=str(guild.id)),), ())
    return Play(room, elsewhere, alice, bob, hand, given, answering)


def text_of(message: discord.Message | None) -> str:
    assert message is not None
    embedded = [part or "" for one in message.embeds for part in (one.title, one.description)]
    fields = [f"{one.name} {one.value}" for embed in message.embeds for one in embed.fields]
    return "\n".join([message.content, *embedded, *fields])


def buttons_of(message: discord.Message | None) -> dict[str, discord.Button]:
    assert message is not None
    rows = [row for row in message.components if isinstance(row, discord.ActionRow)]
    found = [one for row in rows for one in row.children if isinstance(one, discord.Button)]
    return {one.custom_id or one.url or "": one for one in found}


async def ask(play: Play, typed: str = "!quiz") -> str:
    """Ask, and let the member write just that."""
    await play.alice.send(play.room, typed)
    label = text_of(play.room.last_message)[1]
    play.hand.wrote = (glyph(label, "の" if label != "の" else "め"),)
    return label


@pytest.mark.parametrize("typed", ["!quiz", "!クイズ", "!くいず"])
async def test_a_typed_quiz_asks_and_the_next_picture_answers_it_as_a_reply(play: Play, typed: str) -> None:
    label = await ask(play, typed)
    assert "を手で書いてみましょう" in text_of(play.room.last_message)
    uploaded = await play.alice.send(play.room, attachments=[("a.png", PICTURE)])
    answer = play.room.last_message
    assert f"正解です！きれいな「{label}」ですね ⭐⭐" in text_of(answer)
    assert answer.reference.message_id == uploaded.id
    assert {"quiz:again", "quiz:stop", "ask:quiz:join"} <= set(buttons_of(answer))


async def test_in_a_channel_where_nothing_else_is_read_the_quiz_is_all_the_same(play: Play) -> None:
    await play.alice.send(play.elsewhere, "!quiz")
    label = text_of(play.elsewhere.last_message)[1]
    play.hand.wrote = (glyph(label),)
    await play.bob.send(play.elsewhere, attachments=[("a.png", PICTURE)])
    assert "正解" not in text_of(play.elsewhere.last_message)
    await play.alice.send(play.elsewhere, attachments=[("a.png", PICTURE)])
    assert "正解" in text_of(play.elsewhere.last_message)


async def test_a_picture_beside_the_command_takes_a_turn_of_the_pictures(play: Play) -> None:
    await ask(play)
    play.answering.pictures.take(f"discord:{play.alice.id}", play.answering.clock.now(), MANY)
    refused = await play.alice.slash(play.room, "quiz", picture=("a.png", PICTURE))
    assert "正解" not in text_of(refused.response.message)
    await ask(play)
    play.answering.clock.set(play.answering.clock.now() + timedelta(seconds=2))
    judged = await play.alice.slash(play.room, "quiz", picture=("a.png", PICTURE))
    assert "正解" in text_of(judged.response.message)


async def test_a_wrong_answer_shows_both_shapes(play: Play) -> None:
    label = await ask(play)
    play.hand.wrote = (glyph("あ" if label != "あ" else "い"),)
    await play.alice.send(play.room, attachments=[("a.png", PICTURE)])
    assert "に見えました" in text_of(play.room.last_message)
    assert len(play.room.last_message.attachments) == 1
    assert any(one.startswith("why:") for one in buttons_of(play.room.last_message))


async def test_the_link_to_the_drawing_page_is_seen_by_the_member_alone(play: Play) -> None:
    await ask(play)
    question = play.room.last_message
    assert not [one for one in buttons_of(question).values() if one.url]
    shown = await play.alice.click(question, custom_id="quiz:draw")
    assert shown.response.message.flags.ephemeral
    assert [one for one in buttons_of(shown.response.message) if one.startswith(f"{PAGE}/draw?quiz=")]
    others = await play.bob.click(question, custom_id="quiz:draw")
    assert "終わりました" in text_of(others.response.message)


async def test_the_board_is_joined_by_a_form_seen_by_all_and_left_at_once(play: Play) -> None:
    await ask(play)
    await play.alice.send(play.room, attachments=[("a.png", PICTURE)])
    asked = await play.alice.click(play.room.last_message, custom_id="ask:quiz:join")
    joined = await play.alice.submit_modal(asked, {"written": "@everyone はな"})
    assert "ランキングへようこそ" in text_of(joined.response.message)
    await ask(play)
    await play.alice.send(play.room, attachments=[("a.png", PICTURE)])
    board = await play.bob.slash(play.room, "quiz", topic="board")
    assert "1位 ⭐2" in text_of(board.response.message)
    assert "はな" in text_of(board.response.message)
    assert "@everyone" not in text_of(board.response.message)
    await play.alice.click(joined.response.message, custom_id="quiz:leave")
    board = await play.bob.slash(play.room, "quiz", topic="board")
    assert "まだだれもいません" in text_of(board.response.message)


async def test_who_joins_as_named_here_is_mentioned_and_nobody_is_pinged(play: Play) -> None:
    board = await play.alice.slash(play.room, "quiz", topic="board")
    await play.alice.click(board.response.message, custom_id="quiz:showme")
    await ask(play)
    await play.alice.send(play.room, attachments=[("a.png", PICTURE)])
    board = await play.bob.slash(play.room, "quiz", topic="board")
    assert f"<@{play.alice.user.id}>" in text_of(board.response.message)


async def test_one_more_asks_whoever_presses_it(play: Play) -> None:
    await ask(play)
    await play.alice.send(play.room, attachments=[("a.png", PICTURE)])
    asked = await play.bob.click(play.room.last_message, custom_id="quiz:again")
    assert asked.response.message.flags.ephemeral
    label = text_of(asked.response.message)[1]
    play.hand.wrote = (glyph(label),)
    await play.bob.send(play.room, attachments=[("a.png", PICTURE)])
    assert f"「{label}」" in text_of(play.room.last_message)
