"""The processor: one transaction for a batch, a savepoint for each update, nothing lost and nothing stopped."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from aiogram import F, Router
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Update
from aiogram.types import Message as Heard

from bot.domain.errors import IssueUnknown, Refused
from bot.domain.ids import ChatId, UserId
from bot.domain.messages import Message
from bot.domain.organisation import Person
from bot.ports import StoreUnavailable, UnitOfWork
from bot.services.turn import Turn
from bot.services.turns import Turns
from bot.telegram.dispatching import Ear, NetworkUsedError
from bot.telegram.processor import Processor
from tests.builders import a_city, a_person
from tests.fakes import FakeStore
from tests.fakes.organisation import FakePeople
from tests.fakes.reporting import FakeDrafts
from tests.fakes.telling import FakeCards

BOT = 4200


async def echo(message: Heard, turn: Turn) -> None:
    await turn.tell(Message(ChatId(message.chat.id), "echo", {"text": message.text}))


async def refusing(message: Heard, turn: Turn) -> None:
    await echo(message, turn)
    raise IssueUnknown(number="XM-2026-0001")


async def failing(message: Heard, turn: Turn) -> None:
    await echo(message, turn)
    raise RuntimeError("broken handler")


async def calling(message: Heard, turn: Turn) -> None:
    await message.answer("past the outbox")


async def asking(message: Heard, state: FSMContext, turn: Turn) -> None:
    await state.set_state("asked")
    await state.update_data(times=(await state.get_data()).get("times", 0) + 1)
    data = await state.get_data()
    await turn.tell(Message(ChatId(message.chat.id), "asked", {"state": await state.get_state(), **data}))


async def leaving(message: Heard, state: FSMContext) -> None:
    await state.clear()


async def pressed(query: CallbackQuery) -> None:
    raise RuntimeError("broken press")


async def refuse(turn: Turn, update: Update, person: Person | None, error: Refused) -> None:
    chat = ChatId(update.message.chat.id if update.message else 0)
    await turn.tell(Message(chat, "refusal", {"reason": error.reason, "code": person.code if person else None}))


def a_router() -> Router:
    router = Router()
    handlers: dict[str, Callable[..., Any]] = {
        "refuse": refusing,
        "fail": failing,
        "call": calling,
        "ask": asking,
        "leave": leaving,
    }
    for word, handler in handlers.items():
        router.message.register(handler, F.text == word)
    router.message.register(echo, Command("group"))
    router.message.register(echo, F.chat.type == "private")
    router.callback_query.register(pressed)
    return router


def a_message(update_id: int, text: str, chat: int = 4001, kind: str = "private") -> dict[str, Any]:
    user = {"id": abs(chat), "is_bot": False, "first_name": "x"}
    body = {"message_id": update_id, "date": 1, "chat": {"id": chat, "type": kind}, "from": user, "text": text}
    return {"update_id": update_id, "message": body}


@pytest.fixture
def processor(turns: Turns) -> Processor:
    return Processor(turns, Ear(a_router(), BOT, "home_bot"), refuse, BOT)


Hear = Callable[..., Any]


@pytest.fixture
def hear(turns: Turns, processor: Processor) -> Hear:
    """Store raw updates and process them all."""

    async def heard(*updates: dict[str, Any]) -> int:
        async with turns.begin() as turn:
            await turn.uow.inbox.add(BOT, updates, turn.now)
        return await processor.step()

    return heard


async def test_updates_of_a_batch_are_handled_in_order(hear: Hear, store: FakeStore) -> None:
    """Each leads to its messages; afterwards nothing is pending."""
    assert await hear(*(a_message(number, f"text {number}") for number in range(1, 6))) == 5
    assert [message.facts["text"] for message in store.told(4001)] == [f"text {number}" for number in range(1, 6)]
    assert await hear() == 0


async def test_a_refusal_undoes_the_update_and_is_said(hear: Hear, store: FakeStore) -> None:
    """What the handler wrote is gone; the sentence goes to the person the account belongs to."""
    async with store.begin() as uow:
        await a_city(uow)
    await hear(a_message(1, "refuse"))
    assert [(m.kind, m.facts) for m in store.told(4001)] == [("refusal", {"reason": "IssueUnknown", "code": "R01"})]


async def test_poison_is_set_aside_and_the_rest_goes_on(hear: Hear, store: FakeStore) -> None:
    """A failing handler loses its own writes only; the update is kept with its error, and the person is told."""
    await hear(a_message(1, "before"), a_message(2, "fail"), a_message(3, "after"))
    assert store.kinds_told(4001) == ["echo", "echo", "trouble/poisoned"]
    async with store.read() as uow:
        poisoned = await uow.inbox.poisoned(5)
    assert [(poison.update_id, poison.error) for poison in poisoned] == [(2, "RuntimeError: broken handler")]
    assert await hear() == 0


async def test_what_cannot_be_parsed_is_poison_not_a_stop(hear: Hear, store: FakeStore) -> None:
    """A malformed update is set aside like any other failure."""
    broken = {"update_id": 1, "message": {"message_id": "x", "chat": {"id": 4001}}}
    await hear(broken, a_message(2, "after"))
    assert store.kinds_told(4001) == ["echo", "trouble/poisoned"]


async def test_poison_that_can_not_be_answered_stops_nothing(
    hear: Hear, store: FakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its chat may be a lie no database can hold: set aside all the same, without an answer, and the rest goes on."""

    async def overflow(turn: Turn, message: Message) -> None:
        if message.kind == "trouble/poisoned":
            raise OverflowError("too large for a column")
        await turn.uow.outbox.queue(message, turn.now)

    monkeypatch.setattr(Turn, "tell", overflow)
    await hear({"update_id": 1, "message": {"chat": {"id": 10**18}}}, a_message(2, "hallo"))
    assert [message.facts.get("text") for message in store.outbox_messages()] == ["hallo"]
    async with store.read() as uow:
        assert [one.update_id for one in await uow.inbox.poisoned(10)] == [1]


