"""Which files hold which sheets: a folder of CSV files, an XLSX, or a single CSV file by its name."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.domain.sheets import Fault, Sheet, SheetName, Sheets, SheetsRefused
from bot.sheets.delimited import rows_of_csv
from bot.sheets.headings import to_sheet

NAMES = ", ".join(SheetName)


def read_sheets(path: Path) -> Sheets:
    """The sheets found at a path. Raises SheetsRefused with every fault found in any of them."""
    try:
        if path.is_dir():
            return _read_all(_of_folder(path))
        if not path.is_file():
            raise _refused(path, "there is no such file or folder")
        return _read_file(path)
    except OSError as error:
        raise _refused(path, f"can't be read ({error.strerror})") from None


def _read_file(path: Path) -> Sheets:
    match path.suffix.lower():
        case ".csv":
            if (name := _name_of(path.stem)) is None:
                raise _refused(path, "a single CSV file is named units.csv, projects.csv or people.csv")
            return _read_all({name: path})
        case ".xlsx":
            from bot.sheets.workbook import read_workbook  # noqa: PLC0415 - openpyxl takes its time to import

            return read_workbook(path)
        case _:
            raise _refused(path, "must be a folder, an .xlsx or a .csv file (other formats: save as .xlsx first)")


def _of_folder(folder: Path) -> Mapping[SheetName, Path]:
    files = {name: path for path in sorted(folder.iterdir()) if (name := _csv_name(path)) is not None}
    if not files:
        raise _refused(folder, "has none of units.csv, projects.csv, people.csv")
    return files


def _read_all(files: Mapping[SheetName, Path]) -> Sheets:
    faults: list[Fault] = []
    return_value = dict(_each(files, faults))
    if faults:
        raise SheetsRefused(faults)
    return return_value


def _each(files: Mapping[SheetName, Path], faults: list[Fault]) -> Iterator[tuple[SheetName, Sheet]]:
    for name, path in files.items():
        try:
            yield name, to_sheet(name, rows_of_csv(name, path))
        except SheetsRefused as refused:
            faults.extend(refused.faults)


def _csv_name(path: Path) -> SheetName | None:
    return _name_of(path.stem) if path.suffix.lower() == ".csv" and path.is_file() else None


def _name_of(text: str) -> SheetName | None:
    """The sheet a file or tab is named for, whatever the case."""
    try:
        return SheetName(text.strip().lower())
    except ValueError:
        return None


def _refused(path: Path, sentence: str) -> SheetsRefused:
    return SheetsRefused([Fault(path.name or str(path), 0, "", sentence)])
