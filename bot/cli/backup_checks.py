"""When the ledger was last backed up: noted by `backup`, asked for by `doctor`."""

import json
from datetime import UTC, datetime, timedelta

from bot.cli.findings import Finding, note, ok
from bot.ports import UnitOfWork
from storage.migrate import current, revisions
from storage.store import SqlStore

FACT = "backup"
OLD = timedelta(days=2)  # one a night is asked for (docs/deploy.md); one that failed is no alarm yet
_ADVICE = "Run `project-home backup PLACE` now, and every night by a timer (docs/deploy.md)."


async def note_backup(url: str, at: datetime, place: str) -> bool:
    """Write down that a backup was taken. False where the ledger is of another version, which is left alone."""
    if await current(url) != revisions()[-1]:
        return False
    store = SqlStore(url, guest=True)
    await store.open()
    try:
        async with store.begin() as uow:
            await uow.facts.put(
                FACT, json.dumps({"at": at.astimezone(UTC).isoformat(timespec="seconds"), "place": place})
            )
    finally:
        await store.close()
    return True


async def check_backup(uow: UnitOfWork, now: datetime) -> Finding:
    """How old the last one is."""
    known = await uow.facts.get(FACT)
    if known is None:
        return note("backup", "none was ever taken of this ledger", _ADVICE)
    last = json.loads(known)
    at = datetime.fromisoformat(last["at"])
    says = f"the last was taken at {at:%Y-%m-%d %H:%M} UTC, {_age(now - at)} ago, to {last['place']}"
    return ok("backup", says) if now - at <= OLD else note("backup", says, _ADVICE)


def _age(past: timedelta) -> str:
    hours = max(0, int(past.total_seconds()) // 3600)
    return f"{hours} hours" if hours < 48 else f"{hours // 24} days"
