"""/board and /units: who watches over what, and what lies where."""

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from bot.domain.ids import ChatId
from bot.domain.organisation import Person
from bot.services.digests import board
from bot.services.office import units
from bot.services.turn import Turn
from bot.telegram.buttons import OfList
from handlers.commands import Command
from handlers.presses import answer, chat_of


def build() -> Router:
    """In private only (bot/domain/commands.py)."""
    router = Router(name="board")
    router.message(Command("board"))(show)
    router.message(Command("units"))(list_units)
    router.callback_query(OfList.filter((F.name == "board") & F.arg.regexp(r"^\d{1,4}\.\d{1,4}$")))(look)
    router.callback_query(OfList.filter((F.name == "units") & F.arg.regexp(r"^\d{1,4}$")))(turn_page)
    return router


async def show(message: Message, turn: Turn, person: Person) -> None:
    """The widest scope first."""
    await board.show(turn, person, ChatId(message.chat.id))


async def look(query: CallbackQuery, callback_data: OfList, turn: Turn, person: Person) -> None:
    """Another scope or page, in place."""
    index, page = map(int, callback_data.arg.split("."))
    await board.show(turn, person, chat_of(query), index, page, fresh=False)
    await answer(turn, query)


async def list_units(message: Message, turn: Turn, person: Person) -> None:
    """The most laden first."""
    await units.show(turn, person, ChatId(message.chat.id))


async def turn_page(query: CallbackQuery, callback_data: OfList, turn: Turn, person: Person) -> None:
    """Another page, in place."""
    await units.show(turn, person, chat_of(query), int(callback_data.arg), fresh=False)
    await answer(turn, query)
