"""CSV as offices make it: UTF-8 with or without a byte order mark, or GB18030 (what Excel writes on a Chinese Windows)."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from bot.domain.sheets import Fault, SheetName, SheetsRefused

MOST_BYTES = 10_000_000
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}  # Excel's 'Unicode text'


def rows_of_csv(name: SheetName, path: Path) -> Iterator[list[str]]:
    """The rows of a file, headings included. Raises SheetsRefused."""
    text = _decode(name, _bytes_of(name, path))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        yield from reader
    except csv.Error as error:
        raise SheetsRefused([Fault(name, reader.line_num, "", f"is not CSV from here on ({error})")]) from None


def _bytes_of(name: SheetName, path: Path) -> bytes:
    with path.open("rb") as file:
        raw = file.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise SheetsRefused([Fault(name, 0, "", f"is bigger than {MOST_BYTES // 1_000_000} MB")])
    return raw


def _decode(name: SheetName, raw: bytes) -> str:
    for encoding in (_MARKS.get(raw[:2], "utf-8-sig"), "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetsRefused([Fault(name, 0, "", "is neither UTF-8 nor GB18030 text; save it as 'CSV UTF-8'")])


def _delimiter(text: str) -> str:
    """Some spreadsheets write semicolons or tabs: what the headings have most of."""
    headings = text.partition("\n")[0]
    return max(",\t;", key=headings.count)
