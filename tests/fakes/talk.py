"""Chats, dialogs, strangers, the inbox and small facts, in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.draft import DraftState
from bot.domain.ids import ChatId, PersonId, UserId
from bot.ports import InboxRow, Poison
from tests.fakes.tables import Delivery, Tables, aware, kept, next_id, text


class FakeChats:
    """What we know of chats beyond people."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def seen(self, chat: ChatId, kind: str, title: str) -> None:
        self._tables.groups[chat] = (kind, text(title))

    async def gone(self, chat: ChatId, why: str) -> None:
        self._tables.groups.pop(chat, None)
        self._reach(chat, reachable=False)

    async def back(self, chat: ChatId) -> None:
        self._reach(chat, reachable=True)

    async def migrate(self, old: ChatId, new: ChatId) -> None:
        t = self._tables
        _move_keys(t.subscriptions, old, new)
        _move_keys(t.cards, old, new)
        _move_keys(t.albums, old, new)
        t.subscriptions.update({key: replace(row, chat=key[0]) for key, row in t.subscriptions.items()})
        t.albums.update({key: replace(row, chat=key[0]) for key, row in t.albums.items()})
        for row in t.outbox.values():
            if row.message.chat == old:
                t.outbox[row.id] = replace(row, message=replace(row.message, chat=new))
        there = {d.person for d in t.drafts.values() if d.chat == new and d.state is DraftState.OPEN}
        moving = [d for d in t.drafts.values() if d.chat == old]
        t.drafts.update({d.id: replace(d, chat=new) for d in moving if d.person not in there})
        t.media.update({m.id: replace(m, chat=new) for m in t.media.values() if m.chat == old})
        if old in t.groups:
            t.groups.setdefault(new, ("supergroup", t.groups.pop(old)[1]))

    async def language(self, chat: ChatId) -> str | None:
        person = self._person_in(chat)
        return None if person is None else self._tables.people[person].language

    def _reach(self, chat: ChatId, *, reachable: bool) -> None:
        person = self._person_in(chat)
        if person is not None:
            self._tables.people[person] = replace(self._tables.people[person], reachable=reachable)

    def _person_in(self, chat: ChatId) -> PersonId | None:
        """A private chat has the id of its person's account."""
        return next((p.id for p in self._tables.people.values() if p.user_id == UserId(chat)), None)


def _move_keys(rows: dict[tuple[ChatId, Any], Any], old: ChatId, new: ChatId) -> None:
    """Put a chat's rows under its new id; what the new chat already has stays."""
    for key in [key for key in rows if key[0] == old]:
        row = rows.pop(key)
        rows.setdefault((new, key[1]), row)


class FakeDialogs:
    """Where a person is in a conversation."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def get(self, key: str) -> tuple[str | None, Mapping[str, Any]]:
        return self._tables.dialogs.get(key, (None, {}))

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


class FakeInbox:
    """Raw updates."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def add(self, bot: int, updates: Sequence[Mapping[str, Any]], at: datetime) -> int:
        known = {(row.bot, row.update_id) for row in self._tables.inbox.values()}
        fresh = {u["update_id"]: u for u in reversed(updates) if (bot, u["update_id"]) not in known}
        for update_id, update in fresh.items():
            number = next_id(self._tables.inbox)
            self._tables.inbox[number] = kept(Delivery(bot, update_id, update, at))
        return len(fresh)

    async def pending(self, bot: int, limit: int) -> list[InboxRow]:
        waiting = [(n, r) for n, r in self._tables.inbox.items() if r.bot == bot and r.done_at is None]
        waiting.sort(key=lambda pair: pair[1].update_id)
        return [InboxRow(number, row.update_id, row.update) for number, row in waiting[:limit]]

    async def done(self, rows: Sequence[int], at: datetime) -> None:
        for row in rows:
            self._tables.inbox[row] = kept(replace(self._tables.inbox[row], done_at=at))

    async def set_aside(self, row: int, error: str, at: datetime) -> None:
        self._tables.inbox[row] = kept(replace(self._tables.inbox[row], done_at=at, error=error))

    async def poisoned(self, limit: int) -> list[Poison]:
        rows = [row for _, row in sorted(self._tables.inbox.items(), reverse=True) if row.error is not None]
        return [Poison(r.update_id, r.error or "", r.done_at or r.at, r.update) for r in rows[:limit]]

    async def prune(self, before: datetime) -> int:
        moment = aware(before)
        handled = [(n, r.done_at) for n, r in self._tables.inbox.items() if r.done_at and r.error is None]
        old = [number for number, done_at in handled if done_at < moment]
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
