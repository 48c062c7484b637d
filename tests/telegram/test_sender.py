"""The sender: from the outbox to a pretended Telegram, through limits, failures and crashes."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from bot.domain.ids import ChatId, MessageId
from bot.domain.messages import Message, OutboxState
from bot.domain.organisation import Person
from bot.domain.policy import Policy
from bot.ports import OutboxRow, StoreUnavailable, UnitOfWork
from bot.services.turn import Turn
from bot.services.turns import Turns
from bot.telegram.calls import Ambiguous, Blocked, CardGone, Migrated, NotSent, Rejected, RetryLater
from tests.builders import a_city
from tests.fakes import FakeClock, FakeStore
from tests.fakes.telling import FakeCards, FakeOutbox
from tests.telegram.bench import Bench, card, say, toast


@pytest.fixture
def bench(turns: Turns, store: FakeStore) -> Bench:
    return Bench(turns, store)


async def test_messages_go_side_by_side_but_in_order_within_a_chat(bench: Bench) -> None:
    """Two chats at once; a chat's second message waits for its first, and for the limit."""
    await bench.queue(say("a"), say("b"), say("c", 4002))
    await bench.turn()
    assert bench.telegram.calls == [("send", 4001, "a"), ("send", 4002, "c")]
    await bench.drain()
    assert bench.telegram.calls[2:] == [("send", 4001, "b")]
    assert bench.states() == [OutboxState.SENT] * 3


async def test_a_slow_chat_holds_up_nobody_and_gets_one_at_a_time(bench: Bench) -> None:
    """While a call is under way nothing else goes into that chat, however long it takes."""
    bench.telegram.gate = asyncio.Event()
    await bench.queue(say("a"), say("b"))
    await bench.turn(5, pause=2.0)
    assert bench.telegram.calls == [("send", 4001, "a")]
    assert bench.states() == [OutboxState.SENDING, OutboxState.PENDING]
    bench.telegram.gate.set()
    await bench.drain()
    assert bench.telegram.most_at_once == {4001: 1}
    assert len(bench.telegram.calls) == 2


async def test_cards_are_sent_once_then_edited_with_what_is_true_now(bench: Bench) -> None:
    """The first send is remembered; later ones change that message; `fresh` sends anew. The truth is read at send time."""
    async with bench.store.begin() as uow:
        await a_city(uow)
    await bench.remember(truth="one")
    await bench.queue(card())
    await bench.turn(2)
    await bench.queue(card())
    await bench.remember(truth="two")
    await bench.drain()
    await bench.queue(card(fresh=True))
    await bench.drain()
    await bench.queue(card())
    await bench.drain()
    verbs = [(verb, text) for verb, _, text in bench.telegram.calls]
    assert verbs == [
        ("send", "one for 小王"),
        ("edit 101", "two for 小王"),
        ("send", "two for 小王"),
        ("edit 103", "two for 小王"),
    ]


async def test_a_deleted_card_is_sent_anew(bench: Bench) -> None:
    """The message to edit is gone: a new one takes its place."""
    await bench.queue(card())
    await bench.drain()
    bench.telegram.answers = [CardGone("message to edit not found")]
    await bench.queue(card())
    await bench.drain()
    await bench.queue(card())
    await bench.drain()
    assert [verb for verb, _, _ in bench.telegram.calls] == ["send", "edit 101", "send", "edit 102"]


async def test_who_pressed_first_decides_what_a_message_shows(bench: Bench) -> None:
    """A draft filed before its send was settled: the message stays the issue's, as the press made it."""
    bench.telegram.gate = asyncio.Event()
    await bench.queue(card())
    await bench.turn()
    async with bench.store.begin() as uow:
        await uow.cards.put(ChatId(4001), "issue:9", MessageId(101))
    bench.telegram.gate.set()
    await bench.drain()
    async with bench.store.read() as uow:
        assert await uow.cards.card_at(ChatId(4001), MessageId(101)) == "issue:9"


@pytest.mark.parametrize(
    ("message", "tries", "state"),
    [(say("x"), 3, OutboxState.UNKNOWN), (toast(), 1, OutboxState.UNKNOWN)],
    ids=["message", "toast"],
)
async def test_what_may_have_arrived_is_tried_so_often(
    bench: Bench, message: Message, tries: int, state: OutboxState
) -> None:
    """Confirmations three times in all, toasts once; then it is listed."""
    bench.telegram.answers = [Ambiguous("read timeout")] * 9
    await bench.queue(message)
    await bench.drain()
    assert len(bench.telegram.calls) == tries
    assert bench.states() == [state]


