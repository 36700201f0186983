"""`tsudoi init`, the real process: an organiser at a terminal, and a script, against connpass, Discord and Slack."""

import re
import shutil
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import __version__
from bot.command_line.main import cli
from bot.config import Settings, load_settings
from bot.core.errors import ConfigurationError
from bot.core.problems.platforms import TokenRefused
from bot.first_evening.answers import SECRETS
from bot.platforms.slack.manifest import manifest, written
from tests.support.connpass_server import ConnpassServer, a_group, an_event
from tests.support.discord_server import DiscordServer
from tests.support.process import ENDS_WITHIN, environment
from tests.support.slack_facts import CHANNEL, AppConfig
from tests.support.slack_server import SlackServer
from tests.support.terminal import Terminal, terminal

NOW = datetime.now(UTC).replace(microsecond=0)
LAST_MONTH = NOW.replace(day=1) - timedelta(days=10)
GROUP = {**a_group("tfug-utsunomiya"), "title": "TFUG 宇都宮 \x1b[31m"}
HIDDEN = "入力した文字は表示されません）："
JAPANESE = {"LANG": "ja_JP.UTF-8", "LC_ALL": ""}


@pytest.fixture
def connpass() -> Iterator[ConnpassServer]:
    event = an_event(7, "もくもく会 #7", LAST_MONTH, group=GROUP, updated_at=LAST_MONTH - timedelta(days=60))
    with ConnpassServer([event]) as connpass:
        yield connpass


@pytest.fixture
def discord() -> Iterator[DiscordServer]:
    with DiscordServer(("101", "102")) as discord:
        yield discord
        assert discord.problems == []


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer(app=AppConfig.of_manifest(manifest())) as slack:
        yield slack
        assert slack.problems == []


def at(connpass: ConnpassServer, discord: DiscordServer, slack: SlackServer) -> dict[str, str]:
    """Where the process finds them."""
    return {
        **JAPANESE,
        "TSUDOI_CONNPASS__BASE_URL": connpass.base_url,
        "TSUDOI_DISCORD__API_URL": discord.api_url,
        "TSUDOI_SLACK__API_URL": slack.api_url,
    }


def init(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `tsudoi init` where nobody is at a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "bot", "init", *arguments],
        cwd=folder,
        env={**environment(), "LANG": "C.UTF-8", "LC_ALL": "", **variables},
        capture_output=True,
        text=True,
        timeout=ENDS_WITHIN,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def settings_in(folder: Path) -> Settings:
    return load_settings(folder / "config.toml")


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_an_organiser_is_led_from_nothing_to_a_bot_that_would_start(
    tmp_path: Path, connpass: ConnpassServer, discord: DiscordServer, slack: SlackServer
) -> None:
    with terminal(tmp_path, "init", **at(connpass, discord, slack)) as evening:
        evening.answer("[1]: ")  # the language
        evening.answer("グループページ", "https://tfug-utsunomiya.connpass.com/event/7/")
        evening.answer(f"API キー（まだなければ Enter。{HIDDEN}", "a-wrong-key")
        evening.wait_for("受け付けませんでした")
        evening.answer(f"API キー（まだなければ Enter。{HIDDEN}", connpass.api_key)
        evening.answer("グループの表示名")
        evening.answer("[1]: ", "4")  # Discord and Slack
        evening.answer(f"Discord のボットのトークン（{HIDDEN}", "a-wrong-token")
        evening.answer(f"Discord のボットのトークン（{HIDDEN}", discord.token)
        evening.answer("番号（例：1 3）", "2")
        evening.answer(f"Bot User OAuth Token（{HIDDEN}", slack.app_token)  # the wrong one of the two
        evening.wait_for("xoxb- で始まる")
        evening.answer(f"Bot User OAuth Token（{HIDDEN}", slack.bot_token)
        evening.answer(f"App-Level Token（{HIDDEN}", slack.app_token)
        evening.answer("番号（例：1 3）", "1")
        evening.answer("そのサイトの URL")
        evening.answer("載せるものを選んでください")
        evening.answer("書きますか？")
        evening.answer("投稿しますか？")
        evening.wait_for("#events に投稿しました")
        evening.answer("どこで動かしますか？", "later")
        assert evening.end() == 0
    says_everything(evening, tmp_path)
    for secret in ("a-wrong-key", connpass.api_key, "a-wrong-token", discord.token, slack.bot_token, slack.app_token):
        assert secret not in evening.shown
    settings = settings_in(tmp_path)
    assert (settings.community.name, settings.community.locale) == ("TFUG 宇都宮 [31m", "ja")
    assert [(one.kind, one.group) for one in settings.sources] == [("api", "tfug-utsunomiya")]
    assert settings.connpass.api_key.get_secret_value() == connpass.api_key
    assert settings.discord.token.get_secret_value() == discord.token
    assert settings.slack.is_on
    assert [room.scheduled_events for room in settings.rooms] == ["new", True]
    (hello,) = discord.posted
    assert (hello["channel_id"], "はじめまして" in hello["content"]) == ("102", True)
    assert [call.arguments["channel"] for call in slack.calls if call.method == "chat.postMessage"] == [CHANNEL]
    assert [(room.platform, room.channel) for room in settings.rooms] == [("discord", "102"), ("slack", CHANNEL)]
    assert mode(tmp_path / "config.toml") == 0o600
    assert (tmp_path / "slack-manifest.json").read_text() == written()
    assert {file.name for file in tmp_path.iterdir()} == {"config.toml", "slack-manifest.json"}


