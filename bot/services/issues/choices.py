"""What a card's open chooser offers: units, people, deadlines. Categories and the like are known to the keyboard."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.domain.organisation import Person, Unit, UnitKind
from bot.ports import IssueView
from bot.services.issues import ends, queue
from bot.services.people import staff
from bot.services.turn import Turn

PER_PAGE = 8
DAYS = (2, 3, 5, 10, 15)  # working days offered as buttons
MORE_DAYS = (1, 3, 5)  # working days of an extension offered as buttons
_SOLVES = frozenset({UnitKind.RESPONSIBLE, UnitKind.BOTH})

Chooser = Callable[[Turn, IssueView, int], Awaitable[dict[str, Any]]]


async def of(turn: Turn, viewer: Person | None, view: IssueView, menu: str, page: int, *, desk: bool) -> dict[str, Any]:
    """The facts of the open chooser (`choices`, `pages`), and how many wait at the viewer's desk."""
    chooser = CHOOSERS.get(menu)
    offered = await chooser(turn, view, page) if chooser is not None else {"choices": [], "pages": 1}
    waits = await queue.length(turn, viewer) if desk and viewer is not None else 0
    return {**offered, "waiting": min(waits, queue.COUNTED), "waiting_more": waits > queue.COUNTED}


async def units(turn: Turn, view: IssueView, page: int) -> dict[str, Any]:
    """Units that solve obstacles: the category's own first, then those of the project's district, then the city's."""
    usual = turn.policy.categories[view.issue.category].unit
    found = [unit for unit in await turn.uow.units.all() if unit.kind in _SOLVES]
    found.sort(key=lambda unit: (unit.code != usual, *_distance(unit, view.district)))
    shown = found[page * PER_PAGE : (page + 1) * PER_PAGE]
    return {
        "choices": [{"code": unit.code, "name": unit.name, "usual": unit.code == usual} for unit in shown],
        "pages": max(1, -(-len(found) // PER_PAGE)),
    }


def _distance(unit: Unit, district: str) -> tuple[int, str]:
    """Same district, whole city, elsewhere."""
    return (0 if unit.district == district else 1 if not unit.district else 2), unit.code


async def assignees(turn: Turn, view: IssueView, page: int) -> dict[str, Any]:
    """Who of the unit could be given the task."""
    people = await staff.of_unit(turn, view.issue.unit) if view.issue.unit is not None else []
    return _people(people)


async def successors(turn: Turn, view: IssueView, page: int) -> dict[str, Any]:
    """Who else of the unit could take it on."""
    people = await staff.everybody_of_unit(turn, view.issue.unit) if view.issue.unit is not None else []
    return _people([person for person in people if person.id != view.issue.assignee])


def _people(people: list[Person]) -> dict[str, Any]:
    """`ready`: has bound an account, so that the task reaches them."""
    offered = [{"id": p.id, "name": p.name, "ready": staff.chat_of(p) is not None} for p in people]
    return {"choices": offered, "pages": 1}


async def days(turn: Turn, view: IssueView, page: int) -> dict[str, Any]:
    """Working days from today, each with the office's day it would be due on (ISO)."""
    today = turn.calendar.day_of(turn.now)
    offered = [{"days": n, "day": turn.calendar.add_working_days(today, n).isoformat()} for n in DAYS]
    return {"choices": offered, "pages": 1}


async def more_days(turn: Turn, view: IssueView, page: int) -> dict[str, Any]:
    """Working days more than the deadline gives, counted from today where that is past, with the day each ends on (ISO)."""
    due = view.issue.deadline
    today = turn.calendar.day_of(turn.now)
    start = today if due is None else max(today, turn.calendar.day_of(due.due_at))
    offered = [{"days": n, "day": turn.calendar.add_working_days(start, n).isoformat()} for n in MORE_DAYS]
    return {"choices": offered, "pages": 1}


async def outcomes(turn: Turn, view: IssueView, page: int) -> dict[str, Any]:
    """How it may be struck off without being solved."""
    return {"choices": [outcome.value for outcome in ends.outcomes(view.issue)], "pages": 1}


CHOOSERS: Mapping[str, Chooser] = {
    "unit": units,
    "assign_unit": units,
    "assign": assignees,
    "hand_over": successors,
    "deadline": days,
    "extend": more_days,
    "outcome": outcomes,
}
