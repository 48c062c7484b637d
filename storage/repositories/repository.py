"""What all repositories are: a view of one transaction."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Executable, Table, UpdateBase
from sqlalchemy.dialects.postgresql import Insert

from bot.domain.ids import ChatId
from storage.databases.connection import Answer, AnyRow
from storage.databases.dialect import insert_into, upsert
from storage.repositories.session import AnySelect, Session

__all__ = ["AnyRow", "AnySelect", "Repository", "Session"]

T = TypeVar("T")


class Repository:
    """Reads and writes one part of the domain, inside one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._postgres = session.postgres

    async def _run(self, statement: Executable, values: Any = None) -> Answer:
        return await self._session.run(statement, values)

    async def _run_later(self, statement: UpdateBase, values: Mapping[str, Any]) -> None:
        await self._session.run_later(statement, values)

    async def _all(self, statement: Executable, values: Mapping[str, Any] | None = None) -> Sequence[AnyRow]:
        return await self._session.all(statement, values)

    async def _first(self, statement: Executable, values: Mapping[str, Any] | None = None) -> AnyRow | None:
        return await self._session.first(statement, values)

    async def _value(self, statement: Executable, values: Mapping[str, Any] | None = None) -> Any:
        row = await self._first(statement, values)
        return None if row is None else row[0]

    async def _once(self, table: Table, key: Any, ask: Callable[[], Awaitable[T]], *, steady: bool = False) -> T:
        """What `ask` reads of the table, asked once as long as nobody can have changed it. `steady`: it changes so seldom, and
        so little depends on the moment, that for a batch of updates it may stand as it was found first."""
        kept = self._session.kept(table)
        if key in kept:
            found: T = kept[key]
            return found
        found = await ask()
        if steady or self._session.undisturbed:
            kept[key] = found
        return found

    def _keep(self, table: Table, found: Mapping[Any, Any]) -> None:
        """Nobody else can change these as long as this transaction lasts: `_once` need not ask."""
        self._session.kept(table).update(found)

    async def _foresee(self, one: Executable, many: Executable, sought: Collection[Any], of: str = "id") -> None:
        """`_all` and `_first` will be asked `one` about each of these: in a snapshot they are read in one go."""
        await self._session.foresee(one, many, sought, of)

    async def _within(self, table: Table, chat: ChatId, statement: Executable, values: Mapping[str, Any]) -> Answer:
        """`_run` what changes rows of one chat only: what is kept of the table by keys that begin with another chat stands."""
        others = {key: found for key, found in self._session.kept(table).items() if key[0] != chat}
        answer = await self._run(statement, values)
        self._keep(table, others)
        return answer

    async def _put(self, table: Table, row: Mapping[str, Any]) -> None:
        """Insert, or update every other column of the row with the same primary key."""
        await self._run(upsert(table, tuple(row), postgres=self._postgres), row)

    async def _put_all(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """The same for several rows of the same columns."""
        await self._run(upsert(table, tuple(rows[0]), postgres=self._postgres), rows)

    def _insert(self, table: Table) -> Insert:
        return insert_into(table, postgres=self._postgres)


class Telling(Repository):
    """One that asks or changes the outbox: what waits to be written there is, before."""

    async def _run(self, statement: Executable, values: Any = None) -> Answer:
        await self._session.write()
        return await super()._run(statement, values)

    async def _all(self, statement: Executable, values: Mapping[str, Any] | None = None) -> Sequence[AnyRow]:
        await self._session.write()
        return await super()._all(statement, values)

    async def _first(self, statement: Executable, values: Mapping[str, Any] | None = None) -> AnyRow | None:
        await self._session.write()
        return await super()._first(statement, values)
