"""Health, readiness and metrics: what a balancer and a supervisor are told."""

import asyncio
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.domain.calendar import Calendar
from bot.domain.ids import ChatId, MessageId
from bot.domain.policy import Policy
from bot.ports import Due, StoreUnavailable
from bot.pulse import DEAF_SECONDS, Hearing, Pulse
from bot.services.turns import Turns
from bot.telegram.calls import RetryLater, SendText, Sent, Target
from bot.telegram.counting import Counted
from bot.web import health as module
from bot.web.health import Health
from bot.web.metrics import Metrics
from storage.migrate import revisions
from storage.store import SqlStore
from tests.builders import a_city, a_message, a_photo, an_issue, filed
from tests.fakes import NOW, FakeClock, FakeStore
from tests.storage.conftest import migrated_file, postgres_store, postgres_url, sql_store, sqlite_store
from tests.web.conftest import Start
from tests.web.test_webhook import AwayStore

__all__ = ["migrated_file", "postgres_store", "postgres_url", "sql_store", "sqlite_store"]
NEWEST = "0006"


class Seconds:
    """Monotonic time that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def present() -> str | None:
    return NEWEST


async def asked(http: aiohttp.ClientSession, address: str) -> tuple[int, Any]:
    async with http.get(address) as answer:
        return answer.status, await answer.json()


async def test_all_is_well(http: aiohttp.ClientSession, start: Start) -> None:
    """Alive and ready."""
    address = await start(*Health(present, NEWEST, Pulse(Hearing())).routes())
    assert await asked(http, f"{address}/healthz") == (200, {"alive": True})
    assert await asked(http, f"{address}/readyz") == (200, {"ready": True, "troubles": []})


async def test_a_process_without_database_is_alive_but_not_ready(
    http: aiohttp.ClientSession, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Restarting it would not help; sending it requests would not either."""
    monkeypatch.setattr(module, "PATIENCE", 0.1)

    async def away() -> str | None:
        raise StoreUnavailable("away")

    async def hanging() -> str | None:
        await asyncio.sleep(10)
        return NEWEST

    for revision in (away, hanging):
        address = await start(*Health(revision, NEWEST, Pulse()).routes())
        assert (await asked(http, f"{address}/healthz"))[0] == 200
        assert await asked(http, f"{address}/readyz") == (
            503,
            {"ready": False, "troubles": ["the database can't be reached"]},
        )


async def test_another_schema_is_not_ready(http: aiohttp.ClientSession, start: Start) -> None:
    """An old process beside a new schema, or the other way round."""
    address = await start(*Health(present, "0007", Pulse()).routes())
    status, said = await asked(http, f"{address}/readyz")
    assert (status, said["troubles"]) == (503, ["the schema is at 0006, this version needs 0007"])


async def test_both_databases_tell_their_schema(sql_store: SqlStore) -> None:
    """The one the migrations end at."""
    assert await sql_store.revision() == revisions()[-1]


async def test_the_deaf_are_not_ready(http: aiohttp.ClientSession, start: Start) -> None:
    """A conflict shows at once, a poll that hangs within a minute; the next answer mends both."""
    seconds = Seconds()
    hearing = Hearing(seconds=seconds)
    address = await start(*Health(present, NEWEST, Pulse(hearing)).routes())
    hearing.troubled("another process polls")
    assert (await asked(http, f"{address}/readyz"))[1]["troubles"] == ["another process polls"]
    hearing.answered()
    assert (await asked(http, f"{address}/readyz"))[0] == 200
    seconds.now += 45
    assert (await asked(http, f"{address}/readyz"))[0] == 200
    seconds.now += 10
    assert (await asked(http, f"{address}/readyz"))[1]["troubles"] == ["Telegram has not answered for 55 s"]
    assert DEAF_SECONDS < 60


def test_silence_is_no_trouble_where_nobody_is_asked() -> None:
    """Behind a webhook a quiet night is a quiet night."""
    seconds = Seconds()
    hearing = Hearing(None, seconds=seconds)
    seconds.now += 100_000
    assert hearing.deaf() == ""


