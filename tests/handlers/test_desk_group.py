"""The desk as a group: bound, told, pressed by whom, and ended."""

import pytest

from bot.domain.ids import ChatId
from bot.ports import Desk
from bot.services.desk import desk_cases
from bot.services.desk.desk_cases import Answer, Do
from tests.builders import City
from tests.fakes import FakeStore
from tests.handlers.driver import World
from tests.handlers.phone import Phone
from tests.handlers.screens import Room

POWER = "3号塔吊没有供电，施工电源还没接通"
NUMBER = "XM-2026-0001"


@pytest.fixture
async def group(world: World, clerk: Phone) -> Room:
    """A supergroup the clerk has made the desk."""
    room = world.group("专班群")
    await clerk.adds_bot(room)
    await clerk.sends("/desk", room=room)
    return room


@pytest.fixture
async def case(worker: Phone, group: Room) -> str:
    """A report with a photo, filed through the service card of P002."""
    await worker.opens("c_card-P002")
    await worker.sends_photo(caption=POWER)
    await worker.presses("提交")
    return NUMBER


async def test_a_clerk_makes_it_the_desk(group: Room, clerk: Phone) -> None:
    """And asking again says it is."""
    assert "本群已设为专班群" in group.last().text
    await clerk.sends("/desk", room=group)
    assert "本群已是专班群" in group.last().text


async def test_an_administrator_may_too(world: World, city: City, store: FakeStore) -> None:
    """By their role in the office, not in the chat."""
    room = world.group("专班群")
    await world.phone(int(city.admin.user_id or 0), "管理员").sends("/desk", room=room)
    assert store.tables.desks == {1: Desk(ChatId(room.id))}


async def test_nobody_else_may(world: World, store: FakeStore, worker: Phone, assignee: Phone, stranger: Phone) -> None:
    """Refused by a sentence; nothing is bound."""
    room = world.group("别的群")
    for somebody in (worker, assignee, stranger):
        await somebody.sends("/desk", room=room)
    assert store.tables.desks == {}
    assert "本群已设为专班群" not in room.screen()


async def test_a_new_case_comes_with_photos_and_buttons(case: str, group: Room, clerk: Phone) -> None:
    """As to a clerk, who gets it as well; without the reporter's name, and without a way to the next case."""
    *_, photos, card = (group.shown[number] for number in sorted(group.shown))
    assert len(photos.media) == 1
    assert card.text.startswith(f"已上报 {case}\n")
    assert POWER in card.text
    assert "王工" not in group.screen()
    assert "上报人：" not in card.text
    assert {"入账", "类别", "责任单位", "不予受理"} <= set(card.buttons)
    assert "下一件" not in " ".join(card.buttons)
    assert POWER in clerk.screen()


async def test_presses_walk_it_in_place(case: str, group: Room, clerk: Phone, assignee: Phone) -> None:
    """The choosers open in the group's card; everybody's cards follow."""
    hanging = len(group.shown)
    await clerk.presses("入账", group)
    await clerk.presses("责任单位", group)
    await clerk.presses("市供电公司", group)
    await clerk.presses("交办", group)
    await clerk.presses("蔡明", group)
    assert len(group.shown) == hanging
    assert group.last().text.startswith(f"已交办 {case}")
    assert f"已交办 {case}" in clerk.screen()
    assert f"已交办 {case}" in assignee.screen()
    await assignee.presses("接收")
    assert group.last().text.startswith(f"已接收 {case}")


async def test_choosing_what_stands_closes_the_chooser(case: str, group: Room, clerk: Phone) -> None:
    """Nothing changes but the card."""
    await clerk.presses("等级", group)
    ticked = next(word for word in group.last().buttons if word.startswith("✓"))
    await clerk.presses(ticked, group)
    assert "入账" in group.last().buttons


async def test_being_in_the_group_is_not_enough(
    case: str, store: FakeStore, group: Room, worker: Phone, assignee: Phone, stranger: Phone
) -> None:
    """Each press is checked by who presses; the card stays."""
    before = dict(store.tables.issues)
    for somebody in (worker, assignee, stranger):
        await somebody.presses("入账", group)
        assert somebody.toast is not None
        assert somebody.toast.alert
    assert store.tables.issues == before
    assert group.last().text.startswith(f"已上报 {case}")


async def test_a_reason_is_asked_in_private(case: str, group: Room, clerk: Phone) -> None:
    """And the group's card shows what came of it."""
    await clerk.presses("不予受理", group)
    await clerk.sends("不属于本办职责")
    assert group.last().text.startswith(f"不予受理 {case}")


