"""Groups: the first words, who may bind which scope, and how a scope and an hour may be written."""

from datetime import date, time

import pytest

from bot.domain.errors import (
    GroupUnbound,
    NotAllowed,
    ProjectUnknown,
    Refused,
    ScopeMalformed,
    UnitUnknown,
    WordsMissing,
)
from bot.domain.ids import ChatId
from bot.domain.organisation import CITY
from bot.domain.policy import WeekMoment
from bot.services.groups import groups
from bot.services.people import scopes
from tests.services.at_work import FRIDAY, Office

GROUP = ChatId(-1001)
DEFAULT = WeekMoment(4, time(16, 0))


async def test_the_first_words_say_what_is_seen_and_show_no_data(office: Office) -> None:
    """Privacy mode or not; nothing of the ledger."""
    await groups.joined(office.turn, GROUP, "supergroup", "项目群", sees_all=False)
    (message,) = office.store.told(GROUP)
    assert message.kind == "groups/hello"
    assert set(message.facts) == {"sees_all", "days"}


async def test_where_the_bot_may_not_write_it_says_nothing(office: Office) -> None:
    """A restricted member's message would only come back as an error."""
    await groups.joined(office.turn, GROUP, "supergroup", "项目群", sees_all=False, may_write=False)
    assert office.store.told(GROUP) == []


async def test_a_clerk_binds_the_group_in_its_topic(office: Office) -> None:
    """Scope, hour, topic, who; and the answer names the next digest."""
    await groups.subscribe(office.turn, office.city.clerk, GROUP, 9, "district 海沧区 thu 9:30")
    subscription = await office.uow.subscriptions.of_chat(GROUP)
    assert subscription is not None
    assert (str(subscription.scope), subscription.topic, subscription.by) == (
        "district:海沧区",
        9,
        office.city.clerk.id,
    )
    assert subscription.next_at == office.at(date(2026, 11, 26), 9, 30).now
    (message,) = office.store.told(GROUP)
    assert (message.kind, message.facts["at"], message.facts["weekday_number"]) == ("groups/subscribed", "09:30", 3)


async def test_without_an_hour_policy_decides(office: Office) -> None:
    """Friday at four."""
    await groups.subscribe(office.turn, office.city.admin, GROUP, None, "全市")
    subscription = await office.uow.subscriptions.of_chat(GROUP)
    assert subscription is not None
    assert (subscription.scope, subscription.next_at) == (CITY, office.at(FRIDAY, 16).now)


@pytest.mark.parametrize("who", ["reporter", "a04", "h04", "city_leader", "auditor", "district_leader"])
async def test_nobody_else_opens_a_group(office: Office, who: str) -> None:
    """A leader reads; only clerks and admins decide who else may."""
    with pytest.raises(NotAllowed):
        await groups.subscribe(office.turn, getattr(office.city, who), GROUP, None, "city")
    assert await office.uow.subscriptions.of_chat(GROUP) is None


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("", WordsMissing),
        ("district", ScopeMalformed),
        ("district 不存在区", ScopeMalformed),
        ("everything", ScopeMalformed),
        ("city 25:00", ScopeMalformed),
        ("city please", ScopeMalformed),
        ("unit U99", UnitUnknown),
        ("unit 市", UnitUnknown),
        ("project P999", ProjectUnknown),
        ("project POCT产业园", ProjectUnknown),
    ],
)
async def test_what_cannot_be_read_is_refused_with_its_reason(office: Office, words: str, error: type[Refused]) -> None:
    """Nothing is bound by half."""
    with pytest.raises(error):
        await groups.subscribe(office.turn, office.city.clerk, GROUP, None, words)
    assert await office.uow.subscriptions.of_chat(GROUP) is None


@pytest.mark.parametrize(
    ("words", "scope"),
    [
        ("city", "city"),
        ("CITY", "city"),
        ("全市", "city"),
        ("district 海沧", "district:海沧区"),
        ("区 海沧区", "district:海沧区"),
        ("海沧区", "district:海沧区"),
        ("unit u04", "unit:U04"),
        ("单位 供电", "unit:U04"),
        ("project p002", "project:P002"),
        ("项目 POCT产业园B地块", "project:P003"),
    ],
)
async def test_scopes_in_both_languages(office: Office, words: str, scope: str) -> None:
    """By code, by name, by a part that only one has."""
    assert str(await scopes.resolve(office.turn, words)) == scope


