"""Open tasks of people who may no longer have them: to the unit's head, else to a colleague, else back to the desk."""

from dataclasses import replace

from bot.domain import lifecycle
from bot.domain.history import Action
from bot.domain.issue import Issue, Standing
from bot.domain.organisation import Person
from bot.domain.permissions import may
from bot.ports import IssueView
from bot.services.desk import assigning
from bot.services.issues import cards, steps
from bot.services.people import staff
from bot.services.turn import Turn

ALL = 100_000  # tasks of one person
_WHY = {"zh": "责任单位无人可接，请专班另行交办", "en": "Nobody at the unit can take it; the desk assigns it anew"}


async def stranded(turn: Turn, person: Person) -> list[IssueView]:
    """The open tasks under this person's name that the person, as given, may not work on."""
    views = await turn.uow.issues.tasks(person.id, ALL)
    return [view for view in views if not may(person, Action.ACCEPT, view.standing)]


async def pass_on_stranded(turn: Turn, person: Person) -> None:
    """Give each of them to who comes next; they are told, and history says the roster did it."""
    for view in await stranded(turn, person):
        successor = await _successor(turn, person, view.standing)
        issue = await turn.uow.issues.get(view.issue.id)
        if successor is not None:
            await assigning.pass_on(turn, None, issue, successor)
        else:
            await _return_to_desk(turn, issue)


async def _successor(turn: Turn, person: Person, standing: Standing) -> Person | None:
    if standing.unit is None:
        return None
    unit = await turn.uow.units.get(standing.unit)
    candidates = await staff.everybody_of_unit(turn, standing.unit)
    ordered = sorted(candidates, key=lambda candidate: candidate.id != unit.head)
    fit = (
        candidate
        for candidate in ordered
        if candidate.id != person.id and may(candidate, Action.ACCEPT, replace(standing, assignee=candidate.id))
    )
    return next(fit, None)


async def _return_to_desk(turn: Turn, issue: Issue) -> None:
    why = _WHY[turn.policy.language]
    await steps.keep(turn, lifecycle.return_to_desk(issue, None, turn.now, why))
    for clerk in await staff.handling(turn, issue.id):
        await cards.notify(turn, clerk, issue.id, "returned", why)
