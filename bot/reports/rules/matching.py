"""Which event a report is about, how sure, and why. A wrong link is worse than a question.

Every signal names the events it speaks for and how far it can be trusted; signals that agree add up. A report is linked
from `LINK_AT` on, to an event that took place before it, and only if nothing speaks against that event.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from math import prod

from bot.core.folding import fold
from bot.events.rules.events import Event
from bot.events.rules.titles import OTHER_OCCASION, held_number, numbers_in
from bot.reports.rules.almanac import Almanac, day_of, group_of
from bot.reports.rules.dates import TOKYO, StatedDate, month_in_path, stated_date
from bot.reports.rules.reports import EventLink, Reason, ReasonCode, ReportPage

LINK_AT = 0.8  # one strong signal, or two middling ones that agree
DOUBTED = 0.5  # as sure as we are at most where something speaks against it
LATEST = timedelta(weeks=16)  # real reports come within eight weeks; after twice that it is another story
MOST_CANDIDATES = 4  # with "none of these", one row of buttons

TRUST = {  # as real reports have shown; a number counts only within the series that the title names
    ReasonCode.HEADER: 0.99,
    ReasonCode.LINK_NUMBER: 0.97,
    ReasonCode.NUMBER: 0.9,
    ReasonCode.LINK_DATE: 0.9,
    ReasonCode.MONTH: 0.65,
    ReasonCode.DATE: 0.65,
    ReasonCode.PROSE_NUMBER: 0.5,
    ReasonCode.LINK: 0.5,
    ReasonCode.UNKNOWN_EVENT: 0.0,  # we cannot link to it, but it speaks against all others
}
# The same while another series of the group, or another group, may have a like number that we do not know of.
SHARED = {ReasonCode.LINK_NUMBER: 0.5, ReasonCode.NUMBER: 0.5, ReasonCode.PROSE_NUMBER: 0.3}
NUMBER_AMONG_GROUPS = 0.7
_NAMED = (ReasonCode.HEADER, ReasonCode.LINK_NUMBER, ReasonCode.LINK_DATE, ReasonCode.LINK)


@dataclass(frozen=True, slots=True)
class Signal:
    """Something in a report that speaks for one of these events; if they are several, only against all others."""

    reason: Reason
    events: frozenset[int]


@dataclass(frozen=True, slots=True)
class Match:
    """What a page by itself tells: `event_id` only if sure; `disputed` if something speaks against the likeliest."""

    event_id: int | None
    certainty: float
    reasons: tuple[Reason, ...]
    candidates: tuple[int, ...]
    disputed: bool = False

    @property
    def names(self) -> frozenset[int]:
        """The events that the page itself names by link or header, which a copy of the page would name too."""
        named = (reason.event_id for reason in self.reasons if reason.code in _NAMED)
        return frozenset(event_id for event_id in named if event_id is not None)

    @property
    def is_numbered(self) -> bool:
        """Whether the report's own number confirms the event: then no copied link can have led astray."""
        return any(reason.code is ReasonCode.NUMBER and reason.event_id == self.event_id for reason in self.reasons)


def match(page: ReportPage, almanac: Almanac, now: datetime) -> Match:
    """Weigh everything a page tells. Sure only if it all agrees on one event that can have been reported on."""
    signals = list(_signals(page, almanac, now))
    support = {
        event_id: 1 - prod(1 - _trust(signal, page, almanac) for signal in signals if signal.events == {event_id})
        for event_id in sorted(frozenset().union(*(signal.events for signal in signals)))
    }
    ranked = sorted(support, key=lambda event_id: -support[event_id])
    reasons = tuple(signal.reason for signal in signals)
    objections = tuple(_objections(page, ranked[0], signals, almanac, now)) if ranked else ()
    if ranked and support[ranked[0]] >= LINK_AT and not objections:
        return Match(ranked[0], support[ranked[0]], reasons, (ranked[0],))
    nearest = [event.id for event in _nearest(page, almanac, now)]
    if nearest and not signals:
        reasons = (Reason(ReasonCode.NEAREST, nearest[0]),)
    past = [event_id for event_id in ranked if event_id in almanac.events and almanac.events[event_id].has_started(now)]
    return Match(
        event_id=None,
        certainty=min(support[ranked[0]], DOUBTED) if ranked else 0.0,
        reasons=(*reasons, *objections),
        candidates=tuple(dict.fromkeys(past + nearest))[:MOST_CANDIDATES],
        disputed=bool(objections),
    )


def _signals(page: ReportPage, almanac: Almanac, now: datetime) -> Iterator[Signal]:
    if page.connpass_id is not None:
        yield Signal(Reason(ReasonCode.HEADER, page.connpass_id), frozenset({page.connpass_id}))
    yield from _link_signals(page, almanac, now)
    yield from _number_signal(page, almanac, now)
    if month := month_in_path(page.path):
        that_month = (event for event in almanac.in_month(*month) if almanac.may_be_of_series(page, event))
        yield from _signal(ReasonCode.MONTH, _possible(page, that_month, now), f"{month[0]}-{month[1]:02}")
    told = _told(page, now)
    if told is not None and told.day is not None:
        that_day = (event for event in almanac.by_day.get(told.day, ()) if almanac.may_be_of_series(page, event))
        yield from _signal(ReasonCode.DATE, _possible(page, that_day, now), told.day.isoformat())


