"""What the ledger says in the end, read past all code of ours but the driver's (and the audit, of the past), and whether it is
what people were told."""

import asyncio
import math
import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from bot.sandbox.server import Sandbox
from storage.databases.engines import is_embedded, parse
from storage.store import SqlStore
from tests.faults.crowd import Report

TOKEN = re.compile(r"东门 (\d+) 号塔吊")
FETCH_AGAIN = 150.0  # seconds of the office's clock after which a file is surely asked for again

Row = Mapping[str, Any]


async def rows(url: str, question: str) -> list[Row]:
    """An answer of the database. Raises SQLAlchemyError, OSError while it is away."""
    if is_embedded(url):
        return await asyncio.to_thread(_rows, url, question)
    engine = create_async_engine(parse(url))
    try:
        async with engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(text(question))).mappings()]
    finally:
        await engine.dispose()


def _rows(url: str, question: str) -> list[Row]:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(text(question)).mappings()]


async def figure(url: str, question: str) -> int:
    """The only value of an answer."""
    ((value,),) = [tuple(row.values()) for row in await rows(url, question)]
    return int(value)


_WAITING = """
SELECT (SELECT count(*) FROM inbox WHERE done_at IS NULL) AS inbox,
       (SELECT count(*) FROM media WHERE state = 'pending') AS media,
       (SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending')) AS outbox
"""


async def quiet(url: str, sandbox: Sandbox, seconds: float) -> None:
    """Until nothing waits any more, neither here nor at Telegram. TimeoutError with what still does, if that has not become
    less for so long: however many messages wait, they go one after the other into a chat."""
    ends, fewest = time.monotonic() + seconds, math.inf
    while (left := sum((waiting := await _waiting(url, sandbox)).values())) > 0:
        if left < fewest:
            ends, fewest = time.monotonic() + seconds, left
        if time.monotonic() > ends:
            raise TimeoutError(f"for {seconds} s there wait {waiting}")
        if waiting["media"] and not waiting["inbox"]:
            sandbox.clock.advance(FETCH_AGAIN)
        await asyncio.sleep(0.5)


async def _waiting(url: str, sandbox: Sandbox) -> dict[str, int]:
    try:
        (found,) = await rows(url, _WAITING)
    except (SQLAlchemyError, OSError):
        return {"database": 1}
    return {**found, "telegram": len(sandbox.world.updates.pending)}


async def check_integrity(url: str) -> None:
    """The database's own word: whole, and every reference leads somewhere (PostgreSQL never lets go of either)."""
    if not is_embedded(url):
        return
    assert await rows(url, "PRAGMA integrity_check") == [{"integrity_check": "ok"}]
    assert await rows(url, "PRAGMA foreign_key_check") == []


async def check_reports(url: str, media: Path, reports: Sequence[Report]) -> None:
    """Each report once, whole, and with all its photos; what a chat was told is what the ledger says."""
    issues = await rows(url, "SELECT id, number, description, project FROM issues ORDER BY id")
    tokens = {issue["number"]: TOKEN.findall(issue["description"]) for issue in issues}
    assert all(len(found) == 1 for found in tokens.values()), "an issue with no report, or with two"
    told = {report.filed: [str(report.token)] for report in reports}
    assert {number: tokens.get(number) for number in told} == told, "confirmed, but not (or otherwise) in the ledger"
    twice = [token for token, count in Counter(found for (found,) in tokens.values()).items() if count > 1]
    assert not twice, f"filed twice: {twice}"
    await _check_numbers(url, [issue["number"] for issue in issues])
    await _check_photos(url, media, {report.filed: report.photos for report in reports})
    await _check_halves(url)
    await _check_counts(url)
    await _check_past(url)


