"""Codes that name something in another sheet, or in the ledger: do they, and is it still there?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.domain.entries import Entry, PersonEntry, ProjectEntry, UnitEntry
from bot.domain.import_plan import Records
from bot.domain.organisation import ScopeKind
from bot.domain.sheets import Fault, SheetName, Sheets

_NAMED_BY_SCOPE = {ScopeKind.UNIT: SheetName.UNITS, ScopeKind.PROJECT: SheetName.PROJECTS}
_A = {SheetName.UNITS: "unit", SheetName.PROJECTS: "project", SheetName.PEOPLE: "person"}


@dataclass(frozen=True, slots=True)
class Reference:
    """A cell that names something by its code; `target` None: a district, by its name."""

    sheet: SheetName
    row: int
    column: str
    target: SheetName | None
    name: str

    def fault(self, sentence: str) -> Fault:
        """A sentence about this cell."""
        return Fault(self.sheet, self.row, self.column, sentence)


def references(entry: Entry) -> Iterator[Reference]:
    """Everything a line names."""
    for sheet, column, target, name in _cells(entry):
        if name:
            yield Reference(sheet, entry.row, column, target, name)


def broken(entries: Iterable[Entry], records: Records, sheets: Sheets) -> Iterator[Fault]:
    """A fault for each name that is nowhere: neither in the ledger nor in the sheets (lines with other faults included)."""
    known = {name: {*records.of(name), *_column(sheets, name, "code")} for name in SheetName}
    districts = _districts(records, sheets)
    for entry in entries:
        for cell in references(entry):
            if cell.target is None and cell.name not in districts:
                yield cell.fault(f"no unit or project stands in a district called '{cell.name}'")
            elif cell.target is not None and cell.name not in known[cell.target]:
                yield cell.fault(f"there is no {_A[cell.target]} with the code {cell.name}")


def surprises(entries: Iterable[Entry], wanted: Records) -> Iterator[Fault]:
    """What a sheet says in vain, because what it names has left."""
    for entry in entries:
        if entry.left:
            continue
        for cell in references(entry):
            named = wanted.of(cell.target).get(cell.name) if cell.target is not None else None
            if named is not None and named.left:
                yield cell.fault(f"{cell.name} has left")


def _cells(entry: Entry) -> Iterator[tuple[SheetName, str, SheetName | None, str]]:
    match entry:
        case UnitEntry():
            yield SheetName.UNITS, "head", SheetName.PEOPLE, entry.head
        case ProjectEntry():
            yield SheetName.PROJECTS, "owner", SheetName.UNITS, entry.owner
            yield SheetName.PROJECTS, "served_by", SheetName.PEOPLE, entry.served_by
        case PersonEntry():
            yield SheetName.PEOPLE, "unit", SheetName.UNITS, entry.unit
            for grant in sorted(entry.roles):
                if grant.scope.kind is not ScopeKind.CITY:
                    yield SheetName.PEOPLE, "roles", _NAMED_BY_SCOPE.get(grant.scope.kind), grant.scope.value


def _districts(records: Records, sheets: Sheets) -> set[str]:
    of_units = (unit.district for unit in records.units.values())
    of_projects = (project.district for project in records.projects.values())
    written = (_column(sheets, name, "district") for name in (SheetName.UNITS, SheetName.PROJECTS))
    return {*of_units, *of_projects}.union(*written)


def _column(sheets: Sheets, name: SheetName, column: str) -> Iterator[str]:
    return (line.cells[column] for line in sheets[name].lines) if name in sheets else iter(())
