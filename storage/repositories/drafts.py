"""Drafts, the messages they came from, and the albums that belong to them."""

from collections.abc import Collection
from functools import cache
from typing import Any, cast

from sqlalchemy import bindparam, func, insert, select, update

from bot.domain.draft import Album, Draft, DraftState
from bot.domain.ids import ChatId, DraftId, MessageId, PersonId
from storage.databases.dialect import insert_into, spelled
from storage.repositories.issue_rows import place_of, place_row
from storage.repositories.repository import AnyRow, Repository
from storage.tables import albums, draft_pieces, drafts, media

_PLAIN = ("person", "chat", "created_at", "state", "issue", "project", "category", "category_chosen", "level")
_ALBUM = tuple(albums.c.keys())
_DRAFT = select(drafts).where(drafts.c.id == bindparam("sought"))
_DRAFTS = select(drafts).where(drafts.c.id.in_(bindparam("sought", expanding=True)))
_OPEN = select(drafts).where(
    drafts.c.person == bindparam("sought_person"),
    drafts.c.chat == bindparam("sought_chat"),
    drafts.c.state == spelled(DraftState.OPEN),
)
_OPENS = (
    select(drafts)
    .where(
        drafts.c.person.in_(bindparam("people", expanding=True)),
        drafts.c.chat.in_(bindparam("chats", expanding=True)),
        drafts.c.state == spelled(DraftState.OPEN),
    )
    .order_by(drafts.c.id)
    .with_for_update(key_share=True)
)
_ADD = insert(drafts).returning(drafts)
_FIRST_PIECE = insert(draft_pieces)
_SAVE = update(drafts).where(drafts.c.id == bindparam("sought"))
_OF_CHAT = albums.c.chat == bindparam("sought_chat")
_OF_ALBUM = select(albums).where(_OF_CHAT, albums.c.media_group == bindparam("sought_group"))


class SqlDrafts(Repository):
    """Keeps `bot.ports.Drafts`."""

    async def hold(self, theirs: Collection[tuple[PersonId, ChatId]]) -> None:
        """`open_of` is asked for these next, and `get` for what it finds: read in one go, and nobody else changes them."""
        if theirs:
            people, chats = (sorted(set(numbers)) for numbers in zip(*theirs, strict=True))
            rows = await self._all(_OPENS, {"people": people, "chats": chats})
            found = {(row.chat, row.person): _draft(row) for row in rows}
            self._keep(drafts, {(chat, person): found.get((chat, person)) for person, chat in theirs})

    async def add(self, draft: Draft, message: MessageId | None = None) -> Draft:
        """Insert, with the text that came with its first message, if there is one; its id is ignored."""
        given = _row(draft) | {"text": draft.text if message is not None else ""}
        row = (await self._within(drafts, draft.chat, _ADD, given)).first()
        assert row is not None  # noqa: S101 - an insert returns its row
        if message is not None:
            await self._run_later(
                _FIRST_PIECE, {"draft": row.id, "message": message, "chat": row.chat, "text": row.text}
            )
        return _draft(row)

    async def get(self, draft: DraftId) -> Draft:
        """LookupError if there is none."""
        for held in self._session.kept(drafts).values():
            if held is not None and held.id == draft:
                return cast("Draft", held)
        return _known(await self._first(_DRAFT, {"sought": draft}), draft)

    async def expect(self, asked: Collection[DraftId]) -> None:
        """`get` is asked for these next."""
        await self._foresee(_DRAFT, _DRAFTS, asked)

    async def open_of(self, person: PersonId, chat: ChatId) -> Draft | None:
        """The one open draft."""
        kept = self._session.kept(drafts)
        if (chat, person) in kept:
            held: Draft | None = kept[chat, person]
            return held
        row = await self._first(_OPEN, {"sought_person": person, "sought_chat": chat})
        return None if row is None else _draft(row)

    async def save(self, draft: Draft) -> None:
        """Update all but the text."""
        await self._within(drafts, draft.chat, _SAVE, _row(draft) | {"sought": draft.id})

    async def put_piece(self, draft: DraftId, message: MessageId, text: str) -> Draft:
        """Insert or replace the text that came with one message, and join the pieces anew."""
        piece = {"sought": draft, "draft": draft, "message": message, "text": text}
        await self._run(_put_piece(postgres=self._postgres), piece)
        return _known(await self._first(_JOIN, {"sought": draft}), draft)

    async def of_message(self, chat: ChatId, message: MessageId) -> Draft | None:
        """The draft this message gave words or a file to."""
        said = select(draft_pieces.c.draft).where(draft_pieces.c.chat == chat, draft_pieces.c.message == message)
        sent = select(media.c.draft).where(media.c.chat == chat, media.c.message == message)
        row = await self._first(select(drafts).where(drafts.c.id.in_(said.union(sent))).order_by(drafts.c.id).limit(1))
        return None if row is None else _draft(row)

    async def album(self, chat: ChatId, media_group: str) -> Album | None:
        """Where a media group belongs."""
        row = await self._first(_OF_ALBUM, {"sought_chat": chat, "sought_group": media_group})
        return None if row is None else Album(*row)

    async def join_album(self, album: Album) -> None:
        """For good: does nothing if it already points somewhere."""
        row = {name: getattr(album, name) for name in _ALBUM}
        await self._run(self._insert(albums).on_conflict_do_nothing(), row)


@cache
def _put_piece(*, postgres: bool) -> Any:
    chat = select(drafts.c.chat).where(drafts.c.id == bindparam("sought")).scalar_subquery()
    piece = insert_into(draft_pieces, postgres=postgres).values(chat=chat)
    return piece.on_conflict_do_update(index_elements=["draft", "message"], set_={"text": piece.excluded.text})


def _joined() -> Any:
    """The pieces in the order of their messages, one per line, empty ones left out."""
    chosen = select(draft_pieces.c.text).where(draft_pieces.c.draft == bindparam("sought"), draft_pieces.c.text != "")
    pieces = chosen.order_by(draft_pieces.c.message).subquery()
    return select(func.coalesce(func.aggregate_strings(pieces.c.text, "\n"), "")).scalar_subquery()


_JOIN = _SAVE.values(text=_joined()).returning(drafts)


def _row(draft: Draft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in _PLAIN} | place_row(draft.place)


def _known(row: AnyRow | None, draft: DraftId) -> Draft:
    if row is None:
        raise LookupError(draft)
    return _draft(row)


def _draft(row: AnyRow) -> Draft:
    values: dict[str, Any] = {name: getattr(row, name) for name in _PLAIN}
    return Draft(id=row.id, place=place_of(row), text=row.text, **values)
