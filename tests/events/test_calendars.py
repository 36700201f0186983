"""An event goes into a member's own calendar: links that fill it in, a file for any other."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import icalendar
import pytest

from bot.core.actions import Codec
from bot.events.calendar_files import calendar_file
from bot.events.calendar_links import MICROSOFT_365, OUTLOOK, google_link, outlook_link
from bot.events.calendar_messages import address_of, not_for_calendars, ways_into_calendar
from bot.events.event_cards import AddToCalendar
from bot.events.rules.events import Event, EventStatus
from bot.locales import TOKYO, texts_for
from bot.platforms.discord.render import BUTTON_URL, DESCRIPTION, render
from tests.support.events import NOW, an_event_named, tokyo

HOSTILE = "会 & <b>x</b>&to=evil@example.com#?%41 +1\r\nSUBJECT: y\u202e]( https://evil.example/ ) 🎉\ud800"
JA = texts_for("ja", TOKYO)


def filled_in(link: str) -> dict[str, str]:
    """What the calendar reads: each name once, `+` as it stands, since Outlook shows it so."""
    asked = parse_qs(urlsplit(link).query.replace("+", "%2B"), keep_blank_values=True, strict_parsing=True)
    assert all(len(values) == 1 for values in asked.values())
    return {name: values[0] for name, values in asked.items()}


def entry_of(event: Event) -> icalendar.Event:
    (entry,) = icalendar.Calendar.from_ical(calendar_file([event], TOKYO)).events
    assert isinstance(entry, icalendar.Event)
    return entry


SPANS = {
    "an evening": (tokyo(2026, 5, 22, 19), tokyo(2026, 5, 22, 21, 30), "20260522T100000Z/20260522T123000Z"),
    "a morning, in UTC still the day before": (
        tokyo(2026, 5, 22, 8), tokyo(2026, 5, 22, 9), "20260521T230000Z/20260522T000000Z"
    ),
    "a whole day": (tokyo(2026, 5, 22), tokyo(2026, 5, 23), "20260521T150000Z/20260522T150000Z"),
    "three days": (tokyo(2026, 5, 22, 10), tokyo(2026, 5, 24, 18), "20260522T010000Z/20260524T090000Z"),
    "an end that nobody gave": (tokyo(2026, 5, 22, 19), None, "20260522T100000Z/20260522T120000Z"),
}  # fmt: skip


@pytest.mark.parametrize("span", SPANS)
def test_every_way_has_the_same_moments(span: str) -> None:
    start, end, written = SPANS[span]
    event = an_event_named(started_at=start, ended_at=end)
    assert filled_in(google_link(event))["dates"] == written
    begins, ends = (datetime.strptime(one, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) for one in written.split("/"))
    for where in (OUTLOOK, MICROSOFT_365):
        asked = filled_in(outlook_link(event, where))
        assert (asked["startdt"], asked["enddt"]) == (f"{begins:%Y-%m-%dT%H:%M:%SZ}", f"{ends:%Y-%m-%dT%H:%M:%SZ}")
    entry = entry_of(event)
    assert (entry.start, entry.end) == (begins, ends)
    assert str(entry["dtstart"].params["tzid"]) == "Asia/Tokyo"


def test_a_link_says_what_where_and_on_which_page() -> None:
    event = an_event_named(place="まちなか会議室", address="栃木県宇都宮市1-2-3")
    asked = filled_in(google_link(event))
    assert (asked["text"], asked["location"]) == ("もくもく会 #5", "まちなか会議室 栃木県宇都宮市1-2-3")
    assert asked["details"] == event.url
    asked = filled_in(outlook_link(event))
    assert (asked["subject"], asked["location"]) == ("もくもく会 #5", "まちなか会議室 栃木県宇都宮市1-2-3")
    assert (asked["body"], asked["rru"], asked["path"]) == (event.url, "addevent", "/calendar/action/compose")


def test_an_online_event_says_so_once() -> None:
    event = an_event_named(place="オンライン", address="オンライン")
    assert filled_in(google_link(event))["location"] == "オンライン"
    assert str(entry_of(event)["location"]) == "オンライン"


def test_an_event_without_a_place_has_none() -> None:
    assert filled_in(google_link(an_event_named(place="")))["location"] == ""


def test_a_hostile_title_stays_a_title() -> None:
    event = an_event_named(HOSTILE, place=HOSTILE)
    for link, title in ((google_link(event), "text"), (outlook_link(event), "subject")):
        asked = filled_in(link)
        assert asked[title].startswith("会 & <b>x</b>&to=evil@example.com#?%41 +1 SUBJECT: y")
        assert "to" not in asked
        assert urlsplit(link).fragment == ""
        assert urlsplit(link).hostname in ("calendar.google.com", "outlook.live.com")
        assert link.isascii()


@pytest.mark.parametrize("letter", ["字", "🎉", "a", "&"])
def test_however_long_the_title_all_links_reach_a_member_of_discord(letter: str) -> None:
    named = an_event_named(letter * 5000, place=letter * 5000)
    event = replace(named, url="https://x.connpass.com/" + letter * 500)
    for link in (google_link(event), outlook_link(event), outlook_link(event, MICROSOFT_365)):
        assert len(link) < 1300
        assert filled_in(link)["location"].endswith(f"{letter}…")
    said = ways_into_calendar(JA, event, NOW, "", b"BEGIN:VCALENDAR")
    description = said_in_discord(said)
    assert len(description) <= DESCRIPTION
    assert [line.partition("](")[0] for line in description.splitlines()] == [
        "[Google カレンダー", "[Outlook", "[Outlook（会社・学校）"
    ]  # fmt: skip


def said_in_discord(said: object) -> str:
    (embed,) = render(said)["embeds"]  # type: ignore[arg-type]
    return embed.description or ""


async def test_a_short_link_is_a_button_of_discord() -> None:
    event = an_event_named("LT", place="")
    assert len(google_link(event)) <= BUTTON_URL
    assert said_in_discord(ways_into_calendar(JA, event, NOW, "", b"x")) == ""


def test_where_our_page_is_reached_the_file_is_a_link() -> None:
    event = an_event_named()
    address = address_of(event, "https://tsudoi.example/")
    said = ways_into_calendar(JA, event, NOW, address, None)
    assert said.lead == "お使いのカレンダーを選んでください。"
    assert [(one.label, one.url) for one in said.cards[0].buttons][3:] == [
        ("iPhone など（.ics）", "https://tsudoi.example/events/501.ics")
    ]
    assert said.files == ()


def test_where_it_is_not_the_file_comes_along() -> None:
    said = ways_into_calendar(JA, an_event_named(ended_at=None), NOW, "", b"BEGIN:VCALENDAR")
    assert [(one.name, one.content) for one in said.files] == [("event-501.ics", b"BEGIN:VCALENDAR")]
    assert said.lead == (
        "お使いのカレンダーを選んでください。"
        "iPhone などほかのカレンダーには、一緒に送る .ics ファイルをお使いください。\n"
        "（終了時刻の記載がないため、2時間としています。）"
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"status": EventStatus.CANCELLED}, "このイベントは中止になりました。"),
        (
            {"status": EventStatus.POSTPONED},
            "このイベントは延期になりました。新しい日程が決まりしだいお知らせします。",
        ),
        ({"status": EventStatus.VANISHED}, "このイベントは connpass から見えなくなりました。"),
        ({"started_at": NOW - timedelta(hours=3)}, "このイベントは終了しました。"),
        ({"started_at": None}, "まだ日程が決まっていません。決まったらカレンダーに追加できます。"),
    ],
)
def test_a_button_that_stood_for_long_says_why_not(changes: dict[str, object], said: str) -> None:
    assert not_for_calendars(JA, an_event_named(**changes), NOW).lead == said


@pytest.mark.parametrize("pressed", ["calendar:", "calendar:x", "calendar:٣", "calendar:1234567890123456", "remind:5"])
def test_what_is_no_button_of_ours(pressed: str) -> None:
    assert Codec((AddToCalendar,)).decode(pressed) is None


def test_the_file_is_a_calendar_as_rfc_5545_asks() -> None:
    content = calendar_file([an_event_named(HOSTILE.replace("\ud800", ""))], TOKYO)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")
    calendar = icalendar.Calendar.from_ical(content)
    assert "x-wr-calname" not in calendar
    (entry,) = calendar.events
    assert {"uid", "dtstamp", "dtstart", "dtend", "summary", "sequence", "status", "url"} <= {
        one.lower() for one in entry
    }


def test_a_file_added_again_moves_the_entry() -> None:
    moved = replace(an_event_named(), started_at=NOW + timedelta(days=11), ended_at=None, revision=1)
    first, second = entry_of(an_event_named()), entry_of(moved)
    assert str(first["uid"]) == str(second["uid"])
    assert (first["sequence"], second["sequence"]) == (0, 1)
