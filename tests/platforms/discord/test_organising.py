"""What an organiser does in Discord: set up a room step by step, look after it, and what others may not see."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

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
from bot.core.askers import Tenant
from bot.core.errors import SourceRefused
from bot.core.problems.base import NoAnswer, Problem
from bot.core.problems.platforms import TokenRefused
from bot.core.problems.sources import KeyRefused
from bot.core.rights import asker_in
from bot.core.room import LOCAL, MAIN, MANAGERS, Room
from bot.core.rooms import Rooms
from bot.events.event_posts import AnnouncementPost, ReminderPost
from bot.events.following import Following
from bot.events.ports.sources import EventSource, Listing
from bot.events.rules.events import Event
from bot.events.rules.sources import Words, query_named
from bot.events.worded_source import WordedSource
from bot.organisers.settling_in_messages import STEPS
from bot.platforms.discord.bot import DiscordFrontEnd
from bot.platforms.discord.client import TsudoiClient
from tests.support.events import NOW, an_event_named

GROUP = "group=tfug-utsunomiya"
Page = simcord.results.InteractionResult


@dataclass
class FakeConnpass:
    """Shows what it is given for every group, and is down when told so."""

    events: list[Event] = field(default_factory=list)
    error: Problem | None = None
    asked: list[str] = field(default_factory=list)
    site: None = None

    def source(self, name: str, months: tuple[int, int] = (0, 6)) -> EventSource:
        query = query_named(name)
        return WordedSource(FakeSource(name, self), query.words if query else Words())


@dataclass
class FakeSource:
    name: str
    connpass: FakeConnpass

    @property
    def query(self) -> str:
        return self.name

    async def listing(self, now: datetime) -> Listing:
        self.connpass.asked.append(self.name)
        if self.connpass.error:
            raise SourceRefused(self.connpass.error)
        return Listing(tuple(self.connpass.events))

    async def look_up(self, event_ids: Sequence[int]) -> Listing:
        return Listing((), complete=False)


@dataclass
class House:
    """The real services on a real store; only connpass is a stand-in."""

    stores: Stores
    rooms: Rooms
    services: Services
    connpass: FakeConnpass
    front_end: DiscordFrontEnd
    problems: dict[str, Problem]


@pytest.fixture
async def house(tmp_path: Path, clock: DrivenClock) -> AsyncIterator[House]:
    past = an_event_named(
        "もくもく会 #4", 500, started_at=NOW - timedelta(days=20), published_at=NOW - timedelta(days=28)
    )
    coming = an_event_named("もくもく会 #5", 501, published_at=NOW - timedelta(days=5))
    connpass = FakeConnpass([past, coming])
    settings = Settings(discord={"token": SecretStr("a-token")}, recognition={"enabled": False})
    async with open_stores(f"sqlite:///{tmp_path}/tsudoi.db") as stores:
        rooms, problems = Rooms((), ()), dict[str, str]()
        running = Running(
            open_source=connpass.source,
            rehearse=rehearsing(settings, cast(Clients, connpass), clock),
            changed=lambda: services.following.refresh(),
            problems=lambda: problems,
        )
        services = build_services(Ground(settings=settings, stores=stores, rooms=rooms, clock=clock), running)
        await services.following.load()
        front_end = DiscordFrontEnd(settings.discord, services.answering, rooms)
        yield House(stores, rooms, services, connpass, front_end, problems)


@pytest.fixture
def simcord_bot(house: House) -> TsudoiClient:
    return house.front_end.client


def text_of(page: Page) -> str:
    """Everything that a page says."""
    message = page.response
    said = [message.content]
    for embed in message.embeds:
        fields = [f"{one.name} {one.value}" for one in embed.fields]
        said += [embed.title or "", embed.description or "", *fields]
    return "\n".join(said)


def step_of(page: Page) -> str:
    return STEPS[int(text_of(page)[0]) - 1]


@dataclass
class Play:
    house: House
    env: simcord.Env
    guild: simcord.builders.GuildHandle
    channel: simcord.builders.ChannelHandle
    elsewhere: simcord.builders.ChannelHandle
    organiser: simcord.actors.MemberActor
    alice: simcord.actors.MemberActor

    async def set_up(self) -> Page:
        """Open the set-up, and follow the group."""
        opened = await self.organiser.slash(self.channel, "tsudoi setup")
        asked = await self.organiser.click(opened.response.message, custom_id="ask:tsudoi:setup:add:group")
        return await self.organiser.submit_modal(asked, {"written": "https://tfug-utsunomiya.connpass.com/"})

    async def go_on_to(self, page: Page, step: str) -> Page:
        """Press "next" until this step."""
        start = STEPS.index(step_of(page))
        for one in STEPS[start + 1 : STEPS.index(step) + 1]:
            page = await self.organiser.click(page.response.message, custom_id=f"tsudoi:setup:go:{one}")
        return page

    async def save(self, page: Page) -> Page:
        """Go to the end and save."""
        page = await self.go_on_to(page, "review")
        return await self.organiser.click(page.response.message, custom_id="tsudoi:setup:save")

    async def saved(self) -> None:
        """Have the channel set up."""
        room = Room("discord", str(self.channel.id), (GROUP,), organisers=(MANAGERS,), guild=str(self.guild.id))
        await self.house.stores.rooms.save([room], "1", NOW)
        await self.house.services.following.refresh()


@pytest.fixture
def play(simcord_env: simcord.Env, house: House) -> Play:
    guild = simcord_env.create_guild()
    channel, elsewhere = guild.create_text_channel("events"), guild.create_text_channel("elsewhere")
    managers = guild.create_role("運営", permissions=discord.Permissions(manage_guild=True))
    organiser = guild.add_member(simcord_env.create_user("organiser"), roles=(managers,))
    alice = guild.add_member(simcord_env.create_user("alice"))
    return Play(house, simcord_env, guild, channel, elsewhere, organiser, alice)


async def test_a_channel_is_set_up_step_by_step_and_only_its_organiser_sees_it(play: Play) -> None:
    page = await play.set_up()
    assert page.response.ephemeral
    assert "先月は1件でした" in text_of(page)
    assert "もくもく会 #5" in text_of(page)
    page = await play.organiser.click(page.response.message, custom_id="tsudoi:setup:go:language")
    page = await play.organiser.select(page.response.message, ["ja"], custom_id="tsudoi:setup:language")
    page = await play.organiser.click(page.response.message, custom_id="tsudoi:setup:go:parts")
    page = await play.organiser.select(
        page.response.message, ["announces", "reminders"], custom_id="tsudoi:setup:parts"
    )
    page = await play.organiser.select(page.response.message, ["monthly 1 09:00"], custom_id="tsudoi:setup:digest")
    page = await play.organiser.click(page.response.message, custom_id="tsudoi:setup:go:lead_times")
    page = await play.organiser.select(page.response.message, ["3d", "30m"], custom_id="tsudoi:setup:lead_times")
    page = await play.go_on_to(page, "review")
    assert "まとめ：毎月1日 09:00" in text_of(page)
    assert text_of(page).count("プレビュー") == 2  # an announcement and a reminder of the last month
    assert "もくもく会 #4" in text_of(page)
    page = await play.organiser.click(page.response.message, custom_id="tsudoi:setup:save")
    assert "保存しました" in text_of(page)
    (room,) = play.house.rooms.in_force
    assert (room.channel, room.guild, room.follows) == (str(play.channel.id), str(play.guild.id), (GROUP,))
    assert (room.announces, room.changes, room.reports) == (True, False, False)
    assert room.lead_times == (timedelta(days=3), timedelta(minutes=30))
    assert (room.organisers, room.digest) == ((MANAGERS,), "monthly 1 09:00")
    assert play.channel.history() == []
    assert play.house.rooms.sources == (GROUP,)


async def test_a_set_up_goes_on_where_it_was_left_even_after_a_restart(play: Play) -> None:
    await play.go_on_to(await play.set_up(), "lead_times")
    await play.env.restart_bot(play.house.front_end.new_client())
    page = await play.organiser.slash(play.channel, "tsudoi setup")
    assert text_of(page).startswith("4/6")
    assert "保存しました" in text_of(await play.save(page))


async def test_nothing_is_saved_without_a_source_that_connpass_knows(play: Play) -> None:
    play.house.connpass.events = []
    page = await play.set_up()
    assert "見つかりませんでした" in text_of(page)
    play.house.connpass.error = KeyRefused()
    page = await play.set_up()
    assert "API キーが受け付けられません" in text_of(page)
    page = await play.save(page)
    assert "1つ以上追加" in text_of(page)
    assert play.house.rooms.in_force == ()


async def test_what_fails_on_a_page_is_answered_with_an_apology(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the store is gone")

    page = await play.set_up()
    monkeypatch.setattr(play.house.stores.rooms, "keep_draft", broken)
    page = await play.organiser.click(page.response.message, custom_id="tsudoi:setup:go:language")
    assert "もう一度" in text_of(page)


async def test_a_room_is_switched_off_again_from_its_set_up(play: Play) -> None:
    await play.saved()
    page = await play.organiser.slash(play.channel, "tsudoi setup")
    page = await play.organiser.click(page.response.message, custom_id="tsudoi:setup:off")
    assert "止めました" in text_of(page)
    assert play.house.rooms.in_force == ()
    assert play.house.rooms.sources == ()


@pytest.mark.parametrize("what", ["setup", "sources", "rooms", "rehearse", "status"])
async def test_whoever_does_not_organise_gets_one_polite_sentence(play: Play, what: str) -> None:
    page = await play.alice.slash(play.channel, f"tsudoi {what}")
    assert page.response.ephemeral
    assert "運営の方" in text_of(page)
    assert page.response.components == []


async def test_a_page_does_not_act_for_whoever_does_not_organise(play: Play) -> None:
    await play.saved()
    organising = play.house.services.answering.organising
    assert organising is not None
    tenant = Tenant("discord", str(play.guild.id), frozenset({str(play.channel.id)}))
    organiser = asker_in(play.house.rooms, tenant, str(play.channel.id), str(play.organiser.id), (MANAGERS,))
    page = await organising.open(organiser, "rooms")  # as an earlier version answered it before everybody
    await play.house.front_end.send(str(play.channel.id), page, "0a")
    shown = play.channel.last_message
    result = await play.alice.select(shown, [str(play.channel.id)], custom_id="tsudoi:rooms:show")
    assert "運営の方" in text_of(result)
    assert result.ephemeral


async def test_a_role_that_was_named_may_organise(play: Play) -> None:
    staff = play.guild.create_role("スタッフ")
    bob = play.guild.add_member(play.env.create_user("bob"), roles=(staff,))
    page = await play.go_on_to(await play.set_up(), "deciders")
    page = await play.organiser.select(page.response.message, [staff], custom_id="tsudoi:setup:deciders")
    await play.save(page)
    page = await bob.slash(play.channel, "tsudoi status")
    assert "フォロー中のイベント" in text_of(page)


async def test_status_says_which_platform_does_not_work(play: Play) -> None:
    play.house.problems["slack"] = TokenRefused("slack.app_token")
    play.house.problems["discord"] = TokenRefused("discord.token")
    page = text_of(await play.organiser.slash(play.channel, "tsudoi status"))
    assert "⚠️ Discord: discord.token のトークンが受け付けられませんでした。" in page
    assert "Slack" not in page  # who does not run the bot hears of their own platform
    play.house.rooms.operators = frozenset({f"discord:{play.organiser.id}"})
    page = text_of(await play.organiser.slash(play.channel, "tsudoi status"))
    assert "⚠️ Slack: slack.app\\_token のトークンが受け付けられませんでした。" in page


async def test_status_shows_sources_and_the_next_deliveries_of_this_guild(play: Play) -> None:
    await play.saved()
    await play.house.services.watching.watch(play.house.connpass.source(GROUP))
    page = await play.organiser.slash(play.channel, "tsudoi status")
    said = text_of(page)
    assert "tfug-utsunomiya.connpass.com" in said
    assert "最終確認" in said
    assert "リマインド： もくもく会 #5" in said


async def test_a_message_is_retracted_from_the_page_of_status(play: Play) -> None:
    await play.saved()
    await play.house.services.watching.watch(play.house.connpass.source(GROUP))
    play.house.connpass.events.append(an_event_named("もくもく会 #6", 502))
    await play.house.services.watching.watch(play.house.connpass.source(GROUP))
    delivering = play.house.services.delivering([play.house.front_end])
    await delivering.deliver_due()
    assert len(play.channel.history()) == 1
    page = await play.organiser.slash(play.channel, "tsudoi status")
    (said,) = await play.house.stores.deliveries.about(AnnouncementPost, ["event:502"])
    page = await play.organiser.select(page.response.message, [str(said.id)], custom_id="tsudoi:sent:show")
    page = await play.organiser.click(page.response.message, custom_id=f"tsudoi:sent:retract:{said.id}")
    assert "削除します" in text_of(page)
    await delivering.deliver_due()
    assert play.channel.history() == []
    assert f"<@{play.organiser.id}>" in text_of(await play.organiser.slash(play.channel, "tsudoi status"))


async def test_a_source_is_paused_and_resumed_on_the_page_of_sources(play: Play) -> None:
    await play.saved()
    page = await play.organiser.slash(play.channel, "tsudoi sources")
    page = await play.organiser.select(page.response.message, [GROUP], custom_id="tsudoi:sources:show")
    page = await play.organiser.click(page.response.message, label="1週間休止する")
    assert "休止中" in text_of(page)
    assert play.house.rooms.in_force[0].heard(NOW) == ()
    page = await play.organiser.click(page.response.message, label="再開する")
    assert play.house.rooms.in_force[0].heard(NOW) == (GROUP,)


async def test_another_guilds_rooms_and_sources_are_not_shown(play: Play) -> None:
    await play.saved()
    other = play.env.create_guild()
    their_channel = other.create_text_channel("general")
    managers = other.create_role("staff", permissions=discord.Permissions(manage_guild=True))
    carol = other.add_member(play.env.create_user("carol"), roles=(managers,))
    for what in ("sources", "rooms", "status", "rehearse"):
        said = text_of(await carol.slash(their_channel, f"tsudoi {what}"))
        assert "tfug-utsunomiya" not in said
        assert "events" not in said
        assert "もくもく会" not in said
    assert play.house.rooms.at(Tenant("discord", str(other.id)), str(their_channel.id)).follows == ()


async def test_a_source_is_added_and_removed_on_the_page_of_sources(play: Play) -> None:
    await play.saved()
    page = await play.organiser.slash(play.channel, "tsudoi sources")
    asked = await play.organiser.click(page.response.message, custom_id="ask:tsudoi:sources:add:prefecture")
    page = await play.organiser.submit_modal(asked, {"written": "栃木"})
    assert "栃木県" in text_of(page)
    assert play.house.rooms.sources == (GROUP, "prefecture=tochigi")
    page = await play.organiser.select(page.response.message, [GROUP], custom_id="tsudoi:sources:remove")
    assert play.house.rooms.sources == ("prefecture=tochigi",)


async def test_words_select_from_what_was_added_last_and_say_how_much_is_left(play: Play) -> None:
    page = await play.set_up()
    asked = await play.organiser.click(page.response.message, custom_id="ask:tsudoi:setup:words:exclude")
    page = await play.organiser.submit_modal(asked, {"written": "もくもく会 #4、採用"})
    assert "先月は0件でした" in text_of(page)
    assert "「もくもく会 #4、採用」を除く" in text_of(page)
    await play.save(page)
    assert play.house.rooms.sources == (f"{GROUP}&exclude=もくもく会 #4,採用",)
    page = await play.organiser.slash(play.channel, "tsudoi sources")
    asked = await play.organiser.click(page.response.message, custom_id="ask:tsudoi:sources:words:exclude")
    await play.organiser.submit_modal(asked, {"written": "-"})
    assert play.house.rooms.sources == (GROUP,)


async def test_a_member_sets_quiet_hours_and_a_language_for_their_own_eyes(play: Play) -> None:
    page = await play.alice.slash(play.channel, "reminders")
    page = await play.alice.click(page.response.message, custom_id="settings:open")
    page = await play.alice.select(page.response.message, ["22:00-8:00"], custom_id="settings:quiet")
    assert "おやすみ時間 22:00〜8:00" in text_of(page)
    page = await play.alice.select(page.response.message, ["en"], custom_id="settings:language")
    assert text_of(page).startswith("Saved.")
    page = await play.alice.slash(play.channel, "reminders")
    assert page.response.ephemeral
    assert "You have no reminders" in text_of(page)
    assert "リマインド" in text_of(await play.organiser.slash(play.channel, "reminders"))


async def test_parts_of_a_room_are_switched_on_the_page_of_rooms(play: Play) -> None:
    await play.saved()
    number = str(play.channel.id)
    page = await play.organiser.slash(play.elsewhere, "tsudoi rooms")
    page = await play.organiser.select(page.response.message, [number], custom_id="tsudoi:rooms:show")
    page = await play.organiser.select(page.response.message, ["reminders"], custom_id=f"tsudoi:rooms:parts:{number}")
    (room,) = play.house.rooms.in_force
    assert (room.reminders, room.announces) == (True, False)
    await play.organiser.click(page.response.message, custom_id=f"tsudoi:rooms:off:{number}")
    assert play.house.rooms.in_force == ()


async def test_a_rehearsal_shows_last_month_and_the_next_one(play: Play) -> None:
    await play.saved()
    page = await play.organiser.slash(play.channel, "tsudoi rehearse")
    assert "投稿していました" in text_of(page)
    assert "もくもく会 #5" in text_of(page)
    page = await play.organiser.click(page.response.message, custom_id="tsudoi:rehearse:next:0")
    assert "この先1か月" in text_of(page)
    assert await play.house.stores.events.sources() == {}


async def test_a_rehearsal_that_fails_says_why_in_the_rooms_language(play: Play) -> None:
    await play.saved()
    play.house.connpass.error = NoAnswer(where="connpass")
    said = text_of(await play.organiser.slash(play.channel, "tsudoi rehearse"))
    assert "いまはリハーサルできません：connpass から正しい応答がありません。少ししてから" in said
    assert "asked again" not in said


async def test_the_local_room_answers_typed_and_sees_every_room(house: House) -> None:
    room = Room("discord", "5", (GROUP,), organisers=(MANAGERS,), guild="9")
    await house.stores.rooms.save([room], "1", NOW)
    await house.services.following.refresh()
    here = replace(asker_in(house.rooms, Tenant(LOCAL), MAIN, "visitor"), is_alone=True)

    async def answer(text: str) -> str:
        message = await house.services.answering.say(here, text)
        assert message is not None
        return message.text

    assert "config.toml" in await answer("!tsudoi setup")
    assert "tfug-utsunomiya.connpass.com" in await answer("!集い 状態")
    assert "tfug-utsunomiya.connpass.com" in await answer("!tsudoi rooms")


async def test_another_process_sees_a_change_at_its_next_look(house: House, clock: DrivenClock) -> None:
    elsewhere = Rooms((), ())
    stores = house.stores
    following = Following(stores.rooms, elsewhere, house.services.watching, stores.troubles)
    await following.load()
    assert not await following.refresh()
    await house.stores.rooms.save([Room("discord", "5", (GROUP,), guild="9")], "1", NOW)
    assert await following.refresh()
    assert elsewhere.sources == (GROUP,)
    assert not await following.refresh()


async def test_a_new_room_is_reminded_of_what_is_known_already_and_told_nothing_else(house: House) -> None:
    source = house.connpass.source(GROUP)
    first = Room("discord", "5", (GROUP,), organisers=(MANAGERS,), guild="9")
    await house.stores.rooms.save([first], "1", NOW)
    await house.services.following.refresh()
    await house.services.watching.watch(source)
    second = replace(first, channel="6", guild="8", lead_times=(timedelta(days=2),))
    await house.stores.rooms.save([second], "1", NOW)
    await house.services.following.refresh()
    planned = await house.stores.agenda.next_in([second.name], 10)
    assert [one.post.lead_time for one in planned if isinstance(one.post, ReminderPost)] == [timedelta(days=2)]


async def test_each_guild_decides_for_itself_on_a_flood(house: House, clock: DrivenClock) -> None:
    rooms = [Room("discord", str(number), (GROUP,), organisers=(MANAGERS,), guild=str(number)) for number in (5, 6)]
    await house.stores.rooms.save(rooms, "1", NOW)
    await house.services.following.refresh()
    source = house.connpass.source(GROUP)
    await house.services.watching.watch(source)
    house.connpass.events += [an_event_named(f"勉強会 {number}", number) for number in range(600, 625)]
    await house.services.watching.watch(source)
    (other, question) = await house.stores.questions.open_questions()
    assert (question.guild, other.guild) == ("5", "6")
    assert await house.services.watching.answer_flood(question, "post", "77")
    assert await house.stores.questions.open_questions() == [other]
    kinds = [one.name.kind for one in await house.stores.agenda.next_in(["discord:6"], 100)]
    assert "announcement" not in kinds


async def test_an_organiser_alone_gets_the_draft_of_a_report_as_a_file(play: Play) -> None:
    await play.saved()
    await play.house.services.watching.watch(play.house.connpass.source(GROUP))
    drafted = await play.organiser.slash(play.channel, "draft", argument="4")
    assert drafted.response.ephemeral
    assert [file.filename for file in drafted.response.message.attachments] == ["202604.md"]
    assert "Connpass: 500" in text_of(drafted)
    refused = await play.alice.slash(play.channel, "draft", argument="4")
    assert refused.response.ephemeral
    assert refused.response.message.attachments == []
    await play.organiser.send(play.channel, "!下書き 4")
    told = play.channel.history()[-1]
    assert told.attachments == []
    assert told.content == "DMでお送りしました。"
