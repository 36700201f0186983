"""What is said about events, in the language of the room."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.messages import Button, Card, Field, Message, MessageKind
from bot.core.quoting import quoted
from bot.core.room import LOCAL
from bot.events.event_cards import event_buttons, event_card, event_day, event_place, event_times, event_title
from bot.events.rules.announcements import Difference, Published
from bot.events.rules.events import ChangeKind, Event, EventStatus
from bot.locales import Texts
from bot.reports.rules.reports import Report

_DAY = timedelta(days=1)
SUMMED_UP_ALONE = 9  # of many events; platforms show ten cards


def announcement(texts: Texts, event: Event, now: datetime, report: Report | None = None, image: str = "") -> Message:
    """Say that there is a new event; once that was said, how things stand with it now."""
    card = replace(event_card(texts, event, now, report, stays=True), image=image)
    report_url = report.url if report else None
    return Message(
        MessageKind.ANNOUNCEMENT,
        _standing(texts, event, now, report),
        (card,),
        event_id=event.id,
        report_url=report_url,
        is_off=_is_off(event),
    )


def _is_off(event: Event) -> bool:
    return event.status in (EventStatus.CANCELLED, EventStatus.VANISHED)


def called_off(texts: Texts, event: Event) -> str:
    """Say that the event does not take place as it was planned; "" if it does."""
    sentences = {
        EventStatus.CANCELLED: texts.gettext("This event has been cancelled."),
        EventStatus.POSTPONED: texts.gettext(
            "This event has been postponed. We will let you know when the new date is set."
        ),
        EventStatus.VANISHED: texts.gettext("This event is no longer on connpass."),
    }
    return sentences.get(event.status, "")


def _standing(texts: Texts, event: Event, now: datetime, report: Report | None) -> str:
    if not event.takes_place:
        return called_off(texts, event)
    if report is not None:
        return texts.gettext("This event is over. The report is out!")
    return texts.gettext("This event is over.") if event.is_over(now) else texts.gettext("A new event!")


def reminder(texts: Texts, event: Event, lead_time: timedelta, now: datetime) -> Message:
    """Remind of an event; the day before, ask those who cannot come to make room."""
    assert event.started_at is not None  # noqa: S101  # only dated events have reminders
    card = event_card(texts, event, now)
    is_early = _DAY / 2 <= lead_time < 2 * _DAY  # others can still take the seat
    body = _ask_to_cancel_early(texts, event) if is_early else ""
    lead = _starts(texts, event.started_at, now)
    return Message(
        MessageKind.REMINDER,
        lead,
        (Card(card.title, card.url, body, card.fields, buttons=card.buttons),),
        way_out(texts, event) if is_early else (),
        event_id=event.id,
    )


def way_out(texts: Texts, event: Event) -> tuple[Button, ...]:
    """Lead those who cannot come to the event's page, where connpass takes their cancellation."""
    return (Button(texts.gettext("I can't come after all"), url=event.url, quiet=True),) if event.url else ()


def change_notice(texts: Texts, event: Event, change: Difference, now: datetime) -> Message:
    """Say what changed, before -> after."""
    if change.kind is ChangeKind.CANCELLED:  # the title's 【中止】 and a locked page say nothing more
        shown = (*event_times(texts, event, now, stays=True), *event_place(texts, event))
    else:
        is_postponed = change.kind is ChangeKind.POSTPONED  # nor does its 【延期】
        fields = tuple(name for name in change.fields if not (is_postponed and name == "title"))
        shown = differences(texts, replace(change, fields=fields))
    card = Card(event_title(texts, event), event.url, fields=shown, buttons=event_buttons(texts, event, now))
    lead = what_happened(texts, change.kind)
    return Message(MessageKind.CHANGE, lead, (card,), event_id=event.id, is_off=_is_off(event))


def summary(texts: Texts, events: Sequence[Event]) -> Message:
    """Say what became of many announced events at once, with a link to each."""
    lead = texts.ngettext(
        "{count} event that I announced was cancelled or has changed.",
        "{count} events that I announced were cancelled or have changed.",
        len(events),
    ).format(count=len(events))
    alone, together = events[:SUMMED_UP_ALONE], events[SUMMED_UP_ALONE:]
    cards = [Card(event_title(texts, event), event.url, _how_it_stands(texts, event)) for event in alone]
    if together:
        lines = [f"・{event_title(texts, event)} {_how_it_stands(texts, event)} {event.url}" for event in together]
        cards.append(Card(body="\n".join(lines)))
    return Message(MessageKind.CHANGE, lead, tuple(cards))


