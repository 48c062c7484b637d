"""The three sheets by which the office tells us its units, projects and people: their columns, lines and faults."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class SheetName(StrEnum):
    UNITS = "units"
    PROJECTS = "projects"
    PEOPLE = "people"


COLUMNS: Mapping[SheetName, tuple[str, ...]] = MappingProxyType(
    {
        SheetName.UNITS: ("code", "name", "district", "kind", "head"),
        SheetName.PROJECTS: (
            "code",
            "name",
            "district",
            "owner",
            "rank",
            "kind",
            "annual_plan_cny",
            "served_by",
        ),
        SheetName.PEOPLE: ("code", "name", "unit", "roles", "language"),
    }
)
STATUS = "status"  # of every sheet, and may be missing; `left` retires


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its number as a spreadsheet shows it (the headings are row 1), and its trimmed cells by column."""

    row: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as it was read: every column is there, rows without any text are left out."""

    name: SheetName
    columns: tuple[str, ...]
    lines: tuple[Line, ...]


Sheets = Mapping[SheetName, Sheet]  # those that were given


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something that keeps the sheets from being imported. Row 0 and an empty column: the sheet as a whole."""

    sheet: str
    row: int
    column: str
    sentence: str

    def __str__(self) -> str:
        place = [self.sheet, f"row {self.row}" if self.row else "", self.column]
        return f"{', '.join(part for part in place if part)}: {self.sentence}"


class SheetsRefused(Exception):  # noqa: N818 - the answer to a file, not a fault of ours
    """The file can't be read as sheets. All reasons at once."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults
