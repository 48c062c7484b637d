"""After the story: a person at the terminal goes on, as any of the cast."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from rich.console import Console

from bot.demo.stage import Stage
from bot.demo.story import Cast
from bot.sandbox.client import Phone
from bot.sandbox.errors import ActError
from bot.sandbox.pictures import site_photo

HELP = """Go on yourself. One line each:
  worker hello          write as the worker (also: clerk, unit, head; /commands work)
  worker photo a pile   send a photo with a caption
  clerk press 入账      press the newest button with this word
  clock 1h  |  clock 3d turn the clock on
  quit"""
UNITS = {"m": 60, "h": 3600, "d": 86400}


async def by_hand(console: Console, stage: Stage, cast: Cast) -> None:
    """Until `quit` or the end of input."""
    phones = {"worker": cast.worker, "clerk": cast.clerk, "unit": cast.assignee, "head": cast.head}
    console.print(HELP)
    while (line := await _line()) not in {None, "quit", "exit"}:
        try:
            await _obey(stage, phones, (line or "").split(maxsplit=2))
        except (ActError, ValueError) as error:
            console.print(f"[yellow]{error}[/yellow]\n{HELP}")


async def _line() -> str | None:
    try:
        return (await asyncio.to_thread(input, "> ")).strip()
    except EOFError:
        return None


async def _obey(stage: Stage, phones: Mapping[str, Phone], words: list[str]) -> None:
    if not words:
        return
    who, what, rest = (*words, "", "")[:3]
    if who == "clock":
        await stage.world.sets_clock(advance=duration(what).total_seconds())
        return
    if who not in phones:
        raise ValueError(f"nobody here is called {who!r}")
    deeds: Mapping[str, Callable[[str], Awaitable[object]]] = {
        "press": phones[who].presses,
        "photo": lambda caption: phones[who].sends_photo(site_photo(len(caption) + 20), caption or None),
    }
    if what in deeds:
        await deeds[what](rest)
    else:
        await phones[who].sends_text(f"{what} {rest}".strip())


def duration(text: str) -> timedelta:
    """`90m`, `1h`, `3d`; ValueError otherwise."""
    if text[-1:] not in UNITS or not text[:-1].isdigit():
        raise ValueError(f"{text!r} is no duration: say 90m, 1h or 3d")
    return timedelta(seconds=int(text[:-1]) * UNITS[text[-1]])
