"""Which event a report is about: every trap that real reports have set. A wrong link is worse than a question."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.events.rules.events import Event, EventStatus
from bot.events.rules.titles import held_number, numbers_in, series_of
from bot.reports.rules.almanac import Almanac, group_of, learn
from bot.reports.rules.dates import month_in_path, stated_date
from bot.reports.rules.identity import is_same, likeness, sketch_of
from bot.reports.rules.matching import LINK_AT, MOST_CANDIDATES, Match, match
from bot.reports.rules.missing_reports import nags_of
from bot.reports.rules.reports import EventLink, ReasonCode, Report, ReportPage, ReportState
from bot.reports.rules.review import Reviewed, review
from tests.support.events import TOKYO, tokyo

NOW = tokyo(2018, 2, 1, 12)


def held(number: int, title: str, start: datetime, group: str = "utsunomiya", **changes: Any) -> Event:
    url = f"https://{group}.connpass.com/event/{number}/"
    return Event(number, title, url, start, start + timedelta(hours=3), **changes)


THIRD = held(303, "宇都宮もじ会 #03 読書", tokyo(2017, 7, 22, 13))
FOURTH = held(404, "宇都宮もじ会 #04 ハンズオン", tokyo(2017, 8, 27, 13))
FIFTH = held(505, "宇都宮もじ会 #05 LT", tokyo(2017, 9, 16, 13))
OTHER_FOURTH = held(999, "かぬまデータ会 #04", tokyo(2017, 8, 19, 19), group="kanuma")
OWN = (THIRD, FOURTH, FIFTH)
EVENTS = (*OWN, OTHER_FOURTH)


def link(event_id: int, text: str = "イベントページ", context: str = "", upcoming: bool = False) -> EventLink:
    return EventLink(event_id, text, context or text, upcoming, "utsunomiya")


def page(title: str = "宇都宮もじ会 #04 ハンズオン", path: str = "/a.html", **changes: Any) -> ReportPage:
    given = {"published_at": tokyo(2017, 9, 3, 20), "text": "楽しい会でした。", **changes}
    return ReportPage(f"http://reports.example{path}", path, title, **given)


def matched(
    report: ReportPage, events: tuple[Event, ...] = EVENTS, home: str = "utsunomiya", now: datetime = NOW
) -> Match:
    return match(report, Almanac({event.id: event for event in events}, home), now)


def codes(found: Match) -> set[ReasonCode]:
    return {reason.code for reason in found.reasons}


# --- what is sure ---


def test_a_link_beside_the_own_number_is_sure():
    found = matched(page(links=(link(404, "宇都宮もじ会 #04"),)))
    assert found.event_id == 404
    assert ReasonCode.LINK_NUMBER in codes(found)


def test_the_number_in_the_line_around_a_link_counts_as_well():
    found = matched(page(links=(link(404, "こちら", "第4回のページはこちら"),)))
    assert found.event_id == 404


def test_the_number_and_the_series_in_the_title_are_sure_without_any_link():
    assert matched(page()).event_id == 404


def test_an_explicit_header_is_sure():
    found = matched(page(title="夏の会", connpass_id=404))
    assert (found.event_id, found.certainty) == (404, pytest.approx(0.99))


def test_a_link_confirmed_by_the_date_is_sure():
    found = matched(page(title="夏の会", text="8月27日(日)に集まりました。", links=(link(404),)))
    assert found.event_id == 404
    assert ReasonCode.LINK_DATE in codes(found)


def test_a_link_confirmed_by_the_month_of_the_address_is_sure():
    assert matched(page(title="夏の会", path="/201708.html", links=(link(404),))).event_id == 404


def test_month_and_date_that_agree_are_sure_within_the_sites_own_group():
    assert matched(page(title="夏の会", path="/201708.html", text="8月27日(日)でした。")).event_id == 404


def test_the_number_that_the_prose_says_was_held_counts_with_the_month():
    assert matched(page(title="夏の会", path="/201708.html", text="#04を開催しました。")).event_id == 404


def test_an_anniversary_with_a_link_to_its_number_is_sure():
    event = held(2121, "宇都宮もじ会 #21", tokyo(2017, 8, 27, 13))
    found = matched(page(title="2周年記念イベント #21", links=(link(2121, "#21"),)), (*EVENTS, event))
    assert found.event_id == 2121


def test_other_events_mentioned_beside_the_own_link_do_no_harm():
    mentioned = (link(404, "宇都宮もじ会 #04"), link(999, "かぬまの皆さんの会"), link(303, "前回の様子"))
    assert matched(page(links=mentioned)).event_id == 404


# --- traps ---


def test_a_link_copied_from_the_last_report_is_asked_about():
    found = matched(page(title="宇都宮もじ会 #05 LT", published_at=tokyo(2017, 9, 20), links=(link(404),)))
    assert found.event_id is None
    assert set(found.candidates[:2]) == {404, 505}
    assert ReasonCode.DISAGREE in codes(found)


def test_a_copied_link_whose_text_was_updated_but_not_its_address_is_asked_about():
    copied = (link(404, "宇都宮もじ会 #05"),)
    assert matched(page(title="宇都宮もじ会 #05 LT", published_at=tokyo(2017, 9, 20), links=copied)).event_id is None


def test_a_copied_link_is_asked_about_even_if_the_own_event_is_unknown():
    copied = (link(404, "こちら", "8月27日の会はこちら"),)
    report = page(
        title="宇都宮もじ会 #05", published_at=tokyo(2017, 9, 20), text="8月27日に集まりました。", links=copied
    )
    found = matched(report, (THIRD, FOURTH))
    assert found.event_id is None
    assert ReasonCode.OTHER_NUMBER in codes(found)


def test_a_copied_header_that_disagrees_with_the_number_is_asked_about():
    assert matched(page(title="宇都宮もじ会 #05", published_at=tokyo(2017, 9, 20), connpass_id=404)).event_id is None


def test_only_the_next_events_link_under_its_heading_says_nothing():
    ahead = (link(505, "イベントページ", upcoming=True),)
    assert matched(page(links=ahead)).event_id == 404
    assert matched(page(title="夏の会", links=ahead)).event_id is None


def test_a_link_to_the_next_event_without_a_heading_says_nothing_either():
    assert matched(page(links=(link(505),))).event_id == 404


def test_only_an_older_events_link_is_asked_about():
    found = matched(page(title="夏の会", path="/201708.html", links=(link(303),)))
    assert found.event_id is None
    assert {303, 404} <= set(found.candidates)


def test_an_older_event_mentioned_as_the_last_one_says_nothing():
    assert matched(page(links=(link(303, "こちら", "前回の様子はこちら"),))).event_id == 404
    assert matched(page(links=(link(303, "宇都宮もじ会 #03"),))).event_id == 404


def test_no_link_no_number_no_date_is_a_suggestion_only():
    found = matched(page(title="夏の会"))
    assert (found.event_id, found.candidates[0]) == (None, 404)
    assert codes(found) == {ReasonCode.NEAREST}


def test_a_month_with_two_events_decides_nothing():
    second = held(606, "宇都宮もじ会 #06", tokyo(2017, 9, 30, 13))
    report = page(title="秋の会", path="/201709.html", published_at=tokyo(2017, 10, 5))
    found = matched(report, (*EVENTS, second))
    assert found.event_id is None
    assert {505, 606} <= set(found.candidates)


def test_the_month_of_the_address_alone_is_not_enough():
    assert matched(page(title="夏の会", path="/201708.html")).event_id is None


def test_a_wrong_date_in_the_prose_that_is_another_events_is_asked_about():
    assert matched(page(text="2017年7月22日に集まりました。")).event_id is None


def test_a_wrong_date_on_which_nothing_was_does_no_harm():
    assert matched(page(text="2017年8月26日に集まりました。", links=(link(404, "#04"),))).event_id == 404


def test_an_impossible_weekday_confirms_nothing():
    assert matched(page(title="夏の会", text="8月27日(月)に集まりました。", links=(link(404),))).event_id is None


def test_another_series_with_the_same_number_is_never_taken():
    assert matched(page(), (THIRD, OTHER_FOURTH)).event_id is None
    assert matched(page(title="#04 ハンズオン"), (THIRD, OTHER_FOURTH)).event_id is None
    assert matched(page(), (OTHER_FOURTH,), home="").event_id is None
    assert matched(page(title="#04", path="/201708.html"), (OTHER_FOURTH,), home="").event_id is None


def test_another_series_of_the_same_group_with_the_same_number_is_never_taken():
    quiet = held(707, "もくもく会 #04", tokyo(2017, 8, 5, 13))
    quiet_before = held(706, "もくもく会 #03", tokyo(2017, 7, 5, 13))
    report = page(title="もくもく会 #04", path="/201708.html", links=(link(404, "#04"),))
    assert matched(report, (*EVENTS, quiet_before)).event_id is None
    assert matched(report, (*EVENTS, quiet_before, quiet)).event_id is None
    assert matched(replace(report, links=()), (*EVENTS, quiet_before)).event_id is None
    assert matched(replace(report, links=(), path="/x.html"), (*EVENTS, quiet)).event_id == 707


def test_a_generic_name_that_another_group_uses_too_is_not_enough_while_the_sites_group_is_not_clear():
    stranger = held(31, "もくもく会 #04", tokyo(2017, 8, 20, 13), group="elsewhere")
    report = page(title="もくもく会 #04", path="/x.html")
    assert matched(report, (THIRD, stranger), home="").event_id is None
    assert matched(report, (stranger,), home="").event_id == 31


def test_a_number_without_a_series_is_not_enough_where_the_group_runs_two():
    quiet = held(706, "もくもく会 #09", tokyo(2017, 8, 5, 13))
    assert matched(page(title="#04 ハンズオン"), (THIRD, FOURTH)).event_id == 404
    assert matched(page(title="#04 ハンズオン"), (THIRD, FOURTH, quiet)).event_id is None
    assert matched(page(title="#04 ハンズオン", path="/201708.html"), (THIRD, FOURTH, quiet)).event_id is None
    assert matched(page(title="#04", path="/a.html", text="8月27日(日)"), (THIRD, FOURTH, quiet)).event_id == 404


def test_a_copied_address_of_an_event_without_a_number_is_asked_about_though_its_text_was_updated():
    festival = held(55, "夏まつり", tokyo(2017, 8, 12, 13))
    report = page(title="宇都宮もじ会 #05", published_at=tokyo(2017, 9, 20), links=(link(55, "#05"),))
    assert matched(report, (THIRD, FOURTH, festival)).event_id is None


def test_an_event_without_a_number_is_found_by_link_and_date():
    festival = held(55, "夏まつり", tokyo(2017, 8, 12, 13))
    report = page(title="夏まつり", text="8月12日(土)に開催しました。", links=(link(55),))
    assert matched(report, (*EVENTS, festival)).event_id == 55


def test_a_link_to_another_groups_event_is_asked_about():
    assert matched(page(links=(link(999, "かぬまデータ会 #04"),)), (THIRD, OTHER_FOURTH)).event_id is None


def test_a_link_to_an_event_that_is_not_known_is_never_guessed_around():
    found = matched(page(links=(link(12345),)))
    assert found.event_id is None
    assert 12345 not in found.candidates
    assert ReasonCode.UNKNOWN_EVENT in codes(found)


def test_an_unknown_event_alone_gives_nothing_to_ask_about():
    assert matched(page(links=(link(12345, "#04"),)), ()) == Match(
        None, 0.0, matched(page(links=(link(12345, "#04"),)), ()).reasons, (), disputed=True
    )


def test_an_event_after_the_publication_is_never_reported_on():
    early = page(published_at=tokyo(2017, 8, 26, 23, 59), links=(link(404, "宇都宮もじ会 #04"),), connpass_id=404)
    found = matched(early)
    assert found.event_id is None
    assert ReasonCode.NOT_YET in codes(found)


def test_a_report_dated_at_midnight_of_the_day_or_half_an_hour_ahead_counts():
    assert matched(page(published_at=tokyo(2017, 8, 27))).event_id == 404
    ahead = FOURTH.ends_at + timedelta(minutes=30)
    assert matched(page(published_at=ahead), now=FOURTH.ends_at).event_id == 404


def test_an_event_that_has_not_begun_by_now_is_never_reported_on_whatever_the_date_says():
    assert matched(page(published_at=tokyo(2017, 9, 3)), now=tokyo(2017, 8, 27, 12, 59)).event_id is None


def test_a_report_without_a_date_is_matched_all_the_same():
    assert matched(page(published_at=None), now=tokyo(2017, 9, 3)).event_id == 404


@pytest.mark.parametrize("status", [EventStatus.CANCELLED, EventStatus.VANISHED, EventStatus.POSTPONED])
def test_an_event_that_did_not_take_place_has_no_report(status: EventStatus):
    found = matched(page(links=(link(404, "#04"),)), (THIRD, replace(FOURTH, status=status)))
    assert found.event_id is None
    assert ReasonCode.CALLED_OFF in codes(found)


def test_an_event_of_long_ago_is_asked_about():
    assert matched(page(published_at=tokyo(2018, 1, 20))).event_id is None


def test_an_event_without_a_date_is_asked_about():
    undated = replace(FOURTH, started_at=None, ended_at=None)
    assert matched(page(links=(link(404, "#04"),)), (undated,)).event_id is None


def test_two_numbers_in_a_title_decide_nothing():
    assert matched(page(title="宇都宮もじ会 #03・#04 合同レポート")).event_id is None


_texts = st.sampled_from(
    [
        "宇都宮もじ会 #04",
        "宇都宮もじ会 #05",
        "#03",
        "第5回",
        "こちら",
        "前回はこちら",
        "次回 #05",
        "夏の会",
        "かぬまデータ会 #04",
    ]
)
_links = st.builds(
    EventLink,
    st.sampled_from([303, 404, 505, 999, 12345]),
    _texts,
    _texts,
    st.booleans(),
    st.sampled_from(["", "utsunomiya", "kanuma"]),
)
_pages = st.builds(
    ReportPage,
    st.just("http://reports.example/a"),
    st.sampled_from(["/201707.html", "/201708.html", "/201709-2.html", "/x.html"]),
    _texts,
    st.none() | st.datetimes(datetime(2017, 7, 1), datetime(2018, 1, 1), timezones=st.just(TOKYO)),  # noqa: DTZ001
    st.sampled_from(
        [
            "",
            "7月22日でした。",
            "8月27日(日)でした。",
            "8月27日(月)でした。",
            "#04を開催しました。",
            "次回は9月16日です。",
        ]
    ),
    st.lists(_links, max_size=3).map(tuple),
    st.none() | st.sampled_from([303, 404, 12345]),
)


@given(_pages)
def test_whatever_a_page_says_it_is_linked_only_to_a_known_event_that_was_held_before_and_nothing_contradicts(
    report: ReportPage,
):
    found = matched(report)
    assert len(found.candidates) <= MOST_CANDIDATES
    if found.event_id is None:
        assert found.certainty < LINK_AT
        return
    event = {one.id: one for one in EVENTS}[found.event_id]
    own = numbers_in(report.title)
    assert found.certainty >= LINK_AT
    assert not own or own & numbers_in(event.title)
    assert report.connpass_id in (None, event.id)
    assert event.started_at is not None
    assert event.started_at.astimezone(TOKYO).date() <= (report.published_at or NOW).astimezone(TOKYO).date()
    assert group_of(event) == "utsunomiya" or report.connpass_id == event.id


# --- what all pages together tell ---


def test_the_group_that_most_reports_link_to_is_the_sites_own():
    pages = [
        page(links=(link(404),)),
        page(links=(link(12345),)),
        page(links=(EventLink(999, "", "", group="kanuma"),)),
    ]
    assert learn(pages, {}).home == "utsunomiya"
    assert learn(pages[:1], {}).home == ""
    assert learn(pages[1:], {}).home == ""


def test_how_the_reports_call_the_series_is_learnt_from_two_links_with_one_number():
    events = {one.id: one for one in EVENTS}
    pages = [
        page(title=f"文字の集い #0{number}", links=(link(one, f"#0{number}"),)) for number, one in ((3, 303), (4, 404))
    ]
    report = page(title="文字の集い #05", published_at=tokyo(2017, 9, 20))
    also = held(1, "文字の集い #01", tokyo(2017, 9, 1), group="elsewhere")
    assert match(report, learn(pages, events | {1: also}), NOW).event_id is None
    assert match(report, learn(pages, events), NOW).event_id == 505
    assert match(report, learn(pages[:1], events), NOW).event_id is None


# --- titles and dates ---


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("#04", {4}),
        ("#04 ハンズオン", {4}),
        ("#03を開催", {3}),
        ("＃０４", {4}),
        ("2周年記念イベント #21", {21}),
        ("第4回", {4}),
        ("第１２回 もくもく会", {12}),
        ("第十二回", {12}),
        ("第二十回", {20}),
        ("Vol.7", {7}),
        ("もじ会vol 7", {7}),
        ("No.3", {3}),
        ("2017年8月の会", set()),
        ("#2017", set()),
        ("#ml2017", set()),
        ("https://example.com/page#04 を見て", set()),
        ("Python 3 入門", set()),
        ("", set()),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, numbers: set[int]):
    assert numbers_in(text) == numbers


@pytest.mark.parametrize(
    ("title", "series"),
    [
        ("宇都宮もじ会 #04 ハンズオン", "宇都宮もじ会"),
        ("【オンライン】宇都宮もじ会 #04", "宇都宮もじ会"),
        ("第4回 宇都宮もじ会 レポート", "宇都宮もじ会"),
        ("Utsunomiya.rb #04", "utsunomiyarb"),
        ("#04 ハンズオン", ""),
        ("2017年8月の活動報告", ""),
        ("開催レポート", ""),
    ],
)
def test_the_name_of_the_series_stands_before_the_number(title: str, series: str):
    assert series_of(title) == series


def test_the_number_held_is_the_one_that_the_prose_says_was_held():
    assert held_number("#03を開催しました。前回は#02を開催しました。") == {3}
    assert held_number("#03の話をしました。") == frozenset()


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2017年8月27日(日)に開催", date(2017, 8, 27)),
        ("2017/08/27 開催", date(2017, 8, 27)),
        ("8/27(日) 開催", date(2017, 8, 27)),
        ("８月２７日（日曜日）に開催", date(2017, 8, 27)),
        ("12月3日の会", date(2016, 12, 3)),
        ("前回は7月22日でした。今回は8月27日です。", date(2017, 8, 27)),
        ("8月27日(月)に開催", None),
        ("2月30日に開催", None),
    ],
)
def test_the_date_is_the_first_that_the_prose_tells_of_itself(text: str, day: date | None):
    told = stated_date(text, date(2017, 9, 3))
    assert told is not None
    assert told.day == day


def test_prose_without_a_date_tells_none():
    assert stated_date("次回は9月16日です。1.5倍になりました。3/4 の人が", date(2017, 9, 3)) is None


@pytest.mark.parametrize(
    ("path", "month"),
    [
        ("/201708.html", (2017, 8)),
        ("/reports/2017-08-2.html", (2017, 8)),
        ("/20170827.html", (2017, 8)),
        ("/201713.html", None),
        ("/2017/08/summer.html", None),
        ("/summer-201708.html", None),
    ],
)
def test_the_month_stands_in_the_file_name(path: str, month: tuple[int, int] | None):
    assert month_in_path(path) == month


# --- what becomes of reports ---

BODY = "それぞれが課題を持ちより、書いた文字を集めて学習させました。十三人が参加し、たくさんの発見がありました。"
OTHER_BODY = "秋の夜長に短い発表をつづけ、最後は感想を語りあいました。会場を貸してくださった皆さまに感謝します。"


def first_look(*pages: ReportPage, events: tuple[Event, ...] = OWN) -> list[Report]:
    return [stored(one, number) for number, one in enumerate(look(pages, events=events, first_sight=True), 1)]


def stored(reviewed: Reviewed, number: int) -> Report:
    return replace(reviewed.report, id=reviewed.report.id or number)


def look(
    pages: Any, remembered: Any = (), events: tuple[Event, ...] = OWN, now: datetime = NOW, first_sight: bool = False
) -> list[Reviewed]:
    return review(pages, remembered, {event.id: event for event in events}, now, first_sight)


NEW = {"published_at": tokyo(2018, 1, 20)}
JANUARY = held(808, "宇都宮もじ会 #08", tokyo(2018, 1, 13, 13))
FEBRUARY = held(909, "宇都宮もじ会 #09", tokyo(2018, 1, 27, 13))
WINTER = (*OWN, JANUARY, FEBRUARY)


def test_at_first_sight_nothing_is_news_and_nothing_is_asked():
    reports = first_look(page(), page("夏の会", "/b.html"))
    assert [(one.state, one.is_old) for one in reports] == [(ReportState.LINKED, True), (ReportState.UNLINKED, True)]
    assert reports[1].candidates


def test_a_new_report_is_linked_or_asked_about():
    sure = page("宇都宮もじ会 #08", "/201801.html", **NEW)
    unsure = page("冬の会", "/b.html", text=OTHER_BODY, **NEW)
    first, second = look([sure, unsure], events=WINTER)
    assert (first.report.state, first.report.event_id, first.report.is_old) == (ReportState.LINKED, 808, False)
    assert (second.report.state, second.report.event_id) == (ReportState.ASKED, None)


def test_two_reports_with_one_event_are_both_asked_about():
    one, other = (
        page("宇都宮もじ会 #08", "/a.html", text=BODY, **NEW),
        page("宇都宮もじ会 #08", "/b.html", text=OTHER_BODY, **NEW),
    )
    found = look([one, other], events=WINTER)
    assert [each.report.event_id for each in found] == [None, None]
    assert all(ReasonCode.OTHER_REPORT in {reason.code for reason in each.report.reasons} for each in found)


def test_a_copy_with_link_and_date_and_no_number_is_asked_about_even_if_the_first_report_is_not_sure():
    first = page("冬の会", "/a.html", text=BODY, links=(link(808, "参加ページ"),), **NEW)
    text = f"1月13日(土)に開催しました。{OTHER_BODY}"
    copy = page("新年会", "/b.html", published_at=tokyo(2018, 1, 29), text=text, links=(link(808, "参加ページ"),))
    assert look([copy], events=WINTER)[0].report.event_id == 808
    assert [one.report.event_id for one in look([first, copy], events=WINTER)] == [None, None]


def test_a_report_whose_own_number_is_the_events_keeps_it_though_a_copy_names_it_too():
    first = page("宇都宮もじ会 #08", "/a.html", text=BODY, links=(link(808, "参加ページ"),), **NEW)
    copy = page("新年会", "/b.html", published_at=tokyo(2018, 1, 29), text=OTHER_BODY, links=(link(808, "参加ページ"),))
    assert [one.report.event_id for one in look([first, copy], events=WINTER)] == [808, None]


def test_an_event_that_has_a_report_is_not_given_to_another():
    known = [stored(one, 1) for one in look([page("宇都宮もじ会 #08", text=BODY, **NEW)], events=WINTER)]
    later = page(
        "宇都宮もじ会 #08 その後",
        "/b.html",
        text=OTHER_BODY,
        published_at=tokyo(2018, 1, 25),
        links=(link(808, "#08"),),
    )
    (found,) = look([later], known, events=WINTER)
    assert (found.report.state, found.report.event_id) == (ReportState.ASKED, None)
    assert known[0].event_id == 808


def test_a_report_that_is_not_listed_stays_as_it_was():
    assert look([], first_look(page())) == []


def test_a_report_seen_again_unchanged_is_left_alone_whatever_events_turn_up():
    known = first_look(page())
    rival = held(4040, "宇都宮もじ会 #04 ハンズオン", tokyo(2017, 8, 20, 13))
    assert look([page()], known, events=(*OWN, rival)) == []


def test_a_report_is_linked_as_soon_as_its_event_is_known():
    known = first_look(page(), events=())
    (found,) = look([page()], known)
    assert (found.report.event_id, found.report.is_old) == (404, True)


def test_what_an_organiser_decided_is_never_overruled():
    known = [replace(first_look(page())[0], event_id=303, decided_by="organiser")]
    (edited,) = look([page(links=(link(404, "宇都宮もじ会 #04"),))], known)
    assert (edited.report.event_id, edited.report.decided_by) == (303, "organiser")
    nothing = [replace(known[0], event_id=None, state=ReportState.UNLINKED)]
    assert look([page(links=(link(404, "#04"),))], nothing)[0].report.event_id is None


def test_a_title_corrected_days_later_is_the_same_report():
    known = [stored(one, 1) for one in look([page("宇都宮もじ会 #80", text=BODY, **NEW)], events=WINTER)]
    (found,) = look([page("宇都宮もじ会 #08", text=BODY, **NEW)], known, events=WINTER)
    assert (found.report.key, found.report.id, found.report.event_id) == (known[0].key, 1, 808)


def test_a_link_corrected_to_another_event_moves_the_report():
    known = [stored(one, 1) for one in look([page("冬の会", connpass_id=808, text=BODY, **NEW)], events=WINTER)]
    december = held(707, "宇都宮もじ会 #07", tokyo(2017, 12, 16, 13))
    (found,) = look([page("冬の会", connpass_id=707, text=BODY, **NEW)], known, events=(*WINTER, december))
    assert found.before is not None
    assert (found.before.event_id, found.report.event_id) == (808, 707)


def test_two_articles_of_one_day_with_the_same_few_words_are_two_reports():
    pages = [page("宇都宮もじ会 #08", "/a.html", **NEW), page("写真", "/b.html", **NEW)]
    assert len(look(pages, events=WINTER)) == 2


def test_a_report_that_moves_and_is_retitled_at_once_is_the_same():
    known = [stored(one, 1) for one in look([page("宇都宮もじ会 #08", text=BODY, **NEW)], events=WINTER)]
    (found,) = look([page("宇都宮もじ会 #08 新年会", "/new.html", text=BODY, **NEW)], known, events=WINTER)
    assert (found.report.key, found.report.path) == ("/a.html", "/new.html")


def test_an_edit_that_contradicts_the_link_makes_it_a_question():
    known = [stored(one, 1) for one in look([page("宇都宮もじ会 #08", text=BODY, **NEW)], events=WINTER)]
    (found,) = look([page("宇都宮もじ会 #08", text=BODY, connpass_id=505, **NEW)], known, events=WINTER)
    assert (found.report.state, found.report.event_id) == (ReportState.ASKED, None)


def test_an_edit_that_only_takes_a_hint_away_changes_nothing():
    known = [stored(one, 1) for one in look([page("宇都宮もじ会 #08", text=BODY, **NEW)], events=WINTER)]
    (found,) = look([page("冬の会", text=BODY, **NEW)], known, events=WINTER)
    assert found.report.event_id == 808


def test_a_page_that_turns_into_another_report_while_the_first_moves_keeps_both_apart():
    at = {"published_at": tokyo(2018, 1, 15)}
    known = [stored(one, 1) for one in look([page("宇都宮もじ会 #08", "/latest.html", text=BODY, **at)], events=WINTER)]
    moved = page("宇都宮もじ会 #08", "/201801.html", text=BODY, **at)
    new = page("宇都宮もじ会 #09", "/latest.html", text=OTHER_BODY, published_at=tokyo(2018, 1, 29))
    found = {one.report.path: one for one in look([new, moved], known, events=WINTER)}
    assert found["/201801.html"].report.id == 1
    assert found["/201801.html"].report.event_id == 808
    assert found["/latest.html"].before is None
    assert found["/latest.html"].report.event_id == 909
    assert found["/latest.html"].report.key == "/latest.html~2"


def test_a_copy_at_a_second_address_is_one_report():
    pages = [page("宇都宮もじ会 #08", path, text=BODY, **NEW) for path in ("/a.html", "/old/a.html")]
    (found,) = look(pages, events=WINTER)
    assert found.report.event_id == 808
    assert look(pages, [stored(found, 1)], events=WINTER) == []


def test_a_new_report_begun_as_a_copy_of_the_last_one_is_another():
    known = [stored(one, 1) for one in look([page("宇都宮もじ会 #08", text=BODY, **NEW)], events=WINTER)]
    begun = page("宇都宮もじ会 #09", "/b.html", text=BODY + OTHER_BODY[:10], published_at=tokyo(2018, 1, 29))
    (found,) = look([begun], known, events=WINTER)
    assert (found.before, found.report.event_id) == (None, 909)


def test_a_report_of_long_ago_that_turns_up_is_no_news():
    (found,) = look([page("宇都宮もじ会 #04", published_at=tokyo(2017, 9, 3))])
    assert (found.report.event_id, found.report.is_old) == (404, True)


def test_a_report_that_comes_late_is_news_all_the_same():
    (found,) = look([page("宇都宮もじ会 #08", published_at=tokyo(2018, 1, 14))], events=WINTER, now=tokyo(2018, 3, 10))
    assert not found.report.is_old


@given(st.text(max_size=400), st.text(max_size=400))
def test_likeness_is_fair(one: str, other: str):
    first, second = sketch_of(one), sketch_of(other)
    assert likeness(first, first) == 1.0
    assert 0.0 <= likeness(first, second) == likeness(second, first) <= 1.0


def test_an_edited_text_is_like_itself_and_another_is_not():
    assert likeness(sketch_of(BODY), sketch_of(BODY.replace("十三人", "13人"))) > 0.7
    assert likeness(sketch_of(BODY), sketch_of(OTHER_BODY)) < 0.1


def test_a_page_with_another_number_date_and_text_at_the_same_path_is_another_report():
    known = first_look(page(text=BODY))[0]
    assert not is_same(page("宇都宮もじ会 #05", text=OTHER_BODY, published_at=tokyo(2017, 9, 20)), known)
    assert is_same(page("宇都宮もじ会 #04 ハンズオンの記録", text=BODY), known)


# --- missing reports ---


def test_a_missing_report_is_asked_for_after_3_7_and_14_days_at_ten_in_the_morning():
    nags = list(nags_of(FOURTH, tokyo(2017, 8, 27, 17), TOKYO))
    assert [nag.due_at for nag in nags] == [tokyo(2017, 8, 30, 10), tokyo(2017, 9, 3, 10), tokyo(2017, 9, 10, 10)]
    assert len({(nag.days, nag.ended_on) for nag in nags}) == 3


def test_what_is_no_use_any_more_is_not_asked():
    assert [nag.days for nag in nags_of(FOURTH, tokyo(2017, 9, 2), TOKYO)] == [7, 14]
    assert list(nags_of(FOURTH, tokyo(2018, 1, 1), TOKYO)) == []
    assert list(nags_of(FOURTH, tokyo(2017, 8, 27, 15), TOKYO)) == []
    assert list(nags_of(replace(FOURTH, status=EventStatus.CANCELLED), tokyo(2017, 8, 27, 17), TOKYO)) == []
    assert list(nags_of(replace(FOURTH, started_at=None, ended_at=None), NOW, TOKYO)) == []