def says_everything(evening: Terminal, folder: Path) -> None:
    """What an organiser needs to see on the way."""
    assert "TFUG 宇都宮" in evening.shown
    assert "宇都宮 \x1b[31m" not in evening.shown  # a group's name paints nothing
    assert re.search(r"https://discord\.com/oauth2/authorize\?client_id=900&\S+permissions=\d+", evening.shown)
    assert str(folder / "slack-manifest.json") in evening.shown
    rehearsed = evening.shown.partition("リハーサル")[2]
    assert "もくもく会 #7" in rehearsed
    assert "#channel-102 (Utsunomiya), #events" in rehearsed.replace("、", ", ")
    assert "判断に迷うことは #channel-102 (Utsunomiya) でお伺いします" in rehearsed
    assert evening.shown.rstrip().endswith("-m bot run\x1b[0m")


def test_a_ctrl_c_loses_nothing_and_says_so(
    tmp_path: Path, connpass: ConnpassServer, discord: DiscordServer, slack: SlackServer
) -> None:
    with terminal(tmp_path, "init", **at(connpass, discord, slack)) as evening:
        evening.answer("[1]: ")
        evening.answer("グループページ", "tfug-utsunomiya")
        evening.answer(HIDDEN, connpass.api_key)
        evening.answer("グループの表示名", "宇都宮の会")
        evening.wait_for("[1]: ")
        evening.interrupt()
        assert evening.end() == 130
    assert "config.toml はまだ書いていません" in evening.shown
    assert "config.toml.draft に残しました" in evening.shown
    assert mode(tmp_path / "config.toml.draft") == 0o600
    assert not (tmp_path / "config.toml").exists()

    with terminal(tmp_path, "init", **at(connpass, discord, slack)) as evening:
        evening.wait_for("前回の答えが残っています")
        for question in ("[1]: ", "[tfug-utsunomiya]", HIDDEN, "[宇都宮の会]", "[1]: ", "サイト", "書きますか？"):
            evening.answer(question)
        evening.answer("どこで動かしますか？", "later")
        assert evening.end() == 0
    assert connpass.api_key not in evening.shown
    settings = settings_in(tmp_path)
    assert settings.community.name == "宇都宮の会"
    assert settings.connpass.api_key.get_secret_value() == connpass.api_key
    assert not (tmp_path / "config.toml.draft").exists()


