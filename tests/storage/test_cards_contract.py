"""Every store: which message of a chat shows what."""

import pytest

from bot.domain.ids import ChatId, MessageId
from bot.domain.messages import OutboxState, draft_card, issue_card
from bot.ports import UnitOfWork
from tests.builders import a_message
from tests.fakes import NOW

CHAT, OTHER = ChatId(4001), ChatId(-1_001_234_567_890)


async def test_a_card_is_found_both_ways(uow: UnitOfWork) -> None:
    """By its name in a chat, and by the message that shows it; elsewhere it is not."""
    await uow.cards.put(CHAT, issue_card(7), MessageId(11))
    assert await uow.cards.message_of(CHAT, "issue:7") == 11
    assert await uow.cards.card_at(CHAT, MessageId(11)) == "issue:7"
    assert await uow.cards.message_of(OTHER, "issue:7") is None
    assert await uow.cards.card_at(OTHER, MessageId(11)) is None
    assert await uow.cards.card_at(CHAT, MessageId(12)) is None


async def test_a_card_moves_to_its_newest_message(uow: UnitOfWork) -> None:
    """Shown anew, the old message no longer stands for it."""
    await uow.cards.put(CHAT, "issue:7", MessageId(11))
    await uow.cards.put(CHAT, "issue:7", MessageId(12))
    await uow.cards.put(CHAT, "issue:7", MessageId(12))
    assert await uow.cards.message_of(CHAT, "issue:7") == 12
    assert await uow.cards.card_at(CHAT, MessageId(11)) is None


async def test_a_message_shows_one_card(uow: UnitOfWork) -> None:
    """What a message showed before is no longer there."""
    await uow.cards.put(CHAT, "issue:7", MessageId(11))
    await uow.cards.put(CHAT, "issue:8", MessageId(11))
    assert await uow.cards.card_at(CHAT, MessageId(11)) == "issue:8"
    assert await uow.cards.message_of(CHAT, "issue:7") is None


async def test_a_card_takes_over_another_ones_message(uow: UnitOfWork) -> None:
    """Both at once: the card had a message, and the message had a card."""
    await uow.cards.put(CHAT, "issue:7", MessageId(11))
    await uow.cards.put(CHAT, "issue:8", MessageId(12))
    await uow.cards.put(CHAT, "issue:7", MessageId(12))
    assert await uow.cards.message_of(CHAT, "issue:7") == 12
    assert await uow.cards.message_of(CHAT, "issue:8") is None
    assert await uow.cards.card_at(CHAT, MessageId(11)) is None


async def test_what_was_sent_shows_its_card_unless_it_shows_another_already(uow: UnitOfWork) -> None:
    """Several at once; a card goes on to its newest message; one that was pressed meanwhile keeps what the press made it."""
    await uow.cards.put(CHAT, "issue:7", MessageId(11))
    await uow.cards.put(CHAT, "desk:9", MessageId(14))
    shown = [(CHAT, "issue:7", 12), (CHAT, "issue:8", 13), (CHAT, "desk:8", 14), (OTHER, "issue:7", 12)]
    for chat, card, _ in shown:
        await uow.outbox.queue(a_message(chat, card=card), NOW)
    rows = {(row.message.chat, row.message.card): row.id for row in await uow.outbox.due(NOW, 10)}
    await uow.cards.arrived([(rows[chat, card], chat, MessageId(message)) for chat, card, message in shown])
    await uow.cards.arrived([])
    assert await uow.cards.message_of(CHAT, "issue:7") == 12
    assert await uow.cards.card_at(CHAT, MessageId(13)) == "issue:8"
    assert await uow.cards.card_at(CHAT, MessageId(14)) == "desk:9"
    assert await uow.cards.message_of(CHAT, "desk:8") is None
    assert await uow.cards.card_at(OTHER, MessageId(12)) == "issue:7"


async def test_a_drafts_card_becomes_its_issues(uow: UnitOfWork) -> None:
    """The same message, another name; in this chat only."""
    await uow.cards.put(CHAT, draft_card(3), MessageId(11))
    await uow.cards.put(OTHER, draft_card(3), MessageId(5))
    await uow.cards.rename(CHAT, draft_card(3), issue_card(7))
    assert await uow.cards.message_of(CHAT, "issue:7") == 11
    assert await uow.cards.message_of(CHAT, "draft:3") is None
    assert await uow.cards.message_of(OTHER, "draft:3") == 5


async def test_a_renamed_card_replaces_one_of_that_name(uow: UnitOfWork) -> None:
    """If the issue was already shown in this chat, the renamed message is its card from now on."""
    await uow.cards.put(CHAT, "issue:7", MessageId(9))
    await uow.cards.put(CHAT, "draft:3", MessageId(11))
    await uow.cards.rename(CHAT, "draft:3", "issue:7")
    assert await uow.cards.message_of(CHAT, "issue:7") == 11
    assert await uow.cards.card_at(CHAT, MessageId(9)) is None


