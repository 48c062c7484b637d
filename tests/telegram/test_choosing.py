"""Which rows of an outbox go now: whatever stands in front, whoever may hear something does."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.ids import ChatId
from bot.domain.messages import Message, OutboxState, Priority
from bot.ports import OutboxRow
from bot.services.turns import Turns
from bot.telegram.choosing import WINDOW, Chooser
from bot.telegram.pacer import TOASTS, Candidate, Limits, Pacer
from tests.fakes import NOW, FakeClock, FakeStore, a_calendar, a_policy
from tests.telegram.bench import Seconds
from tests.telegram.test_pacer import Server

LOOK = 0.05


class Line:
    """An outbox, a chooser, and a server that counts. Every call lands at once."""

    def __init__(self, ahead: float = 0.0) -> None:
        self.turns = Turns(FakeStore(), a_policy(), a_calendar(), FakeClock(NOW))
        self.seconds, self.pacer, self.server = Seconds(), Pacer(Limits(ahead=ahead)), Server()
        self.chooser = Chooser(self.pacer, self.seconds)
        self.left: list[tuple[float, OutboxRow]] = []

    async def queue(self, rows: Sequence[tuple[int, Priority]]) -> None:
        async with self.turns.begin() as turn:
            for chat, priority in rows:
                await turn.tell(Message(ChatId(chat), "say", {}, priority))

    async def look(self) -> list[OutboxRow]:
        async with self.turns.begin() as turn:
            chosen = await self.chooser.choose(turn, (), 200)
            for row in chosen:
                await turn.uow.outbox.settle(row.id, OutboxState.SENT, turn.now)
        for row in chosen:
            toast = row.message.priority is Priority.TOAST
            self.server.receive(Candidate(row.id, row.message.chat, toast), self.seconds.now)
            self.pacer.leaves(row.id, self.seconds.now)
            self.pacer.landed(row.id, TOASTS if toast else row.message.chat, self.seconds.now)
            self.left.append((self.seconds.now, row))
        self.pacer.forget_idle(self.seconds.now)
        return chosen

    async def drain(self, rows: int) -> None:
        """Looking when the chooser says, and when answers come back."""
        while len(self.left) < rows:
            chosen = await self.look()
            assert chosen or self.chooser.pause > 0
            self.seconds.now += LOOK if chosen else max(LOOK, self.chooser.pause)

    def when(self, chat: int) -> list[float]:
        return [at - 1000.0 for at, row in self.left if row.message.chat == chat]


async def test_a_hundred_quiet_chats_in_front_hide_nobody() -> None:
    """Six times a window waits for groups that had their twenty: a person's message goes at once all the same."""
    line = Line()
    for chat in range(-100, 0):
        line.pacer.hold(chat, 50, line.seconds.now)
    await line.queue([(chat, Priority.ANSWER) for chat in range(-100, 0) for _ in range(6)] + [(7, Priority.DIGEST)])
    assert [row.message.chat for row in await line.look()] == [7]


async def test_one_chat_with_more_than_a_window_delays_nobody() -> None:
    """It takes its second, the others take the rest."""
    line = Line()
    await line.queue([(1, Priority.ANSWER)] * (4 * WINDOW) + [(chat, Priority.ANSWER) for chat in range(2, 62)])
    while line.seconds.now < 1002.6:
        await line.look()
        line.seconds.now += LOOK
    assert {row.message.chat for _, row in line.left} == set(range(1, 62))
    assert len(line.when(1)) == 3


async def test_who_hears_something_soon_hides_nobody_who_may_hear_something_now() -> None:
    """Slots are given out ahead: a clerk with more than a window to hear must not keep a reporter waiting."""
    line = Line(ahead=0.6)
    await line.queue([(chat, Priority.ANSWER) for chat in (1, 2) for _ in range(WINDOW)])
    while line.seconds.now < 1000.7:  # both have heard something, and will again in less than is given out ahead
        await line.look()
        line.seconds.now += LOOK
    await line.queue([(7, Priority.ANSWER)])
    assert [row.message.chat for row in await line.look()] == [7]


