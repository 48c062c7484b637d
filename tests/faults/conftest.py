"""What every fault scenario may ask for: a seed, a scale, dice, and databases of its own.

`FAULTS_SEED=n` repeats a run; `FAULTS=full` (`make faults`) takes the full figures instead of the short ones.
"""

import os
import random
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

from bot.demo.story import START
from bot.sandbox.clock import VirtualClock
from bot.sandbox.limits import Pace
from bot.sandbox.server import Sandbox
from tests import postgres

T = TypeVar("T", int, float)
Record = Callable[[str], None]


@dataclass(frozen=True)
class Scale:
    """How much of a scenario is played."""

    full: bool

    def __call__(self, short: T, full: T) -> T:
        """The figure of a short run (`make test`) or of a full one (`make faults`)."""
        return full if self.full else short


@pytest.fixture
def scale() -> Scale:
    """Short, unless FAULTS=full."""
    return Scale(os.environ.get("FAULTS") == "full")


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """FAULTS_SEED, else a new one each time; shown with each failure."""
    given = os.environ.get("FAULTS_SEED")
    chosen = int(given) if given else random.SystemRandom().randrange(2**31)
    request.node.add_report_section("setup", "seed", f"FAULTS_SEED={chosen} repeats this")
    return chosen


@pytest.fixture
def dice(seed: int) -> random.Random:
    """Thrown from the seed."""
    return random.Random(seed)  # noqa: S311 - repeatable trouble, not secrets


@pytest.fixture
def record(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str], seed: int) -> Record:
    """Says a figure that was measured; `make faults` shows it as it comes, with the seed."""

    def say(what: str) -> None:
        request.node.user_properties.append(("measured", what))
        with capsys.disabled():
            sys.stdout.write(f"\n{request.node.name} (FAULTS_SEED={seed}): {what}\n")

    return say


@pytest.fixture
def postgres_database() -> Iterator[str]:
    """A fresh, empty database on a server that stays up."""
    with postgres.database() as url:
        yield url


@pytest.fixture
def sqlite_database(tmp_path: Path) -> str:
    """A file yet to be made."""
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str:
    """Each in turn."""
    found: str = request.getfixturevalue(f"{request.param}_database")
    return found


@pytest.fixture
async def unlimited() -> AsyncIterator[Sandbox]:
    """A sandbox that takes everything at once, for scenarios whose subject is not Telegram's pace."""
    async with Sandbox(clock=VirtualClock(START), pace=Pace(enabled=False)) as sandbox:
        yield sandbox
