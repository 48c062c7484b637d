"""Prints each chat as it happens."""

from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.rule import Rule
from rich.text import Text

from bot.sandbox.client import People
from bot.sandbox.control import words
from bot.sandbox.errors import Json
from bot.sandbox.world import World

COLOURS = ("cyan", "magenta", "green", "yellow", "blue", "red")
SHORT = 2  # lines shown of a card that was only edited


class Watched(Protocol):
    """Has a world, which may become another."""

    @property
    def world(self) -> World:
        """The sandbox's state."""


class Narrator:
    """One per show. `name` the chats it should print; others are passed over."""

    def __init__(self, console: Console, zone: ZoneInfo) -> None:
        self._console = console
        self._zone = zone
        self._names: dict[int, str] = {}

    def name(self, chat_id: int, name: str) -> None:
        """Print what happens in this chat under this name."""
        self._names[chat_id] = name

    def act(self, sentence: str) -> None:
        """A chapter of the story."""
        self._console.print()
        self._console.print(Rule(f"[bold]{escape(sentence)}[/bold]", align="left"))

    def say(self, sentence: str) -> None:
        """The narrator's own words."""
        self._console.print(f"[dim]{escape(sentence)}[/dim]")

    async def follow_world(self, world: People) -> None:
        """Print every event from now on, for ever."""
        async for event in world.follow(after=len(await world.events())):
            self.tell(event)

    async def follow(self, show: Watched) -> None:
        """The same of whatever world is on show: a new one after each restart."""
        while True:
            feed = show.world.feed
            after = feed.last
            while show.world.feed is feed:
                for event in await feed.next(after, 1):
                    after = event["n"]
                    self.tell(event)

    def tell(self, event: Json) -> None:
        """Print one event of the sandbox."""
        if event["chat_id"] not in self._names:
            return
        if event["kind"] in {"sent", "edited"}:
            self._message(event)
        elif event["kind"] == "toast" and event.get("text"):
            self._console.print(
                f"   💬 {escape(self._names[event['chat_id']])}: [italic]{escape(event['text'])}[/italic]"
            )

    def _message(self, event: Json) -> None:
        title = f"{self._names[event['chat_id']]} · {self._moment(event['at'])}"
        shown = words(event["message"])
        lines = [*_media(event["message"]), *shown["text"].splitlines()]
        if not lines:
            return
        if event["kind"] == "edited":
            first = "  ".join(lines[:SHORT])
            self._console.print(f"   ✎ [dim]{escape(title)}[/dim] {escape(first)}")
            return
        body = Text("\n".join(lines))
        for row in shown["buttons"]:
            body.append("\n" + "  ".join(f"[{word}]" for word in row), style="bold")
        colour = COLOURS[list(self._names).index(event["chat_id"]) % len(COLOURS)]
        who = "🤖" if event.get("by_bot") else "👤"
        self._console.print(
            Panel(body, title=f"{who} {escape(title)}", title_align="left", border_style=colour, width=88)
        )

    def _moment(self, at: str) -> str:
        return f"{datetime.fromisoformat(at).astimezone(self._zone):%a %d %b %H:%M}"


def _media(message: Json) -> list[str]:
    kinds = ("photo", "video", "voice", "document", "location")
    return [f"[{kind}]" for kind in kinds if kind in message]
