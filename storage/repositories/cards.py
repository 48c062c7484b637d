"""Which message of a chat shows what: one message per thing."""

from collections.abc import Collection, Sequence
from functools import cache, partial
from typing import Any

from sqlalchemy import ARRAY, BigInteger, bindparam, case, delete, exists, func, select, union, update

from bot.domain.ids import LEFT_BEHIND, ChatId, MessageId
from bot.domain.messages import OutboxState
from storage.databases.dialect import insert_into, spelled, upsert
from storage.repositories.repository import Repository, Session
from storage.tables import cards, outbox

_CHAT = cards.c.chat == bindparam("sought_chat")
_CARD = cards.c.card == bindparam("sought_card")
_MESSAGE = cards.c.message == bindparam("sought_message")
_MESSAGE_OF = select(cards.c.message).where(_CHAT, _CARD, cards.c.message > 0)  # or it was left behind
_MESSAGES_OF = select(cards.c.chat, cards.c.card, cards.c.message).where(
    cards.c.card.in_(bindparam("cards", expanding=True)), cards.c.message > 0
)
_CARD_AT = select(cards.c.card).where(_CHAT, _MESSAGE)
_CARDS_AT = select(cards.c.chat, cards.c.message, cards.c.card).where(
    cards.c.chat.in_(bindparam("chats", expanding=True)), cards.c.message.in_(bindparam("messages", expanding=True))
)
_OTHERS = delete(cards).where(_CHAT, _MESSAGE, cards.c.card != bindparam("sought_card"))
_OLD = cards.alias("old")
_SHOWN = exists().where(_OLD.c.chat == bindparam("sought_chat"), _OLD.c.card == bindparam("sought_card"))
_MAKE_ROOM = delete(cards).where(_CHAT, cards.c.card == bindparam("new_card"), _SHOWN)
_QUEUED = (
    outbox.c.state == spelled(OutboxState.PENDING),
    outbox.c.chat == bindparam("sought_chat"),
    outbox.c.card == bindparam("sought_card"),
)
_DROP_QUEUED = delete(outbox).where(*_QUEUED)
_RENAME = update(cards).where(_CHAT, _CARD)
_TAKEN = exists().where(_OLD.c.chat == bindparam("sought_chat"), _OLD.c.card == bindparam("new_card"))
_JUST_RENAME = _RENAME.where(~exists().where(*_QUEUED), ~_TAKEN)
_SENDING = outbox.c.state == spelled(OutboxState.SENDING)
_CHATS_WITH = union(
    select(cards.c.chat).where(_CARD),
    *(
        select(outbox.c.chat).where(state, outbox.c.card == bindparam("sought_card"))
        for state in (outbox.c.state == spelled(OutboxState.PENDING), _SENDING)
    ),
)
_UNDER_WAY = (
    select(outbox.c.card)
    .where(_SENDING, outbox.c.chat == bindparam("sought_chat"), outbox.c.card.is_not(None))
    .order_by(outbox.c.id.desc())
)


_GIVEN = func.unnest(bindparam("chats", type_=ARRAY(BigInteger))).column_valued("chat")
_ALONE = select(func.pg_advisory_xact_lock(func.hashint8extended(_GIVEN, 1)))
_FREE = select(_GIVEN).where(func.pg_try_advisory_xact_lock(func.hashint8extended(_GIVEN, 1)))


@cache
def _arrived(*, postgres: bool) -> Any:
    """The row says which card, and which chat its chat has become by now: a message of the old one was left behind there."""
    stayed = outbox.c.chat == bindparam("sought_chat")
    message = bindparam("sought_message", type_=cards.c.message.type)
    shown = case((stayed, message), else_=message - LEFT_BEHIND)
    taken = exists().where(cards.c.chat == outbox.c.chat, cards.c.message == shown)
    sent = select(outbox.c.chat, outbox.c.card, shown).where(outbox.c.id == bindparam("sought"), ~taken)
    adding = insert_into(cards, postgres=postgres).from_select(["chat", "card", "message"], sent)
    newer = adding.excluded.message > 0
    return adding.on_conflict_do_update(
        index_elements=["chat", "card"], set_={"message": adding.excluded.message}, where=newer
    )


