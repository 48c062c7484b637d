"""The clerk's desk: /desk, the choosers on a card, and the steps before a unit has the case."""

from collections.abc import Awaitable, Callable, Mapping

from aiogram import F, Router
from aiogram.enums import ChatType
from aiogram.types import CallbackQuery, Message

from bot.domain.ids import IssueId, PersonId, UnitCode
from bot.domain.issue import Category, Kind, Level
from bot.domain.organisation import Person
from bot.services.desk import assigning, claiming, desk, pausing, recounting
from bot.services.issues import cards
from bot.services.tasks import extending
from bot.services.turn import Turn
from bot.telegram.buttons import OfIssue, OfList
from handlers.commands import Command
from handlers.dates import build as build_dates
from handlers.merging import build as build_merging
from handlers.presses import answer, chat_of, message_of
from handlers.reasons import build as build_reasons

Setter = Callable[[Turn, Person, IssueId, str], Awaitable[object]]
SET: Mapping[str, Setter] = {  # a chooser's press → what it sets
    "categorise": lambda turn, person, issue, value: desk.categorise(turn, person, issue, Category(value)),
    "rank": lambda turn, person, issue, value: desk.rank(turn, person, issue, Level(value)),
    "classify": lambda turn, person, issue, value: desk.classify(turn, person, issue, Kind(value)),
    "name_unit": lambda turn, person, issue, value: desk.name_unit(turn, person, issue, UnitCode(value)),
    "hand_over": lambda turn, person, issue, value: assigning.hand_over(turn, person, issue, PersonId(int(value))),
}
STEPS = {
    "register": desk.register,
    "undo": assigning.undo,
    "resume": pausing.resume,
    "grant": extending.grant,
}


def build() -> Router:
    """The desk's own, then the questions it asks."""
    router = Router(name="desk")
    router.message(Command("desk"), F.chat.type == ChatType.PRIVATE)(queue)
    router.callback_query(OfIssue.filter(F.do == "menu"))(menu)
    router.callback_query(OfIssue.filter(F.do == "photos"))(photos)
    router.callback_query(OfIssue.filter(F.do == "next"))(next_case)
    router.callback_query(OfIssue.filter(F.do == "assign"))(assign)
    router.callback_query(OfIssue.filter(F.do == "take_over"))(take_over)
    router.callback_query(OfList.filter(F.name == "recount"))(recount)
    router.callback_query(OfIssue.filter(F.do.in_(STEPS)))(step)
    router.callback_query(OfIssue.filter(F.do.in_(SET) & (F.arg != "")))(choose)
    router.include_routers(build_reasons(), build_dates(), build_merging())
    return router


async def queue(message: Message, turn: Turn, person: Person) -> None:
    """What waits, one case at a time."""
    await desk.open_queue(turn, person)


async def menu(query: CallbackQuery, callback_data: OfIssue, turn: Turn, person: Person) -> None:
    """Open a chooser in place ('unit.1': its second page), or close it ('')."""
    name, _, page = callback_data.arg.partition(".")
    facts = {"menu": name, "page": int(page) if page.isdecimal() else 0} if name else {}
    await claiming.open_menu(turn, person, chat_of(query), message_of(query), IssueId(callback_data.issue), **facts)
    await answer(turn, query)


async def photos(query: CallbackQuery, callback_data: OfIssue, turn: Turn, person: Person) -> None:
    """All evidence, below."""
    count = await cards.photos(turn, person, chat_of(query), IssueId(callback_data.issue))
    await answer(turn, query, "desk_photos", count=count)


async def next_case(query: CallbackQuery, callback_data: OfIssue, turn: Turn, person: Person) -> None:
    """The same message shows the next case."""
    issue = IssueId(callback_data.issue)
    following = await desk.next_case(turn, person, chat_of(query), message_of(query), issue)
    await answer(turn, query, "quiet" if following else "desk_last")


async def take_over(query: CallbackQuery, callback_data: OfIssue, turn: Turn, person: Person) -> None:
    """Out of another clerk's hand."""
    taken = await claiming.take_over(turn, person, IssueId(callback_data.issue))
    await answer(turn, query, "desk_in_hand", taken=taken)


async def recount(query: CallbackQuery, turn: Turn, person: Person) -> None:
    """Provisional deadlines, with the holidays that are published now."""
    await answer(turn, query, "desk_recounted", count=await recounting.recount(turn, person))


async def step(query: CallbackQuery, callback_data: OfIssue, turn: Turn, person: Person) -> None:
    """One press, one step."""
    await STEPS[callback_data.do](turn, person, IssueId(callback_data.issue))
    await answer(turn, query, "desk_done", what=callback_data.do)


async def choose(query: CallbackQuery, callback_data: OfIssue, turn: Turn, person: Person) -> None:
    """A value from a chooser."""
    await SET[callback_data.do](turn, person, IssueId(callback_data.issue), callback_data.arg)
    await answer(turn, query, "desk_done", what=callback_data.do)


async def assign(query: CallbackQuery, callback_data: OfIssue, turn: Turn, person: Person) -> None:
    """Give it to a person; on the way the unit ('u.CODE') and the person ('p.ID') are asked for where they are open."""
    issue = IssueId(callback_data.issue)
    what, _, value = callback_data.arg.partition(".")
    if what == "u":
        await desk.name_unit(turn, person, issue, UnitCode(value))
    open_menu = await assigning.assign(turn, person, issue, PersonId(int(value)) if what == "p" else None)
    if not open_menu:
        told = await assigning.reaches_somebody(turn, issue)
        return await answer(turn, query, "desk_done", alert=not told, what="assign" if told else "assign_unread")
    await claiming.open_menu(turn, person, chat_of(query), message_of(query), issue, menu=open_menu)
    return await answer(turn, query)
