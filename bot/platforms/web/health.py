"""How the bot is, for what watches it: `/healthz` for a monitor, `/metrics` for Prometheus."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from aiohttp import web

from bot import __version__
from bot.platforms.web import metrics
from bot.platforms.web.json_answers import json_answer
from bot.platforms.web.streams import Streams


class Condition(Protocol):
    """How things stand. Both answers raise where the store gives none."""

    async def health(self) -> Mapping[str, Any]:
        """Return what `/healthz` says besides that all is well."""
        ...

    async def gauges(self) -> metrics.Gauges:
        """Return it in numbers."""
        ...


@dataclass(frozen=True)
class HealthApi:
    """The two addresses, and what was counted so far."""

    condition: Condition
    streams: Streams
    metrics: metrics.Metrics

    def routes(self) -> list[web.RouteDef]:
        """Return both addresses with what answers them."""
        return [web.get("/healthz", self.healthz), web.get("/metrics", self.show_metrics)]

    async def healthz(self, _request: web.Request) -> web.Response:
        """Say whether the store answers, and can be written."""
        health = {"status": "ok", "version": __version__, **await self.condition.health()}
        return json_answer(health, status=200 if health["status"] == "ok" else 503)

    async def show_metrics(self, _request: web.Request) -> web.Response:
        """Give numbers to Prometheus."""
        gauges = await self.condition.gauges()
        body = await asyncio.to_thread(self.metrics.exposition, gauges, len(self.streams))
        return web.Response(body=body, headers={"Content-Type": metrics.CONTENT_TYPE})
