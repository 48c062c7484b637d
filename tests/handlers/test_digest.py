"""/digest, the digest's two shapes, and the timed messages, read on a phone."""

from dataclasses import replace
from datetime import date, time

import pytest

from bot.domain.calendar import Calendar
from bot.domain.deadlines import deadline_on
from bot.domain.policy import Policy
from bot.services.digests import digests
from bot.services.timed import reminders
from tests.builders import City, assigned, filed
from tests.fakes import FakeClock, FakeStore
from tests.handlers.driver import World
from tests.handlers.phone import Phone
from tests.handlers.screens import Room


@pytest.fixture
def group(world: World) -> Room:
    """A supergroup the bot is in."""
    return world.group("海沧项目群")


async def task(world: World, city: City, due: date = date(2026, 11, 27)) -> None:
    """An issue with A04 of the power company."""
    async with world.turns.begin() as turn:
        issue = await filed(turn.uow, reporter=city.reporter.id, description="三号<塔吊>停电 & 停工")
        deadline = deadline_on(turn.calendar, due, 1)
        issue = await assigned(turn.uow, issue, city.a04, city.clerk.id, deadline=deadline)
        await reminders.plan(turn, issue)


async def tick(world: World, day: date, hour: int = 9) -> None:
    """The schedule at an office time."""
    world.clock.set(world.turns.calendar.at(day, time(hour)))
    async with world.turns.begin() as turn:
        await reminders.tick(turn)
        await digests.tick(turn)
    await world.deliver()


async def test_a_reminder_opens_the_card_with_one_press(world: World, city: City, assignee: Phone) -> None:
    """Number, project, words, what is left, and the deadline."""
    await task(world, city)
    await tick(world, date(2026, 11, 24))
    text = assignee.last().text
    assert "催办：1 项待办" in text
    assert "XM-2026-0001 · 还剩 3 个工作日" in text
    assert "POCT产业园A地块：三号<塔吊>停电 & 停工" in text
    assert "期限 11月27日 17:30" in text
    await assignee.presses("XM-2026-0001")
    assert assignee.last().text.startswith("已交办 XM-2026-0001")


async def test_a_late_reminder_says_so(world: World, city: City, assignee: Phone) -> None:
    """迟到."""
    await task(world, city)
    await tick(world, date(2026, 11, 24), 15)
    assert "迟到：本该更早发出" in assignee.last().text


async def test_escalation_reaches_the_head_with_who_is_in_charge(world: World, city: City, head: Phone) -> None:
    """The first rung, one working day overdue."""
    await task(world, city)
    await tick(world, date(2026, 11, 30))
    assert "逐级协调：1 个逾期问题需要您协调" in head.last().text
    assert "逾期 1 个工作日" in head.last().text
    assert "市供电公司，经办人：蔡明" in head.last().text
    assert "送达层级：单位负责人" in head.last().text


async def test_the_desk_reads_who_is_not_active_and_which_rung_is_empty(world: World, city: City, clerk: Phone) -> None:
    """Both in words that say what to do."""
    async with world.turns.begin() as turn:
        for person in (city.a04, city.h04):
            await turn.uow.people.save(replace(person, user_id=None))
    await task(world, city)
    await tick(world, date(2026, 11, 30))
    assert "蔡明 · 市供电公司 · 未激活" in clerk.screen()
    assert "请电话联系" in clerk.screen()
    assert "无人可通知：单位负责人" in clerk.screen()


async def test_the_head_reads_whose_task_it_is(world: World, city: City, head: Phone) -> None:
    """An unreachable assignee's reminder, to be passed on."""
    async with world.turns.begin() as turn:
        await turn.uow.people.save(replace(city.a04, reachable=False))
    await task(world, city)
    await tick(world, date(2026, 11, 24))
    assert "蔡明 未激活机器人或联系不上，请代为转告" in head.last().text


async def test_a_clerk_previews_and_sends_now(world: World, city: City, clerk: Phone, group: Room) -> None:
    """The button appears once there is a group; a second press sends nothing more."""
    await task(world, city)
    await clerk.sends("/digest")
    assert clerk.last().buttons == []
    await clerk.sends("/subscribe city", room=group)
    await clerk.sends("/digest")
    assert "项目之家周报 · 全市" in clerk.last().text
    assert "预览：只有您能看到" in clerk.last().text
    await clerk.presses("立即发送")
    assert clerk.toast is not None
    assert clerk.toast.text == "已发送到 1 个群"
    assert "收集 1 · 办结 0 · 办结率 0.0%" in group.last().text
    assert "预览" not in group.last().text
    shown = len(group.shown)
    await clerk.presses_again()
    assert len(group.shown) == shown


async def test_a_named_scope_is_previewed(clerk: Phone) -> None:
    """A unit by a part of its name; nonsense is refused."""
    await clerk.sends("/digest 单位 供电")
    assert "项目之家周报 · 市供电公司" in clerk.last().text
    await clerk.sends("/digest 火星")
    assert "火星" in clerk.heard


async def test_site_staff_are_refused(worker: Phone, group: Room, clerk: Phone) -> None:
    """In private and in a bound group alike."""
    await worker.sends("/digest")
    assert "周报" not in worker.last().text
    await clerk.sends("/subscribe city", room=group)
    before = len(group.shown)
    await worker.sends("/digest", room=group)
    assert "周报 · 全市" not in group.last().text
    assert len(group.shown) == before + 1


async def test_friday_at_four_the_group_reads_its_digest(world: World, city: City, clerk: Phone, group: Room) -> None:
    """Totals, week, category, unit, overdue with days; in the topic it was bound in."""
    await task(world, city, date(2026, 11, 25))
    await clerk.sends("/subscribe 海沧区", room=group, topic=7)
    await tick(world, date(2026, 11, 27), 16)
    shown = group.last()
    assert shown.topic == 7
    for words in (
        "项目之家周报 · 海沧区",
        "11月23日至11月29日 · 截至 11月27日 16:00",
        "在办 1 · 逾期 1",
        "新增：1（0）",
        "新逾期：1（0）",
        "电力 0/1",
        "市供电公司 0/1",
        "1. XM-2026-0001 · 逾期 2 个工作日",
        "POCT产业园A地块 · 市供电公司 · 蔡明",
    ):
        assert words in shown.text


async def test_the_rich_digest_has_tables(
    store: FakeStore, city: City, policy: Policy, calendar: Calendar, clock: FakeClock
) -> None:
    """Where policy allows: real tables and foldable parts, only with tags of the Bot API."""
    world = World(store, replace(policy, rich_messages=True), calendar, clock)
    await task(world, city, date(2026, 11, 25))
    clock.set(calendar.at(date(2026, 11, 27), time(16)))
    await world.phone(1001).sends("/digest")
    html = world.room(1001).last().html
    assert "<table bordered striped>" in html
    assert "<details open><summary>逾期清单" in html
    assert "<td><code>XM-2026-0001</code></td>" in html
    assert "<td>POCT产业园A地块</td>" in html


async def test_english_is_spoken_to_who_asks_for_it(world: World, city: City, clerk: Phone, assignee: Phone) -> None:
    """Every text of this room exists in both languages."""
    await clerk.sends("/language")
    await clerk.presses("English")
    await clerk.sends("/digest")
    assert "Weekly digest · The whole city" in clerk.last().text
    await assignee.sends("/language")
    await assignee.presses("English")
    await task(world, city)
    await tick(world, date(2026, 11, 24))
    assert "working days left: 3" in assignee.last().text
