"""/privacy, and an administrator's word on who asks to be erased."""

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from bot.domain.ids import ChatId, PersonId
from bot.domain.organisation import Person
from bot.services.office import privacy
from bot.services.turn import Turn
from bot.telegram.buttons import OfList, OfSetting
from handlers.commands import Command
from handlers.presses import answer, chat_of


def build() -> Router:
    """One's own data is for everybody we know; in private only."""
    router = Router(name="privacy")
    router.message(Command("privacy"))(show)
    router.callback_query(OfSetting.filter(F.name == "privacy"))(choose)
    router.callback_query(OfList.filter((F.name == "erase") & F.arg.regexp(r"^[yn]\.\d{1,18}$")))(decide)
    return router


async def show(message: Message, turn: Turn, person: Person) -> None:
    """What is kept."""
    await privacy.show(turn, person, ChatId(message.chat.id), fresh=True)


async def choose(query: CallbackQuery, callback_data: OfSetting, turn: Turn, person: Person) -> None:
    """Always the presser's own, wherever the button hangs."""
    chat = ChatId(query.from_user.id)
    match callback_data.value:
        case "export":
            await privacy.export(turn, person, chat)
        case "sure":
            await privacy.ask(turn, person, chat)
        case asked:
            await privacy.show(turn, person, chat, "erase" if asked == "erase" else "")
    await answer(turn, query)


async def decide(query: CallbackQuery, callback_data: OfList, turn: Turn, person: Person) -> None:
    """Once; whoever comes second sees what is true now."""
    word, _, who = callback_data.arg.partition(".")
    waited = await privacy.decide(turn, person, chat_of(query), PersonId(int(who)), grant=word == "y")
    await answer(turn, query, "quiet" if waited else "old")
