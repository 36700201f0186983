"""A community to try the bot with before there is a key: events and reports around "now".

The events stand behind a server shaped like connpass's API, the reports on a site shaped like Pelican's, so that the
bot meets them over HTTP, with the very clients that it uses for real ones.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from aiohttp import web

from bot.core.clock import Clock
from bot.core.numbers import whole_number
from bot.locales import TOKYO
from bot.platforms.web import sample_pages
from bot.platforms.web.sample_timeline import MARK, SERIES, SampleEvent, SampleReport, sample_events, sample_reports

KEY = "sample"


@dataclass(frozen=True)
class SampleCommunity:
    """The events and reports of one run, which began at `anchor`; `base_url` is where `application` is mounted.

    Every run has its own group and site, so that a database that knows an earlier run meets these for the first time.
    """

    anchor: datetime
    clock: Clock
    base_url: str

    @cached_property
    def events(self) -> tuple[SampleEvent, ...]:
        """Every event, also those not shown yet."""
        return sample_events(self.anchor)

    @cached_property
    def reports(self) -> tuple[SampleReport, ...]:
        """Every report, also those not published yet."""
        return sample_reports(self.events, self.anchor)

    @property
    def run(self) -> str:
        """What tells this run from others."""
        return str(int(self.anchor.timestamp()))

    @property
    def group(self) -> str:
        """The sub-domain of the group that holds the events."""
        return f"sample-{self.run}"

    @property
    def api_url(self) -> str:
        """What `connpass.base_url` must be."""
        return f"{self.base_url}/api/v2"

    @property
    def site_url(self) -> str:
        """What `reports.site_url` must be."""
        return f"{self.base_url}/site/{self.run}/"

    def event_url(self, event: SampleEvent) -> str:
        """Where a person reads about an event."""
        return f"{self.base_url}/events/{event.id}/"

    def application(self) -> web.Application:
        """Return the pages, to be mounted under `base_url`."""
        application = web.Application()
        application.add_routes(
            [
                web.get("/api/v2/events/", self._list_events),
                web.get("/api/v2/events/{id}/presentations/", self._list_presentations),
                web.get("/events/{id}/", self._event_page),
                web.get(f"/site/{self.run}/", self._archive),
                web.get(f"/site/{self.run}/archives.html", self._archive),
                web.get(f"/site/{self.run}/{{file}}", self._report_page),
            ]
        )
        return application

    async def _list_events(self, request: web.Request) -> web.Response:
        if request.headers.get("X-API-Key") != KEY:
            return web.json_response({"detail": "Unauthorized"}, status=401)
        start, count = (_number(request, name, default) for name, default in (("start", 1), ("count", 10)))
        groups = request.query.getall("subdomain", [])
        ids = request.query.getall("event_id", [])
        shown = self._shown_events() if not groups or self.group in groups else []
        found = [event for event in shown if not ids or str(event.id) in ids]
        page = found[start - 1 :][: min(count, 100)]
        return web.json_response(
            {
                "results_returned": len(page),
                "results_available": len(found),
                "results_start": start,
                "events": [self._entry(event) for event in page],
            }
        )

    async def _list_presentations(self, _request: web.Request) -> web.Response:
        """Sample events have no slides: their addresses would lead nowhere."""
        return web.json_response(
            {"results_returned": 0, "results_available": 0, "results_start": 1, "presentations": []}
        )

    def _shown_events(self) -> list[SampleEvent]:
        """Return what is published by now, the latest first, as connpass orders by date."""
        now = self.clock.now()
        return sorted(
            (event for event in self.events if event.shown_at <= now), key=lambda event: event.started_at, reverse=True
        )

    def _entry(self, event: SampleEvent) -> dict[str, Any]:
        is_over = event.ended_at <= self.clock.now()
        return {
            "id": event.id,
            "title": event.title,
            "catch": event.about,
            "description": sample_pages.description(event),
            "url": self.event_url(event),
            "image_url": None,
            "hash_tag": "",
            "started_at": _written(event.started_at),
            "ended_at": _written(event.ended_at),
            "limit": event.limit,
            "event_type": "participation",
            "open_status": "close" if is_over else "open",
            "group": {"id": 1, "subdomain": self.group, "title": f"{MARK}{SERIES}", "url": self.site_url},
            "address": event.address,
            "place": event.place,
            "lat": None,
            "lon": None,
            "owner_id": 1,
            "owner_nickname": "sample",
            "owner_display_name": "サンプル幹事",
            "accepted": event.accepted,
            "waiting": event.waiting,
            "updated_at": _written(event.shown_at),
        }

    async def _event_page(self, request: web.Request) -> web.Response:
        event = next((event for event in self._shown_events() if str(event.id) == request.match_info["id"]), None)
        if event is None:
            raise web.HTTPNotFound
        return _page(sample_pages.event_page(event))

    def _shown_reports(self) -> list[SampleReport]:
        return [report for report in self.reports if report.published_at <= self.clock.now()]

    async def _archive(self, _request: web.Request) -> web.Response:
        return _page(sample_pages.archive(self._shown_reports(), f"/samples/site/{self.run}/"))

    async def _report_page(self, request: web.Request) -> web.Response:
        report = next((report for report in self._shown_reports() if report.file == request.match_info["file"]), None)
        if report is None:
            raise web.HTTPNotFound
        return _page(sample_pages.report_page(report, f"/samples/site/{self.run}/", self.event_url(report.event)))


def _number(request: web.Request, name: str, default: int) -> int:
    number = whole_number(request.query.get(name, ""), digits=8)
    return default if number is None else max(number, 1)


def _written(at: datetime) -> str:
    return at.astimezone(TOKYO).isoformat(timespec="seconds")


def _page(html: str) -> web.Response:
    return web.Response(text=html, content_type="text/html", headers={"Cache-Control": "no-store"})
