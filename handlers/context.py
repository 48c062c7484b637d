"""Who speaks: the person behind a numeric account id, before any handler runs."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware, Router
from aiogram.types import Message, TelegramObject, User

from bot.domain.ids import UserId
from bot.domain.incoming import Account
from bot.services.people import people
from bot.services.turn import Turn

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


def install(router: Router) -> None:
    """Gives `person` and `account` to all handlers below the router."""
    for observer in router.observers.values():
        if observer.event_name != "error":
            observer.outer_middleware(Who())


class Who(BaseMiddleware):
    """`account`: the Telegram account (None for channels and anonymous admins); `person`: whom the office knows behind it."""

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        turn: Turn = data["turn"]
        data["account"] = account = account_of(event, data.get("event_from_user"))
        data["person"] = None if account is None else await people.recognise(turn, account)
        return await handler(event, data)


def account_of(event: TelegramObject, user: User | None) -> Account | None:
    """The account that speaks for itself: not a bot, not a chat's mask (an anonymous admin, a channel)."""
    masked = isinstance(event, Message) and event.sender_chat is not None
    if user is None or user.is_bot or masked:
        return None
    return Account(UserId(user.id), user.full_name, user.language_code)
