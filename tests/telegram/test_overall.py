"""The limit that all chats share, against a server that counts what arrives, not what leaves."""

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.limits import Spacing
from bot.telegram.overall import Overall

LATENCY = 0.02


def played(delays: Iterator[float], sends: int) -> tuple[int, float]:
    """Send as fast as allowed, looking every 5 ms; each call takes so much longer than usual to arrive, its answer comes at
    once. Refusals by a server that is exact, and the seconds it took."""
    overall, server = Overall(30, 1.001, 4), Spacing(1 / 30, 5, 0.0)
    now, row, refused = 100.0, 0, 0
    under_way: list[tuple[float, int]] = []
    while row < sends or under_way:
        for arrives, number in sorted(one for one in under_way if one[0] <= now):
            refused += server.wait(arrives) > 1e-9
            server.take(arrives)
            overall.landed(number, arrives)
        under_way = [one for one in under_way if one[0] > now]
        while row < sends and overall.ready(now) <= now:
            row += 1
            overall.book(row, now)
            overall.leaves(row, now)
            under_way.append((now + LATENCY + next(delays), row))
        now += 0.005
    return refused, now - 100.0


def no_delay() -> Iterator[float]:
    while True:
        yield 0.0


def stalls(every: int, seconds: float) -> Iterator[float]:
    """Now and then everything stands still for a while: what leaves then arrives together."""
    while True:
        for number in range(every):
            yield seconds if number % every < 4 else 0.0


def test_evenly_it_is_the_whole_rate() -> None:
    """Thirty a second but for what keeps us within any second."""
    refused, seconds = played(no_delay(), 600)
    assert refused == 0
    assert seconds <= 600 / 30 / 0.985


@given(st.integers(12, 60), st.floats(0.03, 0.25))
@settings(max_examples=40, deadline=None)
def test_what_is_held_up_on_its_way_holds_up_what_comes_after(every: int, seconds: float) -> None:
    """However long the stall: what piles up arrives within the burst, and the rate is made up for afterwards."""
    refused, took = played(stalls(every, seconds), 300)
    assert refused == 0
    assert took <= 300 / 30 + 10 + (300 / every) * seconds


def test_hung_calls_do_not_stop_the_rest() -> None:
    """A call without an answer counts as late for a moment only."""
    overall = Overall(30, 1.001, 4)
    for row in range(20):
        overall.book(row, row * 0.04)
        overall.leaves(row, row * 0.04)
        overall.landed(row, row * 0.04 + LATENCY)
    for row in range(20, 26):
        overall.book(row, 2.0)
        overall.leaves(row, 2.0)
    assert overall.ready(2.1) > 2.1
    assert overall.ready(2.0 + 0.5) <= 2.5
