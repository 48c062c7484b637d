"""Groups through the real process: a message filed for its author, and the desk as a forum."""

import asyncio
from collections.abc import Callable

from bot.demo.stage import Stage
from bot.demo.story import NUMBER
from bot.sandbox.pictures import site_photo
from tests.e2e.conftest import PATIENCE, SQLITE, bound, ledger


async def test_a_message_of_a_group_is_filed_for_its_author(stage: Stage) -> None:
    """/report in reply to a stranger's photo: filed with it, marked for the clerk; the group reads the number; once."""
    async with stage.running_bot():
        clerk, worker = await bound(stage, "E01", "黎晓舟"), await bound(stage, "R02", "老耿")
        passer_by = await stage.world.user("路人甲", "zh-hans")
        group = await stage.world.group("项目群", [worker, passer_by], owner=clerk, bot="member")
        at_group = clerk.at(group.id)
        await at_group.sends_text("/subscribe project P009")
        await at_group.sees("已订阅", timeout=PATIENCE)
        photo = await passer_by.at(group.id).sends_photo(site_photo(11), "电缆沟塌方")
        await worker.at(group.id).sends_text("/report", reply_to=photo.message_id)
        said = await at_group.sees(NUMBER, timeout=PATIENCE)
        assert "不是专班登记的人员" in said.text
        card = await clerk.sees(f"已上报 {NUMBER}", timeout=PATIENCE)
        assert "群里发言" in card.text
        assert await passer_by.screen() == []
        await worker.at(group.id).sends_text("/report", reply_to=photo.message_id)
        await at_group.sees("已经上报过", timeout=PATIENCE)
        await _until(lambda: [*(stage.folder / "media").glob("??/*")] != [])
    (issue,) = await ledger(stage)
    assert (issue["channel"], issue["project"], issue["description"]) == ("group", "P009", "电缆沟塌方")
    (sha256,) = issue["photos"]
    assert (stage.folder / "media" / sha256[:2] / sha256[2:]).is_file()


@SQLITE
async def test_the_desk_as_a_forum(stage: Stage) -> None:
    """Topics are opened, a case hangs pinned in its own, is worked on there by presses, and moves with its category."""
    async with stage.running_bot():
        clerk, worker = await bound(stage, "E01", "黎晓舟"), await bound(stage, "R02", "老耿")
        forum = await stage.world.group("专班群", owner=clerk, kind="forum", bot="administrator")
        chat = stage.sandbox.world.chats[forum.id]
        await clerk.at(forum.id).sends_text("/desk")
        await clerk.at(forum.id).sees("本群已设为专班群", timeout=PATIENCE)
        await worker.opens((await stage.cards())["P009"])
        await worker.sends_photo(site_photo(2), "变压器坏了，整个工地停电")
        await worker.presses("提交", timeout=PATIENCE)
        at_desk = clerk.at(forum.id)
        card = await at_desk.sees(f"已上报 {NUMBER}", timeout=2 * PATIENCE)
        topics = {topic.name: topic.id for topic in chat.topics.values()}
        post = chat.posts[card.message_id]
        assert post.thread == topics["电力"]
        await _until(lambda: chat.pinned == [card.message_id])
        await at_desk.presses("类别", card, timeout=PATIENCE)
        await at_desk.presses("工程款", timeout=PATIENCE)
        moved = await at_desk.sees("已移到话题“工程款”", timeout=2 * PATIENCE)
        assert moved.message_id == card.message_id
        await _until(lambda: len(chat.pinned) == 1 and chat.pinned != [card.message_id])
        assert chat.posts[chat.pinned[0]].thread == {topic.name: topic.id for topic in chat.topics.values()}["工程款"]
    assert [call for call in await stage.world.calls() if call["status"] not in {200, 409}] == []


async def _until(holds: Callable[[], bool], seconds: float = 2 * PATIENCE) -> None:
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - the world has no event to wait for
            await asyncio.sleep(0.05)
