"""`serve` and `work` on a PostgreSQL of their own, each under a role of its own: the database itself tells who wrote what."""

import asyncio
import random
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.sandbox.server import Sandbox
from storage.migrate import upgrade
from tests.bench.site import DESK, found_city
from tests.faults import truth
from tests.faults.cluster import Cluster, Stop, a_port
from tests.faults.processes import Running, environment, running

WORKERS = 3
ROLES = ("door", *(f"worker_{n}" for n in range(WORKERS)))
READY_SECONDS = 90.0
TAKEOVER_SECONDS = 20.0  # is what is promised
_OPEN = "SELECT holder FROM leases WHERE name = 'lead' AND expires_at > clock_timestamp()"
_SPY = (
    "CREATE TABLE spied (at timestamptz, who text, holder text, epoch bigint)",
    """CREATE FUNCTION spy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO spied SELECT clock_timestamp(), session_user, holder, epoch FROM leases WHERE name = 'lead';
        RETURN NULL; END $$""",
    # as the transaction commits: who leads then?
    """CREATE CONSTRAINT TRIGGER spy AFTER UPDATE ON outbox DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
 WHEN (NEW.state <> OLD.state)
        EXECUTE FUNCTION spy()""",
)


@dataclass
class Fleet:
    """The processes by role, and what trouble they were given."""

    cluster: Cluster
    processes: dict[str, Running]
    folder: Path  # of their logs
    begin: Callable[[str], Awaitable[Running]]
    roles: dict[int, str] = field(default_factory=dict)  # by process number, those that have ended too
    drains: list[float] = field(default_factory=list)  # seconds from SIGTERM to the end, among reports
    takeovers: list[float] = field(default_factory=list)  # seconds from a leader's standing still to the next one
    down: list[tuple[float, float]] = field(default_factory=list)  # monotonic, of each outage
    terminated: int = 0

    async def outages(self, dice: random.Random, up: tuple[float, float], down: tuple[float, float]) -> None:
        """The server ends, in order or at once, and comes back; for ever. Cancelled, it leaves it running."""
        while True:
            await asyncio.sleep(dice.uniform(*up))
            how: Stop = dice.choice(["fast", "immediate"])
            outage = asyncio.create_task(self._outage(how, dice.uniform(*down)))
            try:
                await asyncio.shield(outage)
            except asyncio.CancelledError:
                await outage
                raise

    async def _outage(self, how: Stop, seconds: float) -> None:
        began = time.monotonic()
        await asyncio.to_thread(self.cluster.stop, how)
        await asyncio.sleep(seconds)
        await asyncio.to_thread(self.cluster.start)
        self.down.append((began, time.monotonic()))

    async def stops(self, times: int, between: tuple[float, float], dice: random.Random) -> None:
        """The leader stands still until another one leads, then goes on as if nothing had happened."""
        for _ in range(times):
            await asyncio.sleep(dice.uniform(*between))
            leader = await self._leader()
            began = time.monotonic()
            leader.send(signal.SIGSTOP)
            try:
                await self._another_than(leader)
            finally:
                leader.send(signal.SIGCONT)
            self.takeovers.append(time.monotonic() - began - self._outages_since(began))

    async def _another_than(self, leader: Running) -> None:
        while await self._leader() is leader:  # noqa: ASYNC110 - only the database knows
            await asyncio.sleep(0.1)

    def _outages_since(self, began: float) -> float:
        return sum(max(0.0, end - max(start, began)) for start, end in self.down)

    async def terminations(self, times: int, between: tuple[float, float], dice: random.Random) -> None:
        """One connection of ours after the other is ended by the server, whatever it is doing."""
        busy = "state <> 'idle' DESC," if dice.random() < 0.5 else ""
        ended = f"""SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity
            WHERE usename = ANY('{{{",".join(ROLES)}}}') ORDER BY {busy} random() LIMIT 1) AS one"""  # noqa: S608 - our own
        while self.terminated < times:
            await asyncio.sleep(dice.uniform(*between))
            with suppress(OSError, SQLAlchemyError):
                self.terminated += await truth.figure(self.cluster.url(), ended)

    async def restarts(self, times: int, dice: random.Random) -> None:
        """One after the other is asked to end among all this, as by a new version rolled out, and begins anew."""
        for _ in range(times):
            await asyncio.sleep(dice.uniform(0.5, 2.0))
            role = dice.choice(ROLES)
            self.drains.append(await self._end(role))
            self.processes[role] = await self.begin(role)
            self.roles[self.processes[role].pid] = role

    async def _end(self, role: str) -> float:
        began, process = time.monotonic(), self.processes[role]
        assert process.code is None, f"{role} had ended by itself"
        assert await process.end() == 0, role
        return time.monotonic() - began

    async def _leader(self) -> Running:
        """Who leads now, as soon as anybody does. TimeoutError if nobody does for too long while the database is there."""
        began = time.monotonic()
        while True:
            with suppress(OSError, SQLAlchemyError):
                for row in await truth.rows(self.cluster.url(), _OPEN):
                    return self.processes[self._role(row["holder"])]
            if time.monotonic() - began - self._outages_since(began) > 2 * TAKEOVER_SECONDS:
                raise TimeoutError("nobody leads")
            await asyncio.sleep(0.1)

    def _role(self, holder: str) -> str:
        return self.roles[int(holder.split("/")[1])]

    async def stale_writes(self) -> tuple[int, int]:
        """Sends marked or settled by a process that did not lead as it committed, and all."""
        written = await truth.rows(self.cluster.url(), "SELECT who, holder FROM spied")
        return sum(not row["holder"] or self._role(row["holder"]) != row["who"] for row in written), len(written)

    def said(self, what: str) -> int:
        """How many lines of all the logs have it."""
        return sum(log.read_text("utf-8").count(what) for log in self.folder.glob("*.log"))

    async def end(self) -> None:
        """SIGTERM to all, one after the other, the leader too."""
        for role in self.processes:
            self.drains.append(await self._end(role))


