"""The real process: rules read again while it runs, a person erased to the last byte, a past that verifies."""

import asyncio
import json
import signal
from pathlib import Path

from bot.demo.stage import Stage
from bot.demo.story import NUMBER
from bot.sandbox.pictures import site_photo
from tests.e2e.conftest import PATIENCE, SQLITE, bound, ledger

NAME, PHONE = "老耿", "13950098765"


def left_in(folder: Path, *marks: str) -> list[str]:
    """Where a mark stands: in the ledger's files, the media folder, or the bot's log."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "export.json"]
    return [f"{path.name}: {mark}" for path in files for mark in marks if mark.encode() in path.read_bytes()]


async def gone(folder: Path, *marks: str) -> list[str]:
    """What is still there after some patience."""
    found = left_in(folder, *marks)
    for _ in range(int(PATIENCE * 2)):
        if not found:
            break
        await asyncio.sleep(0.5)
        found = left_in(folder, *marks)
    return found


@SQLITE
async def test_a_person_is_erased_to_the_last_byte(stage: Stage) -> None:
    """Asked for and granted in the chat, carried out by the running bot: nothing in ledger, media and log; the issue stays."""
    async with stage.running_bot() as process:
        worker = await bound(stage, "R02", NAME)
        admin = await bound(stage, "E02", "尹若溪")
        await worker.opens((await stage.cards())["P009"])
        picture = site_photo(3)
        await worker.sends_photo(picture, f"电缆沟塌方，找{NAME} {PHONE}")
        await worker.presses("提交", timeout=PATIENCE)
        await worker.sees(f"已上报 {NUMBER}", timeout=PATIENCE)
        process.send_signal(signal.SIGHUP)  # the rules are read again; nothing else happens
        await worker.sends_text("/privacy")
        await worker.presses("删除", timeout=PATIENCE)
        await worker.presses("确定申请", timeout=PATIENCE)
        await admin.presses("同意删除", timeout=PATIENCE)
        await worker.sees("最后一条消息", timeout=PATIENCE)
        await admin.sees("已删除", timeout=PATIENCE)
        assert await gone(stage.folder, NAME, PHONE, str(worker.id)) == []
        assert process.returncode is None
    (issue,) = await ledger(stage)
    assert (issue["number"], issue["photos"]) == (NUMBER, [])
    assert "电缆沟塌方" in issue["description"]
    verdict = json.loads(await stage.command("audit", "verify", "--json"))
    assert verdict["ok"], verdict
    assert list((stage.folder / "media").rglob("??/*")) == []
