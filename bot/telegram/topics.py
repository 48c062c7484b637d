"""The topics of the desk's group: what the store says it is to have, and has not, is opened, one after the other.

A crash between Telegram's answer and our note leaves at most one empty topic more: cases go only where a number was kept.
"""

import asyncio
from typing import Protocol

import structlog

from bot.domain.ids import ChatId
from bot.services.turns import Turns
from bot.telegram import words
from bot.telegram.calls import CallFailed
from bot.telegram.patience import patiently, woken
from templates.catalogues import Catalogue

log = structlog.get_logger(__name__)

LOOK_SECONDS = 5.0
PAUSE_SECONDS = 300.0  # after a refusal: most likely we lack the right, which somebody has to give first
BREATH_SECONDS = 1.0  # between two topics: a group hears of each, and has its limit


class Opener(Protocol):
    """Opens a topic and gives its number; the gateway does. Raises CallFailed."""

    async def open_topic(self, chat: ChatId, name: str) -> int: ...


class Topics:
    """One loop of the process that leads."""

    def __init__(self, turns: Turns, opener: Opener, office_language: str = "zh") -> None:
        self._turns = turns
        self._opener = opener
        self._gettext = Catalogue.load(office_language).gettext
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Open no further topic."""
        self._stopping.set()

    async def run(self) -> None:
        """Until stopped. What can't be opened is tried again later."""
        while not self._stopping.is_set():
            pause = LOOK_SECONDS
            try:
                await self.step()
            except CallFailed as error:
                log.warning("topics.failed", error=str(error))
                pause = PAUSE_SECONDS
            await woken(self._stopping, pause)

    async def step(self) -> int:
        """Open what is wanted; how many. Raises CallFailed."""
        wanted = await patiently(self._unopened)
        for chat, name in wanted:
            if self._stopping.is_set():
                break
            topic = await self._opener.open_topic(chat, self._title(name))
            await patiently(lambda chat=chat, name=name, topic=topic: self._note(chat, name, topic))  # type: ignore[misc]
            await woken(self._stopping, BREATH_SECONDS)
        return len(wanted)

    async def _unopened(self) -> list[tuple[ChatId, str]]:
        async with self._turns.read() as turn:
            return await turn.uow.desks.unopened()

    async def _note(self, chat: ChatId, name: str, topic: int) -> None:
        async with self._turns.begin() as turn:
            await turn.uow.desks.opened(chat, name, topic)

    def _title(self, name: str) -> str:
        """'category:power' → 电力."""
        return words.category(self._gettext, name.partition(":")[2])
