"""What happened so far, in numbers that Prometheus reads."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prometheus_client.core import Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """Counts requests and readings. Costs nothing until somebody asks."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, str, str]] = Counter()  # route, method, status
        self.readings: Counter[str] = Counter()  # "read", or the code of a PictureError
        self.reading_seconds = 0.0

    def exposition(self, deliveries: Mapping[str, int], streams: int) -> bytes:
        """Return everything as Prometheus's text format. Blocks for a moment."""
        from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        registry.register(_Numbers(self, deliveries, streams))
        return generate_latest(registry)


class _Numbers:
    def __init__(self, metrics: Metrics, deliveries: Mapping[str, int], streams: int) -> None:
        self._metrics = metrics
        self._deliveries = deliveries
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
        for state, number in self._deliveries.items():
            deliveries.add_metric([state], number)
        yield deliveries
        yield GaugeMetricFamily("tsudoi_streams", "Pages that listen for news.", self._streams)
