"""Whose hand a case is in 经办: clerks share a queue, and one who is at a decision is not to be crossed by another by chance.

A claim stops nobody for good: another clerk may take it over by one press, and it is over by itself after the policy's minutes.
"""

from typing import Any

from bot.domain.errors import InHand
from bot.domain.history import Action
from bot.domain.ids import IssueId, PersonId
from bot.domain.issue import Standing
from bot.domain.moves import MOVES
from bot.domain.organisation import Person
from bot.domain.permissions import may, open_to_clerks
from bot.ports import Claim, IssueView
from bot.services.turn import Turn

_FOR_ANYBODY = frozenset({Action.NUDGE, Action.REMARK, Action.ADD_EVIDENCE})  # crosses no decision
DECISIONS = frozenset(action for action in (*MOVES, Action.UNDO) if open_to_clerks(action)) - _FOR_ANYBODY
"""What a clerk decides at the desk."""


async def of(turn: Turn, issue: IssueId) -> Claim | None:
    """The claim that holds now."""
    claim = await turn.uow.desks.claim_of(issue)
    return claim if claim is not None and claim.until > turn.now else None


async def check(turn: Turn, person: Person, action: Action, issue: IssueId, standing: Standing) -> None:
    """A clerk's decision while another has the case in hand. Raises InHand."""
    if action not in DECISIONS or not at_desk_of(person, standing):
        return
    claim = await of(turn, issue)
    if claim is not None and claim.person != person.id:
        holder = await turn.uow.people.get(claim.person)
        raise InHand(number=(await turn.uow.issues.get(issue)).number, name=holder.name)


async def decided(turn: Turn, person: PersonId | None, action: Action, issue: IssueId) -> None:
    """A decision was made: its clerk has the case in hand no more."""
    if person is not None and action in DECISIONS:
        await turn.uow.desks.unclaim(issue, person)


async def shown(turn: Turn, viewer: Person | None, view: IssueView, *, desk: bool) -> dict[str, Any] | None:
    """Who has it in hand, for clerks and the desk's group; None if nobody has. `mine`: the viewer does."""
    if not (desk if viewer is None else at_desk_of(viewer, view.standing)):
        return None
    claim = await of(turn, view.issue.id)
    if claim is None:
        return None
    holder = await turn.uow.people.get(claim.person)
    return {"name": holder.name, "mine": viewer is not None and viewer.id == holder.id}


def at_desk_of(person: Person, standing: Standing) -> bool:
    """A case that stands there is on this person's desk."""
    return may(person, Action.CATEGORISE, standing)
