"""A pressed message is the card of what it shows: people press faster than a send is written down, and old cards stay around."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from aiogram import BaseMiddleware, Router
from aiogram.types import CallbackQuery, TelegramObject

from bot.domain.errors import Refused
from bot.domain.ids import DraftId, IssueId
from bot.domain.messages import draft_card
from bot.domain.organisation import Person
from bot.services.issues import cards
from bot.services.turn import Turn
from bot.telegram.buttons import OfDraft, OfIssue
from handlers.presses import chat_of, message_of

NOT_CARDS = frozenset({"open"})  # buttons of lists and notices, which point to a card without being one


def install(router: Router) -> None:
    """For every press below the router, before its handler."""
    router.callback_query.middleware(Adopt())


class Adopt(BaseMiddleware):
    """A pressed message that we know as nothing else is its issue's, or its draft's, card in this chat from now on."""

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        if isinstance(event, CallbackQuery):
            await _adopt(data["turn"], event, data.get("callback_data"))
        return await handler(event, data)


async def adopt_refused(turn: Turn, query: CallbackQuery, person: Person) -> None:
    """The same after a refusal, which undid it: else a copy of a card kept its old buttons for ever. Only of what the person may
    see: a press can be made up."""
    for kind in (OfIssue, OfDraft):
        with suppress(TypeError, ValueError):  # it is none, or none of ours
            pressed = kind.unpack(query.data or "")
            if await _may_see(turn, person, pressed):
                await _adopt(turn, query, pressed)


async def _may_see(turn: Turn, person: Person, pressed: OfIssue | OfDraft) -> bool:
    try:
        if isinstance(pressed, OfIssue):
            await cards.check_sight(turn, person, IssueId(pressed.issue))
            return True
        return (await turn.uow.drafts.get(DraftId(pressed.draft))).person == person.id
    except (Refused, LookupError):
        return False


async def _adopt(turn: Turn, query: CallbackQuery, pressed: object) -> None:
    chat, message = chat_of(query), message_of(query)
    if isinstance(pressed, OfIssue) and pressed.do not in NOT_CARDS:
        await cards.shown_at(turn, chat, message, IssueId(pressed.issue))
    elif isinstance(pressed, OfDraft) and message and await turn.uow.cards.card_at(chat, message) is None:
        await turn.uow.cards.put(chat, draft_card(pressed.draft), message)
