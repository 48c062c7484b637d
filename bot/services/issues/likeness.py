"""What the desk should know before it decides: open issues that read the same, and how the like was solved."""

from collections import Counter
from typing import Any

from bot.domain.history import Action
from bot.domain.issue import AT_THE_DESK, Status
from bot.domain.organisation import Person
from bot.domain.permissions import may, may_view
from bot.ports import IssueView, Similar
from bot.services.turn import Turn

LOOKED_AT = 12
SHOWN = 3
MERGE = "merge"  # the chooser of an original
ALIKE = 0.3  # below, two texts share little more than common words


async def of(
    turn: Turn, viewer: Person | None, view: IssueView, menu: str = "", *, desk: bool = False
) -> dict[str, Any]:
    """`similar`: open issues that read alike; `solved_by`: means that cleared the like, most used first. For clerks and the
    desk's group (no viewer, `desk`) only.

    Once a unit has it they are looked for only to be merged into (`menu`).
    """
    if not _asked(viewer, view, menu, desk=desk):
        return {"similar": [], "solved_by": []}
    found = await _visible(turn, viewer, view)
    used = Counter(means.value for item in found for means in item.means)
    alike = [{"issue": i.issue, "number": i.number, "text": i.description} for i in found if i.is_open]
    return {"similar": alike[:SHOWN], "solved_by": [means for means, _ in used.most_common(SHOWN)]}


def _asked(viewer: Person | None, view: IssueView, menu: str, *, desk: bool) -> bool:
    """A clerk looks, and the decision is still open."""
    waits = view.issue.status in AT_THE_DESK - {Status.RESOLVED} or menu == MERGE
    return waits and (desk if viewer is None else may(viewer, Action.MERGE, view.standing))


async def _visible(turn: Turn, viewer: Person | None, view: IssueView) -> list[Similar]:
    found = await turn.uow.issues.similar(view.issue.description, LOOKED_AT, exclude=view.issue.id)
    alike = [item for item in found if item.score >= ALIKE]
    return [item for item in alike if viewer is None or may_view(viewer, item.standing)]
