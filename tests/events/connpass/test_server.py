"""The stand-in is as strict as connpass: what it refuses here, it would refuse to a client that slipped."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from tests.support.connpass_server import ConnpassServer, a_group, an_event, malformed_events, tokyo

AGENT = "Tsudoi/1 (+https://example.org/)"


@pytest.fixture
def server() -> Iterator[ConnpassServer]:
    with ConnpassServer(rate=timedelta()) as server:
        yield server


def ask(server: ConnpassServer, headers: dict[str, str] | None = None, **params: Any) -> requests.Response:
    sent = {"User-Agent": AGENT, "X-API-Key": server.api_key} if headers is None else headers
    return requests.get(f"{server.base_url}/events/", params=params, headers=sent, timeout=5)


def ids(answer: requests.Response) -> list[int]:
    return [event["id"] for event in answer.json()["events"]]


@pytest.mark.parametrize("key", [None, "", "wrong"])
def test_a_missing_or_wrong_key_is_unauthorized(server: ConnpassServer, key: str | None):
    answer = ask(server, {"User-Agent": AGENT} | ({} if key is None else {"X-API-Key": key}))
    assert (answer.status_code, answer.json()) == (401, {"detail": "Unauthorized"})


@pytest.mark.parametrize("agent", ["", None, "python-requests/2.34", "Python-urllib/3.11", "curl/8"])
def test_a_library_s_user_agent_gets_a_page_of_html(server: ConnpassServer, agent: str | None):
    headers = {"X-API-Key": server.api_key} | ({} if agent is None else {"User-Agent": agent})
    answer = ask(server, headers)
    assert (answer.status_code, answer.headers["Content-Type"]) == (403, "text/html; charset=utf-8")


def test_a_second_call_within_a_second_of_arrival_is_too_many():
    with ConnpassServer() as server:
        assert [ask(server).status_code for _ in range(3)] == [200, 429, 429]
        assert [call.status for call in server.calls] == [200, 429, 429]


@pytest.mark.parametrize(
    "params",
    [
        {"foo": 1},
        {"nickname": "x"},
        {"count": 101},
        {"count": 0},
        {"count": [1, 2]},
        {"start": 0},
        {"order": 4},
        {"order": "date"},
        {"ym": "2026-05"},
        {"ym": "202613"},
        {"ymd": "202605"},
        {"prefecture": "utsunomiya"},
        {"event_id": "x"},
        {"keyword": ""},
    ],
    ids=str,
)
def test_what_is_not_documented_is_a_bad_request(server: ConnpassServer, params: dict[str, Any]):
    assert ask(server, **params).status_code == 400


def test_another_path_is_not_found(server: ConnpassServer):
    assert requests.get(f"{server.base_url}/events", headers={"User-Agent": AGENT}, timeout=5).status_code == 404


def test_events_come_in_pages_and_in_order(server: ConnpassServer):
    server.add(an_event(1, "a", tokyo(2026, 6, 3), updated_at=tokyo(2026, 1, 1)))
    server.add(an_event(2, "b", tokyo(2026, 6, 1), updated_at=tokyo(2026, 1, 3)))
    server.add(an_event(3, "c", tokyo(2026, 6, 2), updated_at=tokyo(2026, 1, 2)))
    assert [ids(ask(server, order=order)) for order in (1, 2, 3)] == [[2, 3, 1], [1, 3, 2], [3, 2, 1]]
    page = ask(server, order=2, start=3, count=2).json()
    assert [page[f"results_{name}"] for name in ("returned", "available", "start")] == [1, 3, 3]
    assert ids(ask(server, start=4)) == []


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"subdomain": "g"}, [2]),
        ({"group_id": 77}, [2]),
        ({"event_id": "1,2"}, [1, 2]),
        ({"event_id": [1, 3]}, [1, 3]),
        ({"keyword": ["python", "初心者"]}, [1]),
        ({"keyword": "python,初心者"}, [1]),
        ({"keyword_or": ["python", "群馬"]}, [1, 3]),
        ({"prefecture": "gunma"}, [3]),
        ({"prefecture": ["gunma", "online"]}, [2, 3]),
        ({"owner_nickname": "hanako"}, [3]),
        ({"ym": "202605"}, [1]),
        ({"ym": ["202605", "202606"]}, [1, 2]),
        ({"ymd": "20260601"}, [2]),
        ({"ym": "202606", "keyword": "python"}, []),
    ],
    ids=str,
)
def test_every_filter_is_honoured(server: ConnpassServer, params: dict[str, Any], found: list[int]):
    server.add(
        an_event(1, "Python もくもく", tokyo(2026, 5, 31, 23, 59), description="<p>初心者歓迎</p>"),
        an_event(2, "LT", tokyo(2026, 6, 1), group=a_group("g", 77), place="オンライン"),
        an_event(3, "LT", None, address="群馬県前橋市", owner_nickname="hanako"),
    )
    assert sorted(ids(ask(server, **params))) == found


def test_events_are_added_edited_and_removed_while_it_runs(server: ConnpassServer):
    server.add(an_event(1, "a", tokyo(2026, 6, 1)))
    before = ask(server).json()["events"][0]
    server.edit(1, title="b", started_at=tokyo(2026, 7, 1, 19))
    after = ask(server).json()["events"][0]
    assert (after["title"], after["started_at"]) == ("b", "2026-07-01T19:00:00+09:00")
    assert after["updated_at"] != before["updated_at"]
    server.remove(1)
    assert ids(ask(server)) == []
    with pytest.raises(KeyError):
        server.edit(1, title="c")


def test_malformed_entries_are_served_as_they_are(server: ConnpassServer):
    entries = list(malformed_events().values())
    server.add(*entries)
    served = ask(server, count=100).json()["events"]
    assert sorted(map(json.dumps, served)) == sorted(map(json.dumps, entries))


def test_a_fault_is_met_as_often_as_was_said_and_not_by_refused_calls(server: ConnpassServer):
    server.fail("500", times=2, after=1)
    server.fail("too many", retry_after="7")
    answers = [ask(server) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 500, 500, 429, 200]
    assert answers[3].headers["Retry-After"] == "7"


def test_the_documented_shape_is_whole():
    keys = (
        "id title catch description url image_url hash_tag started_at ended_at limit event_type open_status group "
        "address place lat lon owner_id owner_nickname owner_display_name accepted waiting updated_at"
    )
    assert list(an_event()) == keys.split()


def test_a_stopped_connpass_answers_nobody():
    with requests.Session() as session:
        with ConnpassServer(rate=timedelta()) as server:
            headers = {"User-Agent": AGENT, "X-API-Key": server.api_key}
            assert session.get(f"{server.base_url}/events/", headers=headers, timeout=5).ok
        with pytest.raises(requests.ConnectionError):
            session.get(f"{server.base_url}/events/", headers=headers, timeout=5)
