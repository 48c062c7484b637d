"""/report in reply to a message of a group."""

from collections.abc import Sequence
from datetime import timedelta

from aiogram import Bot, F, Router
from aiogram.enums import ChatType
from aiogram.filters import CommandObject
from aiogram.types import Message

from bot.domain.errors import MessageNeeded
from bot.domain.ids import ChatId, MessageId
from bot.domain.incoming import Account, Incoming
from bot.domain.organisation import Person
from bot.services.groups import group_reports
from bot.services.turn import Turn
from handlers.commands import Command
from handlers.context import account_of
from handlers.groups import topic_of
from handlers.hearing import incoming_of

AROUND = timedelta(minutes=10)  # an album's messages come within seconds; this is what a delay may take


def build() -> Router:
    """One command."""
    router = Router(name="group_reports")
    router.message(Command("report"), F.chat.type != ChatType.PRIVATE)(report)
    return router


async def report(message: Message, command: CommandObject, turn: Turn, person: Person, bot: Bot) -> None:
    """The message replied to is all that Telegram shows in privacy mode; without it, the rest of its album is known too."""
    quoted = message.reply_to_message
    if quoted is None or quoted.forum_topic_created:  # what stands in a topic replies to its first message
        raise MessageNeeded(why="none")
    author, first = _author(quoted), incoming_of(quoted)
    if first is None:
        raise MessageNeeded(why="empty")
    said = sorted([first, *await _siblings(turn, bot, quoted)], key=lambda one: one.message)
    asked = group_reports.Asked(MessageId(message.message_id), topic_of(message), command.args or "")
    await group_reports.file(turn, person, author, said, asked)


def _author(quoted: Message) -> Account:
    author = account_of(quoted, quoted.from_user)
    if author is None:
        raise MessageNeeded(why="author")
    return author


async def _siblings(turn: Turn, bot: Bot, quoted: Message) -> Sequence[Incoming]:
    """The other messages of its album, as far as they were heard."""
    if quoted.media_group_id is None:
        return []
    chat, when = ChatId(quoted.chat.id), quoted.date
    found = await turn.uow.inbox.album(bot.id, chat, quoted.media_group_id, when - AROUND, when + AROUND)
    heard = [Message.model_validate(one["message"]) for one in found if "message" in one]
    return [sent for one in heard if one.message_id != quoted.message_id and (sent := incoming_of(one)) is not None]
