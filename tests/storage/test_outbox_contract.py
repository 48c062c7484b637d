"""Every store: what is to be told, how it collapses, and what became of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.ids import ChatId, MessageId
from bot.domain.messages import Message, OutboxState, Priority
from bot.ports import OutboxRow, UnitOfWork
from tests.builders import a_message
from tests.fakes import NOW

LATER = NOW + timedelta(minutes=5)


async def queued(uow: UnitOfWork, *messages: Message) -> list[OutboxRow]:
    """Queue, and see what is due."""
    for message in messages:
        await uow.outbox.queue(message, NOW)
    return await uow.outbox.due(NOW, 100)


def a_card(n: int, **more: Any) -> Message:
    """The n-th state of an issue's card."""
    return a_message(kind="issue/card", card="issue:7", facts={"n": n}, **more)


async def test_a_message_is_kept_whole(uow: UnitOfWork) -> None:
    """Every field comes back; nothing has been tried yet."""
    message = Message(
        ChatId(-1_001_234_567_890),
        "digest/week",
        {"number": "XM-2026-0001", "n": 3, "rate": 0.96, "none": None, "lists": [[1, "二"], {"三": True}]},
        Priority.DIGEST,
        topic=5,
        card="issue:7",
        fresh=True,
        key="digest:city:2026-11-23",
        not_before=NOW,
        reply_to=8,
    )
    (row,) = await queued(uow, message)
    assert row.message == message
    assert isinstance(row.message.priority, Priority)
    assert (row.state, row.attempts, row.created_at, row.error) == (OutboxState.PENDING, 0, NOW, "")


async def test_what_arrived_is_written_down_at_once(uow: UnitOfWork) -> None:
    """Many rows, with or without a message of their own; nothing at all is no mistake."""
    first, second, third = await queued(uow, a_message(), a_message(), a_message())
    await uow.outbox.sent({first.id: MessageId(11), second.id: None}, LATER)
    await uow.outbox.sent({}, LATER)
    assert [row.id for row in await uow.outbox.due(LATER, 100)] == [third.id]
    assert await uow.outbox.waiting() == 1


async def test_what_groups_heard_lately(uow: UnitOfWork) -> None:
    """What arrived in a group or may have, since a moment, earliest first; not what people heard, waits, or was refused."""
    group = ChatId(-1_001_234_567_890)
    early, late, cut, refused, _, person = await queued(
        uow, *(a_message(chat=chat) for chat in [group, group, ChatId(-7), group, group, ChatId(7)])
    )
    await uow.outbox.sent({person.id: MessageId(1), late.id: MessageId(2)}, LATER)
    await uow.outbox.sent({early.id: MessageId(3)}, NOW)
    await uow.outbox.mark_sending([cut.id], LATER + timedelta(seconds=1))
    await uow.outbox.settle(refused.id, OutboxState.DEAD, LATER)
    heard = await uow.outbox.heard_by_groups(LATER)
    assert [(row.message.chat, row.changed_at) for row in heard] == [
        (group, LATER),
        (ChatId(-7), LATER + timedelta(seconds=1)),
    ]
    assert [row.id for row in await uow.outbox.heard_by_groups(NOW)] == [early.id, late.id, cut.id]


async def test_what_is_undone_is_not_told_either(uow: UnitOfWork) -> None:
    """A card queued before a savepoint and one within it, which fails: the first stays as it was, in its order."""

    async def tells_and_fails() -> None:
        async with uow.savepoint():
            await uow.outbox.queue(a_card(2), NOW)
            await uow.outbox.queue(a_message(), NOW)
            raise KeyError

    await uow.outbox.queue(a_card(1), NOW)
    with pytest.raises(KeyError):
        await tells_and_fails()
    (first,) = await queued(uow)
    assert first.message.facts == {"n": 1}
    await uow.outbox.queue(a_card(3), NOW)
    await uow.outbox.queue(a_message(kind="b"), NOW)
    assert [found.message.facts.get("n") for found in await queued(uow, a_card(4))] == [4, None]


async def test_what_is_due_comes_by_priority_then_age(uow: UnitOfWork) -> None:
    """Toasts before answers before reminders before digests; within one, the oldest; no more than asked."""
    order = [Priority.DIGEST, Priority.ANSWER, Priority.TOAST, Priority.REMINDER, Priority.ANSWER]
    rows = await queued(uow, *(a_message(kind=f"k{n}", priority=priority) for n, priority in enumerate(order)))
    assert [row.message.kind for row in rows] == ["k2", "k1", "k4", "k3", "k0"]
    assert await uow.outbox.due(NOW, 2) == rows[:2]


