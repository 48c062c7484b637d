"""Where a person is in a conversation."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, delete, select

from storage.repository import Repository
from storage.tables import dialogs

_KEY = dialogs.c.key == bindparam("sought")
_GET = select(dialogs.c.state, dialogs.c.data).where(_KEY)
_REMOVE = delete(dialogs).where(_KEY)


class SqlDialogs(Repository):
    """Keeps `bot.ports.Dialogs`."""

    async def get(self, key: str) -> tuple[str | None, Mapping[str, Any]]:
        """State and data; None and nothing if there is no conversation."""
        row = await self._first(_GET, {"sought": key})
        return (None, {}) if row is None else (row.state, row.data)

    async def put(self, key: str, state: str | None, data: Mapping[str, Any]) -> None:
        """A None state with empty data removes the row."""
        if state is None and not data:
            await self._run(_REMOVE, {"sought": key})
        else:
            await self._put(dialogs, {"key": key, "state": state, "data": dict(data)})
