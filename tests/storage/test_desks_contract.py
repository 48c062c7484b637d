"""Every store: the group that is the desk."""

from bot.domain.ids import ChatId, MessageId
from bot.ports import UnitOfWork

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


async def test_topics_are_wanted_then_opened_once(uow: UnitOfWork) -> None:
    """Wanting again changes nothing; the first number stays."""
    await uow.desks.bind(ONE)
    await uow.desks.want(ONE, ["category:power", "category:other"])
    assert await uow.desks.unopened() == [(ONE, "category:other"), (ONE, "category:power")]
    assert await uow.desks.topic(ONE, "category:power") is None
    await uow.desks.opened(ONE, "category:power", 17)
    await uow.desks.opened(ONE, "category:power", 18)
    await uow.desks.opened(ONE, "category:unknown", 19)
    await uow.desks.want(ONE, ["category:power"])
    assert await uow.desks.topic(ONE, "category:power") == 17
    assert await uow.desks.topic(ONE, "category:unknown") is None
    assert await uow.desks.unopened() == [(ONE, "category:other")]


async def test_topics_end_with_the_desk(uow: UnitOfWork) -> None:
    """One opened meanwhile is not kept."""
    await uow.desks.bind(ONE)
    await uow.desks.want(ONE, ["category:power", "category:other"])
    await uow.desks.opened(ONE, "category:power", 17)
    await uow.desks.end(ONE)
    await uow.desks.opened(ONE, "category:other", 18)
    assert await uow.desks.unopened() == []
    assert await uow.desks.topic(ONE, "category:power") is None
