"""One filed report in a small ledger and in a large one, in turns: what it costs must not grow with what was filed before.

`python -m tests.bench.growth [--only SQLite] [--sizes 1800 1000000] [--reports 1200]`. As in `report.py`, our bot alone; each
on a copy of a ledger of `seeding.py`, made the first time it is asked for (a million: minutes on SQLite, longer on PostgreSQL).
"""

import argparse
import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median

from rich.console import Console
from sqlalchemy import make_url

from tests import postgres
from tests.bench import seeding
from tests.bench.report import KINDS, OURS, REPORTS, Runner, in_turns, up
from tests.bench.sections import Row, Section, verdict

SIZES = (1_800, 1_000_000)
MOST = 1.3  # times as much
ABOUT = """
As in the row of a filed report: a photo with a caption, its card, 提交, the edited card and the toast, the photo fetched;
30 people at once, our bot alone, by a server that does next to nothing. In turns on copies of ledgers of so many issues,
medians of six rounds.
"""


async def measure(kind: str, sizes: Sequence[int], reports: int) -> dict[int, Runner]:
    """In turns, each on a copy of its ledger."""
    async with AsyncExitStack() as stack:
        parent = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        runners = {size: await _on_a_copy(stack, kind, size, parent / str(size)) for size in sizes}
        await in_turns(list(runners.values()), reports)
        return runners


async def _on_a_copy(stack: AsyncExitStack, kind: str, size: int, folder: Path) -> Runner:
    folder.mkdir()
    original = make_url(await seeding.ledger(kind, size)).database or ""
    if kind == "PostgreSQL":
        return await up(stack, OURS, folder, stack.enter_context(postgres.database(original)))
    copy = folder / "ledger.db"
    shutil.copyfile(original, copy)
    return await up(stack, OURS, folder, f"sqlite:///{copy}")


def section(*, quick: bool, kinds: Sequence[str] = KINDS, sizes: Sequence[int] = (), reports: int = 0) -> Section:
    """The last part of row 1."""
    sizes = sizes or ((*SIZES[:1], 10_000) if quick else SIZES)
    found = {kind: asyncio.run(measure(kind, sizes, reports or (120 if quick else REPORTS))) for kind in kinds}
    return Section("A report in a large ledger", "python -m tests.bench.growth", ABOUT, _rows(found))


def _rows(found: dict[str, dict[int, Runner]]) -> list[Row]:
    rows: list[Row] = [("", "CPU, ms", "ratio", "≤ 1.3 ×", "reports a second", "ratio", "≥ 0.77 ×")]
    for kind, runners in found.items():
        small = runners[min(runners)]
        for size, runner in runners.items():
            cpu, rate = median(runner.cpu), median(runner.rate)
            more, slower = cpu / median(small.cpu), rate / median(small.rate)
            verdicts = ("", "") if runner is small else (verdict(more, MOST), verdict(slower, 1 / MOST, least=True))
            cells = (f"{cpu:.2f}", f"{more:.2f} ×", verdicts[0], f"{rate:.0f}", f"{slower:.2f} ×", verdicts[1])
            rows.append((f"{kind}: {size:,} issues", *cells))
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=KINDS)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--reports", type=int, default=REPORTS, help="on each ledger, in all its rounds")
    options = parser.parse_args()
    kinds = [options.only] if options.only else KINDS
    made = section(quick=False, kinds=kinds, sizes=options.sizes, reports=options.reports)
    Console(width=150).print(made.as_table())


if __name__ == "__main__":
    main()
