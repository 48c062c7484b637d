"""Delivers rows of the outbox: reads what is true now, chooses the words, and makes the one call of each."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Protocol

import structlog

from bot.domain.ids import ChatId, MessageId, UserId
from bot.domain.messages import Message
from bot.ports import OutboxRow, StoreUnavailable
from bot.services.turn import Turn
from bot.services.turns import Turns
from bot.telegram import markup
from bot.telegram.calls import (
    Ambiguous,
    CardGone,
    Content,
    NotSent,
    Outcome,
    PutOff,
    Rejected,
    SendFiles,
    SendRich,
    SendText,
    Target,
    TopicGone,
    Unready,
)
from bot.telegram.composer import Composer
from bot.telegram.failures import UNPARSABLE
from bot.telegram.planning import plan

_TOPIC_GONE = "thread not found"
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class InParts:
    """Nothing was sent yet: it takes several calls, each to be queued as a row of its own, so that none goes twice."""

    contents: tuple[Content, ...]


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of a row. `edited`: the call changed a message, and may be repeated as often as needed."""

    row: OutboxRow
    outcome: Outcome | InParts
    edited: bool = False


class Speaker(Protocol):
    """Makes the calls; the gateway does."""

    async def send(self, target: Target, content: Content) -> Outcome: ...
    async def edit(self, chat: ChatId, message: MessageId, content: SendText | SendRich) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class _Prepared:
    contents: list[Content]
    shown: MessageId | None  # the message that shows the card already


Told = Callable[[Delivered], None]
Leave = Callable[[int], Awaitable[bool]]
"""Waits for the slot of a row; False if it must not go now."""


class Courier:
    """Renders at the moment of sending; never raises."""

    def __init__(self, turns: Turns, composer: Composer, speaker: Speaker) -> None:
        self._turns = turns
        self._composer = composer
        self._speaker = speaker
        self._gone: set[tuple[ChatId, str | None]] = set()  # cards whose message was deleted: sent anew
        self._deleted: set[tuple[ChatId, int]] = set()  # topics: what was meant for one goes to the group itself

    async def deliver(self, rows: Sequence[OutboxRow], leave: Leave, told: Told) -> None:
        """One call each at most, side by side, each in its slot; `told` hears what became of each as soon as it is known."""

        def speak(row: OutboxRow, prepared: _Prepared) -> None:
            calls.create_task(self._speak(row, prepared, leave, told))

        async with asyncio.TaskGroup() as calls:
            for row in rows:
                if row.message.kind in self._composer.long:
                    calls.create_task(self._prepare([row], speak, told))
            await self._prepare([row for row in rows if row.message.kind not in self._composer.long], speak, told)

    async def _prepare(
        self, rows: Sequence[OutboxRow], speak: Callable[[OutboxRow, _Prepared], None], told: Told
    ) -> None:
        """All from one snapshot of the ledger, as far as it serves; what can't be said is told at once."""
        waiting = deque(rows)
        while waiting:
            try:
                async with self._turns.read() as turn:
                    await self._expect(turn, [row.message for row in waiting])
                    while waiting:
                        prepared = await self._prepared(turn, waiting[0].message)
                        speak(waiting.popleft(), prepared)
                        await asyncio.sleep(0)  # its call begins before the others are ready
            except Exception as error:
                if waiting:
                    told(_unspoken(waiting.popleft(), error))

    async def _expect(self, turn: Turn, messages: Sequence[Message]) -> None:
        """Who reads them, what shows their cards already, and what they will say is read for all at once."""
        await turn.uow.people.expect({UserId(message.chat) for message in messages if message.chat > 0})
        await turn.uow.cards.expect({(message.chat, message.card) for message in messages if message.card is not None})
        await self._composer.expect(turn, messages)

    async def _prepared(self, turn: Turn, message: Message) -> _Prepared:
        contents = await plan(turn, await self._composer.compose(turn, message))
        return _Prepared(contents, await self._shown(turn, message))

    async def _speak(self, row: OutboxRow, prepared: _Prepared, leave: Leave, told: Told) -> None:
        try:
            delivered = await self._call(row, prepared) if await leave(row.id) else Delivered(row, PutOff())
        except Exception as error:
            log.exception("outbox.call_failed", row=row.id)
            delivered = Delivered(row, Ambiguous(type(error).__name__))
        told(delivered)

    async def _shown(self, turn: Turn, message: Message) -> MessageId | None:
        if message.card is None or message.fresh or (message.chat, message.card) in self._gone:
            return None
        return await turn.uow.cards.message_of(message.chat, message.card)

    async def _call(self, row: OutboxRow, prepared: _Prepared) -> Delivered:
        contents, message = prepared.contents, row.message
        if not contents:
            return Delivered(row, Rejected("nothing to say"))
        if len(contents) > 1 and message.card is None:
            return Delivered(row, InParts(tuple(contents)))
        content = _one(contents)
        if prepared.shown is not None and isinstance(content, SendText | SendRich):
            return await self._edit(row, prepared.shown, content)
        topic = None if (message.chat, message.topic) in self._deleted else message.topic
        outcome = await self._speaker.send(Target(message.chat, topic, message.reply_to), content)
        if topic is not None and isinstance(outcome, Rejected) and _TOPIC_GONE in outcome.error.lower():
            self._deleted.add((message.chat, topic))
            return Delivered(row, TopicGone(outcome.error))  # again, in a slot of its own
        self._gone.discard((message.chat, message.card))
        return Delivered(row, _or_plainer(outcome, content))

    async def _edit(self, row: OutboxRow, shown: MessageId, content: SendText | SendRich) -> Delivered:
        outcome = await self._speaker.edit(row.message.chat, shown, content)
        if isinstance(outcome, CardGone):
            self._gone.add((row.message.chat, row.message.card))
        return Delivered(row, _or_plainer(outcome, content), edited=True)


