"""From a refusal to its answer: the sentence (one table, `templates/sentences.html.j2`), where it goes, and the card's truth."""

from aiogram.types import CallbackQuery, Update
from aiogram.types import Message as Heard

from bot.domain.errors import InHand, Refused
from bot.domain.ids import ChatId, DraftId, IssueId, MessageId
from bot.domain.messages import Message
from bot.domain.organisation import Person
from bot.services.issues import cards
from bot.services.people import bound
from bot.services.reporting import drafts
from bot.services.telling import facts_of, refusal
from bot.services.turn import Turn
from handlers.adoption import adopt_refused
from handlers.context import account_of
from handlers.presses import answer, chat_of, message_of

DRAWN = {"issue": cards.card, "desk": cards.desk_of, "ask": cards.question}  # what shows an issue, by its card's name


async def refuse(turn: Turn, update: Update, person: Person | None, error: Refused) -> None:
    """Answer a refused update: an alert for a press, whose card is shown as it is now; a message for anything else.

    Who was refused reads it in their own language, in a group too.
    """
    language = _language(update, person)
    if update.callback_query is not None:
        spoken = {"language": language} if language else {}
        await answer(turn, update.callback_query, "refusal", alert=True, **facts_of(error), **spoken)
        if (
            not isinstance(error, InHand) or chat_of(update.callback_query) > 0
        ):  # another's chooser stays open in a group
            await _show_truth(turn, update.callback_query, person)
    elif (heard := update.message or update.edited_message) is not None:
        await turn.tell(_sentence(heard, error, language))


def _language(update: Update, person: Person | None) -> str | None:
    """The person's; else their Telegram's; None for a mask, which has none."""
    if person is not None and person.language:
        return person.language
    account = account_of(update.event, getattr(update.event, "from_user", None))
    return account.language if account is not None else None


def _sentence(heard: Heard, error: Refused, language: str | None) -> Message:
    topic = heard.message_thread_id if heard.is_topic_message else None
    chat, reply_to = ChatId(heard.chat.id), MessageId(heard.message_id)
    return refusal(chat, error, language=language, reply_to=reply_to, topic=topic)


async def _show_truth(turn: Turn, query: CallbackQuery, person: Person | None) -> None:
    """Old buttons say what is true now (conversations.md): the pressed card is drawn again, and no other: none changed."""
    if person is not None:
        await adopt_refused(turn, query, person)
    chat, message = chat_of(query), message_of(query)
    shown = await turn.uow.cards.card_at(chat, message) if message else None
    thing, _, number = (shown or "").partition(":")
    if thing in DRAWN and (thing == "desk" or await bound.still_open(turn, [chat], IssueId(int(number)))):
        await turn.tell(DRAWN[thing](chat, IssueId(int(number))))
    elif thing == "draft":
        await drafts.show(turn, await turn.uow.drafts.get(DraftId(int(number))))
