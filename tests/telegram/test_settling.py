"""Writing down what became of sends: a fault in what follows from one stops nobody."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.messages import OutboxState
from bot.services.turn import Turn
from bot.services.turns import Turns
from bot.telegram import settling
from bot.telegram.calls import Blocked
from bot.telegram.delivery import Delivered
from tests.fakes import FakeStore
from tests.telegram.bench import Bench, say

UNDER_WAY = {OutboxState.PENDING, OutboxState.SENDING}
BROKEN = {"proof": {"person": 1, "at": "no moment"}, "issues": [{}]}
ARRIVED = replace(say("a"), facts={"text": "a", **BROKEN})
REFUSED = replace(say("b", 4002), kind="timed/reminder", facts={"text": "b", **BROKEN})


@pytest.fixture
def bench(turns: Turns, store: FakeStore) -> Bench:
    return Bench(turns, store)


async def settled(bench: Bench) -> None:
    """Let the sender run until nothing is under way any more."""
    running = asyncio.create_task(bench.sender.run())
    async with asyncio.timeout(30):
        while UNDER_WAY & set(bench.states()):  # noqa: ASYNC110 - the outbox is looked at now and then
            await asyncio.sleep(0.02)
    bench.sender.stop()
    await running


async def test_what_can_not_be_settled_stops_nobody(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What follows from an arrival or a refusal fails: these two are over and say why; all others go on."""
    monkeypatch.setattr("bot.telegram.sender.LOOK_SECONDS", 0.05)
    bench.telegram.answers = [Blocked("bot was blocked by the user")]
    await bench.queue(REFUSED, ARRIVED, say("c", 4003))
    await settled(bench)
    assert bench.states() == [OutboxState.UNKNOWN, OutboxState.SENT, OutboxState.SENT]
    errors = [row.error.partition(":")[0] for _, row in sorted(bench.store.tables.outbox.items())]
    assert errors == ["KeyError", "ValueError", ""]
    assert len(bench.telegram.calls) == 3


async def test_nor_after_a_restart(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same of what a crash cut: one that can't be settled keeps no process from starting."""
    await bench.queue(say("a"), say("b", 4002))
    spoiled, other = sorted(bench.store.tables.outbox)
    async with bench.store.begin() as uow:
        await uow.outbox.mark_sending([spoiled, other], bench.turns.clock.now())
    whole = settling._ambiguous

    async def failing(turn: Turn, delivered: Delivered, error: str) -> None:
        if delivered.row.id == spoiled:
            raise RuntimeError(error)
        await whole(turn, delivered, error)

    monkeypatch.setattr(settling, "_ambiguous", failing)
    await settled(bench)
    assert bench.states() == [OutboxState.UNKNOWN, OutboxState.SENT]
    assert bench.telegram.calls == [("send", 4002, "b")]
