from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import ConfigurationError, SourceError, SourceRefused, SourceUnavailable
from bot.core.problems.sources import EntryLeftOut
from bot.events.connpass.events import UnreadableEvent
from bot.events.connpass.feed import ConnpassFeedSource
from bot.events.connpass.feed_entries import parse_entry
from bot.events.ports.sources import EventSource
from bot.events.rules.events import Event, EventStatus
from bot.network.http import HttpClient
from bot.sandbox.page_parser import PageParser
from tests.support.connpass_query import FEED_LENGTH, feed
from tests.support.connpass_server import Answer, ConnpassServer, a_group, an_event, tokyo
from tests.support.told import in_japanese

NOW = tokyo(2026, 5, 12, 12)
GROUP = "tfug-utsunomiya"


@pytest.fixture
def server() -> Iterator[ConnpassServer]:
    with ConnpassServer() as server:
        yield server


@pytest.fixture
def source(server: ConnpassServer, parser: PageParser) -> Iterator[ConnpassFeedSource]:
    with HttpClient("connpass", timeout=timedelta(seconds=0.3)) as http:
        yield ConnpassFeedSource("utsunomiya", GROUP, http, parser, url=server.feed_url(GROUP))


def an_entry(
    when: str = "開催日時: 2026/05/19 19:00 ～ 21:30", where: str = "開催場所: 会議室", **changes: Any
) -> dict[str, Any]:
    link = "https://tfug-utsunomiya.connpass.com/event/364/?utm_source=feed"
    return {"title": "もくもく会", "link": link, "summary": f"{when}<br />\n{where}<br />\n<p>説明</p>"} | changes


def times(when: str) -> tuple[datetime | None, datetime | None]:
    event = parse_entry(an_entry(when), GROUP)
    return event.started_at, event.ended_at


async def test_a_feed_names_its_group_and_one_that_is_none_names_nothing(
    source: ConnpassFeedSource, server: ConnpassServer
):
    assert await source.title() == GROUP
    server.fail("not found")
    with pytest.raises(SourceRefused):
        await source.title()
    server.fail("html")
    with pytest.raises(SourceUnavailable):
        await source.title()


async def test_a_feed_shows_the_events_of_its_group(source: ConnpassFeedSource, server: ConnpassServer):
    published = tokyo(2026, 4, 1, 9)
    server.add(
        an_event(1, "R&D もくもく会", tokyo(2026, 5, 19, 19), updated_at=published),
        an_event(2, "【延期】徹夜会", tokyo(2026, 6, 1, 19), ended_at=tokyo(2026, 6, 2, 12)),
        an_event(3, "よそ", tokyo(2026, 6, 1, 19), group=a_group("other")),
    )
    listing = await source.listing(NOW)
    assert [event.id for event in listing.events] == [2, 1]
    assert listing.events[1] == Event(
        id=1,
        title="R&D もくもく会",
        url="https://tfug-utsunomiya.connpass.com/event/1/",
        started_at=tokyo(2026, 5, 19, 19),
        ended_at=tokyo(2026, 5, 19, 21),
        place="栃木県宇都宮市 (市民プラザ)",
        group=GROUP,
        published_at=published,
    )
    assert (listing.events[0].ended_at, listing.events[0].status) == (tokyo(2026, 6, 2, 12), EventStatus.POSTPONED)


async def test_nothing_follows_from_what_a_feed_does_not_show(source: ConnpassFeedSource, server: ConnpassServer):
    server.add(*(an_event(n, f"#{n}", tokyo(2026, 6, n, 19)) for n in range(1, 15)))
    listing = await source.listing(NOW)
    assert (len(listing.events), listing.complete) == (FEED_LENGTH, False)
    assert all(event.limit is event.accepted is event.waiting is None for event in listing.events)


