"""Clerks share the queue: whose hand a case is in, who is told so, and how another takes it over."""

from dataclasses import replace

import pytest

from bot.domain.ids import UserId
from bot.domain.policy import Policy
from tests.builders import City, a_person
from tests.fakes import FakeStore
from tests.handlers.driver import World
from tests.handlers.phone import Phone
from tests.handlers.screens import Room

NUMBER = "XM-2026-0001"
HERS, HIS = "经办中：林清", "经办中：赵明"


@pytest.fixture
async def other(world: World) -> Phone:
    """Another clerk of the city."""
    async with world.turns.begin() as turn:
        await turn.uow.people.add(a_person("E07", "赵明", "clerk:city", user_id=UserId(1007)))
    return world.phone(1007, "赵明")


@pytest.fixture
async def group(world: World, clerk: Phone, other: Phone) -> Room:
    """The desk's group."""
    room = world.group("专班群")
    await clerk.sends("/desk", room=room)
    return room


@pytest.fixture(autouse=True)
async def case(worker: Phone, group: Room) -> None:
    """A report, whose card both clerks and the group have."""
    await worker.opens("c_card-P002")
    await worker.sends("3号塔吊没有供电")
    await worker.presses("提交")


def _alert(phone: Phone) -> str:
    """What a refused press was answered with."""
    assert phone.toast is not None
    assert phone.toast.alert
    return phone.toast.text


async def test_others_see_whose_hand_it_is_in(clerk: Phone, other: Phone, worker: Phone, group: Room) -> None:
    """On their cards and in the group, with a way to take it over; her own card and the reporter's say nothing of it."""
    await clerk.presses("责任单位")
    for screen in (other.screen(), group.screen()):
        assert screen.count(HERS) == 1
    assert "接手" in other.room.last().buttons[-1]
    assert "经办中" not in clerk.screen() + worker.screen()
    assert "接手" not in " ".join(clerk.room.last().buttons)


@pytest.mark.parametrize("word", ["入账", "类别", "不予受理", "合并", "挂起"])
async def test_a_press_of_another_is_answered(
    clerk: Phone, other: Phone, group: Room, store: FakeStore, word: str
) -> None:
    """With who has it; nothing changes, and her chooser in the group stays open."""
    await clerk.presses("类别", group)
    before, open_ = dict(store.tables.issues), group.last()
    await other.presses(word)
    assert f"{NUMBER} 由林清经办中" in _alert(other)
    await other.presses("电力", group)
    assert "接手" in _alert(other)
    assert store.tables.issues == before
    assert group.last() == open_
    assert "接手" in group.last().buttons[-1]


async def test_it_ends_with_the_decision(clerk: Phone, other: Phone, group: Room, store: FakeStore) -> None:
    """Chosen, chosen what stood, or the way back: then others may."""
    for last in ("工程款", "工程款", "返回"):
        await clerk.presses("类别")
        assert HERS in group.screen()
        await clerk.presses(last)
        assert "经办中" not in group.screen() + other.screen()
        assert store.tables.claims == {}
    await other.presses("入账")
    assert group.last().text.startswith(f"已入账 {NUMBER}")


@pytest.mark.parametrize("answer", ["不属于本办", "返回"])
async def test_a_reason_is_a_decision_too(clerk: Phone, other: Phone, store: FakeStore, answer: str) -> None:
    """In hand while the reason is awaited; written or left, it is over."""
    await clerk.presses("不予受理")
    assert HERS in other.screen()
    await (clerk.presses(answer) if answer == "返回" else clerk.sends(answer))
    assert store.tables.claims == {}
    assert "经办中" not in other.screen()


@pytest.mark.parametrize("word", ["输入日期", "输入编号"])
async def test_a_day_and_a_number_are(clerk: Phone, other: Phone, store: FakeStore, word: str) -> None:
    """In hand while they are awaited."""
    await clerk.presses("期限" if word == "输入日期" else "合并")
    await clerk.presses(word)
    assert HERS in other.screen()
    await clerk.presses("返回")
    assert store.tables.claims == {}


async def test_taken_over(clerk: Phone, other: Phone, group: Room, store: FakeStore) -> None:
    """By one press; she hears who has it, and what she was at is refused until she takes it back."""
    await clerk.presses("不予受理")
    await other.presses("接手")
    assert other.toast is not None
    assert "现由您经办" in other.toast.text
    assert HIS in group.screen()
    assert HIS in clerk.screen()
    assert "赵明已接手您经办中的" in clerk.screen()
    await clerk.sends("不属于本办")
    assert f"{NUMBER} 由赵明经办中" in clerk.screen()
    assert store.issue(NUMBER).status == "reported"
    await clerk.presses("接手")
    await clerk.sends("不属于本办")
    assert store.issue(NUMBER).status == "rejected"


async def test_only_clerks_take_it_over(
    clerk: Phone, other: Phone, worker: Phone, assignee: Phone, group: Room
) -> None:
    """Whoever presses is checked; who has it already, or comes too late, is told."""
    await clerk.presses("类别", group)
    for somebody in (worker, assignee):
        await somebody.presses("接手", group)
        assert _alert(somebody)
        assert HERS in group.screen()
    await clerk.presses("接手", group)
    assert clerk.toast is not None
    assert "无他人经办" in clerk.toast.text


async def test_the_unit_goes_on(clerk: Phone, other: Phone, assignee: Phone, store: FakeStore) -> None:
    """What is in a clerk's hand stops clerks only."""
    await clerk.presses("入账")
    await clerk.presses("责任单位")
    await clerk.presses("市供电公司")
    await clerk.presses("交办")
    await clerk.presses("蔡明")
    await clerk.presses("期限")
    await assignee.presses("接收")
    assert store.issue(NUMBER).status == "accepted"
    assert HERS in other.screen()
    assert "经办中" not in assignee.screen()


async def test_it_is_over_after_a_while(world: World, clerk: Phone, other: Phone, group: Room) -> None:
    """Half an hour by the office's clock; each chooser opened begins anew. Cards say so, and the press of another counts."""
    await clerk.presses("类别")
    world.clock.advance(minutes=20)
    await clerk.presses("返回")
    await clerk.presses("等级")
    world.clock.advance(minutes=29)
    await world.ticks()
    assert HERS in group.screen()
    world.clock.advance(minutes=1)
    await other.presses("入账")
    assert group.last().text.startswith("已入账")
    await world.ticks()
    assert "经办中" not in group.screen() + other.screen()


async def test_policy_may_do_without(
    world: World, policy: Policy, clerk: Phone, other: Phone, store: FakeStore
) -> None:
    """Zero minutes: nobody ever has a case in hand."""
    world.turns.adopt(replace(policy, claim_minutes=0), world.turns.calendar)
    await clerk.presses("类别")
    assert store.tables.claims == {}
    await other.presses("入账")
    assert store.issue(NUMBER).status == "registered"


async def test_in_english(clerk: Phone, other: Phone, group: Room, city: City) -> None:
    """Both languages."""
    await other.sends("/language")
    await other.presses("English")
    await clerk.presses("类别")
    assert "In hand: 林清" in other.screen()
    await other.presses("Register")
    assert "林清 has XM-2026-0001 in hand. To go on yourself, press “Take over” on the card." in _alert(other)
