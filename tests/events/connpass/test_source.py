import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.errors import ConfigurationError, SourceRefused, SourceUnavailable
from bot.core.problems.base import NoAnswer, Problem
from bot.core.problems.sources import (
    Blocked,
    CountsDiffer,
    EntryLeftOut,
    KeyRefused,
    PageMissing,
    QuestionRefused,
    TooManyFound,
    WrongAddress,
)
from bot.events.connpass import api as connpass_api
from bot.events.connpass.source import ConnpassApi, ConnpassSource, group_of
from bot.events.ports.sources import EventSource
from bot.network.http import HttpClient
from tests.support.connpass_server import Answer, ConnpassServer, a_group, an_event, malformed_events, tokyo
from tests.support.driven_time import DrivenTime
from tests.support.told import in_japanese

NOW = tokyo(2026, 5, 12, 12)
KEY = "key-of-the-group"


@pytest.fixture
def server() -> Iterator[ConnpassServer]:
    """A connpass that minds everything but speed, since nobody sleeps here."""
    with ConnpassServer(api_key=KEY, rate=timedelta()) as server:
        yield server


@pytest.fixture
def time() -> DrivenTime:
    return DrivenTime()


@pytest.fixture
def http(time: DrivenTime) -> Iterator[HttpClient]:
    with HttpClient(
        "connpass",
        spacing=timedelta(seconds=1.1),
        timeout=timedelta(seconds=0.3),
        sleep=time.sleep,
        monotonic=time.monotonic,
    ) as http:
        yield http


@pytest.fixture
def api(server: ConnpassServer, http: HttpClient) -> ConnpassApi:
    return ConnpassApi(server.base_url, KEY, http)


@pytest.fixture
def source(api: ConnpassApi) -> ConnpassSource:
    return ConnpassSource("utsunomiya", api, group="tfug-utsunomiya")


def meetings(number: int) -> list[dict[str, object]]:
    first = tokyo(2026, 6, 1, 19)
    return [an_event(n, f"もくもく会 #{n}", first + timedelta(hours=n)) for n in range(1, number + 1)]


def ids(events: object) -> list[int]:
    return [event.id for event in events]


def test_it_is_an_event_source(source: ConnpassSource):
    port: EventSource = source
    assert (port.name, port.query) == ("utsunomiya", "subdomain=tfug-utsunomiya")


# --- what is asked for


async def test_a_group_shows_everything_it_ever_held(source: ConnpassSource, server: ConnpassServer):
    past, coming = an_event(1, "#1", tokyo(2017, 8, 27, 13)), an_event(2, "#2", tokyo(2026, 6, 1, 19))
    server.add(past, coming, an_event(3, "よそ", tokyo(2026, 6, 1, 19), group=a_group("other")))
    listing = await source.listing(NOW)
    assert (ids(listing.events), listing.complete, listing.covers, listing.problems) == ([2, 1], True, None, ())
    assert server.calls[0].params == {
        "subdomain": ["tfug-utsunomiya"],
        "order": ["2"],
        "start": ["1"],
        "count": ["100"],
    }


async def test_a_group_is_looked_up_by_its_name(api: ConnpassApi, server: ConnpassServer):
    server.add(an_event(1, group=a_group("tfug-utsunomiya")), an_event(2, group=a_group("other", 7)))
    assert (await api.groups("other")).entries == (a_group("other", 7),)
    assert (await api.groups("nobody")).entries == ()


async def test_an_owner_shows_everything_they_ever_held(api: ConnpassApi, server: ConnpassServer):
    server.add(an_event(1, "a", tokyo(2017, 8, 27, 13)), an_event(2, "b", owner_nickname="someone-else"))
    listing = await ConnpassSource("o", api, owner="organiser").listing(NOW)
    assert (ids(listing.events), listing.covers) == ([1], None)


async def test_a_keyword_shows_this_month_and_five_more(api: ConnpassApi, server: ConnpassServer):
    dates = [tokyo(2026, 4, 30, 23, 59), tokyo(2026, 5, 1), tokyo(2026, 10, 31, 23, 59), tokyo(2026, 11, 1)]
    server.add(*(an_event(n, "TensorFlow 入門", date) for n, date in enumerate(dates, 1)))
    listing = await ConnpassSource("k", api, keyword="tensorflow").listing(NOW)
    assert (sorted(ids(listing.events)), listing.complete) == ([2, 3], True)
    assert listing.covers == (tokyo(2026, 5, 1), tokyo(2026, 11, 1))
    assert server.calls[0].params["ym"] == ["202605", "202606", "202607", "202608", "202609", "202610"]


