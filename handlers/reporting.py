"""A report in the making: whatever a person sends in private, and the buttons of the draft's card."""

from aiogram import F, Router
from aiogram.enums import ChatType
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.domain import messages
from bot.domain.ids import ChatId, DraftId, ProjectCode
from bot.domain.issue import Category, Issue, Level
from bot.domain.organisation import Person
from bot.services.reporting import drafts, filing, reporting
from bot.services.reporting.drafts import CLOSED_MENU, Menu
from bot.services.turn import Turn
from bot.telegram.buttons import OfDraft
from handlers.hearing import incoming_of, not_taken
from handlers.presses import answer

SEARCH_LENGTH = 40  # a longer text is no project's name but part of the report


class Choosing(StatesGroup):
    """The card is open at a chooser: it stays open while photos come in, and a short text searches for a project."""

    project = State()


def build() -> Router:
    """Choosing first, then everything else of private chats."""
    router = Router(name="reporting")
    private = F.chat.type == ChatType.PRIVATE
    router.message(private, StateFilter(Choosing.project), _is_search)(search)
    router.message(private)(take)
    router.callback_query(OfDraft.filter(F.do == "submit"))(submit)
    router.callback_query(OfDraft.filter(F.do == "menu"))(menu)
    router.callback_query(OfDraft.filter(F.do == "file"))(file)
    router.callback_query(OfDraft.filter(F.do == "project"))(project)
    router.callback_query(OfDraft.filter((F.do == "category") & F.arg.in_(set(Category))))(category)
    router.callback_query(OfDraft.filter((F.do == "level") & F.arg.in_(set(Level))))(level)
    router.callback_query(OfDraft.filter(F.do == "cancel"))(cancel)
    router.callback_query(OfDraft.filter(F.do == "add"))(add)
    return router


def _is_search(message: Message) -> bool:
    text = message.text or ""
    return 0 < len(text) <= SEARCH_LENGTH and "\n" not in text and message.reply_to_message is None


async def take(message: Message, turn: Turn, person: Person, state: FSMContext) -> None:
    """Begin a draft, extend it, or add to what was filed; what can't be taken is answered with what can."""
    sent = incoming_of(message)
    if sent is not None:
        await reporting.receive(turn, person, sent, await _open_menu(state))
    elif not_taken(message):
        chat = ChatId(message.chat.id)
        await turn.tell(messages.Message(chat, "report/not_taken", reply_to=message.message_id))


async def search(message: Message, turn: Turn, person: Person, state: FSMContext) -> None:
    """The projects whose names hold these words. Without a draft any more, the words begin one; and a guest, whose
    chooser asks for no words, means them for the report."""
    if person.is_guest:
        return await take(message, turn, person, state)
    data = await state.update_data(words=message.text)
    found = Menu("project", words=message.text or "", submit=bool(data.get("submit")))
    if not await drafts.reopen_menu(turn, person, DraftId(data.get("draft", 0)), found):
        await state.clear()
        await take(message, turn, person, state)
    return None


async def submit(query: CallbackQuery, callback_data: OfDraft, turn: Turn, person: Person, state: FSMContext) -> None:
    """File it, or ask for the project first."""
    issue = await filing.submit(turn, person, DraftId(callback_data.draft))
    if issue is None:
        await _choose(state, callback_data.draft, submit=True)
        return await answer(turn, query, "which_project")
    return await _filed(query, turn, state, issue)


async def menu(query: CallbackQuery, callback_data: OfDraft, turn: Turn, person: Person, state: FSMContext) -> None:
    """Open a chooser in place, or close it."""
    wanted = Menu(callback_data.arg) if callback_data.arg else CLOSED_MENU
    await drafts.open_menu(turn, person, DraftId(callback_data.draft), wanted)
    if wanted.name == "project":
        await _choose(state, callback_data.draft, submit=False)
    else:
        await _close(state)
    await answer(turn, query)


async def file(query: CallbackQuery, callback_data: OfDraft, turn: Turn, person: Person, state: FSMContext) -> None:
    """The project that submitting asked for: this files."""
    draft, code = DraftId(callback_data.draft), ProjectCode(callback_data.arg)
    await _filed(query, turn, state, await filing.file_under(turn, person, draft, code))


async def project(query: CallbackQuery, callback_data: OfDraft, turn: Turn, person: Person, state: FSMContext) -> None:
    """The project is named; the draft stays one."""
    draft, code = DraftId(callback_data.draft), ProjectCode(callback_data.arg)
    await drafts.choose_project(turn, person, draft, code)
    await _close(state)
    await answer(turn, query, "noted")


async def category(query: CallbackQuery, callback_data: OfDraft, turn: Turn, person: Person) -> None:
    """What it is about."""
    await drafts.choose_category(turn, person, DraftId(callback_data.draft), Category(callback_data.arg))
    await answer(turn, query, "noted")


async def level(query: CallbackQuery, callback_data: OfDraft, turn: Turn, person: Person) -> None:
    """How urgent it is."""
    await drafts.choose_level(turn, person, DraftId(callback_data.draft), Level(callback_data.arg))
    await answer(turn, query, "noted")


async def cancel(query: CallbackQuery, callback_data: OfDraft, turn: Turn, person: Person, state: FSMContext) -> None:
    """Drop the draft."""
    await drafts.cancel(turn, person, DraftId(callback_data.draft))
    await _close(state)
    await answer(turn, query, "cancelled")


async def add(query: CallbackQuery, callback_data: OfDraft, turn: Turn, person: Person, state: FSMContext) -> None:
    """Not a new report: add it to the last one."""
    issue = await filing.add_to_last(turn, person, DraftId(callback_data.draft))
    await _close(state)
    await answer(turn, query, "added", number=issue.number)


async def _filed(query: CallbackQuery, turn: Turn, state: FSMContext, issue: Issue) -> None:
    await _close(state)
    await answer(turn, query, "filed", number=issue.number)


async def _choose(state: FSMContext, draft: int, *, submit: bool) -> None:
    await state.set_state(Choosing.project)
    await state.set_data({"draft": draft, "submit": submit, "words": ""})


async def _open_menu(state: FSMContext) -> Menu:
    """The chooser the person's draft is open at."""
    if await state.get_state() != Choosing.project.state:
        return CLOSED_MENU
    data = await state.get_data()
    return Menu("project", words=data.get("words", ""), submit=bool(data.get("submit")))


async def _close(state: FSMContext) -> None:
    """Leave the chooser; another room's dialog is none of ours to end."""
    if await state.get_state() == Choosing.project.state:
        await state.clear()
