"""An XLSX sheet written row by row: memory stays small, text stays text, moments become dates of the office."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

CELL_LIMIT = 32_767  # characters Excel keeps in a cell
MOST_ROWS = 1_048_575  # Excel keeps in a sheet, below the header
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd hh:mm",
}


class Sheet:
    """A workbook with one sheet: a frozen, filterable header over rows. `columns`: (header, width in characters). What is more
    than `most` rows goes on in further sheets: "Ledger 2"."""

    def __init__(
        self,
        path: Path,
        title: str,
        columns: Sequence[tuple[str, int]],
        zone: ZoneInfo,
        made_at: datetime,
        most: int = MOST_ROWS,
    ) -> None:
        self._book = xlsxwriter.Workbook(str(path), _OPTIONS)
        self._book.set_properties({"created": made_at.astimezone(zone).replace(tzinfo=None)})
        self._plain = self._book.add_format({"valign": "top", "text_wrap": True})
        self._dated = self._book.add_format({"valign": "top", "num_format": "yyyy-mm-dd hh:mm"})
        self._bold = self._book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True})
        self._title, self._zone, self._columns, self._most = title, zone, columns, most
        self._begin(title)

    def _begin(self, title: str) -> None:
        self._sheet, self._row = self._book.add_worksheet(title), 0
        for number, (header, width) in enumerate(self._columns):
            self._sheet.set_column(number, number, width)
            self._sheet.write_string(0, number, header, self._bold)
        self._sheet.freeze_panes(1, 1)

    def append(self, values: Sequence[Any]) -> None:
        """One row: text, numbers, aware moments, or None."""
        if self._row == self._most:
            self._end()
            self._begin(f"{self._title} {len(self._book.worksheets()) + 1}")
        self._row += 1
        for number, value in enumerate(values):
            self._write(number, value)

    def _write(self, column: int, value: Any) -> None:
        if isinstance(value, datetime):
            local = value.astimezone(self._zone).replace(tzinfo=None, microsecond=0)
            self._sheet.write_datetime(self._row, column, local, self._dated)
        elif isinstance(value, int | float):
            self._sheet.write_number(self._row, column, value, self._plain)
        elif value:
            self._sheet.write_string(self._row, column, str(value)[:CELL_LIMIT], self._plain)

    def _end(self) -> None:
        self._sheet.autofilter(0, 0, self._row, len(self._columns) - 1)

    def close(self) -> None:
        """Write the file."""
        self._end()
        self._book.close()
