"""Talking to a sandbox's control surface over HTTP."""

from types import TracebackType
from typing import Any, Self

import aiohttp

from bot.sandbox.errors import ActError, Json


class Wire:
    """One session; `url` is the sandbox's root. Every refusal is an ActError."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session:
            await self._session.close()

    async def get(self, path: str, **query: Any) -> Any:
        """GET; None values are left out of the query."""
        return await self.request("GET", path, params={k: str(v) for k, v in query.items() if v is not None})

    async def post(self, path: str, body: Json) -> Any:
        """POST JSON."""
        return await self.request("POST", path, json=body)

    async def act(self, act: str, **facts: Any) -> Any:
        """Do something as a person (bot.sandbox.control.ACTS); None values are left out."""
        return await self.post(f"/sandbox/acts/{act}", {k: v for k, v in facts.items() if v is not None})

    async def request(self, method: str, path: str, **how: Any) -> Any:
        """Any request; gives the JSON answer."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        async with self._session.request(method, self.url + path, **how) as answer:
            body = await answer.json()
            if answer.status >= 400:
                raise ActError(body.get("error", body))
            return body
