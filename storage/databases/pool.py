"""Connections of one kind, made when they are needed, each lent to one transaction at a time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Generic, Protocol, TypeVar

from bot.ports import StoreUnavailable


class Lendable(Protocol):
    """What a pool keeps."""

    @property
    def broken(self) -> bool:
        """Of no use to anybody else."""

    async def close(self) -> None:
        """For good, in whatever state."""


C = TypeVar("C", bound=Lendable)


class Pool(Generic[C]):
    """`size` of them at most; `opened` makes one, and raises StoreUnavailable if that may work later."""

    def __init__(self, opened: Callable[[], Awaitable[C]], size: int) -> None:
        self._opened = opened
        self._free = asyncio.Semaphore(size)
        self._idle: list[C] = []

    @asynccontextmanager
    async def lent(self, seconds: float | None = None) -> AsyncIterator[C]:
        """One for the caller alone. Raises StoreUnavailable if it has to wait for longer."""
        await self._turn(seconds)
        try:
            connection = await self._one()
            try:
                yield connection
            finally:
                if connection.broken:
                    await connection.close()
                else:
                    self._idle.append(connection)
        finally:
            self._free.release()

    async def close(self) -> None:
        """All of them."""
        idle, self._idle = self._idle, []
        await asyncio.gather(*(connection.close() for connection in idle))

    async def _turn(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds if self._free.locked() else None):
                await self._free.acquire()
        except TimeoutError:
            raise StoreUnavailable("all connections are in use") from None

    async def _one(self) -> C:
        """The one used last: those a crowd needed may have been cut off meanwhile."""
        while self._idle:
            connection = self._idle.pop()
            if not connection.broken:
                return connection
            await connection.close()
        return await self._opened()
