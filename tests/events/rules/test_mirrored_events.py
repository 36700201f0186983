"""What a calendar needs, to show what is wanted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.events.rules.events import Event, EventStatus
from bot.events.rules.mirrored_events import CalendarEntry, MirroredEvent, MirrorState, MirrorStep, steps_of
from tests.support.events import NOW, an_event_named

HOUR = timedelta(hours=1)
ENTRY = CalendarEntry(501, "もくもく会", "https://example.test/501/", "会議室", "", NOW + HOUR, NOW + 3 * HOUR)
RUNNING = replace(ENTRY, starts_at=NOW - HOUR, ends_at=NOW + HOUR)
KEPT = MirroredEvent("discord", "1", 501, "9", MirrorState.SCHEDULED, ENTRY.digest)


def steps(entry: CalendarEntry | None, kept: MirroredEvent | None, event: Event | None = None) -> list[MirrorStep]:
    wanted, known = ({501: entry} if entry else {}), ([kept] if kept else [])
    return [step for step, _ in steps_of(wanted, known, {501: event} if event else {}, NOW)]


def test_what_is_to_come_is_created_and_what_began_is_not() -> None:
    assert steps(ENTRY, None) == [MirrorStep.CREATE]
    assert steps(RUNNING, None) == []


def test_what_stands_there_as_it_should_is_left_alone() -> None:
    assert steps(ENTRY, KEPT) == []


def test_another_name_place_or_time_changes_the_entry_in_place() -> None:
    assert steps(replace(ENTRY, place="別の会議室"), KEPT) == [MirrorStep.CHANGE]


@pytest.mark.parametrize(("state", "expected"), [(MirrorState.SCHEDULED, [MirrorStep.START]), (MirrorState.ACTIVE, [])])
def test_an_entry_is_started_when_its_event_begins(state: MirrorState, expected: list[MirrorStep]) -> None:
    assert steps(RUNNING, replace(KEPT, state=state, digest=RUNNING.digest)) == expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (an_event_named(started_at=NOW - 3 * HOUR), MirrorStep.END),
        (an_event_named(status=EventStatus.CANCELLED), MirrorStep.CANCEL),
        (an_event_named(status=EventStatus.POSTPONED), MirrorStep.CANCEL),
        (an_event_named(), MirrorStep.WITHDRAW),
        (None, MirrorStep.WITHDRAW),
    ],
)
def test_an_entry_goes_as_its_event_went(event: Event | None, expected: MirrorStep) -> None:
    assert steps(None, KEPT, event) == [expected]


@pytest.mark.parametrize(
    ("state", "expected"),
    [(MirrorState.CANCELLED, [MirrorStep.CREATE]), (MirrorState.ENDED, [MirrorStep.CREATE]), (MirrorState.REMOVED, [])],
)
def test_an_event_that_takes_place_after_all_comes_back_unless_a_person_took_it_away(
    state: MirrorState, expected: list[MirrorStep]
) -> None:
    assert steps(ENTRY, replace(KEPT, state=state)) == expected


def test_an_event_that_moves_away_after_it_began_is_ended_first() -> None:
    assert steps(ENTRY, replace(KEPT, state=MirrorState.ACTIVE)) == [MirrorStep.END]


def test_the_nearest_are_created_first_and_after_there_is_room() -> None:
    later = replace(ENTRY, event_id=502, starts_at=NOW + 9 * HOUR)
    gone = replace(KEPT, event_id=503)
    assert [event_id for _, event_id in steps_of({502: later, 501: ENTRY}, [gone], {}, NOW)] == [503, 501, 502]
