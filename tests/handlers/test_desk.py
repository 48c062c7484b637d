"""The desk through the real dispatcher: what clerks press and read, from the new case to the assignment."""

from dataclasses import replace

import pytest

from tests.builders import City
from tests.fakes import FakeStore
from tests.handlers.driver import World
from tests.handlers.phone import Phone

POWER = "3号塔吊没有供电，施工电源还没接通"


@pytest.fixture
async def case(worker: Phone) -> str:
    """A report with a photo, filed through the service card of P002."""
    await worker.opens("c_card-P002")
    await worker.sends_photo(caption=POWER)
    await worker.presses("提交")
    return "XM-2026-0001"


async def test_a_new_case_reaches_the_desk_with_photo_and_buttons(case: str, clerk: Phone) -> None:
    """The album first, then the card; its first line is state and number."""
    photos, card = clerk.room.shown.values()
    assert len(photos.media) == 1
    assert card.text.startswith(f"已上报 {case}\n")
    assert "POCT产业园A地块 (海沧区)" in card.text
    assert POWER in card.text
    assert "照片和文件：1\n" in card.text
    for word in ("入账", "类别", "等级", "性质", "责任单位", "期限", "不予受理", "照片"):
        card_shown, _ = clerk.room.find(word)
        assert card_shown is card


async def test_register_choose_assign_in_place(case: str, clerk: Phone, worker: Phone, assignee: Phone) -> None:
    """One card at the clerk's, drawn anew at each press; the category's own unit is offered first; the assignee is told."""
    await clerk.presses("入账")
    assert clerk.toast is not None
    assert clerk.toast.text.startswith("已入账")
    assert clerk.last().text.startswith(f"已入账 {case}")
    assert f"已入账 {case}" in worker.screen()
    await clerk.presses("责任单位")
    assert clerk.last().keyboard[0][0]["text"] == "⭐ 市供电公司"
    await clerk.presses("市供电公司")
    await clerk.presses("交办")
    assert "交给市供电公司的哪一位" in clerk.last().text
    await clerk.presses("蔡明")
    assert clerk.last().text.startswith(f"已交办 {case}")
    assert "经办人：蔡明" in clerk.last().text
    assert "期限：11月30日 17:30" in clerk.last().text
    assert len(clerk.room.shown) == 2, "photos and one card, nothing more"
    assert assignee.last().text.startswith(f"已交办 {case}")
    assert {"接收", "退回", "办结"} <= set(assignee.buttons)
    assert f"已交办 {case}" in worker.screen()


async def test_assigning_without_a_unit_asks_for_it_in_place(case: str, clerk: Phone, assignee: Phone) -> None:
    """Two choosers, then done."""
    await clerk.presses("入账")
    await clerk.presses("交办")
    assert "由哪个单位办理？选定后随即交办。" in clerk.last().text
    await clerk.presses("市供电公司")
    await clerk.presses("蔡明")
    assert clerk.last().text.startswith(f"已交办 {case}")


async def test_every_chooser_opens_in_place_and_leads_back(case: str, clerk: Phone) -> None:
    """返回 changes nothing."""
    before = clerk.last().text
    for word in ("类别", "等级", "性质", "责任单位", "期限"):
        await clerk.presses(word)
        assert clerk.last().text != before
        await clerk.presses("返回")
        assert clerk.last().text == before
    assert len(clerk.room.shown) == 2


@pytest.mark.parametrize(
    ("menu", "choice", "shown"),
    [
        ("类别", "工程款", "🏷 工程款 ·"),
        ("等级", "A 紧急", "· A 紧急 ·"),
        ("性质", "普遍性", "· 普遍性"),
        ("责任单位", "市建设局", "责任单位：市建设局"),
        ("期限", "10 个工作日", "交办后 10 个工作日内办结"),
    ],
)
async def test_a_choice_is_on_the_card_at_once(case: str, clerk: Phone, menu: str, choice: str, shown: str) -> None:
    """And the chooser is closed."""
    await clerk.presses(menu)
    await clerk.presses(choice)
    assert shown in clerk.last().text
    assert clerk.room.find("入账")


