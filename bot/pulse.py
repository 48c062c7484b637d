"""What a process knows of itself, for health checks and metrics: does it hear Telegram, and what became of its calls."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

DEAF_SECONDS = 50.0  # a long poll takes 45 at the most: without an answer for longer, something is wrong


class Hearing:
    """Whether updates can reach us. `patience`: seconds we may go without an answer; None where nobody is asked."""

    def __init__(self, patience: float | None = DEAF_SECONDS, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._patience = patience
        self._seconds = seconds
        self._answered = seconds()
        self._trouble = ""
        self.updates = 0

    def took(self, updates: int) -> None:
        """So many were stored."""
        self.updates += updates

    def answered(self) -> None:
        """Telegram answered, and all was well."""
        self._answered, self._trouble = self._seconds(), ""

    def troubled(self, why: str) -> None:
        """Nothing will reach us until this is over."""
        self._trouble = why

    def deaf(self) -> str:
        """Why no update can reach us; '' if it can."""
        silence = self._seconds() - self._answered
        if not self._trouble and self._patience is not None and silence > self._patience:
            return f"Telegram has not answered for {silence:.0f} s"
        return self._trouble


@dataclass
class Pulse:
    """Of one process. `hearing` is None in one that takes no updates, `leading` in one that never leads."""

    hearing: Hearing | None = None
    sends: Counter[str] = field(default_factory=Counter)  # by outcome
    leading: bool | None = None
    policy: str = ""  # why the newest policy file is not in force; the older rules are
