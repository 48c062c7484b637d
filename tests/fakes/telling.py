"""Outbox and cards, in memory."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.ids import LEFT_BEHIND, ChatId, MessageId
from bot.domain.messages import Message, OutboxState, Priority
from bot.ports import OutboxRow
from tests.fakes.tables import Tables, aware, kept, next_id

_WAITING = frozenset({OutboxState.PENDING, OutboxState.SENDING})
_HEARD = frozenset({OutboxState.SENDING, OutboxState.SENT, OutboxState.UNKNOWN})
_TROUBLED = frozenset({OutboxState.UNKNOWN, OutboxState.DEAD})


class FakeOutbox:
    """What is to be told."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def queue(self, message: Message, at: datetime) -> None:
        if message.key is not None and any(r.message.key == message.key for r in self._rows()):
            return
        older = self._pending_states(message)
        if not older:
            number = next_id(self._tables.outbox)
            self._tables.outbox[number] = kept(OutboxRow(number, message, OutboxState.PENDING, 0, at))
        for row in older:
            self._tables.outbox[row.id] = kept(replace(row, message=_collapsed(row.message, message)))

    async def queue_all(self, messages: Sequence[Message], at: datetime) -> None:
        for message in messages:
            assert message.card is None
            await self.queue(message, at)

    async def due(
        self, now: datetime, limit: int, *, without: Collection[ChatId] = (), below: Priority | None = None
    ) -> list[OutboxRow]:
        moment = aware(now)
        pending = [r for r in self._rows(OutboxState.PENDING) if _is_toast(r) or r.message.chat not in without]
        ready = [r for r in pending if (r.message.not_before or moment) <= moment and _is_below(r, below)]
        return sorted(ready, key=lambda r: (r.message.priority, r.id))[:limit]

    async def mark_sending(self, rows: Sequence[int], at: datetime) -> list[OutboxRow]:
        aware(at)
        pending = [row for row in self._rows(OutboxState.PENDING) if row.id in rows]
        marked = [kept(replace(row, state=OutboxState.SENDING, changed_at=at)) for row in pending]
        self._tables.outbox.update({row.id: row for row in marked})
        return marked

    async def sent(self, rows: Mapping[int, MessageId | None], at: datetime) -> None:
        for row in rows:
            await self.settle(row, OutboxState.SENT, at)

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
        aware(at)
        old = self._tables.outbox.get(row)
        if old is None:
            return False
        settled = replace(old, state=state, error=error, changed_at=at)
        if state is OutboxState.PENDING:
            later = replace(old.message, not_before=not_before)
            settled = replace(settled, message=later, attempts=old.attempts + counted)
        self._tables.outbox[row] = kept(settled)
        return True

    async def interrupted(self) -> list[OutboxRow]:
        return self._rows(OutboxState.SENDING)

    async def heard_by_groups(self, since: datetime) -> list[OutboxRow]:
        told = [row for row in self._rows(*_HEARD) if row.message.chat < 0 and _changed(row) >= since]
        return sorted(told, key=_changed)

    async def troubled(self, limit: int) -> list[OutboxRow]:
        return self._rows(*_TROUBLED)[::-1][:limit]

    async def waiting(self) -> int:
        return len(self._rows(*_WAITING))

    async def next_due(self) -> datetime | None:
        moments = [r.message.not_before for r in self._rows(OutboxState.PENDING)]
        return min((moment for moment in moments if moment is not None), default=None)

    def _rows(self, *states: OutboxState) -> list[OutboxRow]:
        """By id; of any state if none is given."""
        return [row for _, row in sorted(self._tables.outbox.items()) if not states or row.state in states]

    def _pending_states(self, message: Message) -> list[OutboxRow]:
        """What waits to show an older state of the message's card. A row has one key: two keyed ones stay apart."""
        rows = [
            r for r in self._rows(OutboxState.PENDING) if message.card is not None and r.message.chat == message.chat
        ]
        same = [r for r in rows if r.message.card == message.card]
        return [r for r in same if message.key is None or r.message.key is None]


def _is_below(row: OutboxRow, floor: Priority | None) -> bool:
    return floor is None or row.message.priority > floor


def _is_toast(row: OutboxRow) -> bool:
    return row.message.priority is Priority.TOAST


def _collapsed(older: Message, newer: Message) -> Message:
    """The newest state of a card; a message that waits to be sent anew stays one, and a key stays known."""
    key = newer.key or older.key
    if older.fresh:
        return replace(older, kind=newer.kind, facts=newer.facts, key=key)
    return replace(newer, key=key)


_COMING = {OutboxState.PENDING, OutboxState.SENDING}


class FakeCards:
    """Which message of a chat shows what."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def message_of(self, chat: ChatId, card: str) -> MessageId | None:
        shown = self._tables.cards.get((chat, card))
        return shown if shown is not None and shown > 0 else None

    async def expect(self, shown: Collection[tuple[ChatId, str]]) -> None:
        """Nothing is quicker for being expected."""

    async def hold(self, pressed: Collection[tuple[ChatId, MessageId]]) -> None:
        """Nobody else is there."""

    async def card_at(self, chat: ChatId, message: MessageId) -> str | None:
        shown = self._tables.cards.items()
        return next((card for (where, card), m in shown if (where, m) == (chat, message)), None)

    async def put(self, chat: ChatId, card: str, message: MessageId) -> None:
        before = await self.card_at(chat, message)
        if before is not None:
            del self._tables.cards[chat, before]
        self._tables.cards[chat, kept(card)] = message

    async def undisturbed(self, chats: Collection[ChatId]) -> set[ChatId]:
        """Nobody else is there."""
        return set(chats)

    async def arrived(self, sent: Sequence[tuple[int, ChatId, MessageId]]) -> None:
        for row, chat, message in sent:
            told = self._tables.outbox[row].message
            stayed = told.chat == chat
            shown = message if stayed else MessageId(message - LEFT_BEHIND)
            free = await self.card_at(told.chat, shown) is None
            if told.card is not None and free and (stayed or (told.chat, told.card) not in self._tables.cards):
                await self.put(told.chat, told.card, shown)

    async def rename(self, chat: ChatId, old: str, new: str) -> None:
        for row in list(self._tables.outbox.values()):
            if row.state is OutboxState.PENDING and (row.message.chat, row.message.card) == (chat, old):
                del self._tables.outbox[row.id]
        message = self._tables.cards.pop((chat, old), None)
        if message is not None:
            self._tables.cards[chat, kept(new)] = message

    async def chats_with(self, card: str) -> list[ChatId]:
        rows = [row for row in self._tables.outbox.values() if row.state in _COMING]
        coming = {row.message.chat for row in rows if row.message.card == card}
        return sorted(coming | {chat for chat, shown in self._tables.cards if shown == card})

    async def under_way(self, chat: ChatId) -> list[str]:
        rows = sorted(self._tables.outbox.values(), key=lambda row: -row.id)
        sending = [row.message for row in rows if row.state is OutboxState.SENDING]
        return [message.card for message in sending if message.chat == chat and message.card is not None]


def _changed(row: OutboxRow) -> datetime:
    assert row.changed_at is not None
    return row.changed_at
