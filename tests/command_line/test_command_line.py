"""The real process with its real command line: what works, and one clear sentence for what does not."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import requests

from tests.support.connpass_server import ConnpassServer, an_event
from tests.support.process import (
    ENDS_WITHIN,
    environment,
    messages,
    running_bot,
    tsudoi,
    wait_for_message,
    wait_for_problem,
)
from tests.support.report_site import ARTICLES, EVENTS, TRUTH, ReportServer
from tests.support.stores import raw_sqlite

NOW = datetime.now(UTC).replace(microsecond=0)


def configure(folder: Path, connpass: ConnpassServer | None = None, site: ReportServer | None = None) -> None:
    text = '[web]\nport = 0\n[storage]\nurl = "sqlite:///tsudoi.db"\n'
    if connpass is not None:
        text += f'[connpass]\napi_key = "{connpass.api_key}"\nbase_url = "{connpass.base_url}"\npoll_every = "5s"\n'
        text += '[[sources]]\nname = "utsunomiya"\ngroup = "tfug-utsunomiya"\n'
    if site is not None:
        text += f'[reports]\nsite_url = "{site.url}"\npoll_every = "5s"\n'
    (folder / "config.toml").write_text(text, encoding="utf-8")


@pytest.fixture
def connpass() -> Iterator[ConnpassServer]:
    with ConnpassServer([an_event(501, "もくもく会 #5", NOW + timedelta(days=3))]) as server:
        yield server


def test_a_real_run_polls_answers_announces_and_ends_cleanly(tmp_path: Path, connpass: ConnpassServer) -> None:
    configure(tmp_path, connpass)
    with running_bot(tmp_path) as bot:
        assert connpass.wait_for_calls(1, timeout=20)
        assert requests.get(f"{bot.url}/healthz", timeout=5).json()["status"] == "ok"
        connpass.add(an_event(502, "LT会 #6", NOW + timedelta(days=9)))
        assert wait_for_message(bot.url, "announcement")["event_id"] == 502
        answer = requests.post(f"{bot.url}/api/messages", json={"text": "!次"}, timeout=5).json()["answers"][0]
        assert "もくもく会 #5" in answer["text"]
        assert bot.stop() == 0
    assert "Traceback" not in (tmp_path / "log").read_text()

    told = tsudoi(tmp_path, "next", "--json")
    assert [event["id"] for event in json.loads(told.stdout)["events"]] == [501]
    assert "もくもく会 #5" in tsudoi(tmp_path, "next").stdout


@pytest.mark.parametrize(("told", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)], ids=["stop", "Ctrl-C"])
def test_a_stop_while_it_is_still_being_imported_is_clean_too(tmp_path: Path, told: signal.Signals, code: int) -> None:
    (tmp_path / "typer.py").write_text("import time\nprint('importing', flush=True)\ntime.sleep(600)\n")
    hears = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # where a shell in the background starts the tests
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hears,
    ) as bot:
        assert bot.stdout is not None
        try:
            assert bot.stdout.readline() == "importing\n"
            bot.send_signal(told)
            assert bot.communicate(timeout=ENDS_WITHIN) == ("", "")
        finally:
            bot.kill()
    assert bot.returncode == code


def test_what_was_announced_before_a_kill_is_not_announced_again(tmp_path: Path, connpass: ConnpassServer) -> None:
    configure(tmp_path, connpass)
    with running_bot(tmp_path) as bot:
        assert connpass.wait_for_calls(1, timeout=20)
        connpass.add(an_event(502, "LT会 #6", NOW + timedelta(days=9)))
        wait_for_message(bot.url, "announcement")
        bot.kill()
    with running_bot(tmp_path) as bot:
        calls = len(connpass.calls)
        assert connpass.wait_for_calls(calls + 2, timeout=30)
        assert [one["kind"] for one in messages(bot.url)] == ["announcement"]


def test_health_says_why_discord_does_not_work(tmp_path: Path, connpass: ConnpassServer) -> None:
    configure(tmp_path, connpass)
    with socket.socket() as nobody, (tmp_path / "config.toml").open("a") as config:
        nobody.bind(("127.0.0.1", 0))  # takes no connections
        config.write(f'[discord]\ntoken = "t"\napi_url = "http://127.0.0.1:{nobody.getsockname()[1]}/api/v10"\n')
        config.flush()
        with running_bot(tmp_path) as bot:
            assert "Cannot connect" in wait_for_problem(bot.url, "discord")
            assert bot.stop() == 0


def test_a_stop_does_not_wait_for_a_server_that_hangs(tmp_path: Path, connpass: ConnpassServer) -> None:
    configure(tmp_path, connpass)
    connpass.fail("hang", times=3)
    with running_bot(tmp_path) as bot:
        assert connpass.wait_for_calls(1, timeout=20)
        began = time.monotonic()
        assert bot.stop() == 0
        assert time.monotonic() - began < 10
    connpass.release()


@pytest.mark.parametrize(
    ("text", "code", "sentence"),
    [
        ("[web]\nprot = 1", 2, "config.toml: web.prot: unknown key; did you mean web.port?"),
        ("[web]\nport = 'x'", 2, "config.toml: web.port:"),
        ("[community]\ntimezone = 'Mars'", 2, 'config.toml: community.timezone: "Mars" is not a time zone'),
        ("[storage]\nurl = 'sqlite:///absent/tsudoi.db'", 3, "storage.url: cannot use the database"),
    ],
)
def test_a_configuration_that_cannot_work_is_one_sentence_and_an_exit_code(
    tmp_path: Path, text: str, code: int, sentence: str
) -> None:
    (tmp_path / "config.toml").write_text(text)
    ended = tsudoi(tmp_path, "run")
    assert (ended.returncode, ended.stdout) == (code, "")
    assert ended.stderr.startswith(sentence)
    assert len(ended.stderr.splitlines()) == 1


def test_a_draft_of_nothing_is_a_sentence(tmp_path: Path) -> None:
    configure(tmp_path)
    ended = tsudoi(tmp_path, "draft", "4")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "「4」に当てはまる、開催済みのイベントが見つかりません。\n"


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    configure(tmp_path)
    assert tsudoi(tmp_path, "next").returncode == 0
    with raw_sqlite(tmp_path / "tsudoi.db") as store:
        store.execute("UPDATE alembic_version SET version_num = '9999'")
    ended = tsudoi(tmp_path, "run")
    assert ended.returncode == 3
    assert "newer than this Tsudoi" in ended.stderr


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        (tmp_path / "config.toml").write_text(f"[web]\nport = {taken.getsockname()[1]}")
        ended = tsudoi(tmp_path, "run")
    assert ended.returncode == 4
    assert "web.port" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_reading_names_each_file_that_is_no_picture_and_goes_on(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("これは絵ではありません")
    ended = tsudoi(tmp_path, "read", "note.txt", "absent.png", "--json")
    answers = [json.loads(line) for line in ended.stdout.splitlines()]
    assert ended.returncode == 1
    assert [answer["file"] for answer in answers] == ["note.txt", "absent.png"]
    assert all(answer["error"] for answer in answers)


def test_check_says_what_would_not_work(tmp_path: Path, connpass: ConnpassServer) -> None:
    configure(tmp_path, connpass)
    assert tsudoi(tmp_path, "check").returncode == 0
    (tmp_path / "empty.toml").write_text("")
    assert "[[sources]]" in tsudoi(tmp_path, "check", "--config", "empty.toml").stdout
    config = tmp_path / "config.toml"
    config.write_text(config.read_text().replace(connpass.api_key, "wrong"))
    ended = tsudoi(tmp_path, "check")
    assert ended.returncode == 1
    assert "connpass.api_key" in " ".join(ended.stdout.split())


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    folder = tmp_path_factory.mktemp("rehearsal")
    recorded = [an_event(event.id, event.title, event.started_at) for event in EVENTS if "tfug" in event.url]
    with ConnpassServer(recorded) as connpass, ReportServer(ARTICLES) as site:
        configure(folder, connpass, site)
        ended = tsudoi(folder, "rehearse", "--from", "2017-06-01", "--to", "2018-02-01", "--json")
    assert ended.returncode == 0, ended.stderr
    assert not (folder / "tsudoi.db").exists()  # the real store is not even made
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_a_rehearsal_shows_each_message_once_and_in_order(rehearsal: list[dict[str, str]]) -> None:
    moments = [said["at"] for said in rehearsal]
    assert moments == sorted(moments)
    assert len({(said["at"], said["kind"], said["text"]) for said in rehearsal}) == len(rehearsal)
    announced = [said["event_id"] for said in rehearsal if said["kind"] == "announcement"]
    coming = [event for event in EVENTS if "tfug" in event.url and event.takes_place]
    assert announced == [event.id for event in coming if event.started_at >= datetime(2017, 7, 1, tzinfo=UTC)]
    reminded = [said["event_id"] for said in rehearsal if said["kind"] == "reminder"]
    assert {event_id: reminded.count(event_id) for event_id in reminded} == {event.id: 3 for event in coming[1:]}


def test_a_rehearsal_ties_no_report_to_a_wrong_event(rehearsal: list[dict[str, str]]) -> None:
    linked = {said["report_url"]: said["event_id"] for said in rehearsal if said["kind"] == "report"}
    assert len(linked) >= 4
    for url, event_id in linked.items():
        assert TRUTH["/" + url.rpartition("/")[2]] == event_id
