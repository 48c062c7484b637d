"""Raw updates: unique by (bot, update_id), handled in order within a chat."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, bindparam, delete, select, update

from bot.ports import InboxRow, Poison
from storage.dialect import insert_into
from storage.engines import compact
from storage.repository import Repository
from storage.tables import inbox

_WAITING = (
    select(inbox.c.id, inbox.c.update_id, inbox.c.raw)
    .where(inbox.c.bot == bindparam("sought"), inbox.c.done_at.is_(None))
    .order_by(inbox.c.update_id)
    .limit(bindparam("most", type_=Integer))
)
_DONE = update(inbox).where(inbox.c.id.in_(bindparam("sought", expanding=True)))


class SqlInbox(Repository):
    """Keeps `bot.ports.Inbox`."""

    async def add(self, bot: int, updates: Sequence[Mapping[str, Any]], at: datetime) -> int:
        """Store those not seen before; how many were new."""
        rows = [
            {"bot": bot, "update_id": found["update_id"], "raw": compact(dict(found)), "received_at": at}
            for found in updates
        ]
        if not rows:
            return 0
        return len((await self._run(_add(postgres=self._postgres), rows)).all())

    async def pending(self, bot: int, limit: int) -> list[InboxRow]:
        """By update_id. On PostgreSQL, within `begin`, rows another worker holds are passed over."""
        rows = await self._all(self._skip_locked(_WAITING), {"sought": bot, "most": limit})
        return [InboxRow(row.id, row.update_id, json.loads(row.raw)) for row in rows]

    async def done(self, rows: Sequence[int], at: datetime) -> None:
        """Handled."""
        await self._run(_DONE, {"sought": list(rows), "done_at": at})

    async def set_aside(self, row: int, error: str, at: datetime) -> None:
        """Could not be handled; kept until somebody has looked."""
        await self._run(update(inbox).where(inbox.c.id == row).values(done_at=at, error=error))

    async def poisoned(self, limit: int) -> list[Poison]:
        """Newest first."""
        aside = select(inbox).where(inbox.c.error.is_not(None)).order_by(inbox.c.id.desc()).limit(limit)
        return [Poison(row.update_id, row.error, row.done_at, json.loads(row.raw)) for row in await self._all(aside)]

    async def prune(self, before: datetime) -> int:
        """Forget handled updates older than this; those set aside stay."""
        old = delete(inbox).where(inbox.c.done_at < before, inbox.c.error.is_(None))
        return (await self._run(old)).rowcount


@cache
def _add(*, postgres: bool) -> Any:
    return insert_into(inbox, postgres=postgres).on_conflict_do_nothing().returning(inbox.c.id)
