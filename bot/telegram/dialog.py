"""Where a person is in a conversation: aiogram's FSM state, kept in the transaction of the update (design.md: one update)."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiogram import BaseMiddleware
from aiogram.dispatcher.middlewares.user_context import EVENT_CONTEXT_KEY, EventContext
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey
from aiogram.types import TelegramObject, Update

from bot.ports import Dialogs
from bot.services.turn import Turn


class DialogStorage(BaseStorage):
    """One update's view of the dialogs: read once, written through."""

    def __init__(self, dialogs: Dialogs) -> None:
        self._dialogs = dialogs
        self._read: dict[str, tuple[str | None, dict[str, Any]]] = {}

    async def get_state(self, key: StorageKey) -> str | None:
        """The state's full name, None outside any dialog."""
        return (await self._load(key))[0]

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        """A copy of what the dialog remembers: JSON values."""
        return dict((await self._load(key))[1])

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        """Enter a state, or leave the dialog with None."""
        name = state.state if isinstance(state, State) else state
        await self._save(key, name, (await self._load(key))[1])

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        """Remember this and nothing else."""
        await self._save(key, (await self._load(key))[0], dict(data))

    async def close(self) -> None:
        """Nothing of its own to close."""

    async def _load(self, key: StorageKey) -> tuple[str | None, dict[str, Any]]:
        name = name_of(key)
        if name not in self._read:
            state, data = await self._dialogs.get(name)
            self._read[name] = (state, dict(data))
        return self._read[name]

    async def _save(self, key: StorageKey, state: str | None, data: dict[str, Any]) -> None:
        if not (state or data) and not any(await self._load(key)):
            return  # leaving a dialog one is not in costs no write
        await self._dialogs.put(name_of(key), state, data)
        self._read[name_of(key)] = (state, data)


def name_of(key: StorageKey) -> str:
    """The row a dialog is kept in: one per chat and person."""
    return key_of(key.chat_id, key.user_id)


def key_of(chat: int, user: int) -> str:
    """The same by chat and person."""
    return f"{chat}:{user}"


class DialogMiddleware(BaseMiddleware):
    """Gives handlers their `state` (and filters `raw_state`) over the unit of work of the update's turn."""

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Updates without a person or a chat have no dialog; their handlers must not ask for one."""
        context: EventContext = data[EVENT_CONTEXT_KEY]
        if context.chat_id is not None and context.user_id is not None:
            turn: Turn = data["turn"]
            pressed = isinstance(event, Update) and event.callback_query is not None
            chat = context.user_id if pressed else context.chat_id  # what a press leads to is asked in private
            key = StorageKey(bot_id=0, chat_id=chat, user_id=context.user_id)
            state = FSMContext(DialogStorage(turn.uow.dialogs), key)
            data.update(state=state, raw_state=await state.get_state())
        return await handler(event, data)
