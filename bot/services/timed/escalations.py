"""That an escalation was seen: proved by a press of the person who was told (domain.md: escalation, with proof of delivery)."""

from datetime import datetime

from bot.domain.ids import IssueId
from bot.domain.organisation import Person, Role
from bot.services.turn import Turn

_ON_RUNGS = (Role.LEADER, Role.AUDITOR)


async def seen(turn: Turn, person: Person, told_at: datetime) -> int:
    """All that the person was told at that moment; how many steps are newly seen."""
    return await turn.uow.agenda.seen(person.id, turn.now, told_at=told_at)


async def pressed(turn: Turn, person: Person, issue: IssueId) -> None:
    """The person pressed something about the issue. Costs nothing for those no rung leads to."""
    if any(person.holds(role) for role in _ON_RUNGS):
        await turn.uow.agenda.seen(person.id, turn.now, issue=issue)