def _how_it_stands(texts: Texts, event: Event) -> str:
    when = texts.span(event.started_at, event.ended_at) if event.started_at else texts.gettext("to be decided")
    where = event.location or texts.gettext("to be decided")
    return called_off(texts, event) or f"{when} {where}"


def what_happened(texts: Texts, kind: ChangeKind) -> str:
    """Say in a sentence what a room is told of a change."""
    leads = {
        ChangeKind.CHANGED: texts.gettext("Please note: this event has changed."),
        ChangeKind.POSTPONED: texts.gettext(
            "This event has been postponed. We will let you know when the new date is set."
        ),
        ChangeKind.CANCELLED: texts.gettext("This event has been cancelled."),
        ChangeKind.REVIVED: texts.gettext("This event will take place after all."),
    }
    return leads[kind]


def differences(texts: Texts, change: Difference) -> tuple[Field, ...]:
    """Return a field for each thing that changed, before -> after."""
    return tuple(_difference(texts, name, change.before, change.after) for name in change.fields)


def vanished_notice(texts: Texts, event: Event, now: datetime) -> Message:
    """Tell an organiser that an event's page is gone."""
    how = texts.gettext("Type /tsudoi questions in your community to answer.")
    card = replace(event_card(texts, event, now), buttons=())
    return Message(MessageKind.QUESTION, f"{_is_it_meant(texts, 1)}\n{how}", (card,), event_id=event.id)


def vanished_question(texts: Texts, events: Sequence[Event], now: datetime, buttons: tuple[Button, ...]) -> Message:
    """Ask organisers whether events are called off whose pages are gone."""
    lead = _is_it_meant(texts, len(events))
    if len(events) == 1:
        card = replace(event_card(texts, events[0], now), buttons=())
        return Message(MessageKind.QUESTION, lead, (card,), buttons, event_id=events[0].id)
    return Message(MessageKind.QUESTION, lead, (_titles(texts, events),), buttons)


def _is_it_meant(texts: Texts, count: int) -> str:
    return texts.ngettext(
        "This event is no longer on connpass. Its reminders are off. Was it deleted on purpose?",
        "These events are no longer on connpass. Their reminders are off. Were they deleted on purpose?",
        count,
    )


def _titles(texts: Texts, events: Sequence[Event]) -> Card:
    shown = [f"・{event.title}（{event_day(texts, event)}）" for event in events[:10]]
    return Card(body="\n".join([*shown, *["…"] * (len(events) > len(shown))]))


def next_events(
    texts: Texts,
    events: Sequence[Event],
    reports: dict[int, Report],
    now: datetime,
    old: datetime | None = None,
) -> Message:
    """Answer `!next` with the events found, the first one first."""
    first = events[0]
    lead = texts.gettext("Happening right now!") if first.has_started(now) else _starts(texts, first.started_at, now)
    cards = tuple(event_card(texts, event, now, reports.get(event.id)) for event in events)
    return Message(MessageKind.ANSWER, _with_age(texts, lead, old), cards, event_id=first.id)


def nothing_planned(
    texts: Texts,
    last: Event | None,
    report: Report | None,
    now: datetime,
    keyword: str = "",
    old: datetime | None = None,
) -> Message:
    """Say that no event is planned, and show the last one with its report."""
    if keyword:
        lead = texts.gettext('No planned event matches "{keyword}".').format(keyword=quoted(keyword))
    else:
        lead = texts.gettext("No event is planned at the moment.")
    if last is not None:
        lead = f"{lead}\n" + texts.gettext("The last one was this:")
    cards = () if last is None else (event_card(texts, last, now, report),)
    report_url = report.url if report else None
    return Message(MessageKind.ANSWER, _with_age(texts, lead, old), cards, report_url=report_url)


def not_set_up(texts: Texts, platform: str, *, is_direct: bool = False) -> Message:
    """Say that nothing is followed here, and how that is changed; in direct messages, where else to ask."""
    if platform == LOCAL:
        how = texts.gettext("I do not follow any events yet. tsudoi init sets me up, or [[sources]] in config.toml.")
    elif is_direct:
        how = texts.gettext(
            "I have not found a server that you and I are both in and whose events I follow. Please ask me in a "
            "channel of your server."
        )
    else:
        how = texts.gettext(
            "I do not follow any events yet. An organiser can set me up: /tsudoi setup, typed in the channel where "
            "I should post."
        )
    return Message(MessageKind.ANSWER, how)


