"""The queue of updates: confirmed by offset, fetched by long poll, or pushed to a webhook."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.sandbox.errors import ApiError, Json, conflict
from bot.sandbox.signal import Signal

OPT_IN = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
OTHER_POLL = "terminated by other getUpdates request; make sure that only one bot instance is running"
LONGEST_POLL = 50.0


@dataclass
class Webhook:
    """Where updates are pushed to; an empty url means they are polled."""

    url: str = ""
    secret: str = ""
    max_connections: int = 40
    last_error: str = ""
    last_error_date: int = 0


@dataclass
class Pending:
    """An update not yet confirmed; `again` marks a repetition of one that may be confirmed already."""

    body: Json
    again: bool = False

    @property
    def id(self) -> int:
        """Its update_id."""
        return int(self.body["update_id"])


@dataclass
class Updates:
    """In order of update_id, repetitions excepted."""

    next_id: int = 700_000_001
    allowed: frozenset[str] | None = None
    pending: list[Pending] = field(default_factory=list)
    history: dict[int, Json] = field(default_factory=dict)
    webhook: Webhook = field(default_factory=Webhook)
    signal: Signal = field(default_factory=Signal)
    _poll: asyncio.Future[None] | None = None

    def push(self, kind: str, body: Json) -> int | None:
        """Queue an update of a kind; None if the bot didn't ask for that kind."""
        unwanted = kind in OPT_IN if self.allowed is None else kind not in self.allowed
        return None if unwanted else self.push_raw({kind: body})

    def push_raw(self, update: Json) -> int:
        """Queue any JSON object as an update; an update_id it brings along is kept."""
        update = {"update_id": self.next_id} | update
        self.next_id = max(self.next_id, int(update["update_id"])) + 1
        self.history[int(update["update_id"])] = update
        self._add(Pending(update))
        return int(update["update_id"])

    def repeat(self, update_id: int) -> None:
        """Deliver an update once more, confirmed or not (KeyError if there was none)."""
        self._add(Pending(self.history[update_id], again=True))

    def _add(self, update: Pending) -> None:
        self.pending.append(update)
        self.signal.fire()
        if self._poll and not self._poll.done():
            self._poll.set_result(None)

    def allow(self, kinds: Iterable[str] | None) -> None:
        """None keeps what was set before; empty means all but the opt-in ones."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

    def confirm(self, offset: int) -> None:
        """Forget what is confirmed: below the offset, or all but the last -offset."""
        if offset < 0:
            self.pending = self.pending[offset:]
        elif offset > 0:
            self.pending = [p for p in self.pending if p.again or p.id >= offset]

    def take(self, limit: int) -> list[Json]:
        """Up to `limit` updates; they stay queued until confirmed, repetitions go at once."""
        given = self.pending[:limit]
        self.pending = [p for p in self.pending if not (p.again and p in given)]
        return [p.body for p in given]

    def interrupt(self, reason: ApiError) -> None:
        """End a poll that is waiting."""
        if self._poll and not self._poll.done():
            self._poll.set_exception(reason)
        self._poll = None

    async def poll(self, offset: int, limit: int, seconds: float) -> list[Json]:
        """getUpdates: waits up to `seconds` (real, at most 50); ApiError 409 if another poll comes meanwhile."""
        self.interrupt(conflict(OTHER_POLL))
        self.confirm(offset)
        deadline = time.monotonic() + min(seconds, LONGEST_POLL)
        while not self.pending and (left := deadline - time.monotonic()) > 0:
            await self._wait(left)
        return self.take(limit)

    async def _wait(self, seconds: float) -> None:
        poll: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._poll = poll
        try:
            await asyncio.wait_for(poll, seconds)
        except TimeoutError:
            return
        finally:
            if self._poll is poll:
                self._poll = None
