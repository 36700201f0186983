"""The pages on which organisers say which event a report is about."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.core.actions import Action, Shown
from bot.core.messages import Button, Card, Choice, Entry, Field, Message, MessageKind, Option
from bot.events.event_cards import event_day
from bot.events.rules.events import Event
from bot.locales import Texts
from bot.reports.rules.reports import Report

A_PAGE = 25  # as many as one list has room for
_LONGEST_LABEL = 60


@dataclass(frozen=True, slots=True)
class ShowReport(Action):
    """Show a report with the events that it may be about."""

    report: int

    template = "report:{report}"
    shown = Shown.BESIDE
    for_organisers = asks_for_rights = True


def report_choice(
    texts: Texts,
    reports: Sequence[Report],
    events: Mapping[int, Event],
    page: int,
    choose: Action,
    turn: Callable[[int], Action],
    notice: str = "",
) -> Message:
    """Let an organiser choose one of the reports on a page, which begins at 0; below what came of the last choice."""
    if not reports:
        lead = texts.gettext("There is no report yet.")
        return Message(MessageKind.ANSWER, lead)
    pages = -(-len(reports) // A_PAGE)
    page = min(page, pages - 1)
    lead = texts.gettext("Which report is linked to the wrong event, or to none?")
    options = tuple(
        Option(str(report.id), _cut(f"{report.title} → {_title(texts, events.get(report.event_id or 0))}"))
        for report in reports[page * A_PAGE :][:A_PAGE]
    )
    choice = Choice(choose, texts.gettext("Show a report"), options, least=1)
    back = (Button(texts.gettext("◀ Previous"), turn(page - 1)),) if page else ()
    ahead = (Button(texts.gettext("Next ▶"), turn(page + 1)),) if page + 1 < pages else ()
    return Message(MessageKind.ANSWER, f"{notice}\n{lead}".strip(), choices=(choice,), buttons=(*back, *ahead))


def report_page(
    texts: Texts,
    report: Report,
    linked: Event | None,
    options: Sequence[tuple[Event | None, Action]],
    find: Action,
    written: str = "",
) -> Message:
    """Show a report, what it is linked to, and the events that it may be about; None stands for no event.

    `written` is what other events were looked for with.
    """
    lead = texts.gettext("Which event is this report about? The posts about it follow your answer.")
    if written and len(options) == 1:
        lead = texts.gettext("I know of no event that matches this. Write its number, its id or words of its title.")
    card = Card(report.title, report.url, fields=(Field(texts.gettext("Event"), _title(texts, linked)),))
    buttons = tuple(Button(_label(texts, event), action, quiet=event is None) for event, action in options)
    return Message(MessageKind.ANSWER, lead, (card,), buttons, entries=(event_entry(texts, find),))


def event_entry(texts: Texts, find: Action) -> Entry:
    """Ask for an event that is not offered."""
    question = texts.gettext("The event's number, its id on connpass, or words of its title")
    return Entry(find, texts.gettext("Another event"), question, texts.gettext("for example: #4"))


def corrected(texts: Texts, report: Report, event: Event | None) -> str:
    """Say what a report is linked to from now on."""
    said = texts.gettext('The report "{report}" is linked to: {event}')
    return said.format(report=report.title, event=_title(texts, event))


def other_event_button(texts: Texts, report: Report) -> Button:
    """Return the button with which an organiser names an event that a question does not offer."""
    assert report.id is not None  # noqa: S101  # it comes from the store
    return Button(texts.gettext("Another event"), ShowReport(report.id), quiet=True)


def _label(texts: Texts, event: Event | None) -> str:
    return texts.gettext("About no event") if event is None else _cut(f"{event_day(texts, event)} {event.title}")


def _title(texts: Texts, event: Event | None) -> str:
    return event.title if event else texts.gettext("no event")


def _cut(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"
