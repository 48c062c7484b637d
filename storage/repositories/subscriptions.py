"""Groups that get the weekly digest, and the digests that were made."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select

from bot.domain.digest import Digest
from bot.domain.ids import ChatId
from bot.domain.organisation import Scope
from bot.ports import Subscription
from storage.repositories.digest_json import read_digest, write_digest
from storage.repositories.repository import AnyRow, Repository
from storage.tables import digests, subscriptions

_PLAIN = ("chat", "weekday", "hour", "minute", "next_at", "by")
_ORDER = (subscriptions.c.chat, subscriptions.c.topic)
_RIPE = subscriptions.c.next_at <= bindparam("now", type_=subscriptions.c.next_at.type)
_DUE = select(subscriptions).where(_RIPE).order_by(subscriptions.c.next_at, *_ORDER)


class SqlSubscriptions(Repository):
    """Keeps `bot.ports.Subscriptions`."""

    async def put(self, subscription: Subscription) -> None:
        """Insert or replace: one per chat and topic."""
        row = {name: getattr(subscription, name) for name in _PLAIN} | _scope_row(subscription.scope)
        await self._put(subscriptions, row | {"topic": subscription.topic or 0})

    async def remove(self, chat: ChatId) -> bool:
        """All of a chat; True if there was one."""
        return (await self._run(delete(subscriptions).where(subscriptions.c.chat == chat))).rowcount > 0

    async def of_chat(self, chat: ChatId) -> Subscription | None:
        """The one outside topics, else of the oldest topic."""
        of_chat = select(subscriptions).where(subscriptions.c.chat == chat)
        row = await self._first(of_chat.order_by(*_ORDER).limit(1))
        return None if row is None else _subscription(row)

    async def all(self) -> list[Subscription]:
        """By chat and topic."""
        return [_subscription(row) for row in await self._all(select(subscriptions).order_by(*_ORDER))]

    async def due(self, now: datetime) -> list[Subscription]:
        """Earliest first."""
        return [_subscription(row) for row in await self._all(_DUE, {"now": now})]

    async def freeze(self, digest: Digest) -> int:
        """Keep the figures for good. One per scope and week: the first stays."""
        row = _scope_row(digest.scope) | {"week_start": digest.week_start}
        kept = self._insert(digests).on_conflict_do_nothing().returning(digests.c.id)
        given = await self._value(kept, row | {"figures": write_digest(digest)})
        if given is None:
            first = select(digests.c.id).where(*(digests.c[name] == value for name, value in row.items()))
            given = await self._value(first)
        return int(given)

    async def frozen(self, digest: int) -> Digest:
        """LookupError if there is none."""
        row = await self._first(select(digests.c.figures).where(digests.c.id == digest))
        if row is None:
            raise LookupError(digest)
        return read_digest(row.figures)


def _scope_row(scope: Scope) -> dict[str, Any]:
    return {"scope_kind": scope.kind, "scope_value": scope.value}


def _subscription(row: AnyRow) -> Subscription:
    values = {name: getattr(row, name) for name in _PLAIN}
    return Subscription(topic=row.topic or None, scope=Scope(row.scope_kind, row.scope_value), **values)