async def check_restored(url: str, media: Path, confirmed: Sequence[Report]) -> None:
    """A ledger of one moment in the middle of it all: what was confirmed before is in it, nothing is half in it, and each photo
    it speaks of as kept is there."""
    issues = await rows(url, "SELECT number, description FROM issues")
    tokens = {issue["number"]: TOKEN.findall(issue["description"]) for issue in issues}
    told = {report.filed: [str(report.token)] for report in confirmed}
    assert {number: tokens.get(number) for number in told} == told, "confirmed before, but not in the backup"
    await _check_numbers(url, list(tokens))
    await _check_halves(url)
    for row in await rows(url, "SELECT sha256, clean_sha256 FROM media WHERE state = 'stored'"):
        for digest in {row["sha256"], row["clean_sha256"]}:
            content = await asyncio.to_thread((media / digest[:2] / digest[2:]).read_bytes)
            assert sha256(content).hexdigest() == digest, "other bytes than its name says"


async def _check_numbers(url: str, numbers: Sequence[str]) -> None:
    last = sorted(int(number.rpartition("-")[2]) for number in numbers)
    assert last == list(range(1, len(last) + 1)), "a gap in the numbers"
    assert await figure(url, "SELECT coalesce(sum(count), 0) FROM counters") == len(last)


async def _check_photos(url: str, media: Path, sent: Mapping[str, frozenset[str]]) -> None:
    kept: dict[str, list[str]] = {number: [] for number in sent}
    for row in await rows(
        url, "SELECT number, sha256, clean_sha256, media.state FROM media JOIN issues ON issues.id = media.issue"
    ):
        assert row["state"] == "stored", row
        for digest in {row["sha256"], row["clean_sha256"]}:
            content = await asyncio.to_thread((media / digest[:2] / digest[2:]).read_bytes)
            assert sha256(content).hexdigest() == digest, "other bytes than its name says"
        kept.setdefault(row["number"], []).append(row["sha256"])
    assert {number: sorted(kept[number]) for number in sent} == {n: sorted(digests) for n, digests in sent.items()}


_HALVES = {
    "a filed draft without its issue": "SELECT id FROM drafts WHERE (state = 'filed') <> (issue IS NOT NULL)",
    "an issue without its beginning": """SELECT number FROM issues WHERE NOT EXISTS
        (SELECT 1 FROM history WHERE history.issue = issues.id AND action = 'report')""",
    "an issue reported twice": "SELECT issue FROM history WHERE action = 'report' GROUP BY issue HAVING count(*) > 1",
    "an issue without its draft": """SELECT number FROM issues WHERE NOT EXISTS
        (SELECT 1 FROM drafts WHERE drafts.issue = issues.id)""",
    "a photo left behind": """SELECT media.id FROM media JOIN drafts ON drafts.id = media.draft
        WHERE drafts.state = 'filed' AND (media.issue IS NULL OR media.issue <> drafts.issue)""",
    "a photo twice": "SELECT chat, message FROM media GROUP BY chat, message HAVING count(*) > 1",
}


async def _check_halves(url: str) -> None:
    for what, question in _HALVES.items():
        assert await rows(url, question) == [], what


async def _check_counts(url: str) -> None:
    """The counts that are kept are those a recount gives: each issue is still open."""
    kept = "SELECT project, value, solved, \"open\", collected FROM tallies WHERE party = '' AND facet = 'category'"
    counted = "SELECT project, category, 0, count(*) AS open, count(*) FROM issues GROUP BY project, category"
    found = [Counter(tuple(row.values()) for row in await rows(url, question)) for question in (kept, counted)]
    assert found[0] == found[1], "kept counts are not what a recount gives"


async def _check_past(url: str) -> None:
    """Each line of the history is sealed, and says what the ledger says."""
    store = SqlStore(url)
    await store.open()
    try:
        async with store.read() as uow:
            assert (await uow.audit([])).flaws == ()
    finally:
        await store.close()


async def check_updates(url: str, sandbox: Sandbox) -> None:
    """Each update that Telegram delivered was stored, handled once, and none set aside."""
    assert await rows(url, "SELECT update_id, error FROM inbox WHERE error IS NOT NULL") == []
    stored = [row["update_id"] for row in await rows(url, "SELECT update_id FROM inbox WHERE done_at IS NOT NULL")]
    assert sorted(stored) == sorted(sandbox.world.updates.history)
