"""The topics of the desk's group, and what is pinned in them: what `bot.services.desk.desk_cases` wants asked of Telegram is asked,
one call after the other, by the process that leads."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog

from bot.domain.ids import ChatId, IssueId, MessageId
from bot.domain.issue import Category, Issue
from bot.ports import DeskCase
from bot.services.desk import desk_cases
from bot.services.desk.desk_cases import BATCH, Answer, Call, Do
from bot.services.turn import Turn
from bot.services.turns import Turns
from bot.telegram import markup, neutral, words
from bot.telegram.calls import Ambiguous, Blocked, CallFailed, Rejected, RetryLater
from bot.telegram.patience import carrying_on, patiently, woken
from templates.catalogues import Catalogue

log = structlog.get_logger(__name__)

LOOK_SECONDS = 1.0
PAUSE_SECONDS = 5.0  # where nobody answered
RENEW_SECONDS = 60.0  # between two looks for cards that may never have arrived
BREATH_SECONDS = 0.5  # after a call: a group has its limit
TITLE = 128  # characters (Bot API: createForumTopic)
_SO_ALREADY = ("not_modified", "not modified")
_GONE = (
    "topic_id_invalid",
    "thread not found",
    "topic_deleted",
    "to pin not found",
    "to unpin not found",
    "message_id_invalid",
)
_NO_FORUM = ("not a forum",)
_MEANINGS = ((_SO_ALREADY, Answer.DONE), (_GONE, Answer.GONE), (_NO_FORUM, Answer.NO_FORUM))
Ask = Callable[[Turn], Awaitable[Call | None]]


class Manager(Protocol):
    """Changes a forum; the gateway does. Raises CallFailed."""

    async def open_topic(self, chat: ChatId, name: str) -> int: ...
    async def rename_topic(self, chat: ChatId, topic: int, name: str) -> None: ...
    async def set_topic(self, chat: ChatId, topic: int, *, closed: bool) -> None: ...
    async def set_pin(self, chat: ChatId, message: MessageId, *, pinned: bool) -> None: ...


class Topics:
    """One loop of the process that leads. `told` is called when messages were queued."""

    def __init__(
        self,
        turns: Turns,
        manager: Manager,
        told: Callable[[], None],
        office_language: str = "zh",
        *,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._turns = turns
        self._manager = manager
        self._told = told
        self._gettext = Catalogue.load(office_language).gettext
        self._stopping = asyncio.Event()
        self._pause = 0.0
        self._seconds = seconds
        self._renew_at = seconds()

    def stop(self) -> None:
        """Ask for nothing further."""
        self._stopping.set()

    async def run(self) -> None:
        """Until stopped. What can't be done is tried again later."""
        while not self._stopping.is_set():
            await self.step()
            await woken(self._stopping, self._pause or LOOK_SECONDS)

    async def step(self) -> int:
        """Everything that can be done now; how many calls that took."""
        self._pause, calls = 0.0, 0
        await self._renew()
        for case in await patiently(self._changed):
            calls += await self._safely(self._settling(case.chat, case.issue))
        return calls + await self._safely(self._opening)

    async def _renew(self) -> None:
        """Now and then."""
        if self._seconds() >= self._renew_at:
            with carrying_on("topics.not_renewed"):
                await patiently(self._renewed)
            self._renew_at = self._seconds() + RENEW_SECONDS

    async def _renewed(self) -> None:
        async with self._turns.begin() as turn:
            renewed = await desk_cases.renew(turn)
        if renewed:
            log.warning("topics.renewed", cards=renewed)
            self._told()

    async def _safely(self, ask: Ask) -> int:
        """One case that something is wrong with keeps no other from its topic."""
        with carrying_on("topics.failed"):
            return await self._follow(ask)
        return 0

    async def _follow(self, ask: Ask) -> int:
        """Make calls until there is none to make, or one must wait."""
        calls = 0
        while not self._pause and not self._stopping.is_set():
            call = await patiently(lambda: self._asked(ask))
            if call is None:
                break
            answer, number = await self._make(call)
            await patiently(lambda call=call, a=answer, n=number: self._note(call, a, n))  # type: ignore[misc]
            calls += 1
            await woken(self._stopping, BREATH_SECONDS)
        return calls

    def _settling(self, chat: ChatId, issue: IssueId) -> Ask:
        return lambda turn: desk_cases.settle(turn, chat, issue, self._title)

    async def _opening(self, turn: Turn) -> Call | None:
        return await desk_cases.open_next(turn, self._title)

    async def _changed(self) -> list[DeskCase]:
        async with self._turns.read() as turn:
            return await turn.uow.desks.changed(BATCH)

    async def _asked(self, ask: Ask) -> Call | None:
        async with self._turns.begin() as turn:
            call = await ask(turn)
        self._told()
        return call

    async def _note(self, call: Call, answer: Answer, number: int) -> None:
        async with self._turns.begin() as turn:
            await desk_cases.answered(turn, call, answer, number)
        self._told()

    async def _make(self, call: Call) -> tuple[Answer, int]:
        try:
            return Answer.DONE, await self._call(call)
        except CallFailed as failed:
            log.warning("topics.refused", do=call.do.value, error=str(failed))
            return self._meaning(failed), 0

    async def _call(self, call: Call) -> int:
        match call.do:
            case Do.OPEN:
                return await self._manager.open_topic(call.chat, call.title)
            case Do.RENAME:
                await self._manager.rename_topic(call.chat, call.number, call.title)
            case Do.CLOSE | Do.REOPEN:
                await self._manager.set_topic(call.chat, call.number, closed=call.do is Do.CLOSE)
            case Do.PIN | Do.UNPIN if call.message is not None:
                await self._manager.set_pin(call.chat, call.message, pinned=call.do is Do.PIN)
        return 0

    def _meaning(self, failed: CallFailed) -> Answer:
        """What a failed call says; where nobody answered, or too much was asked, the rest of the round waits, too."""
        match failed.outcome:
            case Rejected(error) | Blocked(error):
                said = error.lower()
                return next((answer for words_, answer in _MEANINGS if any(w in said for w in words_)), Answer.REFUSED)
            case RetryLater(seconds):
                self._pause = seconds
            case _:
                self._pause = PAUSE_SECONDS
        return Answer.UNSURE if isinstance(failed.outcome, Ambiguous) else Answer.LATER

    def _title(self, subject: Category | Issue) -> str:
        """电力; or XM-2026-0001 and the beginning of what was reported."""
        if isinstance(subject, Category):
            return words.category(self._gettext, subject.value)
        said = " ".join(neutral.clean(f"{subject.number} {subject.description}").split())
        return markup.clip(said, TITLE)
