"""Where a person is in a conversation."""

import json
from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from sqlalchemy import bindparam, delete, select

from storage.repositories.repository import Repository
from storage.tables import dialogs

_KEY = dialogs.c.key == bindparam("sought")
_GET = select(dialogs.c.state, dialogs.c.data).where(_KEY)
_OF_MANY = select(dialogs).where(dialogs.c.key.in_(bindparam("sought", expanding=True)))
_HELD = _OF_MANY.order_by(dialogs.c.key).with_for_update(key_share=True)
_REMOVE = delete(dialogs).where(_KEY)


class SqlDialogs(Repository):
    """Keeps `bot.ports.Dialogs`."""

    async def get(self, key: str) -> tuple[str | None, Mapping[str, Any]]:
        """State and data; None and nothing if there is no conversation."""
        return await self._once(dialogs, key, partial(self._get, key))

    async def expect(self, keys: Collection[str]) -> None:
        """These conversations are asked for next: read them in one go, and let nobody change them meanwhile. Those that are
        not there nobody else begins, as their chats are in hand."""
        if keys:
            self._keep(dialogs, dict.fromkeys(keys, (None, {})) | await self._many(keys))

    async def put(self, key: str, state: str | None, data: Mapping[str, Any]) -> None:
        """A None state with empty data removes the row. Raises TypeError for data that is not JSON."""
        json.dumps(kept := dict(data))
        if state is None and not data:
            await self._run(_REMOVE, {"sought": key})
        else:
            await self._put(dialogs, {"key": key, "state": state, "data": kept})

    async def _get(self, key: str) -> tuple[str | None, Mapping[str, Any]]:
        row = await self._first(_GET, {"sought": key})
        return (None, {}) if row is None else (row.state, row.data)

    async def _many(self, keys: Collection[str]) -> dict[str, tuple[str | None, Mapping[str, Any]]]:
        asked = _OF_MANY if self._session.undisturbed else _HELD
        rows = await self._all(asked, {"sought": list(keys)})
        return {row.key: (row.state, row.data) for row in rows}
