"""Under escalations and on cards: nudge; and whatever a leader presses shows that they have seen it."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware, F, Router
from aiogram.types import CallbackQuery, TelegramObject

from bot.domain.ids import IssueId
from bot.domain.organisation import Person
from bot.services.desk import nudging
from bot.services.timed import escalations
from bot.services.turn import Turn
from bot.telegram.buttons import OfIssue, OfList
from bot.telegram.keyboards.timed import told_at
from handlers.presses import answer


def build() -> Router:
    """Presses only."""
    router = Router(name="timed")
    router.callback_query(OfIssue.filter(F.do == "nudge"))(nudge)
    router.callback_query(OfList.filter((F.name == "nudge") & F.arg.regexp(r"^\d{1,18}$")))(nudge_listed)
    router.callback_query(OfList.filter((F.name == "seen") & F.arg.regexp(r"^\d{1,17}$")))(seen)
    return router


def install(router: Router) -> None:
    """For every press below the router, before its handler."""
    router.callback_query.middleware(Seen())


class Seen(BaseMiddleware):
    """Pressing anything about an issue proves that what was escalated about it has been seen."""

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        pressed = data.get("callback_data")
        if isinstance(pressed, OfIssue):
            await escalations.pressed(data["turn"], data["person"], IssueId(pressed.issue))
        return await handler(event, data)


async def nudge(query: CallbackQuery, callback_data: OfIssue, turn: Turn, person: Person) -> None:
    """From the issue's card."""
    await _nudge(query, turn, person, IssueId(callback_data.issue))


async def nudge_listed(query: CallbackQuery, callback_data: OfList, turn: Turn, person: Person) -> None:
    """From the message that told of it."""
    issue = IssueId(int(callback_data.arg))
    await escalations.pressed(turn, person, issue)
    await _nudge(query, turn, person, issue)


async def _nudge(query: CallbackQuery, turn: Turn, person: Person, issue_id: IssueId) -> None:
    issue, at = await nudging.nudge(turn, person, issue_id)
    waits = at.isoformat() if at > turn.now else ""
    await answer(turn, query, "nudged", alert=bool(waits), number=issue.number, count=issue.nudged, at=waits)


async def seen(query: CallbackQuery, callback_data: OfList, turn: Turn, person: Person) -> None:
    """All that this message told of."""
    count = await escalations.seen(turn, person, told_at(callback_data.arg))
    await answer(turn, query, "seen", count=count)
