"""Questions the bot waits an answer to: the states, and how a dialog ends when its step is no longer possible."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import Message

from bot.domain.errors import IllegalMove, IssueUnknown, NotAllowed, NotYours
from bot.domain.ids import ChatId, IssueId, MessageId
from bot.services.telling import refusal
from bot.services.turn import Turn

FINAL = (IllegalMove, NotAllowed, NotYours, IssueUnknown)  # asking again would not help


class Asking(StatesGroup):
    """What is awaited in a private chat. Data: `issue`, and what the dialog has gathered."""

    reason = State()
    date = State()
    number = State()
    proof = State()


@asynccontextmanager
async def awaited(turn: Turn, message: Message, state: FSMContext) -> AsyncIterator[None]:
    """Around handling an answer: if its step is not possible any more, say so and leave the dialog; what the person
    sends next is a report again. Use cases check before they write, so nothing is half done."""
    try:
        yield
    except FINAL as error:
        await state.clear()
        await turn.tell(refusal(ChatId(message.chat.id), error, reply_to=MessageId(message.message_id)))


async def issue_in(state: FSMContext) -> IssueId:
    """What the dialog is about."""
    return IssueId((await state.get_data())["issue"])


async def leave_if(state: FSMContext, *awaited_ones: State) -> None:
    """Leave the dialog if it is one of these; another one is none of ours to end."""
    if await state.get_state() in {one.state for one in awaited_ones}:
        await state.clear()
