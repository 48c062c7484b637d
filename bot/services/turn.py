"""A turn at the ledger: the transaction of one update (or one tick), the office's rules, and the moment it happens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.calendar import Calendar
from bot.domain.messages import Message
from bot.domain.policy import Policy
from bot.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class Turn:
    """What every use case is handed. `now` is aware UTC and does not move during the turn."""

    uow: UnitOfWork
    policy: Policy
    calendar: Calendar
    now: datetime

    async def tell(self, message: Message) -> None:
        """Queue a message; it is sent only if this turn is committed."""
        await self.uow.outbox.queue(message, self.now)

    async def tell_all(self, messages: Sequence[Message]) -> None:
        """The same for many that show no card."""
        await self.uow.outbox.queue_all(messages, self.now)
