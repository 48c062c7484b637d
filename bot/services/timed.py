"""What pings and the ladder share: a due row with its issue, what time means for it, and the facts of one line about it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bot.domain.deadlines import Ping, days_left, next_reminder
from bot.domain.ids import ChatId, PersonId
from bot.domain.issue import Deadline
from bot.domain.messages import Message, Priority
from bot.domain.organisation import Person
from bot.ports import Brief, Due
from bot.services import hours
from bot.services.turn import Turn

LATE_AFTER = timedelta(hours=1)  # later than the office could have said it by so much: an outage; the message says so
LISTED = 40  # issues a grouped message names; the rest are counted, and /tasks has them
WORDS = 80  # characters of the description
PORTION = 128  # items worked on before others have their turn: a run over thousands must not hold up a press

T = TypeVar("T")


class Run:
    """One look at the clock: what it means for deadlines and due moments, each worked out once however many share it."""

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self._left: dict[datetime, int] = {}
        self._late: dict[datetime, bool] = {}
        self._next: dict[datetime, Ping] = {}
        self._written: dict[datetime, str] = {}

    def left(self, due_at: datetime) -> int:
        """Working days, negative when overdue."""
        if due_at not in self._left:
            self._left[due_at] = days_left(deadline_at(due_at), self.turn.calendar, self.turn.now)
        return self._left[due_at]

    def is_late(self, at: datetime) -> bool:
        """What was due then is said well after it could have been."""
        if at not in self._late:
            self._late[at] = self.turn.now - hours.next_telling(self.turn, at) > LATE_AFTER
        return self._late[at]

    def next_ping(self, due_at: datetime) -> Ping:
        """The reminder after this one."""
        if due_at not in self._next:
            turn = self.turn
            self._next[due_at] = next_reminder(deadline_at(due_at), turn.calendar, turn.policy, turn.now)
        return self._next[due_at]

    def written(self, moment: datetime) -> str:
        """As messages have it."""
        if moment not in self._written:
            self._written[moment] = moment.isoformat()
        return self._written[moment]


def deadline_at(due_at: datetime) -> Deadline:
    """As far as the rules of time look at it."""
    return Deadline(due_at, 0, "")


@dataclass(frozen=True, slots=True)
class Live:
    """A row that is due and still true."""

    due: Due
    brief: Brief
    run: Run

    @property
    def due_at(self) -> datetime:
        """When the issue must be solved. ValueError if it has no deadline."""
        if self.brief.due_at is None:
            raise ValueError(f"{self.brief.number} has no deadline")
        return self.brief.due_at

    def line(self, **more: Any) -> dict[str, Any]:
        """The facts of one line of a grouped message. `left`: working days, negative when overdue."""
        brief, run = self.brief, self.run
        return {
            "issue": brief.issue,
            "number": brief.number,
            "level": brief.level.value,
            "project": brief.project_name,
            "unit": brief.unit_name,
            "assignee": brief.assignee_name,
            "text": brief.words[:WORDS],
            "left": run.left(self.due_at),
            "due_at": run.written(self.due_at),
            "provisional": brief.provisional,
            "late": run.is_late(self.due.at),
            **more,
        }


async def in_portions(items: Iterable[T], weight: Callable[[T], int] = lambda _: 1) -> AsyncIterator[T]:
    """The items one by one; everything else in the process has its turn in between. `weight`: for how many one counts."""
    done = 0
    for item in items:
        yield item
        done += weight(item)
        if done >= PORTION:
            done = 0
            await asyncio.sleep(0)


@dataclass(frozen=True, slots=True)
class Hearer:
    """Somebody who can be told."""

    person: PersonId
    chat: ChatId


def hearer(person: Person) -> Hearer:
    """ValueError for somebody without an account."""
    if person.user_id is None:
        raise ValueError(f"{person.name} has no account to be told by")
    return Hearer(person.id, ChatId(person.user_id))


def grouped(kind: str, to: Hearer, lines: Sequence[dict[str, Any]], dues: Sequence[Due], **more: Any) -> Message:
    """One message to one person about many issues, most urgent first. Its key lets the same steps be told once, ever.

    `more`: facts of the message.
    """
    key = f"{kind}:{to.person}:{_digest(dues)}"
    return Message(to.chat, kind, listed(lines) | more, Priority.REMINDER, key=key)


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
