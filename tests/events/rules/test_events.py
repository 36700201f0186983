from dataclasses import replace
from datetime import timedelta

import pytest

from bot.events.rules.events import ChangeKind, Event, EventStatus, compare, marked_status, sight
from tests.support.events import NOW, an_event_named, tokyo

FIRST_DATE, NEW_DATE = tokyo(2026, 5, 20, 19), tokyo(2026, 6, 3, 19)


@pytest.mark.parametrize(
    "title",
    [
        "【中止】もくもく会 #5",
        "【開催中止】もくもく会 #5",
        "もくもく会 #5 【中止】",
        "[中止] もくもく会",
        "（中止）もくもく会",
        "【中止のお知らせ】もくもく会",
        "【台風のため中止】もくもく会",
        "【雨天のため中止になりました】青空もくもく会",
        "【中止：会場の都合】もくもく会",
        "【重要】【本日は中止】もくもく会",
        "中止 もくもく会",
        "開催中止：もくもく会",
        "中止のお知らせ",
    ],
)
def test_a_mark_in_the_title_means_cancelled(title: str):
    assert marked_status(title, "open") is EventStatus.CANCELLED


@pytest.mark.parametrize(
    "title",
    [
        "もくもく会 #5",
        "中止判断の技術",
        "プロジェクトの中止判断を語る会",
        "【中止判断】を学ぶ",
        "青空もくもく会（雨天中止）",
        "青空もくもく会（荒天時中止）",
        "青空もくもく会（雨天の場合は中止）",
        "青空もくもく会（荒天時は中止）",
        "もくもく会【3名未満の場合中止】",
        "青空もくもく会（雨天延期）",
        "【中止しません】もくもく会",
        "【中止の可能性あり】もくもく会",
        "延期と中止の経済学",
        "",
    ],
)
def test_speaking_of_cancelling_or_postponing_is_no_mark(title: str):
    assert marked_status(title, "preopen") is EventStatus.SCHEDULED


@pytest.mark.parametrize(
    "title",
    [
        "【延期】もくもく会",
        "もくもく会【開催延期】",
        "[延期のお知らせ] もくもく会",
        "延期：もくもく会",
        "【延期→6/3】もくもく会",
        "【6/3に延期】会",
    ],
)
def test_a_mark_in_the_title_means_postponed(title: str):
    assert marked_status(title) is EventStatus.POSTPONED


def test_connpass_itself_says_cancelled_whatever_the_title():
    assert marked_status("もくもく会 #5", "cancelled") is EventStatus.CANCELLED
    assert marked_status("【延期】もくもく会", "cancelled") is EventStatus.CANCELLED


@pytest.mark.parametrize("open_status", ["preopen", "open", "close", "", "something new"])
def test_no_other_status_of_connpass_says_anything(open_status: str):
    assert marked_status("もくもく会", open_status) is EventStatus.SCHEDULED


def test_an_event_never_seen_before_is_new_and_of_revision_nought():
    seen = sight(None, an_event_named())
    change = compare(None, seen)
    assert (seen.revision, change and change.kind) == (0, ChangeKind.NEW)


@pytest.mark.parametrize("moving", ["accepted", "waiting", "updated_at", "published_at", "group", "url"])
def test_what_moves_all_the_time_is_no_change(moving: str):
    before = an_event_named()
    values = {
        "accepted": 19,
        "waiting": 4,
        "updated_at": NOW,
        "published_at": NOW,
        "group": "G",
        "url": "https://x.example/",
    }
    after = replace(before, **{moving: values[moving]})
    assert compare(before, after) is None
    assert sight(before, after).revision == before.revision


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": "もくもく会 #5 改"}, "title"),
        ({"started_at": NEW_DATE, "ended_at": NEW_DATE + timedelta(hours=2)}, "date"),
        ({"started_at": None, "ended_at": None}, "date"),
        ({"ended_at": None}, "date"),
        ({"place": "別の会議室"}, "place"),
        ({"address": "栃木県小山市"}, "place"),
        ({"limit": 40}, "limit"),
        ({"limit": None}, "limit"),
    ],
)
def test_what_people_care_about_is_a_change_and_raises_the_revision(changes: dict[str, object], field: str):
    before = replace(an_event_named(), revision=3)
    after = sight(before, replace(before, **changes))
    change = compare(before, after)
    assert change is not None
    assert (change.kind, change.fields, change.before) == (ChangeKind.CHANGED, (field,), before)
    assert after.revision == 4


def test_everything_that_differs_is_named_at_once():
    before = an_event_named()
    change = compare(before, replace(before, title="改", limit=1, place="別", started_at=NEW_DATE))
    assert change is not None
    assert set(change.fields) == {"title", "date", "place", "limit"}


def _postponed(before: Event, **changes: object) -> Event:
    return replace(before, status=EventStatus.POSTPONED, title=f"【延期】{before.title}", **changes)


