"""From a refusal to its answer: the sentence (one table, `templates/sentences.html.j2`), where it goes, and the card's truth."""

from aiogram.types import CallbackQuery, Update
from aiogram.types import Message as Heard

from bot.domain.errors import Refused
from bot.domain.ids import ChatId, DraftId, IssueId, MessageId
from bot.domain.messages import Message
from bot.domain.organisation import Person
from bot.services import cards, drafts
from bot.services.telling import facts_of, refusal
from bot.services.turn import Turn
from handlers.presses import answer, chat_of, message_of


async def refuse(turn: Turn, update: Update, person: Person | None, error: Refused) -> None:
    """Answer a refused update: an alert for a press, whose card is shown as it is now; a message for anything else."""
    if update.callback_query is not None:
        await answer(turn, update.callback_query, "refusal", alert=True, **facts_of(error))
        await _show_truth(turn, update.callback_query)
    elif (heard := update.message or update.edited_message) is not None:
        await turn.tell(_sentence(heard, error))


def _sentence(heard: Heard, error: Refused) -> Message:
    topic = heard.message_thread_id if heard.is_topic_message else None
    return refusal(ChatId(heard.chat.id), error, reply_to=MessageId(heard.message_id), topic=topic)


async def _show_truth(turn: Turn, query: CallbackQuery) -> None:
    """Old buttons say what is true now (conversations.md): the pressed card is drawn again."""
    chat, message = chat_of(query), message_of(query)
    shown = await turn.uow.cards.card_at(chat, message) if message else None
    thing, _, number = (shown or "").partition(":")
    if thing == "issue":
        await cards.refresh(turn, IssueId(int(number)))
    elif thing == "draft":
        await drafts.show(turn, await turn.uow.drafts.get(DraftId(int(number))))
