"""What a member is told who wants an event in their own calendar."""

from datetime import datetime

from bot.core.messages import Button, Card, File, Message, MessageKind
from bot.events.calendar_links import MICROSOFT_365, google_link, outlook_link
from bot.events.event_cards import event_place, event_times, event_title
from bot.events.event_messages import called_off
from bot.events.rules.events import Event
from bot.locales import Texts


def address_of(event: Event, page: str | None) -> str:
    """Return where the event's file is on our own `page`; "" where nobody can reach that."""
    return "" if page is None else f"{page.rstrip('/')}/events/{event.id}.ics"


def ways_into_calendar(texts: Texts, event: Event, now: datetime, address: str, content: bytes | None) -> Message:
    """Offer links for calendars on the web, and a file for any other: at its address, or with the message."""
    lead = texts.gettext("Which calendar do you use?")
    buttons = [
        Button(texts.gettext("Google Calendar"), url=google_link(event)),
        Button("Outlook", url=outlook_link(event)),
        Button(texts.gettext("Outlook (work or school)"), url=outlook_link(event, MICROSOFT_365)),
    ]
    files: tuple[File, ...] = ()
    if content is None:
        buttons.append(Button(texts.gettext("Apple and others (.ics)"), url=address))
    else:
        files = (File(f"event-{event.id}.ics", content),)
        lead = texts.in_a_row(lead, texts.gettext("For Apple Calendar and others, open the attached .ics file."))
    if event.end_is_assumed:
        lead += "\n" + texts.gettext("(No end time is given; we assume two hours.)")
    fields = (*event_times(texts, event, now), *event_place(texts, event))
    card = Card(event_title(texts, event), event.url, fields=fields, buttons=tuple(buttons))
    return Message(MessageKind.ANSWER, lead, (card,), event_id=event.id, files=files)


def not_for_calendars(texts: Texts, event: Event, now: datetime) -> Message:
    """Say why nobody should have the event in their calendar any more, or yet."""
    if not event.takes_place:
        lead = called_off(texts, event)
    elif event.is_over(now):
        lead = texts.gettext("This event is over.")
    else:
        lead = texts.gettext("It has no date yet. You can add it to your calendar once the date is set.")
    return Message(MessageKind.ANSWER, lead, (Card(event_title(texts, event), event.url),), event_id=event.id)
