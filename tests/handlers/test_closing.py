"""The end of an issue through the real dispatcher: the reporter's word, the clerk's, and the way back."""

import pytest

from tests.fakes import FakeStore
from tests.handlers.driver import World
from tests.handlers.phone import Phone

CASE = "XM-2026-0001"


@pytest.fixture
async def solved(worker: Phone, clerk: Phone, assignee: Phone) -> str:
    """A case that its unit calls solved."""
    await worker.opens("c_card-P002")
    await worker.sends_photo(caption="3号塔吊没有电")
    await worker.presses("提交")
    for word in ("入账", "交办", "市供电公司", "蔡明"):
        await clerk.presses(word)
    await assignee.presses("办结")
    await assignee.sends_photo(caption="电缆已接通")
    await assignee.presses("先行指导")
    await assignee.presses("办结")
    return CASE


async def test_solved_rated_cleared(solved: str, worker: Phone, clerk: Phone, assignee: Phone) -> None:
    """Three words agree; everybody hears, every card shows it."""
    await worker.presses("已解决")
    assert "上报人确认" in clerk.heard
    await worker.presses("满意")
    assert "✓ 满意" in worker.buttons
    await clerk.presses("销号")
    for phone in (worker, clerk, assignee):
        assert f"已销号 {solved}" in phone.screen()
    assert "已解决并销号" in worker.heard
    assert "已解决并销号" in assignee.heard


async def test_clearing_too_early_says_until_when(solved: str, clerk: Phone) -> None:
    """The moment from which silence counts."""
    await clerk.presses("销号")
    assert clerk.toast is not None
    assert clerk.toast.alert
    assert "11月26日 17:30 起可以销号" in clerk.toast.text


async def test_silence_is_consent_after_three_working_days(
    solved: str, clerk: Phone, worker: Phone, world: World
) -> None:
    """Asked twice meanwhile; then the clerk may clear, and the reporter may still say that it is not so."""
    world.clock.advance(days=1)
    await world.ticks()
    assert "真的解决了吗" in worker.last().text
    world.clock.advance(days=3)
    await clerk.presses("销号")
    assert f"已销号 {solved}" in clerk.screen()
    await worker.presses("未解决")
    await worker.sends("又停电了")
    assert f"已交办 {solved}" in clerk.screen()


async def test_not_solved_with_photo_and_words(solved: str, worker: Phone, assignee: Phone, clerk: Phone) -> None:
    """One message is enough; the unit gets photo, reason and a new deadline."""
    await worker.presses("未解决")
    assert f"{solved} 还有什么没解决" in worker.last().text
    await worker.sends_photo(caption="塔吊还是没电")
    assert f"已交办 {solved}" in worker.screen()
    assert "尚未解决，已退回重办" in assignee.heard
    assert "理由：塔吊还是没电" in assignee.heard
    assert any(shown.media for shown in list(assignee.room.shown.values())[-2:])
    assert "重办次数：1" in clerk.screen()


async def test_a_photo_alone_waits_for_the_words(solved: str, worker: Phone) -> None:
    """It is kept, and said so."""
    await worker.presses("未解决")
    await worker.sends_photo()
    assert "照片已收下，请再写明理由" in worker.heard
    await worker.sends("还是没电")
    assert f"已交办 {solved}" in worker.screen()


async def test_reopening_is_the_clerks_with_a_reason(solved: str, worker: Phone, clerk: Phone, assignee: Phone) -> None:
    """Unit and reporter read why."""
    await clerk.presses("退回重办")
    await clerk.sends("照片看不清")
    assert "理由：照片看不清" in assignee.heard
    assert "理由：照片看不清" in worker.heard
    assert {"接收", "办结"} <= {button for shown in assignee.room.shown.values() for button in shown.buttons}


async def test_a_word_pressed_twice_counts_once(solved: str, worker: Phone, store: FakeStore) -> None:
    """The second press finds it said already."""
    await worker.presses("已解决")
    await worker.presses_again()
    assert worker.toast is not None
    assert not worker.toast.alert
    lines = [entry for entry in store.tables.history.values() if entry.action == "confirm"]
    assert len(lines) == 1
