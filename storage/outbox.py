"""What is to be told."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, or_, select, update

from bot.domain.ids import ChatId, MessageId
from bot.domain.messages import Message, OutboxState, Priority
from bot.ports import OutboxRow
from storage.dialect import spelled
from storage.repository import AnyRow, Repository
from storage.tables import outbox

_MESSAGE = ("chat", "kind", "facts", "priority", "topic", "card", "fresh", "key", "not_before", "reply_to")
_PENDING = outbox.c.state == spelled(OutboxState.PENDING)
_SENDING = outbox.c.state == spelled(OutboxState.SENDING)
_TROUBLED = outbox.c.state.in_([spelled(OutboxState.UNKNOWN), spelled(OutboxState.DEAD)])


class SqlOutbox(Repository):
    """Keeps `bot.ports.Outbox`."""

    async def queue(self, message: Message, at: datetime) -> None:
        """Queue it, unless its key is known; a card takes the place of its pending older state."""
        if message.card is not None:
            if message.key is not None and await self._knows(message.key):
                return
            if await self._collapse(message):
                return
        row = _row(message) | {"state": OutboxState.PENDING, "attempts": 0, "created_at": at, "error": ""}
        statement = insert(outbox)
        if message.key is not None:
            statement = self._insert(outbox).on_conflict_do_nothing(index_elements=["key"])
        await self._run(statement, row)

    async def due(self, now: datetime, limit: int, *, without: Collection[ChatId] = ()) -> list[OutboxRow]:
        """Pending rows whose time has come, by priority, then age; of the chats `without` only toasts."""
        ready = [_PENDING, or_(outbox.c.not_before.is_(None), outbox.c.not_before <= now)]
        if without:
            ready.append(or_(outbox.c.chat.not_in(without), outbox.c.priority == int(Priority.TOAST)))
        rows = await self._all(select(outbox).where(*ready).order_by(outbox.c.priority, outbox.c.id).limit(limit))
        return [_queued(row) for row in rows]

    async def mark_sending(self, rows: Sequence[int], at: datetime) -> None:
        """The next thing is the call: committed before it."""
        marked = update(outbox).where(outbox.c.id.in_(rows)).values(state=OutboxState.SENDING, changed_at=at)
        await self._run(marked)

    async def settle(
        self,
        row: int,
        state: OutboxState,
        at: datetime,
        *,
        message: MessageId | None = None,
        error: str = "",
        not_before: datetime | None = None,
        counted: bool = True,
    ) -> None:
        """What became of a send. Back to PENDING counts an attempt, unless nothing was sent."""
        values: dict[str, Any] = {"state": state, "changed_at": at, "message": message, "error": error}
        if state is OutboxState.PENDING:
            values |= {"not_before": not_before, "attempts": outbox.c.attempts + int(counted)}
        await self._run(update(outbox).where(outbox.c.id == row).values(values))

    async def interrupted(self) -> list[OutboxRow]:
        """Rows found `sending` at start."""
        return [_queued(row) for row in await self._all(select(outbox).where(_SENDING).order_by(outbox.c.id))]

    async def troubled(self, limit: int) -> list[OutboxRow]:
        """UNKNOWN and DEAD ones, newest first."""
        newest = select(outbox).where(_TROUBLED).order_by(outbox.c.id.desc()).limit(limit)
        return [_queued(row) for row in await self._all(newest)]

    async def waiting(self) -> int:
        """How many are pending or sending."""
        pending = select(func.count()).select_from(outbox).where(_PENDING).scalar_subquery()
        sending = select(func.count()).select_from(outbox).where(_SENDING).scalar_subquery()
        return int(await self._value(select(pending + sending)))

    async def next_due(self) -> datetime | None:
        """The earliest `not_before` among pending rows."""
        put_off = (_PENDING, outbox.c.not_before.is_not(None))
        earliest: datetime | None = await self._value(select(func.min(outbox.c.not_before)).where(*put_off))
        return earliest

    async def _knows(self, key: str) -> bool:
        return await self._first(select(outbox.c.id).where(outbox.c.key == key)) is not None

    async def _collapse(self, message: Message) -> bool:
        """Put the message in the place of the card's pending row, if there is one. A row keeps its own key: what must go
        once stays known; a fresh one stays fresh."""
        newer = _row(message)
        contents = {"kind": newer["kind"], "facts": newer["facts"]}
        pending = [_PENDING, outbox.c.chat == message.chat, outbox.c.card == message.card]
        if message.key is not None:
            pending.append(outbox.c.key.is_(None))
        fresh = update(outbox).where(*pending, outbox.c.fresh).values(contents)
        if (await self._run(fresh)).rowcount:
            return True
        if message.key is None:
            del newer["key"]
        return bool((await self._run(update(outbox).where(*pending).values(newer))).rowcount)


def _row(message: Message) -> dict[str, Any]:
    row = {name: getattr(message, name) for name in _MESSAGE}
    return row | {"facts": dict(message.facts), "priority": int(message.priority)}


def _queued(row: AnyRow) -> OutboxRow:
    values = {name: getattr(row, name) for name in _MESSAGE}
    message = Message(**values | {"priority": Priority(row.priority)})
    return OutboxRow(row.id, message, row.state, row.attempts, row.created_at, row.error)
