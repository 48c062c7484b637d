"""Leases and vital signs, in memory."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from bot.domain.draft import MediaState
from bot.domain.messages import OutboxState
from bot.ports import Backlog, LeaseLost, Vitals
from tests.fakes.tables import Tables, aware


@dataclass(frozen=True, slots=True)
class Lease:
    """`until` in monotonic seconds."""

    holder: str
    epoch: int
    until: float


class FakeLeases:
    """What only one process may do at a time."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def take(self, name: str, holder: str, seconds: float) -> int | None:
        found = self._tables.leases.get(name, Lease("", 0, 0.0))
        if found.holder != holder and found.until > monotonic():
            return None
        epoch = found.epoch + (found.holder != holder)
        self._tables.leases[name] = Lease(holder, epoch, monotonic() + seconds)
        return epoch

    async def release(self, name: str, holder: str) -> None:
        if await self.holder(name) == holder:
            self._tables.leases[name] = Lease("", self._tables.leases[name].epoch, 0.0)

    async def holder(self, name: str) -> str | None:
        found = self._tables.leases.get(name)
        return found.holder or None if found else None

    async def guard(self, name: str, epoch: int) -> None:
        found = self._tables.leases.get(name)
        if found is None or found.epoch != epoch:
            raise LeaseLost(f"epoch {epoch} of {name} is over")


class FakeVitals:
    """Figures for whoever watches."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def read(self, now: datetime) -> Vitals:
        moment = aware(now)
        rows = self._tables.outbox.values()
        states = [row.state for row in rows]
        due = [(row.message.not_before or row.created_at) for row in rows if row.state is OutboxState.PENDING]
        return Vitals(
            inbox=_backlog(row.at for row in self._tables.inbox.values() if row.done_at is None),
            outbox=_backlog(at for at in due if at <= moment),
            sending=states.count(OutboxState.SENDING),
            unknown=states.count(OutboxState.UNKNOWN),
            dead=states.count(OutboxState.DEAD),
            reminders=_backlog(due.at for due in self._tables.agenda.values() if due.at <= moment),
            files=_backlog(m.received_at for m in self._tables.media.values() if m.state is MediaState.PENDING),
            poison=sum(row.error is not None for row in self._tables.inbox.values()),
        )


def _backlog(moments: Iterable[datetime]) -> Backlog:
    waiting = list(moments)
    return Backlog(len(waiting), min(waiting, default=None))
