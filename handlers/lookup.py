"""/my, /issue, /find, and the buttons that open an issue."""

from aiogram import F, Router
from aiogram.enums import ChatType
from aiogram.filters import CommandObject, StateFilter
from aiogram.types import CallbackQuery, Message

from bot.domain.ids import ChatId, IssueId
from bot.domain.issue import parse_number
from bot.domain.organisation import Person
from bot.services.issues import lookup
from bot.services.turn import Turn
from bot.telegram.buttons import OfIssue, OfList
from handlers.commands import Command
from handlers.presses import answer, chat_of


def build() -> Router:
    """Commands, then their buttons."""
    router = Router(name="lookup")
    router.message(Command("my"))(my)
    router.message(Command("issue"), F.chat.type == ChatType.PRIVATE)(issue)
    router.message(Command("issue"))(issue_in_group)
    router.message(Command("find"))(find)
    router.message(F.chat.type == ChatType.PRIVATE, StateFilter(None), _is_number)(pasted_number)
    router.callback_query(OfList.filter(F.name == "my"))(turn_page)
    router.callback_query(OfIssue.filter(F.do == "open"))(open_issue)
    return router


def _is_number(message: Message, turn: Turn) -> bool:
    """A text that is nothing but a number of ours, as people copy it from a card."""
    number = parse_number(message.text or "")
    return number is not None and number.startswith(f"{turn.policy.prefix}-") and message.reply_to_message is None


async def my(message: Message, turn: Turn, person: Person) -> None:
    """The first page of one's reports."""
    await lookup.my(turn, person, ChatId(message.chat.id))


async def turn_page(query: CallbackQuery, callback_data: OfList, turn: Turn, person: Person) -> None:
    """Another page, in place."""
    page = int(callback_data.arg) if callback_data.arg.isdecimal() else 0
    await lookup.my(turn, person, chat_of(query), min(page, lookup.MINE), fresh=False)
    await answer(turn, query)


async def issue(message: Message, command: CommandObject, turn: Turn, person: Person) -> None:
    """One issue's card."""
    await lookup.open_number(turn, person, command.args or "")


async def pasted_number(message: Message, turn: Turn, person: Person) -> None:
    """The same as /issue: nobody reports a number."""
    await lookup.open_number(turn, person, message.text or "")


async def issue_in_group(message: Message, command: CommandObject, turn: Turn, person: Person) -> None:
    """The same for a group, within what the group was opened to."""
    topic = message.message_thread_id if message.is_topic_message else None
    await lookup.open_in_group(turn, person, ChatId(message.chat.id), command.args or "", topic)


async def find(message: Message, command: CommandObject, turn: Turn, person: Person) -> None:
    """Issues by words."""
    await lookup.find(turn, person, ChatId(message.chat.id), command.args or "")


async def open_issue(query: CallbackQuery, callback_data: OfIssue, turn: Turn, person: Person) -> None:
    """The card at the bottom of the chat."""
    await lookup.open_issue(turn, person, IssueId(callback_data.issue))
    await answer(turn, query)
