"""A person at the terminal plays any of the cast, without a browser."""

import asyncio
import sys
import threading
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from rich.console import Console

from bot.demo.show import Show
from bot.demo.story import tell
from bot.sandbox.errors import ActError
from bot.sandbox.pictures import site_photo

HELP = """One line each:
  story                 plays the whole story, scene by scene
  worker hello          write as the worker (also: clerk, unit, head; /commands work)
  worker photo a pile   send a photo with a caption
  clerk press 入账      press the newest button with this word
  clock 1h  |  clock 3d turn the clock on
  quit"""
UNITS = {"m": 60, "h": 3600, "d": 86400}


async def by_hand(console: Console, show: Show) -> None:
    """Until `quit`; at the end of input it waits for ever."""
    console.print(HELP)
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    reading = (asyncio.get_running_loop(), lines)
    threading.Thread(target=_read, args=reading, daemon=True).start()  # a daemon: nobody waits for its next line
    while (line := await lines.get()) not in {"quit", "exit"}:
        if line is None:
            await asyncio.Event().wait()
        try:
            await _obey(show, (line or "").split(maxsplit=2))
        except (ActError, ValueError, TimeoutError) as error:
            console.print(f"[yellow]{error}[/yellow]\n{HELP}")


def _read(loop: asyncio.AbstractEventLoop, lines: asyncio.Queue[str | None]) -> None:
    for line in sys.stdin:
        loop.call_soon_threadsafe(lines.put_nowait, line.strip())
    loop.call_soon_threadsafe(lines.put_nowait, None)


async def _obey(show: Show, words: list[str]) -> None:
    if not words:
        return
    cast = show.cast
    phones = {"worker": cast.worker, "clerk": cast.clerk, "unit": cast.assignee, "head": cast.head}
    who, what, rest = (*words, "", "")[:3]
    if who == "story":
        await tell(show.tale)
        return
    if who == "clock":
        await show.stage.world.sets_clock(advance=duration(what).total_seconds())
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
