"""What a kill, a repetition or a hostile update does to people: nothing they would notice."""

import json

from bot.demo.stage import Stage
from bot.demo.story import NUMBER
from bot.sandbox.pictures import site_photo
from tests.e2e.conftest import PATIENCE, SQLITE, bound, ledger


async def test_a_draft_survives_a_kill(stage: Stage) -> None:
    """kill −9 between the photo and the press: the draft is still there, and is filed once."""
    async with stage.running_bot() as process:
        worker = await bound(stage, "R02", "老耿")
        await worker.opens((await stage.cards())["P009"])
        await worker.sends_album([site_photo(1), site_photo(2)], "塔吊停了")
        await worker.sees("草稿", timeout=PATIENCE)
        process.kill()
        await process.wait()
    await worker.presses("提交")
    async with stage.running_bot():
        await worker.sees(f"已上报 {NUMBER}", timeout=PATIENCE)
    assert [issue["number"] for issue in await ledger(stage)] == [NUMBER]


@SQLITE
async def test_an_update_delivered_twice_acts_once(stage: Stage) -> None:
    """The same update again, as Telegram may: one issue, one number."""
    async with stage.running_bot():
        worker = await bound(stage, "R02", "老耿")
        await worker.opens((await stage.cards())["P009"])
        await worker.sends_text("围挡倒了，路堵了")
        await worker.presses("提交", timeout=PATIENCE)
        await stage.world.repeats()
        await worker.sees(f"已上报 {NUMBER}", timeout=PATIENCE)
        await worker.sends_text("/my")
        await worker.sees(NUMBER, timeout=PATIENCE)
    assert len(await ledger(stage)) == 1


@SQLITE
async def test_poison_is_set_aside_and_the_rest_goes_on(stage: Stage) -> None:
    """An update that can't be parsed is kept and listed by doctor; the next message is answered as ever."""
    async with stage.running_bot():
        worker = await bound(stage, "R02", "老耿")
        await stage.world.injects({"message": {"message_id": "no number", "chat": {"id": worker.id}}})
        await worker.sends_text("/help")
        await worker.sees("/my", timeout=PATIENCE)
    findings = json.loads(await stage.command("doctor", "--json", allowed={0, 1}))
    assert "message_id" in json.dumps(findings)


@SQLITE
async def test_a_flooding_stranger_is_answered_once(stage: Stage) -> None:
    """Fifty messages from somebody nobody knows: one answer; a worker beside them is served at once."""
    async with stage.running_bot():
        worker = await bound(stage, "R02", "老耿")
        stranger = await stage.world.user("陌生人")
        await stranger.opens(f"https://t.me/{'project_home_bot'}?start=x")
        for n in range(50):
            await stranger.sends_text(f"{n}")
        await worker.sends_text("/my")
        await worker.sees(timeout=PATIENCE)
        assert sum(message.by_bot for message in await stranger.screen()) == 1
