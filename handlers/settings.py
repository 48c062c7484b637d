"""/help, /language, /cancel."""

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from bot.domain import messages
from bot.domain.ids import ChatId
from bot.domain.organisation import Person
from bot.services.people import people
from bot.services.reporting import reporting
from bot.services.turn import Turn
from bot.telegram.buttons import OfSetting
from handlers.commands import Command
from handlers.presses import answer, chat_of

CARD = "settings:language"


def build() -> Router:
    """Settings are a person's own; help is for everybody we know."""
    router = Router(name="settings")
    router.message(Command("help"))(help_)
    router.message(Command("language"))(language)
    router.message(Command("cancel"))(cancel)
    router.callback_query(OfSetting.filter(F.name == "language"))(speak)
    return router


async def help_(message: Message, turn: Turn, person: Person | None) -> None:
    """The commands this person may use here."""
    topic = message.message_thread_id if message.is_topic_message else None
    await people.help_for(turn, person, ChatId(message.chat.id), topic)


async def language(message: Message, turn: Turn) -> None:
    """Which one is spoken, and the other one to press."""
    await turn.tell(messages.Message(ChatId(message.chat.id), "settings/language", card=CARD, fresh=True))


async def speak(query: CallbackQuery, callback_data: OfSetting, turn: Turn, person: Person) -> None:
    """At once: this very message changes its language."""
    if callback_data.value in {"zh", "en"}:
        await people.set_language(turn, person, callback_data.value)
    await turn.tell(messages.Message(chat_of(query), "settings/language", card=CARD))
    await answer(turn, query, "language")


async def cancel(message: Message, turn: Turn, person: Person, state: FSMContext) -> None:
    """First the question the bot is waiting an answer to, else the draft; and say which."""
    chat = ChatId(message.chat.id)
    asked = await state.get_state()
    await state.clear()
    dialog = asked is not None and not asked.startswith("Choosing:")
    draft = not dialog and await reporting.cancel_open(turn, person, chat)
    what = "dialog" if dialog else "draft" if draft else ""
    await turn.tell(messages.Message(chat, "settings/cancelled", {"what": what}))
