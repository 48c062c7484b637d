"""The doctor at the ledger: the schema, the desk, and what could not be handled or sent."""

import asyncio
from collections.abc import AsyncIterator, Iterator

from bot.cli.findings import Finding, note, ok, red
from bot.domain.organisation import Person, Role, Unit, UnitKind
from bot.domain.policy import Policy
from bot.ports import OutboxRow, Poison, StoreUnavailable, UnitOfWork
from bot.settings import Settings
from storage.engines import file_of, is_embedded, parse
from storage.errors import DatabaseUnusable
from storage.migrate import current, revisions
from storage.soundness import advice, examine, old_sqlite
from storage.store import SqlStore

LISTED = 100


async def check_ledger(settings: Settings, policy: Policy) -> AsyncIterator[Finding]:
    """Every finding about the database and what is in it."""
    store = SqlStore(settings.database_url, guest=True)
    try:
        await store.open()
    except DatabaseUnusable as error:
        yield red("database", str(error), "See that the server runs and that the address and rights are right.")
        return
    try:
        async for finding in _inside(store, settings.database_url, policy):
            yield finding
    except StoreUnavailable as error:
        yield red("database", f"is busy or went away: {error}", "Try again.")
    finally:
        await store.close()


async def _inside(store: SqlStore, url: str, policy: Policy) -> AsyncIterator[Finding]:
    newest, present = revisions()[-1], await current(url)
    if present != newest:
        later = present is not None and present not in revisions()
        help_ = (
            "Install the later version that made it."
            if later
            else "Run `project-home migrate`; other commands do so too."
        )
        yield red("database", f"the schema is at {present or 'nothing'}, this version needs {newest}", help_)
        return
    if is_embedded(url):
        for finding in await asyncio.to_thread(_file, url, present):
            yield finding
    else:
        yield ok("database", f"can be worked with, schema {present}")
    async with store.read() as uow:
        people = await uow.people.all()
        yield _desk(people)
        yield _units(await uow.units.all(), people, policy)
        yield _poison(await uow.inbox.poisoned(LISTED))
        yield _outbox(await uow.outbox.troubled(LISTED))
        yield await _waiting(uow)
        yield _past(await uow.missing_triggers(), str(await uow.audit_head()))


def _file(url: str, present: str) -> Iterator[Finding]:
    """All of a SQLite file is read: this takes seconds for a big one."""
    path = file_of(parse(url))
    if trouble := examine(path):
        yield red("database", f"{path} is damaged: {trouble}", advice(path, trouble))
    else:
        yield ok("database", f"can be worked with, schema {present}; every page, index and reference is right")
    if old := old_sqlite():
        yield note(
            "sqlite",
            f"{old}: before 3.51.3 a file may be damaged when several programs write to it at once",
            "One `run` and these commands beside it are safe; let nothing else write to the file. Update SQLite when you can.",
        )


def _desk(people: list[Person]) -> Finding:
    clerks = [person for person in people if person.holds(Role.CLERK)]
    bound = [person for person in clerks if person.user_id is not None]
    names = ", ".join(f"{person.name} ({person.code})" for person in clerks[:5])
    if not clerks:
        return red(
            "desk", "nobody is a clerk: what people report waits", "Import a people sheet with a role clerk:city."
        )
    if not bound:
        advice = f"Send {names} an invitation: `project-home invite {clerks[0].code}`."
        return red("desk", "is empty: no clerk has bound an account, what people report waits", advice)
    if not any(person.reachable for person in bound):
        return red("desk", "every clerk has blocked the bot", f"Ask {names} to write to it again.")
    return ok("desk", f"{len(bound)} of {len(clerks)} clerks have bound their accounts")


def _units(units: list[Unit], people: list[Person], policy: Policy) -> Finding:
    """Can every responsible unit be given a task, and does the policy name units that there are?"""
    manned = {grant.scope.value for person in people for grant in person.grants if grant.role is Role.ASSIGNEE}
    bare = [
        unit for unit in units if unit.kind is UnitKind.RESPONSIBLE and unit.code not in manned and unit.head is None
    ]
    named = {rules.unit for rules in policy.categories.values() if rules.unit is not None}
    if strange := sorted(named - {unit.code for unit in units}):
        return note(
            "units",
            f"the policy names {', '.join(strange)}, which is no unit here",
            "Correct [categories] of the policy.",
        )
    if bare:
        names = ", ".join(f"{unit.name} ({unit.code})" for unit in bare[:5])
        return note(
            "units", f"nobody can be given a task at {names}", "Import a head, or people with assignee:unit:CODE."
        )
    return ok("units", f"{len(units)}, each responsible one with somebody to take a task")


def _poison(updates: list[Poison]) -> Finding:
    if not updates:
        return ok("inbox", "no update had to be set aside")
    last = updates[0]
    says = f"{_count(len(updates), 'update')} could not be handled; the last, {last.update_id}, at {last.at:%Y-%m-%d %H:%M} UTC"
    return note("inbox", f"{says}: {last.error}", "The person was told. Keep the number for whoever mends the bot.")


def _outbox(rows: list[OutboxRow]) -> Finding:
    if not rows:
        return ok("outbox", "nothing was lost on the way")
    kinds = ", ".join(sorted({f"{row.message.kind} ({row.state})" for row in rows})[:5])
    newest = rows[0]
    says = f"{_count(len(rows), 'message')} failed or may not have arrived: {kinds}; the newest: {newest.error or newest.state}"
    return note(
        "outbox", says, "Tell these people another way if it mattered; the card of an issue always says the truth."
    )


def _past(missing: list[str], head: str) -> Finding:
    if missing:
        says = f"the database would let the past be changed: {', '.join(missing)} not there"
        return red("audit", says, "Run `project-home audit verify`, and restore a backup if it finds anything.")
    return ok("audit", f"the past can't be changed; its head is {head[:20]}…")


async def _waiting(uow: UnitOfWork) -> Finding:
    waiting = await uow.outbox.waiting()
    return ok("queue", f"{_count(waiting, 'message')} waiting to be sent")


def _count(number: int, noun: str) -> str:
    shown = f"{number}+" if number >= LISTED else str(number)
    return f"{shown} {noun}{'' if number == 1 else 's'}"
