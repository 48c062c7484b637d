"""Every store: the group that is the desk, its topics, and how cases hang there."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.ids import ChatId, MessageId
from bot.domain.messages import OutboxState
from bot.ports import Claim, Desk, DeskCase, DeskTopic, UnitOfWork
from tests.builders import City, a_message, an_issue, filed
from tests.fakes import NOW

ONE, OTHER = ChatId(-1_001_000_000_001), ChatId(-1_001_000_000_002)


async def test_one_group_is_the_desk(uow: UnitOfWork) -> None:
    """None at first; the last one bound."""
    assert await uow.desks.chat() is None
    for chat in (ONE, ONE, OTHER):
        await uow.desks.bind(chat)
        assert await uow.desks.chat() == chat


async def test_it_ends_once_and_by_itself_only(uow: UnitOfWork) -> None:
    """Another group's leaving is not its end."""
    await uow.desks.bind(ONE)
    assert not await uow.desks.end(OTHER)
    assert await uow.desks.chat() == ONE
    assert await uow.desks.end(ONE)
    assert not await uow.desks.end(ONE)
    assert await uow.desks.chat() is None


async def test_what_it_showed_is_forgotten_with_it(uow: UnitOfWork) -> None:
    """Ended or moved: its desk's cards are drawn no more; other cards and other chats' desks are."""
    for end in (lambda: uow.desks.end(ONE), lambda: uow.desks.bind(OTHER)):
        await uow.desks.bind(ONE)
        await uow.cards.put(ONE, "desk:7", MessageId(11))
        await uow.cards.put(ONE, "issue:7", MessageId(12))
        await uow.cards.put(ChatId(1001), "desk:7", MessageId(11))
        await end()
        assert await uow.cards.chats_with("desk:7") == [1001]
        assert await uow.cards.chats_with("issue:7") == [ONE]


async def test_it_moves_with_its_group(uow: UnitOfWork) -> None:
    """A group that became a supergroup is the desk still, and its cards come along."""
    await uow.desks.bind(ChatId(-4001))
    await uow.cards.put(ChatId(-4001), "desk:7", MessageId(11))
    await uow.chats.migrate(ChatId(-4001), ONE)
    assert await uow.desks.chat() == ONE
    assert await uow.cards.chats_with("desk:7") == [ONE]


async def test_what_is_known_of_it(uow: UnitOfWork) -> None:
    """A forum or not, and what it did not let us do; bound once more it has all rights again. Another's is not kept."""
    assert await uow.desks.desk() is None
    await uow.desks.bind(ONE, forum=True)
    assert await uow.desks.desk() == Desk(ONE, forum=True)
    await uow.desks.save(Desk(ONE, forum=True, no_topics=True, no_pins=True))
    await uow.desks.save(Desk(OTHER))
    assert await uow.desks.desk() == Desk(ONE, forum=True, no_topics=True, no_pins=True)
    await uow.desks.bind(ONE)
    assert await uow.desks.desk() == Desk(ONE)


async def test_topics_are_wanted_then_opened(uow: UnitOfWork) -> None:
    """Wanting again changes nothing; what Telegram heard is kept of those that are wanted."""
    await uow.desks.bind(ONE)
    await uow.desks.want(ONE, ["category:power", "category:other"])
    assert await uow.desks.topics(ONE, unopened=True) == [DeskTopic("category:other"), DeskTopic("category:power")]
    opened = DeskTopic("category:power", 17, "电力", closed=True, tries=2)
    await uow.desks.save_topic(ONE, opened)
    await uow.desks.save_topic(ONE, DeskTopic("category:unknown", 19))
    await uow.desks.want(ONE, ["category:power"])
    assert await uow.desks.topic(ONE, "category:power") == opened
    assert await uow.desks.topic(ONE, "category:unknown") is None
    assert await uow.desks.topics(ONE, unopened=True) == [DeskTopic("category:other")]
    assert await uow.desks.topics(ONE) == [DeskTopic("category:other"), opened]


async def test_cases_are_looked_at_until_they_are_as_they_should(uow: UnitOfWork, city: City) -> None:
    """Each change is one more look; what changed while it was looked at is looked at again."""
    desks = uow.desks
    one, two = [await filed(uow, an_issue(reporter=city.reporter.id)) for _ in range(2)]
    await desks.bind(ONE)
    for issue in (two, one, two):
        await desks.add_case(ONE, issue.id)
    first = DeskCase(ONE, one.id)
    assert await desks.changed(9) == [first, DeskCase(ONE, two.id)]
    assert await desks.changed(1) == [first]
    await desks.save_case(replace(first, shown=True, topic=7, pinned=MessageId(70), changes=0))
    await desks.touch(ONE, one.id)
    await desks.looked_at(first)
    assert await desks.case(ONE, one.id) == DeskCase(ONE, one.id, True, 7, MessageId(70), 2)
    await desks.looked_at(DeskCase(ONE, one.id, changes=2))
    assert await desks.changed(9) == [DeskCase(ONE, two.id)]
    await desks.forsake(ONE, 7)
    assert (await desks.case(ONE, one.id)) == DeskCase(ONE, one.id, True, None, MessageId(70), 0)
    assert await desks.case(OTHER, one.id) is None


async def test_everything_may_be_tried_again(uow: UnitOfWork, city: City) -> None:
    """Topics that could not be opened, and every case."""
    desks, one = uow.desks, await filed(uow, an_issue(reporter=city.reporter.id))
    await desks.bind(ONE)
    await desks.want(ONE, ["issue:1", "issue:2"])
    await desks.save_topic(ONE, DeskTopic("issue:1", tries=3))
    await desks.save_topic(ONE, DeskTopic("issue:2", 17, "two", tries=1))
    await desks.add_case(ONE, one.id)
    await desks.looked_at(DeskCase(ONE, one.id))
    await desks.retry(ONE)
    assert await desks.topics(ONE) == [DeskTopic("issue:1"), DeskTopic("issue:2", 17, "two", tries=1)]
    assert await desks.changed(9) == [DeskCase(ONE, one.id)]


async def test_topics_and_cases_end_with_the_desk(uow: UnitOfWork, city: City) -> None:
    """What is heard of them later is not kept."""
    desks, one = uow.desks, await filed(uow, an_issue(reporter=city.reporter.id))
    await desks.bind(ONE)
    await desks.want(ONE, ["category:power"])
    await desks.add_case(ONE, one.id)
    await uow.cards.put(ONE, "moved:7", MessageId(12))
    await desks.end(ONE)
    await desks.save_topic(ONE, DeskTopic("category:power", 18))
    await desks.save_case(DeskCase(ONE, one.id, shown=True))
    assert await desks.topics(ONE) == []
    assert await desks.case(ONE, one.id) is None
    assert await desks.changed(9) == []
    assert await uow.cards.chats_with("moved:7") == []


async def test_topics_and_cases_move_with_the_group(uow: UnitOfWork, city: City) -> None:
    """A forum is a supergroup; but what is known of a group is not lost when it becomes one."""
    desks, one, old = uow.desks, await filed(uow, an_issue(reporter=city.reporter.id)), ChatId(-4001)
    await desks.bind(old, forum=True)
    await desks.add_case(old, one.id)
    await uow.chats.migrate(old, ONE)
    assert await desks.desk() == Desk(ONE, forum=True)
    assert await desks.changed(9) == [DeskCase(ONE, one.id)]


async def _tried(uow: UnitOfWork, chat: ChatId, card: str, state: OutboxState, at: datetime = NOW) -> None:
    """A card's row of the outbox, as it was left at that moment."""
    known = {row.id for row in await uow.outbox.due(NOW, 99)}
    await uow.outbox.queue(a_message(chat, card=card, fresh=True), NOW)
    (row,) = [row for row in await uow.outbox.due(NOW, 99) if row.id not in known]
    if state is not OutboxState.PENDING:
        await uow.outbox.mark_sending([row.id], at)
    if state not in {OutboxState.PENDING, OutboxState.SENDING}:
        await uow.outbox.settle(row.id, state, at)


async def test_cards_nobody_is_sure_of(uow: UnitOfWork, city: City) -> None:
    """Only of cases of the desk, tried for the last time long enough ago; not those that were refused since, hang or come."""
    desks, minute = uow.desks, timedelta(minutes=1)
    found = [await filed(uow, an_issue(reporter=city.reporter.id)) for _ in range(7)]
    unsure, recent, hangs, comes, leaves, refused, elsewhere = (issue.id for issue in found)
    await desks.bind(ONE)
    for issue in found[:-1]:
        await desks.add_case(ONE, issue.id)
        await _tried(uow, ONE, f"desk:{issue.id}", OutboxState.UNKNOWN)
    await _tried(uow, ONE, f"issue:{unsure}", OutboxState.DEAD, NOW + minute)
    await _tried(uow, ChatId(4001), f"desk:{elsewhere}", OutboxState.UNKNOWN)
    await _tried(uow, ONE, f"desk:{recent}", OutboxState.UNKNOWN, NOW + minute)
    await uow.cards.put(ONE, f"desk:{hangs}", MessageId(77))
    await _tried(uow, ONE, f"desk:{comes}", OutboxState.PENDING)
    await _tried(uow, ONE, f"desk:{leaves}", OutboxState.SENDING)
    await _tried(uow, ONE, f"desk:{refused}", OutboxState.DEAD)
    assert await desks.unsure(NOW - minute, 9) == []
    assert await desks.unsure(NOW, 9) == [DeskCase(ONE, unsure)]
    assert await desks.unsure(NOW + minute, 9) == [DeskCase(ONE, unsure), DeskCase(ONE, recent)]
    assert await desks.unsure(NOW + minute, 1) == [DeskCase(ONE, unsure)]


async def test_a_case_is_in_one_hand(uow: UnitOfWork, city: City) -> None:
    """The last one that took it; only its own gives it up. What is over is found, the others are not."""
    desks, minute = uow.desks, timedelta(minutes=1)
    one, two = [await filed(uow, an_issue(reporter=city.reporter.id)) for _ in range(2)]
    assert await desks.claim_of(one.id) is None
    await desks.claim(Claim(one.id, city.clerk.id, NOW))
    taken = Claim(one.id, city.admin.id, NOW + minute)
    await desks.claim(taken)
    await desks.claim(Claim(two.id, city.clerk.id, NOW + 2 * minute))
    await desks.unclaim(one.id, city.clerk.id)
    assert await desks.claim_of(one.id) == taken
    assert await desks.expired(NOW, 9) == []
    assert await desks.expired(NOW + minute, 9) == [taken]
    assert await desks.expired(NOW + 9 * minute, 1) == [taken]
    await desks.unclaim(one.id, city.admin.id)
    assert await desks.claim_of(one.id) is None
    assert [claim.issue for claim in await desks.expired(NOW + 9 * minute, 9)] == [two.id]
