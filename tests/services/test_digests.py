"""The weekly digest: figures of a scope, frozen for their week, told to each subscribed group once."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from bot.domain.errors import GroupUnbound, NotAllowed
from bot.domain.ids import ChatId, PersonId
from bot.domain.issue import Category, Outcome, Status
from bot.domain.organisation import CITY, Grant, Scope, ScopeKind
from bot.domain.policy import WeekMoment
from bot.ports import Subscription
from bot.services.digests import digests, previews
from bot.services.digests.weekly import next_weekly
from bot.services.timed import reminders
from tests.builders import filed
from tests.services.at_work import FRIDAY, Office

GROUP = ChatId(-1001)
HAICANG = Scope(ScopeKind.DISTRICT, "海沧区")
FOUR = WeekMoment(4, time(16, 0))


async def subscribed(office: Office, chat: int = GROUP, scope: Scope = CITY, topic: int | None = None) -> Subscription:
    """A group that gets its digest on Fridays at four."""
    next_at = next_weekly(FOUR, office.turn.calendar, office.turn.now)
    subscription = Subscription(ChatId(chat), topic, scope, 4, 16, 0, next_at, office.city.clerk.id)
    await office.uow.subscriptions.put(subscription)
    return subscription


async def cleared(office: Office) -> None:
    """An issue that was solved on the day it came."""
    await filed(
        office.uow,
        reporter=office.city.reporter.id,
        status=Status.CLEARED,
        outcome=Outcome.SOLVED,
        closed_at=office.turn.now,
    )


async def test_the_figures_are_those_of_the_ledger(office: Office) -> None:
    """Collected, solved, open, overdue; by category and unit; overdue longest first with working days, and the rung each
    has really reached: none before anybody was told."""
    await cleared(office)
    late = await office.task(due=date(2026, 11, 25), category=Category.POWER)
    later = await office.task(office.city.a02, due=FRIDAY, category=Category.PAYMENT)
    assert [line.rung for line in (await digests.compose(office.at(date(2026, 11, 30)), CITY)).overdue] == ["", ""]
    await reminders.tick(office.at(date(2026, 11, 30)))
    digest = await digests.compose(office.at(date(2026, 12, 1), 16), CITY)
    assert digest.totals == await office.uow.issues.totals(CITY, office.at(date(2026, 12, 1), 16).now)
    assert (digest.totals.collected, digest.totals.solved, digest.totals.overdue) == (3, 1, 2)
    assert [(line.number, line.days) for line in digest.overdue] == [(late.number, 4), (later.number, 2)]
    facts = digests.facts_of(office.turn, digest)
    assert [line["rung"] for line in facts["overdue"]] == ["district_leader", "head"]
    assert [row["category"] for row in facts["by_category"]] == ["power", "payment"]
    assert {row["name"] for row in facts["by_unit"]} == {"市供电公司", "市建设局"}
    assert facts["rate"] == 33.3


async def test_this_week_is_held_against_last_week(office: Office) -> None:
    """New, solved and fallen overdue, Monday to Monday of the office."""
    await filed(office.uow, reporter=office.city.reporter.id, reported_at=office.turn.now - timedelta(days=5))
    await cleared(office)
    await office.task(due=FRIDAY)
    digest = await digests.compose(office.at(date(2026, 11, 28)), CITY)
    assert (digest.this_week.new, digest.this_week.solved, digest.this_week.overdue) == (2, 1, 1)
    assert (digest.last_week.new, digest.last_week.solved, digest.last_week.overdue) == (1, 0, 0)


async def test_only_the_scope_counts(office: Office) -> None:
    """A district's digest knows nothing of other districts, and has the district's name."""
    await filed(office.uow, reporter=office.city.reporter.id)
    digest = await digests.compose(office.turn, Scope(ScopeKind.DISTRICT, "思明区"))
    assert digest.totals.collected == 0
    assert digest.scope_name == "思明区"
    unit = await digests.compose(office.turn, Scope(ScopeKind.UNIT, "U11"))
    assert (unit.scope_name, unit.totals.collected) == ("宝太生物", 1)


async def test_a_subscribed_group_gets_it_on_friday_at_four_once(office: Office) -> None:
    """Not a second before; not twice; then planned for the next week."""
    await subscribed(office, topic=7)
    assert await digests.tick(office.at(FRIDAY, 15, 59)) == 0
    assert await digests.tick(office.at(FRIDAY, 16)) == 1
    assert await digests.tick(office.at(FRIDAY, 16, 0, 1)) == 0
    (message,) = office.store.told(GROUP)
    assert (message.kind, message.topic, message.facts["late"]) == ("digest/weekly", 7, False)
    subscription = await office.uow.subscriptions.of_chat(GROUP)
    assert subscription is not None
    assert subscription.next_at == office.at(date(2026, 12, 4), 16).now


async def test_two_groups_of_one_scope_get_the_same_frozen_figures(office: Office) -> None:
    """What is filed between the two changes nothing."""
    await subscribed(office)
    await digests.tick(office.at(FRIDAY, 16))
    await cleared(office)
    other = await subscribed(office, -1002)
    await office.uow.subscriptions.put(replace(other, next_at=office.at(FRIDAY, 16, 5).now))
    await digests.tick(office.at(FRIDAY, 16, 5))
    first, second = office.store.outbox_messages("digest/weekly")
    assert first.facts["collected"] == second.facts["collected"] == 0


async def test_a_frozen_digest_can_be_made_again(office: Office) -> None:
    """Last week's figures, as they were."""
    await subscribed(office)
    await digests.tick(office.at(FRIDAY, 16))
    week = await digests.compose(office.at(FRIDAY, 17), CITY)
    number = await office.uow.subscriptions.freeze(replace(week, totals=replace(week.totals, collected=99)))
    assert (await office.uow.subscriptions.frozen(number)).totals.collected == 0


