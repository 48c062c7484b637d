"""Waiting, more time, merging and other ends, pressed through the real dispatcher: by buttons first, typing where it must be."""

import pytest

from tests.builders import City
from tests.fakes import FakeStore
from tests.handlers.driver import World
from tests.handlers.phone import Phone

CASE, TWIN = "XM-2026-0001", "XM-2026-0002"


@pytest.fixture
async def task(worker: Phone, clerk: Phone, assignee: Phone) -> str:
    """A case accepted by A04 of the power company, due on 30 November."""
    await worker.opens("c_card-P002")
    await worker.sends_photo(caption="3号塔吊没有电，施工电源还没接通")
    await worker.presses("提交")
    for word in ("入账", "交办", "市供电公司", "蔡明"):
        await clerk.presses(word)
    await assignee.presses("接收")
    return CASE


async def test_more_time_by_buttons_alone(task: str, assignee: Phone, head: Phone, clerk: Phone) -> None:
    """延期, +3, a reason; the head grants on the card; everybody's card shows the new day."""
    await assignee.presses("延期")
    assert "需要延长多久" in assignee.screen()
    await assignee.presses("+3 个工作日 → 12月3日")
    assert f"{task} 为什么要延期到 12月3日？" in assignee.last().text
    await assignee.presses("等材料设备到货")
    assert "蔡明申请将" in head.heard
    assert "申请延期至 12月3日 17:30：等材料设备到货" in clerk.screen()
    await head.presses("准予")
    assert "期限：12月3日 17:30" in clerk.screen()
    assert "黄志勇准予延期" in assignee.heard
    assert "申请延期至" not in clerk.screen()
    await head.presses_again()
    assert head.toast is not None
    assert head.toast.alert, "pressed twice, it acts once"


async def test_more_time_until_a_typed_day_refused_with_a_reason(task: str, assignee: Phone, head: Phone) -> None:
    """A day that is no day, one that is too early, then a good one; and the leader's words."""
    await assignee.presses("延期")
    await assignee.presses("输入日期")
    await assignee.sends("过几天")
    assert "看不懂“过几天”" in assignee.heard
    await assignee.sends("11-30")
    assert "延期要选更晚的日期" in assignee.heard
    await assignee.sends("12月8日")
    await assignee.sends("变压器还没到")
    await head.presses("驳回")
    await head.sends("请先用临时电源")
    assert "黄志勇驳回延期" in assignee.heard
    assert "理由：请先用临时电源" in assignee.heard
    assert "期限：11月30日 17:30" in assignee.screen()


async def test_what_is_in_the_way_is_said_to_the_desk(task: str, assignee: Phone, clerk: Phone) -> None:
    """阻碍, one press or words."""
    await assignee.presses("阻碍")
    await assignee.presses("场地还没移交")
    assert "蔡明说明" in clerk.heard
    assert "场地还没移交" in clerk.heard


async def test_waiting_and_going_on(task: str, clerk: Phone, assignee: Phone, worker: Phone, world: World) -> None:
    """挂起 asks for what; the unit's buttons are gone; 恢复办理 gives the time that was left."""
    await clerk.presses("挂起")
    assert f"{task} 在等什么？" in clerk.last().text
    await clerk.presses("等上级审批")
    assert f"已挂起 {task}" in worker.screen()
    assert "等待：等上级审批" in assignee.screen()
    assert not {"办结", "延期"} & {button for shown in assignee.room.shown.values() for button in shown.buttons}
    world.clock.advance(days=14)
    await clerk.sends("/desk")
    assert "11月23日起，等待：等上级审批" in clerk.heard
    await clerk.presses(task)
    await clerk.presses("恢复办理")
    assert f"已接收 {task}" in assignee.screen()
    assert "期限：12月14日 17:30" in assignee.screen()
    assert "恢复办理，期限请看卡片" in worker.heard


async def test_merging_one_that_reads_alike(task: str, worker: Phone, clerk: Phone, world: World) -> None:
    """The desk sees the like, and merges by one press; the reporter's card follows the original."""
    other = world.phone(9001, "小李")
    await other.opens("c_card-P002")
    await other.sends("3号塔吊没有电，施工电源没有接通")
    await other.presses("提交")
    assert "相似的在办问题" in clerk.last().text
    await clerk.presses("合并")
    await clerk.presses(CASE)
    assert f"已合并 {TWIN}" in other.screen()
    assert f"已并入 {CASE}，原件现为“已接收”" in other.screen()
    assert "是同一问题，已并入办理" in other.heard
    await clerk.presses("撤销")
    assert "合并有误，已撤销" in other.heard


