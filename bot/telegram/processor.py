"""Inbox → handlers: pending updates in batches, one transaction each batch, a savepoint each update (design.md)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from aiogram.types import Update

from bot.domain.errors import Refused
from bot.domain.ids import ChatId, MessageId, UserId
from bot.domain.messages import Message, Priority
from bot.domain.organisation import Person
from bot.ports import InboxRow, StoreUnavailable
from bot.services.turn import Turn
from bot.services.turns import Turns
from bot.telegram.dialog import key_of
from bot.telegram.dispatching import Ear, kind_of
from bot.telegram.patience import patiently, woken

log = structlog.get_logger(__name__)

Refuse = Callable[[Turn, Update, Person | None, Refused], Awaitable[None]]
"""Tells a person why not (`handlers.refusals.refuse`)."""

BATCH = 16  # updates in one commit: those who are answered first need not wait for a crowd behind them
LOOK_SECONDS = 1.0  # another process may fill the same inbox without waking us
LOOK_ALONE_SECONDS = 10.0  # where nobody else does
ERROR_LENGTH = 500
LARGEST = 2**63  # more is no id, and no database could look it up


@dataclass(frozen=True, slots=True)
class Poisoned:
    """An update that failed, and how."""

    row: InboxRow
    error: str


class Processor:
    """Handles what intake stored. `wake` it after storing; it calls `told` after each commit, to wake the sender."""

    def __init__(
        self,
        turns: Turns,
        ear: Ear,
        refuse: Refuse,
        bot_id: int,
        told: Callable[[], None] = lambda: None,
        *,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._turns = turns
        self._ear = ear
        self._refuse = refuse
        self._bot_id = bot_id
        self._told = told
        self._look_seconds = look_seconds
        self._woken = asyncio.Event()
        self._stopping = False
        self._most = BATCH
        self._more = False  # there may be
        self._hand: list[InboxRow] = []  # the batch being handled

    def wake(self) -> None:
        """There is something in the inbox."""
        self._woken.set()

    def stop(self) -> None:
        """Finish the batch in hand, then let `run` return."""
        self._stopping = True
        self.wake()

    async def run(self) -> None:
        """Until stopped. A store that is away is waited for; nothing else ends it. The first batch is of one update, the next of
        two: a process that is killed again and again gets on all the same."""
        self._most = 1
        while not self._stopping:
            self._woken.clear()
            await self._safely()
            if not self._more:
                await woken(self._woken, self._look_seconds)

    async def _safely(self) -> None:
        """A batch that fails as a whole is tried in smaller ones, down to the update it is about: that one is set aside."""
        try:
            await patiently(self.step)
        except Exception as error:
            log.exception("inbox.step_failed", updates=len(self._hand))
            self._more = len(self._hand) > 1
            if len(self._hand) == 1:
                await patiently(partial(self._set_aside, Poisoned(self._hand[0], _said(error))))
                self._more = True

    async def step(self) -> int:
        """One batch; how many updates were taken. Raises StoreUnavailable: then none was, and the next batch is smaller: where
        connections don't last, a few updates at a time still get through."""
        most, self._most = self._most, max(1, self._most // 4)
        self._hand = []
        async with self._turns.begin() as turn:
            self._hand = rows = await turn.uow.inbox.pending(self._bot_id, most)
            await _expect(turn, rows)
            poisoned = [found for row in rows if (found := await self._take(turn, row)) is not None]
            bad = {found.row.id for found in poisoned}
            if len(bad) < len(rows):
                await turn.uow.inbox.done([row.id for row in rows if row.id not in bad], turn.now)
        self._most, self._more = min(BATCH, most * 2), len(rows) == most
        for found in poisoned:
            await self._set_aside(found)
        if rows:
            self._told()
        return len(rows)

    async def _take(self, batch: Turn, row: InboxRow) -> Poisoned | None:
        """Handle one update; None if that is settled, be it by a refusal."""
        if kind_of(row.update) is None:
            log.info("update.ignored", update=row.update_id, keys=sorted(row.update))
            return None
        turn = self._turns.on(batch.uow)
        try:
            await self._handle(turn, self._ear.parse(row.update))
        except StoreUnavailable:
            raise
        except Exception as error:
            log.exception("update.poisoned", update=row.update_id)
            return Poisoned(row, _said(error))
        return None

    async def _handle(self, turn: Turn, update: Update) -> None:
        try:
            async with turn.uow.savepoint(told_later=True):
                await self._ear.hear(update, turn)
        except Refused as refused:
            log.info("update.refused", update=update.update_id, reason=refused.reason)
            async with turn.uow.savepoint():
                await self._refuse(turn, update, await _sender(turn, update), refused)

    async def _set_aside(self, found: Poisoned) -> None:
        """Keep it for the office, and tell the person so."""
        async with self._turns.begin() as turn:
            await turn.uow.inbox.set_aside(found.row.id, found.error, turn.now)
            try:
                async with turn.uow.savepoint():
                    for message in apologies(found.row.update):
                        await turn.tell(message)
            except StoreUnavailable:
                raise
            except Exception:  # it may lie about its chat, too: that must not keep the rest waiting
                log.exception("update.apology_failed", update=found.row.update_id)


async def _expect(turn: Turn, rows: Sequence[InboxRow]) -> None:
    """Who they are from, where these people are in a conversation with the bot, what they began and what they pressed is read
    for all at once."""
    users = [(row.chat, UserId(user)) for row in rows if (user := _id(_body(row.update), "from"))]
    people = await turn.uow.people.expect({user for _, user in users})
    await turn.uow.dialogs.expect({key_of(chat, user) for chat, user in users})
    await turn.uow.drafts.hold({(people[user].id, chat) for chat, user in users if user in people})
    await turn.uow.cards.hold({place for row in rows if (place := _pressed(row.update)) is not None})


async def _sender(turn: Turn, update: Update) -> Person | None:
    """Who sent it, by Telegram's numeric id."""
    user = getattr(update.event, "from_user", None)
    return None if user is None else await turn.uow.people.by_user(UserId(user.id))


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:ERROR_LENGTH]


def apologies(update: Mapping[str, Any]) -> list[Message]:
    """What to say about an update that could not be handled, read as carefully as one that may be malformed deserves."""
    body, said = _body(update), []
    query = body.get("id")
    if "callback_query" in update and isinstance(query, str):
        said.append(Message(_id(body, "from"), "toast/trouble", {"query": query}, Priority.TOAST))
    elif "message" in update and (chat := _id(body, "chat")) > 0:
        said.append(Message(chat, "trouble/poisoned", {"update": update.get("update_id")}))
    return said


def _body(update: Mapping[str, Any]) -> Mapping[str, Any]:
    """What it brings; empty if it can't be read."""
    body = update.get(kind_of(update) or "")
    return body if isinstance(body, Mapping) else {}


def _pressed(update: Mapping[str, Any]) -> tuple[ChatId, MessageId] | None:
    """Chat and number of the message whose button was pressed; None if there is none, or it can't be read."""
    message = _body(update).get("message") if kind_of(update) == "callback_query" else None
    if not isinstance(message, Mapping):
        return None
    number = message.get("message_id")
    return (_id(message, "chat"), MessageId(number)) if isinstance(number, int) and abs(number) < LARGEST else None


def _id(body: Mapping[str, Any], field: str) -> ChatId:
    """The chat of a raw message, or the own chat of who pressed; 0 if it can't be read."""
    found = body.get(field)
    number = found.get("id") if isinstance(found, Mapping) else None
    return ChatId(number if isinstance(number, int) and abs(number) < LARGEST else 0)