async def test_one_odd_entry_never_loses_the_feed(source: ConnpassFeedSource, server: ConnpassServer):
    server.add(an_event(1, "a", tokyo(2026, 6, 1, 19)), an_event(2, "", tokyo(2026, 6, 1, 19)))
    server.add(an_event(3, "c", tokyo(2026, 6, 1, 19), url="https://tfug-utsunomiya.connpass.com/"))
    listing = await source.listing(NOW)
    assert ([event.id for event in listing.events], listing.unreadable) == ([1], {2})
    said = ("event without an id: link leads to no event", "event 2: title is empty")
    assert listing.problems == tuple(EntryLeftOut(detail=one) for one in said)


@pytest.mark.parametrize("group", [GROUP, f"https://{GROUP}.connpass.com/"])
def test_the_address_follows_from_the_group(group: str, parser: PageParser):
    with HttpClient("connpass") as http:
        source: EventSource = ConnpassFeedSource("u", group, http, parser)
        assert (source.name, source.query) == ("u", "feed=tfug-utsunomiya")
        assert source._url == "https://tfug-utsunomiya.connpass.com/ja.atom"


def test_a_feed_needs_the_name_of_the_group_and_not_its_number(parser: PageParser):
    with HttpClient("connpass") as http, pytest.raises(ConfigurationError, match='source "u" needs one group'):
        ConnpassFeedSource("u", "5000", http, parser)


START, END = tokyo(2026, 5, 19, 19), tokyo(2026, 5, 19, 21, 30)


@pytest.mark.parametrize(
    ("when", "start", "end"),
    [
        ("開催日時: 2026/05/19 19:00 ～ 21:30", START, END),
        ("開催日時: 2026/05/19 19:00 〜 21:30", START, END),
        ("開催日時: 2026/05/19 19:00 ~ 21:30", START, END),
        ("開催日時: 2026/05/19 19:00～21:30", START, END),
        ("開催日時: 2026/5/19 19:00 - 21:30", START, END),
        ("開催日時：２０２６／０５／１９　１９：００　～　２１：３０", START, END),
        ("開催日時: 2026/05/19(火) 19:00 ～ 21:30", START, END),
        ("開催日時: 2026年5月19日 19:00 ～ 21:30", START, END),
        ("開催日時: 2026/05/19 19:00 ～ 2026/05/20 12:00", START, tokyo(2026, 5, 20, 12)),
        ("開催日時: 2026/05/19 19:00 ～ 25:30", START, tokyo(2026, 5, 20, 1, 30)),
        ("開催日時: 2026/05/19 19:00", START, None),
        ("開催日時: 2026/05/19 19:00 ～", START, None),
        ("開催日時: 2026/05/19 19:00 ～ 18:00", START, None),
        ("開催日時: 2026/05/19 24:00", tokyo(2026, 5, 20), None),
        ("開催日時: 未定", None, None),
        ("開催日時:", None, None),
        ("<p>開催日時: 2026/05/19 19:00</p>", START, None),
    ],
)
def test_the_time_of_an_event_stands_in_the_summary(when: str, start: datetime | None, end: datetime | None):
    assert times(when) == (start, end)


def test_the_first_line_counts_and_not_what_the_description_says_later():
    entry = an_entry()
    entry["summary"] += "<p>開催日時: 1999/01/01 00:00</p><br />開催場所: 前回の会場"
    event = parse_entry(entry, GROUP)
    assert (event.started_at, event.place) == (START, "会議室")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"link": "https://tfug-utsunomiya.connpass.com/"}, "event without an id: link leads to no event"),
        ({"link": "javascript:/event/1/"}, "event without an id: link leads to no event"),
        ({"link": "https://x.example/event/0/"}, "event without an id: link leads to no event"),
        ({"link": "https://x.example/event/9999999999999999999/"}, "event without an id: link leads to no event"),
        ({"link": None}, "event without an id: link leads to no event"),
        ({"title": " \u0008 "}, "event 364: title is empty"),
        ({"summary": None}, "event 364: summary does not say 開催日時"),
        ({"summary": "説明だけ"}, "event 364: summary does not say 開催日時"),
        ({"summary": "開催日時: 2026/13/45 19:00"}, "event 364: 開催日時 is 2026/13/45 19:00, which is no time"),
        ({"summary": "開催日時: 0001/01/01 00:00"}, "event 364: 開催日時 is 0001/01/01 00:00, which is no time"),
        ({"summary": "開催日時: 5月19日 19時"}, "event 364: 開催日時 is 5月19日 19時, which is no time"),
    ],
)
def test_an_entry_that_is_no_event_says_why(changes: dict[str, Any], sentence: str):
    with pytest.raises(UnreadableEvent) as caught:
        parse_entry(an_entry(**changes), GROUP)
    assert str(caught.value) == sentence


