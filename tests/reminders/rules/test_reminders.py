"""When people are reminded."""

from datetime import timedelta

import pytest

from bot.events.rules.events import EventStatus
from bot.reminders.rules.reminders import Reminder, reminders_of
from tests.support.events import NOW, an_event_named

LEADS = (timedelta(hours=1), timedelta(days=7), timedelta(days=1), timedelta(days=1))


def test_each_lead_time_gives_one_reminder_the_earliest_first() -> None:
    event = an_event_named()
    dues = [reminder.due_at for reminder in reminders_of(event, LEADS)]
    assert dues == [event.started_at - lead for lead in (timedelta(days=7), timedelta(days=1), timedelta(hours=1))]


@pytest.mark.parametrize(
    "changes", [{"started_at": None}, {"status": EventStatus.CANCELLED}, {"status": EventStatus.POSTPONED}]
)
def test_an_event_without_a_date_that_holds_has_none(changes: dict[str, object]) -> None:
    assert reminders_of(an_event_named(**changes), LEADS) == []


def test_a_late_reminder_never_outlives_the_start() -> None:
    for lead_time in LEADS:
        assert NOW - lead_time < Reminder(lead_time, NOW).useful_until < NOW
