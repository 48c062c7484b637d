"""/people: who is active, and what an admin does about it."""

from collections.abc import Awaitable, Callable, Mapping

from aiogram import Bot, F, Router
from aiogram.types import CallbackQuery, Message

from bot.domain.ids import ChatId, PersonId
from bot.domain.organisation import Person
from bot.services.office import roster
from bot.services.turn import Turn
from bot.telegram.buttons import OfList
from handlers.commands import Command
from handlers.presses import answer, chat_of

View = Callable[[Turn, Person, ChatId, list[int]], Awaitable[object]]
VIEWS: Mapping[str, View] = {  # the letter of a press → what the card shows next
    "u": lambda turn, person, chat, n: roster.units(turn, person, chat, n[0], fresh=False),
    "m": lambda turn, person, chat, n: roster.members(turn, person, chat, n[0], n[1]),
    "p": lambda turn, person, chat, n: roster.member(turn, person, chat, PersonId(n[0])),
    "r": lambda turn, person, chat, n: roster.member(turn, person, chat, PersonId(n[0]), "revoke"),
}


def build() -> Router:
    """Looking is for clerks and admins, the rest for admins; the use cases check."""
    router = Router(name="roster")
    router.message(Command("people"))(people)
    router.callback_query(OfList.filter((F.name == "people") & F.arg.regexp(r"^i\.\d+$")))(invite)
    router.callback_query(OfList.filter((F.name == "people") & F.arg.regexp(r"^x\.\d+$")))(revoke)
    router.callback_query(OfList.filter((F.name == "people") & F.arg.regexp(r"^([upr]\.\d+|m\.\d+\.\d+)$")))(look)
    return router


async def people(message: Message, turn: Turn, person: Person) -> None:
    """The units."""
    await roster.units(turn, person, ChatId(message.chat.id))


async def look(query: CallbackQuery, callback_data: OfList, turn: Turn, person: Person) -> None:
    """Another view, in place."""
    letter, *numbers = callback_data.arg.split(".")
    await VIEWS[letter](turn, person, chat_of(query), [int(number) for number in numbers])
    await answer(turn, query)


async def invite(query: CallbackQuery, callback_data: OfList, turn: Turn, person: Person, bot: Bot) -> None:
    """A link, as a message of its own."""
    name = (await bot.me()).username or ""
    await roster.invite(turn, person, chat_of(query), _who(callback_data), name)
    await answer(turn, query, "invited")


async def revoke(query: CallbackQuery, callback_data: OfList, turn: Turn, person: Person) -> None:
    """For good; the card shows what is left."""
    await roster.revoke(turn, person, chat_of(query), _who(callback_data))
    await answer(turn, query, "revoked")


def _who(pressed: OfList) -> PersonId:
    return PersonId(int(pressed.arg.partition(".")[2]))