def not_looked_yet(texts: Texts) -> Message:
    """Say that connpass has not answered even once, so that nothing can be said about events."""
    lead = texts.gettext("I have not read connpass yet. Please ask again in a moment.")
    return Message(MessageKind.ANSWER, lead)


def event_list(
    texts: Texts, events: Sequence[Event], count: int, now: datetime, old: datetime | None = None, *, is_all: bool
) -> Message:
    """Answer `!events`: so many are planned, and these are the first, with those that are cancelled."""
    lead = texts.ngettext("{count} event is planned.", "{count} events are planned.", count).format(count=count)
    if not is_all:
        lead = texts.in_a_row(lead, texts.gettext("These are the next {count}:").format(count=len(events)))
    cards = tuple(
        Card(event_title(texts, event), event.url, fields=(*event_times(texts, event, now), *event_place(texts, event)))
        for event in events
    )
    return Message(MessageKind.ANSWER, _with_age(texts, lead, old), cards)


def flood_question(texts: Texts, source: str, events: Sequence[Event], buttons: tuple[Button, ...]) -> Message:
    """Ask organisers whether so much at once is meant."""
    lead = texts.gettext(
        'The source "{source}" shows {count} changes or new events at once. '
        "Nothing has been posted, in case the search was widened by accident. Shall I post them?"
    ).format(source=source, count=len(events))
    return Message(MessageKind.QUESTION, lead, (_titles(texts, events),), buttons)


def _starts(texts: Texts, started_at: datetime | None, now: datetime) -> str:
    if started_at is None:
        return texts.gettext("The next event has no date yet.")
    days, time = texts.days_until(started_at, now), texts.time(started_at)
    minutes = round((started_at - now) / timedelta(minutes=1))
    if 55 <= minutes <= 65:
        return texts.gettext("It starts in an hour, at {time}!").format(time=time)
    if minutes < 100:
        said = texts.ngettext(
            "It starts in {count} minute, at {time}!", "It starts in {count} minutes, at {time}!", minutes
        )
        return said.format(count=minutes, time=time)  # the time, too: in a chat that is read later, minutes age
    if days == 0:
        return texts.gettext("Today from {time}!").format(time=time)
    if days == 1:
        return texts.gettext("Tomorrow from {time}!").format(time=time)
    return texts.ngettext("In {count} day!", "In {count} days!", days).format(count=days)


def _ask_to_cancel_early(texts: Texts, event: Event) -> str:
    asked = texts.gettext("If you can't make it after all, please cancel early.")
    if event.waiting:
        waiting = texts.ngettext(
            "{count} person on the waiting list would be glad.",
            "{count} people on the waiting list would be glad.",
            event.waiting,
        )
        asked = texts.in_a_row(asked, waiting.format(count=event.waiting))
    return asked


def _difference(texts: Texts, name: str, before: Published, after: Published) -> Field:
    labels = {
        "title": texts.gettext("Title"),
        "date": texts.gettext("Date"),
        "place": texts.gettext("Place"),
        "limit": texts.gettext("Capacity"),
    }
    at = after.started_at if name == "date" else None
    return Field(labels[name], f"{_said(texts, name, before)} → {_said(texts, name, after)}", at)


def _said(texts: Texts, name: str, shown: Published) -> str:
    match name:
        case "date" if shown.started_at is not None:
            return texts.span(shown.started_at, shown.ended_at)
        case "place" if shown.place or shown.address:
            return " ".join(part for part in (shown.place, shown.address) if part)
        case "date" | "place":
            return texts.gettext("to be decided")
        case "limit":
            return texts.gettext("unlimited") if shown.limit is None else str(shown.limit)
        case _:
            return shown.title


def _with_age(texts: Texts, lead: str, old: datetime | None) -> str:
    """Add how old our knowledge is, where connpass could not be asked for a while."""
    if old is None:
        return lead
    return f"{lead}\n" + texts.gettext("(connpass could not be reached recently; this is as of {when}.)").format(
        when=texts.moment(old)
    )
