"""Sheets made to hurt: too big, exploding, lying, or full of formulas."""

import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.sheet_cells import read_lines
from bot.domain.sheets import SheetName, SheetsRefused
from bot.sheets import delimited, headings, read_sheets, workbook
from tests.sheets import UNITS, all_rows, csv_text, write_book


def fault(path: Path) -> str:
    """Why a file is refused, in one sentence."""
    with pytest.raises(SheetsRefused) as refused:
        read_sheets(path)
    assert len(refused.value.faults) == 1
    return str(refused.value.faults[0])


def repacked(book: Path, change: dict[str, bytes]) -> Path:
    """The same workbook with other or more parts."""
    path = book.with_name(f"repacked-{book.name}")
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, change.get(name, source.read(name)))
        for name in change.keys() - set(source.namelist()):
            target.writestr(name, change[name])
    return path


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A good workbook."""
    return write_book(tmp_path / "city.xlsx", all_rows())


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """Where a units sheet goes."""
    return tmp_path / "units.csv"


def test_zip_bomb(book: Path):
    """A part that unpacks to more than the cap is not unpacked."""
    bomb = repacked(book, {"xl/media/zeros.bin": bytes(workbook.MOST_UNPACKED)})
    assert bomb.stat().st_size < 1_000_000
    assert "unpacks to more than" in fault(bomb)


def test_too_many_parts(book: Path):
    """A zip with thousands of parts is no spreadsheet."""
    assert "unpacks to more than" in fault(repacked(book, {f"p/{n}.bin": b"" for n in range(workbook.MOST_PARTS)}))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities(book: Path, encoding: str):
    """Where XML could declare entities that grow, the file is refused unread."""
    laughs = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "haha">]><a>&b;</a>'.encode(encoding)
    assert "declares a document type" in fault(repacked(book, {"xl/workbook.xml": laughs}))


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"])
def test_broken_parts(book: Path, part: str):
    """Half a file is told as broken, whichever half it is."""
    assert "read" in fault(repacked(book, {part: b"<broken"})) or "broken" in fault(repacked(book, {part: b"<broken"}))


def test_a_zip_that_is_no_workbook(tmp_path: Path):
    """Any other zip is refused."""
    path = tmp_path / "photos.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "hello")
    assert "broken XLSX" in fault(path)


def test_a_cut_off_workbook(book: Path):
    """An upload that broke off is refused."""
    book.write_bytes(book.read_bytes()[:-100])
    assert "not an XLSX" in fault(book)


def test_formulas_are_never_run(tmp_path: Path):
    """A formula counts as the value it last showed; one that was never computed is an empty cell."""
    rows = [("code", "name", "district", "kind", "head"), ('="U"&"04"', "=1/0", "", "both", "")]
    lines = read_sheets(write_book(tmp_path / "f.xlsx", {"units": rows}))[SheetName.UNITS].lines
    assert lines[0].cells["code"] == ""


def test_too_many_rows(units: Path, monkeypatch: pytest.MonkeyPatch):
    """More rows than a city has are refused, and the rest is not read."""
    monkeypatch.setattr(headings, "MOST_ROWS", 3)
    units.write_text(csv_text([all_rows()[SheetName.UNITS][0], *[UNITS[0]] * 1000]), "utf-8")
    assert fault(units) == "units, row 5: has more than 3 rows; split the file"


def test_rows_far_below(book: Path):
    """A cell in the last row Excel has does not make a million empty rows of work."""
    far = b"""<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
    <row r="1"><c r="A1" t="inlineStr"><is><t>code</t></is></c></row>
    <row r="1048576"><c r="A1048576" t="inlineStr"><is><t>U1</t></is></c></row></sheetData></worksheet>"""
    with pytest.raises(SheetsRefused):
        read_sheets(repacked(book, {"xl/worksheets/sheet1.xml": far}))


def test_too_big_files(units: Path, book: Path, monkeypatch: pytest.MonkeyPatch):
    """The size is looked at before the content."""
    monkeypatch.setattr(delimited, "MOST_BYTES", 1000)
    monkeypatch.setattr(workbook, "MOST_PACKED", 1000)
    units.write_bytes(b"x" * 1001)
    assert "is bigger than" in fault(units)
    assert "is bigger than" in fault(book)


def test_endless_cells(units: Path):
    """A cell longer than any name is told with its place."""
    units.write_text(f"code,name,district,kind,head\nU1,{'长' * 3000},,both,\n", "utf-8")
    assert fault(units) == "units, row 2, name: is longer than 2000 characters"


def test_a_quote_that_never_ends(units: Path):
    """An open quotation mark swallows the file: the place is told."""
    units.write_text('code,name,district,kind,head\nU1,"' + "x" * 200_000, "utf-8")
    assert "is not CSV from here on" in fault(units)


@pytest.mark.parametrize("raw", [b"\x81", b"code\xff\xff\xff", b"\xff\xfe\x00"])
def test_bytes_that_are_no_text(units: Path, raw: bytes):
    """Neither encoding fits: say how to save it."""
    units.write_bytes(raw)
    assert "save it as 'CSV UTF-8'" in fault(units) or "headings" in fault(units)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=300), head=st.booleans())
def test_any_bytes(tmp_path: Path, raw: bytes, head: bool):
    """Whatever a file holds, it is read or refused in a sentence; nothing else happens."""
    path = tmp_path / "people.csv"
    path.write_bytes((b"code,name,unit,roles,language\n" if head else b"") + raw)
    try:
        sheet = read_sheets(path)[SheetName.PEOPLE]
    except SheetsRefused as refused:
        faults = refused.faults
    else:
        _, faults = read_lines(sheet)
    assert all(fault.sheet == "people" and fault.sentence for fault in faults)


@settings(max_examples=150, deadline=None)
@given(cells=st.lists(st.text(max_size=40), min_size=8, max_size=8), name=st.sampled_from(SheetName))
def test_any_cells(cells: list[str], name: SheetName):
    """Whatever stands in a row, it is read as an entry; what is wrong with it are faults with their place."""
    width = len(headings.COLUMNS[name])
    sheet = headings.to_sheet(name, [headings.COLUMNS[name], cells[:width]])
    entries, faults = read_lines(sheet)
    assert len(entries) == len(sheet.lines)
    assert all(fault.row and fault.column and fault.sentence for fault in faults)