@pytest.mark.parametrize(
    ("now", "first"),
    [
        (datetime(2026, 5, 31, 14, 59, tzinfo=UTC), "202605"),
        (datetime(2026, 5, 31, 15, 0, tzinfo=UTC), "202606"),
        (datetime(2026, 12, 31, 15, 0, tzinfo=UTC), "202701"),
    ],
)
async def test_months_are_japanese_whatever_the_host_says(
    api: ConnpassApi, server: ConnpassServer, now: datetime, first: str
):
    await ConnpassSource("p", api, prefecture="tochigi").listing(now)
    assert server.calls[0].params["ym"][0] == first


async def test_the_window_may_be_wider(api: ConnpassApi, server: ConnpassServer):
    listing = await ConnpassSource("p", api, prefecture="tochigi", window=(-17, 2)).listing(NOW)
    assert listing.covers == (tokyo(2024, 12, 1), tokyo(2026, 7, 1))
    assert len(server.calls[0].params["ym"]) == 19


async def test_every_word_of_a_keyword_must_be_there(api: ConnpassApi, server: ConnpassServer):
    titles = ["Python もくもく会", "Python 入門", "もくもく会"]
    server.add(*(an_event(n, title, tokyo(2026, 6, n, 19)) for n, title in enumerate(titles, 1)))
    source = ConnpassSource("k", api, keyword="python　もくもく")
    assert ids((await source.listing(NOW)).events) == [1]
    assert server.calls[0].params["keyword"] == ["python", "もくもく"]


async def test_a_prefecture_shows_what_takes_place_there(api: ConnpassApi, server: ConnpassServer):
    server.add(an_event(1, "a", tokyo(2026, 6, 1, 19)), an_event(2, "b", tokyo(2026, 6, 1, 19), address="群馬県前橋市"))
    assert ids((await ConnpassSource("p", api, prefecture="gunma").listing(NOW)).events) == [2]


async def test_what_is_given_is_asked_for_together(api: ConnpassApi, server: ConnpassServer):
    server.add(an_event(1, "入門", tokyo(2017, 6, 1, 19)), an_event(2, "発展", tokyo(2026, 6, 1, 19)))
    source = ConnpassSource("x", api, group="tfug-utsunomiya", keyword="入門", owner="organiser")
    assert ids((await source.listing(NOW)).events) == [1]
    assert source.query == "subdomain=tfug-utsunomiya&keyword=%E5%85%A5%E9%96%80&owner_nickname=organiser"


def test_a_source_that_asks_for_nothing_would_show_all_of_connpass(api: ConnpassApi):
    with pytest.raises(ConfigurationError, match='source "x" does not say what to follow'):
        ConnpassSource("x", api, keyword="　")


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("tfug-utsunomiya", {"subdomain": ["tfug-utsunomiya"]}),
        ("https://tfug-utsunomiya.connpass.com/", {"subdomain": ["tfug-utsunomiya"]}),
        ("https://TFUG-Utsunomiya.connpass.com/event/364/", {"subdomain": ["tfug-utsunomiya"]}),
        ("tfug-utsunomiya.connpass.com", {"subdomain": ["tfug-utsunomiya"]}),
        ("tfug-utsunomiya, tfug-tokyo", {"subdomain": ["tfug-utsunomiya", "tfug-tokyo"]}),
        ("1234,5678", {"group_id": ["1234", "5678"]}),
        (" 5000 ", {"group_id": ["5000"]}),
        ("https://connpass.com/series/5000/", {"group_id": ["5000"]}),
    ],
)
def test_a_group_may_be_written_as_name_address_or_number(written: str, asked: dict[str, list[str]]):
    assert group_of(written) == asked


@pytest.mark.parametrize("written", ["https://connpass.com/", "https://example.org/", "宇都宮", "a b", "-", ""])
def test_what_is_no_group_is_a_mistake_in_the_configuration(written: str):
    with pytest.raises(ConfigurationError, match="is not a group on connpass"):
        group_of(written)


# --- paging and completeness


async def test_pages_are_fetched_until_nothing_is_left(
    source: ConnpassSource, server: ConnpassServer, time: DrivenTime
):
    server.add(*meetings(212))
    listing = await source.listing(NOW)
    assert (len(listing.events), len({event.id for event in listing.events}), listing.complete) == (212, 212, True)
    assert [call.params["start"] for call in server.calls] == [["1"], ["101"], ["201"]]
    assert time.slept == pytest.approx([1.1, 1.1])


