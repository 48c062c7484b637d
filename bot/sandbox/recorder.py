"""Every call the bot made, for assertions."""

from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.errors import Json


@dataclass(frozen=True)
class Call:
    """One call; `response` is what was (or, if `lost`, would have been) answered; `real` is monotonic seconds."""

    n: int
    method: str
    params: Json
    files: dict[str, int]
    status: int
    response: Any
    lost: bool
    real: float
    seconds: float
    virtual: str


@dataclass
class Recorder:
    """Calls in order of arrival of their answers, numbered from 1; getUpdates without result isn't kept."""

    calls: list[Call] = field(default_factory=list)

    def keep(self, **facts: Any) -> None:
        """Add one."""
        quiet = facts["method"] == "getUpdates" and not facts["response"].get("result")
        if not quiet or facts["status"] != 200:
            self.calls.append(Call(n=len(self.calls) + 1, **facts))

    def select(self, method: str | None = None, after: int = 0) -> list[Json]:
        """Calls numbered above `after`, of one method or all, as JSON."""
        wanted = method.lower() if method else None
        chosen = (c for c in self.calls[after:] if wanted is None or c.method.lower() == wanted)
        return [vars(call) for call in chosen]
