"""What is said about reports, in the language of the room."""

from collections.abc import Sequence
from typing import Any

from bot.core.messages import Button, Card, Field, Message, MessageKind
from bot.core.questions import OpenQuestions, Question
from bot.core.quoting import quoted
from bot.delivery.question_messages import post_or_not
from bot.events.rules.events import Event
from bot.locales import Texts
from bot.reports.correcting_messages import other_event_button
from bot.reports.drafting_messages import draft_button
from bot.reports.material_messages import links, materials_field
from bot.reports.report_reasons import Events, reason_texts, title_of
from bot.reports.rules.materials import Material
from bot.reports.rules.reports import Report

NONE = "none"  # the answer "none of these events"
NO_REPORT = "none"  # the answer "there will be none"
MOST_SHOWN = 10
_LONGEST_LABEL = 60


def report_card(texts: Texts, report: Report, event: Event | None, materials: Sequence[Material] = ()) -> Card:
    """A report with its event, and what was shown there."""
    buttons = [_read_button(texts, report)]
    if event is not None:
        buttons.append(Button(texts.gettext("Event page"), url=event.url))
    fields = (*_of_event(texts, event), *materials_field(texts, materials))
    return Card(report.title, report.url, fields=fields, buttons=(*buttons, *links(materials)))


def report_post(texts: Texts, report: Report, event: Event | None, materials: Sequence[Material] = ()) -> Message:
    """Say that the report of an event is out, and thank those who came; where it was of none after all, just that."""
    thanks = texts.gettext("Thank you to everyone who came!")
    out = texts.gettext("The report is out!")
    if event is None:
        card = Card(report.title, report.url, buttons=(_read_button(texts, report),))
        return Message(MessageKind.REPORT, out, (card,), report_url=report.url)
    card = report_card(texts, report, event, materials)
    return Message(MessageKind.REPORT, texts.in_a_row(out, thanks), (card,), event_id=event.id, report_url=report.url)


def _read_button(texts: Texts, report: Report) -> Button:
    return Button(texts.gettext("Read the report"), url=report.url)


def which_event(texts: Texts, report: Report, question: Question, was: Event | None, events: Events) -> Message:
    """Ask organisers which event a report is about, and say why it is not clear; it `was` linked to one before."""
    if was is None:
        lead = texts.gettext("There is a new report, and I am not sure which event it is about. Which one is it?")
    else:
        lead = texts.gettext(
            'A report that I had linked to "{event}" has been edited, and now I am not sure. Which event is it about?'
        ).format(event=was.title)
    card, other = _question_card(texts, report, question, events), other_event_button(texts, report)
    return Message(MessageKind.QUESTION, lead, (card,), (other,), report_url=report.url)


def _question_card(texts: Texts, report: Report, question: Question, events: Events) -> Card:
    reasons = "\n".join(f"・{reason}" for reason in reason_texts(texts, report.reasons, events))
    labels = {option: _label(texts, option, events) for option in question.options}
    buttons = tuple(Button(label, question.answer_with(option)) for option, label in labels.items())
    return Card(report.title, report.url, reasons, buttons=buttons)


def _label(texts: Texts, option: str, events: Events) -> str:
    if option == NONE:
        return texts.gettext("None of these")
    event = events[int(option)]
    day = texts.date(event.started_at) if event.started_at else texts.gettext("date to be decided")
    label = f"{day} {event.title}"
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"


def flood_question(texts: Texts, reports: Sequence[Report], question: Question) -> Message:
    """Ask organisers whether so many reports at once are meant."""
    lead = texts.gettext(
        "The report site shows {count} new reports at once. Nothing has been posted, in case the site was rebuilt. "
        "Shall I post those whose event is clear?"
    ).format(count=len(reports))
    titles = [f"・{report.title}" for report in reports[:MOST_SHOWN]] + ["…"] * (len(reports) > MOST_SHOWN)
    return Message(MessageKind.QUESTION, lead, (Card(body="\n".join(titles)),), post_or_not(texts, question))


def missing_report(texts: Texts, event: Event, days: int, site_url: str) -> Message:
    """Ask organisers for the report of an event that ended so many days ago."""
    lead = texts.ngettext(
        "It has been {count} day since this event, and there is no report yet. Would anyone like to write it?",
        "It has been {count} days since this event, and there is no report yet. Would anyone like to write it?",
        days,
    ).format(count=days)
    hint = texts.gettext(
        "I will find the report automatically if its text contains the event's link, or the line: Connpass: {id}"
    )
    links = (Button(texts.gettext("Report site"), url=site_url), Button(texts.gettext("Event page"), url=event.url))
    buttons = (draft_button(texts, event.id), *links)
    card = Card(event.title, event.url, hint.format(id=event.id), _of_event(texts, event)[1:], buttons=buttons)
    return Message(MessageKind.QUESTION, lead, (card,), event_id=event.id)


