"""Who of the office is there for an issue: the clerks of its desk, and the people of its unit."""

from bot.domain.history import Action
from bot.domain.ids import ChatId, IssueId, PersonId, UnitCode
from bot.domain.issue import Standing
from bot.domain.organisation import Person, Role, Scope, ScopeKind
from bot.domain.permissions import may
from bot.services.people.reach import can_be_told, scopes_over
from bot.services.turn import Turn

_AT_THE_DESK = frozenset({Action.REGISTER, Action.ASSIGN, Action.REOPEN, Action.CLEAR, Action.HAND_OVER})


def chat_of(person: Person) -> ChatId | None:
    """Their private chat with the bot; None for who can't be told (not bound, left, blocked the bot)."""
    return ChatId(person.user_id) if person.user_id is not None and can_be_told(person) else None


async def clerks(turn: Turn, standing: Standing) -> list[Person]:
    """The desk of an issue: every clerk in scope who can be told (conversations.md: Clerk)."""
    holders = await turn.uow.people.holding(Role.CLERK, scopes_over(standing))
    return [person for person in holders if can_be_told(person)]


async def handling(turn: Turn, issue: IssueId) -> list[Person]:
    """The clerks who have acted on the issue and still may; all of its desk if there is none."""
    standing = await turn.uow.issues.standing(issue)
    acted = {line.entry.by for line in await turn.uow.issues.history(issue) if line.entry.action in _AT_THE_DESK}
    desk = await clerks(turn, standing)
    return [person for person in desk if person.id in acted] or desk


async def of_unit(turn: Turn, code: UnitCode) -> list[Person]:
    """Who of a unit can be given a task: its assignees by code; its head if there is none. Bound or not."""
    found = await turn.uow.people.holding(Role.ASSIGNEE, [Scope(ScopeKind.UNIT, code)])
    return found or await _head(turn, code)


async def everybody_of_unit(turn: Turn, code: UnitCode) -> list[Person]:
    """Its assignees and its head, for handing over."""
    found = {person.id: person for person in await of_unit(turn, code) + await _head(turn, code)}
    return list(found.values())


async def in_charge(turn: Turn, issue: IssueId) -> Person | None:
    """Who takes the issue on when it comes back: its person if still in charge, else the first of the unit."""
    standing = await turn.uow.issues.standing(issue)
    if standing.assignee is not None:
        person = await turn.uow.people.get(standing.assignee)
        if may(person, Action.ACCEPT, standing):
            return person
    people = await everybody_of_unit(turn, standing.unit) if standing.unit is not None else []
    return people[0] if people else None


async def known(turn: Turn, person: PersonId | None) -> Person | None:
    """The person behind an id, None for none."""
    return await turn.uow.people.get(person) if person is not None else None


async def _head(turn: Turn, code: UnitCode) -> list[Person]:
    head = await known(turn, (await turn.uow.units.get(code)).head)
    return [head] if head is not None and not head.left else []
