"""Telegram's sending limits as a pure object: what may go now, and when to look again (design.md: Pacer).

Seconds are monotonic and passed in; nothing here waits. Limits (Bot API FAQ): about 30 messages a second in all, one a
second into one chat, 20 a minute into one group. Counted in sliding windows, a little longer than the official ones,
so that what leaves evenly but arrives unevenly is still within them.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    """Rates and windows. `burst`: how many may leave at the same moment after a pause."""

    per_second: int = 30
    burst: int = 5
    second: float = 1.008
    chat_gap: float = 1.008
    per_group_minute: int = 20
    minute: float = 60.3
    together: float = 1.0  # two chats told to wait within this time: the wait is everybody's


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row that could go. `chat` is negative for groups; a toast counts overall, but not in its chat."""

    row: int
    chat: int
    toast: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """Rows that go now, in order; and when the next of the others could, None if there are no others."""

    go: tuple[int, ...]
    again: float | None


@dataclass(slots=True)
class _Chat:
    """What went into one chat lately, and until when it asked for silence."""

    sent: deque[float] = field(default_factory=deque)
    held_until: float = float("-inf")


class Pacer:
    """Chosen rows count as sent at once. Ask with candidates in the order of their urgency."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._chats: dict[int, _Chat] = {}
        self._sent: deque[float] = deque(maxlen=self._limits.per_second)
        self._tokens = float(self._limits.burst)
        self._filled_at: float | None = None
        self._held_until = float("-inf")
        self._refused: tuple[float, int] | None = None

    def choose(self, candidates: Sequence[Candidate], now: float) -> Choice:
        """Who goes now. A chat's later rows never overtake its earlier ones; a waiting chat holds up nobody else."""
        self._fill(now)
        go: list[int] = []
        waiting: dict[int, float] = {}
        others: list[float] = []
        for candidate in candidates:
            ready = self._overall_ready(now)
            if not candidate.toast:
                ready = max(ready, waiting.get(candidate.chat) or self._chat_ready(candidate.chat))
            if ready <= now:
                self._book(candidate, now)
                go.append(candidate.row)
            else:
                others.append(ready)
                if not candidate.toast:
                    waiting.setdefault(candidate.chat, ready)
        return Choice(tuple(go), min(others, default=None))

    def landed(self, chat: int, now: float) -> None:
        """A call into the chat was answered: it arrived somewhere between its start and now, so the gap begins now."""
        known = self._chats.get(chat)
        if known is not None and known.sent:
            known.sent[-1] = max(known.sent[-1], now)

    def hold(self, chat: int | None, seconds: float, now: float) -> None:
        """Nothing into this chat (None: into any, and no toasts) for so long."""
        until = now + seconds
        if chat is None:
            self._held_until = max(self._held_until, until)
        else:
            self._of(chat).held_until = max(self._of(chat).held_until, until)

    def refused(self, chat: int | None, seconds: float, now: float) -> None:
        """Telegram said to wait. For one chat (None: for all); two chats at nearly the same time mean all."""
        self.hold(chat, seconds, now)
        if chat is None:
            return
        before, self._refused = self._refused, (now, chat)
        if before is not None and before[1] != chat and now - before[0] <= self._limits.together:
            self.hold(None, seconds, now)

    def forget_idle(self, now: float) -> None:
        """Drop chats about which nothing needs to be remembered."""
        horizon = now - self._limits.minute
        idle = [chat for chat, kept in self._chats.items() if _last(kept.sent) < horizon and kept.held_until < now]
        for chat in idle:
            del self._chats[chat]

    def blocked(self, at: float) -> list[int]:
        """Chats into which nothing may go until after `at`."""
        return [chat for chat in self._chats if self._chat_ready(chat) > at]

    def known(self) -> list[int]:
        """Chats that a limit still has to remember."""
        return list(self._chats)

    def _of(self, chat: int) -> _Chat:
        return self._chats.setdefault(chat, _Chat())

    def _fill(self, now: float) -> None:
        limits = self._limits
        if self._filled_at is not None:
            earned = max(0.0, now - self._filled_at) * limits.per_second
            self._tokens = min(float(limits.burst), self._tokens + earned)
        self._filled_at = now

    def _overall_ready(self, now: float) -> float:
        ready = self._held_until
        if self._tokens < 1 - 1e-9:
            ready = max(ready, now + (1 - self._tokens) / self._limits.per_second)
        if len(self._sent) == self._limits.per_second:
            ready = max(ready, self._sent[0] + self._limits.second)
        return ready

    def _chat_ready(self, chat: int) -> float:
        known = self._chats.get(chat)
        if known is None:
            return float("-inf")
        ready = max(known.held_until, _last(known.sent) + self._limits.chat_gap)
        if len(known.sent) == self._limits.per_group_minute:
            ready = max(ready, known.sent[0] + self._limits.minute)
        return ready

    def _book(self, candidate: Candidate, now: float) -> None:
        self._tokens -= 1
        self._sent.append(now)
        if candidate.toast:
            return
        sent = self._of(candidate.chat).sent
        keep = self._limits.per_group_minute if candidate.chat < 0 else 1
        while len(sent) >= keep:
            sent.popleft()
        sent.append(now)


def _last(sent: deque[float]) -> float:
    return sent[-1] if sent else float("-inf")
