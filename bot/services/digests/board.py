"""/board: a scope at one look, for those who watch over it: open, overdue, how far it climbed, and which way it goes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from bot.domain.deadlines import days_left, week_of
from bot.domain.digest import OverdueLine
from bot.domain.errors import NotAllowed
from bot.domain.history import Action
from bot.domain.ids import ChatId, IssueId
from bot.domain.issue import Deadline
from bot.domain.messages import Message
from bot.domain.organisation import Person, Scope
from bot.domain.permissions import COMMANDS, STEPS, Access, Sight, may_use
from bot.services.digests.digests import name_of, previous
from bot.services.turn import Turn

PAGE = 6
LOOKED_AT = 500  # overdue issues whose rungs are counted
CARD = "list:board"


async def show(turn: Turn, person: Person, chat: ChatId, index: int = 0, page: int = 0, *, fresh: bool = True) -> None:
    """One of the person's scopes, by its place among them; the list of what is late by pages. Raises NotAllowed."""
    if not may_use(person, Access.BOARD):
        raise NotAllowed(action=Access.BOARD.value)
    scopes = scopes_of(person)
    index = index if 0 <= index < len(scopes) else 0
    facts = {
        "index": index,
        "scopes": [{"kind": scope.kind.value, "name": await name_of(turn, scope)} for scope in scopes],
        "may_nudge": any(grant.scope == scopes[index] and grant.role in STEPS[Action.NUDGE] for grant in person.grants),
        "asking": await _asking(turn, scopes[index]),
        **await _figures(turn, scopes[index], page),
    }
    await turn.tell(Message(chat, "ledger/board", facts, card=CARD, fresh=fresh))


def scopes_of(person: Person) -> list[Scope]:
    """What the person watches over, widest first."""
    order = ["city", "district", "unit", "project"]
    held = {grant.scope for grant in person.grants if grant.role in COMMANDS[Access.BOARD]}
    return sorted(held, key=lambda scope: (order.index(scope.kind.value), scope.value))


async def _figures(turn: Turn, scope: Scope, page: int) -> dict[str, Any]:
    start, end = week_of(turn.now, turn.calendar)
    issues = turn.uow.issues
    late = await issues.longest_overdue(scope, turn.now, LOOKED_AT)
    climbed = await turn.uow.agenda.climbed([line.issue for line in late if line.issue is not None])
    page = max(0, min(page, (len(late) - 1) // PAGE)) if late else 0
    shown = late[page * PAGE : (page + 1) * PAGE]
    return {
        "at": turn.now.isoformat(),
        "totals": asdict(await issues.totals(scope, turn.now)),
        "this_week": asdict(await issues.week_count(scope, start, min(end, turn.now))),
        "last_week": asdict(await issues.week_count(scope, previous(start, turn.calendar), start)),
        "rungs": _rungs(turn, climbed.values()),
        "rows": [_row(turn, line, climbed) for line in shown],
        "page": page,
        "more": len(late) > (page + 1) * PAGE,
    }


async def _asking(turn: Turn, scope: Scope) -> list[dict[str, Any]]:
    """Who asks for more time, and until when; decided on the card."""
    views = await turn.uow.issues.asking_for_time(Sight(None, frozenset({scope})), PAGE)
    return [
        {
            "id": view.issue.id,
            "number": view.issue.number,
            "unit": view.unit_name,
            "until": view.issue.asked_until.isoformat() if view.issue.asked_until else None,
        }
        for view in views
    ]


def _rungs(turn: Turn, steps: Any) -> list[dict[str, Any]]:
    """How many stand on each rung of the ladder, lowest first."""
    counted = Counter(_who(turn, step) for step in steps)
    return [{"rung": rung.who, "count": counted[rung.who]} for rung in turn.policy.ladder if counted[rung.who]]


def _row(turn: Turn, line: OverdueLine, climbed: Mapping[IssueId, int]) -> dict[str, Any]:
    step = climbed.get(line.issue) if line.issue is not None else None
    deadline = Deadline(line.due_at, 0, turn.calendar.version)
    return {
        "id": line.issue,
        "number": line.number,
        "project": line.project,
        "unit": line.unit,
        "assignee": line.assignee,
        "days": -days_left(deadline, turn.calendar, turn.now),
        "nudged": line.nudged,
        "rung": "" if step is None else _who(turn, step),
    }


def _who(turn: Turn, step: int) -> str:
    """Of a ladder that may have become shorter since."""
    ladder: Sequence[Any] = turn.policy.ladder
    return ladder[min(step, len(ladder) - 1)].who if ladder else ""
