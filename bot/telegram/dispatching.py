"""aiogram's dispatcher as we use it: parses and routes an update, and can reach nothing but the turn it is given."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any

from aiogram import Bot, Dispatcher, Router
from aiogram.client.session.base import BaseSession
from aiogram.methods import GetMe, TelegramMethod
from aiogram.types import Update, User

from bot.services.turn import Turn
from bot.telegram.dialog import DialogMiddleware

KINDS = tuple(name for name in Update.model_fields if name != "update_id")
"""Every kind of update this aiogram can parse. Others are ignored, knowingly."""

ASKED_FOR = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds we have an answer to; Telegram need not send the rest (and an older server need not know them)."""


class NetworkUsedError(RuntimeError):
    """A handler tried to call Telegram: messages go through the outbox."""


class Disconnected(BaseSession):
    """A session that never calls anybody. It knows who we are, which is what commands in groups are compared with."""

    def __init__(self, me: User) -> None:
        super().__init__()
        self._me = me

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[Any],
        timeout: int | None = None,  # noqa: ASYNC109 - aiogram's signature
    ) -> Any:
        """NetworkUsedError, but for the question who we are."""
        if isinstance(method, GetMe):
            return self._me
        raise NetworkUsedError(type(method).__name__)

    async def stream_content(
        self,
        url: str,
        headers: dict[str, Any] | None = None,
        timeout: int = 30,  # noqa: ASYNC109 - aiogram's signature
        chunk_size: int = 65536,
        raise_for_status: bool = True,
    ) -> AsyncGenerator[bytes, None]:
        """Always NetworkUsedError."""
        raise NetworkUsedError("stream_content")
        yield b""

    async def close(self) -> None:
        """Nothing to close."""


def kind_of(update: Mapping[str, Any]) -> str | None:
    """Which kind of update this is, None if we don't know it."""
    return next((kind for kind in KINDS if kind in update), None)


class Ear:
    """Hears one raw update: parse, route, handle. `bot_name` (without @) is what commands in groups are addressed to."""

    def __init__(self, router: Router, bot_id: int, bot_name: str) -> None:
        Update.model_rebuild()  # where models are late (late_models): now, and not while the first person waits
        me = User(id=bot_id, is_bot=True, first_name=bot_name, username=bot_name)
        self._bot = Bot(f"{bot_id}:disconnected", session=Disconnected(me))
        self._dispatcher = Dispatcher(disable_fsm=True)
        self._dispatcher.update.outer_middleware(DialogMiddleware())
        self._dispatcher.include_router(router)
        _unthread(self._dispatcher)

    def parse(self, update: Mapping[str, Any]) -> Update:
        """Raises pydantic's ValidationError for what is no update."""
        return Update.model_validate(update, context={"bot": self._bot})

    async def hear(self, update: Update, turn: Turn) -> None:
        """Raises what the handler raised."""
        await self._dispatcher.feed_update(self._bot, update, turn=turn)


def _unthread(dispatcher: Dispatcher) -> None:
    """aiogram runs every plain function in a thread of its own. Ours are filters that only look: calling them right here
    saves some twenty switches of thread per update (measured: a fifth of its time)."""
    for router in dispatcher.chain_tail:
        for observer in router.observers.values():
            for handler in observer.handlers:
                for check in handler.filters or ():
                    if not check.awaitable:
                        check.callback, check.awaitable = _direct(check.callback), True


def _direct(look: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    async def looked(*args: Any, **kwargs: Any) -> Any:
        return look(*args, **kwargs)

    return looked
