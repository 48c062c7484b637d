"""What pings and the ladder share: a due row with its issue, what time means for it, and the facts of one line about it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from bot.domain.deadlines import days_left
from bot.domain.ids import ChatId, PersonId
from bot.domain.issue import Deadline
from bot.domain.messages import Message, Priority
from bot.domain.organisation import Person
from bot.ports import Brief, Due
from bot.services.timed import hours
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
        self._times: dict[tuple[datetime, datetime], Mapping[str, Any]] = {}

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

    def times(self, due_at: datetime, at: datetime) -> Mapping[str, Any]:
        """What a line says about time, of an issue that must be solved by `due_at` and is told of since `at`."""
        times = self._times.get((due_at, at))
        if times is None:
            times = {"left": self.left(due_at), "due_at": due_at.isoformat(), "late": self.is_late(at)}
            self._times[due_at, at] = times
        return times


def deadline_at(due_at: datetime) -> Deadline:
    """As far as the rules of time look at it."""
    return Deadline(due_at, 0, "")


class Live(NamedTuple):
    """A row that is due and still true; thousands are made in a tick."""

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
        brief = self.brief
        return {
            "issue": brief.issue,
            "number": brief.number,
            "level": brief.level.value,
            "project": brief.project_name,
            "unit": brief.unit_name,
            "assignee": brief.assignee_name,
            "text": brief.words[:WORDS],
            "provisional": brief.provisional,
            **self.run.times(self.due_at, self.due.at),
            **more,
        }


async def in_portions(items: Iterable[T], weight: Callable[[T], int] = lambda _: 1) -> AsyncIterator[Sequence[T]]:
    """So many items at a time; everything else in the process has its turn in between. `weight`: for how many one counts."""
    portion, done = [], 0
    for item in items:
        portion.append(item)
        done += weight(item)
        if done >= PORTION:
            yield portion
            portion, done = [], 0
            await asyncio.sleep(0)
    yield portion


class Hearer(NamedTuple):
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
