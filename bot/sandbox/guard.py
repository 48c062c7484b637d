"""Who may speak to a server on this machine's loopback: its own pages and programs, no page of another site."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def foreign(request: web.Request) -> bool:
    """Whether a browser was sent here by another site, or by a name that leads here but isn't ours (DNS rebinding)."""
    if urlsplit(f"//{request.host}").hostname not in LOOPBACK:
        return True
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        return True
    return request.path != "/" and request.headers.get("Sec-Fetch-Site", "none") in {"cross-site", "same-site"}


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """403 for what is foreign."""
    if foreign(request):
        return web.json_response({"error": "only for pages and programs of this machine"}, status=403)
    return await handler(request)
