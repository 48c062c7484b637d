"""The unit's side through the real dispatcher: from the task to the proof handed in."""

import pytest

from bot.telegram.dispatching import Ear
from bot.telegram.processor import Processor
from handlers import build_router
from handlers.refusals import refuse
from tests.handlers.driver import BOT_ID, BOT_NAME, World
from tests.handlers.phone import Phone

CASE = "XM-2026-0001"


@pytest.fixture
async def task(worker: Phone, clerk: Phone) -> str:
    """A case assigned to A04 of the power company."""
    await worker.opens("c_card-P002")
    await worker.sends_photo(caption="3号塔吊没有电")
    await worker.presses("提交")
    for word in ("入账", "交办", "市供电公司", "蔡明"):
        await clerk.presses(word)
    return CASE


async def test_accept_and_resolve_with_a_caption_in_a_few_presses(task: str, assignee: Phone, worker: Phone) -> None:
    """办结, photo with words, the means, 办结."""
    await assignee.presses("接收")
    assert f"已接收 {task}" in assignee.screen()
    await assignee.presses("办结")
    assert f"{task} 的办结材料" in assignee.last().text
    await assignee.sends_photo(caption="电缆已接通")
    await assignee.presses("先行指导")
    await assignee.presses("办结")
    assert f"已办结 {task}" in assignee.screen()
    assert "真的解决了吗" in worker.last().text
    assert "电缆已接通" in worker.last().text
    assert {"已解决", "未解决", "满意", "一般", "不满意"} <= set(worker.buttons)


async def test_photo_first_then_words_and_what_is_missing_is_said(task: str, assignee: Phone) -> None:
    """The message shows what is there; handing in too early is refused with what is missing, and nothing is lost."""
    await assignee.presses("办结")
    await assignee.sends_album(3)
    assert "照片和文件：3" in assignee.screen()
    await assignee.presses("办结")
    assert assignee.toast is not None
    assert assignee.toast.alert
    assert "先行指导" not in assignee.toast.text
    await assignee.sends("电缆已接通")
    await assignee.presses("先行指导")
    assert "✓ 先行指导" in [button for shown in assignee.room.shown.values() for button in shown.buttons]
    await assignee.presses("办结")
    assert f"已办结 {task}" in assignee.screen()


async def test_an_edited_text_replaces_its_words(task: str, assignee: Phone) -> None:
    """Before handing in."""
    await assignee.presses("办结")
    message = await assignee.sends("电缆已接同")
    await assignee.edits(message, "电缆已接通")
    assert "说明：电缆已接通" in assignee.screen()
    assert "接同" not in assignee.screen()


async def test_it_goes_on_after_a_restart(task: str, assignee: Phone, world: World) -> None:
    """The dialog lives in the store: another process finds it."""
    await assignee.presses("办结")
    await assignee.sends_photo(caption="电缆已接通")
    world.processor = Processor(world.turns, Ear(build_router(), BOT_ID, BOT_NAME), refuse, BOT_ID)
    await assignee.presses("先行指导")
    await assignee.presses("办结")
    assert f"已办结 {task}" in assignee.screen()


async def test_a_late_sibling_joins_the_issue_after_handing_in(task: str, assignee: Phone) -> None:
    """It says so, and begins no draft."""
    await assignee.presses("办结")
    await assignee.sends_photo("电缆已接通", group="proof")
    await assignee.presses("先行指导")
    await assignee.presses("办结")
    await assignee.sends_photo(group="proof")
    assert task in assignee.heard
    assert "草稿" not in assignee.heard


async def test_what_cannot_be_proof_is_answered(task: str, assignee: Phone) -> None:
    """A sticker."""
    await assignee.presses("办结")
    sticker = {"type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False}
    await assignee.sends_raw({"sticker": {"file_id": "s", "file_unique_id": "u", **sticker}})
    assert assignee.heard


async def test_cancel_leaves_the_proof_for_later(task: str, assignee: Phone) -> None:
    """The photos stay: going on, they are still there."""
    await assignee.presses("办结")
    await assignee.sends_photo()
    await assignee.sends("/cancel")
    await assignee.presses("办结")
    assert "照片和文件：1" in assignee.last().text


async def test_a_task_taken_away_ends_the_dialog(task: str, assignee: Phone, clerk: Phone) -> None:
    """The next message says why; the one after is a report again."""
    await assignee.presses("办结")
    await clerk.presses("撤销")
    await assignee.sends("电缆已接通")
    assert "说明" not in assignee.heard
    await assignee.sends("电梯坏了")
    assert "草稿" in assignee.heard


async def test_tasks_are_listed_with_a_button_each(task: str, assignee: Phone) -> None:
    """Pressing one opens its card."""
    await assignee.sends("/Tasks")
    assert f"{task} 已交办 · 期限 11月30日 17:30 · 还剩 5 个工作日" in assignee.last().text
    await assignee.presses(task)
    assert assignee.last().text.startswith(f"已交办 {task}")


async def test_no_tasks_is_said_kindly(assignee: Phone, worker: Phone) -> None:
    """And who has no such role is told so."""
    await assignee.sends("/tasks")
    assert "没有待办任务" in assignee.heard
    await worker.sends("/tasks")
    assert "没有待办任务" not in worker.heard


async def test_returning_needs_a_reason(task: str, assignee: Phone, clerk: Phone) -> None:
    """The desk reads it and has the buttons to go on."""
    await assignee.presses("退回")
    await assignee.presses("不属于本单位职责")
    assert "蔡明退回了" in clerk.heard
    assert "理由：不属于本单位职责" in clerk.heard
    assert clerk.room.find("交办")


async def test_a_place_joins_the_words(task: str, assignee: Phone) -> None:
    """Nothing that is sent is dropped."""
    await assignee.presses("办结")
    await assignee.sends_place(24.48, 118.09)
    assert "24.480000, 118.090000" in assignee.screen()
