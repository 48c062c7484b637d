"""What is kept only for a while goes when its time is over."""

from datetime import timedelta

from bot.services.turn import Turn

PORTION = 2000  # rows a turn deletes at the most: nobody waits long for the ledger


async def forget_updates(turn: Turn) -> bool:
    """Drop a portion of the raw updates (they hold people's words) that were handled more days ago than the policy keeps
    them; True if there may be more. Those set aside stay until somebody has looked."""
    before = turn.now - timedelta(days=turn.policy.inbox_days)
    return await turn.uow.inbox.prune(before, PORTION) == PORTION
