"""/digest: the figures as they stand now, and the button that sends them to the groups."""

from aiogram import F, Router
from aiogram.enums import ChatType
from aiogram.filters import CommandObject
from aiogram.types import CallbackQuery, Message

from bot.domain.ids import ChatId
from bot.domain.organisation import Person
from bot.services.digests import previews
from bot.services.people import scopes
from bot.services.turn import Turn
from bot.telegram.buttons import OfList
from handlers.commands import Command
from handlers.presses import answer


def build() -> Router:
    """In private a preview, in a group the group's own."""
    router = Router(name="digest")
    router.message(Command("digest"), F.chat.type == ChatType.PRIVATE)(preview)
    router.message(Command("digest"))(in_group)
    router.callback_query(OfList.filter(F.name == "digest"))(send)
    return router


async def preview(message: Message, command: CommandObject, turn: Turn, person: Person) -> None:
    """Of the widest scope the person reads, or of the one they name."""
    scope = await scopes.resolve(turn, command.args) if command.args else None
    await previews.show(turn, person, ChatId(message.chat.id), scope)


async def in_group(message: Message, turn: Turn, person: Person) -> None:
    """Of the scope the group was bound to."""
    topic = message.message_thread_id if message.is_topic_message else None
    await previews.show_group(turn, person, ChatId(message.chat.id), topic)


async def send(query: CallbackQuery, callback_data: OfList, turn: Turn, person: Person) -> None:
    """To every subscribed group in the previewed scope, once per preview."""
    groups = await previews.send_now(turn, person, callback_data.arg)
    await answer(turn, query, "digest_sent", groups=groups)
