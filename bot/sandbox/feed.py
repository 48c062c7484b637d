"""What happens in the chats, numbered from 1, for those who watch: the demo, a page of phones, a waiting test."""

import time
from typing import Any

from bot.sandbox.clock import VirtualClock
from bot.sandbox.errors import Json
from bot.sandbox.signal import Signal


class Feed:
    """Events: `{n, kind, at, …}`; kinds: sent, edited, deleted, toast, action, member, pinned, topic, chat."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self.events: list[Json] = []
        self.signal = Signal()

    @property
    def last(self) -> int:
        """The number of the newest event; 0 before the first."""
        return len(self.events)

    def tell(self, kind: str, chat_id: int, **facts: Any) -> int:
        """Publish; gives the event's number."""
        number = self.last + 1
        head = {"n": number, "kind": kind, "chat_id": chat_id, "at": self._clock.now().isoformat()}
        self.events.append(head | facts)
        self.signal.fire()
        return number

    def since(self, after: int) -> list[Json]:
        """Events numbered above `after`."""
        return self.events[max(after, 0) :]

    async def next(self, after: int, seconds: float) -> list[Json]:
        """Events above `after`, waiting up to `seconds` (real) for the first."""
        deadline = time.monotonic() + seconds
        while not self.since(after) and (left := deadline - time.monotonic()) > 0:
            await self.signal.wait(left)
        return self.since(after)
