"""How well open issues are found by what is told of them anew: by the tellers of the corpus, and by others it does not know."""

from collections.abc import Callable, Mapping
from random import Random

from bot.domain.ids import IssueId
from bot.domain.issue import OPEN
from bot.services.turns import Turns
from tests.bench.corpus import Facts, telling
from tests.bench.retold import retold
from tests.bench.seeder import Seeder
from tests.bench.seeding import TOLD

Teller = Callable[[Random, Facts], str]
TUNED, HELD_OUT = "told again", "told by others"
TELLERS: Mapping[str, tuple[Teller, int]] = {TUNED: (telling, 1), HELD_OUT: (retold, 20261127)}  # and the seeds
FIRST = 5


async def ask(
    turns: Turns, name: str, size: int, times: int, warm: int, clock: Callable[[], float]
) -> tuple[list[float], float]:
    """Seconds of each look for what is alike, and in how many of them the issue itself is among the first five."""
    teller, seed = TELLERS[name]
    taken, hits = [], 0
    for number, (issue, again) in enumerate(_questions(teller, seed, size, times + warm)):
        async with turns.read() as turn:
            began = clock()
            found = await turn.uow.issues.similar(again, FIRST, open_only=True)
            if number >= warm:
                taken.append(clock() - began)
                hits += issue in {_told(size, one.issue) for one in found}
    return taken, hits / len(taken)


def _told(size: int, issue: IssueId) -> int:
    """Of which telling it is a copy."""
    return (issue - 1) // max(1, size // TOLD) + 1


def _questions(teller: Teller, seed: int, size: int, times: int) -> list[tuple[IssueId, str]]:
    """Facts are drawn from the seeder's own stream: what it told once is told again."""
    random, told = Random(seed), Seeder(min(size, TOLD), people=1_000).told()  # noqa: S311 - no secret
    wanted = [(IssueId(row["id"]), of) for row, of in told if row["status"] in OPEN]
    return [(issue, teller(random, of)) for issue, of in random.sample(wanted, min(times, len(wanted)))]
