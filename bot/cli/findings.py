"""One thing the doctor looked at."""

from dataclasses import dataclass
from enum import StrEnum

from bot.masking import mask


class State(StrEnum):
    OK = "ok"
    NOTE = "note"  # works, but somebody should know
    RED = "red"  # people are not served


_SIGNS = {State.OK: "✓", State.NOTE: "!", State.RED: "✗"}


@dataclass(frozen=True, slots=True)
class Finding:
    """`name` is a stable word for scripts; `says` what was found, `advice` what to do ('' for nothing)."""

    name: str
    state: State
    says: str
    advice: str = ""

    @property
    def sign(self) -> str:
        """A mark for the eye."""
        return _SIGNS[self.state]

    def as_value(self) -> dict[str, str]:
        """For scripts."""
        return {"name": self.name, "state": self.state.value, "says": self.says, "advice": self.advice}


def ok(name: str, says: str) -> Finding:
    """All is well."""
    return Finding(name, State.OK, mask(says))


def note(name: str, says: str, advice: str) -> Finding:
    """It works, but."""
    return Finding(name, State.NOTE, mask(says), mask(advice))


def red(name: str, says: str, advice: str) -> Finding:
    """It does not."""
    return Finding(name, State.RED, mask(says), mask(advice))
