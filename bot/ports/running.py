"""What keeps the processes in step: the inbox, leases, small facts, figures for whoever watches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.domain.ids import ChatId


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A raw update as Telegram delivered it, and the chat whose order it belongs to: nobody else handles one of that chat."""

    id: int
    update_id: int
    chat: ChatId
    update: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Poison:
    """An update that could not be handled."""

    update_id: int
    error: str
    at: datetime
    update: Mapping[str, Any]


class Inbox(Protocol):
    """Raw updates: unique by (bot, update_id), handled in order within a chat."""

    async def add(self, bot: int, updates: Sequence[Mapping[str, Any]], at: datetime) -> int:
        """Store those not seen before; how many were new."""
        ...

    async def pending(self, bot: int, limit: int) -> list[InboxRow]:
        """By update_id."""
        ...

    async def done(self, rows: Sequence[int], at: datetime) -> None: ...
    async def set_aside(self, row: int, error: str, at: datetime) -> None: ...
    async def poisoned(self, limit: int) -> list[Poison]:
        """Newest first."""
        ...

    async def album(
        self, bot: int, chat: ChatId, media_group: str, since: datetime, until: datetime
    ) -> list[Mapping[str, Any]]:
        """Updates of an album's messages that were handled in between (inclusive) or wait, by update_id; ten at the most."""
        ...

    async def prune(self, before: datetime, limit: int) -> int:
        """Forget handled updates older than this, the oldest first, so many at the most; how many."""
        ...


class Facts(Protocol):
    """Small things worth remembering: the bot's name, the version of the calendar."""

    async def get(self, name: str) -> str | None: ...
    async def put(self, name: str, value: str) -> None: ...
    async def starting(self, prefix: str) -> dict[str, str]:
        """All whose names begin so."""
        ...


class LeaseLost(Exception):  # noqa: N818 - a state of the world
    """Somebody else does now what only one may do: the transaction must not be committed."""


class Leases(Protocol):
    """What only one process may do at a time. Time is the database's own."""

    async def take(self, name: str, holder: str, seconds: float) -> int | None:
        """Take it, or keep it, for so many seconds from now; returns its epoch, which grows with each change of holder.
        None while somebody else holds it. StoreUnavailable if a stalled transaction of the holder is in the way."""
        ...

    async def release(self, name: str, holder: str) -> None:
        """Somebody else may take it at once; does nothing if somebody else holds it."""
        ...

    async def holder(self, name: str) -> str | None:
        """Who took it last; None once it was released."""
        ...

    async def guard(self, name: str, epoch: int) -> None:
        """Raises LeaseLost unless this epoch is the present one; it stays so until the transaction ends."""
        ...


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits: how many, and since when the oldest does (None if nothing waits)."""

    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Vitals:
    """How things stand in the whole installation, whichever process asks."""

    inbox: Backlog
    outbox: Backlog  # what may be sent by now
    sending: int
    unknown: int
    dead: int
    reminders: Backlog  # planned moments that have come
    files: Backlog  # photos and documents still to be fetched
    poison: int


class VitalSigns(Protocol):
    """Figures for whoever watches over the bot."""

    async def read(self, now: datetime) -> Vitals: ...
