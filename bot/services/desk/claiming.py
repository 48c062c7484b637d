"""Taking a case in hand, giving it up, taking it over (`bot.services.issues.claims`): what clerks see of it on their cards."""

from datetime import timedelta
from typing import Any

from bot.domain.errors import NotAllowed
from bot.domain.history import Action
from bot.domain.ids import ChatId, IssueId, MessageId, PersonId
from bot.domain.organisation import Person
from bot.ports import Claim
from bot.services.issues import cards, claims
from bot.services.people import staff
from bot.services.turn import Turn

CHOOSERS = frozenset(
    {"category", "level", "kind", "unit", "assign_unit", "assign", "deadline", "hand_over", "merge", "outcome"}
)
"""Menus of a card that begin a decision of the desk."""
BATCH = 50  # claims a tick ends


async def open_menu(
    turn: Turn, person: Person, chat: ChatId, message: MessageId | None, issue: IssueId, **facts: Any
) -> None:
    """As `cards.open_menu`. A clerk's chooser takes the case in hand, the way back gives it up. Raises InHand as well."""
    menu = facts.get("menu", "")
    if menu in CHOOSERS:
        await begin(turn, person, Action.CATEGORISE, issue)
    elif not menu:
        await give_up(turn, person, issue)
    await cards.open_menu(turn, person, chat, message, issue, **facts)


async def begin(turn: Turn, person: Person, action: Action, issue: IssueId) -> None:
    """A decision begins: a clerk has the case in hand from now on. Raises InHand, NotYours, IssueUnknown."""
    await cards.check_sight(turn, person, issue)
    minutes, standing = turn.policy.claim_minutes, await turn.uow.issues.standing(issue)
    if not minutes or action not in claims.DECISIONS or not claims.at_desk_of(person, standing):
        return
    await claims.check(turn, person, action, issue, standing)
    before = await claims.of(turn, issue)
    await turn.uow.desks.claim(Claim(issue, person.id, turn.now + timedelta(minutes=minutes)))
    if before is None:
        await _redraw(turn, issue, but=person.id)


async def give_up(turn: Turn, person: Person, issue: IssueId) -> None:
    """No decision after all; nothing for who has not begun one."""
    claim = await turn.uow.desks.claim_of(issue)
    if claim is not None and claim.person == person.id:
        await turn.uow.desks.unclaim(issue, person.id)
        await _redraw(turn, issue, but=person.id)


async def close(turn: Turn, person: Person, issue: IssueId) -> None:
    """What was chosen stands already: nothing changes but the card."""
    await give_up(turn, person, issue)
    await cards.redraw(turn, staff.chat_of(person), issue)


async def take_over(turn: Turn, clerk: Person, issue: IssueId) -> bool:
    """Into this clerk's hand; who had it hears so. False if nobody else has it. Raises NotAllowed, NotYours, IssueUnknown."""
    await cards.check_sight(turn, clerk, issue)
    if not claims.at_desk_of(clerk, await turn.uow.issues.standing(issue)):
        raise NotAllowed(action=Action.CATEGORISE.value)
    claim = await claims.of(turn, issue)
    if claim is None or claim.person == clerk.id:
        await cards.redraw(turn, staff.chat_of(clerk), issue)
        return False
    await turn.uow.desks.claim(Claim(issue, clerk.id, turn.now + timedelta(minutes=turn.policy.claim_minutes)))
    await _redraw(turn, issue)
    await cards.notify(turn, await turn.uow.people.get(claim.person), issue, "taken_over", by=clerk.name)
    return True


async def is_due(turn: Turn) -> bool:
    """Whether a tick would find something."""
    return bool(await turn.uow.desks.expired(turn.now, 1))


async def tick(turn: Turn) -> int:
    """Claims whose time is over end, and cards say so; how many."""
    over = await turn.uow.desks.expired(turn.now, BATCH)
    for claim in over:
        await turn.uow.desks.unclaim(claim.issue, claim.person)
        await _redraw(turn, claim.issue, but=claim.person)
    return len(over)


async def _redraw(turn: Turn, issue: IssueId, *, but: PersonId | None = None) -> None:
    """Where clerks look: nobody else's card says whose hand a case is in, nor (`but`) does that of whose hand it is."""
    desk = await staff.clerks(turn, await turn.uow.issues.standing(issue))
    await cards.redraw_in(turn, [staff.chat_of(clerk) for clerk in desk if clerk.id != but], issue)