async def test_edits_are_tried_until_they_arrive(bench: Bench) -> None:
    """They are idempotent."""
    await bench.queue(card())
    await bench.drain()
    bench.telegram.answers = [Ambiguous("reset")] * 5
    await bench.queue(card())
    await bench.turn(60, pause=2.0)
    assert [verb for verb, _, _ in bench.telegram.calls] == ["send", *["edit 101"] * 6]
    assert bench.states() == [OutboxState.SENT] * 2


async def test_an_outage_costs_nothing(bench: Bench) -> None:
    """What definitely was not sent is tried until it is, without counting against the three tries."""
    bench.telegram.answers = [NotSent("ConnectError")] * 6
    await bench.queue(say("x"))
    await bench.turn(20, pause=6.0)
    assert len(bench.telegram.calls) == 7
    assert bench.states() == [OutboxState.SENT]


async def test_one_refused_connection_stops_nobody_else(bench: Bench) -> None:
    """It may have been chance; three chats without an answer are an outage, and one call finds out when it is over."""
    bench.telegram.answers = [NotSent("ConnectError")]
    await bench.queue(say("a"), say("b", 4002))
    await bench.turn()
    await bench.queue(say("c", 4003))
    await bench.turn()
    assert [chat for _, chat, _ in bench.telegram.calls] == [4001, 4002, 4003]
    bench.telegram.answers = [NotSent("ConnectError")] * 3
    await bench.queue(*(say("d", 5000 + number) for number in range(9)))
    bench.seconds.now += 1.0
    await bench.turn(2)
    assert len(bench.telegram.calls) == 3 + 3
    bench.seconds.now += 0.6
    await bench.turn()
    assert len(bench.telegram.calls) == 3 + 3 + 1
    await bench.drain()
    assert bench.states() == [OutboxState.SENT] * 12


async def test_an_outage_of_the_server_spends_few_tries(bench: Bench) -> None:
    """While it answers 502 to everybody, one at a time finds out, at growing distances: most keep all their tries."""
    bench.telegram.answers = [Ambiguous("502")] * 14
    await bench.queue(*(say("x", 5000 + number) for number in range(50)))
    await bench.turn(400, pause=1.0)
    assert bench.states().count(OutboxState.SENT) >= 45
    assert OutboxState.PENDING not in bench.states()


async def test_slots_that_were_given_out_are_not_used_while_everybody_waits(bench: Bench) -> None:
    """The server falls silent after rows had their slots: they are not tried, and none of their tries is spent."""
    bench.restart(ahead=0.2)
    bench.telegram.answers = [Ambiguous("502")] * 3
    await bench.queue(*(say("x", 5000 + number) for number in range(8)))
    await bench.turn()
    assert len(bench.telegram.calls) == 3
    bench.seconds.now += 0.2
    await asyncio.sleep(0.2)
    await bench.sender.cycle()
    assert len(bench.telegram.calls) == 3
    assert {(row.state, row.attempts) for row in bench.store.tables.outbox.values()} == {
        (OutboxState.PENDING, 0),
        (OutboxState.PENDING, 1),
    }


async def test_a_restart_forgets_no_group_that_had_its_twenty(bench: Bench) -> None:
    """What a group heard within the last minute still counts for the process that comes after; a person is told at once."""
    await bench.queue(*(say("x", -7) for _ in range(20)))
    await bench.turn(21, pause=1.1)
    assert len(bench.telegram.calls) == 20
    bench.restart()
    bench.seconds.now += 2.0
    await bench.sender.recover()
    await bench.queue(say("x", -7), say("x"))
    await bench.turn(10, pause=2.0)
    assert [chat for _, chat, _ in bench.telegram.calls[20:]] == [4001]
    await bench.turn(25, pause=2.0)
    assert [chat for _, chat, _ in bench.telegram.calls[20:]] == [4001, -7]


async def test_too_many_requests_wait_as_told(bench: Bench) -> None:
    """That chat waits, others go on."""
    bench.telegram.answers = [RetryLater(30)]
    await bench.queue(say("a"), say("b", 4002))
    await bench.turn(5, pause=2.0)
    assert [chat for _, chat, _ in bench.telegram.calls] == [4001, 4002]
    bench.seconds.now += 30
    await bench.drain()
    assert [chat for _, chat, _ in bench.telegram.calls] == [4001, 4002, 4001]
    assert bench.states() == [OutboxState.SENT] * 2


