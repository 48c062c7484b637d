"""XLSX, opened with care: it is a zip of XML, and both can be made to explode. Formulas are never run."""

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from bot.domain.sheets import Fault, Sheet, SheetName, Sheets, SheetsRefused
from bot.sheets.headings import MOST_ROWS, to_sheet

MOST_PACKED = 10_000_000  # bytes of the file
MOST_UNPACKED = 80_000_000  # bytes of all its parts
MOST_PARTS = 500
MOST_COLUMNS = 60
_DOCTYPE = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
_BROKEN = (
    zipfile.BadZipFile,
    InvalidFileException,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    SyntaxError,
    EOFError,
)


def read_workbook(path: Path) -> Sheets:
    """The sheets whose tabs are named units, projects, people; other tabs are left alone. Raises SheetsRefused."""
    file = io.BytesIO(_bytes_of(path))  # read once: what was checked is what is opened
    _check_parts(path, file)
    try:
        # with data_only a formula is the value it last showed; nothing is computed
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except _BROKEN as error:
        raise _refused(path, f"is a broken XLSX file ({type(error).__name__})") from None
    try:
        return _read_tabs(path, book)
    finally:
        book.close()


def _read_tabs(path: Path, book: Any) -> Sheets:
    found: dict[SheetName, Sheet] = {}
    faults: list[Fault] = []
    for tab in book.worksheets:
        name = tab.title.strip().lower()
        if name not in list(SheetName):
            continue
        try:
            found[SheetName(name)] = to_sheet(SheetName(name), _rows(tab))
        except SheetsRefused as refused:
            faults.extend(refused.faults)
        except _BROKEN as error:
            faults.append(Fault(name, 0, "", f"can't be read ({type(error).__name__})"))
    if faults or not found:
        raise SheetsRefused(faults or _refused(path, f"has none of the sheets {', '.join(SheetName)}").faults)
    return found


def _rows(tab: Any) -> Iterator[Sequence[str]]:
    """Rows as texts, one more than allowed so that too many are noticed; what a file claims about its size is not believed."""
    tab.reset_dimensions()
    for cells in tab.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS, values_only=True):
        yield [_text(value) for value in cells]


def _text(value: Any) -> str:
    """A cell as a person would read it: a code typed as the number 1001 is `1001`, a sum of 5e6 is `5000000`."""
    match value:
        case None:
            return ""
        case float() if value.is_integer():
            return str(int(value))
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return str(value)


def _bytes_of(path: Path) -> bytes:
    with path.open("rb") as file:
        raw = file.read(MOST_PACKED + 1)
    if len(raw) > MOST_PACKED:
        raise _refused(path, f"is bigger than {MOST_PACKED // 1_000_000} MB")
    return raw


def _check_parts(path: Path, file: io.BytesIO) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            _check_archive(path, archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError) as error:
        raise _refused(path, f"is not an XLSX file, or is protected by a password ({type(error).__name__})") from None


def _check_archive(path: Path, archive: zipfile.ZipFile) -> None:
    """Nothing that unpacks to more than it should, and no document type: that is where XML entities would be declared."""
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise _refused(path, f"unpacks to more than {MOST_UNPACKED // 1_000_000} MB")
    for part in parts:
        if part.filename.endswith((".xml", ".rels", ".vml")) and any(mark in archive.read(part) for mark in _DOCTYPE):
            raise _refused(path, "declares a document type, which no spreadsheet program writes")


def _refused(path: Path, sentence: str) -> SheetsRefused:
    return SheetsRefused([Fault(path.name, 0, "", sentence)])