async def test_a_busy_chat_is_left_alone() -> None:
    """A send is under way: its next message waits for the answer, and no more than there is room for goes."""
    line = Line()
    await line.queue([(1, Priority.ANSWER)] * 3 + [(2, Priority.ANSWER), (3, Priority.ANSWER)])
    async with line.turns.begin() as turn:
        assert [row.message.chat for row in await line.chooser.choose(turn, [ChatId(1)], 1)] == [2]


async def test_a_digest_gets_through_a_flood_of_answers() -> None:
    """Answers come faster than they can leave for half a minute; the digest does not wait for their end."""
    line = Line()
    await line.queue([(-5, Priority.DIGEST)])
    for round_ in range(600):
        await line.queue([(10 + (2 * round_ + number) % 500, Priority.ANSWER) for number in range(2)])
        await line.look()
        line.seconds.now += LOOK
    assert line.when(-5)
    assert line.when(-5)[0] < 2.0


async def test_who_has_the_most_to_hear_begins() -> None:
    """All that waits is in view: the chat with three messages has its first among the first of its kind, so that the end is
    not left to it alone; answers go before reminders all the same."""
    line = Line()
    await line.queue([(1, Priority.ANSWER), *((chat, Priority.REMINDER) for chat in (2, 3, 4, 5, 9, 9, 9))])
    await line.drain(8)
    assert [row.message.chat for _, row in line.left][:2] == [1, 9]
    assert line.when(9)[-1] < 2.1


async def test_a_cycle_looks_once_when_there_are_no_more_slots() -> None:
    """A crowd waits: a second look would find what can't go either."""
    line, looks = Line(), []
    await line.queue([(chat, Priority.REMINDER) for chat in range(1, 3 * WINDOW)])
    await line.look()
    async with line.turns.begin() as turn:
        due = turn.uow.outbox.due

        async def counted(*words: Any, **more: Any) -> list[OutboxRow]:
            looks.append(more)
            return await due(*words, **more)

        turn.uow.outbox.due = counted  # type: ignore[method-assign]
        line.seconds.now += LOOK
        assert await line.chooser.choose(turn, (), 200)
    assert len(looks) == 1


async def test_in_a_crowd_too_who_may_hear_something_soon_is_looked_at() -> None:
    """It has a slot before it is free, as it is free when the slot comes."""
    line = Line(ahead=0.6)
    await line.queue([(7, Priority.REMINDER), *((chat, Priority.REMINDER) for chat in range(100, 100 + 3 * WINDOW))])
    line.pacer.remember(7, line.seconds.now - 0.3)
    looks = []
    for _ in range(3):
        looks.append(7 in {row.message.chat for row in await line.look()})
        line.seconds.now += 0.2
    assert looks == [False, False, True]


CHATS = st.integers(-3, 9).filter(bool)
ROWS = st.lists(st.tuples(CHATS, st.sampled_from(list(Priority))), max_size=120)


@given(ROWS)
@settings(max_examples=40, deadline=None)
async def test_any_outbox_leaves_within_its_limits_and_without_a_pause(load: list[tuple[int, Priority]]) -> None:
    """No limit is broken; a chat hears each kind in order; it takes as long as the fullest chat needs, or all together."""
    line = Line()
    await line.queue(load)
    await line.drain(len(load))
    waiting: defaultdict[int, int] = defaultdict(int)
    for chat, priority in load:
        waiting[chat] += priority is not Priority.TOAST
    alone = max((number * 1.1 + max(0, number - 1) // 20 * 45 for number in waiting.values()), default=0.0)
    assert max((at - 1000.0 for at, _ in line.left), default=0.0) <= alone + len(load) / 28
    for key in {(row.message.chat, row.message.priority) for _, row in line.left}:
        said = [row.id for _, row in line.left if (row.message.chat, row.message.priority) == key]
        assert said == sorted(said)
