"""`project-home run` with three things a measurement needs, by environment: BENCH_UNPACED lifts our own pacer, so that our own
time shows; BENCH_STATEMENTS names a file into which statements and commits are counted, anew after each SIGUSR1;
BENCH_PROFILE names a folder into which what ran between two SIGUSR2 is written, as profile.txt."""

import gc
import json
import os
import signal
from collections import Counter
from pathlib import Path
from typing import Any

from bot.cli import GARBAGE
from bot.settings import load_settings
from bot.telegram.late_models import defer_models
from tests.bench.sampling import Sampler

_WRITES = ("INSERT", "UPDATE", "DELETE")


class Statements:
    """What goes to the database: reads, writes, and commits of what wrote."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._seen: Counter[str] = Counter()
        self._words: Counter[str] = Counter()
        self._wrote: set[Any] = set()  # connections whose transaction did

    def listen(self) -> None:
        """To every connection of the process."""
        from storage.databases.embedded_connection import EmbeddedConnection  # noqa: PLC0415 - only when counting
        from storage.databases.server_connection import ServerConnection  # noqa: PLC0415 - the same

        for kind in (EmbeddedConnection, ServerConnection):
            self._listen(kind)
        signal.signal(signal.SIGUSR1, self._write)

    def _listen(self, kind: Any) -> None:
        execute, commit = kind.execute, kind.commit

        async def executed(connection: Any, statement: Any, values: Any = None) -> Any:
            if self._count(str(statement)):
                self._wrote.add(connection)
            return await execute(connection, statement, values)

        async def committed(connection: Any) -> None:
            self._seen["commits"] += connection in self._wrote
            self._wrote.discard(connection)
            await commit(connection)

        kind.execute, kind.commit = executed, committed

    def _count(self, statement: str) -> bool:
        """True if it writes."""
        words = statement.split()
        writes = words[0] in _WRITES
        self._seen["writes" if writes else "reads"] += 1
        self._words[" ".join(words)[:400]] += 1
        return writes

    def _write(self, *_: Any) -> None:
        part = self._out.with_suffix(".part")
        part.write_text(json.dumps({**self._seen, "statements": self._words.most_common()}), "utf-8")
        part.replace(self._out)
        self._seen.clear()
        self._words.clear()


def main() -> None:
    """Run the bot until SIGTERM."""
    if folder := os.environ.get("BENCH_PROFILE"):
        signal.signal(signal.SIGUSR2, Sampler(Path(folder)).toggle)
    if out := os.environ.get("BENCH_STATEMENTS"):
        Statements(Path(out)).listen()
    gc.set_threshold(GARBAGE, 10, 10)
    settings = load_settings()
    defer_models()
    from bot import app  # noqa: PLC0415 - after its libraries were asked to be quick
    from bot.telegram import sender  # noqa: PLC0415 - the same
    from bot.telegram.pacer import Limits, Pacer  # noqa: PLC0415 - the same

    if os.environ.get("BENCH_UNPACED"):
        # over a window so short that as many sends are kept in mind as at Telegram's rate
        boundless = Limits(per_second=10_000, second=0.1, burst=10_000, chat_gap=0.0, per_group_minute=100_000)
        sender.Pacer = lambda: Pacer(boundless)  # type: ignore[assignment,misc]
    app.run(settings)


if __name__ == "__main__":
    main()