async def test_a_deadline_is_typed(case: str, clerk: Phone) -> None:
    """What can't be read is asked again; a day that is over is refused; then it is set."""
    await clerk.presses("期限")
    assert "2 个工作日 → 11月25日" in clerk.buttons
    await clerk.presses("输入日期")
    await clerk.sends("尽快")
    assert "看不懂“尽快”是哪一天" in clerk.heard
    await clerk.sends("11-20")
    assert "已过" in clerk.heard or "晚" in clerk.heard or "那一天" in clerk.heard
    await clerk.sends("12月3日")
    assert "期限：12月3日 17:30" in clerk.screen()
    assert f"{case} 的期限定为 12月3日 17:30" in clerk.screen()
    assert "不是工作日" not in clerk.screen()
    await clerk.sends("新问题：电梯坏了")
    assert "电梯坏了" in clerk.last().text, "the dialog is over: this begins a draft"


async def test_a_typed_deadline_on_a_free_day_moves_to_the_next_working_day(case: str, clerk: Phone) -> None:
    """Nobody is at work on a Sunday: it is due on Monday, and the clerk is told why."""
    await clerk.presses("期限")
    await clerk.presses("输入日期")
    await clerk.sends("11-29")
    assert f"{case} 的期限定为 11月30日 17:30" in clerk.screen()
    assert "那天不是工作日" in clerk.screen()


async def test_the_whole_history_opens_in_place(case: str, clerk: Phone) -> None:
    """Once there is more than the card shows: every line with what it set, and the way back."""
    for menu, choice in (("等级", "A 紧急"), ("类别", "工程款"), ("性质", "普遍性"), ("责任单位", "市建设局")):
        await clerk.presses(menu)
        await clerk.presses(choice)
    await clerk.presses("经过")
    shown = clerk.last().text
    assert "上报" in shown
    for line in ("改等级 → A 紧急", "改类别 → 工程款", "改性质 → 普遍性", "定责任单位 → 市建设局"):
        assert line in shown
    assert clerk.buttons == ["返回"]
    await clerk.presses("返回")
    assert "经过 (5)" in clerk.buttons


async def test_rejecting_asks_why_by_button_or_in_words(case: str, clerk: Phone, worker: Phone) -> None:
    """The reporter reads it on the card and in a line of its own."""
    await clerk.presses("不予受理")
    assert f"{case} 为什么不予受理？" in clerk.last().text
    await clerk.presses("已经报过")
    assert f"不予受理 {case}" in worker.screen()
    assert "理由：已经报过" in worker.heard
    assert clerk.last().buttons == []


async def test_a_reason_in_ones_own_words(case: str, clerk: Phone, worker: Phone) -> None:
    """Any text after the question is the answer."""
    await clerk.presses("不予受理")
    await clerk.sends("请先找物业")
    assert "理由：请先找物业" in worker.heard


async def test_cancel_leaves_the_question(case: str, clerk: Phone, worker: Phone) -> None:
    """The case stays as it is; the next text is a report again."""
    await clerk.presses("不予受理")
    await clerk.sends("/cancel")
    await clerk.sends("电梯坏了")
    assert f"已上报 {case}" in worker.screen()
    assert "电梯坏了" in clerk.last().text


async def test_back_leaves_it_too(case: str, clerk: Phone) -> None:
    """On the question itself."""
    await clerk.presses("不予受理")
    await clerk.presses("返回")
    assert f"好的，{case} 没有改动。" in clerk.screen()


async def test_commands_win_over_a_question(case: str, clerk: Phone) -> None:
    """/desk is not a reason."""
    await clerk.presses("不予受理")
    await clerk.sends("/DESK")
    assert clerk.last().text.startswith(f"已上报 {case}")


