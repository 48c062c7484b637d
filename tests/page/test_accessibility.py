"""axe-core finds nothing serious, wherever one is on the page; and it can be played by keyboard."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.page.conftest import Theatre, visit
from tests.page.wall import WORKER, Wall

GRAVE = {"serious", "critical"}


def findings(page: Page) -> list[str]:
    """What axe calls serious or worse."""
    violations: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in violations if v["impact"] in GRAVE]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_finding(page: Page, wall: Wall, theme: str) -> None:
    """The wall with the tour, weather and glass open, then a sheet, then a list of chats, in both themes."""
    page.evaluate("theme => (document.documentElement.dataset.theme = theme)", theme)
    page.get_by_role("button", name="天气").click()
    page.get_by_role("button", name="台账内部").click()
    expect(page.locator("#inside .rows")).to_be_visible()
    assert findings(page) == []
    page.get_by_role("button", name="天气").click()
    worker = wall.phone(WORKER)
    worker.node.get_by_role("button", name="添加附件").click()
    assert findings(page) == []
    page.keyboard.press("Escape")
    worker.node.locator(".back").click()
    assert findings(page) == []


def test_on_a_phone(browser: Browser, theatre: Theatre) -> None:
    """A narrow screen shows one phone at a time, nothing cut off, nothing serious."""
    for page in visit(browser, theatre, width=390, height=844):
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert findings(page) == []


def test_by_keyboard(page: Page, wall: Wall) -> None:
    """Typing, sending, walking through messages, opening one's menu and leaving it, without a mouse."""
    wall.skip_tour()
    worker = wall.phone(WORKER)
    worker.node.get_by_role("textbox").focus()
    page.keyboard.type("/help")
    page.keyboard.press("Enter")
    worker.sees("/language")
    worker.node.locator(".messages").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("button", name="回复")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("#announcer")).to_contain_text("项目之家说")
