"""/start: plain, from a service card, from an invitation, from a link to an issue."""

from aiogram import Router
from aiogram.filters import CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.types import Message

from bot.domain.errors import CardRevoked, InvitationInvalid, Refused, Stranger
from bot.domain.ids import ChatId
from bot.domain.incoming import Account
from bot.domain.organisation import Person
from bot.services.issues import lookup
from bot.services.office import binding
from bot.services.people import people
from bot.services.reporting import scanning
from bot.services.telling import refusal
from bot.services.turn import Turn
from handlers.commands import Command

QUIET_MINUTES = 10  # a stranger trying tokens hears so once in a while, not each time


def build() -> Router:
    """One command; its first two letters say which form."""
    router = Router(name="start")
    router.message(Command("start"))(start)
    return router


async def start(
    message: Message, command: CommandObject, turn: Turn, person: Person | None, account: Account, state: FSMContext
) -> None:
    """Greet, scan, bind or open. What a stranger's link can't do is said without raising: it must not be said too often."""
    await state.clear()
    try:
        await _open(turn, person, account, ChatId(message.chat.id), (command.args or "").strip())
    except (CardRevoked, InvitationInvalid, Stranger) as error:
        if person is not None and not person.left:
            raise
        await _tell_now_and_then(turn, ChatId(message.chat.id), account, error)


async def _open(turn: Turn, person: Person | None, account: Account, chat: ChatId, payload: str) -> None:
    kind, rest = payload[:2], payload[2:]
    if kind == "c_":
        await scanning.scan(turn, person, account, rest)
    elif kind == "i_":
        await binding.bind(turn, person, account, rest)
    elif person is None or person.left:
        raise Stranger
    elif kind == "n_":
        await lookup.open_number(turn, person, rest)
    else:
        await people.welcome(turn, person, chat)


async def _tell_now_and_then(turn: Turn, chat: ChatId, account: Account, error: Refused) -> None:
    bucket = int(turn.now.timestamp()) // (QUIET_MINUTES * 60)
    why = error.facts.get("why", "")
    key = f"start:{account.user}:{error.reason}:{why}:{bucket}"
    await turn.tell(refusal(chat, error, key=key, language=account.language))
