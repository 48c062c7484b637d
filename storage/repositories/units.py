"""Units by code."""

from sqlalchemy import select

from bot.domain.ids import UnitCode
from bot.domain.organisation import Unit
from storage.repositories.repository import AnyRow, Repository
from storage.tables import units


class SqlUnits(Repository):
    """Keeps `bot.ports.Units`."""

    async def get(self, code: UnitCode) -> Unit:
        """LookupError if there is none."""
        row = await self._first(select(units).where(units.c.code == code))
        if row is None:
            raise LookupError(code)
        return _unit(row)

    async def all(self) -> list[Unit]:
        """Those that have not left, by code."""
        rows = await self._all(select(units).where(~units.c.left).order_by(units.c.code))
        return [_unit(row) for row in rows]

    async def save(self, unit: Unit) -> None:
        """Insert or update by code."""
        await self._put(units, {name: getattr(unit, name) for name in units.c.keys()})  # noqa: SIM118


def _unit(row: AnyRow) -> Unit:
    return Unit(*row)