async def test_a_number_no_database_can_hold_stops_nothing(
    hear: Hear, store: FakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is behind the updates of a batch is looked up for all at once: a sender that can't be one is left out of that."""
    expected: list[set[int]] = []

    async def expect(_: object, users: set[int]) -> dict[int, Person]:
        expected.append(users)
        return {}

    monkeypatch.setattr(FakePeople, "expect", expect)
    liar = a_message(1, "lie")
    liar["message"]["from"]["id"] = 10**30
    await hear(liar, {"update_id": 2, "message": "broken"}, a_message(3, "hallo"))
    assert expected == [{4001}]
    assert "hallo" in [message.facts.get("text") for message in store.outbox_messages()]


def _held_of(fake: type, monkeypatch: pytest.MonkeyPatch) -> list[set[tuple[int, int]]]:
    """What it will have been told to hold, each time."""
    held: list[set[tuple[int, int]]] = []

    async def hold(_: object, asked: set[tuple[int, int]]) -> None:
        held.append(asked)

    monkeypatch.setattr(fake, "hold", hold)
    return held


async def test_what_people_of_a_batch_began_is_held_at_once(
    hear: Hear, store: FakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By person and chat; strangers began nothing."""
    held = _held_of(FakeDrafts, monkeypatch)
    async with store.begin() as uow:
        person = await uow.people.add(a_person(user_id=UserId(4001)))
    stranger = a_message(2, "hallo")
    stranger["message"]["from"]["id"] = 4002
    await hear(a_message(1, "hallo"), stranger)
    assert held == [{(person.id, 4001)}]


async def test_what_a_batch_pressed_is_held_at_once(
    hear: Hear, store: FakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what can be a message of a chat: a press may say anything about where it was."""
    held = _held_of(FakeCards, monkeypatch)
    places: list[Any] = [
        {"message_id": 5, "chat": {"id": 4001}},
        {"message_id": 10**30, "chat": {"id": 4001}},
        "no",
        None,
    ]
    presses = [
        {"update_id": n, "callback_query": {"id": "q", "message": place}} for n, place in enumerate(places, start=1)
    ]
    await hear(*presses, {"update_id": 9, "callback_query": 7}, a_message(10, "hallo"))
    assert held == [{(4001, 5)}]
    assert "hallo" in [message.facts.get("text") for message in store.outbox_messages()]


async def test_unknown_kinds_are_knowingly_ignored(hear: Hear, store: FakeStore) -> None:
    """A kind of update this version does not know is done with, without a word."""
    assert await hear({"update_id": 1, "telepathy": {"id": 7}}) == 1
    async with store.read() as uow:
        assert await uow.inbox.poisoned(5) == []
    assert await hear() == 0


async def test_a_press_that_fails_is_answered(hear: Hear, store: FakeStore) -> None:
    """The spinner stops with a sentence."""
    user = {"id": 4001, "is_bot": False, "first_name": "x"}
    below = {"message_id": 5, "date": 1, "chat": {"id": 4001, "type": "private"}}
    query = {"id": "q1", "from": user, "message": below, "chat_instance": "1", "data": "d:1:x:"}
    await hear({"update_id": 1, "callback_query": query})
    assert [(m.kind, m.facts) for m in store.told(4001)] == [("toast/trouble", {"query": "q1"})]


async def test_handlers_cannot_reach_the_network(hear: Hear, store: FakeStore) -> None:
    """A handler that calls Telegram itself is a fault, found at once."""
    await hear(a_message(1, "call"))
    async with store.read() as uow:
        assert (await uow.inbox.poisoned(1))[0].error.startswith(NetworkUsedError.__name__)


async def test_dialogs_live_in_the_updates_transaction(hear: Hear, store: FakeStore) -> None:
    """State and data are read and written through the unit of work; leaving removes them."""
    await hear(a_message(1, "ask"), a_message(2, "ask"))
    assert [m.facts for m in store.told(4001)] == [{"state": "asked", "times": 1}, {"state": "asked", "times": 2}]
    await hear(a_message(3, "leave"))
    async with store.read() as uow:
        assert await uow.dialogs.get("4001:4001") == (None, {})


async def test_commands_in_groups_are_compared_with_our_name(hear: Hear, store: FakeStore) -> None:
    """`/group@home_bot` is ours, `/group@other_bot` is not; no network is needed to know."""
    await hear(a_message(1, "/group@home_bot", -5, "supergroup"), a_message(2, "/group@other_bot", -5, "supergroup"))
    assert [message.facts["text"] for message in store.told(-5)] == ["/group@home_bot"]


class Flaky:
    """A store that is away for the first few transactions."""

    def __init__(self, store: FakeStore, failures: int) -> None:
        self._store = store
        self.failures = failures

    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._begin()

    def read(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._store.read()

    @asynccontextmanager
    async def _begin(self) -> AsyncIterator[UnitOfWork]:
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("database is locked")
        async with self._store.begin() as uow:
            yield uow


async def test_a_store_that_is_away_is_waited_for(turns: Turns, store: FakeStore) -> None:
    """The batch is tried again as a whole; nothing becomes poison."""
    async with turns.begin() as turn:
        await turn.uow.inbox.add(BOT, [a_message(1, "hello")], turn.now)
    told = asyncio.Event()
    flaky = Turns(Flaky(store, 2), turns.policy, turns.calendar, turns.clock)
    processor = Processor(flaky, Ear(a_router(), BOT, "home_bot"), refuse, BOT, told.set)
    running = asyncio.create_task(processor.run())
    async with asyncio.timeout(30):
        await told.wait()
        processor.stop()
        await running
    assert store.kinds_told(4001) == ["echo"]


async def test_after_a_cut_a_smaller_batch_is_tried(turns: Turns, store: FakeStore) -> None:
    """Where connections don't last as long as a batch takes, some get through all the same; then it grows again."""
    async with turns.begin() as turn:
        await turn.uow.inbox.add(BOT, [a_message(number, "hello") for number in range(1, 31)], turn.now)
    processor = Processor(turns.over(Flaky(store, 1)), Ear(a_router(), BOT, "home_bot"), refuse, BOT)
    with pytest.raises(StoreUnavailable):
        await processor.step()
    assert [await processor.step() for _ in range(5)] == [4, 8, 16, 2, 0]


async def test_a_process_begins_with_one(turns: Turns, store: FakeStore) -> None:
    """And doubles from commit to commit: killed again and again before a batch is whole, it would never get on."""
    async with turns.begin() as turn:
        await turn.uow.inbox.add(BOT, [a_message(number, "hello") for number in range(1, 31)], turn.now)
    taken: list[int] = []
    processor = Processor(
        turns,
        Ear(a_router(), BOT, "home_bot"),
        refuse,
        BOT,
        lambda: taken.append(sum(row.done_at is not None for row in store.tables.inbox.values()) - sum(taken)),
    )
    running = asyncio.create_task(processor.run())
    async with asyncio.timeout(30):
        while sum(taken) < 30:  # noqa: ASYNC110 - commits are counted, nobody waits for one
            await asyncio.sleep(0.01)
    processor.stop()
    await running
    assert taken == [1, 2, 4, 8, 15]


async def test_one_that_spoils_the_whole_batch_is_found_and_set_aside(
    turns: Turns, store: FakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What fails only as the batch is committed is tried with fewer and fewer; the others are handled, and the process goes on."""
    updates = [a_message(number, "spoils" if number == 3 else "hello") for number in range(1, 8)]
    async with turns.begin() as turn:
        await turn.uow.inbox.add(BOT, updates, turn.now)
    processor = Processor(turns, Ear(a_router(), BOT, "home_bot"), refuse, BOT)
    whole = type(turn.uow.inbox).done

    async def done(self: Any, rows: Any, at: Any) -> None:
        if any(self._tables.inbox[row].update_id == 3 for row in rows):
            raise RuntimeError("the commit fails")
        await whole(self, rows, at)

    monkeypatch.setattr(type(turn.uow.inbox), "done", done)
    running = asyncio.create_task(processor.run())
    async with asyncio.timeout(30):
        while len(store.told(4001)) < 7:  # noqa: ASYNC110 - the outbox is looked at now and then
            await asyncio.sleep(0.01)
    processor.stop()
    await running
    assert sorted(store.kinds_told(4001)) == ["echo"] * 6 + ["trouble/poisoned"]
    async with store.read() as uow:
        assert [(one.update_id, one.error) for one in await uow.inbox.poisoned(10)] == [
            (3, "RuntimeError: the commit fails")
        ]
