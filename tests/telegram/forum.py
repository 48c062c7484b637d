"""The desk's forum in the sandbox: a real gateway, sender and topics' loop over the store in memory."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from bot.domain.ids import ChatId, MessageId
from bot.domain.issue import Issue
from bot.sandbox.chats import Chat, Topic
from bot.sandbox.client import Chatroom, People
from bot.sandbox.limits import Pace
from bot.sandbox.server import Sandbox
from bot.services.desk import desk_cases
from bot.services.turn import Turn
from bot.services.turns import Turns
from bot.telegram.composer import Composer, collect_loaders
from bot.telegram.delivery import Courier, Speaker
from bot.telegram.gateway import Gateway
from bot.telegram.pacer import Limits, Pacer
from bot.telegram.rendering import Renderer
from bot.telegram.sender import Sender
from bot.telegram.topics import Manager, Topics
from tests.builders import City, a_city, an_issue, filed

POWER = "3号塔吊没有供电"
UNPACED = Limits(per_second=10**6, burst=10**6, chat_gap=0.0, per_group_minute=10**6)


class Forum:
    """The group as people see it, and what a leading process does to it. `manager` and
    `speaker` stand before the gateway in some tests, and `seconds` move as these like."""

    def __init__(self, sandbox: Sandbox, gateway: Gateway, turns: Turns, room: Chatroom, city: City) -> None:
        self.world, self.gateway, self.turns, self.room, self.city = sandbox.world, gateway, turns, room, city
        self.manager: Manager = gateway
        self.speaker: Speaker = gateway
        self.seconds: Callable[[], float] = time.monotonic
        self.restart()

    def restart(self) -> None:
        """As after a crash: nothing is remembered but what the store has."""
        composer = Composer(Renderer(self.turns.calendar.zone, "zh"), collect_loaders())
        self.sender = Sender(self.turns, Courier(self.turns, composer, self.speaker), Pacer(UNPACED), self.seconds)
        self.topics = Topics(self.turns, self.manager, self.sender.wake, seconds=self.seconds)

    async def do(self, step: Callable[[Turn], Awaitable[Any]]) -> Any:
        async with self.turns.begin() as turn:
            return await step(turn)

    async def reported(self, text: str = POWER, **more: Any) -> Issue:
        """A case the desk is told of."""

        async def report(turn: Turn) -> Issue:
            issue = await filed(turn.uow, an_issue(reporter=self.city.reporter.id, description=text, **more))
            await desk_cases.announce(turn, issue)
            return issue

        found: Issue = await self.do(report)
        return found

    async def works(self) -> None:
        """Until there is nothing more to do or to send."""
        while await self.topics.step() + await self._sends():
            pass

    async def _sends(self) -> int:
        sends = 0
        while began := await self.sender.cycle():
            sends += began
            await asyncio.gather(*self.sender._tasks)
        return sends

    @property
    def chat(self) -> Chat:
        return self.world.chats[self.room.id]

    def named(self, part: str) -> list[Topic]:
        """Topics in whose name this occurs."""
        return [topic for topic in self.chat.topics.values() if part in topic.name]

    def cards(self, topic: int | None, part: str = "") -> list[int]:
        """Messages of the bot with buttons that read so, in a topic (None: General)."""
        posts = [post for post in self.chat.visible() if post.body.get("reply_markup") and post.body.get("text")]
        return [post.id for post in posts if post.body.get("message_thread_id") == topic and part in post.body["text"]]

    def says(self, part: str) -> list[str]:
        """Texts in which this occurs."""
        texts = [str(post.body.get("text") or "") for post in self.chat.visible()]
        return [text for text in texts if part in text]

    async def shown_at(self, issue: Issue) -> MessageId | None:
        async with self.turns.read() as turn:
            return await turn.uow.cards.message_of(ChatId(self.room.id), f"desk:{issue.id}")


@asynccontextmanager
async def a_forum(turns: Turns, *, bot: str = "administrator", kind: str = "forum") -> AsyncIterator[Forum]:
    """With the bot in it, and made the desk."""

    async def read(_: str) -> bytes:
        raise FileNotFoundError

    async with Sandbox(pace=Pace(enabled=False)) as sandbox, People(sandbox.url) as people:
        owner = await people.user("专班")
        room = await people.group("专班群", owner=owner, kind=kind, bot=bot)
        gateway = Gateway(sandbox.token, sandbox.url, read)
        async with turns.begin() as turn:
            city = await a_city(turn.uow)
            await turn.uow.desks.bind(ChatId(room.id), forum=True)
        try:
            yield Forum(sandbox, gateway, turns, room, city)
        finally:
            await gateway.close()