async def test_merging_into_a_typed_number(task: str, worker: Phone, clerk: Phone) -> None:
    """One that is nobody's is refused, and another may follow."""
    await worker.sends("食堂漏水")
    await worker.presses("提交")
    await clerk.presses("合并")
    assert "没有相似的在办问题" in clerk.last().text
    await clerk.presses("输入编号")
    await clerk.sends("XM-2026-0404")
    assert "没有编号为 XM-2026-0404 的件" in clerk.heard
    await clerk.sends("xm 2026 1")
    assert f"已合并 {TWIN}" in worker.screen()
    await clerk.sends("电梯坏了")
    assert "草稿" in clerk.heard, "the dialog is over"


async def test_other_ends_ask_which_and_why(task: str, clerk: Phone, worker: Phone, assignee: Phone) -> None:
    """Never counted as solved, and said so; a reporter who disagrees opens it again."""
    await clerk.presses("其他结果")
    assert "不计入已解决" in clerk.screen()
    await clerk.presses("已转办")
    await clerk.sends("已转省电力公司")
    for phone in (clerk, worker, assignee):
        assert f"已销号 {task}" in phone.screen()
    assert "理由：已转省电力公司" in worker.heard
    await worker.presses("未解决")
    await worker.presses("还没有人来处理")
    assert f"已交办 {task}" in clerk.screen()
    assert "重办次数：1" in clerk.screen()


async def test_old_buttons_of_these_moves_say_what_is_true(task: str, clerk: Phone, assignee: Phone) -> None:
    """A chooser left open over a change, a forged day, a reason that is none of ours."""
    await assignee.presses("延期")
    shown, key = assignee.room.find("+1 个工作日 → 12月1日")
    await clerk.presses("挂起")
    await clerk.presses("等上级审批")
    for data in (key["callback_data"], "i:1:extend:2099-99-99", "i:1:extend:2026-12-03.99", "i:1:conclude:partly"):
        await assignee.presses_data(data, shown.id)
        assert assignee.toast is not None
        assert assignee.toast.alert, data
    assert f"已挂起 {task}" in assignee.room.shown[shown.id].text


async def test_in_english(task: str, clerk: Phone, assignee: Phone, head: Phone) -> None:
    """The contract's words."""
    for phone in (clerk, assignee, head):
        await phone.sends("/language")
        await phone.presses("English")
        await phone.sends(f"/issue {task}")
    for word in ("Merge", "Suspend", "Kind", "Deadline"):
        assert clerk.room.find(word)
    for word in ("Return", "Resolve", "Explain", "Extend"):
        assert assignee.room.find(word)
    await assignee.presses("Extend")
    await assignee.presses("+5 working days → 12-07")
    await assignee.presses("Bad weather")
    assert "More time is asked for, until 12-07 17:30: Bad weather" in head.screen()
    await head.presses("Refuse")
    await head.presses("It can be done in time")
    assert "gave no more time" in assignee.heard


async def test_the_office_keeps_what_was_said(task: str, store: FakeStore, city: City, assignee: Phone) -> None:
    """Usual reasons are kept in the office's language, whoever pressed them."""
    await assignee.sends("/language")
    await assignee.presses("English")
    await assignee.sends(f"/issue {task}")
    await assignee.presses("Explain")
    await assignee.presses("The site is not handed over yet")
    words = [entry.words for entry in store.tables.history.values() if entry.action == "explain"]
    assert words == ["场地还没移交"]


async def test_the_question_to_the_reporter_says_how_it_went_on(
    task: str, clerk: Phone, assignee: Phone, worker: Phone
) -> None:
    """Open again and waiting; then struck off as partly solved: never as solved."""
    await _resolves(assignee)
    question = worker.last().id
    await worker.presses("未解决")
    await worker.presses("只解决了一部分")
    await clerk.presses("挂起")
    await clerk.presses("等材料设备到货")
    assert "现为“已挂起”" in worker.room.shown[question].text
    await clerk.presses("恢复办理")
    await _resolves(assignee)
    question = worker.last().id
    await worker.presses("已解决")
    await clerk.presses("其他结果")
    await clerk.presses("部分解决")
    await clerk.presses("剩余事项另行跟踪")
    assert "已销号，结果：部分解决" in worker.room.shown[question].text
    assert "已解决并销号" not in worker.screen()
    assert "结果：部分解决" in clerk.screen()


async def _resolves(assignee: Phone) -> None:
    await assignee.presses("办结")
    await assignee.sends_photo(caption="通了一路电")
    await assignee.presses("先行指导")
    await assignee.presses("办结")
