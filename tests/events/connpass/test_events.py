import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.events.connpass.events import LARGEST_COUNT, LARGEST_ID, LONGEST_TEXT
from bot.events.connpass.source import UnreadableEvent, parse_event
from bot.events.rules.events import Event, EventStatus
from tests.support.connpass_server import a_group, an_event, malformed_events, tokyo

START = tokyo(2026, 5, 19, 19)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
keys = st.sampled_from(sorted(an_event()))


def parsed(**changes: Any) -> Event:
    return parse_event(an_event(364, "もくもく会", START) | changes)


def test_an_entry_becomes_an_event_in_utc():
    entry = an_event(364, "もくもく会", START, limit=30, accepted=12, waiting=3, group=a_group("bpstudy"))
    assert parse_event(entry) == Event(
        id=364,
        title="もくもく会",
        url="https://tfug-utsunomiya.connpass.com/event/364/",
        started_at=datetime(2026, 5, 19, 10, 0, tzinfo=UTC),
        ended_at=datetime(2026, 5, 19, 12, 0, tzinfo=UTC),
        place="市民プラザ",
        address="栃木県宇都宮市",
        accepted=12,
        waiting=3,
        limit=30,
        group="bpstudy",
        updated_at=datetime(2026, 1, 1, 3, 0, tzinfo=UTC),
    )


def test_unknown_keys_and_new_kinds_are_accepted():
    event = parsed(event_type="advertisement", something_new={"a": [1]}, published_at="2026-05-01T09:00:00+09:00")
    assert event.published_at == datetime(2026, 5, 1, 0, 0, tzinfo=UTC)


def test_what_may_be_null_may_be_null():
    nullable = "catch description image_url hash_tag started_at ended_at limit group address place lat lon owner_id"
    event = parse_event(an_event(1, **dict.fromkeys(nullable.split())))
    assert (event.started_at, event.ended_at, event.limit, event.group, event.place) == (None, None, None, "", "")


@pytest.mark.parametrize("empty", ["", "  ", None])
def test_empty_texts_are_nothing(empty: str | None):
    event = parsed(limit=empty, place=empty, address=empty, ended_at=empty)
    assert (event.limit, event.place, event.address, event.ended_at) == (None, "", "", None)


@pytest.mark.parametrize("written", [20, "20", " 20 ", 20.0])
def test_numbers_may_come_as_texts(written: object):
    assert (parsed(accepted=written).accepted, parsed(id=written).id) == (20, 20)


def test_a_time_without_a_zone_is_japanese():
    assert parsed(started_at="2026-05-19T19:00:00").started_at == START
    assert parsed(started_at="2026-05-19 19:00").started_at == START
    assert parsed(started_at="2026-05-19T10:00:00Z").started_at == START


@pytest.mark.parametrize("end", ["2026-05-19T19:00:00+09:00", "2026-05-18T21:00:00+09:00"])
def test_an_end_that_is_not_after_the_start_is_unknown(end: str):
    event = parsed(ended_at=end)
    assert (event.ended_at, event.end_is_assumed) == (None, True)


def test_an_end_without_a_start_is_unknown():
    assert parse_event(an_event(1, ended_at=START)).ended_at is None


def test_the_status_comes_from_connpass_and_from_the_title():
    assert parsed(open_status="cancelled").status is EventStatus.CANCELLED
    assert parsed(title="【中止】もくもく会").status is EventStatus.CANCELLED
    assert parsed(title="【延期】もくもく会").status is EventStatus.POSTPONED
    assert parsed(open_status="close").status is EventStatus.SCHEDULED


def test_texts_of_strangers_are_one_line_without_controls_and_surrogates():
    event = parsed(title="もく\u0008もく\r\n\u202e会\ud800 \u2066🫨", place="A\u0000B", address="\u200f宇都宮")
    assert (event.title, event.place, event.address) == ("もく もく 会 🫨", "A B", "宇都宮")


def test_long_texts_are_cut():
    event = parsed(title="長" * 5000, place="広" * 5000)
    assert (len(event.title), event.title[-1], len(event.place)) == (LONGEST_TEXT, "…", LONGEST_TEXT)


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "ftp://connpass.com/event/364/",
        "https://x.example/ y",
        "https://",
        7,
        '"><b>',
        "https://x/\u202e",
    ],
)
def test_an_address_that_is_no_web_address_is_built_from_the_id(url: object):
    assert parsed(url=url).url == "https://connpass.com/event/364/"


