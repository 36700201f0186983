"""A digest as it is said, in the language of the room."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.core.messages import Card, Message, MessageKind
from bot.events.event_cards import event_place, event_times, event_title
from bot.events.event_messages import differences, what_happened
from bot.events.rules.announcements import Difference
from bot.events.rules.events import Event
from bot.locales import Texts
from bot.reports.report_messages import report_card
from bot.reports.rules.reports import Report

MOST_CARDS = 10  # as many as one message carries everywhere
_MOST_BESIDE = 2  # changes of what is no more to come soon, and reports, if there are many events


@dataclass(frozen=True, slots=True)
class Digest:
    """What a digest speaks of: `coming` soon, `changed` but not coming soon, and each new report with its event.

    `changes` are by the event's id, of those that are coming as well.
    """

    coming: Sequence[Event] = ()
    changed: Sequence[Event] = ()
    changes: Mapping[int, Difference] = field(default_factory=dict)
    reports: Sequence[tuple[Report, Event]] = ()
    is_monthly: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.coming or self.changed or self.reports)


def digest_message(texts: Texts, digest: Digest, now: datetime) -> Message:
    """Say what is coming, what changed and which reports are new."""
    changed, reports = digest.changed[:_MOST_BESIDE], digest.reports[:_MOST_BESIDE]
    coming = digest.coming[: MOST_CARDS - len(changed) - len(reports)]
    cards = [_event_card(texts, event, digest.changes.get(event.id), now) for event in (*coming, *changed)]
    cards += [_report_card(texts, report, event) for report, event in reports]
    return Message(MessageKind.DIGEST, _lead(texts, digest, len(coming)), tuple(cards))


def _lead(texts: Texts, digest: Digest, shown: int) -> str:
    lines = [_of_month(texts, digest, shown) if digest.is_monthly else _of_two_weeks(texts, digest, shown)]
    if digest.changes:
        said = texts.ngettext("{count} event has changed.", "{count} events have changed.", len(digest.changes))
        lines.append(said.format(count=len(digest.changes)))
    if digest.reports:
        said = texts.ngettext("{count} report is new.", "{count} reports are new.", len(digest.reports))
        lines.append(said.format(count=len(digest.reports)))
    return "\n".join(lines)


def _of_two_weeks(texts: Texts, digest: Digest, shown: int) -> str:
    if not digest.coming:
        return texts.gettext("No event is planned in the next two weeks.")
    if shown < len(digest.coming):
        return texts.gettext("Events of the next two weeks, the first {count} of them:").format(count=shown)
    return texts.gettext("Events of the next two weeks:")


def _of_month(texts: Texts, digest: Digest, shown: int) -> str:
    if not digest.coming:
        return texts.gettext("No event is planned in the next month.")
    if shown < len(digest.coming):
        return texts.gettext("Events of the next month, the first {count} of them:").format(count=shown)
    return texts.gettext("Events of the next month:")


def _event_card(texts: Texts, event: Event, change: Difference | None, now: datetime) -> Card:
    fields = {field.name: field for field in (*event_times(texts, event, now, stays=True), *event_place(texts, event))}
    body = ""
    if change is not None:
        body = what_happened(texts, change.kind)
        fields |= {field.name: field for field in differences(texts, change)}
    return Card(event_title(texts, event), event.url, body, tuple(fields.values()))


def _report_card(texts: Texts, report: Report, event: Event) -> Card:
    return replace(report_card(texts, report, event), body=texts.gettext("The report is out!"), buttons=())
