"""Every store: groups that get the digest, and the digests that were made."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.digest import Digest, OverdueLine, Tally, Totals, WeekCount
from bot.domain.ids import ChatId, UnitCode
from bot.domain.issue import Category
from bot.domain.organisation import CITY, Scope, ScopeKind
from bot.ports import Subscription, UnitOfWork
from tests.builders import City
from tests.fakes import NOW

GROUP = ChatId(-1_001_234_567_890)
DISTRICT = Scope(ScopeKind.DISTRICT, "海沧区")


def a_subscription(city: City, chat: ChatId = GROUP, topic: int | None = None, hours: float = 0) -> Subscription:
    """The city's digest, Fridays at 16:00."""
    return Subscription(chat, topic, CITY, 4, 16, 30, NOW + timedelta(hours=hours), city.clerk.id)


async def test_a_subscription_is_kept_whole(uow: UnitOfWork, city: City) -> None:
    """Every field comes back, with a topic and without."""
    plain, topical = a_subscription(city), replace(a_subscription(city, ChatId(-5), topic=9), scope=DISTRICT)
    await uow.subscriptions.put(plain)
    await uow.subscriptions.put(topical)
    assert await uow.subscriptions.of_chat(GROUP) == plain
    assert await uow.subscriptions.of_chat(ChatId(-5)) == topical
    assert await uow.subscriptions.of_chat(ChatId(-6)) is None
    assert sorted(await uow.subscriptions.all(), key=lambda s: s.chat) == [plain, topical]


async def test_subscribing_again_replaces(uow: UnitOfWork, city: City) -> None:
    """One per chat and topic."""
    await uow.subscriptions.put(a_subscription(city))
    changed = replace(a_subscription(city, hours=9), scope=DISTRICT, weekday=0, hour=9, minute=0, by=city.admin.id)
    await uow.subscriptions.put(changed)
    assert await uow.subscriptions.all() == [changed]


async def test_unsubscribing(uow: UnitOfWork, city: City) -> None:
    """All of a chat's subscriptions end, once; other chats keep theirs."""
    other = a_subscription(city, ChatId(-5))
    for subscription in (a_subscription(city), a_subscription(city, topic=9), other):
        await uow.subscriptions.put(subscription)
    assert await uow.subscriptions.remove(GROUP)
    assert not await uow.subscriptions.remove(GROUP)
    assert await uow.subscriptions.all() == [other]


async def test_a_digest_is_due_from_its_moment(uow: UnitOfWork, city: City) -> None:
    """Up to and including now."""
    past, present, future = [a_subscription(city, ChatId(-n), hours=hours) for n, hours in ((1, -1), (2, 0), (3, 1))]
    for subscription in (past, present, future):
        await uow.subscriptions.put(subscription)
    assert await uow.subscriptions.due(NOW) == [past, present]


def a_digest(scope: Scope = CITY) -> Digest:
    """A week's figures, all kinds of them."""
    return Digest(
        scope=scope,
        scope_name="全市",
        week_start=NOW - timedelta(days=7),
        made_at=NOW,
        totals=Totals(1802, 1730, 70, 5),
        this_week=WeekCount(12, 9, 1),
        last_week=WeekCount(10, 11, 0),
        by_category=((Category.POWER, Tally(3, 2, 1)), (Category.PAYMENT, Tally(1, 1, 0))),
        by_unit=((UnitCode("U04"), "市供电公司", Tally(3, 2, 1)),),
        overdue=(OverdueLine("XM-2026-0001", "POCT产业园A地块", "市供电公司", "蔡明", 4, NOW - timedelta(days=6)),),
    )


async def test_a_digest_is_frozen_whole(uow: UnitOfWork) -> None:
    """Every figure comes back."""
    number = await uow.subscriptions.freeze(a_digest())
    assert await uow.subscriptions.frozen(number) == a_digest()


async def test_a_digest_is_frozen_once(uow: UnitOfWork) -> None:
    """The first figures of a scope and week stay; another scope and another week are others."""
    first = await uow.subscriptions.freeze(a_digest())
    later = replace(a_digest(), made_at=NOW + timedelta(hours=1), totals=Totals(9999, 0, 0, 0))
    assert await uow.subscriptions.freeze(later) == first
    assert await uow.subscriptions.frozen(first) == a_digest()
    others = [a_digest(DISTRICT), replace(a_digest(), week_start=NOW)]
    numbers = [await uow.subscriptions.freeze(other) for other in others]
    assert len({first, *numbers}) == 3


async def test_an_empty_digest_is_a_digest(uow: UnitOfWork) -> None:
    """A week in which nothing happened is frozen too."""
    nothing = replace(a_digest(), totals=Totals(0, 0, 0, 0), by_category=(), by_unit=(), overdue=())
    assert await uow.subscriptions.frozen(await uow.subscriptions.freeze(nothing)) == nothing


async def test_an_unknown_digest_is_a_lookup_error(uow: UnitOfWork) -> None:
    """Nobody's id."""
    with pytest.raises(LookupError):
        await uow.subscriptions.frozen(4242)
