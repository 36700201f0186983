"""What happened so far, in numbers that Prometheus reads."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.delivery.rules.deliveries import DeliveryState

if TYPE_CHECKING:
    from prometheus_client.core import Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True)
class Gauges:
    """How things stand now.

    `deliveries` counts them by state. `unread` has for each source that is watched the seconds since it was last read,
    infinity where it never was; `connected` whether each front end is.
    """

    deliveries: Mapping[str, int]
    unread: Mapping[str, float]
    connected: Mapping[str, bool]


class Metrics:
    """Counts requests and readings. Costs nothing until somebody asks."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, str, str]] = Counter()  # route, method, status
        self.readings: Counter[str] = Counter()  # "read", or the code of a PictureError
        self.reading_seconds = 0.0

    def exposition(self, gauges: Gauges, streams: int) -> bytes:
        """Return everything as Prometheus's text format. Blocks for a moment."""
        from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        registry.register(_Numbers(self, gauges, streams))
        return generate_latest(registry)


class _Numbers:
    def __init__(self, metrics: Metrics, gauges: Gauges, streams: int) -> None:
        self._metrics = metrics
        self._gauges = gauges
        self._streams = streams

    def collect(self) -> "Iterator[Metric]":
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, SummaryMetricFamily

        requests = CounterMetricFamily(
            "tsudoi_http_requests", "Requests to the local room.", labels=["route", "method", "status"]
        )
        for labels, number in self._metrics.requests.items():
            requests.add_metric(list(labels), number)
        yield requests

        readings = CounterMetricFamily("tsudoi_readings", "Pictures read through the room.", labels=["outcome"])
        for outcome, number in self._metrics.readings.items():
            readings.add_metric([outcome], number)
        yield readings
        total = sum(self._metrics.readings.values())
        yield SummaryMetricFamily(
            "tsudoi_reading_seconds", "Time from picture to answer.", total, self._metrics.reading_seconds
        )

        deliveries = GaugeMetricFamily("tsudoi_deliveries", "Deliveries by state.", labels=["state"])
        for state in DeliveryState:  # zeros too: no alert sees a series begin with its first failure
            deliveries.add_metric([state], self._gauges.deliveries.get(state, 0))
        yield deliveries
        unread = GaugeMetricFamily(
            "tsudoi_source_unread_seconds", "Time since a source was last read.", labels=["source"]
        )
        for source, seconds in self._gauges.unread.items():
            unread.add_metric([source], seconds)
        yield unread
        connected = GaugeMetricFamily(
            "tsudoi_front_end_connected", "Whether a front end is connected.", labels=["platform"]
        )
        for platform, is_connected in self._gauges.connected.items():
            connected.add_metric([platform], float(is_connected))
        yield connected
        yield GaugeMetricFamily("tsudoi_streams", "Pages that listen for news.", self._streams)
