"""The end of an issue: the reporter's word and rating, the clerk's striking off."""

from aiogram import F, Router
from aiogram.types import CallbackQuery

from bot.domain.ids import IssueId
from bot.domain.issue import Satisfaction
from bot.domain.organisation import Person
from bot.services.desk import closing
from bot.services.turn import Turn
from bot.telegram.buttons import OfIssue
from handlers.presses import answer

STEPS = {"confirm": closing.confirm, "clear": closing.clear}


def build() -> Router:
    """Not solved and reopen need a reason: handlers/reasons.py."""
    router = Router(name="closing")
    router.callback_query(OfIssue.filter(F.do.in_(STEPS)))(step)
    router.callback_query(OfIssue.filter((F.do == "rate") & F.arg.in_(set(Satisfaction))))(rate)
    return router


async def step(query: CallbackQuery, callback_data: OfIssue, turn: Turn, person: Person) -> None:
    """One press, one word."""
    await STEPS[callback_data.do](turn, person, IssueId(callback_data.issue))
    await answer(turn, query, "desk_done", what=callback_data.do)


async def rate(query: CallbackQuery, callback_data: OfIssue, turn: Turn, person: Person) -> None:
    """How content the reporter is."""
    await closing.rate(turn, person, IssueId(callback_data.issue), Satisfaction(callback_data.arg))
    await answer(turn, query, "desk_done", what=callback_data.do)
