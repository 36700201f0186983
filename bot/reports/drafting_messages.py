"""The draft of a report as a file, and what is said about it, in the language of the room."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.actions import Action
from bot.core.messages import Button, Card, File, Message, MessageKind
from bot.core.quoting import quoted
from bot.events.rules.events import Event
from bot.locales import Texts
from bot.reports.rules.drafts import Slot, as_html, drafted_at, escaped, header, linked
from bot.reports.rules.materials import Material
from bot.reports.rules.reports import Report

CATEGORY = "report"
PREVIEWED = 1500  # characters


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known for the report of an event. `lacks` says in sentences what could not be asked; `next` comes next.

    `report` is one that is there already.
    """

    event: Event
    slug: str
    author: str
    timetable: Sequence[Slot] = ()
    materials: Sequence[Material] = ()
    next: Event | None = None
    report: Report | None = None
    lacks: Sequence[str] = ()

    @property
    def file_name(self) -> str:
        """The name under which the site's sources keep it."""
        return f"{self.slug}.md"


@dataclass(frozen=True, slots=True)
class MakeDraft(Action):
    """Make the draft of an event's report."""

    event: int

    template = "draft:{event}"
    asks_for_rights = True


def draft_button(texts: Texts, event_id: int) -> Button:
    """Return the button that makes a draft for an event's report."""
    return Button(texts.gettext("Make a draft"), MakeDraft(event_id))


def draft_text(texts: Texts, draft: Draft, now: datetime) -> str:
    """Write the file: everything that is known stands there, and a place for what only people know."""
    event = draft.event
    assert event.started_at is not None  # noqa: S101  # it took place
    day = texts.date(event.started_at)
    written = texts.local(drafted_at(event, now))
    fields = {
        "Title": as_html(event.title),
        "Date": f"{written:%Y-%m-%d %H:%M}",
        "Category": CATEGORY,
        "Tags": as_html(event.group or draft.author).replace(",", " "),
        "Slug": draft.slug,
        "Author": as_html(draft.author),
        "Summary": escaped(texts.gettext('The report of "{title}" on {day}.').format(title=event.title, day=day)),
        "Connpass": str(event.id),
    }
    return "\n\n".join([header(fields), *_sections(texts, draft, day)]) + "\n"


def _sections(texts: Texts, draft: Draft, day: str) -> Iterator[str]:
    event = draft.event
    held = texts.gettext("We held {event} on {day}.")
    yield held.format(event=linked(event.title, event.url), day=day)
    yield _items(_facts(texts, event))
    if draft.timetable:
        yield _heading(texts.gettext("Time table"))
        yield _items(f"{slot.time} {escaped(slot.what)}" for slot in draft.timetable)
    yield _heading(texts.gettext("What it was like"))
    yield _hint(texts.gettext("Photos and what happened. A photo: ![what it shows]({static}/images/photo.jpg)"))
    yield _heading(texts.gettext("Impressions"))
    yield _hint(texts.gettext("What people said and learned"))
    if draft.materials:
        yield _heading(texts.gettext("Materials"))
        yield _items(_material(material) for material in draft.materials)
    yield _heading(texts.gettext("Next event"))
    yield _next(texts, draft.next)


def _facts(texts: Texts, event: Event) -> Iterator[str]:
    assert event.started_at is not None  # noqa: S101  # it took place
    yield f"{texts.gettext('Date')}: {texts.span(event.started_at, event.ended_at)}"
    if event.location:
        yield f"{texts.gettext('Place')}: {escaped(event.location)}"
    if event.accepted is not None:
        people = texts.ngettext("{count} person", "{count} people", event.accepted).format(count=event.accepted)
        yield f"{texts.gettext('Attendees')}: {people}"


def _material(material: Material) -> str:
    said = linked(material.title, material.url)
    return f"{said} ({escaped(material.speaker)})" if material.speaker else said


def _next(texts: Texts, event: Event | None) -> str:
    if event is None or event.started_at is None:
        return texts.gettext("We will tell you as soon as it is decided.")
    return _items([f"{texts.span(event.started_at, event.ended_at)} {linked(event.title, event.url)}"])


def _heading(text: str) -> str:
    return f"## {text}"


def _items(lines: Iterator[str] | Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _hint(text: str) -> str:
    """Return what whoever edits the file reads, and nobody else."""
    return f"<!-- {text} -->"


def draft_made(texts: Texts, draft: Draft, now: datetime) -> Message:
    """Give the draft as a file, with a preview."""
    text = draft_text(texts, draft, now)
    lead = texts.gettext(
        "Here is a draft as a Markdown file for the report site. The number of participants is that of the "
        "registrations on connpass. Please check it, add photos and impressions, and put it into the site's sources."
    )
    notes = notes_of(texts, draft)
    preview = text if len(text) <= PREVIEWED else f"{text[:PREVIEWED].rstrip()}\n…"
    cards = [Card(draft.file_name, body=preview, is_code=True), *([Card(body="\n".join(notes))] if notes else [])]
    file = File(draft.file_name, text.encode())
    return Message(MessageKind.ANSWER, lead, tuple(cards), event_id=draft.event.id, files=(file,))


def notes_of(texts: Texts, draft: Draft) -> list[str]:
    """Return what is to be known about a draft beside its text."""
    if draft.report is None:
        return list(draft.lacks)
    known = texts.gettext("This event already has a report: {url}").format(url=draft.report.url)
    return [*draft.lacks, known]


def no_draft(texts: Texts, asked: str, event: Event | None) -> Message:
    """Say why there is no draft: no such event, one that was called off, or one that is still to come."""
    if event is not None and not event.takes_place:
        lead = texts.gettext("This event did not take place.")
        return Message(MessageKind.ANSWER, lead, (Card(event.title, event.url),), event_id=event.id)
    if event is not None:
        lead = texts.gettext("This event has not started yet. I can make the draft once it has.")
        return Message(MessageKind.ANSWER, lead, (Card(event.title, event.url),), event_id=event.id)
    if asked:
        lead = texts.gettext('I know of no past event that matches "{asked}".').format(asked=quoted(asked))
    else:
        lead = texts.gettext("I know of no past events yet.")
    return Message(MessageKind.ANSWER, lead)
