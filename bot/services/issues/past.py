"""What happened to an issue, as its card tells it: the last lines, or page by page all of them with what each changed."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.history import Action
from bot.domain.ids import PersonId
from bot.domain.organisation import Person
from bot.ports import HistoryLine, IssueView
from bot.services.turn import Turn

LAST_LINES = 4  # on the card itself
PER_PAGE = 12  # with words and names about 2,500 characters; a message has 4,096
MENU = "history"
_VALUES = ("category", "level", "kind", "satisfaction")


async def of(
    turn: Turn, viewer: Person | None, view: IssueView, lines: Sequence[HistoryLine], menu: str, page: int
) -> dict[str, Any]:
    """`history`: the lines to show, oldest first; `history_total` and, where it is open, `history_pages`."""
    total = len(lines)
    pages = max(1, -(-total // PER_PAGE))
    start = min(page, pages - 1) * PER_PAGE
    shown = lines[start : start + PER_PAGE] if menu == MENU else lines[-LAST_LINES:]
    names = await _names(turn, shown)
    told = [_line(line, view, viewer, names) for line in shown]
    return {"history": told, "history_total": total, "history_pages": pages}


async def _names(turn: Turn, lines: Sequence[HistoryLine]) -> dict[str, str]:
    """Units and persons that the lines put in charge, by 'unit:CODE' and 'assignee:ID'."""
    given = [line.entry.after for line in lines]
    found = {}
    if assignees := {PersonId(after["assignee"]) for after in given if after.get("assignee")}:
        people = await turn.uow.people.many(sorted(assignees))
        found = {f"assignee:{person.id}": person.name for person in people.values()}
    if any(after.get("unit") for after in given):
        found |= {f"unit:{unit.code}": unit.name for unit in await turn.uow.units.all()}
    return found


def _line(line: HistoryLine, view: IssueView, viewer: Person | None, names: Mapping[str, str]) -> dict[str, Any]:
    """`by_reporter`: the reporter did it, whose name a group does not read. `to`: what it set, where that has a word."""
    entry = line.entry
    masked = viewer is None and (entry.by == view.issue.reporter or entry.action is Action.REPORT)
    return {
        "at": entry.at.isoformat(),
        "action": entry.action.value,
        "by": "" if masked else line.by_name,
        "by_reporter": masked,
        "words": entry.words,
        "to": _to(entry.after, names),
    }


def _to(after: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    """The fields a line set ('' if it did not): `due_at` and the `policy` that made it; those of `_VALUES`; `unit` and
    `assignee` by name."""
    values = {field: after.get(field) or "" for field in _VALUES}
    named = {field: names.get(f"{field}:{after.get(field)}", "") for field in ("unit", "assignee")}
    deadline = after.get("deadline") or {}
    return {**values, **named, "due_at": deadline.get("due_at", ""), "policy": deadline.get("policy", "")}
