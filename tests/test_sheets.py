"""Reading the office's sheets: a folder, a workbook or a single file, as offices really write them."""

from datetime import date
from pathlib import Path

import pytest

from bot.domain.sheets import COLUMNS, SheetName, SheetsRefused
from bot.sample_city import FOLDER
from bot.sheets import read_sheets, write_template
from tests.sheets import UNITS, all_rows, csv_text, headings, write_book, write_folder


def faults(path: Path) -> list[str]:
    """Why a file is refused."""
    with pytest.raises(SheetsRefused) as refused:
        read_sheets(path)
    return [str(fault) for fault in refused.value.faults]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_folder_in_any_usual_encoding(tmp_path: Path, encoding: str):
    """UTF-8 with or without a mark, GB18030, and Excel's 'Unicode text' read the same."""
    sheets = read_sheets(write_folder(tmp_path, encoding))
    assert sheets[SheetName.UNITS].lines[0].cells["name"] == "市供电公司"
    assert [len(sheets[name].lines) for name in SheetName] == [2, 1, 3]


def test_workbook(tmp_path: Path):
    """An XLSX reads as the CSV files do: numbers as they look, empty cells as nothing."""
    book = write_book(tmp_path / "city.xlsx", all_rows())
    assert read_sheets(book) == read_sheets(write_folder(tmp_path / "csv"))


def test_workbook_with_other_tabs(tmp_path: Path):
    """Tabs may be in any case and order, and there may be others."""
    rows = all_rows()
    tabs = {"说明": [["read me"]], "People": rows[SheetName.PEOPLE], " UNITS ": rows[SheetName.UNITS]}
    assert set(read_sheets(write_book(tmp_path / "c.xlsx", tabs))) == {SheetName.PEOPLE, SheetName.UNITS}


def test_cells_as_people_see_them(tmp_path: Path):
    """A code typed as a number, a whole float and a date become what they look like."""
    row = [1001, "单位", date(2026, 11, 23), True, 5e6]
    sheet = read_sheets(write_book(tmp_path / "c.xlsx", {"units": [headings(SheetName.UNITS), row]}))[SheetName.UNITS]
    assert list(sheet.lines[0].cells.values()) == ["1001", "单位", "2026-11-23T00:00:00", "True", "5000000"]


@pytest.mark.parametrize("name", SheetName)
def test_single_file(tmp_path: Path, name: SheetName):
    """One CSV file is known by its name, in any case."""
    path = tmp_path / f"{name.upper()}.CSV"
    path.write_text(csv_text(all_rows()[name]), "utf-8")
    assert list(read_sheets(path)) == [name]


def test_part_of_a_folder(tmp_path: Path):
    """Two of the three are enough; other files are left alone."""
    folder = write_folder(tmp_path)
    (folder / "projects.csv").unlink()
    (folder / "README.md").write_text("hello", "utf-8")
    assert set(read_sheets(folder)) == {SheetName.UNITS, SheetName.PEOPLE}


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters(tmp_path: Path, delimiter: str):
    """Some spreadsheet programs write semicolons or tabs."""
    path = tmp_path / "units.csv"
    path.write_text(csv_text(all_rows()[SheetName.UNITS], delimiter), "utf-8")
    assert read_sheets(path)[SheetName.UNITS].lines[0].cells["code"] == "U04"


def test_rows_keep_their_numbers(tmp_path: Path):
    """Empty rows are passed over, and the others keep the number a spreadsheet shows; cells are trimmed."""
    path = tmp_path / "units.csv"
    path.write_text(csv_text([headings(SheetName.UNITS), [], ["", " "], [" U04 ", *UNITS[0][1:]]]), "utf-8")
    (line,) = read_sheets(path)[SheetName.UNITS].lines
    assert (line.row, line.cells["code"]) == (4, "U04")


def test_short_rows_and_loose_headings(tmp_path: Path):
    """Cells that a program left out are empty; headings may be in any case and order, and end in empty ones."""
    path = tmp_path / "units.csv"
    path.write_text("Kind, HEAD,name,code,district,STATUS,,\nboth,,甲,U1\n", "utf-8")
    (line,) = read_sheets(path)[SheetName.UNITS].lines
    assert line.cells == {"kind": "both", "head": "", "name": "甲", "code": "U1", "district": "", "status": ""}


def test_template_imports_as_it_is(tmp_path: Path):
    """The template has three sheets, every heading and one example row each."""
    path = tmp_path / "template.xlsx"
    write_template(path)
    sheets = read_sheets(path)
    assert list(sheets) == list(SheetName)
    for name, sheet in sheets.items():
        assert sheet.columns == (*COLUMNS[name], "status")
        assert len(sheet.lines) == 1


def test_template_where_nothing_can_be_written(tmp_path: Path):
    """An error of the system, not of the library."""
    with pytest.raises(OSError, match="No such file"):
        write_template(tmp_path / "absent" / "t.xlsx")


def test_the_packaged_sample_city():
    """The city that the demo plays in is there, with its three sheets."""
    sheets = read_sheets(FOLDER)
    assert {name: len(sheet.lines) for name, sheet in sheets.items()} == {"units": 12, "projects": 12, "people": 27}


def test_missing_unknown_and_double_headings(tmp_path: Path):
    """All three are told at once, with what was probably meant."""
    path = tmp_path / "units.csv"
    path.write_text("code,name,name,distrikt,kind\nU1,a,b,c,both\n", "utf-8")
    assert faults(path) == [
        "units, row 1, district: is missing from the headings",
        "units, row 1, head: is missing from the headings",
        "units, row 1, name: stands twice in the headings",
        "units, row 1, distrikt: is not a column here; do you mean district?",
    ]


def test_faults_of_all_sheets_at_once(tmp_path: Path):
    """One run tells what is wrong in each file."""
    folder = write_folder(tmp_path)
    (folder / "units.csv").write_text("", "utf-8")
    (folder / "people.csv").write_text("code\n", "utf-8")
    assert {fault.split(",")[0] for fault in faults(folder)} == {"units", "people"}


def test_cells_beside_the_table(tmp_path: Path):
    """A comma too many shifts cells: that is told, not guessed."""
    path = tmp_path / "units.csv"
    path.write_text("code,name,district,kind,head\nU1,甲,乙,,both,\nU2,甲,,both,,x\n", "utf-8")
    assert faults(path) == ["units, row 3: has a cell outside the columns with headings (a comma too many?)"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("absent", "absent: there is no such file or folder"),
        ("city.xls", "city.xls: must be a folder, an .xlsx or a .csv file (other formats: save as .xlsx first)"),
        ("city.csv", "city.csv: a single CSV file is named units.csv, projects.csv or people.csv"),
        ("city.xlsx", "city.xlsx: is not an XLSX file, or is protected by a password (BadZipFile)"),
    ],
)
def test_what_is_no_sheet(tmp_path: Path, name: str, said: str):
    """What can't be read is told with what can."""
    if name != "absent":
        (tmp_path / name).write_bytes(b"\xd0\xcf\x11\xe0 an old or locked document")
    assert faults(tmp_path / name) == [said]


def test_folder_without_sheets(tmp_path: Path):
    """The names looked for are told."""
    assert "has none of units.csv, projects.csv, people.csv" in faults(tmp_path)[0]
