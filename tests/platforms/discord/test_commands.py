"""What a member sees in Discord, played through discord.py itself in an in-process Discord (SimCord)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

import discord
import pytest
import simcord
from pydantic import SecretStr

from bot.answering.answering import Answering
from bot.answering.general_messages import one_moment
from bot.app.clock import DrivenClock
from bot.config import DiscordSettings
from bot.core.actions import Action, Codec, Kept
from bot.core.askers import Asker
from bot.core.cooldowns import Turn
from bot.core.errors import MemberUnreachable, PictureError, RoomRefused, SendError, SendRefused
from bot.core.messages import Button, Card, Choice, Message, MessageKind, Option, Picture
from bot.core.problems.base import Problem
from bot.core.problems.platforms import ChannelGone, ChannelHidden, PermissionMissing, Refused
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.events.rules.events import Event
from bot.handwriting.reading_buttons import Explain
from bot.locales import Texts, texts_for
from bot.platforms.discord.bot import DiscordFrontEnd
from bot.platforms.discord.client import TsudoiClient
from bot.reports.rules.reports import Report
from tests.support.actions import every_kind
from tests.support.answers import OneCommunity
from tests.support.events import NOW, an_event_named
from tests.support.told import in_japanese

ORGANISER = "77"
DEFERRED = 5  # the type of the answer "I am thinking"
PICTURE = b"\x89PNG picture"


def said(text: str) -> Message:
    return Message(MessageKind.ANSWER, text)


@dataclass
class RecordedAnswers:
    """Answers like `Answering`, and remembers what was asked."""

    asked: list[tuple[str, ...]] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    fails: bool = False
    reads_words: bool = False
    organising: None = None
    communities = OneCommunity()
    clock = DrivenClock(NOW)

    def texts(self, language: str) -> Texts:
        return texts_for(language)

    async def language_of(self, platform: str, member: str) -> str:
        return ""

    async def community_of(self, platform: str, member: str) -> str:
        return ""

    async def next(self, asker: Asker, argument: str = "") -> Message:
        if self.fails:
            raise RuntimeError("the store is gone")
        self.asked.append(("next", asker.room.name, argument))
        return Message(MessageKind.ANSWER, "次回のイベント", (Card("もくもく会 #5", "https://example.test/event/5/"),))

    async def events(self, asker: Asker) -> Message:
        self.asked.append(("events", asker.room.name))
        return said("予定")

    async def report(self, asker: Asker, argument: str = "") -> Message:
        self.asked.append(("report", asker.room.name, argument))
        return said("レポート")

    async def reports(self, asker: Asker) -> Message:
        self.asked.append(("reports", asker.room.name))
        return said("レポート一覧")

    async def help(self, asker: Asker, sign: str = "!") -> Message:
        self.asked.append(("help", asker.room.name))
        return said("使い方")

    async def how_to_read(self, asker: Asker) -> Message:
        return said("画像を送ってください")

    async def is_quizzed(self, asker: Asker) -> bool:
        return False

    async def read(
        self,
        asker: Asker,
        pictures: Sequence[bytes | PictureError],
        upload: str = "",
        *,
        unseen: bool = False,
        may_answer_quiz: bool = False,
    ) -> Message:
        seen = [one.code if isinstance(one, PictureError) else str(len(one)) for one in pictures]
        self.asked.append(("read", asker.room.name, *seen))
        buttons = (Button("なぜ？", Kept(f"why:{upload}:{len(pictures) - 1}")),) if upload else ()
        carried = tuple(Picture(one, "読んだ画像") for one in pictures if unseen and isinstance(one, bytes))
        options = (Option(f"why:{upload}:0:3", "4 に"), Option(f"why:{upload}:0:4", "5 は"))
        choices = (Choice(Kept("why:"), "なぜ？", options, least=1),) if self.reads_words else ()
        return Message(MessageKind.ANSWER, "「あ」です。", buttons=buttons, pictures=carried, choices=choices)

    actions = Codec(every_kind())

    def form(self, asker: Asker, action: Action) -> None:
        return None

    async def act(self, asker: Asker, action: Action) -> Message | None:
        if isinstance(action, Explain):
            return await self._explain(asker, action)
        self.asked.append(("press", action.id, asker.member))
        return said("ありがとうございます。" if asker.may_decide else "運営の方だけです。")

    async def _explain(self, asker: Asker, action: Explain) -> Message:
        if self.fails:
            raise RuntimeError("no model")
        if self.turns and self.turns.pop(0) is not Turn.GRANTED:
            return one_moment(self.texts(asker.language))
        upload = await asker.surroundings.fetch(action.upload, range(action.picture, action.picture + 1))
        picture = upload.pictures[0] if upload and upload.pictures else None
        if not isinstance(picture, bytes):
            return said("画像がもう残っていません。")
        self.asked.append(("explain", str(len(picture)), str(action.glyph)))
        return Message(MessageKind.ANSWER, "このように読み取りました。", pictures=(Picture(b"PNG of why", "決め手"),))

    def take_turn(self, asker: Asker, pictures: int = 0) -> Turn:
        return self.turns.pop(0) if self.turns else Turn.GRANTED

    async def suggest_events(self, room: Room, typed: str) -> list[Event]:
        return [an_event_named(number=501)]

    async def suggest_reports(self, asker: Asker, typed: str) -> list[Report]:
        return [Report("https://example.test/r.html", f"{typed} のレポート", None)]

    @property
    def telling(self) -> "RecordedAnswers":
        return self

    @property
    def reporting(self) -> "RecordedAnswers":
        return self

    @property
    def reminding(self) -> "RecordedAnswers":
        return self

    async def remind(self, asker: Asker, argument: str = "") -> Message:
        self.asked.append(("remind", asker.member, argument))
        return said("前日にDMでお知らせします。")

    async def remind_of(self, asker: Asker, meant: str = "", written: str = "") -> Message:
        self.asked.append(("remind_of", asker.member, meant, written))
        return Message(
            MessageKind.ANSWER, "前日にDMでお知らせします。", buttons=(Button("取り消す", Kept("remind:501:cancel")),)
        )

    async def reminders(self, asker: Asker) -> Message:
        self.asked.append(("reminders", asker.member))
        return said("リマインドは1件です。")

    async def say(self, asker: Asker, text: str) -> Message | None:
        self.asked.append(("say", asker.room.name, text))
        return said("もしかして !next") if text == "!nxt" else None


@dataclass
class Play:
    """A guild with two channels: one configured as a room, one not."""

    env: simcord.Env
    front_end: DiscordFrontEnd
    answers: RecordedAnswers
    room: simcord.builders.ChannelHandle
    elsewhere: simcord.builders.ChannelHandle
    alice: simcord.actors.MemberActor


@dataclass
class FixedMemory:
    """Lives as long as the front end, longer than each of its clients."""

    values: dict[str, str] = field(default_factory=dict)

    async def recall(self, name: str) -> str | None:
        return self.values.get(name)

    async def remember(self, name: str, value: str) -> None:
        self.values[name] = value


@pytest.fixture
def answers() -> RecordedAnswers:
    return RecordedAnswers()


@pytest.fixture
def front_end(answers: RecordedAnswers) -> DiscordFrontEnd:
    settings = DiscordSettings(token=SecretStr("a-token"))
    return DiscordFrontEnd(settings, cast(Answering, answers), Rooms((), ()), FixedMemory())


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
    assert [one[0] for one in play.answers.asked] == ["read"]
    assert len(play.answers.asked[0]) == 4  # both pictures
    assert play.elsewhere.last_message.reference.message_id == uploaded.id


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
    assert play.answers.asked == [("read", f"discord:{play.room.id}", "too_large")]


async def test_several_pictures_of_one_message_are_read_in_order_in_one_answer(play: Play) -> None:
    await play.alice.send(play.room, attachments=[("a.png", PICTURE), ("b.png", PICTURE + b"!"), ("c.txt", b"x")])
    assert play.answers.asked == [("read", f"discord:{play.room.id}", "12", "13")]


async def test_a_picture_is_read_from_the_menu_of_its_message_for_the_one_who_asks(play: Play) -> None:
    uploaded = await play.alice.send(play.elsewhere, attachments=[("a.png", PICTURE)])
    result = await play.alice.context_menu(play.elsewhere, "ひらがなを読む", uploaded)
    assert result.ephemeral
    assert result.response.content == "「あ」です。"


async def test_the_menu_on_a_message_without_a_picture_says_how(play: Play) -> None:
    talk = await play.alice.send(play.elsewhere, "こんにちは")
    result = await play.alice.context_menu(play.elsewhere, "ひらがなを読む", talk)
    assert result.response.content == "画像を送ってください"


async def test_why_adds_the_explanation_to_the_reading_of_the_picture_asked_about(play: Play) -> None:
    await play.alice.send(play.room, attachments=[("a.png", PICTURE), ("b.png", PICTURE + b"!")])
    await play.alice.click(play.room.last_message, label="なぜ？")
    reading = play.room.last_message
    assert play.answers.asked[-1] == ("explain", "13", "0")
    assert [one.filename for one in reading.attachments] == ["picture-1.png"]
    assert reading.attachments[0].description == "決め手"
    assert reading.components == []


async def test_of_many_characters_the_one_to_explain_is_chosen_from_a_list_which_grows_shorter(play: Play) -> None:
    play.answers.reads_words = True
    await play.alice.send(play.room, attachments=[("a.png", PICTURE)])
    reading = play.room.last_message
    await play.alice.select(reading, [reading.components[0].children[0].options[1].value], custom_id="why:")
    assert play.answers.asked[-1] == ("explain", str(len(PICTURE)), "4")
    reading = play.room.last_message
    assert [one.filename for one in reading.attachments] == ["picture-1.png"]
    assert [option.label for option in reading.components[0].children[0].options] == ["4 に"]


async def test_a_picture_given_to_the_slash_command_is_carried_by_the_answer_and_can_be_explained(play: Play) -> None:
    await play.alice.slash(play.elsewhere, "read", picture=("a.png", PICTURE))
    answer = play.elsewhere.last_message
    assert [one.description for one in answer.attachments] == ["読んだ画像"]
    await play.alice.click(answer, label="なぜ？")
    assert play.answers.asked[-1] == ("explain", str(len(PICTURE)), "0")
    assert [one.description for one in play.elsewhere.last_message.attachments] == ["読んだ画像", "決め手"]


async def test_why_about_a_picture_that_is_gone_is_answered_in_private(play: Play) -> None:
    uploaded = await play.alice.send(play.room, attachments=[("a.png", PICTURE)])
    reading = play.room.last_message
    await play.alice.delete(uploaded)
    result = await play.alice.click(reading, label="なぜ？")
    assert [one.content for one in result.followups] == ["画像がもう残っていません。"]
    assert play.room.last_message.attachments == []


async def test_a_failing_explanation_is_answered_with_an_apology_in_private(play: Play) -> None:
    await play.alice.send(play.room, attachments=[("a.png", PICTURE)])
    play.answers.fails = True
    result = await play.alice.click(play.room.last_message, label="なぜ？")
    assert "もう一度" in result.followups[0].content
    assert result.followups[0].ephemeral
    assert [str(error) for error in play.env.errors] == ["no model"]


async def test_remind_is_typed_in_one_go_or_given_as_a_slash_command_either_way_answered_in_private(play: Play) -> None:
    await play.alice.send(play.room, "!リマインド もくもく会 3日前 1時間前")
    assert play.room.last_message.content == "DMでお送りしました。"
    result = await play.alice.slash(play.room, "remind", event="501", lead_times="30分")
    alice = str(play.alice.id)
    assert play.answers.asked == [("remind", alice, "もくもく会 3日前 1時間前"), ("remind_of", alice, "501", "30分")]
    assert result.ephemeral


async def test_a_button_on_a_private_answer_is_answered_in_its_place(play: Play) -> None:
    shown = await play.alice.slash(play.room, "remind")
    await play.alice.click(shown.response, custom_id="remind:501:cancel")
    assert play.answers.asked[-1] == ("press", "remind:501:cancel", str(play.alice.id))
    assert shown.response.content == "運営の方だけです。"


async def test_an_organisers_own_reminder_is_nobody_elses_business(play: Play) -> None:
    play.front_end.client.rooms = Rooms((Room("discord", str(play.room.id), organisers=(str(play.alice.id),)),), ())
    bell = Message(MessageKind.ANNOUNCEMENT, "新しいイベント", buttons=(Button("🔔", Kept("remind:501")),))
    await play.front_end.send(str(play.room.id), bell, "ab" * 10)
    assert (await play.alice.click(play.room.last_message, custom_id="remind:501")).ephemeral


async def test_events_and_reports_are_suggested_while_typing(play: Play) -> None:
    event = await play.alice.autocomplete(play.room, "remind", "event", "もく")
    assert [(one["name"], one["value"]) for one in event] == [("もくもく会 #5（2026年5月22日(金)）", "501")]
    report = await play.alice.autocomplete(play.room, "report", "argument", "4")
    assert [one["value"] for one in report] == ["4 のレポート"]


async def test_a_member_is_written_to_directly(play: Play) -> None:
    await play.front_end.send(f"@{play.alice.id}", said("もうすぐです"), "ab" * 10)
    assert play.alice.user.dm_channel.last_message.content == "もうすぐです"


@pytest.mark.parametrize("code", [50007, 50278])
async def test_a_member_who_takes_no_direct_messages_is_told_apart(play: Play, code: int) -> None:
    play.env.inject_error("POST", "/channels/*/messages", status=403, code=code)
    with pytest.raises(MemberUnreachable):
        await play.front_end.send(f"@{play.alice.id}", said("もうすぐです"), "ab" * 10)


async def test_who_asks_too_fast_is_told_once_and_then_only_in_private(play: Play) -> None:
    play.answers.turns = [Turn.REFUSED, Turn.IGNORED]
    await play.alice.send(play.room, "!next")
    assert "1分ほど待って" in text_of(play.room.last_message)
    await play.alice.send(play.room, "!next")
    assert text_of(play.room.last_message) == "!next"
    play.answers.turns = [Turn.IGNORED]
    result = await play.alice.slash(play.room, "next")
    assert result.ephemeral
    assert "1分ほど待って" in result.response.content
    assert play.answers.asked == []
    assert [type(error).__name__ for error in play.env.errors] == ["TooFast"] * 3


async def test_uploads_too_fast_are_told_once(play: Play) -> None:
    play.answers.turns = [Turn.REFUSED, Turn.IGNORED]
    await play.alice.send(play.room, attachments=[("a.png", PICTURE)])
    assert "1分ほど待って" in text_of(play.room.last_message)
    await play.alice.send(play.room, "もう一枚", attachments=[("a.png", PICTURE)])
    assert text_of(play.room.last_message) == "もう一枚"
    assert play.answers.asked == []


QUESTION = Message(
    MessageKind.QUESTION,
    "投稿しますか？",
    buttons=(Button("はい", Kept("question:1:yes")), Button("いいえ", Kept("question:1:no"))),
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


@pytest.mark.parametrize(
    ("status", "code", "problem", "kind"),
    [
        (403, 50013, PermissionMissing, RoomRefused),
        (403, 50001, ChannelHidden, RoomRefused),
        (404, 10003, ChannelGone, RoomRefused),
        (400, 50035, Refused, SendRefused),
    ],
)
async def test_a_channel_that_is_closed_to_us_comes_with_a_remedy(
    play: Play, status: int, code: int, problem: type[Problem], kind: type[SendError]
) -> None:
    """What was taken from the bot may be given back, and all that is due in the channel waits for that."""
    play.env.inject_error("POST", "/channels/*/messages", status=status, code=code)
    with pytest.raises(SendError, match=rf"{play.room.id}.*code {code}") as failed:
        await play.front_end.send(str(play.room.id), said("a"), "00" * 10)
    assert type(failed.value) is kind
    assert isinstance(failed.value.problem, problem)
    in_japanese(failed.value.problem)


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
