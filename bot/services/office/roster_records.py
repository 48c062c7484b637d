"""The office as it stands in the ledger, written the way the sheets write it: by codes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.domain.entries import PersonEntry, ProjectEntry, UnitEntry
from bot.domain.ids import PersonId, ProjectCode, UnitCode
from bot.domain.import_plan import Records
from bot.domain.organisation import Person, Project, Unit
from bot.domain.sheets import SheetName, Sheets
from bot.services.turn import Turn


@dataclass(frozen=True, slots=True)
class Office:
    """The ledger's units, projects and people by code: all that have not left, and those a sheet names."""

    units: Mapping[str, Unit]
    projects: Mapping[str, Project]
    people: Mapping[str, Person]

    def records(self) -> Records:
        """The same as entries."""
        codes = {person.id: code for code, person in self.people.items()}
        return Records(
            units={code: _unit(unit, codes) for code, unit in self.units.items()},
            projects={code: _project(project, codes) for code, project in self.projects.items()},
            people={code: _person(person) for code, person in self.people.items()},
        )

    def bound(self) -> frozenset[str]:
        """Codes of people with an account."""
        return frozenset(code for code, person in self.people.items() if person.user_id is not None)


async def load_office(turn: Turn, sheets: Sheets) -> Office:
    """Read it, those that left included where a sheet has their code or something standing names them."""
    units: dict[str, Unit] = {unit.code: unit for unit in await turn.uow.units.all()}
    projects: dict[str, Project] = {project.code: project for project in await turn.uow.projects.all()}
    people = {person.code: person for person in await turn.uow.people.all() if person.code is not None}
    for code in _codes(sheets, SheetName.UNITS, units):
        if (unit := await _unit_of(turn, code)) is not None:
            units[code] = unit
    for code in _codes(sheets, SheetName.PROJECTS, projects):
        if (project := await _project_of(turn, code)) is not None:
            projects[code] = project
    for code in _codes(sheets, SheetName.PEOPLE, people):
        if (person := await turn.uow.people.by_code(code)) is not None:
            people[code] = person
    return Office(units, projects, {**people, **await _named(turn, units.values(), projects.values(), people)})


async def _named(
    turn: Turn, units: Iterable[Unit], projects: Iterable[Project], people: Mapping[str, Person]
) -> dict[str, Person]:
    """Heads and clerks that left, but stand there still."""
    there = {person.id for person in people.values()}
    ids = {unit.head for unit in units} | {project.served_by for project in projects}
    missing = await turn.uow.people.many(sorted(person for person in ids - there if person is not None))
    return {person.code: person for person in missing.values() if person.code is not None}


def _codes(sheets: Sheets, name: SheetName, known: Mapping[str, object]) -> list[str]:
    lines = sheets[name].lines if name in sheets else ()
    return sorted({line.cells["code"] for line in lines} - set(known) - {""})


async def _unit_of(turn: Turn, code: str) -> Unit | None:
    try:
        return await turn.uow.units.get(UnitCode(code))
    except LookupError:
        return None


async def _project_of(turn: Turn, code: str) -> Project | None:
    try:
        return await turn.uow.projects.get(ProjectCode(code))
    except LookupError:
        return None


def _unit(unit: Unit, codes: Mapping[PersonId, str]) -> UnitEntry:
    return UnitEntry(unit.code, unit.name, unit.district, unit.kind, _code(unit.head, codes), unit.left)


def _project(project: Project, codes: Mapping[PersonId, str]) -> ProjectEntry:
    return ProjectEntry(
        code=project.code,
        name=project.name,
        district=project.district,
        owner=project.owner,
        rank=project.rank,
        kind=project.kind,
        annual_plan_cny=project.annual_plan_cny,
        served_by=_code(project.served_by, codes),
        left=project.left,
    )


def _person(person: Person) -> PersonEntry:
    return PersonEntry(
        code=person.code or "",
        name=person.name,
        unit=person.unit or "",
        roles=person.grants,
        language=person.language or "",
        left=person.left,
    )


def _code(person: PersonId | None, codes: Mapping[PersonId, str]) -> str:
    return codes.get(person, "") if person is not None else ""
