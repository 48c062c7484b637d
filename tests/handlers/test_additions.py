"""Where a message belongs that comes late, or as a reply."""

from tests.fakes import FakeStore
from tests.handlers.driver import World
from tests.handlers.phone import Phone
from tests.handlers.test_reporting import report


async def test_a_reply_to_anything_said_about_an_issue_is_added_to_it(worker: Phone, store: FakeStore) -> None:
    """An older card, its photos, a notice: not only the card that is edited in place now."""
    first = await report(worker)
    await worker.sends("/issue XM-2026-0001")
    assert worker.last().id != first
    await worker.sends_photo(reply_to=first)
    assert "已补充到 XM-2026-0001" in worker.heard
    await worker.presses("照片")
    await worker.sends("这是北侧的", reply_to=worker.last().id)
    assert "已补充到 XM-2026-0001" in worker.heard
    assert len(store.tables.drafts) == 1


async def test_a_reply_to_a_list_or_about_somebody_elses_issue_begins_a_draft(world: World, worker: Phone) -> None:
    """A list is about many; and a number alone opens nothing."""
    await report(worker)
    await worker.sends("/my")
    await worker.sends("另一个问题", reply_to=worker.last().id)
    assert "草稿" in worker.last().text
    maria = world.phone(9997, "Maria", "en")
    await maria.opens("c_card-P002")
    await maria.sends("/issue XM-2026-0001")
    await maria.sends("what about this?", reply_to=maria.last().id)
    assert "Draft" in maria.last().text


async def test_late_siblings_of_a_cancelled_album_are_answered_once(worker: Phone, store: FakeStore) -> None:
    """Not kept, not filed, not a new draft; but said, however many come."""
    await worker.sends_photo(caption="停电", group="g")
    await worker.presses("取消")
    for _ in range(3):
        await worker.sends_photo(group="g")
    assert worker.screen().count("后到的照片也没有保留") == 1
    assert (len(store.tables.drafts), len(store.tables.media)) == (1, 1)
    await worker.sends_photo(reply_to=worker.last().id)
    assert "提交" in worker.buttons[0]
    assert len(store.tables.drafts) == 2


async def test_late_siblings_of_an_album_join_the_filed_issue(worker: Phone, store: FakeStore) -> None:
    """However late: added, said once, no new draft."""
    await worker.opens("c_card-P002")
    await worker.sends_photo(caption="停电", group="g")
    await worker.presses("提交")
    await worker.sends_photo(group="g")
    assert "已补充到 XM-2026-0001" in worker.heard
    await worker.sends_photo(group="g")
    assert worker.screen().count("已补充到 XM-2026-0001") == 1
    assert "共有材料 3 份" in worker.screen()
    assert len(store.tables.drafts) == 1


async def test_a_reply_to_the_card_is_added(worker: Phone) -> None:
    """Photo or text; the answer says where it went."""
    card = await report(worker)
    await worker.sends("还有五号塔吊", reply_to=card)
    assert "已补充到 XM-2026-0001" in worker.heard
    await worker.sends_photo(reply_to=worker.last().id)
    assert "已补充到 XM-2026-0001" in worker.heard


async def test_another_photo_begins_a_draft_that_offers_the_last_issue(worker: Phone, store: FakeStore) -> None:
    """补充到 XM-…: one press, and the draft is part of it."""
    await report(worker)
    await worker.sends_photo(caption="又一张")
    await worker.presses("补充到 XM-2026-0001")
    assert "已归入 XM-2026-0001" in worker.last().text
    assert len(store.tables.issues) == 1
