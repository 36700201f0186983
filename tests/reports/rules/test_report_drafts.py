"""What a draft is made of: time tables found in prose, and strangers' words that the report site shows as they are."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown import Markdown

from bot.reports.rules.drafts import Slot, as_html, drafted_at, escaped, header, linked, slug_of, timetable_in
from bot.reports.rules.reports import Report
from tests.support.events import TOKYO, an_event_named, tokyo

PELICAN = ("markdown.extensions.extra", "markdown.extensions.meta")  # as Pelican sets Markdown up


def shown(markdown: str) -> str:
    return Markdown(extensions=PELICAN).convert(f"Title: x\n\n- {markdown}")


@pytest.mark.parametrize(
    ("lines", "slots"),
    [
        (["19:00 開会", "19:10〜20:00 ハンズオン"], [Slot("19:00", "開会"), Slot("19:10〜20:00", "ハンズオン")]),
        (["・１９：００～１９：３０　受付", "● 19時30分 開始"], [Slot("19:00〜19:30", "受付"), Slot("19:30", "開始")]),
        (["9時から10時まで 自習", "10:00- 発表"], [Slot("9:00〜10:00", "自習"), Slot("10:00", "発表")]),
        (["13:00\t開会\t幹事", "1\t13:10 - 13:40\t発表"], [Slot("13:00", "開会 幹事"), Slot("13:10〜13:40", "1 発表")]),
        (["14:00\t14:10\t休憩", "14:10\t\t再開"], [Slot("14:00〜14:10", "休憩"), Slot("14:10", "再開")]),
        (["19:00 LT https://x.example/event/1/", "20:00 懇親会"], [Slot("19:00", "LT"), Slot("20:00", "懇親会")]),
    ],
)
def test_a_time_table_is_found(lines: list[str], slots: list[Slot]) -> None:
    assert timetable_in(["概要", "受付は 18:30 からです", *lines, "持ち物: PC"]) == slots


@pytest.mark.parametrize(
    "lines",
    [
        ["19:00 開始"],  # when it begins
        ["日時: 2026年5月19日 19:00〜21:00", "2026-05-19 19:00", "12人", "10月の予定", "1:5 の比率"],
        ["19:00〜21:00", "13:00"],  # nothing happens
        [],
    ],
)
def test_where_there_is_no_time_table_none_is_found(lines: list[str]) -> None:
    assert timetable_in(lines) == []


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))", "![x](//x.example/)",
        "終わり {: onclick=alert(1) }", "**強調** `code` _下線_", "&lt;b&gt; R&D &amp;", "C:\\temp\\*", "[^1] [x]: y",
        "<https://x.example/>", "a](https://x.example/)",
    ],
)  # fmt: skip
def test_strangers_words_are_shown_as_they_are(words: str) -> None:
    html = shown(escaped(words))
    assert html.replace("<ul>\n<li>", "").replace("</li>\n</ul>", "").count("<") == 0
    assert "onclick=" not in html.replace("onclick=alert(1) }", "")
    text = html.removeprefix("<ul>\n<li>").removesuffix("</li>\n</ul>")
    assert text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == words


@given(st.text(max_size=60))
def test_whatever_is_written_brings_no_tag_into_the_site(words: str) -> None:
    assert "<" not in shown(f"x {escaped(words)} x").replace("<ul>\n<li>", "").replace("</li>\n</ul>", "")
    assert "\n" not in header({"Title": as_html(words)})


def test_links_lead_to_web_addresses_only() -> None:
    assert shown(linked("a]b", "https://x.example/(1)_2?q=あ b")) == (
        '<ul>\n<li><a href="https://x.example/%281%29_2?q=%E3%81%82%20b">a]b</a></li>\n</ul>'
    )
    assert linked("こちら", "javascript:alert(1)") == "こちら"


def test_a_header_leaves_out_what_is_empty() -> None:
    fields = {"Title": "#4\nDate: 1999-01-01", "Tags": " ", "Slug": "201708"}
    assert header(fields) == "Title: #4 Date: 1999-01-01\nSlug: 201708"


def test_the_slug_is_the_month_of_the_event_as_people_in_japan_count_it() -> None:
    event = an_event_named(number=4, started_at=tokyo(2017, 8, 1, 0, 30))
    other = Report("https://x.example/201708.html", "#3", None, event_id=3, path="/201708.html")
    own = Report("https://x.example/201708.html", "#4", None, event_id=4, path="/output/201708.html")
    assert slug_of(event, [], TOKYO) == "201708"
    assert slug_of(event, [own], TOKYO) == "201708"
    assert slug_of(event, [other], TOKYO) == "201708-2"
    assert slug_of(event, [other, Report("", "", None, path="/201708-2.html")], TOKYO) == "201708-3"


def test_a_draft_is_never_dated_before_the_end_of_its_event() -> None:
    event = an_event_named(started_at=tokyo(2017, 8, 27, 13), ended_at=tokyo(2017, 8, 27, 17))
    assert drafted_at(event, tokyo(2017, 8, 27, 14)) == event.ends_at
    assert drafted_at(event, later := tokyo(2017, 8, 27, 17) + timedelta(days=1)) == later