def test_a_ctrl_c_does_not_wait_for_a_server_that_hangs(
    tmp_path: Path, connpass: ConnpassServer, discord: DiscordServer, slack: SlackServer
) -> None:
    connpass.fail("hang", times=3)
    with terminal(tmp_path, "init", **at(connpass, discord, slack)) as evening:
        evening.answer("[1]: ")
        evening.answer("グループページ", "tfug-utsunomiya")
        evening.answer(HIDDEN, connpass.api_key)
        assert connpass.wait_for_calls(1, timeout=ENDS_WITHIN)
        began = time.monotonic()
        evening.interrupt()
        assert evening.end() == 130
        assert time.monotonic() - began < 10  # a call may take 20 s
    assert "config.toml.draft に残しました" in evening.shown
    assert "Traceback" not in evening.shown
    connpass.release()


def test_a_script_gives_flags_files_and_variables_and_is_asked_nothing(
    tmp_path: Path, connpass: ConnpassServer, discord: DiscordServer, slack: SlackServer
) -> None:
    (tmp_path / "discord").write_text(f"{discord.token}\n")
    secrets = {
        "TSUDOI_CONNPASS__API_KEY": connpass.api_key,
        "TSUDOI_SLACK__BOT_TOKEN": slack.bot_token,
        "TSUDOI_SLACK__APP_TOKEN": slack.app_token,
    }
    flags = ["--yes", "--language", "en", "--group", "https://tfug-utsunomiya.connpass.com/", "--name", "Mokumoku"]
    flags += ["--platform", "discord", "--platform", "slack", "--discord-token-file", "discord"]
    flags += ["--discord-channel", "101", "--slack-channel", CHANNEL, "--site-url", "", "--config", "bot.toml"]
    ended = init(tmp_path, *flags, **secrets, **at(connpass, discord, slack))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "https://discord.com/oauth2/authorize" in ended.stdout
    assert ended.stdout.rstrip().endswith("run --config bot.toml")
    for secret in (connpass.api_key, discord.token, slack.bot_token, slack.app_token):
        assert secret not in ended.stdout
    written = (tmp_path / "bot.toml").read_text()
    assert discord.token in written
    assert not any(secret in written for secret in secrets.values())  # the environment has them, and keeps them
    assert "TSUDOI_SLACK__APP_TOKEN" in written
    settings = load_settings(tmp_path / "bot.toml")
    assert (settings.community.name, settings.community.locale) == ("Mokumoku", "en")
    assert [(room.platform, room.channel) for room in settings.rooms] == [("discord", "101"), ("slack", CHANNEL)]
    assert [one.kind for one in settings.sources] == ["api"]


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (["--yes"], "--group"),
        ([], "--group"),  # no terminal
        (["--group", "g", "--platform", "discord"], "TSUDOI_DISCORD__TOKEN or --discord-token-file"),
        (["--group", "g", "--platform", "slack"], "TSUDOI_SLACK__BOT_TOKEN or --slack-bot-token-file"),
        (["--group", "g", "--discord-token-file", "absent"], "absent: cannot be read"),
    ],
)
def test_a_script_that_leaves_something_out_hears_which_flag_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: list[str], named: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in SECRETS.values():
        monkeypatch.delenv(variable, raising=False)
    ended = CliRunner().invoke(cli, ["init", "--offline", *flags])
    assert isinstance(ended.exception, ConfigurationError)
    assert named in str(ended.exception)
    assert list(tmp_path.iterdir()) == []


