"""Weather: what goes wrong between the bot and Telegram, on order."""

import random
from dataclasses import dataclass, field
from typing import Literal

from bot.sandbox.errors import ApiError, Json, too_many

Kind = Literal["drop", "refuse", "error", "flood", "delay"]


@dataclass
class Fault:
    """One kind of trouble.

    drop: the call is carried out, the connection closes without an answer. refuse: the connection closes before
    anything is done. error: answered with `code` and `description` (`accepted`: carried out all the same). flood:
    429 with `retry_after` seconds. delay: `seconds` (real) before anything else. It strikes calls of `method` (any,
    if None) into `chat_id` (any, if None), `times` times (always, if None), each with probability `chance`.
    """

    kind: Kind
    method: str | None = None
    chat_id: int | None = None
    times: int | None = 1
    chance: float = 1.0
    seconds: float = 0.0
    code: int = 502
    description: str = "Bad Gateway"
    retry_after: int = 1
    accepted: bool = False
    struck: int = 0

    def concerns(self, method: str, chat_id: int | None) -> bool:
        """Whether a call (method in lower case) is one it may strike."""
        if self.times is not None and self.struck >= self.times:
            return False
        same_method = self.method is None or self.method.lower() == method
        return same_method and (self.chat_id is None or self.chat_id == chat_id)

    def error(self) -> ApiError:
        """What an `error` or `flood` answers."""
        return too_many(self.retry_after) if self.kind == "flood" else ApiError(self.code, self.description)


@dataclass
class Weather:
    """The faults in force, and a seeded die."""

    faults: list[Fault] = field(default_factory=list)
    seed: int = 1

    def __post_init__(self) -> None:
        self._die = random.Random(self.seed)  # noqa: S311 - repeatable trouble, not secrets

    def strikes(self, method: str, chat_id: int | None) -> list[Fault]:
        """The faults that strike this call; they count it."""
        struck = [f for f in self.faults if f.concerns(method, chat_id) and self._die.random() < f.chance]
        for fault in struck:
            fault.struck += 1
        return struck

    def reseed(self, seed: int) -> None:
        """Start the die again."""
        self.seed = seed
        self._die = random.Random(seed)  # noqa: S311 - as above

    def as_json(self) -> list[Json]:
        """The faults and how often each struck."""
        return [vars(fault) for fault in self.faults]
