"""What a transaction asks of its database."""

from typing import Any

from bot.ports import UnitOfWork


def heard(uow: UnitOfWork) -> list[str]:
    """The list into which its statements go from now on."""
    found: list[str] = []
    connection = uow._connection  # type: ignore[attr-defined]
    execute = connection.execute

    async def noted(statement: Any, values: Any = None) -> Any:
        found.append(str(statement))
        return await execute(statement, values)

    connection.execute = noted
    return found