def test_a_secret_that_is_refused_is_not_repeated_and_nothing_is_written(
    tmp_path: Path, connpass: ConnpassServer, discord: DiscordServer, slack: SlackServer
) -> None:
    secrets = {"TSUDOI_CONNPASS__API_KEY": connpass.api_key, "TSUDOI_DISCORD__TOKEN": "MTA.wrong.secret"}
    found = at(connpass, discord, slack)
    ended = init(tmp_path, "--group", "tfug-utsunomiya", "--platform", "discord", **secrets, **found)
    assert ended.returncode == 2
    assert ended.stderr == f"TSUDOI_DISCORD__TOKEN: {TokenRefused('discord.token')}\n"
    assert "MTA.wrong.secret" not in ended.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_network_that_is_down_stops_a_script_unless_it_says_offline(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # takes no connections
        base_url = f"http://127.0.0.1:{nobody.getsockname()[1]}/api/v2"
        variables = {"TSUDOI_CONNPASS__API_KEY": "k", "TSUDOI_CONNPASS__BASE_URL": base_url}
        ended = init(tmp_path, "--group", "tfug-utsunomiya", **variables)
        assert ended.returncode == 1
        assert "--offline" in ended.stderr
        assert list(tmp_path.iterdir()) == []
        ended = init(tmp_path, "--group", "tfug-utsunomiya", "--offline", **variables)
    assert ended.returncode == 0
    assert "tsudoi check" in ended.stdout
    assert settings_in(tmp_path).community.name == "tfug-utsunomiya"


def test_a_second_evening_begins_with_what_is_there_and_changes_nothing_else(
    tmp_path: Path, connpass: ConnpassServer, discord: DiscordServer, slack: SlackServer
) -> None:
    file = tmp_path / "config.toml"
    first = ["--offline", "--group", "tfug-utsunomiya", "--name", "宇都宮の会", "--connpass-key-file", "key"]
    (tmp_path / "key").write_text(connpass.api_key)
    assert init(tmp_path, *first).returncode == 0
    file.write_text(file.read_text() + "\n[web]\nport = 0\n")
    before = file.read_text()
    with terminal(tmp_path, "init", **at(connpass, discord, slack)) as evening:
        evening.wait_for("お伺いしない設定は、そのまま残します")
        for question in ("[1]: ", "[tfug-utsunomiya]", HIDDEN, "[宇都宮の会]", "[1]: ", "サイト"):
            evening.answer(question)
        evening.wait_for("変更はありません")
        evening.answer("どこで動かしますか？")
        assert evening.end() == 0
    assert connpass.api_key not in evening.shown
    assert file.read_text() == before
    assert not (tmp_path / "config.toml.old").exists()
    with terminal(tmp_path, "init", **at(connpass, discord, slack)) as evening:
        for question in ("[1]: ", "[tfug-utsunomiya]", HIDDEN):
            evening.answer(question)
        evening.answer("[宇都宮の会]", "宇都宮")
        for question in ("[1]: ", "サイト", "書きますか？"):
            evening.answer(question)
        evening.answer("どこで動かしますか？", "here")
        evening.wait_for("http://127.0.0.1:")  # it lives, in this terminal
        evening.interrupt()
        assert evening.end() == 0
    assert file.read_text().splitlines() == [
        line.replace('"宇都宮の会"', '"宇都宮"    ') for line in before.splitlines()
    ]
    assert (tmp_path / "config.toml.old").read_text() == before
    assert mode(tmp_path / "config.toml.old") == mode(file) == 0o600


def test_a_script_changes_what_is_there_only_on_demand_and_keeps_it(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[web]\nport = 1\n[discord]\ntoken = "t"\n')
    ended = init(tmp_path, "--offline", "--group", "g")
    assert ended.returncode == 2
    assert "--force" in ended.stderr
    assert (tmp_path / "config.toml").read_text() == '[web]\nport = 1\n[discord]\ntoken = "t"\n'
    assert init(tmp_path, "--offline", "--group", "g", "--force").returncode == 0
    assert "port = 1" in (tmp_path / "config.toml.old").read_text()
    settings = settings_in(tmp_path)
    assert (settings.web.port, settings.discord.token.get_secret_value()) == (1, "t")  # what was not given stays


def test_secrets_are_not_written_into_a_file_that_git_tracks(tmp_path: Path) -> None:
    if shutil.which("git") is None:
        pytest.skip("no git")
    (tmp_path / "config.toml").write_text("[web]\nport = 1\n")
    (tmp_path / "key").write_text("a-secret-key")
    for command in (["init", "--quiet"], ["add", "config.toml"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    ended = init(tmp_path, "--offline", "--force", "--group", "g", "--connpass-key-file", "key")
    assert ended.returncode == 2
    assert "git rm --cached config.toml" in ended.stderr
    assert (tmp_path / "config.toml").read_text() == "[web]\nport = 1\n"


def test_the_version_is_said(tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "bot", "--version"], env=environment(), capture_output=True, text=True, check=True
    )
    assert said.stdout == f"tsudoi {__version__}\n"