def _unspoken(row: OutboxRow, error: Exception) -> Delivered:
    if isinstance(error, StoreUnavailable):
        return Delivered(row, NotSent(str(error)))
    if isinstance(error, OSError) and not isinstance(error, FileNotFoundError):
        log.warning("outbox.unready", row=row.id, kind=row.message.kind, error=str(error))
        return Delivered(row, Unready(str(error)))
    log.error("outbox.unspeakable", row=row.id, kind=row.message.kind, exc_info=error)
    return Delivered(row, Rejected(f"{type(error).__name__}: {error}"))


def _one(contents: list[Content]) -> Content:
    """A card is one message: of a text too long for it, as much as fits, with the buttons."""
    first, last = contents[0], contents[-1]
    if len(contents) > 1 and isinstance(first, SendText) and isinstance(last, SendText):
        return SendText(f"{markup.clip_html(first.html, markup.TEXT_LIMIT - 1)}…", last.keyboard)
    return first


def _or_plainer(outcome: Outcome, content: Content) -> Outcome | InParts:
    """What is refused for how it is said is said more plainly, in a slot of its own: a person must not miss something for a
    mistake of ours. Rich words (an older server, a tag it doesn't know) become classic ones, those bare text."""
    if not isinstance(outcome, Rejected):
        return outcome
    if isinstance(content, SendRich):
        log.error("outbox.rich_rejected", error=outcome.error)
        return InParts(content.classic)
    bare = _bare(content) if UNPARSABLE in outcome.error.lower() else None
    if bare is None or bare == content:
        return outcome
    log.error("outbox.unparsable", error=outcome.error)
    return InParts((bare,))


def _bare(content: Content) -> Content | None:
    """Without any markup; None for what can't be queued again as a part."""
    match content:
        case SendText(html):
            return replace(content, html=escape(markup.plain(html), quote=False))
        case SendFiles(attachments, caption) if all(one.media is not None for one in attachments):
            return replace(content, caption=escape(markup.plain(caption), quote=False))
        case _:
            return None