@pytest.mark.parametrize("group", [{}, {"title": None, "subdomain": "g"}, {"title": " ", "subdomain": "g"}, [], "g", 5])
def test_a_group_is_named_by_what_is_there(group: Any):
    assert parsed(group=group).group == ("g" if isinstance(group, dict) and group else "")


@pytest.mark.parametrize(
    ("entry", "sentence", "event_id"),
    [
        ("no title", "event 901: title is empty", 901),
        ("blank title", "event 901: title is empty", 901),
        ("start is no time", "event 901: started_at is '来週の火曜', which is no time", 901),
        ("start is a number", "event 901: started_at is 20300101, which is no time", 901),
        ("seats are a list", "event 901: accepted is [1, 2], which is no number", 901),
        ("limit is a word", "event 901: limit is 'たくさん', which is no number", 901),
        ("no id", "event without an id: id is None, which is no id", None),
        ("odd id", "event without an id: id is 'x-901', which is no id", None),
        ("no object", "event without an id: entry is ['nonsense'], which is no object", None),
    ],
)
def test_an_entry_that_is_no_event_says_why(entry: str, sentence: str, event_id: int | None):
    with pytest.raises(UnreadableEvent) as caught:
        parse_event(malformed_events()[entry])
    assert (str(caught.value), caught.value.event_id) == (sentence, event_id)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("started_at", "2026-05-19"),  # a day is no start
        ("started_at", "0001-01-01T00:00:00+09:00"),  # would break arithmetic
        ("started_at", "9999-12-31T23:59:59-09:00"),
        ("started_at", True),
        ("ended_at", "later"),
        ("accepted", -1),
        ("accepted", True),
        ("waiting", 1.5),
        ("waiting", float("nan")),
        ("limit", float("inf")),
        ("limit", LARGEST_COUNT + 1),
        ("id", LARGEST_ID + 1),
        ("id", 0),
        ("title", {"ja": "会"}),
        ("place", [1]),
        ("open_status", ["cancelled"]),
    ],
)
def test_a_value_that_would_be_misread_leaves_the_entry_out(key: str, value: object):
    with pytest.raises(UnreadableEvent, match=f"{key} is "):
        parsed(**{key: value})


def test_a_missing_start_is_another_api_and_no_undecided_date():
    entry = an_event(1)
    del entry["started_at"]
    with pytest.raises(UnreadableEvent, match="started_at is missing"):
        parse_event(entry)


def test_an_odd_time_of_editing_loses_nothing():
    assert parsed(updated_at="yesterday", published_at=3).updated_at is None


def _is_storable(event: Event) -> bool:
    texts = (event.title, event.url, event.place, event.address, event.group)
    numbers = (event.accepted, event.waiting, event.limit)
    return (
        all(text.encode() is not None and "\0" not in text and len(text) <= 600 for text in texts)
        and all(number is None or 0 <= number <= LARGEST_COUNT for number in numbers)
        and 0 < event.id <= LARGEST_ID
        and event.url.startswith(("http://", "https://"))
        and bool(event.title)
    )


def read(entry: object) -> Event | str:
    """The event, or why it is none, which must be one line for a log."""
    try:
        return parse_event(entry)
    except UnreadableEvent as error:
        return str(error)


def is_sound(outcome: Event | str) -> bool:
    return _is_storable(outcome) if isinstance(outcome, Event) else outcome.isprintable()


@given(keys, json_values)
def test_whatever_stands_under_a_key_is_an_event_or_says_why(key: str, value: object):
    assert is_sound(read(an_event(364, "会", START) | {key: value}))


@given(st.dictionaries(keys, json_values) | json_values)
def test_whatever_an_entry_is_it_is_an_event_or_says_why(entry: object):
    assert is_sound(read(entry))


@given(keys, json_values)
def test_what_was_read_from_json_reads_the_same_again(key: str, value: object):
    entry = an_event(364, "会", START) | {key: value}
    assert read(json.loads(json.dumps(entry))) == read(entry)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://media.connpass.com/thumbs/5c/a.png", True),
        ("https://connpass.com/a.png?size=1", True),
        ("http://media.connpass.com/a.png", False),
        ("https://media.connpass.com.evil.test/a.png", False),
        ("https://evilconnpass.com/a.png", False),
        ("https://user@evil.test/connpass.com/a.png", False),
        ("https://media.connpass.com/a.png) [x](https://evil.test", False),
        ("https://media.connpass.com/" + "a" * 600, False),
        ("", False),
        (None, False),
        (7, False),
    ],
)
def test_a_picture_is_kept_only_from_connpass_itself(given: object, kept: bool) -> None:
    assert parse_event(an_event(image_url=given)).image_url == (given if kept else "")
