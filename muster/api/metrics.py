"""Figures for Prometheus: requests counted here, the rest read from the database when asked for.

Runs may be done by other processes, and the database knows of them all. No label names a workspace,
a rule or a person.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric, SummaryMetricFamily

from muster.base.errors import MusterError
from muster.services.context import Resources
from muster.store import figures

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
logger = logging.getLogger("muster.metrics")
_KEPT_SECONDS = 2.0
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The metrics of one application, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "muster_http_requests",
            "HTTP requests answered",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.request_seconds = Histogram(
            "muster_http_request_seconds",
            "Time to answer a request, its body included",
            ("method", "route"),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.in_progress = Gauge(
            "muster_http_requests_in_progress",
            "HTTP requests being answered",
            registry=self.registry,
        )
        self._database = _DatabaseFigures()
        self.registry.register(self._database)

    def exposed(self, resources: Resources) -> bytes:
        """Return all metrics as Prometheus reads them."""
        with self._database.reading(resources):
            return generate_latest(self.registry)


@dataclass(slots=True, eq=False)  # the registry keeps it by identity
class _DatabaseFigures:
    """Collects what the database knows; an unreachable one shows as ``muster_database_up 0``."""

    _lock: threading.RLock = field(default_factory=threading.RLock)
    _resources: Resources | None = None
    _found: tuple[Metric, ...] = ()
    _found_at: float = float("-inf")

    def reading(self, resources: Resources) -> threading.RLock:
        """Return the lock to hold while collecting from these resources."""
        self._resources = resources
        return self._lock

    def describe(self) -> Iterator[Metric]:
        """Name nothing beforehand: the database is not asked when this is registered."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Yield the figures, at most two seconds old."""
        if self._resources is None:
            return
        now = time.monotonic()
        if now - self._found_at >= _KEPT_SECONDS:
            self._found = tuple(_read(self._resources))
            self._found_at = now
        yield from self._found


def _read(resources: Resources) -> Iterator[Metric]:
    yield from _pool(resources)
    try:
        with resources.database.transaction() as connection:
            queue = figures.queue_figures(connection)
            runs = figures.run_figures(connection)
            segments = figures.published_segments(connection)
            notices = figures.notice_figures(connection)
    except MusterError as error:
        logger.warning("the figures of the database are missing: %s", error)
        yield _gauge("muster_database_up", "The product database answers", 0)
        return
    yield _gauge("muster_database_up", "The product database answers", 1)
    yield from _queue(queue)
    yield from _runs(runs)
    published, seconds = segments
    kept = SummaryMetricFamily(
        "muster_segment_evaluation_seconds",
        "Segment versions published and kept, and the time their evaluation took",
        count_value=published,
        sum_value=seconds,
    )
    yield kept
    told, delivered = notices
    yield _gauge("muster_notifications", "Notifications kept", told)
    states = GaugeMetricFamily("muster_deliveries", "Deliveries by state", labels=("state",))
    for state, count in delivered.items():
        states.add_metric((state,), count)
    yield states


def _queue(found: figures.QueueFigures) -> Iterator[Metric]:
    yield _gauge("muster_queue_depth", "Runs that wait", found.queued)
    yield _gauge("muster_queue_lag_seconds", "Wait of the oldest claimable run", found.lag_seconds)
    yield _gauge("muster_dead_letters", "Failed runs that wait for a person", found.dead_letters)
    yield _gauge("muster_expired_leases", "Runs whose worker went silent", found.expired_leases)
    yield _gauge("muster_workers", "Workers heard from in the last 30 s", found.workers)
    yield _gauge("muster_worker_slots", "Runs those workers can do at once", found.slots)


def _runs(found: tuple[figures.RunFigures, ...]) -> Iterator[Metric]:
    states = GaugeMetricFamily("muster_runs", "Runs kept, by state", labels=("kind", "state"))
    durations = SummaryMetricFamily(
        "muster_run_seconds", "Time from start to end of runs kept", labels=("kind", "state")
    )
    for one in found:
        states.add_metric((one.kind, one.state), one.count)
        if one.state not in ("queued", "running"):
            durations.add_metric((one.kind, one.state), one.count, one.seconds)
    yield states
    yield durations


def _pool(resources: Resources) -> Iterator[Metric]:
    found = figures.pool_figures(resources.database)
    connections = GaugeMetricFamily(
        "muster_database_connections", "Connections of this process", labels=("state",)
    )
    connections.add_metric(("in_use",), found.in_use)
    connections.add_metric(("idle",), found.idle)
    yield connections


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, meaning, value=value)
