"""Which message of a chat shows what: one message per thing."""

from sqlalchemy import delete, select, update

from bot.domain.ids import ChatId, MessageId
from bot.domain.messages import OutboxState
from storage.dialect import spelled
from storage.repository import Repository
from storage.tables import cards, outbox


class SqlCards(Repository):
    """Keeps `bot.ports.Cards`."""

    async def message_of(self, chat: ChatId, card: str) -> MessageId | None:
        """The message that shows the card."""
        row = await self._first(select(cards.c.message).where(cards.c.chat == chat, cards.c.card == card))
        return None if row is None else MessageId(row.message)

    async def card_at(self, chat: ChatId, message: MessageId) -> str | None:
        """What the message shows."""
        row = await self._first(select(cards.c.card).where(cards.c.chat == chat, cards.c.message == message))
        return None if row is None else str(row.card)

    async def put(self, chat: ChatId, card: str, message: MessageId) -> None:
        """From now on this message shows the card in this chat, and nothing else."""
        other = (cards.c.chat == chat, cards.c.message == message, cards.c.card != card)
        await self._run(delete(cards).where(*other))
        await self._put(cards, {"chat": chat, "card": card, "message": message})

    async def rename(self, chat: ChatId, old: str, new: str) -> None:
        """The same message shows something else; what was queued to show the old thing is dropped."""
        queued = (outbox.c.state == spelled(OutboxState.PENDING), outbox.c.chat == chat, outbox.c.card == old)
        await self._run(delete(outbox).where(*queued))
        message = await self.message_of(chat, old)
        if message is not None:
            await self._run(delete(cards).where(cards.c.chat == chat, cards.c.card == new))
            shows = (cards.c.chat == chat, cards.c.card == old)
            await self._run(update(cards).where(*shows).values(card=new))

    async def chats_with(self, card: str) -> list[ChatId]:
        """Where it is shown, by chat."""
        rows = await self._all(select(cards.c.chat).where(cards.c.card == card).order_by(cards.c.chat))
        return [ChatId(row.chat) for row in rows]
