"""Deadlines and extensions: so many working days by one press, or a day to be typed."""

from aiogram import F, Router
from aiogram.enums import ChatType
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from bot.domain.history import Action
from bot.domain.ids import IssueId
from bot.domain.organisation import Person
from bot.services.desk import assigning, dates
from bot.services.turn import Turn
from bot.telegram.buttons import OfIssue
from bot.telegram.keyboards.desk import DATE
from handlers.dialogs import Asking, awaited, issue_in, leave_if
from handlers.presses import answer
from handlers.reasons import why


def build() -> Router:
    """The presses, then the answer."""
    router = Router(name="dates")
    private = F.chat.type == ChatType.PRIVATE
    set_deadline = F.do == "set_deadline"
    router.callback_query(OfIssue.filter(F.do.in_(("set_deadline", "extend")) & (F.arg == DATE)))(ask)
    router.callback_query(OfIssue.filter(set_deadline & F.arg.regexp(r"^\d{1,3}$")))(days)
    router.callback_query(OfIssue.filter((F.do == "leave") & (F.arg == DATE)))(leave)
    router.message(private, StateFilter(Asking.date))(write)
    return router


async def ask(query: CallbackQuery, callback_data: OfIssue, turn: Turn, person: Person, state: FSMContext) -> None:
    """Which day? The next message is the answer."""
    await dates.ask(turn, person, Action(callback_data.do), IssueId(callback_data.issue))
    await state.set_state(Asking.date)
    await state.set_data({"issue": callback_data.issue, "move": callback_data.do})
    await answer(turn, query, "desk_asked")


async def days(query: CallbackQuery, callback_data: OfIssue, turn: Turn, person: Person, state: FSMContext) -> None:
    """So many working days."""
    await assigning.set_days(turn, person, IssueId(callback_data.issue), int(callback_data.arg))
    await leave_if(state, Asking.date)
    await answer(turn, query, "desk_done", what=callback_data.do)


async def write(message: Message, turn: Turn, person: Person, state: FSMContext) -> None:
    """A day in one's own writing. Of more time the reason is asked next."""
    async with awaited(turn, message, state):
        issue, action = await issue_in(state), Action((await state.get_data()).get("move", Action.SET_DEADLINE))
        day = await dates.take(turn, person, action, issue, message.text or message.caption or "")
        if day is None:
            return
        await state.clear()
        if action is Action.EXTEND:
            await why(turn, person, state, action, issue, day.isoformat())


async def leave(query: CallbackQuery, callback_data: OfIssue, turn: Turn, person: Person, state: FSMContext) -> None:
    """Not after all."""
    await leave_if(state, Asking.date)
    await dates.leave(turn, person, IssueId(callback_data.issue))
    await answer(turn, query)
