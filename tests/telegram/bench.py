"""A sender whose cycles a test turns by hand, in front of a pretended Telegram."""

import asyncio
from collections.abc import Mapping
from typing import Any

from jinja2 import DictLoader

from bot.domain.ids import ChatId, MessageId
from bot.domain.messages import Message, OutboxState, Priority
from bot.domain.organisation import Person
from bot.services.turn import Turn
from bot.services.turns import Turns
from bot.telegram.calls import AnswerPress, Content, Outcome, SendRich, SendText, Sent, Target
from bot.telegram.composer import Composer, Loader
from bot.telegram.delivery import Courier
from bot.telegram.pacer import Limits, Pacer
from bot.telegram.rendering import Renderer
from bot.telegram.sender import Sender
from tests.fakes import FakeStore

TEMPLATES = {
    "say.html.j2": "{{ text }}",
    "card.html.j2": "{{ text }}",
    "bold.html.j2": "<b>{{ text }}</b>",
    "rich.html.j2": "plain",
    "rich.rich.html.j2": "<table></table>",
    "toast/done.html.j2": "done",
    "timed/reminder.html.j2": "{{ text }}",
    "broken.html.j2": "{{ absent }}",
}


class Telegram:
    """Answers as told by a test (else `Sent`), remembers every call."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int, str]] = []
        self.answers: list[Outcome] = []
        self.at_once = 0
        self.most_at_once: dict[int, int] = {}
        self.gate: asyncio.Event | None = None
        self.called = asyncio.Event()
        self._number = 100
        self._into: dict[int, int] = {}

    async def send(self, target: Target, content: Content) -> Outcome:
        return await self._answer("send", target.chat, content)

    async def edit(self, chat: ChatId, message: MessageId, content: SendText | SendRich) -> Outcome:
        return await self._answer(f"edit {message}", chat, content)

    async def _answer(self, verb: str, chat: int, content: Content) -> Outcome:
        words = content.text if isinstance(content, AnswerPress) else getattr(content, "html", "")
        self.calls.append((verb, chat, words))
        self.called.set()
        self._into[chat] = self._into.get(chat, 0) + 1
        self.most_at_once[chat] = max(self.most_at_once.get(chat, 0), self._into[chat])
        await (self.gate.wait() if self.gate is not None else asyncio.sleep(0))
        self._into[chat] -= 1
        if self.answers:
            return self.answers.pop(0)
        self._number += 1
        return Sent((MessageId(self._number),))


class Seconds:
    """Monotonic seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def truth(turn: Turn, viewer: Person | None, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the card shows is read when it is sent."""
    return {"text": f"{await turn.uow.facts.get('truth')} for {viewer.name if viewer else 'all'}"}


class Bench:
    """A sender whose cycles the test turns by hand."""

    def __init__(self, turns: Turns, store: FakeStore) -> None:
        self.turns, self.store = turns, store
        self.telegram, self.seconds = Telegram(), Seconds()
        self.restart()

    def restart(self, ahead: float = 0.0, **loaders: Loader) -> None:
        renderer = Renderer(self.turns.calendar.zone, loader=DictLoader(TEMPLATES), keyboards={})
        composer = Composer(renderer, {"card": truth, **loaders})
        courier = Courier(self.turns, composer, self.telegram)
        self.sender = Sender(self.turns, courier, Pacer(Limits(ahead=ahead)), self.seconds)

    async def queue(self, *messages: Message) -> None:
        async with self.turns.begin() as turn:
            for message in messages:
                await turn.tell(message)

    async def turn(self, times: int = 1, pause: float = 0.0) -> None:
        """Cycles, each with everything under way coming back after it."""
        for _ in range(times):
            await self.sender.cycle()
            await self.settle()
            self.seconds.now += pause

    async def settle(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)

    async def drain(self) -> None:
        """Until nothing is left that can go, two seconds passing each time."""
        await self.turn(12, pause=2.0)

    def states(self) -> list[OutboxState]:
        return [row.state for _, row in sorted(self.store.tables.outbox.items())]

    async def remember(self, **facts: str) -> None:
        async with self.store.begin() as uow:
            for name, value in facts.items():
                await uow.facts.put(name, value)


def say(text: str, chat: int = 4001, **more: Any) -> Message:
    return Message(ChatId(chat), "say", {"text": text}, **more)


def card(**more: Any) -> Message:
    return Message(ChatId(4001), "card", {}, card="issue:1", **more)


def toast(query: str = "q1") -> Message:
    return Message(ChatId(4001), "toast/done", {"query": query}, Priority.TOAST)
