"""Commands nobody knows, and all the kinds of updates the bot hears and knowingly leaves alone."""

from aiogram import Router
from aiogram.types import CallbackQuery, Message, TelegramObject

from bot.domain import commands
from bot.domain.errors import CommandUnknown
from bot.domain.organisation import Person
from bot.services.turn import Turn
from handlers.presses import answer


def build() -> Router:
    """A text that begins with a command and was claimed by no room before."""
    router = Router(name="unknown")
    router.message(_is_command)(unknown_command)
    return router


def build_rest() -> Router:
    """The last router: buttons of a version long gone, and every update that asks for nothing."""
    router = Router(name="rest")
    router.callback_query()(old_button)
    for name, observer in router.observers.items():
        if name not in {"callback_query", "error"}:
            observer.register(ignore)
    return router


def _is_command(message: Message) -> bool:
    return commands.spoken(message.text) is not None


async def unknown_command(message: Message, person: Person | None) -> None:
    """Say so, with the command that was probably meant."""
    name = (commands.spoken(message.text) or ("", ""))[0]
    private = message.chat.type == "private"
    near = commands.nearest(name, person, group=not private)
    raise CommandUnknown(command=f"/{name}", close=f"/{near}" if near else "")


async def old_button(query: CallbackQuery, turn: Turn) -> None:
    """Nobody knows this button any more, but no press stays unanswered."""
    await answer(turn, query, "old")


async def ignore(event: TelegramObject) -> None:
    """Channel posts, service messages, reactions, polls, talk in groups: none of the bot's business."""