@asynccontextmanager
async def fleet(
    cluster: Cluster, sandbox: Sandbox, folder: Path, people: int, port: int | None = None
) -> AsyncIterator[Fleet]:
    """One `serve` and a few `work` on a fresh ledger; nobody sits at the desk. `port`: of a PgBouncer to go through."""
    url = cluster.url()
    await upgrade(url)
    await found_city(url, people)
    await cluster.execute(*_SPY, f"UPDATE people SET user_id = NULL WHERE user_id IN {DESK}")  # noqa: S608 - our own
    http = a_port()
    hook = {"WEBHOOK_URL": f"http://127.0.0.1:{http}/hook", "WEBHOOK_SECRET": "made-up", "HTTP_PORT": http}
    async with AsyncExitStack() as stack:

        async def begin(role: str) -> Running:
            kind, more = ("serve", hook) if role == "door" else ("work", {})
            env = environment(sandbox, folder, cluster.url(role, port), **more)
            log = folder / f"{role}.log"
            said = length(log)
            process = await stack.enter_async_context(running(kind, env, log))
            await ready([log], said)
            return process

        processes = {role: await begin(role) for role in ROLES}
        yield Fleet(cluster, processes, folder, begin, {process.pid: role for role, process in processes.items()})


async def ready(logs: Sequence[Path], after: int = 0) -> None:
    """Each has opened everything, by what its log says after so many bytes. A process that can't begin says so and ends, which
    is its supervisor's business."""
    async with asyncio.timeout(READY_SECONDS):
        while not all(await asyncio.gather(*(asyncio.to_thread(_says_ready, log, after) for log in logs))):  # noqa: ASYNC110 - a file says it
            await asyncio.sleep(0.1)


def _says_ready(log: Path, after: int) -> bool:
    return log.exists() and b"app.ready" in log.read_bytes()[after:]


def length(log: Path) -> int:
    """Bytes written so far."""
    return log.stat().st_size if log.exists() else 0
