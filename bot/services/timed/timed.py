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
PORTION = 256  # items worked on before others have their turn: a run over thousands must not hold up a press

T = TypeVar("T")


class Times(NamedTuple):
    """What time means for a row. `left`: working days until the issue must be solved, negative when overdue; `late`: what was
    due is said well after it could have been. `facts`: what a line says of it."""

    left: int
    late: bool
    facts: Mapping[str, Any]


class Live(NamedTuple):
    """A row that is due and still true; thousands are made in a tick."""

    due: Due
    brief: Brief
    times: Times

    @property
    def due_at(self) -> datetime:
        """When the issue must be solved. ValueError if it has no deadline."""
        return _running(self.brief)

    def line(self, **more: Any) -> dict[str, Any]:
        """The facts of one line of a grouped message; `late` and `provisional` are only said where they are so."""
        brief = self.brief
        line = {
            "issue": brief.issue,
            "number": brief.number,
            "project": brief.project_name,
            "text": brief.words[:WORDS],
            **self.times.facts,
            **more,
        }
        if brief.provisional:
            line["provisional"] = True
        return line

    def in_charge(self) -> dict[str, str]:
        """The facts of who must solve it."""
        return {"unit": self.brief.unit_name, "assignee": self.brief.assignee_name}


class Run:
    """One look at the clock: what it means for deadlines and due moments, each worked out once however many share it."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._times: dict[tuple[datetime, datetime], Times] = {}

    def live(self, due: Due, brief: Brief) -> Live:
        """ValueError if the issue has no deadline."""
        moments = _running(brief), due.at
        times = self._times.get(moments)
        if times is None:
            times = self._times[moments] = self._worked_out(*moments)
        return Live(due, brief, times)

    def _worked_out(self, due_at: datetime, at: datetime) -> Times:
        left = days_left(deadline_at(due_at), self._turn.calendar, self._turn.now)
        late = self._turn.now - hours.next_telling(self._turn, at) > LATE_AFTER
        facts = {"left": left, "due_at": due_at.isoformat()}
        return Times(left, late, {**facts, "late": True} if late else facts)


def deadline_at(due_at: datetime) -> Deadline:
    """As far as the rules of time look at it."""
    return Deadline(due_at, 0, "")


def _running(brief: Brief) -> datetime:
    if brief.due_at is None:
        raise ValueError(f"{brief.number} has no deadline")
    return brief.due_at


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


Told = tuple[Live, Mapping[str, Any]]  # with what its line says besides


def grouped(kind: str, to: Hearer, told: Sequence[Told], dues: Sequence[Due], **more: Any) -> Message:
    """One message to one person about many issues, most urgent first. Its key lets the same steps be told once, ever.

    `more`: facts of the message.
    """
    key = f"{kind}:{to.person}:{_digest(dues)}"
    return Message(to.chat, kind, listed(told) | more, Priority.REMINDER, key=key)


def listed(told: Sequence[Told]) -> dict[str, Any]:
    """The facts of a list of issues, most urgent first: the first of them, and how many there are of what."""
    ordered = sorted(told, key=lambda one: (one[0].times.left, one[0].brief.number))
    return {
        "issues": [item.line(**more) for item, more in ordered[:LISTED]],
        "total": len(ordered),
        "more": max(0, len(ordered) - LISTED),
        "overdue": sum(item.times.left < 0 for item, _ in ordered),
        "late": any(item.times.late for item, _ in ordered),
    }


def _digest(dues: Sequence[Due]) -> str:
    """Short for the steps that were said."""
    said = sorted([f"{due.issue}/{due.version}/{due.step}" for due in dues])
    return hashlib.sha256(" ".join(said).encode()).hexdigest()[:32]
