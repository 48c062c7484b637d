"""People without a card or role: answered once in a while, otherwise counted."""

from datetime import datetime, timedelta

from sqlalchemy import case

from bot.domain.ids import UserId
from storage.repositories.repository import Repository
from storage.tables import strangers


class SqlStrangers(Repository):
    """Keeps `bot.ports.Strangers`."""

    async def knock(self, user: UserId, at: datetime, quiet_minutes: int) -> bool:
        """Count a message; True if an answer is due now. One statement, so that two knocks at once get one answer."""
        first = self._insert(strangers).values(user_id=user, knocks=1, answered_at=at, answered_knock=1)
        due = strangers.c.answered_at <= at - timedelta(minutes=quiet_minutes)
        count = strangers.c.knocks + 1
        again = {
            "knocks": count,
            "answered_at": case((due, first.excluded.answered_at), else_=strangers.c.answered_at),
            "answered_knock": case((due, count), else_=strangers.c.answered_knock),
        }
        counted = first.on_conflict_do_update(index_elements=["user_id"], set_=again)
        row = await self._first(counted.returning(strangers.c.knocks, strangers.c.answered_knock))
        return row is not None and row.knocks == row.answered_knock
