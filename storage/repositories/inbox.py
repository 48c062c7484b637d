"""Raw updates: unique by (bot, update_id), handled in order within a chat."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Integer, Text, bindparam, delete, func, or_, select, text, update

from bot.domain.ids import ChatId
from bot.ports import InboxRow, Poison
from storage.databases.dialect import insert_into
from storage.databases.engines import compact
from storage.repositories.repository import AnyRow, Repository
from storage.tables import inbox

_WAITING = (
    select(inbox.c.id, inbox.c.update_id, inbox.c.chat, inbox.c.raw)
    .where(inbox.c.bot == bindparam("sought"), inbox.c.done_at.is_(None))
    .order_by(inbox.c.update_id)
    .limit(bindparam("most", type_=Integer))
)
_STALLED = "10s"
"""A worker that stalls in the middle of a batch, or whose machine is gone, would keep its chats: PostgreSQL ends that batch."""
_CHATS = text(f"""
    WITH waiting AS MATERIALIZED (
      SELECT chat, update_id FROM inbox WHERE bot = :bot AND done_at IS NULL ORDER BY update_id LIMIT :window
    ), chats AS MATERIALIZED (SELECT chat FROM waiting GROUP BY chat ORDER BY min(update_id))
    SELECT chat FROM chats, (SELECT set_config('idle_in_transaction_session_timeout', '{_STALLED}', true)) AS impatient
    WHERE pg_try_advisory_xact_lock(hashint8extended(chat, :bot)) LIMIT :most
""").columns(inbox.c.chat)  # noqa: S608 - our own constant
_OF_CHATS = _WAITING.where(inbox.c.chat.in_(bindparam("chats", expanding=True)))
ALBUM = 10  # messages of a media group at the most (Bot API)
_WINDOW = 8  # times as many rows are looked at as are taken: the others' chats may come first
_ADD = insert_into(inbox, postgres=False).on_conflict_do_nothing().returning(inbox.c.id)
_GIVEN = {"update_ids": BigInteger, "chats": BigInteger, "raws": Text}


def _add_given() -> Any:
    """Any number of rows by as many parameters, so that it is one statement for PostgreSQL."""
    arrays: list[Any] = [bindparam(name, type_=ARRAY(kind)) for name, kind in _GIVEN.items()]
    given = func.unnest(*arrays).table_valued("update_id", "chat", "raw").render_derived(name="given")
    bot = bindparam("for_bot", type_=inbox.c.bot.type)
    rows = select(bot, *given.c, bindparam("since", type_=inbox.c.received_at.type))
    adding = insert_into(inbox, postgres=True).from_select(["bot", "update_id", "chat", "raw", "received_at"], rows)
    return adding.on_conflict_do_nothing().returning(inbox.c.id)


_ADD_GIVEN = _add_given()
_DONE = update(inbox).where(inbox.c.id.in_(bindparam("sought", expanding=True)))


class SqlInbox(Repository):
    """Keeps `bot.ports.Inbox`."""

    async def add(self, bot: int, updates: Sequence[Mapping[str, Any]], at: datetime) -> int:
        """Store those not seen before; how many were new."""
        new = [(found["update_id"], chat_of(found), compact(dict(found))) for found in updates]
        if not new:
            return 0
        if self._postgres:
            given = dict(zip(_GIVEN, map(list, zip(*new, strict=True)), strict=True))
            return len((await self._run(_ADD_GIVEN, {"for_bot": bot, "since": at, **given})).all())
        rows = [
            {"bot": bot, "update_id": number, "chat": chat, "raw": raw, "received_at": at} for number, chat, raw in new
        ]
        return len((await self._run(_ADD, rows)).all())

    async def pending(self, bot: int, limit: int) -> list[InboxRow]:
        """By update_id. On PostgreSQL, within `begin`, the chats another worker has in hand are passed over."""
        if self._session.writing and self._postgres:
            rows = await self._claim(bot, limit)
        else:
            rows = await self._all(_WAITING, {"sought": bot, "most": limit})
        return [InboxRow(row.id, row.update_id, ChatId(row.chat), json.loads(row.raw)) for row in rows]

    async def _claim(self, bot: int, limit: int) -> Sequence[AnyRow]:
        """Chats first, each locked until this transaction ends; then their rows, by a snapshot younger than the locks:
        what the worker before did is seen, and nothing of a chat is taken before what came earlier in it."""
        asked = {"bot": bot, "window": limit * _WINDOW, "most": limit}
        chats = [row.chat for row in await self._all(_CHATS, asked)]
        if not chats:
            return []
        return await self._all(_OF_CHATS, {"sought": bot, "most": limit, "chats": chats})

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

    async def album(
        self, bot: int, chat: ChatId, media_group: str, since: datetime, until: datetime
    ) -> list[Mapping[str, Any]]:
        """The raw text is looked through only for the chat's few of that time."""
        handled = inbox.c.done_at.between(since, until)
        named = inbox.c.raw.contains(compact({"media_group_id": media_group})[1:-1], autoescape=True)
        found = select(inbox.c.raw).where(inbox.c.bot == bot, or_(inbox.c.done_at.is_(None), handled))
        found = found.where(inbox.c.chat == chat, named).order_by(inbox.c.update_id).limit(ALBUM)
        return [json.loads(row.raw) for row in await self._all(found)]

    async def prune(self, before: datetime, limit: int) -> int:
        """Forget handled updates older than this, the oldest first; those set aside stay."""
        old = select(inbox.c.id).where(inbox.c.done_at < before, inbox.c.error.is_(None))
        oldest = old.order_by(inbox.c.done_at).limit(limit)
        return (await self._run(delete(inbox).where(inbox.c.id.in_(oldest)))).rowcount


def chat_of(update: Mapping[str, Any]) -> int:
    """The chat whose order an update belongs to, read as carefully as what may be malformed deserves: where it happened,
    else who did it (a person's number is that of their private chat), else 0."""
    bodies = [body for body in update.values() if isinstance(body, Mapping)]
    for body in bodies:
        for place in (body.get("chat"), _inside(body.get("message"), "chat"), body.get("from"), body.get("user")):
            number = _inside(place, "id")
            if isinstance(number, int) and -_LARGEST <= number < _LARGEST:
                return number
    return 0


_LARGEST = 2**63


def _inside(found: Any, name: str) -> Any:
    return found.get(name) if isinstance(found, Mapping) else None