class SqlCards(Repository):
    """Keeps `bot.ports.Cards`."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._held: frozenset[ChatId] = frozenset()  # nobody else arranges their cards until this transaction ends

    async def message_of(self, chat: ChatId, card: str) -> MessageId | None:
        """The message that shows the card."""
        return await self._once(cards, (chat, card), partial(self._message_of, chat, card))

    async def expect(self, shown: Collection[tuple[ChatId, str]]) -> None:
        """Which messages show these cards is asked next: read it in one go if it can't change meanwhile."""
        if shown and self._session.undisturbed:
            self._keep(cards, dict.fromkeys(shown) | await self._messages_of(shown))

    async def hold(self, pressed: Collection[tuple[ChatId, MessageId]]) -> None:
        """`card_at` is asked for these next, and the cards of their chats are arranged: both in one go. Outside of savepoints:
        one that is undone would let go of what it holds."""
        if pressed:
            chats, messages = (sorted(set(numbers)) for numbers in zip(*pressed, strict=True))
            await self._alone(*chats)
            self._held = frozenset(chats)
            rows = await self._all(_CARDS_AT, {"chats": chats, "messages": messages})
            found = {(row.chat, row.message): row.card for row in rows}
            self._keep(cards, {place: found.get(place) for place in pressed})

    async def card_at(self, chat: ChatId, message: MessageId) -> str | None:
        """What the message shows."""
        kept = self._session.kept(cards)
        if (chat, message) in kept:
            found: str | None = kept[chat, message]
            return found
        row = await self._first(_CARD_AT, {"sought_chat": chat, "sought_message": message})
        return None if row is None else str(row.card)

    async def put(self, chat: ChatId, card: str, message: MessageId) -> None:
        """From now on this message shows the card in this chat, and nothing else."""
        await self._alone(chat)
        others = {"sought_chat": chat, "sought_message": message, "sought_card": card}
        await self._within(cards, chat, _OTHERS, others)
        shown = {"chat": chat, "card": card, "message": message}
        await self._within(cards, chat, upsert(cards, tuple(shown), postgres=self._postgres), shown)

    async def undisturbed(self, chats: Collection[ChatId]) -> set[ChatId]:
        """Those of the chats whose cards nobody else arranges just now, nor will until this transaction ends."""
        if not self._postgres or not chats:
            return set(chats)
        return {ChatId(row.chat) for row in await self._all(_FREE, {"chats": sorted(set(chats))})}

    async def arrived(self, sent: Sequence[tuple[int, ChatId, MessageId]]) -> None:
        """Rows of the outbox were just sent into these chats: the messages show their cards, unless one shows something
        already."""
        if sent:
            rows = [{"sought": row, "sought_chat": chat, "sought_message": message} for row, chat, message in sent]
            await self._run(_arrived(postgres=self._postgres), rows)

    async def rename(self, chat: ChatId, old: str, new: str) -> None:
        """The same message shows something else; what was queued to show the old thing is dropped. Nearly always there is
        nothing else to it."""
        await self._alone(chat)
        await self._session.write(old)
        shown = {"sought_chat": chat, "sought_card": old}
        renamed = shown | {"new_card": new, "card": new}
        if not (await self._within(cards, chat, _JUST_RENAME, renamed)).rowcount:
            await self._run(_DROP_QUEUED, shown)
            await self._within(cards, chat, _MAKE_ROOM, shown | {"new_card": new})
            await self._within(cards, chat, _RENAME, shown | {"card": new})

    async def chats_with(self, card: str) -> list[ChatId]:
        """Where it is shown or about to be, by chat."""
        await self._session.write(card)
        return sorted(ChatId(row.chat) for row in await self._all(_CHATS_WITH, {"sought_card": card}))

    async def under_way(self, chat: ChatId) -> list[str]:
        """Cards that are being sent into the chat right now, newest first."""
        return [str(row.card) for row in await self._all(_UNDER_WAY, {"sought_chat": chat})]

    async def _message_of(self, chat: ChatId, card: str) -> MessageId | None:
        row = await self._first(_MESSAGE_OF, {"sought_chat": chat, "sought_card": card})
        return None if row is None else MessageId(row.message)

    async def _messages_of(self, shown: Collection[tuple[ChatId, str]]) -> dict[tuple[ChatId, str], MessageId]:
        """Few chats show the same card."""
        rows = await self._all(_MESSAGES_OF, {"cards": list({card for _, card in shown})})
        return {(row.chat, row.card): row.message for row in rows}

    async def _alone(self, *chats: ChatId) -> None:
        """Until this transaction ends nobody else arranges the cards of these chats: who presses a message just when its send
        is written down would else collide with that over the message's row."""
        if self._postgres and (free := sorted({*chats} - self._held)):
            await self._run(_ALONE, {"chats": free})
