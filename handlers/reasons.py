"""Steps that need their reason, pressed or written; photos may come along."""

from functools import cache

from aiogram import F, Router
from aiogram.enums import ChatType
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from bot.domain.errors import ReasonNeeded
from bot.domain.history import Action
from bot.domain.ids import IssueId
from bot.domain.organisation import Person
from bot.services.desk import reasons
from bot.services.turn import Turn
from bot.telegram.buttons import OfIssue
from bot.telegram.keyboards.desk import DATE
from bot.telegram.keyboards.issue import REASONS
from handlers.dialogs import Asking, awaited, leave_if
from handlers.hearing import incoming_of
from handlers.presses import answer
from templates.catalogues import Catalogue

_STEPS = frozenset(action.value for action in (*reasons.STEPS, *reasons.DETAILED))


def build() -> Router:
    """The presses, then the answers."""
    router = Router(name="reasons")
    private = F.chat.type == ChatType.PRIVATE
    router.callback_query(OfIssue.filter(F.do.in_(_STEPS) & (F.arg != DATE)))(press)
    router.callback_query(OfIssue.filter((F.do == "leave") & F.arg.in_(_STEPS)))(leave)
    router.message(private, StateFilter(Asking.reason))(write)
    return router


async def press(query: CallbackQuery, callback_data: OfIssue, turn: Turn, person: Person, state: FSMContext) -> None:
    """The step: why? Or, with its number, one of the usual reasons. Before the number stands what else the step knows."""
    action, issue = Action(callback_data.do), IssueId(callback_data.issue)
    detail, number = _parts(callback_data.arg)
    if number is None:
        await why(turn, person, state, action, issue, detail)
        return await answer(turn, query, "desk_asked")
    words = _usual(action, number, turn.policy.language)
    await reasons.give(turn, person, action, issue, words, detail)
    await leave_if(state, Asking.reason)
    return await answer(turn, query, "desk_done", what=callback_data.do)


async def why(turn: Turn, person: Person, state: FSMContext, action: Action, issue: IssueId, detail: str = "") -> None:
    """Ask for the reason; the next message is the answer."""
    await reasons.ask(turn, person, action, issue, detail)
    await state.set_state(Asking.reason)
    await state.set_data({"issue": issue, "move": action.value, "detail": detail})


async def write(message: Message, turn: Turn, person: Person, state: FSMContext) -> None:
    """A reason in one's own words, perhaps with a photo."""
    data = await state.get_data()
    action, sent = Action(data["move"]), incoming_of(message)
    if sent is None:
        raise ReasonNeeded(move=action.value)
    async with awaited(turn, message, state):
        if await reasons.take(turn, person, action, IssueId(data["issue"]), sent, data.get("detail", "")):
            await state.clear()


async def leave(query: CallbackQuery, callback_data: OfIssue, turn: Turn, person: Person, state: FSMContext) -> None:
    """Not after all."""
    await leave_if(state, Asking.reason)
    await reasons.leave(turn, person, Action(callback_data.arg), IssueId(callback_data.issue))
    await answer(turn, query)


def _parts(arg: str) -> tuple[str, int | None]:
    """'2026-12-03.1' → that day, and the reason's number; '2026-12-03' or 'partly': no reason yet."""
    detail, _, number = arg.rpartition(".")
    return (detail, int(number)) if number.isdecimal() and len(number) < 3 else (arg, None)


def _usual(action: Action, number: int, language: str) -> str:
    """The pressed reason in the office's language, which the ledger is kept in; '' for a button we don't have."""
    usual = REASONS[action]
    return _catalogue(language).gettext(usual[number]) if number < len(usual) else ""


@cache
def _catalogue(language: str) -> Catalogue:
    return Catalogue.load(language)
