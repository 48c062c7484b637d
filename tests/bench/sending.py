"""Sending as fast as Telegram allows: everybody the same messages, side by side, each under limits of its own.

`python -m tests.bench.sending [--quick]`
"""

import argparse
import asyncio
import json
import os
import sys
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import starmap
from statistics import quantiles
from typing import Any

from rich.console import Console

from tests.bench.ceiling import Seen, serving
from tests.bench.contenders import ANSWERS, GIVE_UP, SIZES, the_load
from tests.bench.sections import Row, Section, verdict

NAMES = {
    "project_home": "project-home",
    "ideal": "an ideal pacer",
    "ptb": "AIORateLimiter",
    "ptb_retrying": "AIORateLimiter, 5 retries",
    "aiogram": "aiogram + aiolimiter",
}
WORDS = """
{private} messages to {people} people and {grouped} to {groups} groups, all waiting from the beginning, under limits that are
enforced to the letter: 30 a second with a burst of 5, one a second into a chat, 20 a minute into a group. Each in a process
of its own at the same time, on the same server, which counts each one's calls by themselves. Ours is the real sender with
renderer and gateway over a SQLite ledger on disk, two commits a message; the ideal pacer keeps everything in memory and does
nothing else. *Answers*: every four seconds something for somebody else, until it is taken. Who is not done after {ends:.0f} s is
counted up to there.
"""
SHORT = """
{share:.3f} × the ideal, on a machine with a load of {load:.0f}. Slots are given out 0.6 s ahead (ADR 9): where everything stands
still for longer than that, those in between are gone; calls that are late hold back the next ones rather than be refused.
"""
PATIENCE = 90.0  # seconds until a contender is ready


@dataclass(frozen=True)
class Result:
    """Of one contender. `rate`: messages a second; `cpu`: of a core; `answers`: seconds."""

    rate: float
    lost: int
    twice: int
    refused: int
    early: int
    cpu: float
    answers: list[float]


async def measure(size: str) -> dict[str, Result]:
    """By contender."""
    async with serving() as api, AsyncExitStack() as stack:
        tokens = {name: f"4200{number}:AAF-made-up-for-the-bench" for number, name in enumerate(NAMES)}
        started = {name: await _start(name, api.url, token, size) for name, token in tokens.items()}
        for process in started.values():
            stack.push_async_callback(_end, process)
        for process in started.values():
            async with asyncio.timeout(PATIENCE):
                assert (await _line(process)) == "ready"
        for process in started.values():
            assert process.stdin is not None
            process.stdin.write(b"go\n")
        async with asyncio.timeout(GIVE_UP[size] + PATIENCE):
            told = [json.loads(await _line(process)) for process in started.values()]
        seen = [api.ceilings[token].seen for token in tokens.values()]
        return dict(zip(tokens, starmap(_result, zip(told, seen, [size] * len(seen), strict=True)), strict=True))


async def _start(name: str, url: str, token: str, size: str) -> asyncio.subprocess.Process:
    words = ("-m", "tests.bench.contenders", name, url, token, size)
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(sys.executable, *words, stdin=pipe, stdout=pipe)


async def _line(process: asyncio.subprocess.Process) -> str:
    """The next that is not somebody's log."""
    assert process.stdout is not None
    while line := (await process.stdout.readline()).decode().strip():
        if line == "ready" or line.startswith('{"cpu"'):
            return line
    raise RuntimeError("a contender ended before its time")


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.communicate()


def _result(told: dict[str, Any], seen: Seen, size: str) -> Result:
    wanted = Counter(the_load(size))
    got = Counter({chat: count for chat, count in seen.accepted.items() if chat < ANSWERS})
    asked = {int(chat): at for chat, at in told["asked"].items()}
    took = [seen.first[chat] - at for chat, at in asked.items() if chat in seen.first]
    ended = max(at for chat, at in seen.last.items() if chat < ANSWERS)  # answers are wanted for a second longer
    return Result(
        rate=got.total() / (ended - told["began"]),
        lost=(wanted - got).total(),
        twice=(got - wanted).total(),
        refused=seen.refused,
        early=seen.early,
        cpu=told["cpu"],
        answers=took,
    )


def _rows(found: dict[str, Result]) -> list[Row]:
    ours, best = found["project_home"], found["ideal"].rate
    slowest = max(ours.answers)
    return [
        ("", *(NAMES[name] for name in found), "must reach", "reached"),
        (
            "messages a second",
            *(f"{one.rate:.2f}" for one in found.values()),
            "",
            "",
        ),
        (
            "of the ideal pacer",
            *(f"{one.rate / best:.3f} ×" for one in found.values()),
            "0.99 ×",
            verdict(ours.rate / best, 0.99, least=True),
        ),
        ("429s", *(str(one.refused) for one in found.values()), "0", verdict(ours.refused, 0)),
        ("early retries", *(str(one.early) for one in found.values()), "0", verdict(ours.early, 0)),
        ("not sent", *(str(one.lost) for one in found.values()), "0", verdict(ours.lost, 0)),
        ("sent twice", *(str(one.twice) for one in found.values()), "0", verdict(ours.twice, 0)),
        ("of a core", *(f"{one.cpu:.1%}" for one in found.values()), "20 %", verdict(ours.cpu, 0.2)),
        (
            "answers, ms (median / slowest)",
            *(_spread(one.answers) for one in found.values()),
            "200",
            verdict(slowest, 0.2),
        ),
    ]


def _spread(seconds: list[float]) -> str:
    if len(seconds) < 2:
        return "–"
    return f"{1000 * quantiles(seconds, n=2)[0]:.0f} / {1000 * max(seconds):.0f}"


def section(*, quick: bool) -> Section:
    """All contenders."""
    size = "quick" if quick else "full"
    found = asyncio.run(measure(size))
    private, people, grouped, groups = SIZES[size]
    words = WORDS.format(private=private, people=people, grouped=grouped, groups=groups, ends=GIVE_UP[size])
    share = found["project_home"].rate / found["ideal"].rate
    short = "" if share >= 0.99 else SHORT.format(share=share, load=os.getloadavg()[0])
    return Section("Sending at the ceiling", "python -m tests.bench.sending", words, _rows(found), short)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a fifth of the messages")
    Console(width=150).print(section(quick=parser.parse_args().quick).as_table())


if __name__ == "__main__":
    main()