class FakeSpeaker:
    """Is refused once, then heard."""

    def __init__(self) -> None:
        self.outcomes = [RetryLater(3.0), Sent(), Sent()]

    async def send(self, *_: Any) -> Any:
        return self.outcomes.pop(0)

    edit = send


async def read_metrics(http: aiohttp.ClientSession, address: str) -> dict[str, float]:
    """Name, with the value of its label if it has one → value."""
    async with http.get(f"{address}/metrics") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain")
        families = text_string_to_metric_families(await answer.text())
        samples = [sample for family in families for sample in family.samples]
    return {".".join([s.name.removeprefix("project_home_"), *s.labels.values()]): s.value for s in samples}


async def test_metrics(http: aiohttp.ClientSession, start: Start, turns: Turns, store: FakeStore) -> None:
    """What the process did, and how the installation stands."""
    pulse = Pulse(Hearing(), leading=True)
    pulse.hearing.took(3)
    speaker = Counted(FakeSpeaker(), pulse.sends)
    for _ in range(2):
        await speaker.send(Target(4001), SendText("x", []))
    await speaker.edit(4001, 7, SendText("x", []))
    async with store.begin() as uow:
        await uow.inbox.add(4200, [{"update_id": 1}, {"update_id": 2}], NOW)
        await uow.outbox.queue(a_message(), NOW)
    found = await read_metrics(http, await start(*Metrics(turns, pulse).routes()))
    assert found["updates_received_total"] == 3
    assert (found["sends_total.sent"], found["sends_total.retry_later"], found["too_many_requests_total"]) == (2, 1, 1)
    assert (found["inbox_pending"], found["outbox_pending"], found["outbox_dead"]) == (2, 1, 0)
    assert (found["leading"], found["deaf"], found["database_up"]) == (1, 0, 1)
    assert "process_resident_memory_bytes" in found


async def test_ages(
    http: aiohttp.ClientSession, start: Start, sql_store: SqlStore, policy: Policy, calendar: Calendar, clock: FakeClock
) -> None:
    """How much waits, and for how long the oldest, in seconds; 0 where nothing does. The same on both databases."""
    turns = Turns(sql_store, policy, calendar, clock)
    address = await start(*Metrics(turns, Pulse()).routes())
    assert await lags(http, address) == dict.fromkeys(("inbox", "outbox", "reminders", "files"), (0, 0))
    async with sql_store.begin() as uow:
        city = await a_city(uow)
        issue = await filed(uow, an_issue(reporter=city.reporter.id))
        await uow.inbox.add(4200, [{"update_id": 1}], NOW)
        await uow.outbox.queue(a_message(), NOW + timedelta(seconds=10))
        await uow.agenda.plan_all(
            [
                Due(issue.id, kind, NOW + timedelta(seconds=seconds), version=1, step=3)
                for kind, seconds in (("reminder", 30), ("rung", 60), ("later", 600))
            ]
        )
        await uow.evidence.add(a_photo(), city.reporter.id, ChatId(4001), MessageId(7), NOW, issue=issue.id)
    clock.advance(seconds=90)
    assert await lags(http, address) == {"inbox": (1, 90), "outbox": (1, 80), "reminders": (2, 60), "files": (1, 90)}


async def lags(http: aiohttp.ClientSession, address: str) -> dict[str, tuple[float, float]]:
    """What waits → how many, and for how long."""
    found = await read_metrics(http, address)
    ages = {name: found[f"{name}_oldest_seconds"] for name in ("inbox", "outbox", "files")}
    counts = {name: found[f"{name}_pending"] for name in ages}
    return {name: (counts[name], age) for name, age in ages.items()} | {
        "reminders": (found["reminders_due"], found["reminders_late_seconds"])
    }


async def test_metrics_without_database(http: aiohttp.ClientSession, start: Start, turns: Turns) -> None:
    """The process's own figures are shown all the same."""

    class Away(AwayStore):
        read = AwayStore.begin

    found = await read_metrics(http, await start(*Metrics(turns.over(Away()), Pulse(Hearing())).routes()))
    assert found["database_up"] == 0
    assert "updates_received_total" in found
    assert "inbox_pending" not in found
