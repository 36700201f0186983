"""What is read from the network: connpass and the report site, opened as the configuration says."""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from bot.app.fair_turns import FairTurns
from bot.config import Settings, SourceSettings
from bot.core.errors import ConfigurationError
from bot.core.problems.sources import NoSuchSource
from bot.events.connpass.details import ConnpassDetails
from bot.events.connpass.feed import ConnpassFeedSource
from bot.events.connpass.source import THIS_MONTH_AND_FIVE, ConnpassApi, ConnpassSource
from bot.events.ports.sources import EventDetails, EventSource
from bot.events.rules.sources import SourceKind, Words, query_named
from bot.events.worded_source import WordedSource
from bot.network.http import HttpClient
from bot.reports.ports import ReportSource
from bot.reports.site.report_site import ReportSite
from bot.sandbox.page_parser import PageParser
from bot.sandbox.workers import Workers

CONNPASS_SPACING = timedelta(seconds=1.1)  # one call a second a key, and two clocks differ a little
REPORT_SITE_SPACING = timedelta(seconds=0.2)


@dataclass(frozen=True)
class Clients:
    """What is read from the network: connpass under one key, and the report site if there is one."""

    settings: Settings
    api: ConnpassApi
    connpass: HttpClient
    parser: PageParser
    site: ReportSource | None
    # One at a time: hundreds at once would hold a page of each in memory. What one server asks for starves no other.
    turns: FairTurns = field(default_factory=FairTurns)

    @property
    def details(self) -> EventDetails | None:
        """What tells of single events; None without a key."""
        return ConnpassDetails(self.api, self.parser) if self.settings.connpass.api_key.get_secret_value() else None

    def source(self, name: str, months: tuple[int, int] = THIS_MONTH_AND_FIVE) -> EventSource:
        """Return the source that rooms follow under this name, configured or chosen in the chat.

        `months`, counted from the present one, is what a keyword or a prefecture is asked for. Raises
        ConfigurationError where there is no such source.
        """
        chosen = _chosen_source(name, has_key=bool(self.settings.connpass.api_key.get_secret_value()))
        configured = next((source for source in self.settings.sources if source.name == name), chosen)
        if configured is None:
            raise ConfigurationError(NoSuchSource(name))
        return _source(configured, self, months)


@contextmanager
def open_clients(settings: Settings, workers: Workers | None = None) -> Iterator[Clients]:
    """Open what is read from the network; pages are parsed in `workers`, else in a process of their own."""
    with contextlib.ExitStack() as stack:
        connpass = stack.enter_context(HttpClient("connpass", CONNPASS_SPACING))
        api = ConnpassApi(settings.connpass.base_url, settings.connpass.api_key.get_secret_value(), connpass)
        parser = stack.enter_context(contextlib.closing(PageParser(workers)))
        site: ReportSource | None = None
        if settings.reports.site_url:
            site_http = HttpClient("the report site", REPORT_SITE_SPACING, setting="reports.site_url")
            site = ReportSite(settings.reports.site_url, stack.enter_context(site_http), parser)
        yield Clients(settings, api, connpass, parser, site)


def _chosen_source(name: str, *, has_key: bool) -> SourceSettings | None:
    """Return what a source chosen in the chat asks; a group's public feed stands in until there is a key."""
    query = query_named(name)
    if query is None:
        return None
    kind = "feed" if query.kind is SourceKind.GROUP and not has_key else "api"
    words = {"include": query.words.include, "exclude": query.words.exclude}
    return SourceSettings.model_validate({"name": name, "kind": kind, query.kind: query.value, **words})


def _source(source: SourceSettings, clients: Clients, months: tuple[int, int]) -> EventSource:
    shown, words = _whole_source(source, clients, months), Words(source.include, source.exclude)
    return shown if words == Words() else WordedSource(shown, words)


def _whole_source(source: SourceSettings, clients: Clients, months: tuple[int, int]) -> EventSource:
    if source.kind == "feed":
        return ConnpassFeedSource(source.name, source.group or "", clients.connpass, clients.parser)
    asked = (source.group, source.keyword, source.prefecture, source.owner)
    return ConnpassSource(source.name, clients.api, *asked, window=months)
