"""The doctor at the ledger: the schema, the desk, and what could not be handled or sent."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime

from bot.cli.backup_checks import check_backup
from bot.cli.desk_checks import DeskGroup, read_desk_group
from bot.cli.findings import Finding, note, ok, red
from bot.domain.messages import OutboxState
from bot.domain.organisation import Person, Role, Unit, UnitKind
from bot.domain.policy import Policy
from bot.ports import OutboxRow, Poison, StoreUnavailable, UnitOfWork
from bot.settings import Settings
from storage.databases.engines import file_of, is_embedded, parse
from storage.databases.errors import DatabaseUnusable
from storage.migrate import current, revisions
from storage.soundness import advice, examine, old_sqlite
from storage.store import SqlStore

LISTED = 100
SHOWN = 5


async def check_ledger(
    settings: Settings, policy: Policy, found: Callable[[DeskGroup], None]
) -> AsyncIterator[Finding]:
    """Every finding about the database and what is in it. `found`: what it knows of the desk's group, for who asks Telegram."""
    store = SqlStore(settings.database_url, guest=True)
    try:
        await store.open()
    except DatabaseUnusable as error:
        yield red("database", str(error), "Do so, then look again.")
        return
    try:
        async for finding in _inside(store, settings.database_url, policy, found):
            yield finding
    except StoreUnavailable as error:
        yield red("database", f"is busy or went away: {error}", "Try again.")
    finally:
        await store.close()


async def _inside(
    store: SqlStore, url: str, policy: Policy, found: Callable[[DeskGroup], None]
) -> AsyncIterator[Finding]:
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
        found(await read_desk_group(uow, policy.desk_topics))
        people = await uow.people.all()
        yield _desk(people)
        yield _units(await uow.units.all(), people, policy)
        yield _poison(await uow.inbox.poisoned(LISTED))
        troubled, vitals = await uow.outbox.troubled(LISTED), await uow.vitals.read(datetime.now(UTC))
        yield _unknown(vitals.unknown, [row for row in troubled if row.state is OutboxState.UNKNOWN])
        yield _dead(vitals.dead, [row for row in troubled if row.state is OutboxState.DEAD])
        yield await _waiting(uow)
        yield await check_backup(uow, datetime.now(UTC))
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


def _unknown(total: int, rows: list[OutboxRow]) -> Finding:
    if not total:
        return ok("unknown", "of every message it is known whether it arrived")
    says = f"{_plural(total, 'message')} may or may not have arrived, however often tried"
    advice = "Ask these people whether they have read it if it mattered; the card of an issue always says the truth."
    return note("unknown", f"{says}: {_listed(rows)}", advice)


def _dead(total: int, rows: list[OutboxRow]) -> Finding:
    if not total:
        return ok("dead", "nothing was given up")
    says = f"{_plural(total, 'message')} did not arrive and never will: {_listed(rows)}"
    advice = "Who has blocked the bot must write to it again; tell these people another way if it mattered."
    return note("dead", says, advice)


def _listed(rows: list[OutboxRow]) -> str:
    """The newest: what, where to, when and why."""
    return "; ".join(
        f"{row.message.kind} to {row.message.chat}, {row.created_at:%m-%d %H:%M} UTC ({row.error or row.state})"
        for row in rows[:SHOWN]
    )


def _past(missing: list[str], head: str) -> Finding:
    if missing:
        says = f"the database would let the past be changed: {', '.join(missing)} not there"
        return red("audit", says, "Run `project-home audit verify`, and restore a backup if it finds anything.")
    return ok("audit", f"the past can't be changed; its head is {head[:20]}…")


async def _waiting(uow: UnitOfWork) -> Finding:
    waiting = await uow.outbox.waiting()
    return ok("queue", f"{_plural(waiting, 'message')} waiting to be sent")


def _count(number: int, noun: str) -> str:
    """Of what was listed up to so many."""
    return f"{LISTED}+ {noun}s" if number >= LISTED else _plural(number, noun)


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