def test_texts_are_plain():
    event = parse_entry(an_entry(where="開催場所: <b>会議室</b> A&amp;B\u202e", title="<i>R&amp;D</i>\u0007 会"), GROUP)
    assert (event.place, event.title) == ("会議室 A&B", "R&D 会")


@pytest.mark.parametrize(
    ("fault", "error", "sentence"),
    [
        ("not found", SourceRefused, 'no group "tfug-utsunomiya". Check its name'),
        ("blocked", SourceRefused, r"refuses this program.* answered 403 \(403 Forbidden\)"),
        ("too many", SourceUnavailable, "answered 429"),
        ("503", SourceUnavailable, r"answered 503 \(ただいまメンテナンス中です\)"),
        ("html", SourceUnavailable, "sent no feed for the group tfug-utsunomiya"),
        ("empty", SourceUnavailable, "sent no feed"),
        ("a list", SourceUnavailable, "sent no feed"),
        ("truncated", SourceUnavailable, "broke off in the middle"),
        ("drop", SourceUnavailable, "cannot be reached, or hangs up"),
        ("hang", SourceUnavailable, "no whole answer within"),
    ],
)
async def test_what_goes_wrong_is_said(
    source: ConnpassFeedSource, server: ConnpassServer, fault: str, error: type[SourceError], sentence: str
):
    server.fail(fault)
    with pytest.raises(error, match=sentence) as caught:
        await source.listing(NOW)
    in_japanese(caught.value.problem)


async def test_a_feed_that_is_the_name_of_a_file_opens_none(
    source: ConnpassFeedSource, server: ConnpassServer, tmp_path: Path
):
    file = tmp_path / "feed.atom"
    file.write_text(feed([an_event(1, "a", NOW, group=a_group(GROUP))], GROUP))
    server.fail(Answer(200, str(file)))
    with pytest.raises(SourceUnavailable, match="sent no feed"):
        await source.listing(NOW)


async def test_a_feed_that_would_unfold_to_gigabytes_does_not(source: ConnpassFeedSource, server: ConnpassServer):
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    entry = f'<entry><title>&l11;</title><link href="https://{GROUP}.connpass.com/event/1/"/></entry>'
    bomb = f'<!DOCTYPE feed [<!ENTITY l0 "ha">{laughs}]><feed xmlns="http://www.w3.org/2005/Atom">{entry}</feed>'
    server.fail(Answer(200, bomb, content_type="application/atom+xml"))
    assert (await source.listing(NOW)).events == ()


@given(st.fixed_dictionaries({}, optional={key: st.none() | st.text() for key in ("link", "title", "summary")}))
def test_whatever_an_entry_says_it_is_an_event_or_says_why(entry: dict[str, str | None]):
    _check(an_entry() | entry)


@given(st.text(st.sampled_from("0123456789/:～~年月日 開催時<br>()\n"), max_size=40))
def test_whatever_a_time_looks_like_it_is_a_time_or_says_why(when: str):
    _check(an_entry(f"開催日時: {when}"))


def _check(entry: dict[str, Any]) -> None:
    try:
        event = parse_entry(entry, GROUP)
    except UnreadableEvent:
        return
    assert event.title
    assert event.started_at is None or event.started_at.tzinfo is UTC
    assert event.ended_at is None or (event.started_at is not None and event.ended_at > event.started_at)
