"""Scenario 9: one recipient who blocked us, one text Telegram can't read, one chat told to wait for hours: nobody else notices."""

import random
from collections.abc import Iterator, Mapping
from statistics import quantiles

import pytest

from bot.domain.ids import ChatId
from bot.domain.messages import Message, OutboxState, Priority
from storage.databases.engines import is_embedded
from tests import postgres
from tests.bench.ceiling import Ceiling
from tests.faults.conftest import Record, Scale
from tests.faults.postbox import Answer, Postbox, a_desk, refused, serving

BLOCKED, UNREADABLE, FLOODED = 1, 2, 3
POISON: Mapping[int, Answer] = {
    BLOCKED: refused(403, "Forbidden: bot was blocked by the user"),
    FLOODED: refused(429, "Too Many Requests: retry after 10072", retry_after=10_072),
}


async def sent(
    database: str, dice: random.Random, recipients: int, *, poison: bool
) -> tuple[Postbox, list[OutboxState]]:
    """Everybody is told something, the poisoned ones first; and how those that are listed ended."""
    box = Postbox(dice, ceiling=Ceiling(), refuses=dict(POISON) if poison else {})
    async with serving(box), a_desk(database, box, dice) as desk:
        async with desk.turns.begin() as turn:
            for chat in range(1, recipients + 1):
                words = "unreadable" if poison and chat == UNREADABLE else f"to {chat}"
                await turn.tell(Message(ChatId(chat), "say", {"text": words}, Priority.REMINDER))
            for number in range(600 if poison else 0):  # more than anybody looks through
                await turn.tell(Message(ChatId(FLOODED), "say", {"text": f"more {number}"}))
        await desk.drained(recipients / 30 * 2 + 20, but=601 if poison else 0)
        return box, [row.state for row in await desk.listed()]


@pytest.fixture
def another_database(database: str) -> Iterator[str]:
    """A second one of the same kind, as fresh."""
    if is_embedded(database):
        yield database.replace("ledger", "other")
    else:
        with postgres.database() as url:
            yield url


async def test_poison_delays_nobody_else(
    database: str, another_database: str, dice: random.Random, scale: Scale, record: Record
) -> None:
    """Of 1,000 recipients three are poisoned: the others hear at most 5 s later than they would without them (p99)."""
    recipients = scale(150, 1000)
    clean, _ = await sent(database, dice, recipients, poison=False)
    box, listed = await sent(another_database, dice, recipients, poison=True)
    others = [f"to {chat}" for chat in range(4, recipients + 1)]
    assert [box.taken[text] for text in others] == [1] * len(others)
    begins = [min(one.times.values()) for one in (clean, box)]
    delays = [(box.times[text] - begins[1]) - (clean.times[text] - begins[0]) for text in others]
    p99 = quantiles(delays, n=100)[98]
    assert p99 <= 5.0
    assert box.calls[FLOODED] == 1, "asked again before it was told it may"
    assert listed == [OutboxState.DEAD], "whoever blocked us is tried once, and listed"
    assert box.taken["unreadable"] == 1, "without its markup it can be read"
    record(f"{recipients} recipients: p99 {p99:.2f} s later than without poison")
