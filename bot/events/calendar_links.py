"""Links that open a calendar on the web with an event filled in; nothing is added before its owner saves it.

Neither Google nor Microsoft documents them; see github.com/InteractionDesignFoundation/add-event-to-calendar-docs.
"""

from datetime import datetime
from itertools import accumulate
from urllib.parse import quote, urlencode

from bot.events.rules.events import Event

GOOGLE = "https://calendar.google.com/calendar/render"
OUTLOOK = "https://outlook.live.com/calendar/0/deeplink/compose"  # people's own accounts
MICROSOFT_365 = "https://outlook.office.com/calendar/deeplink/compose"  # those of companies and schools
# Characters once quoted, nine for a kanji: three such links must fit into one text of 4,096 in Discord.
_TITLE, _PLACE, _URL = 630, 270, 150


def google_link(event: Event) -> str:
    """Return the link for Google Calendar; the event must have a date."""
    start, end = _times(event)
    dates = f"{start:%Y%m%dT%H%M%SZ}/{end:%Y%m%dT%H%M%SZ}"
    title, place, page = _words(event)
    return _link(GOOGLE, action="TEMPLATE", dates=dates, text=title, location=place, details=page)


def outlook_link(event: Event, where: str = OUTLOOK) -> str:
    """Return the link for Outlook on the web, with `MICROSOFT_365` for that one; the event must have a date."""
    start, end = (f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in _times(event))
    title, place, page = _words(event)
    compose = {"path": "/calendar/action/compose", "rru": "addevent"}
    return _link(where, **compose, startdt=start, enddt=end, subject=title, location=place, body=page)


def _times(event: Event) -> tuple[datetime, datetime]:
    assert event.started_at is not None and event.ends_at is not None  # noqa: S101, PT018  # the caller looked
    return event.started_at, event.ends_at


def _words(event: Event) -> tuple[str, str, str]:
    page = event.url if len(quote(event.url, safe="")) <= _URL else ""  # an address that is cut leads nowhere
    return _short(event.title, _TITLE), _short(event.location, _PLACE), page


def _short(text: str, longest: int) -> str:
    """Return a text in one line of at most so many characters once quoted, cut between two of its own."""
    line = " ".join(text.split())
    lengths = accumulate(len(quote(character, safe="", errors="replace")) for character in line)
    fitting = sum(length <= longest for length in lengths)
    return line if fitting == len(line) else f"{line[:fitting]}…"


def _link(address: str, **fields: str) -> str:
    """Return the address with these fields; Outlook would show the `+` of a form as it stands."""
    return f"{address}?{urlencode(fields, quote_via=quote, safe='', errors='replace')}"
