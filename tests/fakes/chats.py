"""What we know of chats, in memory; and how everything moves when a group does."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from bot.domain.draft import Draft, DraftState
from bot.domain.ids import LEFT_BEHIND, ChatId, MessageId, PersonId, UserId
from tests.fakes.tables import Tables, text


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
        _move_named(self._tables, old, new)
        _move_rows(self._tables, old, new)
        self._tables.dialogs = {_moved_key(key, old, new): row for key, row in self._tables.dialogs.items()}
        if old in self._tables.groups:
            self._tables.groups.setdefault(new, ("supergroup", self._tables.groups.pop(old)[1]))

    def _reach(self, chat: ChatId, *, reachable: bool) -> None:
        person = self._person_in(chat)
        if person is not None:
            self._tables.people[person] = replace(self._tables.people[person], reachable=reachable)

    def _person_in(self, chat: ChatId) -> PersonId | None:
        """A private chat has the id of its person's account."""
        return next((p.id for p in self._tables.people.values() if p.user_id == UserId(chat)), None)


def close_drafts(tables: Tables, drafts: Iterable[Draft]) -> None:
    """Cancel those that are open: another one takes their place."""
    for draft in list(drafts):
        if draft.state is DraftState.OPEN:
            tables.drafts[draft.id] = replace(draft, state=DraftState.CANCELLED)


def _move_named(tables: Tables, old: ChatId, new: ChatId) -> None:
    """What there is one of per chat and name: what the new chat already has stays."""
    _move_keys(tables.subscriptions, old, new)
    tables.desks.update({one: replace(desk, chat=new) for one, desk in tables.desks.items() if desk.chat == old})
    _move_keys(tables.albums, old, new)
    _move_keys(tables.desk_topics, old, new)
    _move_keys(tables.desk_cases, old, new)
    tables.desk_cases.update({key: replace(case, chat=key[0]) for key, case in tables.desk_cases.items()})
    tables.subscriptions.update({key: replace(row, chat=key[0]) for key, row in tables.subscriptions.items()})
    tables.albums.update({key: replace(row, chat=key[0]) for key, row in tables.albums.items()})
    shown = {key: _behind(message) for key, message in tables.cards.items() if key[0] == old}
    tables.cards.update(shown)
    _move_keys(tables.cards, old, new)


def _move_rows(tables: Tables, old: ChatId, new: ChatId) -> None:
    """Messages, drafts, files. Of two open drafts of a person the one begun in the new chat stays open."""
    for row in tables.outbox.values():
        if row.message.chat == old:
            tables.outbox[row.id] = replace(row, message=replace(row.message, chat=new, reply_to=None))
    begun = {d.person for d in tables.drafts.values() if d.chat == new and d.state is DraftState.OPEN}
    close_drafts(tables, [d for d in tables.drafts.values() if d.chat == old and d.person in begun])
    moved = {d.id for d in tables.drafts.values() if d.chat == old}
    tables.pieces = {(d, _behind(m) if d in moved else m): said for (d, m), said in tables.pieces.items()}
    tables.drafts.update({d: replace(tables.drafts[d], chat=new) for d in moved})
    files = [media for media in tables.media.values() if media.chat == old]
    tables.media.update({media.id: replace(media, chat=new, message=_behind(media.message)) for media in files})


def _behind(message: MessageId) -> MessageId:
    return MessageId(message - LEFT_BEHIND)


def _moved_key(key: str, old: ChatId, new: ChatId) -> str:
    """A dialog's key is `chat:person`."""
    chat, colon, person = key.partition(":")
    return f"{new}{colon}{person}" if chat == str(old) else key


def _move_keys(rows: dict[tuple[ChatId, Any], Any], old: ChatId, new: ChatId) -> None:
    """Put a chat's rows under its new id; what the new chat already has stays."""
    for key in [key for key in rows if key[0] == old]:
        row = rows.pop(key)
        rows.setdefault((new, key[1]), row)
