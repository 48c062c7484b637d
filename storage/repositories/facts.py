"""Small things worth remembering."""

from sqlalchemy import bindparam, func, select

from storage.repositories.repository import Repository
from storage.tables import facts

_GET = select(facts.c.value).where(facts.c.name == bindparam("sought"))


class SqlFacts(Repository):
    """Keeps `bot.ports.Facts`."""

    async def get(self, name: str) -> str | None:
        """None if it was never put."""
        row = await self._first(_GET, {"sought": name})
        return None if row is None else str(row.value)

    async def put(self, name: str, value: str) -> None:
        """Insert or replace."""
        await self._put(facts, {"name": name, "value": value})

    async def starting(self, prefix: str) -> dict[str, str]:
        """All whose names begin so, in one query."""
        begins = func.substr(facts.c.name, 1, len(prefix)) == prefix  # LIKE would not mind the case on SQLite
        return {str(row.name): str(row.value) for row in await self._all(select(facts).where(begins))}
