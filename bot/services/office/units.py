"""/units: the responsible units with their heads and what lies with them, the most laden first."""

from typing import Any

from bot.domain.errors import NotAllowed
from bot.domain.ids import ChatId
from bot.domain.messages import Message
from bot.domain.organisation import CITY, Person, Scope, ScopeKind, Unit
from bot.domain.permissions import COMMANDS, Access, may_use
from bot.services.people.reach import why_untold
from bot.services.turn import Turn

PAGE = 8
CARD = "list:units"


async def show(turn: Turn, viewer: Person, chat: ChatId, page: int = 0, *, fresh: bool = True) -> None:
    """Page by page. Raises NotAllowed."""
    if not may_use(viewer, Access.UNITS):
        raise NotAllowed(action=Access.UNITS.value)
    loads = await turn.uow.issues.loads(turn.now)
    seen = [unit for unit in await turn.uow.units.all() if _held(viewer) & _over(unit)]
    seen.sort(key=lambda unit: (*(-count for count in reversed(loads.get(unit.code, (0, 0)))), unit.code))
    page = max(0, min(page, (len(seen) - 1) // PAGE)) if seen else 0
    shown = seen[page * PAGE : (page + 1) * PAGE]
    heads = await turn.uow.people.many({unit.head for unit in shown if unit.head is not None})
    rows: list[dict[str, Any]] = []
    for unit in shown:
        head = heads.get(unit.head) if unit.head is not None else None
        open_, overdue = loads.get(unit.code, (0, 0))
        rows.append(
            {
                "name": unit.name,
                "code": unit.code,
                "head": head.name if head is not None else "",
                "untold": why_untold(head) if head is None or head.left or head.user_id is None else "",
                "open": open_,
                "overdue": overdue,
            }
        )
    facts = {"rows": rows, "page": page, "more": len(seen) > (page + 1) * PAGE, "count": len(seen)}
    await turn.tell(Message(chat, "ledger/units", facts, card=CARD, fresh=fresh))


def _held(viewer: Person) -> set[Scope]:
    return {grant.scope for grant in viewer.grants if grant.role in COMMANDS[Access.UNITS]}


def _over(unit: Unit) -> set[Scope]:
    return {CITY, Scope(ScopeKind.DISTRICT, unit.district), Scope(ScopeKind.UNIT, unit.code)}
