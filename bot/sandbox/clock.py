"""The sandbox's time of day: real by default, or set, advanced and sped up by the control surface."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.sandbox.errors import Json


class VirtualClock:
    """Aware UTC that flows `rate` virtual seconds per real second; `version` grows with every change by hand."""

    def __init__(
        self, start: datetime | None = None, rate: float = 1.0, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._monotonic = monotonic
        self._origin = aware(start) if start else datetime.now(UTC)
        self._mark = monotonic()
        self.rate = rate
        self.version = 1

    def now(self) -> datetime:
        """Aware UTC."""
        return self._origin + timedelta(seconds=(self._monotonic() - self._mark) * self.rate)

    def unix(self) -> int:
        """Whole seconds, as the API's dates are."""
        return int(self.now().timestamp())

    def set(self, instant: datetime) -> None:
        """Jump to an instant (aware), forwards or backwards."""
        self._restart(aware(instant), self.rate)

    def advance(self, seconds: float) -> None:
        """Jump by seconds."""
        self._restart(self.now() + timedelta(seconds=seconds), self.rate)

    def set_rate(self, rate: float) -> None:
        """Virtual seconds per real second; 0 stands still."""
        self._restart(self.now(), rate)

    def _restart(self, origin: datetime, rate: float) -> None:
        self._origin, self._mark, self.rate = origin, self._monotonic(), rate
        self.version += 1

    def as_json(self) -> Json:
        """What `GET /clock` says."""
        return {"now": self.now().isoformat(), "rate": self.rate, "version": self.version}


def aware(instant: datetime) -> datetime:
    """The instant in UTC; ValueError for a naive one."""
    if instant.tzinfo is None:
        msg = "an instant without a time zone"
        raise ValueError(msg)
    return instant.astimezone(UTC)
