"""What pings and the ladder share: a due row with its issue, and the facts of one line about it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.domain.deadlines import days_left
from bot.domain.ids import ChatId
from bot.domain.issue import Deadline
from bot.domain.messages import Message, Priority
from bot.domain.organisation import Person
from bot.ports import Due, IssueView
from bot.services.turn import Turn

LATE_AFTER = timedelta(hours=1)  # later than the office could have said it by so much: an outage; the message says so
LISTED = 40  # issues a grouped message names; the rest are counted, and /tasks has them
WORDS = 80  # characters of the description


@dataclass(frozen=True, slots=True)
class Live:
    """A row that is due and still true."""

    due: Due
    view: IssueView
    turn: Turn

    @property
    def deadline(self) -> Deadline:
        """The deadline the row belongs to."""
        deadline = self.view.issue.deadline
        if deadline is None:
            raise ValueError(f"{self.view.issue.number} has no deadline")
        return deadline

    @property
    def is_late(self) -> bool:
        """Said well after it could have been."""
        return self.turn.now - self.turn.calendar.next_open(self.due.at) > LATE_AFTER

    def line(self, **more: Any) -> dict[str, Any]:
        """The facts of one line of a grouped message. `left`: working days, negative when overdue."""
        view, deadline = self.view, self.deadline
        return {
            "issue": view.issue.id,
            "number": view.issue.number,
            "level": view.issue.level.value,
            "project": view.project_name,
            "unit": view.unit_name,
            "assignee": view.assignee_name,
            "text": view.issue.description[:WORDS],
            "left": days_left(deadline, self.turn.calendar, self.turn.now),
            "due_at": deadline.due_at.isoformat(),
            "provisional": deadline.provisional,
            "late": self.is_late,
            **more,
        }


def grouped(kind: str, person: Person, lines: Sequence[dict[str, Any]], dues: Sequence[Due], **more: Any) -> Message:
    """One message to one person about many issues, most urgent first. Its key lets the same steps be told once, ever.

    `more`: facts of the message.
    """
    if person.user_id is None:
        raise ValueError(f"{person.name} has no account to be told by")
    key = f"{kind}:{person.id}:{_digest(dues)}"
    return Message(ChatId(person.user_id), kind, listed(lines) | more, Priority.REMINDER, key=key)


def listed(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The facts of a list of issues, most urgent first: the first of them, and how many there are of what."""
    ordered = sorted(lines, key=lambda line: (line["left"], line["number"]))
    return {
        "issues": ordered[:LISTED],
        "total": len(ordered),
        "more": max(0, len(ordered) - LISTED),
        "overdue": sum(line["left"] < 0 for line in ordered),
        "late": any(line["late"] for line in ordered),
    }


def _digest(dues: Sequence[Due]) -> str:
    """Short for the steps that were said."""
    said = sorted(f"{due.issue}/{due.version}/{due.step}" for due in dues)
    return hashlib.sha256(" ".join(said).encode()).hexdigest()[:32]
