"""The ledger as a file: XLSX for people, CSV for other programs' spreadsheets, JSON by codes for programs."""

import asyncio
import csv
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, Any, Protocol
from zoneinfo import ZoneInfo

from bot.domain.permissions import Sight
from bot.ports import UnitOfWork
from bot.services.ledger.ledger import Entry, entries
from bot.services.ledger.records import COLUMNS, Codes, Vocabulary, cells, has_words, record
from bot.services.ledger.workbook import Sheet


class Format(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


async def export(
    uow: UnitOfWork,
    sight: Sight,
    format: Format,
    path: Path,
    *,
    zone: ZoneInfo,
    made_at: datetime,
    vocabulary: Vocabulary | None = None,
    words: str = "",
) -> int:
    """Write what is in sight (and has all the words) to a new file; how many issues. Streamed: memory stays small.

    XLSX and CSV show office time of `zone`; JSON has ISO 8601 with offset, and codes whatever the vocabulary.
    """
    spoken = vocabulary or Codes()
    writers: Mapping[Format, Callable[[Path], Writer]] = {
        Format.XLSX: lambda to: XlsxWriter(to, spoken, zone, made_at),
        Format.CSV: lambda to: CsvWriter(to, spoken, zone),
        Format.JSON: JsonWriter,
    }
    writer, count = writers[format](path), 0
    try:
        async for entry in entries(uow, sight):
            if has_words(entry, words, spoken):
                writer.write(entry)
                count += 1
    finally:
        await asyncio.to_thread(writer.close)  # packing a workbook takes its time
    return count


class Writer(Protocol):
    """Takes entries one by one; complete once closed."""

    def write(self, entry: Entry) -> None: ...
    def close(self) -> None: ...


class JsonWriter:
    """A list with one object per issue, one per line."""

    def __init__(self, path: Path) -> None:
        self._file: IO[str] = path.open("w", encoding="utf-8")
        self._glue = "[\n"

    def write(self, entry: Entry) -> None:
        """Append an issue."""
        self._file.write(self._glue + json.dumps(record(entry), ensure_ascii=False))
        self._glue = ",\n"

    def close(self) -> None:
        """End the list."""
        self._file.write("[]\n" if self._glue == "[\n" else "\n]\n")
        self._file.close()


class CsvWriter:
    """UTF-8 with BOM, as spreadsheet programs want it. Text they would take for a formula is led by an apostrophe."""

    def __init__(self, path: Path, vocabulary: Vocabulary, zone: ZoneInfo) -> None:
        self._file: IO[str] = path.open("w", encoding="utf-8-sig", newline="")
        self._rows = csv.writer(self._file)
        self._vocabulary, self._zone = vocabulary, zone
        self._rows.writerow([vocabulary.header(column) for column in COLUMNS])

    def write(self, entry: Entry) -> None:
        """Append an issue."""
        self._rows.writerow([self._cell(value) for value in cells(entry, self._vocabulary).values()])

    def _cell(self, value: Any) -> Any:
        if isinstance(value, datetime):
            return f"{value.astimezone(self._zone):%Y-%m-%d %H:%M}"
        return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value

    def close(self) -> None:
        """Write it out."""
        self._file.close()


_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class XlsxWriter:
    """One sheet; dates are dates, text is never a formula."""

    def __init__(self, path: Path, vocabulary: Vocabulary, zone: ZoneInfo, made_at: datetime) -> None:
        columns = [(vocabulary.header(column), width) for column, width in COLUMNS.items()]
        self._sheet = Sheet(path, vocabulary.header("ledger"), columns, zone, made_at)
        self._vocabulary = vocabulary

    def write(self, entry: Entry) -> None:
        """Append an issue."""
        self._sheet.append(list(cells(entry, self._vocabulary).values()))

    def close(self) -> None:
        """Write it out."""
        self._sheet.close()