def test_a_postponed_event_stays_so_while_it_shows_its_old_date():
    before = an_event_named(started_at=FIRST_DATE)
    marked = sight(before, _postponed(before))
    again = sight(marked, _postponed(before))
    assert [event.status for event in (marked, again)] == [EventStatus.POSTPONED] * 2
    assert [event.revision for event in (marked, again)] == [1, 1]
    change = compare(before, marked)
    assert change is not None
    assert change.kind is ChangeKind.POSTPONED


def test_a_new_date_after_postponing_is_a_change_of_date_though_the_mark_remains():
    before = an_event_named(started_at=FIRST_DATE)
    marked = sight(before, _postponed(before))
    moved = sight(marked, _postponed(before, started_at=NEW_DATE, ended_at=None))
    change = compare(marked, moved)
    assert change is not None
    assert (change.kind, "date" in change.fields) == (ChangeKind.CHANGED, True)
    assert (moved.status, moved.takes_place, moved.revision) == (EventStatus.SCHEDULED, True, 2)
    assert sight(moved, _postponed(before, started_at=NEW_DATE, ended_at=None)) == moved


def test_postponed_and_moved_at_once_is_a_change_of_date():
    before = an_event_named(started_at=FIRST_DATE)
    moved = sight(before, _postponed(before, started_at=NEW_DATE, ended_at=None))
    assert moved.status is EventStatus.SCHEDULED
    change = compare(before, moved)
    assert change is not None
    assert change.kind is ChangeKind.CHANGED


def test_a_postponed_event_without_a_date_waits_for_one():
    before = an_event_named(started_at=FIRST_DATE)
    undated = sight(before, _postponed(before, started_at=None, ended_at=None))
    assert undated.status is EventStatus.POSTPONED
    assert sight(undated, _postponed(before, started_at=NEW_DATE)).status is EventStatus.SCHEDULED


def test_an_event_first_seen_as_postponed_is_postponed_until_its_date_changes():
    first = sight(None, _postponed(an_event_named(started_at=FIRST_DATE)))
    assert first.status is EventStatus.POSTPONED
    assert sight(first, _postponed(an_event_named(started_at=NEW_DATE))).status is EventStatus.SCHEDULED


def test_an_event_may_be_postponed_again_after_its_mark_was_taken_off():
    before = an_event_named(started_at=FIRST_DATE)
    held = sight(sight(before, _postponed(before)), replace(before, started_at=NEW_DATE))
    again = sight(held, _postponed(before, started_at=NEW_DATE))
    assert (held.status, again.status) == (EventStatus.SCHEDULED, EventStatus.POSTPONED)


@pytest.mark.parametrize("gone", [EventStatus.CANCELLED, EventStatus.VANISHED])
def test_a_cancelled_or_vanished_event_that_comes_back_is_revived(gone: EventStatus):
    before = an_event_named(status=gone)
    after = sight(before, an_event_named())
    change = compare(before, after)
    assert change is not None
    assert (change.kind, after.takes_place, after.revision) == (ChangeKind.REVIVED, True, 1)


def test_cancelling_is_a_change_of_its_own_once():
    before = an_event_named()
    cancelled = sight(before, replace(before, status=EventStatus.CANCELLED))
    change = compare(before, cancelled)
    assert change is not None
    assert (change.kind, change.fields) == (ChangeKind.CANCELLED, ())
    assert compare(cancelled, sight(cancelled, replace(before, status=EventStatus.CANCELLED))) is None


@pytest.mark.parametrize(
    ("accepted", "limit", "full"),
    [(20, 20, True), (21, 20, True), (19, 20, False), (99, None, False), (None, 20, False)],
)
def test_full_means_no_seat_left_of_a_known_number(accepted: int | None, limit: int | None, full: bool):
    assert an_event_named(accepted=accepted, limit=limit).is_full is full


def test_an_end_not_given_is_assumed_two_hours_after_the_start():
    event = an_event_named(started_at=FIRST_DATE, ended_at=None)
    assert (event.ends_at, event.end_is_assumed) == (FIRST_DATE + timedelta(hours=2), True)
    assert not an_event_named(started_at=FIRST_DATE).end_is_assumed


def test_an_event_without_a_date_has_neither_started_nor_ended():
    event = an_event_named(started_at=None)
    assert (event.ends_at, event.end_is_assumed, event.has_started(NOW), event.is_over(NOW)) == (
        None,
        False,
        False,
        False,
    )


def test_an_event_has_started_at_its_start_and_is_over_at_its_end():
    event = an_event_named(started_at=FIRST_DATE)
    instant = timedelta(microseconds=1)
    assert (event.has_started(FIRST_DATE - instant), event.has_started(FIRST_DATE)) == (False, True)
    end = FIRST_DATE + timedelta(hours=2)
    assert (event.is_over(end - instant), event.is_over(end)) == (False, True)