async def test_a_message_waits_for_its_moment(uow: UnitOfWork) -> None:
    """Not due before `not_before`, due from then on; the next moment to look is the earliest."""
    assert await uow.outbox.next_due() is None
    await queued(uow, a_message(not_before=LATER + timedelta(hours=1)), a_message(kind="k", not_before=LATER))
    assert await uow.outbox.due(LATER - timedelta(microseconds=1), 10) == []
    assert [row.message.kind for row in await uow.outbox.due(LATER, 10)] == ["k"]
    assert await uow.outbox.next_due() == LATER


async def test_a_key_goes_once_for_ever(uow: UnitOfWork) -> None:
    """A second message of the same key is dropped: while the first waits, and after it was sent or given up."""
    (row,) = await queued(uow, a_message(kind="first", key="k"), a_message(kind="second", key="k"))
    assert row.message.kind == "first"
    for state in (OutboxState.SENDING, OutboxState.SENT, OutboxState.DEAD):
        if state is OutboxState.SENDING:
            await uow.outbox.mark_sending([row.id], NOW)
        else:
            await uow.outbox.settle(row.id, state, NOW)
        assert await queued(uow, a_message(kind="third", key="k")) == []


@pytest.mark.parametrize(("keyed", "fresh"), [(1, False), (2, False), (1, True), (2, True)])
async def test_a_key_stays_known_when_states_of_a_card_collapse(uow: UnitOfWork, keyed: int, fresh: bool) -> None:
    """Whether the older or the newer state had the key: no third message of that key goes."""
    first = a_card(1, fresh=fresh, key="k" if keyed == 1 else None)
    second = a_card(2, key="k" if keyed == 2 else None)
    (row,) = await queued(uow, first, second, a_message(key="k"))
    assert (row.message.facts, row.message.fresh) == ({"n": 2}, fresh)


async def test_two_keys_are_two_messages(uow: UnitOfWork) -> None:
    """Even of one card: each key is known from then on."""
    rows = await queued(uow, a_card(1, key="a"), a_card(2, key="b"), a_card(3, key="a"), a_card(4, key="b"))
    assert [row.message.key for row in rows] == ["a", "b"]


async def test_busy_chats_are_left_out(uow: UnitOfWork) -> None:
    """What waits for a chat's next slot makes no room in the batch; toasts wait for no chat."""
    toast = a_message(kind="toast/done", priority=Priority.TOAST)
    rows = await queued(uow, a_message(kind="busy"), a_message(kind="free", chat=9), toast)
    without = await uow.outbox.due(NOW, 10, without=[ChatId(4001), ChatId(5)])
    assert [row.message.kind for row in without] == ["toast/done", "free"]
    assert await uow.outbox.due(NOW, 1, without={ChatId(9)}) == rows[:1]


async def test_less_urgent_ones_can_be_asked_for(uow: UnitOfWork) -> None:
    """Whatever waits in front of them, and of free chats only."""
    order = [Priority.ANSWER, Priority.DIGEST, Priority.REMINDER, Priority.TOAST]
    await queued(uow, *(a_message(priority=priority, chat=1 + number) for number, priority in enumerate(order)))
    below = [row.message.chat for row in await uow.outbox.due(NOW, 10, below=Priority.ANSWER)]
    assert below == [3, 2]
    rows = await uow.outbox.due(NOW, 10, below=Priority.ANSWER, without=[ChatId(3)])
    assert [row.message.chat for row in rows] == [2]
    assert [row.message.chat for row in await uow.outbox.due(NOW, 1, below=Priority.REMINDER)] == [2]


async def test_what_was_certainly_not_sent_counts_no_attempt(uow: UnitOfWork) -> None:
    """A refused connection or a 429 puts off, no more."""
    (row,) = await queued(uow, a_message())
    await uow.outbox.mark_sending([row.id], NOW)
    await uow.outbox.settle(row.id, OutboxState.PENDING, NOW, not_before=NOW, counted=False)
    (row,) = await uow.outbox.due(NOW, 10)
    assert row.attempts == 0


async def test_without_a_key_all_go(uow: UnitOfWork) -> None:
    """The same words twice are two messages."""
    assert len(await queued(uow, a_message(), a_message())) == 2


