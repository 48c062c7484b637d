"""A timed message that Telegram refused for good (403): whoever comes next is told instead (design.md: Outbox)."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.ids import IssueId
from bot.domain.issue import AT_THE_UNIT
from bot.domain.messages import Message
from bot.ports import Due, IssueView
from bot.services import ladder, pings, reach, unreached
from bot.services.reach import Reach, can_be_told
from bot.services.timed import Live
from bot.services.turn import Turn
from bot.services.unreached import Unreached


async def blocked(turn: Turn, message: Message) -> None:
    """Call it once the person counts as unreachable. Reminders go to the unit's head, escalations to the unit's group
    and the next rung; both are told to the desk. Other messages are nobody else's business."""
    if message.kind not in {"timed/reminder", "timed/nudge", "timed/escalation"}:
        return
    rungs = {IssueId(line["issue"]): line.get("rung", "") for line in message.facts["issues"]}
    views = [view for view in await turn.uow.issues.views(sorted(rungs)) if _runs(view)]
    around = await reach.look_up(turn, views)
    items = [Live(_now(turn, view), view, turn) for view in views]
    if message.kind == "timed/escalation":
        notes = await _climb_on(turn, [(item, rungs[item.view.issue.id]) for item in items], around)
    else:
        unheard = [item for item in items if not _assignee_hears(item, around)]
        notes = await pings.tell(turn, unheard, around, message.kind)
    await unreached.tell_desk(turn, notes, around)


async def _climb_on(turn: Turn, items: Sequence[tuple[Live, str]], around: Reach) -> list[Unreached]:
    """Where nobody else stands on the rung, the next one is due at once: the tick will say it."""
    empty = [(item, rung) for item, rung in items if not around.on_rung(item.view, rung)]
    for item, _ in empty:
        rows = await turn.uow.agenda.planned(item.view.issue.id)
        waiting = [row for row in rows if row.kind == "rung" and row.version == item.deadline.version]
        await turn.uow.agenda.plan_all([replace(row, at=min(row.at, turn.now)) for row in waiting])
    return await ladder.tell_groups(turn, empty, around)


def _assignee_hears(item: Live, around: Reach) -> bool:
    person = around.assignee(item.view)
    return person is not None and can_be_told(person)


def _runs(view: IssueView) -> bool:
    return view.issue.deadline is not None and view.issue.status in AT_THE_UNIT


def _now(turn: Turn, view: IssueView) -> Due:
    """Stands for the step that did not arrive; never planned, its number only tells one failure from the next."""
    version = view.issue.deadline.version if view.issue.deadline else 0
    return Due(view.issue.id, "undelivered", turn.now, version, int(turn.now.timestamp()))
