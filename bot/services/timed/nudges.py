"""The nudges an issue has had, read from its history."""

from bot.domain.history import Action
from bot.domain.ids import IssueId
from bot.ports import HistoryLine
from bot.services.turn import Turn


async def of(turn: Turn, issue: IssueId) -> list[HistoryLine]:
    """Oldest first."""
    return [line for line in await turn.uow.issues.history(issue) if line.entry.action is Action.NUDGE]


async def latest(turn: Turn, issue: IssueId) -> list[str]:
    """Who nudged, by name, the latest first; each once."""
    return list(dict.fromkeys(line.by_name for line in reversed(await of(turn, issue))))