async def test_a_dropped_message_does_not_spoil_the_transaction(uow: UnitOfWork) -> None:
    """What is queued after a duplicate goes its way."""
    rows = await queued(uow, a_message(key="k"), a_message(key="k"), a_message(kind="next"))
    assert [row.message.kind for row in rows] == ["report/filed", "next"]


async def test_edits_of_one_card_collapse(uow: UnitOfWork) -> None:
    """Only the newest state of a card waits; other cards, other chats and messages without a card are untouched."""
    rows = await queued(
        uow,
        a_card(1),
        a_message(kind="plain"),
        a_card(1, chat=9),
        replace(a_card(1), card="issue:8"),
        a_card(2),
        a_card(3),
    )
    assert sorted((row.message.chat, row.message.card or "", row.message.facts.get("n")) for row in rows) == [
        (9, "issue:7", 1),
        (4001, "", None),
        (4001, "issue:7", 3),
        (4001, "issue:8", 1),
    ]


async def test_a_fresh_card_keeps_its_place(uow: UnitOfWork) -> None:
    """A card that is to appear at the bottom of the chat still does, where it was queued, with the newest state."""
    rows = await queued(uow, a_card(1, fresh=True, reply_to=5), a_message(kind="after"), a_card(2))
    assert [row.message.kind for row in rows] == ["issue/card", "after"]
    card = rows[0].message
    assert (card.fresh, card.reply_to, card.facts) == (True, 5, {"n": 2})


async def test_a_fresh_card_is_shown_anew_even_if_an_edit_waits(uow: UnitOfWork) -> None:
    """Whatever waited for the card, in the end it is sent anew with the newest state."""
    rows = await queued(uow, a_card(1), a_card(2, fresh=True))
    assert [row.message.facts for row in rows][-1] == {"n": 2}
    assert any(row.message.fresh for row in rows)


async def test_what_is_on_its_way_is_not_replaced(uow: UnitOfWork) -> None:
    """A card being sent stays as it is; the newer state waits behind it, and may itself be replaced."""
    (row,) = await queued(uow, a_card(1))
    await uow.outbox.mark_sending([row.id], NOW)
    (newer,) = await queued(uow, a_card(2))
    assert newer.id != row.id
    (newest,) = await queued(uow, a_card(3))
    assert newest.message.facts == {"n": 3}


async def test_an_edit_that_comes_back_does_not_overtake(uow: UnitOfWork) -> None:
    """An edit to be tried again while a newer one waits: the newest state is what goes out last."""
    (row,) = await queued(uow, a_card(1))
    await uow.outbox.mark_sending([row.id], NOW)
    await queued(uow, a_card(2))
    await uow.outbox.settle(row.id, OutboxState.PENDING, NOW, not_before=NOW, error="429")
    rows = await uow.outbox.due(NOW, 10)
    assert rows[-1].message.facts == {"n": 2}


async def test_what_is_being_sent_is_not_due(uow: UnitOfWork) -> None:
    """Marked rows are taken, and listed as interrupted until they are settled."""
    rows = await queued(uow, a_message(kind="a"), a_message(kind="b"))
    await uow.outbox.mark_sending([rows[0].id], NOW)
    assert [row.message.kind for row in await uow.outbox.due(NOW, 10)] == ["b"]
    interrupted = await uow.outbox.interrupted()
    assert [(row.id, row.state) for row in interrupted] == [(rows[0].id, OutboxState.SENDING)]
    assert await uow.outbox.waiting() == 2
    await uow.outbox.settle(rows[0].id, OutboxState.SENT, NOW, message=MessageId(77))
    assert await uow.outbox.interrupted() == []
    assert await uow.outbox.waiting() == 1


async def test_nothing_to_mark_is_nothing(uow: UnitOfWork) -> None:
    """An empty batch is no error."""
    await uow.outbox.mark_sending([], NOW)
    assert await uow.outbox.waiting() == 0


async def test_back_to_pending_counts_an_attempt(uow: UnitOfWork) -> None:
    """A failed send waits for its next moment, with its error and its count."""
    (row,) = await queued(uow, a_message())
    for attempt in (1, 2):
        await uow.outbox.mark_sending([row.id], NOW)
        await uow.outbox.settle(row.id, OutboxState.PENDING, NOW, error="too many requests", not_before=LATER)
        assert await uow.outbox.due(NOW, 10) == []
        assert await uow.outbox.next_due() == LATER
        (row,) = await uow.outbox.due(LATER, 10)
        assert (row.attempts, row.error, row.state) == (attempt, "too many requests", OutboxState.PENDING)