@pytest.mark.parametrize("shown", [True, False])
async def test_renaming_what_is_not_shown_does_nothing(uow: UnitOfWork, shown: bool) -> None:
    """A draft that never had a card leaves the issue's card as it is."""
    if shown:
        await uow.cards.put(CHAT, "issue:7", MessageId(9))
    await uow.cards.rename(CHAT, "draft:3", "issue:7")
    assert await uow.cards.message_of(CHAT, "issue:7") == (9 if shown else None)


async def test_what_waits_to_show_a_renamed_card_is_dropped(uow: UnitOfWork) -> None:
    """Nothing could edit the draft's card any more; what waits for others and what is on its way stays."""
    await uow.outbox.queue(a_message(kind="sending", card="draft:3"), NOW)
    (row,) = await uow.outbox.due(NOW, 10)
    await uow.outbox.mark_sending([row.id], NOW)
    for message in (
        a_message(kind="old", card="draft:3"),
        a_message(kind="other", card="draft:4"),
        a_message(kind="elsewhere", card="draft:3", chat=OTHER),
        a_message(kind="new", card="issue:7"),
    ):
        await uow.outbox.queue(message, NOW)
    await uow.cards.rename(CHAT, "draft:3", "issue:7")
    assert [row.message.kind for row in await uow.outbox.due(NOW, 10)] == ["other", "elsewhere", "new"]
    assert await uow.outbox.waiting() == 4


async def test_all_chats_that_show_a_card(uow: UnitOfWork) -> None:
    """Each once; a card of a like name is another."""
    for chat, card, message in ((CHAT, "issue:7", 1), (OTHER, "issue:7", 1), (ChatId(5), "issue:77", 1)):
        await uow.cards.put(chat, card, MessageId(message))
    assert sorted(await uow.cards.chats_with("issue:7")) == [OTHER, CHAT]
    assert await uow.cards.chats_with("issue:8") == []


async def test_a_card_that_is_on_its_way_counts_as_shown(uow: UnitOfWork) -> None:
    """Queued or being sent: what changes meanwhile must reach that chat, too. Once it arrived or failed, the card decides."""
    await uow.outbox.queue(a_message(card="issue:7"), NOW)
    assert await uow.cards.chats_with("issue:7") == [CHAT]
    assert await uow.cards.under_way(CHAT) == []
    row = (await uow.outbox.due(NOW, 1))[0].id
    await uow.outbox.mark_sending([row], NOW)
    assert await uow.cards.chats_with("issue:7") == [CHAT]
    assert await uow.cards.under_way(CHAT) == ["issue:7"]
    assert await uow.cards.under_way(OTHER) == []
    await uow.outbox.settle(row, OutboxState.DEAD, NOW)
    assert await uow.cards.chats_with("issue:7") == []
    assert await uow.cards.under_way(CHAT) == []


async def test_cards_that_are_expected_are_found_as_they_are(uow: UnitOfWork) -> None:
    """Read for all at once or not, in each chat its own message: what was put since is seen."""
    here, there = ChatId(1), ChatId(2)
    await uow.cards.put(here, "issue:7", MessageId(10))
    await uow.cards.put(there, "issue:7", MessageId(20))
    await uow.cards.expect({(here, "issue:7"), (there, "issue:7"), (there, "issue:8")})
    assert await uow.cards.message_of(here, "issue:7") == 10
    assert await uow.cards.message_of(there, "issue:7") == 20
    assert await uow.cards.message_of(there, "issue:8") is None
    await uow.cards.put(here, "issue:7", MessageId(11))
    await uow.cards.put(there, "issue:8", MessageId(21))
    assert await uow.cards.message_of(here, "issue:7") == 11
    assert await uow.cards.message_of(there, "issue:8") == 21


async def test_what_was_pressed_is_found_as_it_is(uow: UnitOfWork) -> None:
    """Read for all at once or not: what was arranged since is seen, by whichever way it was."""
    await uow.cards.put(CHAT, "draft:1", MessageId(10))
    await uow.cards.put(CHAT, "issue:7", MessageId(11))
    await uow.cards.put(OTHER, "draft:2", MessageId(10))
    await uow.cards.hold({(CHAT, MessageId(10)), (CHAT, MessageId(11)), (OTHER, MessageId(10)), (OTHER, MessageId(12))})
    assert await uow.cards.card_at(OTHER, MessageId(12)) is None
    assert await uow.cards.card_at(CHAT, MessageId(11)) == "issue:7"
    await uow.cards.rename(CHAT, "draft:1", "issue:7")  # takes the place of the other message's
    assert await uow.cards.card_at(CHAT, MessageId(10)) == "issue:7"
    assert await uow.cards.card_at(CHAT, MessageId(11)) is None
    await uow.cards.put(OTHER, "issue:8", MessageId(10))
    assert await uow.cards.card_at(OTHER, MessageId(10)) == "issue:8"
    assert await uow.cards.card_at(OTHER, MessageId(10)) == "issue:8"
