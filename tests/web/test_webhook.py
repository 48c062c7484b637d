"""The webhook: 200 means committed, and only Telegram is let in."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.ports import StoreUnavailable, UnitOfWork
from bot.pulse import Hearing
from bot.services.turns import Turns
from bot.web import intake as module
from bot.web.intake import SECRET_HEADER, WebhookIntake
from bot.web.server import LARGEST_BODY, WebServer
from tests.fakes import FakeStore
from tests.web.conftest import Start

BOT, SECRET = 4200, "made-up-secret"
UPDATE = {"update_id": 7, "message": {"message_id": 1, "chat": {"id": 4001}, "text": "塔吊没电 🚧"}}


class Rings:
    """How often the processor was woken."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


@pytest.fixture
def rings() -> Rings:
    return Rings()


@pytest.fixture
async def address(turns: Turns, start: Start, rings: Rings) -> str:
    """Where Telegram sends to."""
    intake = WebhookIntake(turns, BOT, SECRET, Hearing(None), rings)
    return f"{await start(web.post('/hook', intake.receive))}/hook"


async def post(http: aiohttp.ClientSession, address: str, body: Any = UPDATE, secret: str | None = SECRET) -> int:
    """The status of the answer."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {} if secret is None else {SECRET_HEADER: secret}
    async with http.post(address, data=io.BytesIO(data), headers=headers) as answer:
        return answer.status


async def stored(store: FakeStore) -> list[int]:
    async with store.read() as uow:
        return [row.update_id for row in await uow.inbox.pending(BOT, 100)]


async def test_an_update_is_stored_before_200(
    http: aiohttp.ClientSession, address: str, store: FakeStore, rings: Rings
) -> None:
    """As it came; the processor is woken."""
    assert await post(http, address) == 200
    async with store.read() as uow:
        assert [row.update for row in await uow.inbox.pending(BOT, 10)] == [UPDATE]
    assert rings.count == 1


async def test_a_repeated_update_is_welcome(http: aiohttp.ClientSession, address: str, store: FakeStore) -> None:
    """Telegram repeats what it had no answer to: 200 again, stored once, at the same time too."""
    assert await asyncio.gather(*(post(http, address) for _ in range(5))) == [200] * 5
    assert await stored(store) == [7]


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", SECRET.upper(), "x" * 5000, "gehéim"])
async def test_only_telegram_is_let_in(
    http: aiohttp.ClientSession, address: str, store: FakeStore, secret: str | None
) -> None:
    """Without the secret nothing is read, let alone stored."""
    assert await post(http, address, secret=secret) == 403
    assert await stored(store) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"7",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"update_id": ' + b"9" * 5000 + b"}",
        {"message": {}},
        {"update_id": "7"},
        {"update_id": True},
        {"update_id": 7.0},
        {"update_id": None},
        {"update_id": -1},
        {"update_id": 2**63},
    ],
    ids=lambda body: repr(body)[:24],
)
async def test_what_is_no_update_is_refused(
    http: aiohttp.ClientSession, address: str, store: FakeStore, body: Any
) -> None:
    """With 400, whatever it is."""
    assert await post(http, address, body) == 400
    assert await stored(store) == []


async def test_too_large_a_body_is_refused(http: aiohttp.ClientSession, address: str, store: FakeStore) -> None:
    """More than a mebibyte is 413; one that large is taken."""
    filler = LARGEST_BODY - len(json.dumps({"update_id": 8, "x": ""}))
    assert await post(http, address, {"update_id": 8, "x": "x" * (filler + 1)}) == 413
    assert await post(http, address, {"update_id": 8, "x": "x" * filler}) == 200
    assert await stored(store) == [8]


@pytest.mark.parametrize("method", ["get", "put", "delete"])
async def test_nothing_but_post(http: aiohttp.ClientSession, address: str, method: str) -> None:
    """405."""
    async with http.request(method, address, headers={SECRET_HEADER: SECRET}) as answer:
        assert answer.status == 405


class AwayStore(FakeStore):
    """A database that is away: at once, or by not answering."""

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__()
        self._seconds = seconds

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[UnitOfWork]:
        """Never gets there."""
        await asyncio.sleep(self._seconds)
        raise StoreUnavailable("away")
        yield


@pytest.mark.parametrize("seconds", [0.0, 30.0])
async def test_what_is_not_stored_is_not_confirmed(
    http: aiohttp.ClientSession, turns: Turns, start: Start, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    """While the database is away Telegram is asked to send it again."""
    monkeypatch.setattr(module, "PATIENCE", 0.2)
    intake = WebhookIntake(turns.over(AwayStore(seconds)), BOT, SECRET, Hearing(None))
    assert await post(http, f"{await start(web.post('/', intake.receive))}/") == 503


class FullStore(FakeStore):
    """A database that takes everything but the commit."""

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[UnitOfWork]:
        """Undone at the end."""
        async with super().begin() as uow:
            yield uow
            raise StoreUnavailable("no room")


async def test_a_failed_commit_is_not_confirmed(http: aiohttp.ClientSession, turns: Turns, start: Start) -> None:
    """Nothing is confirmed before it: neither to Telegram nor to the processor, nor counted."""
    rings, hearing, store = Rings(), Hearing(None), FullStore()
    intake = WebhookIntake(turns.over(store), BOT, SECRET, hearing, rings)
    assert await post(http, f"{await start(web.post('/', intake.receive))}/") == 503
    assert (rings.count, hearing.updates, await stored(store)) == (0, 0, [])


async def test_the_secret_is_compared_in_constant_time(
    http: aiohttp.ClientSession, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How long a refusal takes says nothing about how much of the secret was right: hmac decides, and nothing before it."""
    asked: list[tuple[bytes, bytes]] = []

    def compare(given: bytes, secret: bytes) -> bool:
        asked.append((given, secret))
        return False

    monkeypatch.setattr(module.hmac, "compare_digest", compare)
    assert await post(http, address, secret=SECRET) == 403
    assert asked == [(SECRET.encode(), SECRET.encode())]


async def test_what_is_under_way_is_finished(http: aiohttp.ClientSession, turns: Turns, store: FakeStore) -> None:
    """Asked to end, the server answers those who were let in, and nobody else."""
    server = WebServer([web.post("/", WebhookIntake(turns, BOT, SECRET, Hearing(None)).receive)], "127.0.0.1", 0)
    await server.open()
    address = f"http://127.0.0.1:{server.port}/"
    async with store.begin():  # the next transaction has to wait
        posting = asyncio.create_task(post(http, address))
        await asyncio.sleep(0.1)
        server.stop()
        running = asyncio.create_task(server.run())
        await asyncio.sleep(0.1)
    assert await posting == 200
    await asyncio.wait_for(running, 5)
    assert await stored(store) == [7]
    with pytest.raises(aiohttp.ClientError):
        await post(http, address)


async def test_a_port_in_use_is_told(start: Start) -> None:
    """Before anything else happens."""
    port = int((await start()).rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        await WebServer([], "127.0.0.1", port).open()
