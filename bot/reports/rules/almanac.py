"""What is known when reports are matched: the events, and what all reports together tell of their site."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from urllib.parse import urlsplit

from bot.events.rules.events import Event
from bot.events.rules.titles import numbers_in, series_of, squeezed
from bot.reports.rules.dates import TOKYO
from bot.reports.rules.reports import ReportPage

_ENOUGH = 2  # reports that have to agree before they teach something


@dataclass(frozen=True)
class Almanac:
    """The events by what reports say of them.

    `home` is the sub-domain of the group whose site this is, "" while that is not clear; `names` are pairs of how
    reports and events call one series.
    """

    events: Mapping[int, Event]
    home: str = ""
    names: frozenset[tuple[str, str]] = frozenset()

    @cached_property
    def by_number(self) -> Mapping[int, Sequence[Event]]:
        """Events by the number in their title."""
        found = defaultdict(list)
        for event in self.events.values():
            for number in numbers_in(event.title):
                found[number].append(event)
        return found

    @cached_property
    def by_day(self) -> Mapping[date, Sequence[Event]]:
        """Events by their day in Japan, in order."""
        found = defaultdict(list)
        for event in self.events.values():
            if (day := day_of(event)) is not None:
                found[day].append(event)
        return dict(sorted(found.items()))

    def in_month(self, year: int, month: int) -> list[Event]:
        """Return the events of a month in Japan."""
        first, later = date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
        return list(self.backwards(later - timedelta(days=1), first))

    def backwards(self, latest: date, earliest: date) -> Iterator[Event]:
        """Go back through the events, from those of `latest` to those of `earliest`."""
        for day in reversed(self._days[bisect_left(self._days, earliest) : bisect_right(self._days, latest)]):
            yield from reversed(self.by_day[day])

    @cached_property
    def _days(self) -> list[date]:
        return list(self.by_day)

    @cached_property
    def series(self) -> frozenset[str]:
        """The names of the series that the site's own group runs (any group's while it is not clear)."""
        own = (event for event in self.events.values() if self.home in ("", group_of(event)))
        return frozenset(series_of(event.title) for event in own) - {""}

    @cached_property
    def is_one_group(self) -> bool:
        """Whether it is clear to whom the reports belong: numbers of other groups cannot be meant."""
        return bool(self.home) or len({group_of(event) for event in self.events.values()}) == 1

    def may_share_numbers(self, page: ReportPage) -> bool:
        """Whether the site's group runs several series, and the page's title does not say of which it is."""
        return self.is_one_group and not series_of(page.title) and len(self._numbered_series) > 1

    @cached_property
    def _numbered_series(self) -> frozenset[str]:
        numbered = (event for events in self.by_number.values() for event in events)
        return frozenset(series_of(event.title) for event in numbered if self.home in ("", group_of(event)))

    def is_of_series(self, page: ReportPage, event: Event) -> bool:
        """Whether report and event belong to one series, by what their titles say and whose site this is."""
        reported, announced = series_of(page.title), series_of(event.title)
        if self.home:
            return group_of(event) == self.home and (not reported or self._same_name(page, event))
        return bool(reported) and reported == announced

    def may_be_of_series(self, page: ReportPage, event: Event) -> bool:
        """Whether they belong to one series, or nothing but the theme of one evening in the title stands against it."""
        of_home = bool(self.home) and not self.is_of_another_series(page, event)
        return of_home or self.is_of_series(page, event)

    def is_of_another_series(self, page: ReportPage, event: Event) -> bool:
        """Whether they clearly do not. Both can be false: the title of one evening often names its theme only."""
        if self.home and group_of(event) != self.home:
            return True
        reported, announced = series_of(page.title), series_of(event.title)
        if not reported or not announced or self._same_name(page, event):
            return False
        return reported in self.series or not self.is_one_group

    def _same_name(self, page: ReportPage, event: Event) -> bool:
        reported, announced = series_of(page.title), series_of(event.title)
        contained = reported in squeezed(event.title) or (len(announced) > 2 and announced in squeezed(page.title))
        return reported == announced or contained or (reported, announced) in self.names


def group_of(event: Event) -> str:
    """Return the sub-domain of an event's group, "" if its address has none."""
    return _sub_domain(event.url)


@lru_cache(maxsize=32768)
def _sub_domain(url: str) -> str:
    return (urlsplit(url).hostname or "").removesuffix("connpass.com").rstrip(".")


def day_of(event: Event) -> date | None:
    """Return the day of an event in Japan."""
    return None if event.started_at is None else event.started_at.astimezone(TOKYO).date()


def learn(pages: Sequence[ReportPage], events: Mapping[int, Event]) -> Almanac:
    """Read from all pages together whose site this is, and how its reports call what its events call otherwise."""
    groups: Counter[str] = Counter()
    names: Counter[tuple[str, str]] = Counter()
    for page in pages:
        groups.update(_groups_linked(page, events))
        names.update(_names_linked(page, events))
    home, count = groups.most_common(1)[0] if groups else ("", 0)
    is_clear = count >= _ENOUGH and 2 * count > groups.total()
    announced = {series_of(event.title) for event in events.values()}  # two series of events are never one
    known = frozenset(pair for pair, often in names.items() if often >= _ENOUGH and pair[0] not in announced)
    return Almanac(events, home if is_clear else "", known)


def _groups_linked(page: ReportPage, events: Mapping[int, Event]) -> set[str]:
    linked = [(link.group, events.get(link.event_id)) for link in page.links]
    return {group or (group_of(event) if event else "") for group, event in linked} - {""}


def _names_linked(page: ReportPage, events: Mapping[int, Event]) -> set[tuple[str, str]]:
    """Find links whose text, event and report have one number: there the two names mean the same."""
    own = numbers_in(page.title)
    linked = [(link, events[link.event_id]) for link in page.links if link.event_id in events and not link.upcoming]
    same = [event for link, event in linked if own and own == numbers_in(link.text) == numbers_in(event.title)]
    return {(series_of(page.title), series_of(event.title)) for event in same}
