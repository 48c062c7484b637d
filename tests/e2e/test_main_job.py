"""The main job, end to end, as people do it: the real process, a strict Bot API, both databases, both languages."""

import hashlib

from bot.demo.narrator import Narrator
from bot.demo.stage import Stage
from bot.demo.story import NUMBER, play
from bot.sandbox.pictures import site_photo
from tests.e2e.conftest import PATIENCE, SQLITE, bound, ledger


async def test_the_story_goes_as_told(stage: Stage, silent: Narrator) -> None:
    """From the photo to the digest; and nothing the bot said was refused by a strict Bot API."""
    async with stage.running_bot():
        cast, digest = await play(stage, silent)
    assert "100.0%" in digest
    issue = (await ledger(stage))[0]
    assert issue["number"] == NUMBER
    assert issue["status"] == "cleared"
    assert (issue["project"], issue["unit"], issue["reporter"]) == ("P009", "U04", "R02")
    assert len(issue["photos"]) == 3
    refused = [call for call in await stage.world.calls() if call["status"] not in {200, 409}]
    assert refused == []
    reminders = [message for message in await cast.assignee.screen() if "催办" in message.text]
    assert len(reminders) == 4


@SQLITE
async def test_a_report_in_english(stage: Stage) -> None:
    """Somebody whose sheet says English is spoken to in English; two actions file the report."""
    async with stage.running_bot():
        marco = await bound(stage, "R03", "Marco", "de")
        await marco.opens((await stage.cards())["P001"])
        await marco.sees("6~8英寸SiC外延晶片产业化项目", timeout=PATIENCE)
        await marco.sends_photo(site_photo(5), "No power at the east gate since Monday.")
        await marco.presses("Submit", timeout=PATIENCE)
        card = await marco.sees(f"Reported {NUMBER}", timeout=PATIENCE)
        assert card.text.splitlines()[0] == f"Reported {NUMBER}"
        assert card.edited


@SQLITE
async def test_the_original_bytes_are_kept(stage: Stage) -> None:
    """The ledger names the SHA-256 of what the person sent; a picture sent as a document keeps every byte."""
    picture = site_photo(8, place=(24.5, 118.1))
    async with stage.running_bot():
        worker = await bound(stage, "R02", "老耿")
        await worker.opens((await stage.cards())["P009"])
        await worker.sends_document(picture, "../../x.jpg", "image/jpeg", caption="电缆沟塌方")
        await worker.presses("提交", timeout=PATIENCE)
        await worker.sees(f"已上报 {NUMBER}", timeout=PATIENCE)
        wanted = hashlib.sha256(picture).hexdigest()
        for _ in range(50):
            if (photos := (await ledger(stage))[0]["photos"]) == [wanted]:
                break
        assert photos == [wanted]
    kept = stage.folder / "media" / wanted[:2] / wanted[2:]
    assert kept.read_bytes() == picture