async def test_after_an_outage_the_last_one_goes_once_marked_late_when_the_office_opens(office: Office) -> None:
    """Down for three Fridays: one digest on Monday at nine, of the last week missed; not at night."""
    await subscribed(office)
    assert await digests.tick(office.at(date(2026, 12, 12), 3)) == 0
    assert await digests.tick(office.at(date(2026, 12, 14))) == 1
    (message,) = office.store.told(GROUP)
    assert message.facts["late"] is True
    assert message.facts["week_start"] == office.at(date(2026, 12, 7), 0).now.isoformat()


async def test_a_digest_moved_over_the_holidays_speaks_of_its_own_week(office: Office) -> None:
    """Friday 2 October is free: it goes on Thursday the 8th and is on time; the next day's is of the new week."""
    office.turn = replace(office.turn, now=office.at(date(2026, 9, 29)).now)
    await subscribed(office)
    await digests.tick(office.at(date(2026, 10, 8), 16))
    await digests.tick(office.at(date(2026, 10, 9), 16))
    first, second = office.store.told(GROUP)
    assert (first.facts["late"], second.facts["late"]) == (False, False)
    assert first.facts["week_start"] == office.at(date(2026, 9, 28), 0).now.isoformat()
    assert second.facts["week_start"] == office.at(date(2026, 10, 5), 0).now.isoformat()


async def test_a_preview_is_of_the_widest_scope_and_sends_nothing(office: Office) -> None:
    """To the person alone, with how many groups it could go to."""
    await subscribed(office)
    await previews.show(office.turn, office.city.clerk, ChatId(1001))
    (message,) = office.store.outbox_messages()
    assert (message.chat, message.facts["preview"], message.facts["groups"]) == (1001, True, 1)
    assert message.facts["scope"] == "city"


async def test_a_leader_of_a_district_previews_the_district_and_nothing_else(office: Office) -> None:
    """The whole city is not theirs; sending is not theirs either."""
    leader = office.city.district_leader
    await subscribed(office, scope=HAICANG)
    await previews.show(office.turn, leader, ChatId(8004))
    (message,) = office.store.outbox_messages()
    assert (message.facts["scope_name"], message.facts["send"]) == ("海沧区", "")
    with pytest.raises(NotAllowed):
        await previews.show(office.turn, leader, ChatId(8004), CITY)


