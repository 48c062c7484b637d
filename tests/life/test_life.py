"""A hundred lives of thirty steps in memory, and a hundred on the databases; `make faults` plays a thousand of fifty on each."""

from pathlib import Path

import pytest

from tests.life.acts import ACTS
from tests.life.machine import play
from tests.life.stages import STORES, stage


@pytest.mark.parametrize("store", STORES)
def test_whatever_people_press_the_ledger_is_what_the_model_foresees(store: str, tmp_path: Path) -> None:
    """Every role, allowed or not; time passes in between; refusals change nothing."""
    with stage(store, tmp_path) as opened:
        play(opened, runs=100 if store == "fake" else 50, steps=30)
    taken = {what for what, allowed in opened.seen if allowed}
    refused = {what for what, allowed in opened.seen if not allowed}
    assert ACTS.keys() - taken == set(), "walks that never take a move say nothing about it"
    assert len(refused) > len(ACTS) / 2
