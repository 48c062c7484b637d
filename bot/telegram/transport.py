"""One HTTP exchange with a Bot API server, by aiohttp; knows when a request certainly never left this machine.

python-telegram-bot brings httpx, which costs three times the processor time a call; its requests are made to be replaced.
"""

from collections.abc import Mapping

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    DummyCookieJar,
    FormData,
    TCPConnector,
)
from aiohttp_socks import ProxyConnectionError, ProxyConnector, ProxyError, ProxyTimeoutError

CONNECT_SECONDS = 10.0
IDLE_SECONDS = 30.0  # a kept connection is given up before servers and proxies in between do it
LONGEST = 10  # times the wait for an answer: until a large file is on its way and answered

Files = Mapping[str, tuple[str, bytes, str]]
"""By field: the file's name, its bytes, its MIME type."""


_UNCONNECTED = (
    ClientConnectorError,
    ConnectionTimeoutError,
    ProxyConnectionError,
    ProxyError,
    ProxyTimeoutError,
)


class NeverLeft(Exception):  # noqa: N818 - what is known of the request
    """No connection came about: nothing was sent, trying again is safe."""


class Broken(Exception):  # noqa: N818 - the same
    """The answer did not come, or not whole: nobody knows whether the request arrived."""


class Transport:
    """Keeps connections open between exchanges, `pool` at the most. `proxy`: an HTTP or SOCKS address.
    `read_timeout`: seconds without a byte of the answer."""

    def __init__(self, *, proxy: str | None, pool: int, read_timeout: float) -> None:
        self._proxy = proxy
        self._pool = pool
        self.read_timeout = read_timeout
        self._opened: ClientSession | None = None

    async def close(self) -> None:
        """Give the connections back."""
        if self._opened is not None:
            await self._opened.close()

    async def get(self, url: str) -> tuple[int, bytes]:
        """Status and body. Raises NeverLeft, Broken."""
        return await self._exchange("GET", url, None, {})

    async def post(self, url: str, encoded: str) -> tuple[int, bytes]:
        """Send URL-encoded fields; status and body. Raises NeverLeft, Broken."""
        return await self._exchange("POST", url, encoded, {"Content-Type": "application/x-www-form-urlencoded"})

    async def upload(self, url: str, fields: Mapping[str, str], files: Files) -> tuple[int, bytes]:
        """Send fields and files; status and body. Raises NeverLeft, Broken."""
        form = FormData(default_to_multipart=True)
        for name, value in fields.items():
            form.add_field(name, value)
        for name, (filename, content, mime) in files.items():
            form.add_field(name, content, filename=filename, content_type=mime)
        return await self._exchange("POST", url, form, {})

    async def _exchange(
        self, method: str, url: str, body: str | FormData | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        try:
            async with self._session.request(method, url, data=body, headers=headers) as answer:
                return answer.status, await answer.read()
        except _UNCONNECTED as error:
            raise NeverLeft(f"{type(error).__name__}: {error}") from error
        except (ClientError, OSError, TimeoutError) as error:
            raise Broken(f"{type(error).__name__}: {error}") from error

    @property
    def _session(self) -> ClientSession:
        """Opened when first used: that needs a running loop."""
        if self._opened is None:
            timeout = ClientTimeout(
                total=LONGEST * self.read_timeout,
                connect=CONNECT_SECONDS,
                sock_connect=CONNECT_SECONDS,
                sock_read=self.read_timeout,
            )
            self._opened = ClientSession(connector=self._connector(), timeout=timeout, cookie_jar=DummyCookieJar())
        return self._opened

    def _connector(self) -> TCPConnector:
        if self._proxy is None:
            return TCPConnector(limit=self._pool, keepalive_timeout=IDLE_SECONDS)
        return ProxyConnector.from_url(self._proxy, limit=self._pool, keepalive_timeout=IDLE_SECONDS)
