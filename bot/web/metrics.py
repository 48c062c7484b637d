"""What Prometheus reads: the installation's figures from the database, the process's own from its pulse."""

import asyncio
from collections.abc import Iterator
from datetime import datetime

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.ports import Backlog, StoreUnavailable, Vitals
from bot.pulse import Pulse
from bot.services.turns import Turns

PATIENCE = 5.0  # seconds for the database to answer
PREFIX = "project_home"
_REFUSED = "retry_later"  # the outcome that is a 429

_BACKLOGS = {
    "inbox": ("inbox_pending", "inbox_oldest_seconds", "Updates waiting to be handled"),
    "outbox": ("outbox_pending", "outbox_oldest_seconds", "Messages that may be sent by now"),
    "reminders": ("reminders_due", "reminders_late_seconds", "Reminders and rungs whose moment has come"),
    "files": ("files_pending", "files_oldest_seconds", "Photos and documents still to be fetched"),
}
_COUNTS = {
    "sending": ("outbox_sending", "Messages under way, or cut by a crash"),
    "unknown": ("outbox_unknown", "Messages that may or may not have arrived"),
    "dead": ("outbox_dead", "Messages that can't be delivered"),
    "poison": ("updates_poisoned", "Updates that could not be handled"),
}


class Metrics:
    """The page `/metrics`."""

    def __init__(self, turns: Turns, pulse: Pulse) -> None:
        self._turns = turns
        self._pulse = pulse

    def routes(self) -> list[web.RouteDef]:
        """What answers where."""
        return [web.get("/metrics", self.show)]

    async def show(self, _request: web.Request) -> web.Response:
        """In Prometheus's text format; without the database's figures while it can't be reached."""
        registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=registry)
        registry.register(_Found([*self._own(), *await self._shared()]))
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _shared(self) -> list[Metric]:
        try:
            async with asyncio.timeout(PATIENCE), self._turns.read() as turn:
                vitals = await turn.uow.vitals.read(turn.now)
        except (StoreUnavailable, TimeoutError):
            return [_gauge("database_up", "Whether the database answers", 0)]
        return [_gauge("database_up", "Whether the database answers", 1), *of_vitals(vitals, turn.now)]

    def _own(self) -> Iterator[Metric]:
        sends = CounterMetricFamily(f"{PREFIX}_sends", "Calls that send or edit, by outcome", labels=["outcome"])
        for outcome, count in sorted(self._pulse.sends.items()):
            sends.add_metric([outcome], count)
        yield sends
        yield _counter("too_many_requests", "Calls Telegram answered with 429", self._pulse.sends[_REFUSED])
        if self._pulse.hearing is not None:
            yield _counter("updates_received", "Updates stored, repeated ones too", self._pulse.hearing.updates)
            yield _gauge("deaf", "Whether updates can't reach this process", bool(self._pulse.hearing.deaf()))
        if self._pulse.leading is not None:
            yield _gauge("leading", "Whether this process sends and keeps the schedule", self._pulse.leading)


def of_vitals(vitals: Vitals, now: datetime) -> Iterator[Metric]:
    """The installation's figures as gauges; ages in seconds, 0 where nothing waits."""
    for name, (count, age, words) in _BACKLOGS.items():
        backlog: Backlog = getattr(vitals, name)
        waited = (now - backlog.oldest).total_seconds() if backlog.oldest is not None else 0.0
        yield _gauge(count, words, backlog.count)
        yield _gauge(age, f"{words}: for how long the oldest", max(0.0, waited))
    for name, (metric, words) in _COUNTS.items():
        yield _gauge(metric, words, getattr(vitals, name))


class _Found(Collector):
    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> list[Metric]:
        return self._metrics


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(f"{PREFIX}_{name}", words, value=float(value))


def _counter(name: str, words: str, value: float) -> Metric:
    return CounterMetricFamily(f"{PREFIX}_{name}", words, value=float(value))
