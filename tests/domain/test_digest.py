"""The figures of a digest."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.digest import Totals


def test_an_empty_ledger_has_rate_zero() -> None:
    """Nothing collected is no division by zero, and no success either."""
    assert Totals(0, 0, 0, 0).rate == 0


def test_the_published_rate() -> None:
    """1,730 solved of 1,802 collected are 96 percent (domain.md)."""
    assert round(Totals(1802, 1730, 72, 9).rate, 2) == 0.96


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_rate_lies_between_nothing_and_all(collected: int, solved: int) -> None:
    """Solved ones were collected first."""
    assert 0 <= Totals(collected + solved, solved, collected, 0).rate <= 1
