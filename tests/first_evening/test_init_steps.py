"""The steps of an organiser's first evening, without a network: what is asked again, what is kept, what is written."""

import io
import stat
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from bot.app.rehearsal import Recording
from bot.command_line import systemd
from bot.config import load_settings, settings_of
from bot.core.errors import (
    ConfigurationError,
    FrontEndError,
    FrontEndRefused,
    SourceRefused,
    SourceUnavailable,
    TsudoiError,
)
from bot.core.messages import Message, MessageKind
from bot.core.problems.base import Said
from bot.core.problems.platforms import PermissionMissing
from bot.first_evening.answers import SECRETS, Answers, Draft, secret_in
from bot.first_evening.asking import Asker, Script
from bot.first_evening.command import usual_language
from bot.first_evening.commands import Commands
from bot.first_evening.community_steps import choose_language, find_group, find_reports
from bot.first_evening.configuration_file import configuration, holds_secrets, put_in_place
from bot.first_evening.evening import spend_evening
from bot.first_evening.existing import answers_of, settings_in
from bot.first_evening.home import choose_home, install_service
from bot.first_evening.looks import GroupUnknown, Looks
from bot.first_evening.platform_steps import choose_platforms, connect_discord, connect_slack
from bot.first_evening.preview import in_one, last_month
from bot.first_evening.talk import Talk
from bot.locales import texts_for
from bot.organisers.rehearsing import RecordedSource, Rehearsed
from bot.platforms.discord.look import DiscordChannel, DiscordLook
from bot.platforms.slack.look import SlackChannel, SlackLook
from tests.support.events import an_event_named

COMMANDS = Commands("tsudoi", "")
INVITE = "https://discord.com/oauth2/authorize?client_id=900"
DOWN = SourceUnavailable(Said("connpass cannot be reached"))


class Typist(Asker):
    """A person who has their answers ready; `asked` is every question, `screen` everything that was shown."""

    is_person = True

    def __init__(self, *answers: str) -> None:
        self.file = io.StringIO()
        super().__init__(texts_for("en"), Console(file=self.file, width=100, highlight=False))
        self._answers = list(answers)
        self.asked: list[str] = []

    @property
    def screen(self) -> str:
        return self.file.getvalue()

    def ask(self, question: str, flag: str, default: str | None = None) -> str:
        self.asked.append(question)
        return self._answers.pop(0) or default or ""

    def ask_secret(self, question: str, source: str, default: str | None = None) -> str:
        return self.ask(question, source, default)

    def choose(self, question: str, flag: str, options: Mapping[str, str], default: str) -> str:
        chosen = self.ask(question, flag, default)
        assert chosen in options
        return chosen

    def enters_within(self, seconds: float) -> bool:
        return self.ask("wait", "", "") == "enter"

    def confirm(self, question: str, *, default: bool) -> bool:
        return self.ask(question, "", "y" if default else "n") == "y"


