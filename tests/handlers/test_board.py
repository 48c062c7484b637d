"""/board and /units."""

from dataclasses import replace
from datetime import date

import pytest

from bot.domain.deadlines import deadline_on
from bot.domain.ids import UnitCode
from bot.domain.organisation import Grant, Unit, UnitKind
from bot.ports import Due
from tests.builders import City, assigned, filed
from tests.handlers.driver import World
from tests.handlers.phone import Phone


async def late(world: World, city: City, count: int = 1) -> None:
    """Issues of the power company, overdue since last week."""
    async with world.turns.begin() as turn:
        for _ in range(count):
            issue = await filed(turn.uow, reporter=city.reporter.id, description="三号塔吊停电")
            deadline = deadline_on(turn.calendar, date(2026, 11, 20), 1)
            await assigned(turn.uow, issue, city.a04, city.clerk.id, deadline=deadline)


@pytest.fixture
def leader(world: World, city: City) -> Phone:
    """The city's leader L01."""
    assert city.city_leader.user_id is not None
    return world.phone(city.city_leader.user_id, "市领导")


@pytest.fixture
def auditor(world: World, city: City) -> Phone:
    """The observer X01."""
    assert city.auditor.user_id is not None
    return world.phone(city.auditor.user_id, "效能")


async def test_a_leader_sees_the_whole_at_one_look(world: World, city: City, leader: Phone) -> None:
    """Open, overdue, the week against the last, and who is late with a button to their card."""
    await late(world, city, 2)
    async with world.turns.begin() as turn:
        await filed(turn.uow, reporter=city.reporter.id)
    await leader.sends("/board")
    text = leader.last().text
    assert "全市" in text
    assert "未办结：3 · 逾期：2" in text
    assert "新逾期：0（2）" in text
    assert "逾期 1 个工作日" in text
    await leader.presses("XM-2026-0001")
    assert "XM-2026-0001" in leader.last().text


async def test_what_has_climbed_is_counted(world: World, city: City, leader: Phone) -> None:
    """By the rung it stands on."""
    await late(world, city)
    async with world.turns.begin() as turn:
        issue = await turn.uow.issues.by_number("XM-2026-0001")
        assert issue is not None
        assert issue.deadline is not None
        for step in (0, 1):
            due = Due(issue.id, "rung", turn.now, issue.deadline.version, step)
            await turn.uow.agenda.said(due, None, turn.now)
    await leader.sends("/board")
    assert "已升级：区分管领导 1" in leader.last().text


async def test_an_auditor_reads_and_never_acts(world: World, city: City, auditor: Phone) -> None:
    """The board, the card, and no button that changes anything."""
    await late(world, city)
    await auditor.sends("/board")
    await auditor.presses("XM-2026-0001")
    acting = [b for b in auditor.buttons if any(word in b for word in ("催办", "交办", "销号", "准予", "驳回", "接收"))]
    assert acting == []


async def test_each_scope_has_its_own_board(world: World, city: City, clerk: Phone) -> None:
    """Who watches over several turns from one to the other in place; pages too."""
    await late(world, city, 8)
    async with world.turns.begin() as turn:
        person = await turn.uow.people.get(city.clerk.id)
        more = frozenset({*person.grants, Grant.parse("leader:unit:U03")})
        await turn.uow.people.save(replace(person, grants=more))
    await clerk.sends("/board")
    assert "逾期：8" in clerk.last().text
    await clerk.presses("下一页")
    assert "XM-2026-0008" in clerk.last().text
    shown = len(clerk.room.shown)
    await clerk.presses("责任单位 市资源规划局")
    assert "逾期：0" in clerk.last().text
    assert "没有逾期问题" in clerk.last().text
    assert len(clerk.room.shown) == shown


async def test_site_staff_have_no_board(worker: Phone) -> None:
    """Nor the list of units."""
    for command in ("/board", "/units"):
        await worker.sends(command)
        assert "未办结" not in worker.heard
        assert worker.heard


async def test_units_with_heads_and_loads(world: World, city: City, clerk: Phone) -> None:
    """The most laden first; who has no head or one who is not there yet is marked; page by page."""
    await late(world, city, 2)
    async with world.turns.begin() as turn:
        for number in range(30, 45):
            await turn.uow.units.save(Unit(UnitCode(f"U{number}"), f"单位{number}", "", UnitKind.RESPONSIBLE))
        head = await turn.uow.people.get(city.h04.id)
        await turn.uow.people.save(replace(head, user_id=None))
    await clerk.sends("/units")
    lines = clerk.last().text.splitlines()
    first = next(number for number, line in enumerate(lines) if "2 / 2" in line)
    assert "市供电公司" in lines[first]
    assert "黄志勇" in lines[first + 1]
    assert "未激活" in lines[first + 1]
    assert lines.index(lines[first]) < next(number for number, line in enumerate(lines) if "0 / 0" in line)
    await clerk.presses("下一页")
    assert "负责人：未定" in clerk.last().text