def _trust(signal: Signal, page: ReportPage, almanac: Almanac) -> float:
    code = signal.reason.code
    if code in SHARED and almanac.may_share_numbers(page):
        return SHARED[code]
    if code is ReasonCode.NUMBER and not almanac.is_one_group:
        return NUMBER_AMONG_GROUPS
    return TRUST[code]


def _signal(code: ReasonCode, events: frozenset[int], detail: str) -> Iterator[Signal]:
    if events:
        yield Signal(Reason(code, next(iter(events)) if len(events) == 1 else None, detail), events)


def _possible(page: ReportPage, events: Iterable[Event], now: datetime) -> frozenset[int]:
    return frozenset(event.id for event in events if objection_to(event, page, now) is None)


def _number_signal(page: ReportPage, almanac: Almanac, now: datetime) -> Iterator[Signal]:
    own = own_numbers(page)
    numbered = [event for number in own for event in almanac.by_number.get(number, ())]
    if numbers_in(page.title):
        code, found = ReasonCode.NUMBER, [event for event in numbered if almanac.is_of_series(page, event)]
    else:
        code, found = ReasonCode.PROSE_NUMBER, [event for event in numbered if almanac.may_be_of_series(page, event)]
    events = _possible(page, found, now) or frozenset(event.id for event in found)  # an impossible one speaks too
    yield from _signal(code, events, _said(own))


def _link_signals(page: ReportPage, almanac: Almanac, now: datetime) -> list[Signal]:
    own, events, told = own_numbers(page), almanac.events, _told(page, now)
    weighed = [
        (link.event_id, _weigh_link(page, link, events.get(link.event_id), told, now))
        for link in page.links
        if not link.upcoming
    ]
    found = [(event_id, code) for event_id, code in dict.fromkeys(weighed) if code is not None]
    numbered = (event_id for event_id, code in found if code is ReasonCode.LINK_NUMBER)
    certain = {event_id for event_id in numbered if own == numbers_in(events[event_id].title)}
    if certain:  # report, link and event have one number: what else is linked is mentioned, not reported on
        found = [(event_id, code) for event_id, code in found if event_id in certain]
    details = {ReasonCode.LINK_NUMBER: _said(own), ReasonCode.LINK_DATE: told.written if told else ""}
    return [Signal(Reason(code, event_id, details.get(code, "")), frozenset({event_id})) for event_id, code in found]


def _weigh_link(
    page: ReportPage, link: EventLink, event: Event | None, told: StatedDate | None, now: datetime
) -> ReasonCode | None:
    """Say how far a link outside a 次回 section claims its event for the report; None if it only mentions it."""
    own = own_numbers(page)
    beside = numbers_in(link.text) or numbers_in(link.context)
    its = numbers_in(event.title) if event else frozenset[int]()
    of_another_time = OTHER_OCCASION.search(fold(link.context)) is not None
    if event and own & beside & its:
        return ReasonCode.LINK_NUMBER
    if not own & its and (of_another_time or (own and beside and not own & beside)):
        return None
    if event is None:
        return ReasonCode.UNKNOWN_EVENT
    if objection_to(event, page, now) is ReasonCode.NOT_YET:
        return None  # a report that looks ahead
    return ReasonCode.LINK_DATE if told and told.day and told.day == day_of(event) else ReasonCode.LINK


def _objections(
    page: ReportPage, likeliest: int, signals: Sequence[Signal], almanac: Almanac, now: datetime
) -> Iterator[Reason]:
    if any(likeliest not in signal.events for signal in signals):
        yield Reason(ReasonCode.DISAGREE)
    event = almanac.events.get(likeliest)
    if event is None:
        yield Reason(ReasonCode.UNKNOWN_EVENT, likeliest)
        return
    if code := objection_to(event, page, now):
        yield Reason(code, event.id)
    own, its = own_numbers(page), numbers_in(event.title)
    if own and its and not own & its:
        yield Reason(ReasonCode.OTHER_NUMBER, event.id, _said(own))
    if page.connpass_id != event.id and almanac.is_of_another_series(page, event):
        yield Reason(ReasonCode.OTHER_SERIES, event.id)


def objection_to(event: Event, page: ReportPage, now: datetime) -> ReasonCode | None:
    """Say why a page cannot be a report of this event; None if it can.

    The day counts, not the hour: dates of reports are often midnight, or half an hour ahead.
    """
    day, latest = day_of(event), _latest_day(page, now)
    if not event.takes_place:
        return ReasonCode.CALLED_OFF
    if day is None or not event.has_started(now) or day > latest:
        return ReasonCode.NOT_YET
    return ReasonCode.LONG_AGO if latest - day > LATEST else None


def own_numbers(page: ReportPage) -> frozenset[int]:
    """Return the number of the report itself: the title's, or the one of which the prose says that it was held."""
    return numbers_in(page.title) or held_number(page.text)


def _said(numbers: Iterable[int]) -> str:
    return " ".join(f"#{number}" for number in sorted(numbers))


def _told(page: ReportPage, now: datetime) -> StatedDate | None:
    return stated_date(page.text, _latest_day(page, now))


def _latest_day(page: ReportPage, now: datetime) -> date:
    return (page.published_at or now).astimezone(TOKYO).date()


def _nearest(page: ReportPage, almanac: Almanac, now: datetime) -> Iterator[Event]:
    """Return the events shortly before the report, the nearest first: good to suggest, never to decide."""
    latest = _latest_day(page, now)
    recent = (event for event in almanac.backwards(latest, latest - LATEST) if almanac.home in ("", group_of(event)))
    return islice((event for event in recent if objection_to(event, page, now) is None), MOST_CANDIDATES)
