"""The unit's side: /tasks, accepting, and handing in a proof."""

from aiogram import F, Router
from aiogram.enums import ChatType
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from bot.domain import messages
from bot.domain.ids import ChatId, IssueId
from bot.domain.issue import Means
from bot.domain.organisation import Person
from bot.services.tasks import proofs, tasks
from bot.services.tasks.proofs import Proof
from bot.services.turn import Turn
from bot.telegram.buttons import OfIssue
from handlers.commands import Command
from handlers.dialogs import Asking, awaited, issue_in, leave_if
from handlers.hearing import incoming_of
from handlers.presses import answer


def build() -> Router:
    """Presses and the command, then what is sent as proof."""
    router = Router(name="tasks")
    private = F.chat.type == ChatType.PRIVATE
    router.message(Command("tasks"))(show)
    router.callback_query(OfIssue.filter(F.do == "accept"))(accept)
    router.callback_query(OfIssue.filter(F.do == "resolve"))(begin)
    router.callback_query(OfIssue.filter(F.do == "means"))(means)
    router.callback_query(OfIssue.filter(F.do == "hand_in"))(hand_in)
    router.callback_query(OfIssue.filter((F.do == "leave") & (F.arg == "proof")))(leave)
    router.message(private, StateFilter(Asking.proof))(add)
    router.edited_message(private, StateFilter(Asking.proof))(correct)
    return router


async def show(message: Message, turn: Turn, person: Person) -> None:
    """Nearest deadline first."""
    await tasks.show(turn, person)


async def accept(query: CallbackQuery, callback_data: OfIssue, turn: Turn, person: Person) -> None:
    """It is mine."""
    await tasks.accept(turn, person, IssueId(callback_data.issue))
    await answer(turn, query, "desk_done", what=callback_data.do)


async def begin(query: CallbackQuery, callback_data: OfIssue, turn: Turn, person: Person, state: FSMContext) -> None:
    """From now on messages are proof. Pressed again, what was gathered is still there."""
    proof = await _proof(state, callback_data)
    await proofs.begin(turn, person, proof)
    await _remember(state, proof)
    await answer(turn, query, "desk_asked")


async def add(message: Message, turn: Turn, person: Person, state: FSMContext) -> None:
    """A photo, words, or both; whatever else can't be proof is answered."""
    sent = incoming_of(message)
    if sent is None:
        return await turn.tell(
            messages.Message(ChatId(message.chat.id), "report/not_taken", reply_to=message.message_id)
        )
    async with awaited(turn, message, state):
        proof = Proof.of_data(await state.get_data(), await issue_in(state))
        await _remember(state, await proofs.add(turn, person, proof, sent))
    return None


async def correct(message: Message, turn: Turn, person: Person, state: FSMContext) -> None:
    """An edited text replaces its own earlier words; its photo is kept already."""
    sent = incoming_of(message)
    if sent is not None:
        async with awaited(turn, message, state):
            proof = Proof.of_data(await state.get_data(), await issue_in(state))
            await _remember(state, await proofs.correct(turn, person, proof, sent))


async def means(query: CallbackQuery, callback_data: OfIssue, turn: Turn, person: Person, state: FSMContext) -> None:
    """Choose one of the nine, or take it back."""
    proof = await _proof(state, callback_data)
    await _remember(state, await proofs.toggle(turn, person, proof, Means(callback_data.arg)))
    await answer(turn, query)


async def hand_in(query: CallbackQuery, callback_data: OfIssue, turn: Turn, person: Person, state: FSMContext) -> None:
    """Solved, with all that is asked for. On a proof that was left for later: go on with it."""
    if not await _gathering(state, callback_data):
        return await begin(query, callback_data, turn, person, state)
    await proofs.hand_in(turn, person, await _proof(state, callback_data))
    await state.clear()
    return await answer(turn, query, "desk_done", what="resolve")


async def leave(query: CallbackQuery, callback_data: OfIssue, turn: Turn, person: Person, state: FSMContext) -> None:
    """Later."""
    await leave_if(state, Asking.proof)
    await proofs.leave(turn, person, IssueId(callback_data.issue))
    await answer(turn, query)


async def _gathering(state: FSMContext, pressed: OfIssue) -> bool:
    """The person is in the middle of the pressed issue's proof."""
    return await state.get_state() == Asking.proof.state and await issue_in(state) == pressed.issue


async def _proof(state: FSMContext, pressed: OfIssue) -> Proof:
    """What was gathered for the pressed issue; a proof of another one is left (its photos are kept)."""
    data = await state.get_data() if await _gathering(state, pressed) else {}
    return Proof.of_data(data, IssueId(pressed.issue))


async def _remember(state: FSMContext, proof: Proof) -> None:
    await state.set_state(Asking.proof)
    await state.set_data(proof.as_data())
