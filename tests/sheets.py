"""Sheets to test with: from rows, as files of any kind."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook

from bot.domain.sheets import COLUMNS, SheetName, Sheets
from bot.sheets.headings import to_sheet

Rows = Sequence[Sequence[object]]

UNITS: Rows = (("U04", "市供电公司", "", "responsible", "H04"), ("U11", "宝太生物", "海沧区", "both", ""))
PROJECTS: Rows = (("P002", "POCT产业园A地块", "海沧区", "U11", "key_city", "medical", 150000000, "E01"),)
PEOPLE: Rows = (
    ("E01", "林清", "U04", "clerk:city", "zh"),
    ("H04", "黄志勇", "U04", "leader:unit:U04", "zh"),
    ("R01", "小王", "U11", "reporter:unit:U11;reporter:project:P002", "en"),
)


def sheets(
    units: Rows | None = None, projects: Rows | None = None, people: Rows | None = None, status: bool = False
) -> Sheets:
    """What was read, from rows under the right headings; `status`: with that column at the end."""
    given = {SheetName.UNITS: units, SheetName.PROJECTS: projects, SheetName.PEOPLE: people}
    return {
        name: to_sheet(name, [headings(name, status=status), *([str(cell) for cell in row] for row in rows)])
        for name, rows in given.items()
        if rows is not None
    }


def headings(name: SheetName, *, status: bool = False) -> list[str]:
    """The right ones."""
    return [*COLUMNS[name], *(["status"] if status else [])]


def all_rows() -> Mapping[SheetName, list[Sequence[object]]]:
    """A small city with its headings."""
    rows = {SheetName.UNITS: UNITS, SheetName.PROJECTS: PROJECTS, SheetName.PEOPLE: PEOPLE}
    return {name: [headings(name), *rows[name]] for name in SheetName}


def csv_text(rows: Rows, delimiter: str = ",") -> str:
    """As a spreadsheet program writes it."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


def write_folder(folder: Path, encoding: str = "utf-8") -> Path:
    """The small city as three CSV files."""
    folder.mkdir(exist_ok=True)
    for name, rows in all_rows().items():
        (folder / f"{name}.csv").write_bytes(csv_text(rows).encode(encoding))
    return folder


def write_book(path: Path, tabs: Mapping[str, Rows]) -> Path:
    """An XLSX with these tabs."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in tabs.items():
        tab = book.create_sheet(title)
        for row in rows:
            tab.append(list(row))
    book.save(path)
    return path