async def test_a_block_is_remembered_and_not_tried_again(bench: Bench) -> None:
    """403 once; the person becomes unreachable."""
    async with bench.store.begin() as uow:
        await a_city(uow)
    bench.telegram.answers = [Blocked("bot was blocked by the user")]
    await bench.queue(say("x"))
    await bench.drain()
    assert bench.states() == [OutboxState.DEAD]
    assert not bench.store.person("R01").reachable


async def test_a_group_that_moved_is_followed(bench: Bench) -> None:
    """The chat is rewritten and the message goes there."""
    bench.telegram.answers = [Migrated(ChatId(-100777))]
    await bench.queue(say("x", -777))
    await bench.drain()
    assert [chat for _, chat, _ in bench.telegram.calls] == [-777, -100777]
    assert bench.states() == [OutboxState.SENT]


async def test_what_is_wrong_in_itself_is_dead_at_once(bench: Bench) -> None:
    """A bad request, or a message its template can't say: one try, then listed."""
    bench.telegram.answers = [Rejected("bad request")]
    await bench.queue(say("x"), Message(ChatId(4002), "broken", {}), say("fine", 4003))
    await bench.drain()
    assert bench.states() == [OutboxState.DEAD, OutboxState.DEAD, OutboxState.SENT]


async def test_long_texts_become_rows_and_no_part_goes_twice(bench: Bench) -> None:
    """A crash after the first part leaves the others, not the first, to be sent."""
    await bench.queue(say("\n".join(letter * 3000 for letter in "abc")))
    await bench.turn(2, pause=2.0)
    assert [text[0] for _, _, text in bench.telegram.calls] == ["a"]
    await bench.turn()
    bench.restart()
    await bench.sender.recover()
    await bench.drain()
    assert [text[0] for _, _, text in bench.telegram.calls].count("a") == 1
    assert [text[0] for _, _, text in bench.telegram.calls][-1] == "c"


