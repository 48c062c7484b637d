"""What is to be told, and which message shows what."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.ids import ChatId, MessageId
from bot.domain.messages import Message, OutboxState, Priority


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A queued message as the sender sees it."""

    id: int
    message: Message
    state: OutboxState
    attempts: int
    created_at: datetime
    error: str = ""
    changed_at: datetime | None = None  # when it was last marked or settled


class Outbox(Protocol):
    """What is to be told."""

    async def queue(self, message: Message, at: datetime) -> None:
        """Queue it. A second one with the same `key` is dropped. A pending edit of the same chat and card is replaced:
        only the newest state of a card is worth sending (unless the pending one is `fresh`, which keeps its place and
        takes the new kind and facts)."""
        ...

    async def queue_all(self, messages: Sequence[Message], at: datetime) -> None:
        """The same for many that show no card, in a few statements."""
        ...

    async def due(
        self, now: datetime, limit: int, *, without: Collection[ChatId] = (), below: Priority | None = None
    ) -> list[OutboxRow]:
        """Pending rows whose time has come, by priority, then age; not those of the chats `without`, toasts excepted (a
        toast is a row of priority TOAST: it waits for no chat); `below`: only what is less urgent than that."""
        ...

    async def mark_sending(self, rows: Sequence[int], at: datetime) -> list[OutboxRow]:
        """The pending ones among them are about to be sent: as they read now, without those that somebody else is changing."""
        ...

    async def sent(self, rows: Mapping[int, MessageId | None], at: datetime) -> None:
        """They arrived, as these messages (None: as no message of their own)."""
        ...

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
        """What became of a send. Back to PENDING (with `not_before`) counts an attempt, unless it is known that nothing
        was sent (`counted=False`). False: the row is gone, as who it was for was erased meanwhile."""
        ...

    async def interrupted(self) -> list[OutboxRow]:
        """Rows found `sending` at start: a crash cut their call, nobody knows whether it arrived."""
        ...

    async def heard_by_groups(self, since: datetime) -> list[OutboxRow]:
        """What went, or may have gone, into groups since then, earliest first."""
        ...

    async def troubled(self, limit: int) -> list[OutboxRow]:
        """UNKNOWN and DEAD ones, newest first, for doctor."""
        ...

    async def waiting(self) -> int:
        """How many are pending or sending."""
        ...

    async def next_due(self) -> datetime | None:
        """The earliest `not_before` among pending rows that wait for it."""
        ...


class Cards(Protocol):
    """Which message of a chat shows what: one message per thing."""

    async def message_of(self, chat: ChatId, card: str) -> MessageId | None: ...
    async def expect(self, shown: Collection[tuple[ChatId, str]]) -> None:
        """`message_of` will be asked for these: they may be read in one go. Changes nothing."""
        ...

    async def hold(self, pressed: Collection[tuple[ChatId, MessageId]]) -> None:
        """`card_at` will be asked for these, and the cards of their chats arranged: nobody else does until this transaction ends.
        Not within a savepoint."""
        ...

    async def card_at(self, chat: ChatId, message: MessageId) -> str | None: ...
    async def put(self, chat: ChatId, card: str, message: MessageId) -> None:
        """From now on this message shows the card in this chat."""
        ...

    async def undisturbed(self, chats: Collection[ChatId]) -> set[ChatId]:
        """Those of the chats whose cards nobody else arranges just now, nor will until this transaction ends."""
        ...

    async def arrived(self, sent: Sequence[tuple[int, ChatId, MessageId]]) -> None:
        """Rows of the outbox that were just sent into these chats as these messages, which show the rows' cards from now on,
        unless one shows something else already: somebody was so quick to press it. A group may have moved meanwhile. Only of
        chats that are `undisturbed`."""
        ...

    async def rename(self, chat: ChatId, old: str, new: str) -> None:
        """The same message shows something else: a draft's card becomes its issue's. A pending message of the old card in
        this chat is dropped: nothing could edit it in place any more."""
        ...

    async def chats_with(self, card: str) -> list[ChatId]:
        """Where it is shown, or will be once what is queued or under way has arrived."""
        ...

    async def under_way(self, chat: ChatId) -> list[str]:
        """Cards that are being sent into the chat right now, newest first: a person may see one, and press it, before
        its message is written down here."""
        ...
