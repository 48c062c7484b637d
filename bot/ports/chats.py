"""Groups: what they subscribed to, which is the desk's, what Telegram says of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.digest import Digest
from bot.domain.ids import ChatId, PersonId
from bot.domain.organisation import Scope


@dataclass(frozen=True, slots=True)
class Subscription:
    """A group that gets the weekly digest. One per chat and topic."""

    chat: ChatId
    topic: int | None
    scope: Scope
    weekday: int  # Monday is 0
    hour: int
    minute: int
    next_at: datetime
    by: PersonId


class Subscriptions(Protocol):
    """Groups and their digests."""

    async def put(self, subscription: Subscription) -> None: ...
    async def remove(self, chat: ChatId) -> bool:
        """End all of a chat's subscriptions; True if there was one."""
        ...

    async def of_chat(self, chat: ChatId) -> Subscription | None: ...
    async def all(self) -> list[Subscription]: ...
    async def due(self, now: datetime) -> list[Subscription]: ...
    async def freeze(self, digest: Digest) -> int:
        """Keep a digest's figures for good; returns its id. One per scope and week: the second call returns the first's
        id and keeps the first's figures."""
        ...

    async def frozen(self, digest: int) -> Digest: ...


class Chats(Protocol):
    """What we know of chats beyond people: groups, blocks, moves."""

    async def seen(self, chat: ChatId, kind: str, title: str) -> None:
        """A group we are in ('group', 'supergroup')."""
        ...

    async def gone(self, chat: ChatId, why: str) -> None:
        """We were removed or blocked: a person's account becomes unreachable."""
        ...

    async def back(self, chat: ChatId) -> None:
        """They write again."""
        ...

    async def migrate(self, old: ChatId, new: ChatId) -> None:
        """A group became a supergroup: rewrite the chat everywhere (subscriptions, cards, outbox, albums, drafts, files,
        dialogs). What the new chat already has one of stays; of two open drafts of a person the old chat's is cancelled."""
        ...