async def test_the_queue_walks_in_one_message(case: str, clerk: Phone, worker: Phone) -> None:
    """How many wait stands on the button; acting keeps the case in place; then the next."""
    await worker.sends_photo(caption="污水管道迁改没人管")
    await worker.presses("提交")
    await clerk.sends("/desk")
    below = clerk.last()
    assert below.text.startswith(f"已上报 {case}")
    assert "下一件 (2)" in clerk.buttons
    await clerk.presses("不予受理")
    await clerk.presses("已经报过")
    assert clerk.room.shown[below.id].text.startswith(f"不予受理 {case}")
    await clerk.presses("下一件")
    assert clerk.room.shown[below.id].text.startswith("已上报 XM-2026-0002")
    await clerk.presses("下一件")
    assert clerk.toast is not None
    assert clerk.toast.text == "没有其他待办了。"


async def test_two_clerks_at_once(case: str, clerk: Phone, world: World, city: City) -> None:
    """The second one's card shows the truth already; an old button says it too."""
    second = world.phone(1002, "陈岚")
    shown, key = second.room.find("入账")
    await clerk.presses("入账")
    assert second.room.shown[shown.id].text.startswith(f"已入账 {case}")
    await second.presses_data(key["callback_data"], shown.id)
    assert second.toast is not None
    assert second.toast.alert
    assert "已入账" in second.toast.text


async def test_undo_within_ten_minutes(case: str, clerk: Phone, assignee: Phone, world: World) -> None:
    """The assignee's card says it was taken back, and loses its buttons."""
    await clerk.presses("入账")
    await clerk.presses("交办")
    await clerk.presses("市供电公司")
    await clerk.presses("蔡明")
    await clerk.presses("撤销")
    assert clerk.room.find("交办")
    assert "交办有误，已收回，您无需办理" in assignee.heard
    assert "接收" not in [button for shown in assignee.room.shown.values() for button in shown.buttons]


async def test_the_photos_button_sends_the_evidence(case: str, clerk: Phone) -> None:
    """Below, under the number."""
    await clerk.presses("照片")
    assert len(clerk.last().media) == 1
    assert case in clerk.last().text


async def test_a_leader_hands_over(case: str, clerk: Phone, head: Phone, assignee: Phone, world: World) -> None:
    """Opens the issue by number, chooses a colleague; the one before hears who has it."""
    await clerk.presses("入账")
    await clerk.presses("交办")
    await clerk.presses("市供电公司")
    await clerk.presses("蔡明")
    await head.sends(f"/issue {case}")
    await head.presses("转办")
    await head.presses("石磊")
    assert "经办人：石磊" in head.last().text
    assert "已转给石磊办理，您无需再办" in assignee.heard
    assert {"接收", "退回", "办结"} <= set(world.phone(3014).buttons)


async def test_english_is_spoken_too(case: str, clerk: Phone) -> None:
    """The same words of the contract."""
    await clerk.sends("/language")
    await clerk.presses("English")
    await clerk.sends("/desk")
    assert clerk.last().text.startswith(f"Reported {case}\n")
    for word in ("Register", "Category", "Level", "Kind", "Unit", "Deadline", "Reject", "Photos", "Next"):
        assert clerk.room.find(word)


async def test_assigning_to_somebody_without_an_account_is_said_loudly(
    case: str, clerk: Phone, city: City, store: FakeStore
) -> None:
    """The task is theirs, but they were not told: an alert, and a mark on the card."""
    async with store.begin() as uow:
        await uow.people.save(replace(city.a02, user_id=None))
    for word in ("入账", "责任单位", "市建设局", "交办"):
        await clerk.presses(word)
    assert clerk.toast is not None
    assert clerk.toast.alert
    assert "未激活" in clerk.toast.text
    assert "经办人：周航（未激活，需发邀请）" in clerk.last().text
