"""Telegram's pace: so many messages a second overall, per chat, and per minute into a group (real, monotonic time).

Source: core.telegram.org/bots/faq, "My bot is hitting limits". The spacing is kept by a theoretical arrival time, so
the long-run rate holds exactly while a call may come `slack` seconds early.
"""

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.errors import too_many

# what counts; reads, answers to presses, chat actions and downloads do not
COUNTED_PREFIXES = ("send", "edit", "forward", "copy")
FREE = frozenset({"sendchataction", "editforumtopic", "editgeneralforumtopic", "editchatinvitelink"})


@dataclass(frozen=True)
class Pace:
    """Rates; `slack` (seconds) forgives the jitter of the network. `enabled=False` lets everything pass."""

    enabled: bool = True
    overall_per_second: float = 30.0
    overall_burst: int = 5
    chat_per_second: float = 1.0
    chat_burst: int = 1
    group_per_minute: int = 20
    slack: float = 0.1


@dataclass
class Spacing:
    """One stream of messages, `interval` seconds apart, `burst` of them at once."""

    interval: float
    burst: int
    slack: float
    expected: float = 0.0

    def wait(self, now: float) -> float:
        """Seconds until the next may come; 0 or less: now."""
        return self.expected - (self.burst - 1) * self.interval - self.slack - now

    def take(self, now: float) -> None:
        """One has come."""
        self.expected = max(self.expected, now) + self.interval


@dataclass
class Limits:
    """Counts accepted calls; a refused one costs nothing."""

    pace: Pace = field(default_factory=Pace)
    monotonic: Callable[[], float] = time.monotonic
    refusals: int = 0

    def __post_init__(self) -> None:
        self.change(self.pace)

    def change(self, pace: Pace) -> None:
        """New rates; what was counted is forgotten."""
        self.pace = pace
        self._overall = Spacing(1 / pace.overall_per_second, pace.overall_burst, pace.slack)
        self._chats: dict[int, Spacing] = {}
        self._groups: dict[int, deque[float]] = {}

    def take(self, chat_id: int, *, group: bool) -> None:
        """Let one message through or raise ApiError 429 with the seconds to wait."""
        if not self.pace.enabled:
            return
        now = self.monotonic()
        chat = self._chats.setdefault(chat_id, self._new_chat())
        minute = self._groups.setdefault(chat_id, deque())
        while minute and minute[0] <= now - 60 + self.pace.slack:
            minute.popleft()
        full = minute[0] + 60 - now if group and len(minute) >= self.pace.group_per_minute else 0.0
        wait = max(self._overall.wait(now), chat.wait(now), full)
        if wait > 0:
            self.refusals += 1
            raise too_many(max(1, math.ceil(wait)))
        self._overall.take(now)
        chat.take(now)
        minute.append(now)

    def _new_chat(self) -> Spacing:
        return Spacing(1 / self.pace.chat_per_second, self.pace.chat_burst, self.pace.slack)


def counts(method: str) -> bool:
    """Whether a method (lower case) is paced."""
    return method.startswith(COUNTED_PREFIXES) and method not in FREE
