"""What waits at a clerk's desk, most urgent and oldest first."""

from dataclasses import replace
from datetime import datetime

from bot.domain import deadlines
from bot.domain.ids import IssueId
from bot.domain.organisation import Person, Role
from bot.domain.permissions import Sight, sight
from bot.services.turn import Turn

COUNTED = 99  # of a longer queue the card says that there are more
_CLERK = frozenset({Role.CLERK})


async def first(turn: Turn, clerk: Person, after: IssueId | None = None) -> IssueId | None:
    """The clerk's next case, behind `after` if given. A resolved case waits once its reporter has spoken or been silent long."""
    found = await turn.uow.issues.queue(desk_of(clerk), after, 1, silent_before=_silent_before(turn))
    return found[0] if found else None


async def length(turn: Turn, clerk: Person) -> int:
    """How many wait, counted up to one more than COUNTED."""
    return await turn.uow.issues.queue_length(desk_of(clerk), COUNTED + 1, silent_before=_silent_before(turn))


def desk_of(clerk: Person) -> Sight:
    """What a clerk's desk covers. What they reported outside their scope is no case of theirs."""
    return replace(sight(clerk, _CLERK), person=None)


def _silent_before(turn: Turn) -> datetime:
    return deadlines.silent_before(turn.now, turn.calendar, turn.policy)
