"""Where a person is in a conversation."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select

from storage.repository import Repository
from storage.tables import dialogs


class SqlDialogs(Repository):
    """Keeps `bot.ports.Dialogs`."""

    async def get(self, key: str) -> tuple[str | None, Mapping[str, Any]]:
        """State and data; None and nothing if there is no conversation."""
        row = await self._first(select(dialogs.c.state, dialogs.c.data).where(dialogs.c.key == key))
        return (None, {}) if row is None else (row.state, row.data)

    async def put(self, key: str, state: str | None, data: Mapping[str, Any]) -> None:
        """A None state with empty data removes the row."""
        if state is None and not data:
            await self._run(delete(dialogs).where(dialogs.c.key == key))
        else:
            await self._put(dialogs, {"key": key, "state": state, "data": dict(data)})
