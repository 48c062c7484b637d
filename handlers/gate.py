"""Who may speak at all: strangers, masks, people who left and forwarded commands are answered here and go no further."""

from typing import Any

from aiogram import BaseMiddleware, Bot, Router
from aiogram.enums import ChatType
from aiogram.types import CallbackQuery, Message, TelegramObject

from bot.domain.commands import BY_NAME, spoken
from bot.domain.errors import AnonymousSender, ForwardedCommand, GroupOnly, PrivateOnly, Refused, Retired, Stranger
from bot.domain.ids import ChatId, MessageId
from bot.domain.incoming import Account
from bot.domain.organisation import Person
from bot.services.people import people
from bot.services.telling import refusal
from bot.services.turn import Turn
from handlers.context import Handler


def install(router: Router) -> None:
    """Stands before every handler of messages and presses below the router."""
    router.message.outer_middleware(MessageGate())
    router.edited_message.outer_middleware(EditGate())
    router.callback_query.outer_middleware(PressGate())


class MessageGate(BaseMiddleware):
    """Commands win over dialogs: for them `raw_state`, which aiogram's state filters read, is empty."""

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        if not isinstance(event, Message):
            return await handler(event, data)
        command = spoken(event.text)
        if command is not None:
            data["raw_state"] = None
            if not await _for_us(event, command, data["bot"]):
                return None
        if await _unknown_speaker(event, command, data):
            return None
        if command is not None:
            _check_form(event, command[0])
        return await handler(event, data)


class EditGate(BaseMiddleware):
    """Only people we know have anything to edit; and an edited text is never a command."""

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        person: Person | None = data["person"]
        return None if person is None or person.left else await handler(event, data)


class PressGate(BaseMiddleware):
    """Every press is answered; what it may do is checked again by the use case."""

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        person: Person | None = data["person"]
        if isinstance(event, CallbackQuery) and (person is None or person.left):
            raise Retired if person else Stranger
        return await handler(event, data)


async def _for_us(message: Message, command: tuple[str, str], bot: Bot) -> bool:
    """In groups: a command of ours, or one that names us. In private everything is for us."""
    if message.chat.type == ChatType.PRIVATE:
        return True
    name, addressee = command
    if addressee:
        return addressee.lower() == ((await bot.me()).username or "").lower()
    return name in BY_NAME


def _check_form(message: Message, name: str) -> None:
    """Raises ForwardedCommand, AnonymousSender, PrivateOnly, GroupOnly."""
    if message.forward_origin is not None:
        raise ForwardedCommand
    if message.sender_chat is not None:
        raise AnonymousSender
    known, private = BY_NAME.get(name), message.chat.type == ChatType.PRIVATE
    if known is not None and private and not known.private:
        raise GroupOnly(command=f"/{name}")
    if known is not None and not private and not known.group:
        raise PrivateOnly(command=f"/{name}")


async def _unknown_speaker(message: Message, command: tuple[str, str] | None, data: dict[str, Any]) -> bool:
    """True if the speaker has no say here; they are told once in a while, whatever they send and however often. A link of
    /start lets anybody in, if they follow it themselves."""
    person: Person | None = data["person"]
    account: Account | None = data["account"]
    private = message.chat.type == ChatType.PRIVATE
    if (person is not None and not person.left) or account is None or not (private or command):
        return False
    if private and message.forward_origin is None and _is_link(command, message.text or ""):
        return False
    error: Refused = Retired() if person else Stranger()
    await _answer_once(data["turn"], message, account, error)
    return True


def _is_link(command: tuple[str, str] | None, text: str) -> bool:
    return command is not None and command[0] == "start" and len(text.split()) > 1


async def _answer_once(turn: Turn, message: Message, account: Account, error: Refused) -> None:
    """In a group as a reply: it is meant for them alone."""
    if await people.knock(turn, account.user):
        topic = message.message_thread_id if message.is_topic_message else None
        reply_to = MessageId(message.message_id) if message.chat.type != ChatType.PRIVATE else None
        said = refusal(ChatId(message.chat.id), error, language=account.language, topic=topic, reply_to=reply_to)
        await turn.tell(said)