async def test_what_reads_alike_is_said(case: str, group: Room, worker: Phone) -> None:
    """For whoever decides."""
    await worker.sends(POWER)
    await worker.presses("提交")
    assert group.last().text.startswith("已上报 XM-2026-0002")
    assert case in group.last().text


@pytest.mark.parametrize("how", ["undesk", "removed", "moved"])
async def test_ended_nothing_comes_any_more(
    case: str, how: str, world: World, store: FakeStore, group: Room, clerk: Phone, worker: Phone
) -> None:
    """No new case, no change of the old one, and old buttons open nothing there."""
    card = group.last()
    if how == "undesk":
        await clerk.sends("/undesk", room=group)
        assert "本群不再是专班群" in group.last().text
    elif how == "removed":
        await clerk.adds_bot(group, status="kicked", before="member")
        assert store.tables.desks == {}
    else:
        await clerk.sends("/desk", room=world.group("新群", -1009876543210))
        assert "本群不再是专班群" in group.last().text
    await clerk.presses("入账")
    await worker.sends("另一个问题")
    await worker.presses("提交")
    assert group.shown[card.id] == card
    assert "XM-2026-0002" not in group.screen()
    for word in ("责任单位", "照片"):
        await clerk.presses_data(
            next(k["callback_data"] for r in card.keyboard for k in r if word in k["text"]), card.id, group
        )
        assert clerk.toast is not None
        assert clerk.toast.alert
    assert group.shown[card.id] == card


async def test_undesk_where_there_is_none(world: World, group: Room, clerk: Phone) -> None:
    """Said, and the desk stays where it is."""
    other = world.group("别的群", -1009876543210)
    await clerk.sends("/undesk", room=other)
    assert "本群不是专班群" in other.last().text
    await clerk.sends("/desk", room=group)
    assert "本群已是专班群" in group.last().text


@pytest.fixture
async def forum(world: World, clerk: Phone) -> Room:
    """A forum the clerk has made the desk."""
    room = world.group("专班群")
    room.is_forum = True
    await clerk.sends("/desk", room=room)
    return room


async def opens(world: World, do: Do = Do.OPEN, answer: Answer = Answer.DONE) -> None:
    """What the first case asks for next is answered so; a topic is number 70 and its case's number."""
    async with world.turns.begin() as turn:
        (case, *_) = await turn.uow.desks.changed(1)
        call = await desk_cases.settle(turn, case.chat, case.issue, str)
        assert call is not None
        assert call.do is do
        await desk_cases.answered(turn, call, answer, 70 + case.issue)
    async with world.turns.begin() as turn:
        await desk_cases.settle(turn, case.chat, case.issue, str)
    await world.deliver()


async def test_in_a_forum_a_case_comes_when_its_topic_is_there(
    world: World, forum: Room, clerk: Phone, worker: Phone
) -> None:
    """Wanted at once; the first case waits for it, the next of its category comes straight away. Changes keep the place."""
    assert "每个类别各有一个话题" in forum.last().text
    await worker.opens("c_card-P002")
    await worker.sends_photo(caption=POWER)
    await worker.presses("提交")
    assert NUMBER not in forum.screen()
    await opens(world)
    assert [forum.shown[n].topic for n in sorted(forum.shown)[-2:]] == [71, 71]
    await worker.sends_photo(caption=POWER)
    await worker.presses("提交")
    assert [forum.shown[n].topic for n in sorted(forum.shown)[-2:]] == [71, 71]
    await clerk.presses("入账", forum)
    assert forum.last().text.startswith("已入账 XM-2026-0002")


async def test_rights_given_later(world: World, forum: Room, store: FakeStore, clerk: Phone, worker: Phone) -> None:
    """Said once what is missing, and tried again when the bot's standing changes, or /desk is sent once more."""
    await worker.opens("c_card-P002")
    await worker.sends(POWER)
    await worker.presses("提交")
    await opens(world, answer=Answer.REFUSED)
    assert forum.screen().count("我在本群没有管理话题的权限") == 1
    assert forum.last().text.startswith(f"已上报 {NUMBER}")
    for again in (
        lambda: clerk.adds_bot(forum, status="administrator", before="member"),
        lambda: clerk.sends("/desk", room=forum),
    ):
        assert store.tables.desks[1].no_topics
        await again()
        assert not store.tables.desks[1].no_topics
        await opens(world, answer=Answer.REFUSED)
    await clerk.adds_bot(forum, status="administrator", before="member")
    await opens(world)
    assert forum.last().topic == 71
    assert f"{NUMBER} 已移到话题" in forum.screen()
