"""What we know of chats beyond people: groups, blocks, moves."""

from typing import Any

from sqlalchemy import Column, Table, delete, exists, literal, select, update

from bot.domain.draft import DraftState
from bot.domain.ids import LEFT_BEHIND, ChatId
from storage.repositories.repository import Telling
from storage.tables import (
    albums,
    cards,
    chats,
    desk_cases,
    desk_topics,
    desks,
    dialogs,
    draft_pieces,
    drafts,
    media,
    outbox,
    people,
    subscriptions,
)

# every table that names a chat, with what must be unique within it
MOVED: dict[Table, str] = {
    subscriptions: "topic",
    desks: "office",
    desk_topics: "name",
    desk_cases: "issue",
    cards: "card",
    albums: "media_group",
    outbox: "",
    drafts: "",
    draft_pieces: "",
    media: "",
}
_BEHIND = (cards, draft_pieces, media)  # name messages, which don't move


class SqlChats(Telling):
    """Keeps `bot.ports.Chats`."""

    async def seen(self, chat: ChatId, kind: str, title: str) -> None:
        """A group we are in."""
        await self._put(chats, {"chat": chat, "kind": kind, "title": title, "gone": None})

    async def gone(self, chat: ChatId, why: str) -> None:
        """We were removed from a group, or blocked by a person."""
        await self._run(update(chats).where(chats.c.chat == chat).values(gone=why))
        await self._reach(chat, reachable=False)

    async def back(self, chat: ChatId) -> None:
        """They write again."""
        await self._run(update(chats).where(chats.c.chat == chat).values(gone=None))
        await self._reach(chat, reachable=True)

    async def migrate(self, old: ChatId, new: ChatId) -> None:
        """A group became a supergroup: everything of the old chat is the new one's; what the new one has already stays. The
        outbox first: who writes down beside this what was sent is done with it before the cards move."""
        await self._run(update(outbox).where(outbox.c.chat == old).values(reply_to=None))
        for table, unique in MOVED.items():
            if unique:
                await self._make_room(table, table.c[unique], old, new)
        await self._close_drafts(old, new)
        for table in MOVED:
            behind = {"message": table.c.message - LEFT_BEHIND} if table in _BEHIND else {}
            await self._run(update(table).where(table.c.chat == old).values(chat=new, **behind))
        await self._move_dialogs(str(old), str(new))
        await self._move_chat(old, new)

    async def _reach(self, chat: ChatId, *, reachable: bool) -> None:
        changed = (people.c.user_id == chat, people.c.reachable != reachable)
        await self._run(update(people).where(*changed).values(reachable=reachable))

    async def _make_room(self, table: Table, unique: Column[Any], old: ChatId, new: ChatId) -> None:
        there = table.alias()
        same = there.c[unique.name].is_not_distinct_from(unique)
        taken = exists().where(there.c.chat == new, same)
        await self._run(delete(table).where(table.c.chat == old, taken))

    async def _close_drafts(self, old: ChatId, new: ChatId) -> None:
        """At most one is open per person and chat: the one begun in the new chat."""
        begun = select(drafts.c.person).where(drafts.c.chat == new, drafts.c.state == DraftState.OPEN)
        older = (drafts.c.chat == old, drafts.c.state == DraftState.OPEN, drafts.c.person.in_(begun))
        await self._run(update(drafts).where(*older).values(state=DraftState.CANCELLED))

    async def _move_dialogs(self, old: str, new: str) -> None:
        """Keys are `chat:person`."""
        rows = await self._all(select(dialogs).where(dialogs.c.key.startswith(f"{old}:", autoescape=True)))
        for row in rows:
            await self._put(dialogs, {"key": new + row.key.removeprefix(old), "state": row.state, "data": row.data})
            await self._run(delete(dialogs).where(dialogs.c.key == row.key))

    async def _move_chat(self, old: ChatId, new: ChatId) -> None:
        known: Any = select(literal(new, chats.c.chat.type), literal("supergroup"), chats.c.title)
        known = known.where(chats.c.chat == old)
        moved = self._insert(chats).from_select(["chat", "kind", "title"], known)
        await self._run(moved.on_conflict_do_nothing())
        await self._run(delete(chats).where(chats.c.chat == old))
