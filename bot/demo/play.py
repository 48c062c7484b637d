"""`project-home demo`: the stage with a page of phones, until one ends it; or the story alone, which ends by itself."""

import asyncio
import contextlib
import json
import signal
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.demo.by_hand import by_hand
from bot.demo.narrator import Narrator
from bot.demo.show import Show
from bot.demo.stage import Stage, StageError, set_up
from bot.demo.story import START, ZONE, play
from bot.demo.web import HOST, PORT, PortTaken, free_port, serving
from bot.sandbox.errors import ActError

FOLDER = Path("data/demo")


def demo(*, script: bool, port: int | None = None) -> int:
    """0 if all went well. With `script` the story is told on the terminal and that is the end."""
    console = Console(highlight=False)
    try:
        return asyncio.run(_told(console) if script else _shown(console, port or PORT))
    except KeyboardInterrupt:
        return 0


async def _shown(console: Console, wished: int) -> int:
    """The page, until Ctrl-C, SIGTERM or `quit`; the bot ends with it, at whatever moment."""
    try:
        port = await free_port(wished)
    except PortTaken as error:
        console.print(f"[red]{error}[/red]")
        return 1
    if port != wished:
        console.print(f"Port {wished} is taken: this demo is at {port}.")
    folder = FOLDER if port == PORT else FOLDER.with_name(f"{FOLDER.name}-{port}")
    console.print("Setting the stage: the sample city, the bot, four phones. Ten seconds or so…")
    narrator = Narrator(console, ZONE)
    _end_on_signals()
    try:
        async with Show(folder, narrator) as show, serving(show, port):
            console.print(
                f"\n[bold]Open http://{HOST}:{port} in a browser[/bold]: the phones, the clock, a guided tour."
                "\nIt stays until Ctrl-C."
            )
            await _until_ended(console, show, narrator)
    except (ActError, StageError) as error:
        console.print(f"[red]{error}[/red]\nThe bot's log: {folder / 'bot.log'}")
        return 1
    except asyncio.CancelledError:
        return 0
    return 0


def _end_on_signals() -> None:
    """The first Ctrl-C or SIGTERM ends what this task does; while it clears up, further ones change nothing."""
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert task is not None  # noqa: S101 - called from one

    def end() -> None:
        if not task.cancelling():
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end)


async def _until_ended(console: Console, show: Show, narrator: Narrator) -> None:
    """For ever; on a terminal until `quit`: one can play there without a browser too."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        await asyncio.Event().wait()
    console.print("No browser? Everything that happens is printed here, and you can act here too.\n")
    narrating = asyncio.create_task(narrator.follow(show))
    try:
        await by_hand(console, show)
    finally:
        narrating.cancel()
        await asyncio.gather(narrating, return_exceptions=True)


async def _told(console: Console) -> int:
    """The story on the terminal; at the end, what was filed and where."""
    began = time.monotonic()
    narrator = Narrator(console, ZONE)
    async with set_up(FOLDER, START) as stage, stage.running_bot():
        printing = asyncio.create_task(narrator.follow_world(stage.world))
        try:
            _, digest = await play(stage, narrator)
            await asyncio.sleep(1)  # what is still on its way to the phones
            await _sum_up(console, stage, digest, time.monotonic() - began)
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
