"""The guided tour from the first press to the digest; the pictures of the README are taken on the way.

First by its name, while the show is fresh: setting it anew takes as long as the tour.
"""

import io
import os
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from tests.page.conftest import Theatre
from tests.page.wall import Wall

PICTURES = {3: "wall-report", 8: "wall-late", 12: "wall-digest"}  # scenes done → name
IMAGES = Path(__file__).parent.parent.parent / "docs" / "images"
LARGEST = 300 * 1024


def picture(page: Page, name: str, folder: Path) -> None:
    """A screenshot of 256 colours, small enough for a repository."""
    shot = Image.open(io.BytesIO(page.screenshot()))
    file = folder / f"{name}.png"
    shot.convert("RGB").quantize(256, kmeans=3, dither=Image.Dither.NONE).save(file, optimize=True)
    assert file.stat().st_size <= LARGEST


def test_the_tour(page: Page, wall: Wall, theatre: Theatre, tmp_path: Path) -> None:
    """Twelve presses; a reload in the middle loses nothing; at the end the digest stands in the group, as a table."""
    folder = IMAGES if os.environ.get("PROJECT_HOME_SCREENSHOTS") else tmp_path
    if theatre.run(theatre.show.glass.tally)["issues"]:
        theatre.ask(theatre.show.restart())
        page.goto(theatre.url)
        page.wait_for_selector("body[data-ready]")
    for done in range(12):
        expect(page.locator("#tour .done")).to_have_count(done)
        page.locator("#tour .do").click()
        page.wait_for_function("n => document.querySelectorAll('#tour .done').length > n", arg=done, timeout=60_000)
        assert page.locator("#tour .bad").count() == 0
        if done == 5:
            page.reload()
            page.wait_for_selector("body[data-ready]")
        if done + 1 in PICTURES:
            page.wait_for_timeout(400)  # toasts come in, pictures are drawn
            picture(page, PICTURES[done + 1], folder)
    clerk = wall.phone("黎晓舟")
    digest = clerk.sees("项目之家周报")
    expect(digest.locator("table").first).to_contain_text("100.0%")
    expect(wall.phone("滕国安").sees("逐级协调")).to_contain_text("XM-2026-0001")
    expect(page.locator(".now")).to_contain_text("2026年10月16日星期五 16:00")
    wall.skip_tour()
    expect(page.locator("#tour")).to_be_hidden()