def correction(texts: Texts, report: Report, title: str, event_id: int, events: Events) -> Message:
    """Tell organisers that a report, of which this was posted, was corrected since; nothing is posted again."""
    lead = texts.gettext("A report that has been posted was corrected on its site. I have not posted it again.")
    fields = []
    if title != report.title:
        fields.append(Field(texts.gettext("Title"), f"{title} → {report.title}"))
    if event_id != report.event_id:
        before, after = (title_of(events, named) for named in (event_id, report.event_id))
        fields.append(Field(texts.gettext("Event"), f"{before} → {after}"))
    card = Card(report.title, report.url, fields=tuple(fields))
    return Message(MessageKind.QUESTION, lead, (card,), event_id=report.event_id, report_url=report.url)


def reports_found(texts: Texts, reports: Sequence[Report], events: Events) -> Message:
    """Answer `!report`: the reports that were asked for."""
    lead = texts.ngettext("Here is the report.", "Here are {count} reports.", len(reports)).format(count=len(reports))
    cards = tuple(report_card(texts, report, events.get(report.event_id or 0)) for report in reports[:MOST_SHOWN])
    first = reports[0]
    return Message(MessageKind.ANSWER, lead, cards, event_id=first.event_id, report_url=first.url)


def no_report(texts: Texts, asked: str, event: Event | None, is_over: bool = False) -> Message:
    """Answer `!report` where there is none: not yet written, not yet held, or no such event."""
    if event is None and asked:
        lead = texts.gettext('I know of no report or event that matches "{asked}".').format(asked=quoted(asked))
    elif event is None:
        lead = texts.gettext("There is no report yet.")
    elif is_over:
        lead = texts.gettext("There is no report of this event yet.")
    else:
        lead = texts.gettext("This event is still to come.")
    cards = () if event is None else (Card(event.title, event.url, fields=_of_event(texts, event)[1:]),)
    return Message(MessageKind.ANSWER, lead, cards, event_id=event.id if event else None)


def report_list(texts: Texts, reports: Sequence[Report], events: Events) -> Message:
    """Answer `!reports`, the newest first."""
    if not reports:
        return no_report(texts, "", None)
    lead = texts.ngettext("There is {count} report.", "There are {count} reports.", len(reports))
    lead = lead.format(count=len(reports))
    if len(reports) > MOST_SHOWN:
        lead = texts.in_a_row(lead, texts.gettext("These are the newest {count}:").format(count=MOST_SHOWN))
    shown = reports[:MOST_SHOWN]
    cards = tuple(report_card(texts, report, events.get(report.event_id or 0)) for report in shown)
    return Message(MessageKind.ANSWER, lead, cards)


def old_reports(texts: Texts, count: int) -> Message:
    """Ask organisers to look at the reports that were there before the bot, and that it could not link."""
    lead = texts.ngettext(
        "Please look at {count} old report: I am not sure which event it is about.",
        "Please look at {count} old reports: I am not sure which events they are about.",
        count,
    ).format(count=count)
    return Message(MessageKind.QUESTION, lead, buttons=(Button(texts.gettext("Show the questions"), OpenQuestions()),))


def missing_question(texts: Texts, event: Event, question: Question, site_url: str) -> Message:
    """Ask organisers, among what is open, whether there will be a report of an event."""
    lead = texts.gettext("There is no report of this event yet.")
    links = (Button(texts.gettext("Report site"), url=site_url), Button(texts.gettext("Event page"), url=event.url))
    none = Button(texts.gettext("There will be no report"), question.answer_with(NO_REPORT), quiet=True)
    card = Card(
        event.title,
        event.url,
        fields=_of_event(texts, event)[1:],
        buttons=(draft_button(texts, event.id), none, *links),
    )
    return Message(MessageKind.QUESTION, lead, (card,), event_id=event.id)


def report_json(report: Report, texts: Texts) -> dict[str, Any]:
    """Return a report as others receive it."""
    return {
        "url": report.url,
        "title": report.title,
        "published_at": report.published_at.isoformat() if report.published_at else None,
        "event_id": report.event_id,
        "state": report.state.value,
        "certainty": round(report.certainty, 3),
        "reasons": reason_texts(texts, report.reasons, {}),
    }


def _of_event(texts: Texts, event: Event | None) -> tuple[Field, ...]:
    name = texts.gettext("Event")
    if event is None:
        return (Field(name, texts.gettext("not clear yet")),)
    when = texts.date(event.started_at) if event.started_at else texts.gettext("date to be decided")
    return Field(name, event.title), Field(texts.gettext("Date"), when, event.started_at)
