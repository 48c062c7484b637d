"""Reminders 催办: one message per person and run, each step of a deadline once (domain.md: reminders)."""

from collections.abc import Sequence
from typing import Any

from bot.domain.deadlines import next_reminder
from bot.domain.organisation import Person
from bot.ports import Due
from bot.services import nudges
from bot.services.reach import Reach, can_be_told, why_untold
from bot.services.timed import Live, grouped
from bot.services.turn import Turn
from bot.services.unreached import Unreached

NAMES = 3  # of those who nudged an issue, the latest


async def remind(turn: Turn, items: Sequence[Live], around: Reach) -> list[Unreached]:
    """Tell the assignees (of one who can't be told, the unit's head), plan what comes next; whom nobody could tell.

    Steps missed in an outage are one: the row that waited speaks for all, and the next is planned after now.
    """
    if not items:
        return []
    fresh = await turn.uow.agenda.said_all({item.due: item.view.issue.assignee for item in items}, turn.now)
    notes = await tell(turn, [item for item in items if item.due in fresh], around)
    await turn.uow.agenda.plan_all([_next(turn, item) for item in items])
    return notes


async def nudge(turn: Turn, items: Sequence[Live], around: Reach) -> list[Unreached]:
    """The same for what people asked for by hand; nothing follows by itself."""
    if not items:
        return []
    fresh = await turn.uow.agenda.said_all({item.due: None for item in items}, turn.now)
    for item in items:
        await turn.uow.agenda.cancel(item.due.issue, "nudge")
    return await tell(turn, [item for item in items if item.due in fresh], around, "timed/nudge")


async def tell(turn: Turn, items: Sequence[Live], around: Reach, kind: str = "timed/reminder") -> list[Unreached]:
    """One message to each who has to hear of these; whose assignee could not be told."""
    for person, own in _by_person(items, around):
        lines = [await _line(item, person, kind) for item in own]
        await turn.tell(grouped(kind, person, lines, [item.due for item in own]))
    return [note for item in items if (note := _note(item, around)) is not None]


async def _line(item: Live, person: Person, kind: str) -> dict[str, Any]:
    """`own`: the person is in charge, and not told in somebody's stead. A nudge says whose it is, and how many there were."""
    own = item.view.issue.assignee == person.id
    if kind != "timed/nudge":
        return item.line(own=own)
    names = await nudges.latest(item.turn, item.view.issue.id)
    return item.line(own=own, by=names[:NAMES], nudged=item.view.issue.nudged)


def _by_person(items: Sequence[Live], around: Reach) -> list[tuple[Person, list[Live]]]:
    groups: dict[int, tuple[Person, list[Live]]] = {}
    for item in items:
        for person in _listeners(item, around):
            groups.setdefault(person.id, (person, []))[1].append(item)
    return list(groups.values())


def _listeners(item: Live, around: Reach) -> list[Person]:
    person = around.assignee(item.view)
    return [person] if person is not None and can_be_told(person) else around.head(item.view)


def _note(item: Live, around: Reach) -> Unreached | None:
    person = around.assignee(item.view)
    if person is not None and can_be_told(person):
        return None
    return Unreached(item, why_untold(person), head_told=bool(around.head(item.view)))


def _next(turn: Turn, item: Live) -> Due:
    ping = next_reminder(item.deadline, turn.calendar, turn.policy, turn.now)
    return Due(item.due.issue, "reminder", ping.at, item.due.version, ping.step, item.due.any_hour)
