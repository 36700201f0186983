"""Why a report was linked to an event, or why not, in words."""

from collections.abc import Mapping, Sequence

from bot.events.rules.events import Event
from bot.locales import Texts
from bot.reports.rules.reports import Reason, ReasonCode

Events = Mapping[int, Event]

# What gettext finds in the catalogue; {event} is the title of an event in quotes.
_REASONS = {
    ReasonCode.ORGANISER: "An organiser said so.",
    ReasonCode.HEADER: "The article itself names {event}.",
    ReasonCode.LINK_NUMBER: "Next to its own number, {detail}, it links to {event}.",
    ReasonCode.NUMBER: "The number in its title ({detail}) is that of {event}.",
    ReasonCode.PROSE_NUMBER: "The number that it says was held ({detail}) is that of {event}.",
    ReasonCode.LINK_DATE: "It links to {event}, which was on the date it gives ({detail}).",
    ReasonCode.LINK: "It links to {event}.",
    ReasonCode.MONTH: "{event} is the only one in the month in its address ({detail}).",
    ReasonCode.DATE: "{event} was on the date it gives ({detail}).",
    ReasonCode.NEAREST: "{event} came shortly before it.",
    ReasonCode.UNKNOWN_EVENT: "It links to {event}, which I do not know.",
    ReasonCode.NOT_YET: "{event} had not taken place when it was published.",
    ReasonCode.LONG_AGO: "{event} was long before it.",
    ReasonCode.CALLED_OFF: "{event} did not take place.",
    ReasonCode.OTHER_NUMBER: "Its own number ({detail}) is not that of {event}.",
    ReasonCode.OTHER_SERIES: "{event} belongs to another series or group.",
    ReasonCode.OTHER_REPORT: "Another report already has {event}.",
    ReasonCode.DISAGREE: "These hints do not agree.",
}
_SEVERAL = {
    ReasonCode.NUMBER: "Several events have the number in its title ({detail}).",
    ReasonCode.PROSE_NUMBER: "Several events have the number that it says was held ({detail}).",
    ReasonCode.MONTH: "Several events were in the month in its address ({detail}).",
    ReasonCode.DATE: "Several events were on the date it gives ({detail}).",
}


def reason_texts(texts: Texts, reasons: Sequence[Reason], events: Events) -> list[str]:
    """Say why a report was linked or not, events by their title where they are known."""
    return list(dict.fromkeys(_reason_text(texts, reason, events) for reason in reasons))


def _reason_text(texts: Texts, reason: Reason, events: Events) -> str:
    _ = texts.gettext
    if reason.event_id is None and reason.code in _SEVERAL:
        return _(_SEVERAL[reason.code]).format(detail=reason.detail)
    return _(_REASONS[reason.code]).format(event=f"「{title_of(events, reason.event_id)}」", detail=reason.detail)


def title_of(events: Events, event_id: int | None) -> str:
    """Return the title of an event; its number at connpass where the event is not known, "-" for none."""
    if event_id is None:
        return "-"
    return events[event_id].title if event_id in events else f"connpass {event_id}"
