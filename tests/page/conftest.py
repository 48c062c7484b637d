"""A show with a real bot, served to Debian's Chromium. Where there is none the tests say so; in CI that is a failure."""

import asyncio
import os
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from rich.console import Console

from bot.demo.narrator import Narrator
from bot.demo.show import Show
from bot.demo.web import serving
from tests.page.wall import Wall

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 60_000  # ms
expect.set_options(timeout=PATIENCE)
T = TypeVar("T")


class Theatre:
    """A show in a thread with a loop of its own; `ask` and `run` work in that loop."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.loop = asyncio.new_event_loop()
        self.show: Show
        self.url = ""
        self._over = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self.loop.run_until_complete, args=(self._play(),), daemon=True)

    async def _play(self) -> None:
        narrator = Narrator(Console(quiet=True), ZoneInfo("Asia/Shanghai"))
        async with Show(self._folder, narrator) as self.show:
            port = _free_port()  # not before: it is free only for a moment
            async with serving(self.show, port):
                self.url = f"http://127.0.0.1:{port}/"
                self._ready.set()
                await self._over.wait()

    def open(self) -> None:
        """Wait until it is served."""
        self._thread.start()
        assert self._ready.wait(90), "the show did not open"

    def close(self) -> None:
        """And wait until the bot has ended."""
        self.loop.call_soon_threadsafe(self._over.set)
        self._thread.join(30)

    def ask(self, work: Coroutine[Any, Any, T]) -> T:
        """Await something in the show's loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def run(self, work: Callable[[], T]) -> T:
        """Do something there that awaits nothing."""

        async def doing() -> T:
            return work()

        return self.ask(doing())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def installed() -> None:
    """There is a Chromium."""
    if not CHROMIUM.exists():
        why = "no /usr/bin/chromium: `.ci/browser` installs it as root"
        pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)


@pytest.fixture(scope="module")
def browser(installed: None) -> Iterator[Browser]:
    """Chromium. Not for longer than a file of tests: while it is there, this thread has a running loop, which tests of other
    folders could not bear."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def theatre(installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    """One show for all tests of a run: each finds the people, not what another left undone."""
    theatre = Theatre(tmp_path_factory.mktemp("show") / "stage")
    theatre.open()
    yield theatre
    theatre.close()


@pytest.fixture
def page(browser: Browser, theatre: Theatre) -> Iterator[Page]:
    """A fresh visitor's page; a script error on it fails the test."""
    yield from visit(browser, theatre)


@pytest.fixture
def second(browser: Browser, theatre: Theatre) -> Iterator[Page]:
    """Another visitor's."""
    yield from visit(browser, theatre)


def visit(browser: Browser, theatre: Theatre, width: int = 1640, height: int = 940) -> Iterator[Page]:
    """Open the page and wait for its phones."""
    context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("dialog", lambda dialog: troubles.append(f"dialog: {dialog.message}"))
    page.goto(theatre.url)
    page.wait_for_selector("body[data-ready]")
    yield page
    context.close()
    assert troubles == []


@pytest.fixture
def wall(page: Page) -> Wall:
    """Hands on the first visitor's page."""
    return Wall(page)
