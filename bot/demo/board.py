"""What the page should know besides the chats: named values, each with the number of its last change."""

from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.errors import Json
from bot.sandbox.signal import Signal


@dataclass(slots=True)
class Board:
    """`put` wakes whoever waits on `signal`, if the value is another."""

    signal: Signal
    values: Json = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    _count: int = 0

    def put(self, name: str, value: Any) -> None:
        """Write a JSON value under a name."""
        if name in self.values and self.values[name] == value:
            return
        self._count += 1
        self.values[name], self.numbers[name] = value, self._count
        self.signal.fire()

    def since(self, number: int) -> tuple[int, Json]:
        """What changed after a number, and the number of the newest change."""
        return self._count, {name: self.values[name] for name, n in self.numbers.items() if n > number}
