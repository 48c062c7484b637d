"""Writes down what became of a send (design.md: Outbox): one table from outcome to state."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import structlog

from bot.domain.ids import MessageId
from bot.domain.messages import Message, OutboxState, Priority
from bot.ports import StoreUnavailable
from bot.services.timed import deliveries
from bot.services.turn import Turn
from bot.telegram.calls import Ambiguous, Blocked, Content, Migrated, Rejected, Sent, Unready
from bot.telegram.delivery import Delivered, InParts
from bot.telegram.planning import PART, facts_of_part

log = structlog.get_logger(__name__)

UNREADY_PAUSE = timedelta(seconds=30)
TRIES = 3  # of a message that may have arrived, in all


async def settle(turn: Turn, back: Sequence[Delivered]) -> None:
    """All that came back, in the given transaction. What arrived, nearly always everything, is written down in one go."""
    for delivered in back:
        if not isinstance(delivered.outcome, Sent):
            await _settle(turn, delivered)
    arrived = [(one, _message_of(one)) for one in back if isinstance(one.outcome, Sent)]
    await turn.uow.outbox.sent({one.row.id: message for one, message in arrived}, turn.now)
    shown = [(one.row.id, one.row.message.chat, message) for one in back if (message := _shown_by(one)) is not None]
    await turn.uow.cards.arrived(shown)
    for one, _ in arrived:
        await deliveries.arrived(turn, one.row.message)


async def undisturbed(turn: Turn, back: Sequence[Delivered]) -> list[Delivered]:
    """Those that can be settled without waiting for anybody: who waited with many chats in hand for who arranges the cards of
    one, and wants those of another, would wait in a circle."""
    chats = {one.row.message.chat for one in back if _shown_by(one) is not None}
    free = await turn.uow.cards.undisturbed(chats) if chats else set()
    return [one for one in back if _shown_by(one) is None or one.row.message.chat in free]


def _message_of(delivered: Delivered) -> MessageId | None:
    return next(iter(delivered.outcome.messages), None) if isinstance(delivered.outcome, Sent) else None


def _shown_by(delivered: Delivered) -> MessageId | None:
    """The new message that shows the row's card."""
    new = delivered.row.message.card is not None and not delivered.edited
    return _message_of(delivered) if new else None


async def settle_each(turn: Turn, back: Sequence[Delivered]) -> None:
    """The same one by one: where what follows from one fails, that one is listed, and keeps nobody else's from being settled."""
    for delivered in back:
        try:
            async with turn.uow.savepoint():
                await settle(turn, [delivered])
        except StoreUnavailable:
            raise
        except Exception as error:
            log.exception("outbox.unsettled", row=delivered.row.id, kind=delivered.row.message.kind)
            state = OutboxState.SENT if isinstance(delivered.outcome, Sent) else OutboxState.UNKNOWN
            why = f"{type(error).__name__}: {error}"
            await turn.uow.outbox.settle(delivered.row.id, state, turn.now, error=why)


async def _settle(turn: Turn, delivered: Delivered) -> None:
    match delivered.outcome:
        case InParts(contents):
            await _queue_parts(turn, delivered, contents)
        case Ambiguous(error):
            await _ambiguous(turn, delivered, error)
        case Blocked(error):
            await _dead(turn, delivered, error)
            await turn.uow.chats.gone(delivered.row.message.chat, error)
            await deliveries.blocked(turn, delivered.row.message)
        case Rejected(error):
            await _dead(turn, delivered, error)
        case Migrated(to):
            await turn.uow.chats.migrate(delivered.row.message.chat, to)
            await _again(turn, delivered, "migrated")
        case Unready(error):
            later = turn.now + UNREADY_PAUSE  # by itself: what else goes to the chat need not wait for a disk
            await turn.uow.outbox.settle(
                delivered.row.id, OutboxState.PENDING, turn.now, error=error, not_before=later, counted=False
            )
        case _:  # definitely not sent, for a reason that passes
            await _again(turn, delivered, type(delivered.outcome).__name__)


def is_toast(message: Message) -> bool:
    """An answer to a press: first in line, outside the chat's limits, worthless after ten seconds."""
    return message.priority is Priority.TOAST


async def _queue_parts(turn: Turn, delivered: Delivered, contents: tuple[Content, ...]) -> None:
    """Each part a row: a crash between two of them sends none twice. The keys keep that true of this step, too. Whoever was
    erased since it was chosen is told nothing more."""
    row = delivered.row
    if not await turn.uow.outbox.settle(row.id, OutboxState.SENT, turn.now):
        return
    for number, content in enumerate(contents):
        part = replace(
            row.message,
            kind=PART,
            facts={**facts_of_part(content), **({} if number else deliveries.first_part(row.message))},
            key=f"part:{row.id}:{number}",
            reply_to=None if number else row.message.reply_to,
        )
        await turn.tell(part)


async def _ambiguous(turn: Turn, delivered: Delivered, error: str) -> None:
    """Edits are idempotent and go again; a toast is not worth it; anything else is tried three times, then listed."""
    spent = is_toast(delivered.row.message) or delivered.row.attempts + 1 >= TRIES
    if spent and not delivered.edited:
        log.warning("outbox.unknown", row=delivered.row.id, error=error)
        await turn.uow.outbox.settle(delivered.row.id, OutboxState.UNKNOWN, turn.now, error=error)
    else:
        await turn.uow.outbox.settle(delivered.row.id, OutboxState.PENDING, turn.now, error=error)


async def _dead(turn: Turn, delivered: Delivered, error: str) -> None:
    log.warning("outbox.dead", row=delivered.row.id, kind=delivered.row.message.kind, error=error)
    await turn.uow.outbox.settle(delivered.row.id, OutboxState.DEAD, turn.now, error=error)


async def _again(turn: Turn, delivered: Delivered, why: str) -> None:
    await turn.uow.outbox.settle(delivered.row.id, OutboxState.PENDING, turn.now, error=why, counted=False)
