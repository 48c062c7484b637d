"""A thousand lives of fifty steps: people of every role press in any order, and the ledger is what the model foresees."""

from pathlib import Path

import pytest

from tests.faults.conftest import Scale
from tests.life.machine import play
from tests.life.stages import stage


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_a_thousand_lives(store: str, tmp_path: Path, seed: int, scale: Scale) -> None:
    """Other lives each time (`make test` plays the same ones: tests/life); the seed repeats them."""
    with stage(store, tmp_path) as opened:
        play(opened, runs=scale(5, 1000), steps=scale(30, 50), seed=seed)
