"""The group that is the desk, and its topics."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, select, update

from bot.domain.ids import ChatId
from storage.repository import Repository
from storage.tables import cards, desk_topics, desks

_CHAT = select(desks.c.chat)
_UNOPENED = select(desk_topics).where(desk_topics.c.topic.is_(None)).order_by(desk_topics.c.chat, desk_topics.c.name)
_OFFICE = 1  # there is one


class SqlDesks(Repository):
    """Keeps `bot.ports.Desks`."""

    async def chat(self) -> ChatId | None:
        """None while there is no such group."""
        chat = await self._value(_CHAT)
        return None if chat is None else ChatId(int(chat))

    async def bind(self, chat: ChatId) -> None:
        """This one instead of any other."""
        before = await self.chat()
        if before is not None and before != chat:
            await self.end(before)
        await self._put(desks, {"office": _OFFICE, "chat": chat})

    async def want(self, chat: ChatId, topics: Sequence[str]) -> None:
        """Those it has or waits for already stay."""
        rows = [{"chat": chat, "name": name} for name in topics]
        await self._run(self._insert(desk_topics).on_conflict_do_nothing(), rows)

    async def unopened(self) -> list[tuple[ChatId, str]]:
        """By name."""
        rows = await self._all(_UNOPENED)
        return [(ChatId(row.chat), row.name) for row in rows]

    async def opened(self, chat: ChatId, name: str, topic: int) -> None:
        """The first number stays."""
        await self._run(
            update(desk_topics).where(*_named(chat, name), desk_topics.c.topic.is_(None)).values(topic=topic)
        )

    async def topic(self, chat: ChatId, name: str) -> int | None:
        """None while it has none."""
        found = await self._value(select(desk_topics.c.topic).where(*_named(chat, name)))
        return None if found is None else int(found)

    async def end(self, chat: ChatId) -> bool:
        """False if it was none. Nothing is drawn there any more."""
        if not (await self._run(delete(desks).where(desks.c.chat == chat))).rowcount:
            return False
        await self._run(delete(cards).where(cards.c.chat == chat, cards.c.card.startswith("desk:")))
        await self._run(delete(desk_topics).where(desk_topics.c.chat == chat))
        return True


def _named(chat: ChatId, name: str) -> tuple[ColumnElement[bool], ...]:
    return desk_topics.c.chat == chat, desk_topics.c.name == name
