"""What an import would do, worked out from the ledger's entries and the sheets' before anything is written."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from bot.domain.entries import Entry, PersonEntry, ProjectEntry, UnitEntry, shown
from bot.domain.organisation import Grant, ScopeKind
from bot.domain.sheets import Fault, SheetName

E = TypeVar("E", UnitEntry, ProjectEntry, PersonEntry)


@dataclass(frozen=True, slots=True)
class Records:
    """Everything the office has, by code."""

    units: Mapping[str, UnitEntry]
    projects: Mapping[str, ProjectEntry]
    people: Mapping[str, PersonEntry]

    def of(self, sheet: SheetName) -> Mapping[str, Entry]:
        """The records of one sheet."""
        by_sheet: Mapping[SheetName, Mapping[str, Entry]] = {
            SheetName.UNITS: self.units,
            SheetName.PROJECTS: self.projects,
            SheetName.PEOPLE: self.people,
        }
        return by_sheet[sheet]


class What(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    LEFT = "left"
    BACK = "back"  # had left, and returns


@dataclass(frozen=True, slots=True)
class Difference:
    """One record that the import would write. `fields`: column, old, new. `tasks`: how many open ones go to somebody else."""

    sheet: SheetName
    code: str
    name: str
    what: What
    fields: tuple[tuple[str, str, str], ...] = ()
    tasks: int = 0


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """The import as a whole. With a fault nothing of it is done; warnings only say what may surprise."""

    current: Records
    wanted: Records
    differences: tuple[Difference, ...] = ()
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()

    @property
    def overwrites(self) -> bool:
        """Something that stands in the ledger would change or leave."""
        return any(difference.what is not What.ADDED for difference in self.differences)


def wanted_records(current: Records, entries: Iterable[Entry], bound: frozenset[str]) -> Records:
    """The office after the import: the sheets' lines over what stands, and what follows from who leaves.

    `bound`: codes of people with an account, whose language is their own choice by now.
    """
    units, projects, people = dict(current.units), dict(current.projects), dict(current.people)
    for entry in entries:
        match entry:
            case UnitEntry():
                _lay(units, entry)
            case ProjectEntry():
                _lay(projects, entry)
            case PersonEntry():
                _lay(people, _own_language(entry, people.get(entry.code), bound))
    return _without_the_gone(Records(units, projects, people))


def _lay(over: dict[str, E], entry: E) -> None:
    """Put a line over what stands. Who is not known can't leave; a sheet that says nothing of leaving brings nobody back."""
    before = over.get(entry.code)
    left = entry.left if entry.left is not None else before is not None and bool(before.left)
    if before is not None or not left:
        over[entry.code] = replace(entry, left=left)


def _own_language(entry: PersonEntry, before: PersonEntry | None, bound: frozenset[str]) -> PersonEntry:
    if before is not None and before.language and entry.code in bound:
        return replace(entry, language=before.language)
    return entry


def _without_the_gone(records: Records) -> Records:
    """Who left heads nothing, serves nothing and holds no role; nobody holds a role over a unit that left."""
    gone = {code for code, person in records.people.items() if person.left}
    closed = {code for code, unit in records.units.items() if unit.left}
    return Records(
        units={code: replace(unit, head="") if unit.head in gone else unit for code, unit in records.units.items()},
        projects={
            code: replace(project, served_by="") if project.served_by in gone else project
            for code, project in records.projects.items()
        },
        people={code: replace(person, roles=_held(person, closed)) for code, person in records.people.items()},
    )


def _held(person: PersonEntry, closed: set[str]) -> frozenset[Grant]:
    if person.left:
        return frozenset()
    return frozenset(
        grant for grant in person.roles if not (grant.scope.kind is ScopeKind.UNIT and grant.scope.value in closed)
    )


def differences(current: Records, wanted: Records) -> Iterator[Difference]:
    """What would be written: units, then projects, then people, each by code."""
    for sheet in SheetName:
        before = current.of(sheet)
        for code, entry in sorted(wanted.of(sheet).items()):
            if entry != before.get(code):
                yield _difference(sheet, before.get(code), entry)


def _difference(sheet: SheetName, before: Entry | None, entry: Entry) -> Difference:
    if before is None:
        return Difference(sheet, entry.code, entry.name, What.ADDED)
    old = dict(shown(before))
    changed = tuple((column, old[column], value) for column, value in shown(entry) if old[column] != value)
    what = What.CHANGED if bool(before.left) == bool(entry.left) else What.LEFT if entry.left else What.BACK
    return Difference(sheet, entry.code, entry.name, what, changed)
