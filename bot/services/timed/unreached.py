"""What the desk is told when a timed message found nobody to tell (domain.md: escalation; 未激活)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.ids import ChatId, PersonId
from bot.domain.messages import Message, Priority
from bot.domain.organisation import Person
from bot.services.people.reach import Reach, why_untold
from bot.services.timed.timed import LISTED, Live
from bot.services.turn import Turn


@dataclass(frozen=True, slots=True)
class Unreached:
    """One issue whose assignee (or a rung, named in `rung`) could not be told, and why ('unbound', 'blocked', 'left', 'nobody').

    Of a rung: who stands there in vain, and whether the unit's group was told instead.
    """

    item: Live
    why: str
    head_told: bool = False
    rung: str = ""
    absent: tuple[Person, ...] = ()
    group_told: bool = False


async def tell_desk(turn: Turn, notes: Sequence[Unreached], around: Reach) -> None:
    """Every clerk in scope: people who can't be told, once a day at most; empty rungs, each once."""
    for clerk, own in _by_clerk(notes, around):
        people = [note for note in own if not note.rung]
        rungs = [note for note in own if note.rung]
        if people:
            day = turn.calendar.day_of(turn.now).isoformat()
            key = f"unreachable:{clerk.id}:{day}"
            await turn.tell(_message(clerk, "timed/unreachable", {"people": _people(people)}, key))
        if rungs:
            lines = [_rung(note) for note in rungs]
            facts: dict[str, Any] = {"issues": lines[:LISTED], "more": max(0, len(lines) - LISTED)}
            await turn.tell(_message(clerk, "timed/empty_rung", facts))


def _rung(note: Unreached) -> dict[str, Any]:
    absent = [{"name": person.name, "why": why_untold(person)} for person in note.absent]
    return note.item.line(unit=note.item.brief.unit_name, rung=note.rung, absent=absent, group_told=note.group_told)


def _by_clerk(notes: Iterable[Unreached], around: Reach) -> list[tuple[Person, list[Unreached]]]:
    groups: dict[int, tuple[Person, list[Unreached]]] = {}
    for note in notes:
        for clerk in around.clerks(note.item.brief.standing):
            groups.setdefault(clerk.id, (clerk, []))[1].append(note)
    return list(groups.values())


def _people(notes: Iterable[Unreached]) -> list[dict[str, Any]]:
    """Per person: name, unit, why, whether the head was told instead, and the numbers of their issues."""
    groups: dict[tuple[PersonId | None, str], list[Unreached]] = defaultdict(list)
    for note in notes:
        groups[note.item.brief.assignee, note.item.brief.unit_name].append(note)
    return [
        {
            "name": own[0].item.brief.assignee_name,
            "unit": unit,
            "why": own[0].why,
            "head_told": own[0].head_told,
            "numbers": [note.item.brief.number for note in own][:LISTED],
        }
        for (_, unit), own in groups.items()
    ]


def _message(clerk: Person, kind: str, facts: dict[str, Any], key: str | None = None) -> Message:
    if clerk.user_id is None:
        raise ValueError(f"{clerk.name} has no account to be told by")
    return Message(ChatId(clerk.user_id), kind, facts, Priority.REMINDER, key=key)
