"""Teaching in Discord: what a member presses, chooses and writes, what only they see, and what organisers review."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import discord
import pytest
import simcord
from pydantic import SecretStr

from bot.app.clients import Clients
from bot.app.clock import DrivenClock
from bot.app.ground import Ground, Running
from bot.app.services import Services, build_services
from bot.app.shared_rehearsals import rehearsing
from bot.app.stores import Stores, open_stores
from bot.config import Settings
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.platforms.discord.bot import DiscordFrontEnd
from bot.platforms.discord.client import TsudoiClient
from tests.support.askers import an_asker
from tests.support.reading_by_name import ByName, Sheets

Result = simcord.results.InteractionResult


@dataclass
class House:
    """The real services on a real store; only what reads and draws is a stand-in."""

    stores: Stores
    services: Services
    front_end: DiscordFrontEnd


class NoConnpass:
    """Nothing is watched here."""

    site = None

    def source(self, name: str, months: tuple[int, int] = (0, 6)) -> Any:
        raise AssertionError("nothing is watched")


@pytest.fixture
async def house(tmp_path: Path, clock: DrivenClock) -> AsyncIterator[House]:
    settings = Settings(discord={"token": SecretStr("a-token")})
    async with open_stores(f"sqlite:///{tmp_path}/tsudoi.db") as stores:
        rooms = Rooms((), ())

        async def changed() -> None:
            """Nothing follows from a change here."""

        ground = Ground(
            settings=settings, stores=stores, rooms=rooms, clock=clock, recogniser=ByName(), sheets=Sheets()
        )
        rehearse = rehearsing(settings, cast(Clients, NoConnpass()), clock)
        running = Running(open_source=NoConnpass().source, rehearse=rehearse, changed=changed)
        services = build_services(ground, running)
        yield House(stores, services, DiscordFrontEnd(settings.discord, services.answering, rooms))


@pytest.fixture
def simcord_bot(house: House) -> TsudoiClient:
    return house.front_end.client


@dataclass
class Play:
    house: House
    env: simcord.Env
    guild: simcord.builders.GuildHandle
    channel: simcord.builders.ChannelHandle
    organiser: simcord.actors.MemberActor
    alice: simcord.actors.MemberActor
    bob: simcord.actors.MemberActor

    async def read(self, *pictures: bytes) -> discord.Message:
        """Let Alice have pictures read, and return the answer that all see."""
        files = [(f"{i}.png", picture) for i, picture in enumerate(pictures)]
        await self.alice.send(self.channel, "!read", attachments=files)
        return cast(discord.Message, self.channel.last_message)

    async def restart(self) -> None:
        await self.env.restart_bot(self.house.front_end.new_client())

    async def agree(self, *members: simcord.actors.MemberActor) -> None:
        for member in members:
            await self.house.services.answering.teaching.own.agree(an_asker(self.room, str(member.id)))  # type: ignore[union-attr]

    async def labels(self, member: simcord.actors.MemberActor) -> list[str]:
        return [one.label for one in await self.house.stores.samples.samples_of(f"discord:@{member.id}")]

    @property
    def room(self) -> Room:
        return Room("discord", str(self.channel.id), guild=str(self.guild.id))


@pytest.fixture
def play(simcord_env: simcord.Env, house: House) -> Play:
    simcord_env.settle_timeout = 60.0
    guild = simcord_env.create_guild()
    channel = guild.create_text_channel("hiragana")
    managers = guild.create_role("運営", permissions=discord.Permissions(manage_guild=True))
    organiser = guild.add_member(simcord_env.create_user("organiser"), roles=(managers,))
    alice, bob = (guild.add_member(simcord_env.create_user(name)) for name in ("alice", "bob"))
    return Play(house, simcord_env, guild, channel, organiser, alice, bob)


def text_of(result: Result) -> str:
    message = result.response.message
    said = [message.content]
    for embed in message.embeds:
        said += [embed.title or "", embed.description or "", *(f"{one.name} {one.value}" for one in embed.fields)]
    return "\n".join(said)


def items_of(message: discord.Message) -> list[Any]:
    return [item for row in message.components for item in row.children]  # type: ignore[union-attr]


def id_of(message: discord.Message, label: str) -> str:
    return next(str(one.custom_id) for one in items_of(message) if label in (getattr(one, "label", "") or ""))


async def test_right_and_wrong_stand_in_one_row_with_why(play: Play) -> None:
    answer = await play.read(b"ha or ho")
    assert [one.label for one in items_of(answer)] == ["なぜ？", "✓ 「は」です", "✗ 違う"]
    assert len(answer.components) == 1


async def test_right_asks_for_consent_unseen_by_others_and_the_yes_holds_over_a_restart(play: Play) -> None:
    answer = await play.read(b"ha or ho")
    asked = await play.alice.click(answer, custom_id=id_of(answer, "✓"))
    assert asked.response.ephemeral
    assert "預けていただけますか" in text_of(asked)
    assert await play.labels(play.alice) == []
    await play.restart()
    told = await play.alice.click(asked.response.message, label="はい、預けます")
    assert "1文字を預かりました" in text_of(told)
    assert await play.labels(play.alice) == ["は"]
    assert play.channel.last_message.id == answer.id  # nothing was said before everybody


async def test_wrong_lets_choose_from_a_list_also_after_a_restart(play: Play) -> None:
    await play.agree(play.alice)
    answer = await play.read(b"ha or ho")
    page = await play.alice.click(answer, label="✗ 違う")
    assert page.response.ephemeral
    (offered,) = (one for one in items_of(page.response.message) if isinstance(one, discord.SelectMenu))
    assert [one.label for one in offered.options] == ["「ほ」", "「け」", "ひらがなではない"]
    await play.restart()
    told = await play.alice.select(page.response.message, ["ほ"], custom_id=offered.custom_id)
    assert "「ほ」ですね" in text_of(told)
    assert await play.labels(play.alice) == ["ほ"]


async def test_any_other_character_is_written_into_a_form(play: Play) -> None:
    await play.agree(play.alice)
    answer = await play.read(b"ha or ho")
    page = await play.alice.click(answer, label="✗ 違う")
    form = await play.alice.click(page.response.message, label="ほかの文字")
    told = await play.alice.submit_modal(form, {"written": "ネコ"})
    assert "登録できません" in text_of(told)
    await play.restart()
    form = await play.alice.click(told.response.message, label="ほかの文字")
    told = await play.alice.submit_modal(form, {"written": "っ"})
    assert "「つ」ですね" in text_of(told)
    assert await play.labels(play.alice) == ["つ"]


async def test_of_several_pictures_all_are_right_or_one_is_chosen(play: Play) -> None:
    await play.agree(play.alice)
    answer = await play.read(b"aiu", b"a")
    told = await play.alice.click(answer, label="✓ 全部正しい")
    assert "4文字を預かりました" in text_of(told)
    which = await play.alice.click(answer, label="✗ 違う")
    (listed,) = (one for one in items_of(which.response.message) if isinstance(one, discord.SelectMenu))
    assert [one.label for one in listed.options][-1] == "2枚目: 1 あ"
    page = await play.alice.select(which.response.message, [listed.options[2].value], custom_id=listed.custom_id)
    (offered,) = (one for one in items_of(page.response.message) if isinstance(one, discord.SelectMenu))
    await play.alice.select(page.response.message, ["ほ"], custom_id=offered.custom_id)
    assert await play.labels(play.alice) == ["あ", "い", "ほ", "あ"]


async def test_two_members_press_below_the_same_answer_and_only_the_writer_gives(play: Play) -> None:
    await play.agree(play.alice, play.bob)
    answer = await play.read(b"ha or ho")
    told = await play.bob.click(answer, custom_id=id_of(answer, "✓"))
    assert told.response.ephemeral
    assert "書いたご本人だけ" in text_of(told)
    await play.alice.click(answer, custom_id=id_of(answer, "✓"))
    assert (await play.labels(play.alice), await play.labels(play.bob)) == (["は"], [])


async def test_what_was_given_to_a_slash_command_can_be_taught(play: Play) -> None:
    await play.agree(play.alice)
    answer = await play.alice.slash(play.channel, "read", picture=("a.png", b"a"))
    message = answer.response.message
    await play.alice.click(message, custom_id=id_of(message, "✓"))
    assert await play.labels(play.alice) == ["あ"]
    await play.bob.click(message, custom_id=id_of(message, "✓"))
    assert await play.labels(play.bob) == []


async def test_an_upload_that_was_deleted_is_said_to_be_gone(play: Play) -> None:
    await play.agree(play.alice)
    uploaded = await play.alice.send(play.channel, "!read", attachments=[("a.png", b"a")])
    answer = play.channel.last_message
    await play.alice.delete(uploaded)
    assert "元の画像が残っていない" in text_of(await play.alice.click(answer, custom_id=id_of(answer, "✓")))


async def test_typed_in_a_channel_samples_come_by_direct_message(play: Play) -> None:
    await play.agree(play.alice)
    answer = await play.read(b"aiu")
    await play.alice.click(answer, label="✓ 全部正しい")
    await play.alice.send(play.channel, "!あずけた文字")
    assert play.channel.last_message.content == "DMでお送りしました。"
    (by_dm,) = [one for one in play.env.http_requests if one.method == "POST" and "3文字" in str(one.json)][-1:]
    assert str(play.channel.id) not in by_dm.path


async def test_export_and_forget_answer_a_member_alone(play: Play) -> None:
    await play.agree(play.alice)
    answer = await play.read(b"a")
    await play.alice.click(answer, custom_id=id_of(answer, "✓"))
    exported = await play.alice.slash(play.channel, "export")
    assert exported.response.ephemeral
    assert [one.filename for one in exported.response.message.attachments] == ["everything.zip"]
    asks = await play.alice.slash(play.channel, "forget")
    assert asks.response.ephemeral
    await play.restart()
    told = await play.alice.click(asks.response.message, label="消す")
    assert "1文字を、データベースからも" in text_of(told)
    assert await play.labels(play.alice) == []


async def test_organisers_review_the_samples_of_their_server_and_others_may_not(play: Play) -> None:
    await play.agree(play.alice)
    answer = await play.read(b"aiu")
    await play.alice.click(answer, label="✓ 全部正しい")
    page = await play.organiser.slash(play.channel, "tsudoi data")
    assert page.response.ephemeral
    assert "3文字（1人分）" in text_of(page)
    page = await play.organiser.click(page.response.message, label="確認する")
    accept, _, look = (one for one in items_of(page.response.message) if isinstance(one, discord.SelectMenu))
    first, second, third = (one.value for one in accept.options)
    page = await play.organiser.select(page.response.message, [first, second], custom_id=accept.custom_id)
    page = await play.organiser.select(page.response.message, [third], custom_id=look.custom_id)
    await play.restart()
    form = await play.organiser.click(page.response.message, label="ほかの文字")
    page = await play.organiser.submit_modal(form, {"written": "ほ"})
    assert "確認待ちの文字はありません" in text_of(page)
    samples = await play.house.stores.samples.samples_in([str(play.guild.id)])
    assert sorted((one.label, one.state.value) for one in samples) == [
        ("あ", "accepted"),
        ("い", "accepted"),
        ("ほ", "accepted"),
    ]
    assert {one.reviewer for one in samples} == {f"discord:@{play.organiser.id}"}
    assert "運営" in text_of(await play.alice.slash(play.channel, "tsudoi data"))
    await play.organiser.send(play.channel, "!data")
    assert "/tsudoi データ" in play.channel.last_message.content
