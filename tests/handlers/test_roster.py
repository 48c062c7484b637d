"""/people: units, members, one person; invite and revoke."""

from dataclasses import replace

import pytest

from tests.builders import City
from tests.handlers.driver import World
from tests.handlers.phone import Phone


@pytest.fixture
def admin(world: World) -> Phone:
    """The office's administrator E02."""
    return world.phone(1002, "陈岚")


async def open_member(phone: Phone, name: str) -> None:
    """From the list of units to one person of the power company."""
    await phone.sends("/people")
    await phone.presses("市供电公司")
    await phone.presses(name)


async def test_from_units_to_members_to_one_person_in_one_message(world: World, city: City, admin: Phone) -> None:
    """One card, edited in place; back leads back."""
    async with world.turns.begin() as turn:
        await turn.uow.people.save(replace(city.a14, user_id=None))
    await admin.sends("/people")
    assert "2/3 市供电公司" in admin.last().text
    await admin.presses("市供电公司")
    assert "未激活 · 石磊 A14" in admin.last().text
    assert "已激活 · 蔡明 A04" in admin.last().text
    await admin.presses("石磊")
    assert "经办人 · 市供电公司" in admin.last().text
    await admin.presses("返回")
    await admin.presses("返回")
    assert "各单位人员" in admin.last().text
    assert len(admin.room.shown) == 1


async def test_an_admin_invites_and_the_link_binds(world: World, city: City, admin: Phone) -> None:
    """The whole way: link made, opened on another phone, person active."""
    async with world.turns.begin() as turn:
        await turn.uow.people.save(replace(city.a14, user_id=None))
    await open_member(admin, "石磊")
    await admin.presses("邀请")
    text = admin.last().text
    assert "石磊 的邀请链接" in text
    payload = text.split("?start=")[1].split()[0]
    phone = world.phone(7777, "石磊的手机")
    await phone.opens(payload)
    assert "石磊" in phone.last().text


async def test_revoking_asks_first_and_holds_from_the_next_press(
    world: World, city: City, admin: Phone, assignee: Phone
) -> None:
    """The question can be taken back; then the account is a stranger's."""
    await assignee.sends("/tasks")
    await open_member(admin, "蔡明")
    await admin.presses("撤销权限")
    assert "确定撤销" in admin.last().text
    await admin.presses("返回")
    assert "确定撤销" not in admin.last().text
    await admin.presses("撤销权限")
    await admin.presses("确认撤销")
    assert admin.toast is not None
    assert "下一次操作起生效" in admin.toast.text
    assert "没有角色" in admin.last().text
    await assignee.sends("/tasks")
    assert "待办" not in assignee.heard


async def test_a_clerk_looks_without_buttons_to_act(clerk: Phone) -> None:
    """Inviting and revoking are the admin's."""
    await open_member(clerk, "蔡明")
    assert [button for button in clerk.buttons if "邀请" in button or "撤销" in button] == []


async def test_a_forged_press_is_refused(world: World, city: City, clerk: Phone, worker: Phone) -> None:
    """Callback data can be made up; rights can't."""
    await clerk.sends("/people")
    message = clerk.last().id
    await clerk.presses_data(f"l:people:x.{city.a04.id}", message)
    await clerk.presses_data(f"l:people:i.{city.a04.id}", message)
    await worker.sends("/my")
    await worker.presses_data("l:people:u.0", worker.last().id)
    async with world.turns.read() as turn:
        assert (await turn.uow.people.get(city.a04.id)).user_id == city.a04.user_id


async def test_nobody_else_reads_the_roster(worker: Phone) -> None:
    """Refused with what to do."""
    await worker.sends("/people")
    assert "市供电公司" not in worker.last().text


async def test_an_admin_has_no_button_against_themselves(admin: Phone) -> None:
    """One can't lock oneself out."""
    await admin.sends("/people")
    await admin.presses("市重点办专班")
    await admin.presses("陈岚")
    assert not any("撤销" in button for button in admin.buttons)
