"""Merging: one of those that read alike by one press, or a number to be typed."""

from aiogram import F, Router
from aiogram.enums import ChatType
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from bot.domain.ids import IssueId
from bot.domain.organisation import Person
from bot.services.desk import merging
from bot.services.turn import Turn
from bot.telegram.buttons import OfIssue
from bot.telegram.keyboards.desk import NUMBER
from handlers.dialogs import Asking, awaited, issue_in, leave_if
from handlers.presses import answer


def build() -> Router:
    """The presses, then the answer."""
    router = Router(name="merging")
    merge = F.do == "merge"
    router.callback_query(OfIssue.filter(merge & (F.arg == NUMBER)))(ask)
    router.callback_query(OfIssue.filter(merge & F.arg.regexp(r"^\d{1,18}$")))(press)
    router.callback_query(OfIssue.filter((F.do == "leave") & (F.arg == NUMBER)))(leave)
    router.message(F.chat.type == ChatType.PRIVATE, StateFilter(Asking.number))(write)
    return router


async def ask(query: CallbackQuery, callback_data: OfIssue, turn: Turn, person: Person, state: FSMContext) -> None:
    """Which number? The next message is the answer."""
    await merging.ask(turn, person, IssueId(callback_data.issue))
    await state.set_state(Asking.number)
    await state.set_data({"issue": callback_data.issue})
    await answer(turn, query, "desk_asked")


async def press(query: CallbackQuery, callback_data: OfIssue, turn: Turn, person: Person, state: FSMContext) -> None:
    """Into this one."""
    await merging.merge(turn, person, IssueId(callback_data.issue), IssueId(int(callback_data.arg)))
    await leave_if(state, Asking.number)
    await answer(turn, query, "desk_done", what=callback_data.do)


async def write(message: Message, turn: Turn, person: Person, state: FSMContext) -> None:
    """A number in the clerk's own writing; one that won't do is refused, and another may follow."""
    async with awaited(turn, message, state):
        await merging.take(turn, person, await issue_in(state), message.text or message.caption or "")
        await state.clear()


async def leave(query: CallbackQuery, callback_data: OfIssue, turn: Turn, person: Person, state: FSMContext) -> None:
    """Not after all."""
    await leave_if(state, Asking.number)
    await merging.leave(turn, person, IssueId(callback_data.issue))
    await answer(turn, query)