@pytest.mark.parametrize("number", [0, 1, 100, 200])
async def test_a_full_last_page_is_the_last(source: ConnpassSource, server: ConnpassServer, number: int):
    server.add(*meetings(number))
    listing = await source.listing(NOW)
    assert (len(listing.events), listing.complete, len(server.calls)) == (number, True, max(1, number // 100))


async def test_paging_goes_by_what_came_and_not_by_what_could_be_read(source: ConnpassSource, server: ConnpassServer):
    server.add(*meetings(120))
    for event_id in range(30, 100):
        server.edit(event_id, title=None)
    listing = await source.listing(NOW)
    assert (len(listing.events), len(listing.unreadable), listing.complete) == (50, 70, True)
    assert [call.params["start"] for call in server.calls] == [["1"], ["101"]]


async def test_one_malformed_event_never_loses_the_batch(source: ConnpassSource, server: ConnpassServer):
    server.add(an_event(1, "a", tokyo(2026, 6, 1, 19)), malformed_events()["limit is a word"])
    server.add(an_event(2, "b", tokyo(2026, 6, 2, 19)))
    listing = await source.listing(NOW)
    assert (sorted(ids(listing.events)), listing.unreadable, listing.complete) == ([1, 2], {901}, True)
    assert listing.problems == (EntryLeftOut(detail="event 901: limit is 'たくさん', which is no number"),)


async def test_an_entry_without_a_legible_id_may_be_any_event(source: ConnpassSource, server: ConnpassServer):
    server.add(an_event(1, "a", tokyo(2026, 6, 1, 19)), malformed_events()["no id"])
    listing = await source.listing(NOW)
    assert (ids(listing.events), listing.unreadable, listing.complete) == ([1], frozenset(), False)


async def test_a_list_that_moves_between_two_pages_is_not_complete(
    source: ConnpassSource, server: ConnpassServer, monkeypatch: pytest.MonkeyPatch, time: DrivenTime
):
    """Order is newest first: a removal at the top hides one event behind the edge of the page."""
    server.add(*meetings(150))
    sleep = time.sleep

    def meanwhile(seconds: float) -> None:
        server.remove(150)
        sleep(seconds)

    monkeypatch.setattr(source._api._http, "_sleep", meanwhile)
    listing = await source.listing(NOW)
    assert (len(listing.events), listing.complete) == (149, False)
    assert listing.problems == (CountsDiffer(149, 149),)


async def test_an_event_on_two_pages_counts_once_and_is_not_complete(
    source: ConnpassSource, server: ConnpassServer, monkeypatch: pytest.MonkeyPatch
):
    server.add(*meetings(150))
    monkeypatch.setattr(source._api._http, "_sleep", lambda _: server.add(an_event(999, "新着", tokyo(2026, 9, 1, 19))))
    listing = await source.listing(NOW)
    assert (len(ids(listing.events)), len(set(ids(listing.events))), listing.complete) == (150, 150, False)


@pytest.mark.parametrize(("returned", "available", "shown"), [(0, 5, 0), (2, 1, 1), (1, 2, 2), (1, 0, 1), (-1, 5, 2)])
async def test_counts_that_do_not_add_up_are_not_complete_and_end(
    source: ConnpassSource, server: ConnpassServer, returned: int, available: int, shown: int
):
    counts = {"results_returned": returned, "results_available": available, "results_start": 1}
    server.fail(Answer(200, counts | {"events": meetings(shown)}), times=5)
    listing = await source.listing(NOW)
    assert (len(listing.events), listing.complete) == (shown, False)
    assert len(server.calls) <= 2


async def test_a_page_that_fails_keeps_what_came_before_it(source: ConnpassSource, server: ConnpassServer):
    server.add(*meetings(150))
    server.fail("500", times=3, after=1)
    listing = await source.listing(NOW)
    assert (len(listing.events), listing.complete) == (100, False)
    failed = NoAnswer(where="connpass", detail="connpass answered 500 (Server Error (500))")
    assert listing.problems == (PageMissing(2, failed),)


async def test_a_query_too_wide_ends_somewhere(
    source: ConnpassSource, server: ConnpassServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(connpass_api, "MOST_PAGES", 2)
    server.add(*meetings(350))
    listing = await source.listing(NOW)
    assert (len(listing.events), listing.complete, len(server.calls)) == (200, False, 2)
    assert listing.problems == (TooManyFound(350),)


# --- what goes wrong


@pytest.mark.parametrize(
    ("fault", "problem", "sentence"),
    [
        ("unauthorized", KeyRefused, r"Check connpass\.api_key.* answered 401 \(Unauthorized\)"),
        ("forbidden", KeyRefused, r"Check connpass\.api_key.* answered 403 \(Forbidden\)"),
        ("blocked", Blocked, r"refuses this program.* answered 403 \(403 Forbidden\)"),
        ("not found", WrongAddress, r"Check connpass\.base_url.* answered 404 \(Not Found\)"),
        ("bad request", QuestionRefused, r"Check the group, words.* answered 400 \(ym: Invalid\)"),
    ],
)
async def test_a_refusal_says_what_to_do_and_is_not_repeated(
    source: ConnpassSource, server: ConnpassServer, fault: str, problem: type[Problem], sentence: str
):
    server.fail(fault)
    with pytest.raises(SourceRefused, match=sentence) as caught:
        await source.listing(NOW)
    assert isinstance(caught.value.problem, problem)
    in_japanese(caught.value.problem)
    assert len(server.calls) == 1


FAULTS = [
    ("too many", r"is being asked too often.* answered 429 \(Too Many Requests\)"),
    ("500", r"answered 500 \(Server Error \(500\)\)"),
    ("502", r"answered 502 \(502 Bad Gateway\)"),
    ("503", r"answered 503 \(ただいまメンテナンス中です\)"),
    ("html", r"sent a web page \(connpass - エンジニアをつなぐ.*\) instead of events"),
    ("broken json", "sent broken JSON"),
    ("wrong shape", "sent JSON that is no list of events"),
    ("a list", "sent JSON that is no list of events"),
    ("empty", "sent an empty answer"),
    ("truncated", "broke off in the middle"),
    ("drop", "cannot be reached, or hangs up"),
    ("hang", "no whole answer within"),
]


@pytest.mark.parametrize(("fault", "sentence"), FAULTS)
async def test_a_fault_that_stays_is_unavailable_after_three_tries(
    source: ConnpassSource, server: ConnpassServer, time: DrivenTime, fault: str, sentence: str
):
    server.fail(fault, times=9)
    with pytest.raises(SourceUnavailable, match=sentence) as caught:
        await source.listing(NOW)
    in_japanese(caught.value.problem)
    assert len(server.calls) == 3
    assert time.slept == pytest.approx([2, 6])
    assert "<" not in str(caught.value)  # a page's title, never the page


@pytest.mark.parametrize("fault", [fault for fault, _ in FAULTS])
async def test_a_fault_that_passes_is_not_noticed(
    source: ConnpassSource, server: ConnpassServer, time: DrivenTime, fault: str
):
    server.add(*meetings(3))
    server.fail(fault, times=2)
    listing = await source.listing(NOW)
    assert (len(listing.events), listing.complete, len(server.calls)) == (3, True, 3)
    assert min(time.slept) >= 1.1


@pytest.mark.parametrize("written", ["20", " 20 "])
async def test_a_short_retry_after_is_waited_for(
    source: ConnpassSource, server: ConnpassServer, time: DrivenTime, written: str
):
    server.fail("too many", retry_after=written)
    assert (await source.listing(NOW)).complete
    assert time.slept == pytest.approx([20])


async def test_a_retry_after_may_be_a_moment(source: ConnpassSource, server: ConnpassServer, time: DrivenTime):
    moment = datetime.now(UTC) + timedelta(seconds=25)
    server.fail("503", retry_after=f"{moment:%a, %d %b %Y %H:%M:%S} GMT")
    assert (await source.listing(NOW)).complete
    assert 20 <= time.slept[0] <= 26


async def test_a_long_retry_after_is_left_to_the_next_poll_and_kept_by_every_source(
    source: ConnpassSource, api: ConnpassApi, server: ConnpassServer, time: DrivenTime
):
    server.fail("too many", retry_after="600")
    with pytest.raises(SourceUnavailable, match="answered 429") as caught:
        await source.listing(NOW)
    assert caught.value.retry_after == timedelta(seconds=600)
    with pytest.raises(SourceUnavailable, match="asked for a pause of 600 s more"):
        await ConnpassSource("other", api, owner="organiser").listing(NOW)
    assert (len(server.calls), time.slept) == (1, [])
    time.sleep(600)
    assert (await source.listing(NOW)).complete


async def test_a_moment_is_taken_by_the_clock_of_connpass(
    source: ConnpassSource, server: ConnpassServer, time: DrivenTime
):
    told = {"Date": "Fri, 01 May 2020 00:00:00 GMT", "Retry-After": "Fri, 01 May 2020 00:00:25 GMT"}
    server.fail(Answer(429, "", told))
    assert (await source.listing(NOW)).complete
    assert time.slept == pytest.approx([25])


@pytest.mark.parametrize("written", ["", "soon", "-5", "1e9", "Thu, 99 Foo 2026", "Mon, 01 Jan 2001 00:00:00 GMT", "0"])
async def test_a_retry_after_that_says_nothing_is_ignored(
    source: ConnpassSource, server: ConnpassServer, time: DrivenTime, written: str
):
    server.fail("too many", retry_after=written)
    assert (await source.listing(NOW)).complete
    assert time.slept == pytest.approx([2])


async def test_a_retry_after_of_years_is_not_believed(source: ConnpassSource, server: ConnpassServer, time: DrivenTime):
    server.fail("too many", retry_after="99999999999")
    with pytest.raises(SourceUnavailable):
        await source.listing(NOW)
    time.sleep(3601)
    assert (await source.listing(NOW)).complete


async def test_a_connpass_that_is_down_is_unavailable_and_found_again(http: HttpClient):
    with ConnpassServer(rate=timedelta()) as server:
        port = server.port
    source = ConnpassSource("x", ConnpassApi(f"http://127.0.0.1:{port}/api/v2/", KEY, http), group="tfug-utsunomiya")
    with pytest.raises(SourceUnavailable, match="cannot be reached"):
        await source.listing(NOW)
    with ConnpassServer(meetings(2), rate=timedelta(), port=port):
        assert len((await source.listing(NOW)).events) == 2


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("", r"connpass\.api_key .* Put the key there .* is empty"),
        ("  ", "is empty"),
        ("鍵", "holds characters that no key has"),
        ("a\nb", "holds characters that no key has"),
    ],
)
async def test_a_key_that_is_none_is_refused_before_any_call(
    server: ConnpassServer, http: HttpClient, key: str, sentence: str
):
    with pytest.raises(SourceRefused, match=sentence):
        await ConnpassSource("x", ConnpassApi(server.base_url, key, http), group="g").listing(NOW)
    assert server.calls == []


SECRET = "Secret.Key0123456789"
TOLD = f"{'x' * 185} {SECRET} is unknown"  # long enough to be cut within the key


@pytest.mark.parametrize(
    "fault",
    [
        Answer(401, {"detail": TOLD}),
        Answer(400, {"detail": [{"loc": "header", "msg": SECRET}]}),
        Answer(403, f"<title>{TOLD[100:]}</title>", content_type="text/html"),
        Answer(200, f"<TITLE>\n{SECRET}</TITLE>", content_type="text/html; charset=utf-8"),
        Answer(503, {"detail": TOLD}),
        Answer(302, "", {"Location": f"http://localhost:1/?{SECRET}"}),
        "broken json",
        "drop",
    ],
    ids=["401", "400", "403", "html", "503", "redirect", "broken json", "drop"],
)
async def test_the_key_is_in_no_error_and_no_log(
    server: ConnpassServer, http: HttpClient, capsys: pytest.CaptureFixture[str], fault: str | Answer
):
    server.fail(fault, times=3)
    source = ConnpassSource("x", ConnpassApi(server.base_url, f" {SECRET}\n", http), group="g")
    with pytest.raises((SourceRefused, SourceUnavailable)) as caught:
        await source.listing(NOW)
    error = caught.value
    assert "Secret" not in "".join(capsys.readouterr()) + "".join(traceback.format_exception(error))
    assert server.calls[0].headers["x-api-key"] == SECRET


async def test_events_outside_the_months_asked_for_can_be_looked_up(api: ConnpassApi, server: ConnpassServer):
    source = ConnpassSource("everything", api, keyword="もくもく")
    server.add(an_event(1, "もくもく会", tokyo(2027, 6, 1, 19)), an_event(2, "もくもく会", tokyo(2026, 6, 1, 19)))
    assert ids((await source.listing(NOW)).events) == [2]
    found = await source.look_up([1, 404])
    assert (ids(found.events), found.complete) == ([1], True)
