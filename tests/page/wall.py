"""Hands on the page: what a visitor does with the phones of the wall."""

import re

from playwright.sync_api import ElementHandle, Locator, Page, expect

WORKER, CLERK, UNIT = "老耿", "黎晓舟", "雷万钧"


class Wall:
    """One visitor's page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def phone(self, name: str) -> "Phone":
        """By its owner's name."""
        return Phone(self.page, self.page.get_by_role("region", name=f"{name}的手机", exact=True))

    def skip_tour(self) -> None:
        """Put the tour away, if it is there."""
        if self.page.locator("#tour").is_visible():
            self.page.locator("#tour .skip, #tour .icon-button").last.click()

    def figures(self) -> dict[str, int]:
        """The count of the weather panel."""
        shown = self.page.locator("#weather [data-figure]")
        return {str(one.get_attribute("data-figure")): int(one.locator("strong").inner_text()) for one in shown.all()}

    def choose(self, words: str | re.Pattern[str]) -> None:
        """Press an entry of the open sheet."""
        self.page.get_by_role("dialog").get_by_role("button", name=words).first.click()


class Phone:
    """One phone of the wall."""

    def __init__(self, page: Page, node: Locator) -> None:
        self.page, self.node = page, node

    def writes(self, text: str) -> None:
        """Type and press Enter."""
        field = self.node.get_by_role("textbox")
        field.fill(text)
        field.press("Enter")

    def presses(self, word: str) -> None:
        """The newest inline button whose words contain this."""
        self.node.locator(".key", has_text=word).last.click()

    def key(self, word: str) -> ElementHandle:
        """The newest button of this word, once it is there; this very node, whatever becomes of its message."""
        return self.node.locator(".key", has_text=word).last.element_handle()

    def sees(self, text: str) -> Locator:
        """The newest message with this text, once it is there."""
        message = self.node.locator("article", has_text=text).last
        expect(message).to_be_visible()
        return message

    def attaches(self, what: str) -> None:
        """Open the sheet of attachments and choose."""
        self.node.get_by_role("button", name="添加附件").click()
        self.page.get_by_role("dialog").get_by_role("button", name=what).click()

    def scans(self, project: str) -> None:
        """The project's service card."""
        self.node.get_by_role("button", name="更多").first.click()
        self.page.get_by_role("dialog").get_by_role("button", name="扫服务卡").click()
        self.page.get_by_role("dialog").get_by_role("button", name=project).click()
        self.sees(project)

    def opens(self, chat: str) -> None:
        """Back to the list, and into a chat."""
        if self.node.locator(".back").count():
            self.node.locator(".back").click()
        self.node.locator(".chat-row", has=self.page.locator(".title", has_text=chat)).first.click()