async def test_a_chat_in_others_hands_is_settled_as_soon_as_it_is_free(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for it: what arrived elsewhere is settled meanwhile, and nothing more goes into it."""
    await bench.queue(card(), replace(card(), chat=ChatId(4002)))
    free = [{ChatId(4002)}, {ChatId(4001)}]

    async def undisturbed(_cards: FakeCards, chats: Collection[ChatId]) -> set[ChatId]:
        return free.pop(0) & set(chats)

    monkeypatch.setattr(FakeCards, "undisturbed", undisturbed)
    await bench.turn()
    await bench.queue(say("more"))
    await bench.turn(pause=2.0)
    assert bench.states() == [OutboxState.SENDING, OutboxState.SENT, OutboxState.PENDING]
    await bench.turn(2, pause=2.0)
    assert bench.states() == [OutboxState.SENT] * 3
    assert len(bench.telegram.calls) == 3


async def test_what_is_taken_back_before_it_is_marked_is_not_sent(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row that somebody is changing just as it is chosen goes the next time."""
    await bench.queue(say("a"), say("b", 4002))
    marks = FakeOutbox.mark_sending

    async def but_the_first(outbox: FakeOutbox, rows: Sequence[int], at: datetime) -> list[OutboxRow]:
        return await marks(outbox, rows[1:], at)

    with monkeypatch.context() as patch:
        patch.setattr(FakeOutbox, "mark_sending", but_the_first)
        await bench.turn(pause=2.0)
    assert [text for _, _, text in bench.telegram.calls] == ["b"]
    await bench.drain()
    assert [text for _, _, text in bench.telegram.calls] == ["b", "a"]


async def test_whoever_is_erased_meanwhile_gets_no_parts(bench: Bench) -> None:
    """A long text was chosen; before it is settled its row is gone, with all that was for them."""
    await bench.queue(say("\n".join(letter * 3000 for letter in "abc")))
    await bench.turn(pause=2.0)
    bench.store.tables.outbox.clear()
    await bench.drain()
    assert bench.telegram.calls == []
    assert bench.states() == []


async def test_after_a_crash_what_was_under_way_counts_as_ambiguous(bench: Bench) -> None:
    """It is sent again, twice more at most."""
    await bench.queue(say("x"))
    async with bench.turns.begin() as turn:
        await turn.uow.outbox.mark_sending([row.id for row in await turn.uow.outbox.due(turn.now, 9)], turn.now)
    await bench.sender.recover()
    bench.telegram.answers = [Ambiguous("reset")] * 9
    await bench.drain()
    assert len(bench.telegram.calls) == 2
    assert bench.states() == [OutboxState.UNKNOWN]


async def test_a_toast_overtakes_and_grows_stale(bench: Bench) -> None:
    """First in line, outside the chat's limit; after ten seconds of waiting it is dropped."""
    await bench.queue(say("a"), toast("q1"))
    await bench.turn()
    assert [text for _, _, text in bench.telegram.calls] == ["done", "a"]
    bench.telegram.answers = [NotSent("ConnectError")] * 99
    await bench.queue(toast("q2"))
    await bench.turn(8, pause=3.0)
    assert bench.states()[-1] is OutboxState.DEAD


@pytest.mark.parametrize("shown", [None, "issue:1"], ids=["message", "card"])
async def test_what_telegram_cannot_read_is_said_without_markup(bench: Bench, shown: str | None) -> None:
    """Our mistake must not keep a person from hearing. In a slot of its own."""
    bench.telegram.answers = [Rejected("Bad Request: can't parse entities: unclosed tag")]
    await bench.queue(Message(ChatId(4001), "bold", {"text": "a < b"}, card=shown))
    await bench.turn()
    assert len(bench.telegram.calls) == 1
    await bench.drain()
    assert [text for _, _, text in bench.telegram.calls] == ["<b>a &lt; b</b>", "a &lt; b"]
    assert bench.states() == [OutboxState.SENT] * 2


async def test_what_cannot_be_read_without_markup_either_is_listed(bench: Bench) -> None:
    """Once."""
    bench.telegram.answers = [Rejected("Bad Request: can't parse entities: unclosed tag")] * 9
    await bench.queue(Message(ChatId(4001), "bold", {"text": "a < b"}))
    await bench.drain()
    assert len(bench.telegram.calls) == 2
    assert bench.states() == [OutboxState.SENT, OutboxState.DEAD]


async def test_a_refused_rich_message_is_said_in_plain_words(store: FakeStore, turns: Turns, policy: Policy) -> None:
    """An older server, or a tag it does not know: the classic text goes instead."""
    turns.adopt(replace(policy, rich_messages=True), turns.calendar)
    bench = Bench(turns, store)
    bench.telegram.answers = [Rejected("no such method")]
    await bench.queue(Message(ChatId(4001), "rich", {}))
    await bench.drain()
    assert [text for _, _, text in bench.telegram.calls] == ["<table></table>", "plain"]


async def test_it_runs_until_stopped_and_settles_what_is_under_way(turns: Turns, store: FakeStore) -> None:
    """`stop` begins nothing new, but what was sent is written down before `run` returns."""
    bench = Bench(turns, store)
    bench.telegram.gate = asyncio.Event()
    await bench.queue(say("x"))
    running = asyncio.create_task(bench.sender.run())
    async with asyncio.timeout(30):
        await bench.telegram.called.wait()
        bench.sender.stop()
        bench.telegram.gate.set()
        await running
    assert bench.states() == [OutboxState.SENT]


class Forgetful(FakeStore):
    """Keeps what it is told, but loses the answer to a commit when asked to."""

    lost = 0

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[UnitOfWork]:
        async with super().begin() as uow:
            yield uow
        if self.lost:
            self.lost -= 1
            raise StoreUnavailable("the connection was lost")


async def test_a_commit_whose_answer_is_lost_strands_nothing(turns: Turns) -> None:
    """What it marked was never begun, and goes with the next cycle; what is really under way is left alone."""
    store = Forgetful()
    bench = Bench(turns.over(store), store)
    bench.telegram.gate = asyncio.Event()
    await bench.queue(say("a"))
    await bench.turn()
    await bench.queue(say("b", 4002))
    store.lost = 1
    with pytest.raises(StoreUnavailable):
        await bench.turn()
    assert bench.states() == [OutboxState.SENDING] * 2
    bench.telegram.gate.set()
    await bench.drain()
    assert bench.telegram.calls == [("send", 4001, "a"), ("send", 4002, "b")]
    assert bench.states() == [OutboxState.SENT] * 2


async def test_a_disk_without_room_holds_up_only_what_needs_it(bench: Bench, clock: FakeClock) -> None:
    """A table to be written, a picture to be read: it goes as soon as it can, however often it could not; the rest goes at once."""
    full = OSError(28, "No space left on device")

    async def table(turn: Turn, viewer: Person | None, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        if full is not None:
            raise full
        return {"text": "the table"}

    bench.restart(card=table)
    await bench.queue(card(), say("hello"))
    for _ in range(10):
        await bench.drain()
        clock.advance(minutes=5)
    assert bench.telegram.calls == [("send", 4001, "hello")]
    assert bench.states() == [OutboxState.PENDING, OutboxState.SENT]
    full = None
    await bench.drain()
    assert bench.telegram.calls[1:] == [("send", 4001, "the table")]
