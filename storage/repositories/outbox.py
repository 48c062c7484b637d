"""What is to be told."""

import asyncio
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Integer, Text, bindparam, case, func, or_, select, update

from bot.domain.ids import ChatId, MessageId
from bot.domain.messages import Message, OutboxState, Priority
from bot.ports import OutboxRow
from storage.databases.dialect import insert_into, spelled
from storage.repositories.repository import AnyRow, Session, Telling
from storage.tables import outbox
from storage.tables.base import aware

# messages written before others have their turn, by whether it is PostgreSQL: each time is a way there and back
_AT_ONCE = {False: 32, True: 128}
_LATEST = 2000  # more than leave in a minute
_SOUGHT = outbox.c.id == bindparam("sought")
_MESSAGE = ("chat", "kind", "facts", "priority", "topic", "card", "fresh", "key", "not_before", "reply_to")
_PENDING = outbox.c.state == spelled(OutboxState.PENDING)
_SENDING = outbox.c.state == spelled(OutboxState.SENDING)
_TROUBLED = outbox.c.state.in_([spelled(OutboxState.UNKNOWN), spelled(OutboxState.DEAD)])
_TIME = or_(outbox.c.not_before.is_(None), outbox.c.not_before <= bindparam("now", type_=outbox.c.not_before.type))
_ORDER = (outbox.c.priority, outbox.c.id)
_DUE = select(outbox).where(_PENDING, _TIME).order_by(*_ORDER).limit(bindparam("most", type_=Integer))
_BELOW = outbox.c.priority > bindparam("below", type_=Integer)
_WAITING = select(outbox.c.chat, outbox.c.card).where(_PENDING, outbox.c.card.in_(bindparam("cards", expanding=True)))
_TOLD = select(outbox).where(outbox.c.state != spelled(OutboxState.PENDING)).order_by(outbox.c.id.desc()).limit(_LATEST)
_LATELY = _TOLD.subquery()
_HEARD = (
    select(_LATELY)
    .where(_LATELY.c.chat < 0, _LATELY.c.state != OutboxState.DEAD, _LATELY.c.changed_at >= bindparam("since"))
    .order_by(_LATELY.c.changed_at, _LATELY.c.id)
)
_CHOSEN = (outbox.c.id.in_(bindparam("sought", expanding=True)), _PENDING)
_MARK = update(outbox).where(*_CHOSEN).returning(outbox)
_FREE = select(outbox.c.id).where(*_CHOSEN).with_for_update(skip_locked=True)
_MARK_FREE = update(outbox).where(outbox.c.id.in_(_FREE)).returning(outbox)
_SETTLE = update(outbox).where(_SOUGHT)
_PUT_OFF = _SETTLE.values(attempts=outbox.c.attempts + bindparam("more_attempts", type_=Integer))


