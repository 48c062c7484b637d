"""What a line of a sheet says about a unit, project or person: codes instead of ids, so that the sheets may come in any order."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields

from bot.domain.organisation import Grant, ProjectKind, ProjectRank, UnitKind


@dataclass(frozen=True, slots=True)
class UnitEntry:
    """A line of `units`. `row` is 0 for what comes from the ledger; `left` None: the sheet does not say."""

    code: str
    name: str
    district: str
    kind: UnitKind
    head: str  # a person's code, '' for nobody
    left: bool | None = None
    row: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class ProjectEntry:
    """A line of `projects`."""

    code: str
    name: str
    district: str
    owner: str  # a unit's code
    rank: ProjectRank
    kind: ProjectKind
    annual_plan_cny: int
    served_by: str  # a person's code, '' for nobody
    left: bool | None = None
    row: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """A line of `people`."""

    code: str
    name: str
    unit: str  # a unit's code, '' for none
    roles: frozenset[Grant]
    language: str  # 'zh', 'en' or ''
    left: bool | None = None
    row: int = field(default=0, compare=False)


Entry = UnitEntry | ProjectEntry | PersonEntry


def shown(entry: Entry) -> Iterator[tuple[str, str]]:
    """Column and value of what a difference may be in, as a sheet would write it."""
    for column in fields(entry):
        value = getattr(entry, column.name)
        if column.name in {"code", "left", "row"}:
            continue
        yield column.name, ";".join(sorted(map(str, value))) if isinstance(value, frozenset) else str(value)