@pytest.mark.parametrize(
    ("words", "rest", "moment"),
    [
        ("city", "city", DEFAULT),
        ("city fri 16:00", "city", DEFAULT),
        ("city Monday 8:05", "city", WeekMoment(0, time(8, 5))),
        ("全市 周五 16:00", "全市", DEFAULT),
        ("全市 星期天 9点半", "全市", WeekMoment(6, time(9, 30))),
        ("全市 周三 9点", "全市", WeekMoment(2, time(9, 0))),
        ("全市 周三17：30", "全市", WeekMoment(2, time(17, 30))),
        ("project P002 10:00", "project P002", WeekMoment(4, time(10, 0))),
    ],
)
def test_hours_in_both_languages(words: str, rest: str, moment: WeekMoment) -> None:
    """At the end, with or without a weekday, full-width signs too."""
    assert scopes.parse_wish(words, DEFAULT) == scopes.Wish(rest, moment)


async def test_unsubscribing_stops_all_topics(office: Office) -> None:
    """And says so; a second time there is nothing to stop."""
    city = office.city
    await groups.subscribe(office.turn, city.clerk, GROUP, 1, "city")
    await groups.subscribe(office.turn, city.clerk, GROUP, 2, "海沧区")
    assert await groups.unsubscribe(office.turn, city.admin, GROUP, 2)
    assert await office.uow.subscriptions.all() == []
    assert not await groups.unsubscribe(office.turn, city.admin, GROUP, 2)
    with pytest.raises(NotAllowed):
        await groups.unsubscribe(office.turn, city.reporter, GROUP, 2)


async def test_a_topic_takes_one_subscription_and_leaves_the_others(office: Office) -> None:
    """The one outside topics, else of the oldest; its scope and hour stay; the change is in the journal."""
    city = office.city
    await groups.subscribe(office.turn, city.clerk, GROUP, 1, "city fri 16:00")
    await groups.subscribe(office.turn, city.clerk, GROUP, 2, "海沧区 thu 9:30")
    moved = await groups.use_topic(office.turn, city.admin, GROUP, 5)
    assert (moved.topic, moved.scope, moved.by) == (5, CITY, city.admin.id)
    here = {one.topic: (str(one.scope), one.hour) for one in await office.uow.subscriptions.all()}
    assert here == {5: ("city", 16), 2: ("district:海沧区", 9)}
    assert office.store.told(GROUP)[-1].facts["moved"]
    stays = await groups.use_topic(office.turn, city.admin, GROUP, 2)
    assert str(stays.scope) == "district:海沧区"
    assert not office.store.told(GROUP)[-1].facts["moved"]


async def test_a_topic_takes_the_right_over_its_scope(office: Office) -> None:
    """And something to move."""
    with pytest.raises(GroupUnbound):
        await groups.use_topic(office.turn, office.city.clerk, GROUP, 5)
    await groups.subscribe(office.turn, office.city.clerk, GROUP, None, "city")
    with pytest.raises(NotAllowed):
        await groups.use_topic(office.turn, office.city.reporter, GROUP, 5)
    assert [one.topic for one in await office.uow.subscriptions.all()] == [None]


async def test_a_removed_bot_forgets_the_group(office: Office) -> None:
    """Nothing is sent there any more, and coming back does not bring it back."""
    await groups.subscribe(office.turn, office.city.clerk, GROUP, None, "city")
    await groups.left(office.turn, GROUP)
    assert await office.uow.subscriptions.all() == []


def test_the_scope_of_an_example_is_readable() -> None:
    """What a refusal offers as an example can be typed."""
    wish = scopes.parse_wish(scopes.EXAMPLE.removeprefix("/subscribe "), DEFAULT)
    assert wish == scopes.Wish("district 海沧区", DEFAULT)
