"""Importing the office's sheets: first what would change and everything that is wrong, then all of it or nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from bot.domain import journal
from bot.domain.entries import Entry, PersonEntry, ProjectEntry, UnitEntry
from bot.domain.ids import PersonId, ProjectCode, UnitCode
from bot.domain.import_plan import Difference, ImportPlan, Records, differences, wanted_records
from bot.domain.journal import Event, Record
from bot.domain.organisation import Person, Project, Unit
from bot.domain.references import broken, surprises
from bot.domain.sheet_cells import read_lines
from bot.domain.sheets import Fault, SheetName, Sheets, SheetsRefused
from bot.services.desk.successors import pass_on_stranded, stranded
from bot.services.office.roster_records import Office, load_office
from bot.services.turn import Turn

E = TypeVar("E", UnitEntry, ProjectEntry, PersonEntry)


async def plan_import(turn: Turn, sheets: Sheets) -> ImportPlan:
    """What importing these sheets would do now. Writes nothing; a plan with faults has no differences."""
    office = await load_office(turn, sheets)
    current = office.records()
    entries, faults = _read(sheets)
    wanted = wanted_records(current, entries, office.bound())
    faults += _new(broken(entries, wanted, sheets), faults)
    if faults:
        return ImportPlan(current, current, faults=tuple(sorted(faults)))
    found = [await _with_tasks(turn, difference, office, wanted) for difference in differences(current, wanted)]
    return ImportPlan(current, wanted, tuple(found), warnings=tuple(surprises(entries, wanted)))


async def apply_import(turn: Turn, plan: ImportPlan) -> None:
    """Do it, in the transaction the plan was made in. Raises SheetsRefused for a plan with faults.

    Units go first (people and projects name them), their heads once there are people.
    """
    if plan.faults:
        raise SheetsRefused(list(plan.faults))
    units = _changed(plan.current.units, plan.wanted.units)
    for unit in units:
        await _save_unit(turn, unit)
    people = [await _save_person(turn, person) for person in _changed(plan.current.people, plan.wanted.people)]
    for unit in units:
        await _name_head(turn, unit)
    for project in _changed(plan.current.projects, plan.wanted.projects):
        await _save_project(turn, project)
    for person in people:
        await pass_on_stranded(turn, person)


def _read(sheets: Sheets) -> tuple[list[Entry], list[Fault]]:
    entries: list[Entry] = []
    faults: list[Fault] = []
    for sheet in sheets.values():
        of_sheet, wrong = read_lines(sheet)
        entries += of_sheet
        faults += wrong
    return entries, faults


def _new(found: Iterable[Fault], faults: Iterable[Fault]) -> list[Fault]:
    """What is not about a column whose text can't be read anyway; roles are several in one cell."""
    unread = {(fault.sheet, fault.row, fault.column) for fault in faults if fault.column != "roles"}
    return [fault for fault in found if (fault.sheet, fault.row, fault.column) not in unread]


async def _with_tasks(turn: Turn, difference: Difference, office: Office, wanted: Records) -> Difference:
    """With how many open tasks would go to somebody else."""
    person = office.people.get(difference.code) if difference.sheet is SheetName.PEOPLE else None
    if person is None:
        return difference
    entry = wanted.people[difference.code]
    then = replace(person, grants=entry.roles, left=bool(entry.left))
    return replace(difference, tasks=len(await stranded(turn, then)))


def _changed(current: Mapping[str, E], wanted: Mapping[str, E]) -> list[E]:
    return [entry for code, entry in sorted(wanted.items()) if entry != current.get(code)]


async def _save_unit(turn: Turn, entry: UnitEntry) -> None:
    """With the head it had: the new one may not be there yet."""
    code = UnitCode(entry.code)
    try:
        head = (await turn.uow.units.get(code)).head
    except LookupError:
        head = None
    await turn.uow.units.save(Unit(code, entry.name, entry.district, entry.kind, head, bool(entry.left)))


async def _name_head(turn: Turn, entry: UnitEntry) -> None:
    unit = await turn.uow.units.get(UnitCode(entry.code))
    await turn.uow.units.save(replace(unit, head=await _id_of(turn, entry.head)))


async def _save_person(turn: Turn, entry: PersonEntry) -> Person:
    """What the sheet knows; the account and what it chose stay, unless the person leaves: then the account is free again."""
    known = await turn.uow.people.by_code(entry.code)
    person = replace(
        known or Person(PersonId(0), entry.code, entry.name),
        name=entry.name,
        unit=UnitCode(entry.unit) if entry.unit else None,
        language=entry.language or None,
        grants=entry.roles,
        left=bool(entry.left),
    )
    if known is None:
        person = await turn.uow.people.add(person)
    else:
        person = replace(person, user_id=None) if person.left else person
        await turn.uow.people.save(person)
    await _note_roles(turn, known, person)
    return person


async def _note_roles(turn: Turn, known: Person | None, person: Person) -> None:
    """Who was given or lost which roles, for good."""
    held = known.grants if known is not None else frozenset()
    if held != person.grants:
        before, after = journal.roles(held), journal.roles(person.grants)
        await turn.uow.journal.note(Record(Event.ROLES, journal.person(person.id), turn.now, None, before, after))


async def _save_project(turn: Turn, entry: ProjectEntry) -> None:
    project = Project(
        code=ProjectCode(entry.code),
        name=entry.name,
        district=entry.district,
        owner=UnitCode(entry.owner),
        rank=entry.rank,
        kind=entry.kind,
        annual_plan_cny=entry.annual_plan_cny,
        served_by=await _id_of(turn, entry.served_by),
        left=bool(entry.left),
    )
    await turn.uow.projects.save(project)


async def _id_of(turn: Turn, code: str) -> PersonId | None:
    person = await turn.uow.people.by_code(code) if code else None
    return person.id if person is not None else None
