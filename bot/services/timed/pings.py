"""Reminders 催办: one message per person and run, each step of a deadline once (domain.md: reminders)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.domain.deadlines import Ping, next_reminder
from bot.domain.ids import IssueId
from bot.domain.issue import Standing
from bot.domain.messages import Message
from bot.services.people.reach import Reach, why_untold
from bot.services.timed import nudges
from bot.services.timed.timed import Hearer, Live, deadline_at, grouped, hearer, in_portions
from bot.services.timed.unreached import Unreached
from bot.services.turn import Turn

Facts = Mapping[str, Any]
_OWN: Facts = {}
NAMES = 3  # of those who nudged an issue, the latest


async def remind(turn: Turn, items: Sequence[Live], around: Reach) -> list[Unreached]:
    """Tell the assignees (of one who can't be told, the unit's head), plan what comes next; whom nobody could tell.

    Steps missed in an outage are one: the row that waited speaks for all, and the next is planned after now.
    """
    taken = await turn.uow.agenda.take("reminder", [item.due.issue for item in items], turn.now)
    notes = await tell(turn, [item for item in items if item.due.issue in taken], around)
    for ping, issues in _following(turn, items).items():
        await turn.uow.agenda.move("reminder", issues, turn.now, ping.at, ping.step)
    return notes


def _following(turn: Turn, items: Sequence[Live]) -> dict[Ping, list[IssueId]]:
    """The reminder after this one, worked out once for all that must be solved by the same moment."""
    alike: defaultdict[datetime, list[IssueId]] = defaultdict(list)
    for item in items:
        alike[item.due_at].append(item.due.issue)
    following: defaultdict[Ping, list[IssueId]] = defaultdict(list)
    for due_at, issues in alike.items():
        following[next_reminder(deadline_at(due_at), turn.calendar, turn.policy, turn.now)] += issues
    return following


async def nudge(turn: Turn, items: Sequence[Live], around: Reach) -> list[Unreached]:
    """The same for what people asked for by hand; nothing follows by itself."""
    taken = await turn.uow.agenda.take("nudge", [item.due.issue for item in items], turn.now)
    for item in items:
        await turn.uow.agenda.cancel(item.due.issue, "nudge")
    return await tell(turn, [item for item in items if item.due.issue in taken], around, "timed/nudge")


def elsewhere(items: Sequence[Live]) -> list[Standing]:
    """Where the items stand whose own person can't be told: around these somebody else has to be looked for."""
    return [item.brief.standing for item in items if item.brief.assignee_chat is None]


async def tell(turn: Turn, items: Sequence[Live], around: Reach, kind: str = "timed/reminder") -> list[Unreached]:
    """One message to each who has to hear of these; whose assignee could not be told."""
    groups: defaultdict[Hearer, list[Live]] = defaultdict(list)
    for item in items:
        for hears in _hearers(item, around):
            groups[hears].append(item)
    nudged = await _nudged(turn, items) if kind == "timed/nudge" else {}
    people = in_portions(groups.items(), lambda group: len(group[1]))
    await turn.tell_all([_message(kind, hears, own, nudged) async for some in people for hears, own in some])
    return [_note(item, around) for item in items if item.brief.assignee_chat is None]


async def _nudged(turn: Turn, items: Sequence[Live]) -> dict[IssueId, Facts]:
    """A nudge says whose it is, and how many there were."""
    names = {item.brief.issue: await nudges.latest(turn, item.brief.issue) for item in items}
    return {item.brief.issue: {"by": names[item.brief.issue][:NAMES], "nudged": item.brief.nudged} for item in items}


def _message(kind: str, hears: Hearer, own: Sequence[Live], nudged: Mapping[IssueId, Facts]) -> Message:
    told = [(item, _besides(item, hears, nudged)) for item in own]
    return grouped(kind, hears, told, [item.due for item in own])


def _besides(item: Live, hears: Hearer, nudged: Mapping[IssueId, Facts]) -> Facts:
    """Whoever is told in somebody's stead hears in whose."""
    whose = _OWN if item.brief.assignee == hears.person else {"own": False, **item.in_charge()}
    return {**whose, **nudged[item.brief.issue]} if nudged else whose


def _hearers(item: Live, around: Reach) -> list[Hearer]:
    brief = item.brief
    if brief.assignee is not None and brief.assignee_chat is not None:
        return [Hearer(brief.assignee, brief.assignee_chat)]
    return [hearer(head) for head in around.head(brief.standing)]


def _note(item: Live, around: Reach) -> Unreached:
    standing = item.brief.standing
    return Unreached(item, why_untold(around.assignee(standing)), head_told=bool(around.head(standing)))
