"""People with phones who go on reporting whatever happens to the bot: they look, press, wait, and ask again."""

import asyncio
import io
import random
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256

from PIL import Image

from bot.sandbox.acts import find_button, open_link, send_text
from bot.sandbox.acts import press as press_button
from bot.sandbox.acts_groups import add_user
from bot.sandbox.delivery import say, tell_bot
from bot.sandbox.errors import ActError, Json
from bot.sandbox.server import Sandbox
from tests.bench.site import DESK, FIRST, LINK

ALBUMS = 0.3  # of all reports
CONFIRMED = re.compile(r"已上报 (XM-\d{4}-\d+)")
ASKS_AFTER = 8.0  # seconds without what was hoped for: press again, or ask whether anybody is there
GIVES_UP = 180.0  # seconds


@dataclass
class Report:
    """One obstacle as its reporter knows it. `photos`: SHA-256 of what Telegram holds; `filed`: the number its chat showed."""

    token: int
    photos: frozenset[str]
    filed: str = ""


@dataclass
class Crowd:
    """So many reporters in a sandbox, each with one report at a time. `reports` grows as they go."""

    sandbox: Sandbox
    dice: random.Random
    people: int
    reports: list[Report] = field(default_factory=list)
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._world = self.sandbox.world
        self._photo = _a_photo()
        self._photos = 0
        for user in (*DESK, *self.users):
            add_user(self._world, first_name=f"人{user}", user=user, language_code="zh-hans")
            self._world.chat(user).opened = True

    @property
    def users(self) -> range:
        """Their account numbers."""
        return range(FIRST, FIRST + self.people)

    @property
    def confirmed(self) -> list[Report]:
        """Whose number the chat has shown."""
        return [report for report in self.reports if report.filed]

    async def report(self, wanted: int) -> None:
        """Everybody, until so many were begun and `closed` is set; each ends the one they are at."""
        await asyncio.gather(*(self._one(user, wanted) for user in self.users))

    async def begun(self, reports: int) -> None:
        """Until so many were."""
        while len(self.reports) < reports:
            await self._world.feed.signal.wait(1.0)

    async def unless_they_give_up(self, people: asyncio.Task[None], trouble: Awaitable[object]) -> None:
        """The trouble to its end; ends at once with why, if one of them heard nothing for too long."""
        making = asyncio.ensure_future(trouble)
        await asyncio.wait([people, making], return_when=asyncio.FIRST_COMPLETED)
        if not making.done():
            making.cancel()
            await people
        await making

    async def _one(self, user: int, wanted: int) -> None:
        open_link(self._world, user=user, link=LINK)
        await self._until(user, lambda: bool(self._texts(user)), self._asks)
        while len(self.reports) < wanted or not self.closed.is_set():
            await self._reports(user)
            await asyncio.sleep(self.dice.uniform(0, 0.3))

    async def _reports(self, user: int) -> None:
        known = self._numbers(user)
        report = Report(len(self.reports) + 1, frozenset())
        self.reports.append(report)
        text = f"东门 {report.token} 号塔吊停电，现场停工"
        album = self.dice.random() < ALBUMS
        pieces = [self.a_file() for _ in range(self.dice.randint(2, 4) if album else 1)]
        report.photos = frozenset(digest for _, digest in pieces)
        late = self._sends(user, text, [content for content, _ in pieces])
        await self._until(user, lambda: self._card(user, text) is not None, self._asks)
        await asyncio.sleep(self.dice.uniform(0, 0.2))
        await self._submits(user, text)
        await self._until(user, lambda: bool(self._numbers(user) - known), partial(self._submits, words=text))
        await asyncio.gather(*late)
        (report.filed,) = self._numbers(user) - known

    # --- what they do

    def _sends(self, user: int, text: str, files: list[Json]) -> list[asyncio.Task[None]]:
        """A photo, or an album whose photos arrive shuffled, one of them late now and then (the one with the words is not)."""
        group = {"media_group_id": f"{13_000_000_000 + self._world.number()}"} if len(files) > 1 else {}
        captions = [{"caption": text}, *({} for _ in files[1:])]
        posts = [
            say(self._world, user, user, group | file | caption, quiet=True)
            for file, caption in zip(files, captions, strict=True)
        ]
        self.dice.shuffle(posts)
        room, tasks = self._world.chat(user), []
        for post in posts:
            late = self.dice.uniform(0, 1.5) if "caption" not in post.body and self.dice.random() < 0.2 else 0.0
            tasks.append(asyncio.create_task(_after(late, lambda post=post: tell_bot(self._world, room, post))))
        return tasks

    def a_file(self) -> tuple[Json, str]:
        """A photo that nobody has sent before, as Telegram holds it, and the SHA-256 of its bytes."""
        self._photos += 1
        content = self._photo + self._photos.to_bytes(4, "big")
        size = self._world.files.add("photo", content, width=64, height=48)
        self._world.files.albums[size["file_id"]] = [size]
        return {"photo": [size]}, sha256(content).hexdigest()

    def press(self, user: int, message: int | None = None) -> None:
        """提交 below that message, or the newest one; if it is there."""
        with suppress(ActError):  # it has just been filed
            press_button(self._world, user=user, chat=user, label="提交", message_id=message)

    async def _submits(self, user: int, words: str) -> None:
        """By the card that says these words, unless it can't be submitted any more."""
        if (card := self._card(user, words)) is not None:
            self.press(user, card)

    async def _asks(self, user: int) -> None:
        """Whoever hears nothing writes again: it becomes part of the draft, and its card is shown."""
        send_text(self._world, user=user, chat=user, text="有人吗？")

    # --- what they see

    def _texts(self, user: int) -> list[str]:
        posts = self._world.chat(user).visible()
        return [str(post.body.get("text") or post.body.get("caption") or "") for post in posts if post.by_bot]

    def _numbers(self, user: int) -> set[str]:
        return {found for text in self._texts(user) for found in CONFIRMED.findall(text)}

    def _card(self, user: int, words: str) -> int | None:
        """The newest message that says one's words and can be submitted. A copy of an earlier report's may still hang there."""
        for post in reversed(self._world.chat(user).visible()):
            if words in str(post.body.get("text")) and find_button(self._world.chat(user), "提交", post.id):
                return post.id
        return None

    async def _until(self, user: int, true: Callable[[], bool], again: Callable[[int], Awaitable[None]]) -> None:
        """Looks whenever something moves in the chat. TimeoutError if it never comes true."""
        began = asked = time.monotonic()
        while not true():
            await self._moves(user, asked + ASKS_AFTER)
            now = time.monotonic()
            if now - began > GIVES_UP:
                raise TimeoutError(f"reporter {user} heard nothing for {GIVES_UP} s: {self._texts(user)[-2:]}")
            if now - asked > ASKS_AFTER:
                asked = now
                await again(user)

    async def _moves(self, user: int, until: float) -> None:
        """Until something does in this chat, or a monotonic moment."""
        feed = self._world.feed
        seen = feed.last
        while not any(event["chat_id"] == user for event in feed.since(seen)):
            seen = feed.last
            if not await feed.signal.wait(max(0.01, until - time.monotonic())):
                return


async def _after(seconds: float, act: Callable[[], None]) -> None:
    await asyncio.sleep(seconds)
    act()


def _a_photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (150, 185, 215)).save(out, "JPEG")
    return out.getvalue()