class SqlOutbox(Telling):
    """Keeps `bot.ports.Outbox`."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        session.writer = self._write

    async def queue(self, message: Message, at: datetime) -> None:
        """Queue it, unless its key is known; a card takes the place of its pending older state. What is queued in a row is
        written together."""
        told = self._session.told
        if message.card is not None and any((one.chat, one.card) == (message.chat, message.card) for one, _ in told):
            await self._session.write()
        if message.not_before is not None:
            aware(message.not_before)
        frozen = replace(message, facts=json.loads(json.dumps(dict(message.facts))))
        self._session.told.append((frozen, aware(at)))

    async def _write(self, told: Sequence[tuple[Message, datetime]]) -> None:
        cards = [message.card for message, _ in told if message.card is not None]
        shown = {(row.chat, row.card) for row in await self._all(_WAITING, {"cards": cards})} if cards else set()
        new = []
        for message, at in told:
            known = message.card is not None and message.key is not None and await self._knows(message.key)
            if not known and not ((message.chat, message.card) in shown and await self._collapse(message)):
                new.append(_new(message, at))
        if new:
            await self._run(_add(postgres=self._postgres), new)

    async def queue_all(self, messages: Sequence[Message], at: datetime) -> None:
        """Queue those that show no card, unless their key is known; a few at a time, so that others have their turn."""
        most = _AT_ONCE[self._postgres]
        for start in range(0, len(messages), most):
            rows = [_new(message, at) for message in messages[start : start + most]]
            await self._run(_add(postgres=self._postgres), rows)
            await asyncio.sleep(0)

    async def due(
        self, now: datetime, limit: int, *, without: Collection[ChatId] = (), below: Priority | None = None
    ) -> list[OutboxRow]:
        """Pending rows whose time has come, by priority, then age; of the chats `without` only toasts."""
        values: dict[str, Any] = {"now": now, "most": limit}
        statement = _DUE if below is None else _DUE.where(_BELOW)
        if below is not None:
            values["below"] = int(below)
        if without:
            statement = statement.where(_elsewhere(postgres=self._postgres))
            values["without"] = sorted(without) if self._postgres else json.dumps(sorted(without))
        return [_queued(row) for row in await self._all(statement, values)]

    async def mark_sending(self, rows: Sequence[int], at: datetime) -> list[OutboxRow]:
        """The next thing is the call: committed before it. Those that were marked, as they read now; what somebody else is
        changing just now is not waited for."""
        values = {"sought": list(rows), "state": OutboxState.SENDING, "changed_at": at}
        return [_queued(row) for row in await self._all(_MARK_FREE if self._postgres else _MARK, values)]

    async def sent(self, rows: Mapping[int, MessageId | None], at: datetime) -> None:
        """They arrived, as these messages."""
        arrived = {"state": OutboxState.SENT, "changed_at": at, "error": ""}
        if rows:
            await self._run(_SETTLE, [arrived | {"sought": row, "message": message} for row, message in rows.items()])

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
    ) -> bool:
        """What became of a send. Back to PENDING counts an attempt, unless nothing was sent. False: the row is gone."""
        values: dict[str, Any] = {"sought": row, "state": state, "changed_at": at, "message": message, "error": error}
        if state is OutboxState.PENDING:
            put_off = values | {"not_before": not_before, "more_attempts": int(counted)}
            return bool((await self._run(_PUT_OFF, put_off)).rowcount)
        return bool((await self._run(_SETTLE, values)).rowcount)

    async def interrupted(self) -> list[OutboxRow]:
        """Rows found `sending` at start."""
        return [_queued(row) for row in await self._all(select(outbox).where(_SENDING).order_by(outbox.c.id))]

    async def heard_by_groups(self, since: datetime) -> list[OutboxRow]:
        """What went, or may have gone, into groups since then, earliest first; among the latest that were told."""
        return [_queued(row) for row in await self._all(_HEARD, {"since": since})]

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
        """Put the message in the place of the card's pending row, if there is one."""
        newer = {f"new_{name}": value for name, value in _row(message).items()}
        statement = _COLLAPSE if message.key is None else _COLLAPSE_KEYED
        return bool((await self._run(statement, newer)).rowcount)


def _collapse() -> Any:
    """A row keeps its own key: what must go once stays known. A fresh one stays fresh, and keeps its place and time."""
    new = {name: bindparam(f"new_{name}", type_=outbox.c[name].type) for name in _MESSAGE}
    kept = {name: case((outbox.c.fresh, outbox.c[name]), else_=new[name]) for name in _KEPT_IF_FRESH}
    pending = (_PENDING, outbox.c.chat == new["chat"], outbox.c.card == new["card"])
    return update(outbox).where(*pending).values(kind=new["kind"], facts=new["facts"], **kept)


_KEPT_IF_FRESH = ("priority", "topic", "fresh", "not_before", "reply_to")
_COLLAPSE = _collapse()
_NEW_KEY = bindparam("new_key", type_=outbox.c.key.type)
_COLLAPSE_KEYED = _COLLAPSE.where(outbox.c.key.is_(None)).values(key=_NEW_KEY)


@cache
def _elsewhere(*, postgres: bool) -> Any:
    """Not in the chats `without`, which are one parameter, so that the statement is the same for any number of them."""
    if postgres:
        chats: Any = func.unnest(bindparam("without", type_=ARRAY(BigInteger))).table_valued("value").render_derived()
    else:
        chats = func.json_each(bindparam("without", type_=Text)).table_valued("value")
    return or_(outbox.c.chat.not_in(select(chats.c.value)), outbox.c.priority == int(Priority.TOAST))


@cache
def _add(*, postgres: bool) -> Any:
    return insert_into(outbox, postgres=postgres).on_conflict_do_nothing(index_elements=["key"])


def _new(message: Message, at: datetime) -> dict[str, Any]:
    return _row(message) | {"state": OutboxState.PENDING, "attempts": 0, "created_at": at, "error": ""}


def _row(message: Message) -> dict[str, Any]:
    row = {name: getattr(message, name) for name in _MESSAGE}
    return row | {"facts": dict(message.facts), "priority": int(message.priority)}


def _queued(row: AnyRow) -> OutboxRow:
    values = {name: getattr(row, name) for name in _MESSAGE}
    message = Message(**values | {"priority": Priority(row.priority)})
    return OutboxRow(row.id, message, row.state, row.attempts, row.created_at, row.error, row.changed_at)
