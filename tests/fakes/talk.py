"""Dialogs, strangers, the inbox and small facts, in memory."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.ids import ChatId, UserId
from bot.domain.journal import Record
from bot.ports import InboxRow, Poison
from storage.repositories.inbox import chat_of
from tests.fakes.tables import Delivery, Tables, aware, kept, next_id, text


class FakeDialogs:
    """Where a person is in a conversation."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def get(self, key: str) -> tuple[str | None, Mapping[str, Any]]:
        return self._tables.dialogs.get(key, (None, {}))

    async def expect(self, keys: Collection[str]) -> None:
        """Nothing is quicker for being expected."""

    async def put(self, key: str, state: str | None, data: Mapping[str, Any]) -> None:
        self._tables.dialogs.pop(key, None)
        if state is not None or data:
            self._tables.dialogs[key] = (state, kept(data))


class FakeStrangers:
    """People without a card or role."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def knock(self, user: UserId, at: datetime, quiet_minutes: int) -> bool:
        count, answered = self._tables.knocks.get(user, (0, None))
        due = answered is None or aware(at) - answered >= timedelta(minutes=quiet_minutes)
        self._tables.knocks[user] = (count + 1, aware(at) if due or answered is None else answered)
        return due


def _album_of(message: Mapping[str, Any]) -> tuple[Any, Any]:
    return message.get("chat", {}).get("id"), message.get("media_group_id")


class FakeInbox:
    """Raw updates."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def add(self, bot: int, updates: Sequence[Mapping[str, Any]], at: datetime) -> int:
        known = {(row.bot, row.update_id) for row in self._tables.inbox.values()}
        fresh: dict[int, Mapping[str, Any]] = {}
        for update in updates:
            if (bot, update["update_id"]) not in known:
                fresh.setdefault(update["update_id"], update)
        for update_id, update in fresh.items():
            number = next_id(self._tables.inbox)
            self._tables.inbox[number] = kept(Delivery(bot, update_id, update, at))
        return len(fresh)

    async def pending(self, bot: int, limit: int) -> list[InboxRow]:
        waiting = [(n, r) for n, r in self._tables.inbox.items() if r.bot == bot and r.done_at is None]
        waiting.sort(key=lambda pair: pair[1].update_id)
        return [
            InboxRow(number, row.update_id, ChatId(chat_of(row.update)), row.update) for number, row in waiting[:limit]
        ]

    async def done(self, rows: Sequence[int], at: datetime) -> None:
        for row in rows:
            self._tables.inbox[row] = kept(replace(self._tables.inbox[row], done_at=at))

    async def set_aside(self, row: int, error: str, at: datetime) -> None:
        self._tables.inbox[row] = kept(replace(self._tables.inbox[row], done_at=at, error=error))

    async def poisoned(self, limit: int) -> list[Poison]:
        rows = [row for _, row in sorted(self._tables.inbox.items(), reverse=True) if row.error is not None]
        return [Poison(r.update_id, r.error or "", r.done_at or r.at, r.update) for r in rows[:limit]]

    async def album(
        self, bot: int, chat: ChatId, media_group: str, since: datetime, until: datetime
    ) -> list[Mapping[str, Any]]:
        rows = sorted(self._tables.inbox.values(), key=lambda row: row.update_id)
        then = [r.update for r in rows if r.bot == bot and (r.done_at is None or since <= r.done_at <= until)]
        wanted = (chat, media_group)
        return [one for one in then if _album_of(one.get("message", {})) == wanted][:10]

    async def prune(self, before: datetime, limit: int) -> int:
        moment = aware(before)
        handled = [(n, r.done_at) for n, r in self._tables.inbox.items() if r.done_at and r.error is None]
        old = [number for number, done_at in sorted(handled, key=lambda one: one[1]) if done_at < moment][:limit]
        for number in old:
            del self._tables.inbox[number]
        return len(old)


class FakeFacts:
    """Small things worth remembering."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def get(self, name: str) -> str | None:
        return self._tables.facts.get(name)

    async def put(self, name: str, value: str) -> None:
        self._tables.facts[name] = text(value)

    async def starting(self, prefix: str) -> dict[str, str]:
        return {name: value for name, value in self._tables.facts.items() if name.startswith(prefix)}


class FakeJournal:
    """What happened to the office itself."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def note(self, record: Record) -> None:
        self._tables.journal[len(self._tables.journal) + 1] = record

    async def of(self, subject: str) -> Sequence[Record]:
        return [record for record in self._tables.journal.values() if record.subject == subject]
