"""How far an issue has climbed, as its card tells it: each rung reached, who was told there, and the proof of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.ids import PersonId
from bot.domain.issue import AT_THE_UNIT
from bot.domain.organisation import Person
from bot.domain.policy import Rung
from bot.ports import IssueView, Telling
from bot.services.people import reach
from bot.services.people.reach import Reach, can_be_told, why_untold
from bot.services.turn import Turn


async def of(turn: Turn, viewer: Person | None, view: IssueView) -> list[dict[str, Any]]:
    """One entry per rung reached with the present deadline, lowest first: `rung`, `at`, and `people`, each with a `name` and
    how it stands: 'seen', 'sent', 'waiting' (not sent yet), or why they could not be told. A group reads no names.

    Nothing is asked of the store before the deadline has passed: nothing climbs before.
    """
    issue = view.issue
    if issue.deadline is None or issue.status not in AT_THE_UNIT or turn.now <= issue.deadline.due_at:
        return []
    tellings = await turn.uow.agenda.tellings(issue.id, "rung", issue.deadline.version)
    reached = [one for one in tellings if one.person is None and one.step < len(turn.policy.ladder)]
    told = {step.step: [one for one in tellings if one.person and one.step == step.step] for step in reached}
    people = await turn.uow.people.many({one.person for own in told.values() for one in own if one.person})
    around = await reach.look_up(turn, [view.standing]) if not all(told.values()) else None
    return [
        {
            "rung": (rung := turn.policy.ladder[step.step]).who,
            "at": step.at.isoformat(),
            "people": _people(told[step.step], people) or _absent(around, view, rung),
            "named": viewer is not None,
        }
        for step in reached
    ]


def _people(told: Sequence[Telling], people: Mapping[PersonId, Person]) -> list[dict[str, str]]:
    return [
        {"name": person.name, "state": _state(one, person)}
        for one in told
        if one.person is not None and (person := people.get(one.person)) is not None
    ]


def _state(one: Telling, person: Person) -> str:
    if one.seen_at is not None:
        return "seen"
    if one.sent_at is not None:
        return "sent"
    return "waiting" if can_be_told(person) else why_untold(person)


def _absent(around: Reach | None, view: IssueView, rung: Rung) -> list[dict[str, str]]:
    """Who stands on a rung that was found empty, and why nobody could be told."""
    absent = around.absent_on(view.standing, rung.who) if around is not None else []
    return [{"name": person.name, "state": why_untold(person)} for person in absent] or [
        {"name": "", "state": "nobody"}
    ]