@dataclass
class FixedLooks:
    """A network that answers so: an error among the answers is raised; the last answer is given again and again."""

    titles: Sequence[object] = ("TFUG 宇都宮",)
    discords: Sequence[object] = (DiscordLook("Tsudoi", INVITE, True, ()),)
    slacks: Sequence[object] = (SlackLook("tsudoi", "Utsunomiya", (), ()),)
    sites: Sequence[object] = ((),)
    recordings: Sequence[object] = (Recording((), None),)
    played: Sequence[object] = ((),)
    refusals: Mapping[str, Exception] = field(default_factory=dict)
    asked: list[tuple[object, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._answers = {
            "group": list(self.titles),
            "discord": list(self.discords),
            "slack": list(self.slacks),
            "site": list(self.sites),
            "recording": list(self.recordings),
            "rehearsal": list(self.played),
        }

    def _look(self, name: str, *asked: object) -> Any:
        self.asked.append((name, *asked))
        answers = self._answers[name]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def group_title(self, group: str, api_key: str) -> str:
        return self._look("group", group, api_key)

    def reports(self, site_url: str) -> Sequence[Any]:
        return self._look("site", site_url)

    def discord(self, token: str) -> DiscordLook:
        return self._look("discord", token)

    def slack(self, bot_token: str, app_token: str) -> SlackLook:
        return self._look("slack", bot_token, app_token)

    def recording(self, settings: object, start: datetime, end: datetime) -> Recording:
        return self._look("recording", start, end)

    def rehearsal(self, settings: object, recording: Recording, start: datetime, end: datetime) -> list[Rehearsed]:
        return self._look("rehearsal", start, end)

    def say(self, settings: object, platform: str, channel: str, message: Message) -> None:
        self.asked.append(("say", platform, channel, message.text))
        if channel in self.refusals:
            raise self.refusals[channel]


def a_talk(*typed: str, looks: FixedLooks | None = None, draft: Draft | None = None, **given: Any) -> Talk:
    return Talk(Typist(*typed), looks or FixedLooks(), given, {}, draft, Answers())


def screen(talk: Talk) -> str:
    assert isinstance(talk.asker, Typist)
    return talk.asker.screen


def seen(*names: str, missing: tuple[str, ...] = ()) -> DiscordLook:
    channels = tuple(DiscordChannel(str(101 + n), name, "Utsunomiya", missing) for n, name in enumerate(names))
    return DiscordLook("Tsudoi", INVITE, True, channels)


# --- the group


def test_the_language_is_asked_in_every_language_and_then_spoken() -> None:
    talk = a_talk("ja")
    choose_language(talk, "en")
    assert talk.asker.asked == ["言語 / Language"]
    assert (talk.answers.locale, talk.texts.locale) == ("ja", "ja")


def test_a_group_is_found_by_its_feed_without_a_key_and_named_as_it_names_itself() -> None:
    talk = a_talk("https://TFUG-utsunomiya.connpass.com/event/1/", "", "")
    find_group(talk)
    assert talk.looks.asked == [("group", "tfug-utsunomiya", "")]
    assert (talk.answers.group, talk.answers.api_key, talk.answers.name) == ("tfug-utsunomiya", "", "TFUG 宇都宮")
    assert "Found on connpass: TFUG 宇都宮" in screen(talk)


@pytest.mark.parametrize(
    ("error", "again"),
    [(GroupUnknown(Said("none")), "group"), (SourceRefused(Said("connpass answered 401")), "key")],
    ids=["an unknown group", "a refused key"],
)
def test_only_what_connpass_refused_is_asked_again(error: Exception, again: str) -> None:
    talk = a_talk("g", "k", "other", "", looks=FixedLooks(titles=(error, "G")))
    find_group(talk)
    expected = ("other", "k") if again == "group" else ("g", "other")
    assert talk.looks.asked == [("group", "g", "k"), ("group", *expected)]


def test_a_network_that_is_down_is_tried_again_or_gone_on_without() -> None:
    talk = a_talk("g", "", "again", "on", "", looks=FixedLooks(titles=(DOWN,)))
    find_group(talk)
    assert len(talk.looks.asked) == 2
    assert talk.answers.name == "g"
    assert "connpass cannot be reached at the moment." in screen(talk)
    assert "Not checked." in screen(talk)


def test_what_no_key_can_hold_is_asked_again_before_anybody_hears_of_it() -> None:
    talk = a_talk("g", "my key\u200b", "good-key", "")
    find_group(talk)
    assert talk.looks.asked == [("group", "g", "good-key")]
    assert "my key" not in screen(talk)


def test_reports_are_counted_and_an_address_that_is_none_is_asked_again() -> None:
    talk = a_talk("example.org", "https://example.org/", looks=FixedLooks(sites=(("page", "page"),)))
    find_reports(talk)
    assert talk.answers.site_url == "https://example.org/"
    assert "2 reports found." in screen(talk)


@pytest.mark.parametrize(
    ("typed", "kept"), [(["on"], "https://a.org/"), (["other", "https://b.org/"], "https://b.org/")]
)
def test_a_site_without_reports_may_be_another_or_be_kept(typed: list[str], kept: str) -> None:
    empty = SourceUnavailable(Said("is the address right?"))
    talk = a_talk("https://a.org/", *typed, looks=FixedLooks(sites=(empty, ())))
    find_reports(talk)
    assert talk.answers.site_url == kept


# --- Discord and Slack


def test_the_platforms_whose_tokens_are_there_are_the_usual_ones() -> None:
    talk = a_talk("")
    talk.answers = Answers(slack_bot_token="b", slack_app_token="a", discord_token="")
    assert choose_platforms(talk) == ("slack",)


def test_discord_gives_the_link_waits_for_the_invitation_and_shows_the_channels() -> None:
    looks = FixedLooks(
        discords=(FrontEndRefused(Said("no")), seen(), FrontEndError(Said("down")), seen("general", "events"))
    )
    talk = a_talk("wrong-token", "good-token", "", "", "3", "2", looks=looks)
    connect_discord(talk)
    assert talk.asker.asked.count("wait") == 2
    assert "I have been invited." in screen(talk)
    assert INVITE in screen(talk)
    assert talk.answers.discord_token == "good-token"
    assert talk.answers.discord_channels == {"102": "#events (Utsunomiya)"}
    assert "wrong-token" not in screen(talk)
    assert "good-token" not in screen(talk)


def test_nobody_has_to_wait_for_the_invitation() -> None:
    talk = a_talk("t", "", "enter", "again", "1", looks=FixedLooks(discords=(seen(), seen(), seen("general"))))
    connect_discord(talk)
    assert talk.answers.discord_channels == {"101": "#general (Utsunomiya)"}
    talk = a_talk("t", "enter", "later", looks=FixedLooks(discords=(seen(),)))
    connect_discord(talk)
    assert talk.answers.discord_channels == {}


def test_a_channel_in_which_something_is_missing_is_named_with_it() -> None:
    talk = a_talk("t", "１", looks=FixedLooks(discords=(seen("general", missing=("embed_links",)),)))
    connect_discord(talk)
    assert "In #general (Utsunomiya) the bot lacks: Embed Links." in screen(talk)


def test_channels_may_be_left_to_the_chat() -> None:
    talk = a_talk("t", "", looks=FixedLooks(discords=(seen("general"),)))
    connect_discord(talk)
    assert talk.answers.discord_channels == {}
    assert "/tsudoi setup" in screen(talk)


def test_what_was_answered_before_can_be_taken_back_and_needs_no_guide() -> None:
    talk = a_talk("", "０", "", "", "0", looks=FixedLooks(discords=(seen("general"),)))
    talk.answers = Answers(discord_token="t", discord_channels={"101": ""}, site_url="https://g.org/")
    connect_discord(talk)
    assert talk.answers.discord_channels == {}
    assert "New Application" not in screen(talk)
    connect_discord(talk)
    assert talk.asker.asked[-1] == "Numbers (such as 1 3), r to look again, or Enter to decide later in the chat"
    find_reports(talk)
    assert talk.answers.site_url == ""


def test_slack_takes_its_tokens_one_by_one_and_tells_them_apart(tmp_path: Path) -> None:
    look = SlackLook("tsudoi", "Utsunomiya", ("files:read",), (SlackChannel("C1", "events"),))
    talk = a_talk("xapp-a", "xoxb-b", "xapp-a", "1", looks=FixedLooks(slacks=(look,)))
    connect_slack(talk, tmp_path)
    assert talk.looks.asked == [("slack", "xoxb-b", ""), ("slack", "xoxb-b", "xapp-a")]
    assert talk.answers.slack_channels == {"C1": "#events"}
    assert "lacks scopes: files:read" in screen(talk)
    assert (tmp_path / "slack-manifest.json").is_file()
    assert "xapp-a" not in screen(talk)


def test_a_platform_that_is_down_holds_up_nobody(tmp_path: Path) -> None:
    talk = a_talk("t", "on", looks=FixedLooks(discords=(FrontEndError(Said("Discord cannot be asked")),)))
    connect_discord(talk)
    assert (talk.answers.discord_token, talk.answers.discord_channels) == ("t", {})


def test_a_channel_that_was_given_and_is_not_seen_stops_a_script_and_is_asked_of_a_person() -> None:
    looks = FixedLooks(discords=(seen("general"),))
    talk = a_talk("1", looks=looks, discord_token="t", discord_channels=["999"])
    connect_discord(talk)
    assert talk.answers.discord_channels == {"101": "#general (Utsunomiya)"}
    talk = replace(a_talk(looks=looks, discord_token="t", discord_channels=["999"]), asker=Script(texts_for("en")))
    with pytest.raises(ConfigurationError, match="channel 999"):
        connect_discord(talk)


# --- the rehearsal and the file


def said(text: str, room: str, day: int = 1) -> Rehearsed:
    return Rehearsed(datetime(2026, 10, day, tzinfo=UTC), room, Message(MessageKind.REMINDER, text))


def an_evening(file: Path, looks: FixedLooks, *typed: str, draft: Draft | None = None) -> Talk:
    talk = a_talk("en", "g", "key-1", "", "page", "", *typed, looks=looks, draft=draft)
    spend_evening(talk, file, "ja", COMMANDS)
    return talk


COMING = Recording(
    [RecordedSource("g", "g", [an_event_named(number=1, started_at=datetime(2099, 1, 1, tzinfo=UTC))])], None
)


def an_evening_with_discord(file: Path, *typed: str, **looks: Any) -> Talk:
    there = FixedLooks(discords=(seen("general", "events"),), recordings=(COMING,), **looks)
    talk = a_talk("en", "g", "key-1", "G", "discord", "t", "2", "", *typed, looks=there)
    spend_evening(talk, file, "ja", COMMANDS)
    return talk


def test_what_was_planned_before_the_bot_came_enters_discord_s_own_list_on_demand_only(tmp_path: Path) -> None:
    for chosen, written in (("", "new"), ("all", True), ("none", False)):
        file = tmp_path / f"{chosen}.toml"
        talk = an_evening_with_discord(file, chosen, "y", "n", "later")
        assert "1 event is already planned. What should go into the server's list of events?" in talk.asker.asked
        assert [room.scheduled_events for room in load_settings(file).rooms] == [written]
    talk = replace(
        a_talk(group="g", platforms=("discord",), discord_token="t", discord_channels=["101"]),
        asker=Script(texts_for("en")),
        looks=None,
    )
    spend_evening(talk, tmp_path / "script.toml", "en", COMMANDS)
    assert [room.scheduled_events for room in load_settings(tmp_path / "script.toml").rooms] == ["new"]


def test_the_first_week_is_shown_before_it_begins_with_the_channel_in_which_organisers_are_asked(
    tmp_path: Path,
) -> None:
    week = [said("Tomorrow!", "discord:102", 5)]
    talk = an_evening_with_discord(tmp_path / "config.toml", "", "n", played=((), week))
    shown = " ".join(screen(talk).partition("My first week")[2].split())
    assert "1 event is already planned. I only take note of it" in shown
    assert "I ask in #events (Utsunomiya), where those who may manage the server can answer." in shown
    assert "#events (Utsunomiya) Tomorrow!" in shown
    assert not (tmp_path / "config.toml").exists()


def test_a_rehearsal_asks_organisers_where_the_bot_would_ask_them() -> None:
    start = datetime(2026, 10, 5, 10, tzinfo=UTC)
    event = replace(an_event_named(started_at=start), published_at=start - timedelta(days=20))
    settings = settings_of(configuration(texts_for("en"), OLD, ()))
    recording = Recording([RecordedSource("g", "g", [event])], [])
    played = Looks(settings).rehearsal(settings, recording, start - timedelta(days=30), start + timedelta(days=5))
    questions = [one.room for one in played if one.message.kind is MessageKind.QUESTION]
    assert questions == ["discord:1"]  # for the missing report, and not on the bot's own page


def test_a_hello_is_posted_after_a_yes_once_a_channel_is_new(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    talk = an_evening_with_discord(file, "", "y", "y", "later")
    ((_, platform, channel, text),) = [one for one in talk.looks.asked if one[0] == "say"]
    assert (platform, channel) == ("discord", "102")
    assert "G's new events" in text
    assert "Posted in #events (Utsunomiya)." in screen(talk)
    again = a_talk("en", "g", "key-1", "Another", "discord", "t", "2", "", "y", "later", looks=talk.looks)
    again.answers = answers_of(load_settings(file))
    spend_evening(again, file, "ja", COMMANDS)
    assert "Post this in" not in " ".join(again.asker.asked)


def test_a_hello_that_discord_refuses_stops_nobody(tmp_path: Path) -> None:
    refused = {"102": FrontEndError(PermissionMissing())}
    talk = an_evening_with_discord(tmp_path / "config.toml", "", "y", "y", "later", refusals=refused)
    assert "It could not be posted in #events (Utsunomiya)." in screen(talk)
    assert "Start the bot:" in screen(talk)


def at_home(monkeypatch: pytest.MonkeyPatch, *typed: str, is_new: bool = True, **parts: Any) -> Talk:
    """Come to the last question, on a computer whose systemd has these `parts`."""
    for name, value in {
        "is_available": True,
        "is_installed": False,
        "lingers": False,
        "install": None,
        **parts,
    }.items():
        monkeypatch.setattr(systemd, name, value if callable(value) else lambda *_, value=value: value)
    talk = a_talk(*typed)
    choose_home(talk, Path("config.toml"), COMMANDS, is_new=is_new)
    return talk


def test_the_first_evening_ends_with_a_service_and_the_commands_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = screen(at_home(monkeypatch, ""))
    for command in ("loginctl enable-linger", "tsudoi service status", "tsudoi service logs", "tsudoi service remove"):
        assert command in shown
    assert "enable-linger" not in screen(at_home(monkeypatch, "", lingers=True))


def test_a_service_is_told_where_secrets_of_the_environment_belong(monkeypatch: pytest.MonkeyPatch) -> None:
    talk = replace(a_talk(""), answers=Answers(api_key="k"), in_environment={"api_key": "k"})
    monkeypatch.setattr(systemd, "install", lambda _file: None)
    install_service(talk, Path("/srv/bot/config.toml"), COMMANDS)
    assert "TSUDOI_CONNPASS__API_KEY=" in screen(talk)
    assert "/srv/bot/tsudoi.env" in screen(talk)


def test_a_service_that_does_not_start_is_explained_and_there_is_another_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_file: Path) -> None:
        raise TsudoiError("Unit tsudoi.service is masked.")

    shown = screen(at_home(monkeypatch, "", install=fail))
    assert "Unit tsudoi.service is masked." in shown
    assert "tsudoi run" in shown


def test_a_service_that_is_there_is_started_again_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "running" in screen(at_home(monkeypatch, "y", is_installed=True))
    assert "running" not in screen(at_home(monkeypatch, "n", is_installed=True))


@pytest.mark.parametrize(("way", "command"), [("container", "make container"), ("cloud", "sh deploy/google-cloud.sh")])
def test_other_homes_are_one_command_each(monkeypatch: pytest.MonkeyPatch, way: str, command: str) -> None:
    assert command in screen(at_home(monkeypatch, way, is_available=False))


def test_a_second_evening_begins_nothing_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "tsudoi run" in screen(at_home(monkeypatch, "", is_new=False))


def test_a_message_to_several_rooms_is_shown_once() -> None:
    grouped = in_one([said("a", "local:main"), said("a", "discord:1"), said("a", "local:main", 2)])
    assert [rooms for _, rooms in grouped] == [["local:main", "discord:1"], ["local:main"]]


def test_a_long_month_is_cut_and_the_command_for_the_rest_is_shown(tmp_path: Path) -> None:
    month = [said(f"reminder {day}", "local:main", day) for day in range(1, 10)]
    talk = an_evening(tmp_path / "config.toml", FixedLooks(played=(month, ())), "y", "later")
    assert "reminder 6" in screen(talk)
    assert "reminder 7" not in screen(talk)
    assert "There are 3 more." in screen(talk)
    assert "tsudoi rehearse --from 20" in screen(talk)


def test_a_rehearsal_that_fails_stops_nobody(tmp_path: Path) -> None:
    talk = an_evening(tmp_path / "config.toml", FixedLooks(recordings=(DOWN,)), "y", "later")
    assert "No rehearsal is possible now." in screen(talk)
    assert (tmp_path / "config.toml").exists()


def test_a_no_writes_nothing_and_keeps_the_answers(tmp_path: Path) -> None:
    draft = Draft(tmp_path / "config.toml.draft")
    an_evening(tmp_path / "config.toml", FixedLooks(), "n", draft=draft)
    assert [file.name for file in tmp_path.iterdir()] == ["config.toml.draft"]
    kept = draft.read()
    assert kept is not None
    assert (kept.group, kept.api_key, kept.platforms) == ("g", "key-1", ())


OLD = Answers(
    "en",
    "g",
    "G",
    ("discord", "slack"),
    {"1": "#a"},
    {"C1": "#b"},
    "https://g.org/",
    "key-1",
    "token",
    "xoxb-1",
    "xapp-1",
)


def test_a_configuration_that_is_there_has_the_answers_that_it_was_made_of() -> None:
    there = settings_of(configuration(texts_for("ja"), OLD, ()))
    assert answers_of(there) == replace(OLD, discord_channels={"1": ""}, slack_channels={"C1": ""})
    assert answers_of(settings_of("")).name is None  # so that connpass is asked for it


ALL = replace(OLD, discord_channels={"1": ""}, slack_channels={"C1": ""})


@pytest.mark.parametrize(
    "before",
    [
        "[web]\nport = 9000  # behind the proxy",
        'discord.token = "old"\nsources = [{name = "g", group = "g"}]\n'
        'rooms = [{platform = "slack", channel = "C1"}]\n',
        'discord = {token = "old", shards = 2}\ncommunity = {name = "x"}\nsources = []\nrooms = []\n',
        '# first\n[[rooms]]\nplatform = "discord"\nchannel = "9"\n[[rooms]]\nplatform = "local"\nchannel = "main"\n'
        'digest = "mon 09:00"\n[web]\nport = 1\n\n# last\n[[sources]]\nname = "lt"\nkeyword = "LT"\n[[sources]]\n'
        'name = "h"\ngroup = "https://h.connpass.com/"\n',
        '[[rooms]]\nplatform = "slack"\nchannel = "C9"\n[web]\nport = 3\n[[rooms]]\nplatform = "discord"\nchannel = "1"'
        "\nthreads = true\n",
        '[discord]\r\ntoken = "old"\r\n[reminders]\r\nlead_times = ["2d"]\r\n',
    ],
    ids=["no line feed", "one line each", "inline tables", "rooms first", "scattered", "from Windows"],
)
def test_answers_are_put_into_what_is_there_however_it_is_laid_out(before: str) -> None:
    text = configuration(texts_for("ja"), ALL, (), before)
    now, then = settings_of(text), settings_of(before)
    assert answers_of(now) == ALL
    assert configuration(texts_for("ja"), ALL, (), text) == text  # and once more: nothing changes
    for unasked in ("web", "reminders", "storage", "recognition"):
        assert getattr(now, unasked) == getattr(then, unasked)
    kept = [
        one
        for one in then.rooms
        if (one.platform, one.channel) in {("discord", "1"), ("slack", "C1"), ("local", "main")}
    ]
    assert [one for one in now.rooms if one in kept] == kept
    assert all(line in text for line in before.splitlines() if "#" in line)


def test_only_the_line_whose_answer_changed_is_another() -> None:
    before = "# ours\n" + configuration(texts_for("en"), OLD, ()).replace('"1h"]', '"2h"]  #  as we like it\n#')
    after = configuration(texts_for("en"), replace(OLD, name="Another name", api_key="key-2"), (), before)
    changed = [(old, new) for old, new in zip(before.splitlines(), after.splitlines(), strict=True) if old != new]
    assert [new.split(" = ")[1].split("#")[0].strip() for _, new in changed] == ['"Another name"', '"key-2"']
    assert {new.index("#") for _, new in changed} == {old.index("#") for old, _ in changed}


def test_a_group_that_changes_is_followed_under_its_new_name() -> None:
    before = configuration(texts_for("en"), OLD, ()) + 'announce = ["g"]\n'
    after = settings_of(configuration(texts_for("en"), replace(OLD, group="h"), (), before))
    assert [(source.name, source.group) for source in after.sources] == [("h", "h")]
    assert after.rooms[-1].announce == ("h",)


def test_a_key_that_comes_later_ends_the_feed_and_a_feed_that_is_wanted_stays() -> None:
    fed = configuration(texts_for("en"), replace(OLD, api_key=""), ())
    keyed = configuration(texts_for("en"), OLD, (), fed)
    assert (settings_of(fed).sources[0].kind, settings_of(keyed).sources[0].kind) == ("feed", "api")
    wanted = keyed.replace('group = "g"', 'kind = "feed"\ngroup = "g"')
    assert configuration(texts_for("en"), OLD, (), wanted) == wanted


def test_what_the_environment_says_is_put_into_no_file() -> None:
    before = '[discord]\ntoken = ""\n'
    after = configuration(texts_for("en"), OLD, {"discord_token", "api_key"}, before)
    assert "key-1" not in after
    assert tomllib.loads(after)["discord"]["token"] == ""
    assert not holds_secrets('[storage]\nurl = "sqlite:///a.db"\n[connpass]\napi_key = ""\n')
    assert holds_secrets('[storage]\nurl = "postgresql://tsudoi:secret@db/tsudoi"\n')


def test_a_second_evening_with_the_same_answers_says_so_and_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(configuration(texts_for("en"), Answers("en", "g", "G", (), site_url="", api_key="key-1"), ()))
    before = file.stat().st_mtime_ns
    talk = a_talk("en", "g", "key-1", "G", "page", "", "later", draft=Draft(tmp_path / "draft"))
    assert spend_evening(talk, file, "ja", COMMANDS)
    assert "Nothing has changed" in screen(talk)
    assert [one.name for one in tmp_path.iterdir()] == ["config.toml"]
    assert file.stat().st_mtime_ns == before


def test_a_configuration_that_cannot_be_read_answers_nothing(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("[web")
    assert settings_in(tmp_path / "broken.toml") is settings_in(tmp_path / "absent.toml") is None


def test_last_month_is_the_community_s() -> None:
    settings = settings_of("")
    start, end = last_month(datetime(2026, 12, 31, 15, 30, tzinfo=UTC), settings)  # New Year has come in Japan
    assert (start.isoformat(), end.isoformat()) == ("2026-12-01T00:00:00+09:00", "2027-01-01T00:00:00+09:00")


names = st.text(max_size=60)


@settings(max_examples=50, deadline=None)
@given(name=names, label=names)
def test_whatever_a_group_is_called_the_file_is_read_as_it_was_meant(name: str, label: str) -> None:
    answers = Answers("ja", "g", name.replace("\x7f", ""), ("discord",), {"1": label}, site_url="", discord_token='"\\')
    try:
        text = configuration(texts_for("ja"), answers, ())
        text.encode()
    except UnicodeEncodeError:
        return  # half of a surrogate pair: no terminal and no connpass gives one
    read = tomllib.loads(text)
    assert read["community"]["name"] == (answers.name or "Tsudoi")
    assert read["discord"]["token"] == '"\\'
    assert [room["channel"] for room in read["rooms"]] == ["1"]


@pytest.mark.parametrize("locale", ["ja", "en"])
def test_the_file_explains_itself_in_the_language_that_was_chosen(locale: str) -> None:
    text = configuration(texts_for(locale), Answers(locale, "g", "G", ("slack",)), {"slack_bot_token"})
    assert ("取得元" in text or "設定" in text) == (locale == "ja")
    assert 'kind = "feed"' in text
    assert "TSUDOI_SLACK__BOT_TOKEN" in text
    assert settings_of(text).sources[0].kind == "feed"


def test_a_configuration_that_the_bot_would_refuse_never_gets_there() -> None:
    with pytest.raises(ConfigurationError, match=r"community\.name"):
        settings_of(configuration(texts_for("ja"), Answers("ja", "g", "x" * 3000), ()))


def test_only_a_file_with_secrets_is_closed_to_others(tmp_path: Path) -> None:
    for text, mode in (('[discord]\ntoken = "t"\n', 0o600), ("", 0o644)):
        put_in_place(text, tmp_path / "config.toml")
        assert stat.S_IMODE((tmp_path / "config.toml").stat().st_mode) == mode
    assert load_settings(tmp_path / "config.toml").sources == ()


# --- answers and how they are shown


def test_a_draft_holds_no_secret_of_the_environment_and_is_nobody_else_s(tmp_path: Path) -> None:
    draft = Draft(tmp_path / "draft")
    answers = Answers("ja", platforms=("slack",), slack_channels={"C1": "#a"}, api_key="typed", discord_token="outside")
    draft.keep(answers, {"discord_token": "outside"})
    assert "outside" not in draft.file.read_text()
    assert stat.S_IMODE(draft.file.stat().st_mode) == 0o600
    assert draft.read() == replace(answers, discord_token=None)
    draft.file.write_text('{"unknown": 1}')
    assert draft.read() is None


def test_a_secret_is_in_no_representation() -> None:
    assert "hidden" not in repr(Answers(**dict.fromkeys(SECRETS, "hidden")))


def test_a_file_for_a_secret_that_is_empty_or_no_text_is_named_alone(tmp_path: Path) -> None:
    file = tmp_path / "token"
    for content, wrong in ((b"\n", "is empty"), (b"\xff\xfesecret", "cannot be read")):
        file.write_bytes(content)
        with pytest.raises(ConfigurationError, match=wrong) as caught:
            secret_in(file)
        assert "secret'" not in str(caught.value)


@pytest.mark.parametrize("show", [Asker.say, Asker.show, Asker.good, Asker.warn, Asker.bad])
def test_strangers_words_do_not_steer_the_terminal(show: Callable[[Asker, str], None]) -> None:
    typist = Typist()
    show(typist, "会\x1b[2J\x07\r\u202e[bold]名")
    assert "会[2J[bold]名" in typist.screen


@pytest.mark.parametrize(
    ("spoken", "language"),
    [("ja_JP.UTF-8", "ja"), ("C.UTF-8", "ja"), ("C", "ja"), ("en_US.UTF-8", "en"), ("de_DE", "en")],
)
def test_the_usual_language_is_this_computer_s(monkeypatch: pytest.MonkeyPatch, spoken: str, language: str) -> None:
    monkeypatch.setenv("LC_ALL", "")
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", spoken)
    assert usual_language() == language
