"""Provisional deadlines once the holidays of their year are published: told to the desk, set by one press."""

from datetime import UTC, date, datetime

import pytest

from bot.domain.deadlines import deadline_after
from bot.domain.issue import Issue
from bot.services.desk import assigning, recounting
from tests.builders import City, assigned, filed
from tests.fakes import FakeStore, a_calendar
from tests.handlers.driver import World
from tests.handlers.phone import Phone

DECEMBER = datetime(2026, 12, 28, 2, 0, tzinfo=UTC)  # a Monday
# 1 January 2027 is a Friday; the office has Monday off, too, and works on the Saturday after
NEW_YEAR = {date(2027, 1, 1): False, date(2027, 1, 4): False, date(2027, 1, 9): True}


async def given(world: World, city: City, day: date | None = None) -> Issue:
    """Assigned in December with a deadline in January: five working days, or a day the clerk named."""
    world.clock.set(DECEMBER)
    async with world.turns.begin() as turn:
        issue = await filed(turn.uow, reporter=city.reporter.id, reported_at=DECEMBER)
        deadline = deadline_after(turn.calendar, DECEMBER, 5, 1)
        assert deadline.provisional
        issue = await assigned(turn.uow, issue, city.a04, city.clerk.id, at=DECEMBER, deadline=deadline)
        return issue if day is None else await assigning.set_day(turn, city.clerk, issue.id, day)


async def look(world: World) -> None:
    """As after a start or a policy read anew."""
    async with world.turns.begin() as turn:
        await recounting.tell(turn)
    await world.deliver()


def publish(world: World) -> None:
    """2027 is published."""
    known = a_calendar()
    calendar = a_calendar(exceptions={**known.exceptions, **NEW_YEAR}, years=known.years | {2027}, version="test-2027")
    world.turns.adopt(world.turns.policy, calendar)


def due(store: FakeStore) -> tuple[date, bool]:
    """The day of the only issue's deadline, and whether it is provisional."""
    (issue,) = store.tables.issues.values()
    assert issue.deadline is not None
    return issue.deadline.due_at.date(), issue.deadline.provisional


async def test_the_desk_hears_and_sets_them(
    world: World, city: City, store: FakeStore, clerk: Phone, assignee: Phone
) -> None:
    """Old and new day; one press sets them, in the clerk's name; who has to keep another day hears so; once."""
    await given(world, city)
    assert due(store) == (date(2027, 1, 4), True)
    await look(world)
    assert clerk.screen() == ""
    publish(world)
    await look(world)
    await look(world)
    assert clerk.screen().count("放假安排已公布：1 件") == 1
    assert "XM-2026-0001 1月4日 17:30 → 1月6日 17:30" in clerk.screen()
    await clerk.presses("重算期限")
    assert due(store) == (date(2027, 1, 6), False)
    assert "没有待确定的暂定期限" in clerk.screen()
    assert "期限" in assignee.screen()
    entry = max(store.tables.history.items())[1]
    assert (entry.action, entry.by) == ("set_deadline", city.clerk.id)
    assert clerk.toast is not None
    assert "1 件" in clerk.toast.text


@pytest.mark.parametrize(
    ("day", "wanted"), [(date(2027, 1, 1), date(2027, 1, 5)), (date(2027, 1, 6), date(2027, 1, 6))]
)
async def test_a_named_day_stays(
    world: World, city: City, store: FakeStore, clerk: Phone, assignee: Phone, day: date, wanted: date
) -> None:
    """Unless it turned out to be free; who keeps the same day hears nothing."""
    await given(world, city, day=day)
    await world.deliver()
    heard = assignee.screen().count("的期限有变")
    publish(world)
    await look(world)
    await clerk.presses("重算期限")
    assert due(store) == (wanted, False)
    assert assignee.screen().count("的期限有变") - heard == (day != wanted)


async def test_while_nothing_is_published_nothing_is_offered(world: World, city: City, clerk: Phone) -> None:
    """Another year's calendar says nothing about this one."""
    await given(world, city)
    world.turns.adopt(world.turns.policy, a_calendar(years=frozenset({2025, 2026})))
    await look(world)
    assert clerk.screen() == ""


async def test_only_a_clerk_sets_them(world: World, city: City, store: FakeStore, clerk: Phone, worker: Phone) -> None:
    """In the desk's group, too, where everybody may press."""
    group = world.group("专班群")
    await clerk.sends("/desk", room=group)
    await given(world, city)
    publish(world)
    await look(world)
    await worker.presses("重算期限", group)
    assert due(store)[1]
    await clerk.presses("重算期限", group)
    assert due(store) == (date(2027, 1, 6), False)
    assert "没有待确定的暂定期限" in group.screen()
    assert "没有待确定的暂定期限" in clerk.screen()


async def test_one_in_another_clerks_hand_waits(
    world: World, city: City, store: FakeStore, clerk: Phone, assignee: Phone
) -> None:
    """It stays on the list."""
    await given(world, city)
    publish(world)
    await look(world)
    admin = world.phone(int(city.admin.user_id or 0), "管理员")
    await admin.sends("/issue XM-2026-0001")
    await admin.presses("期限")
    await clerk.presses("重算期限")
    assert due(store)[1]
    await admin.presses("返回")
    await clerk.presses("重算期限")
    assert due(store) == (date(2027, 1, 6), False)
