"""Photos in an object store: several processes share them, and one that is away for a while costs nobody a photo."""

import asyncio
import hashlib
from pathlib import Path

import pytest

from bot.demo.stage import Stage
from bot.demo.story import NUMBER
from bot.sandbox.pictures import site_photo
from storage.files.media import name_of
from tests import s3
from tests.e2e.conftest import PATIENCE, bound, ledger
from tests.e2e.test_many_processes import DRAIN, POSTGRES, a_port, process


@POSTGRES
async def test_photos_find_their_bucket(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report is filed and confirmed while the store is down; a process ends in time all the same; once the store is there,
    another one brings the photo."""
    for name, value in s3.CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    hook, store = a_port(), a_port()
    photos = s3.bucket(f"http://127.0.0.1:{store}", "city")
    webhook = {"WEBHOOK_URL": f"http://127.0.0.1:{hook}/hook", "WEBHOOK_SECRET": "made-up", "HTTP_PORT": hook}
    async with (
        process(stage, "serve", **webhook, MEDIA_URL=photos),
        process(stage, "work", MEDIA_URL=photos) as first,
        process(stage, "work", MEDIA_URL=photos),
    ):
        worker = await bound(stage, "R02", "老耿")
        await worker.opens((await stage.cards())["P009"])
        await worker.sends_photo(site_photo(1), "围挡倒了，路堵了")
        await worker.presses("提交", timeout=PATIENCE)
        await worker.sees(f"已上报 {NUMBER}", timeout=PATIENCE)
        first.terminate()
        assert await asyncio.wait_for(first.wait(), DRAIN) == 0
        with s3.server(tmp_path / "s3", store):
            (kept,) = await _stored(stage)
    content = await asyncio.to_thread((tmp_path / "s3" / s3.BUCKET / "city" / name_of(kept)).read_bytes)
    assert hashlib.sha256(content).hexdigest() == kept


async def _stored(stage: Stage) -> list[str]:
    async with asyncio.timeout(60):
        while True:
            if photos := (await ledger(stage))[0]["photos"]:
                return [str(photo) for photo in photos]
            stage.sandbox.clock.advance(150)  # one that the ended process had in hand is asked for again
            await asyncio.sleep(1)
