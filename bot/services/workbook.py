"""An XLSX sheet written row by row: memory stays small, text stays text, moments become dates of the office."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

CELL_LIMIT = 32_767  # characters Excel keeps in a cell
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd hh:mm",
}


class Sheet:
    """A workbook with one sheet: a frozen, filterable header over rows. `columns`: (header, width in characters)."""

    def __init__(
        self, path: Path, title: str, columns: Sequence[tuple[str, int]], zone: ZoneInfo, made_at: datetime
    ) -> None:
        self._book = xlsxwriter.Workbook(str(path), _OPTIONS)
        self._book.set_properties({"created": made_at.astimezone(zone).replace(tzinfo=None)})
        self._sheet = self._book.add_worksheet(title)
        self._plain = self._book.add_format({"valign": "top", "text_wrap": True})
        self._dated = self._book.add_format({"valign": "top", "num_format": "yyyy-mm-dd hh:mm"})
        self._zone, self._columns, self._row = zone, len(columns), 0
        self._head(columns)

    def _head(self, columns: Sequence[tuple[str, int]]) -> None:
        bold = self._book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True})
        for number, (header, width) in enumerate(columns):
            self._sheet.set_column(number, number, width)
            self._sheet.write_string(0, number, header, bold)
        self._sheet.freeze_panes(1, 1)

    def append(self, values: Sequence[Any]) -> None:
        """One row: text, numbers, aware moments, or None."""
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

    def close(self) -> None:
        """Write the file."""
        self._sheet.autofilter(0, 0, self._row, self._columns - 1)
        self._book.close()