async def test_what_is_gone_can_not_be_settled(uow: UnitOfWork) -> None:
    """And says so, whatever became of it."""
    (row,) = await queued(uow, a_message())
    assert await uow.outbox.settle(row.id, OutboxState.PENDING, NOW)
    assert await uow.outbox.settle(row.id, OutboxState.SENT, NOW)
    for state in OutboxState:
        assert not await uow.outbox.settle(row.id + 1, state, NOW)


async def test_troubles_are_listed_newest_first(uow: UnitOfWork) -> None:
    """What may not have arrived and what certainly did not, with the reason; no more than asked."""
    rows = await queued(uow, *(a_message(kind=f"k{n}") for n in range(4)))
    states = (OutboxState.UNKNOWN, OutboxState.SENT, OutboxState.DEAD, OutboxState.UNKNOWN)
    for minutes, (row, state) in enumerate(zip(rows, states, strict=True)):
        await uow.outbox.settle(row.id, state, NOW + timedelta(minutes=minutes), error=f"why {row.message.kind}")
    troubled = await uow.outbox.troubled(10)
    assert [(row.message.kind, row.error) for row in troubled] == [("k3", "why k3"), ("k2", "why k2"), ("k0", "why k0")]
    assert len(await uow.outbox.troubled(1)) == 1
    assert await uow.outbox.waiting() == 0


async def test_facts_must_be_json(uow: UnitOfWork) -> None:
    """Facts are frozen when queued: what isn't JSON is refused there, not when it is sent."""
    with pytest.raises(Exception, match="JSON serializable"):
        async with uow.savepoint():
            await uow.outbox.queue(a_message(facts={"at": NOW}), NOW)


async def test_facts_are_frozen_when_queued(uow: UnitOfWork) -> None:
    """Changing a fact afterwards changes nothing that was queued."""
    facts: dict[str, Any] = {"list": [1]}
    await uow.outbox.queue(a_message(facts=facts), NOW)
    facts["list"].append(2)
    (row,) = await uow.outbox.due(NOW, 1)
    assert row.message.facts == {"list": [1]}


async def test_many_are_queued_at_once_in_their_order(uow: UnitOfWork) -> None:
    """More than one statement holds; a key that is known is left out, also one that comes twice in the same go."""
    await uow.outbox.queue(a_message(1, key="known"), NOW)
    messages = [a_message(n, key=f"k{n % 40}") for n in range(50)] + [a_message(99, key="known"), a_message(100)]
    await uow.outbox.queue_all(messages, NOW)
    await uow.outbox.queue_all([], NOW)
    chats = [row.message.chat for row in await uow.outbox.due(NOW, 100)]
    assert chats == [1, *range(40), 100]


@pytest.mark.parametrize("seen_inside", [False, True], ids=["unseen", "seen"])
async def test_what_is_undone_takes_only_its_own_words_along(uow: UnitOfWork, *, seen_inside: bool) -> None:
    """What was told before a savepoint is told once, whether it was written by then, or inside and undone with it."""
    before, undone, after = (a_message(facts={"n": n}) for n in (1, 2, 3))
    async with uow.savepoint(told_later=True):
        await uow.outbox.queue(before, NOW)
    with pytest.raises(ZeroDivisionError):
        await _tell_and_fail(uow, undone, seen_inside)
    async with uow.savepoint(told_later=True):
        await uow.outbox.queue(after, NOW)
    assert [row.message.facts for row in await uow.outbox.due(NOW, 100)] == [{"n": 1}, {"n": 3}]


async def _tell_and_fail(uow: UnitOfWork, message: Message, seen: bool) -> None:
    async with uow.savepoint(told_later=True):
        await uow.outbox.queue(message, NOW)
        if seen:
            assert len(await uow.outbox.due(NOW, 100)) == 2
        raise ZeroDivisionError


async def test_cards_know_of_what_was_just_told(uow: UnitOfWork) -> None:
    """A chat that is about to show a card is one of those with it; renaming the card drops what would have shown its old self."""
    async with uow.savepoint(told_later=True):
        await uow.outbox.queue(a_card(1), NOW)
    assert await uow.cards.chats_with("issue:7") == [a_card(1).chat]
    async with uow.savepoint(told_later=True):
        await uow.outbox.queue(a_message(card="draft:3", facts={}), NOW)
    await uow.cards.put(a_card(1).chat, "draft:3", MessageId(5))
    await uow.cards.rename(a_card(1).chat, "draft:3", "issue:8")
    assert [row.message.card for row in await uow.outbox.due(NOW, 100)] == ["issue:7"]
