"""The group that is the desk."""

from sqlalchemy import delete, select

from bot.domain.ids import ChatId
from storage.repository import Repository
from storage.tables import cards, desks

_CHAT = select(desks.c.chat)
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

    async def end(self, chat: ChatId) -> bool:
        """False if it was none. Nothing is drawn there any more."""
        if not (await self._run(delete(desks).where(desks.c.chat == chat))).rowcount:
            return False
        await self._run(delete(cards).where(cards.c.chat == chat, cards.c.card.startswith("desk:")))
        return True
