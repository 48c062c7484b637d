"""`project-home demo` as a process: it serves, says where, and takes the bot along when it ends."""

import asyncio
import os
import re
import signal
import sys
from pathlib import Path

import aiohttp
import psutil

SECONDS = 150.0  # a busy machine is slow to set a stage


async def test_it_serves_and_ends(tmp_path: Path) -> None:
    """The address is printed; the page, its state, the ledger's file and the digest's are there; SIGTERM ends it and its bot."""
    blocker = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0)
    wished = blocker.sockets[0].getsockname()[1]
    command = (sys.executable, "-m", "bot", "demo", "--port", str(wished))
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent.parent), "COLUMNS": "200"}
    process = await asyncio.create_subprocess_exec(
        *command, cwd=tmp_path, env=environment, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(SECONDS):
            said = b""
            while b"Ctrl-C" not in said:
                said += await process.stdout.readline()
        assert f"Port {wished} is taken" in said.decode()
        address = re.search(r"http://127\.0\.0\.1:\d+", said.decode())
        assert address
        async with aiohttp.ClientSession(address.group()) as session:
            async with session.get("/") as page:
                assert "电话墙" in await page.text()
                assert "script-src 'self'" in page.headers["Content-Security-Policy"]
            async with session.get("/api/state") as state:
                assert len((await state.json())["phones"]) == 4
            async with session.get("/api/ledger.xlsx") as ledger:
                assert (await ledger.read()).startswith(b"PK")
            async with session.get("/api/digest.pdf?language=en") as paper:
                assert (await paper.read()).startswith(b"%PDF-")
            async with session.post("/api/clock", data="jump=hour") as form:
                assert form.status == 415
            async with session.post("/api/clock", json={"jump": "nowhere"}) as wrong:
                assert wrong.status == 400
        bots = psutil.Process(process.pid).children(recursive=True)
        assert bots
    finally:
        blocker.close()
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), SECONDS) == 0
    assert not any(bot.is_running() for bot in bots)
