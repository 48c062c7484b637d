"""Leases: by the database's clock, so that no two machines have to agree on the time."""

from functools import cache

from sqlalchemy import Integer, TextClause, bindparam, func, literal_column, select, text

from bot.ports import LeaseLost
from storage.repositories.repository import Repository
from storage.tables import leases

_STALLED = "5s"
"""A holder that stalls in the middle of a transaction keeps everybody out by its lock: PostgreSQL ends that transaction."""
_CLOCK = {
    True: ("clock_timestamp()", "clock_timestamp() + make_interval(secs => CAST(:seconds AS double precision))"),
    False: (
        "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)",
        "CAST((julianday('now') - 2440587.5) * 86400000000 + :seconds * 1000000 AS INTEGER)",
    ),
}
_BY = select(leases.c.holder).where(leases.c.name == bindparam("sought"))


class SqlLeases(Repository):
    """Keeps `bot.ports.Leases`."""

    async def take(self, name: str, holder: str, seconds: float) -> int | None:
        """The epoch; None while somebody else holds it."""
        if self._postgres:
            await self._run(_IMPATIENT)
        row = await self._first(_take(postgres=self._postgres), {"name": name, "holder": holder, "seconds": seconds})
        return None if row is None else int(row.epoch)

    async def release(self, name: str, holder: str) -> None:
        """It may be taken at once; does nothing if somebody else holds it."""
        now, _ = _CLOCK[self._postgres]
        ended = f"UPDATE leases SET expires_at = {now}, holder = '' WHERE name = :name AND holder = :holder"  # noqa: S608
        await self._run(text(ended), {"name": name, "holder": holder})

    async def holder(self, name: str) -> str | None:
        """Who took it last; None once it was released."""
        row = await self._first(_BY, {"sought": name})
        return None if row is None else row.holder or None

    async def guard(self, name: str, epoch: int) -> None:
        """Locks the row against a change of holder until this transaction ends. Raises LeaseLost."""
        guarded = _GUARD_POSTGRES if self._postgres else _GUARD
        if await self._first(guarded, {"name": name, "epoch": epoch}) is None:
            raise LeaseLost(f"the lease {name!r} is no longer ours (epoch {epoch})")


_IMPATIENT = text("SELECT set_config('lock_timeout', '2s', true)")
_OURS = (leases.c.name == bindparam("name"), leases.c.epoch == bindparam("epoch", type_=Integer))
_GUARD = select(leases.c.epoch).where(*_OURS)
_IMPATIENTLY = func.set_config("idle_in_transaction_session_timeout", _STALLED, literal_column("true"))
_GUARD_POSTGRES = select(_IMPATIENTLY).where(*_OURS).with_for_update(read=True, of=leases)


@cache
def _take(*, postgres: bool) -> TextClause:
    """One statement: two that ask at once take turns at the row. The epoch stays while the holder does."""
    now, later = _CLOCK[postgres]
    return text(
        f"""INSERT INTO leases (name, holder, epoch, expires_at) VALUES (:name, :holder, 1, {later})
        ON CONFLICT (name) DO UPDATE SET expires_at = excluded.expires_at, holder = excluded.holder,
          epoch = leases.epoch + CASE WHEN leases.holder = excluded.holder THEN 0 ELSE 1 END
        WHERE leases.holder = excluded.holder OR leases.expires_at <= {now}
        RETURNING epoch"""  # noqa: S608 - the words of the two dialects, nothing given
    )