async def test_site_staff_have_no_digest(office: Office) -> None:
    """Neither in private nor through a group they happen to be in."""
    with pytest.raises(NotAllowed):
        await previews.show(office.turn, office.city.reporter, ChatId(4001))
    await subscribed(office)
    with pytest.raises(NotAllowed):
        await previews.show_group(office.turn, office.city.reporter, GROUP, None)


async def test_a_group_is_shown_its_own_scope_only(office: Office) -> None:
    """Even to a clerk of the whole city; and an unbound group sees nothing."""
    with pytest.raises(GroupUnbound):
        await previews.show_group(office.turn, office.city.clerk, GROUP, None)
    await subscribed(office, scope=HAICANG)
    await previews.show_group(office.turn, office.city.clerk, GROUP, 5)
    (message,) = office.store.told(GROUP)
    assert (message.facts["scope_name"], message.topic) == ("海沧区", 5)


async def test_send_now_reaches_every_group_in_scope_once(office: Office) -> None:
    """Each gets its own scope's figures; pressing again sends nothing more, a new preview may."""
    await subscribed(office)
    await subscribed(office, -1002, HAICANG)
    await previews.show(office.turn, office.city.clerk, ChatId(1001))
    token = office.store.outbox_messages()[-1].facts["send"]
    assert await previews.send_now(office.turn, office.city.clerk, token) == 2
    assert await previews.send_now(office.turn, office.city.clerk, token) == 2
    assert {m.chat: m.facts["scope"] for m in office.store.outbox_messages() if m.chat < 0} == {
        -1001: "city",
        -1002: "district",
    }


async def test_send_now_is_checked_at_the_press(office: Office) -> None:
    """Somebody else's button, a role that ended, nonsense: refused."""
    await subscribed(office)
    gone = replace(office.city.clerk, grants=frozenset())
    for person, token in ((gone, "city//1"), (office.city.reporter, "city//1"), (office.city.clerk, "what")):
        with pytest.raises(NotAllowed):
            await previews.send_now(office.turn, person, token)
    assert office.store.outbox_messages() == []


async def test_a_district_clerk_sends_to_the_districts_groups_only(office: Office) -> None:
    """The city's group stays out of reach."""
    clerk = replace(office.city.clerk, id=PersonId(99), grants=frozenset({Grant.parse("clerk:district:海沧区")}))
    await subscribed(office)
    await subscribed(office, -1002, HAICANG)
    assert await previews.send_now(office.turn, clerk, "district/海沧区/1") == 1
    assert [m.chat for m in office.store.outbox_messages()] == [-1002]


async def test_a_scope_with_a_long_name_has_no_button_rather_than_a_broken_one(office: Office) -> None:
    """Callback data holds 64 bytes (Bot API)."""
    long = Scope(ScopeKind.DISTRICT, "很长很长的区" * 4)
    clerk = replace(office.city.clerk, grants=frozenset({Grant.parse(f"clerk:{long}")}))
    await subscribed(office, scope=long)
    await previews.show(office.turn, clerk, ChatId(1001))
    assert office.store.outbox_messages()[-1].facts["send"] == ""


async def test_a_group_whose_digest_fails_holds_up_no_other(office: Office) -> None:
    """Its unit is gone from the sheets for good: logged, tried again in an hour; the city's group has its own in time."""
    await subscribed(office, -1, Scope(ScopeKind.UNIT, "U99"))
    await subscribed(office, -2)
    turn = office.at(FRIDAY, 16)
    await digests.tick(turn)
    assert [int(m.chat) for m in office.store.outbox_messages("digest/weekly")] == [-2]
    assert await digests.tick(office.at(FRIDAY, 16, 30)) == 0
    assert await digests.tick(office.at(FRIDAY, 17)) == 1
