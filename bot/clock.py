"""What time it is: one object decides, everything else is told (design.md: Time)."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """The only source of `now` outside tests."""

    def now(self) -> datetime:
        """Aware UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC)
