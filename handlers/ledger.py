"""/ledger and /overdue."""

from aiogram import F, Router
from aiogram.filters import CommandObject
from aiogram.types import CallbackQuery, Message

from bot.domain.ids import ChatId
from bot.domain.organisation import Person
from bot.services.ledger import ledger
from bot.services.turn import Turn
from bot.telegram.buttons import OfList
from handlers.commands import Command
from handlers.presses import answer, chat_of


def build() -> Router:
    """Both in private only (bot/domain/commands.py)."""
    router = Router(name="ledger")
    router.message(Command("ledger"))(file)
    router.message(Command("overdue"))(overdue)
    router.callback_query(OfList.filter(F.name == "overdue"))(turn_page)
    return router


async def file(message: Message, command: CommandObject, turn: Turn, person: Person) -> None:
    """The spreadsheet of what the person may see."""
    await ledger.request(turn, person, ChatId(message.chat.id), command.args or "")


async def overdue(message: Message, turn: Turn, person: Person) -> None:
    """Longest first."""
    await ledger.overdue(turn, person, ChatId(message.chat.id))


async def turn_page(query: CallbackQuery, callback_data: OfList, turn: Turn, person: Person) -> None:
    """Another page, in place."""
    page = int(callback_data.arg) if callback_data.arg.isdecimal() else 0
    await ledger.overdue(turn, person, chat_of(query), page, fresh=False)
    await answer(turn, query)
