"""A timed message that Telegram refused for good (403): whoever comes next is told instead (design.md: Outbox)."""

from collections.abc import Sequence

from bot.domain.ids import IssueId
from bot.domain.messages import Message
from bot.ports import Brief, Due
from bot.services.people import reach
from bot.services.people.reach import Reach
from bot.services.timed import ladder, pings, unreached
from bot.services.timed.timed import Live, Run
from bot.services.timed.unreached import Unreached
from bot.services.turn import Turn


async def blocked(turn: Turn, message: Message) -> None:
    """Call it once the person counts as unreachable. Reminders go to the unit's head, escalations to the unit's group
    and the next rung; both are told to the desk. Other messages are nobody else's business."""
    if message.kind not in {"timed/reminder", "timed/nudge", "timed/escalation"}:
        return
    rungs = {IssueId(line["issue"]): line.get("rung", "") for line in message.facts["issues"]}
    run = Run(turn)
    items = [run.live(_now(turn, brief), brief) for brief in await turn.uow.agenda.briefs(sorted(rungs)) if brief.runs]
    around = await reach.look_up(turn, [item.brief.standing for item in items])
    if message.kind == "timed/escalation":
        notes = await _climb_on(turn, [(item, rungs[item.brief.issue]) for item in items], around)
    else:
        unheard = [item for item in items if item.brief.assignee_chat is None]
        notes = await pings.tell(turn, unheard, around, message.kind)
    await unreached.tell_desk(turn, notes, around)


async def _climb_on(turn: Turn, items: Sequence[tuple[Live, str]], around: Reach) -> list[Unreached]:
    """Where nobody else stands on the rung, the next one is due at once: the tick will say it."""
    empty = [(item, rung) for item, rung in items if not around.on_rung(item.brief.standing, rung)]
    for item, _ in empty:
        rows = await turn.uow.agenda.planned(item.brief.issue)
        waiting = [row for row in rows if row.kind == "rung" and row.version == item.brief.due_version]
        await turn.uow.agenda.plan_all([row._replace(at=min(row.at, turn.now)) for row in waiting])
    return await ladder.tell_groups(turn, empty, around)


def _now(turn: Turn, brief: Brief) -> Due:
    """Stands for the step that did not arrive; never planned, its number only tells one failure from the next."""
    return Due(brief.issue, "undelivered", turn.now, brief.due_version, int(turn.now.timestamp()))
