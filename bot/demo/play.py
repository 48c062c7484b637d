"""`project-home demo`: set the stage, play the story, say what was filed and where, and let a person go on."""

import asyncio
import contextlib
import json
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.demo.by_hand import by_hand
from bot.demo.narrator import Narrator
from bot.demo.stage import Stage, StageError, set_up
from bot.demo.story import START, ZONE, play
from bot.sandbox.errors import ActError

FOLDER = Path("data/demo")


def demo(*, script: bool) -> int:
    """0 if the story went as told. With `script`, or without a terminal, it ends by itself."""
    stays = not script and sys.stdin.isatty() and sys.stdout.isatty()
    try:
        return asyncio.run(_demo(Console(highlight=False), stays=stays))
    except KeyboardInterrupt:
        return 0


async def _demo(console: Console, *, stays: bool) -> int:
    began = time.monotonic()
    narrator = Narrator(console, ZONE)
    async with set_up(FOLDER, START) as stage, stage.running_bot():
        printing = asyncio.create_task(narrator.follow(stage.world))
        try:
            cast, digest = await play(stage, narrator)
            await asyncio.sleep(1)  # what is still on its way to the phones
            await _sum_up(console, stage, digest, time.monotonic() - began)
            if stays:
                await by_hand(console, stage, cast)
        except (ActError, StageError) as error:
            console.print(f"[red]{error}[/red]\nThe bot's log: {stage.folder / 'bot.log'}")
            return 1
        finally:
            printing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await printing
    return 0


async def _sum_up(console: Console, stage: Stage, digest: str, seconds: float) -> None:
    """What stands in the ledger now, and where everything is."""
    (stage.folder / "digest.txt").write_text(digest + "\n", "utf-8")
    ledger = stage.folder / "ledger.json"
    await stage.command("export", "--format", "json", "--out", str(ledger))
    await stage.command("export", "--format", "xlsx", "--out", str(stage.folder / "ledger.xlsx"))
    table = Table("number", "status", "project", "unit", "photos (SHA-256)", title="The ledger")
    for issue in json.loads(ledger.read_text("utf-8")):
        photos = "\n".join(sha256[:16] + "…" for sha256 in issue["photos"])
        table.add_row(issue["number"], issue["status"], issue["project"], issue["unit"], photos)
    console.print(table)
    for what, name in (
        ("database", "ledger.db"),
        ("photos", "media"),
        ("digest", "digest.txt"),
        ("ledger as a spreadsheet", "ledger.xlsx"),
        ("the bot's log", "bot.log"),
    ):
        console.print(f"{what}: {_near(stage.folder / name)}")
    console.print(f"Played in {seconds:.0f} s.")


def _near(path: Path) -> str:
    with contextlib.suppress(ValueError):
        return str(path.relative_to(Path.cwd()))
    return str(path)
