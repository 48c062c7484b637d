"""Escalation 逐级协调: an overdue issue climbs, each rung once; a rung nobody can be reached on goes to the next at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.deadlines import next_rung
from bot.domain.messages import Message, Priority
from bot.domain.organisation import Person
from bot.ports import Due, Subscription
from bot.services.people.reach import Reach, unit_groups
from bot.services.timed.timed import Live, deadline_at, grouped, hearer, in_portions, listed
from bot.services.timed.unreached import Unreached
from bot.services.turn import Turn


@dataclass(frozen=True, slots=True)
class Step:
    """One rung an issue has reached, and who stands there."""

    item: Live
    due: Due
    who: str
    people: Sequence[Person]


async def climb(turn: Turn, items: Sequence[Live], around: Reach) -> list[Unreached]:
    """Tell the people of every rung reached, plan the next; the rungs on which nobody could be told."""
    if not items:
        return []
    climbs = [_steps(turn, item, around) for item in items]
    steps = [step for climbed in climbs for step in climbed]
    fresh = await turn.uow.agenda.said_all({step.due: None for step in steps}, turn.now)
    told = [step for step in steps if step.due in fresh]
    await turn.uow.agenda.told([(step.due, person.id) for step in told for person in step.people], turn.now)
    people = in_portions(_by_person(told), lambda group: len(group[1]))
    await turn.tell_all([_message(turn, person, own) async for some in people for person, own in some])
    await _plan_next(turn, items, climbs)
    return await tell_groups(turn, [(step.item, step.who) for step in told if not step.people], around)


def _message(turn: Turn, person: Person, own: Sequence[Step]) -> Message:
    """`proof`: what has to be noted once it has arrived."""
    told = [(step.item, {**step.item.in_charge(), "rung": step.who, "nudged": step.item.brief.nudged}) for step in own]
    proof = {"person": person.id, "at": turn.now.isoformat()}
    return grouped("timed/escalation", hearer(person), told, [step.due for step in own], proof=proof)


async def tell_groups(turn: Turn, empty: Sequence[tuple[Live, str]], around: Reach) -> list[Unreached]:
    """Where nobody could be told on a rung, the unit's group hears of it, if the unit has one; what the desk is to know."""
    if not empty:
        return []
    groups = await unit_groups(turn)
    by_group: dict[Subscription, list[tuple[Live, str]]] = {}
    for item, rung in empty:
        for group in groups.get(item.brief.unit, ()):
            by_group.setdefault(group, []).append((item, rung))
    for group, own in by_group.items():
        facts = listed([(item, {"rung": rung}) for item, rung in own])
        await turn.tell(Message(group.chat, "timed/unit_group", facts, Priority.REMINDER, topic=group.topic))
    return [
        Unreached(
            item,
            "rung",
            rung=rung,
            absent=tuple(around.absent_on(item.brief.standing, rung)),
            group_told=item.brief.unit in groups,
        )
        for item, rung in empty
    ]


def _steps(turn: Turn, item: Live, around: Reach) -> list[Step]:
    """The rung that is due; then those above it whose time has come too, or that stand in for an empty one."""
    steps: list[Step] = []
    index = item.due.step
    while (rung := next_rung(deadline_at(item.due_at), turn.calendar, turn.policy, index)) is not None:
        at, place = rung
        if steps and steps[-1].people and at > turn.now:
            break
        steps.append(
            Step(item, item.due._replace(step=index), place.who, around.on_rung(item.brief.standing, place.who))
        )
        index += 1
    return steps


def _by_person(steps: Sequence[Step]) -> list[tuple[Person, list[Step]]]:
    """Each person hears of an issue once, as of the highest rung they stand on."""
    groups: dict[int, tuple[Person, dict[int, Step]]] = {}
    for step in steps:
        for person in step.people:
            groups.setdefault(person.id, (person, {}))[1][step.due.issue] = step
    return [(person, list(own.values())) for person, own in groups.values()]


async def _plan_next(turn: Turn, items: Sequence[Live], climbs: Sequence[Sequence[Step]]) -> None:
    """The next rung of each issue; an issue at the top of the ladder has none any more."""
    planned = []
    for item, steps in zip(items, climbs, strict=True):
        index = item.due.step + len(steps)
        rung = next_rung(deadline_at(item.due_at), turn.calendar, turn.policy, index)
        if rung is None:
            await turn.uow.agenda.cancel(item.due.issue, "rung")
        else:
            planned.append(item.due._replace(at=rung[0], step=index))
    await turn.uow.agenda.plan_all(planned)
