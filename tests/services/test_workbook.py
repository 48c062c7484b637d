"""A workbook of more rows than a sheet has."""

from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl

from bot.services.ledger.workbook import Sheet
from tests.fakes import NOW


def test_what_is_too_long_for_a_sheet_goes_on_in_the_next(tmp_path: Path) -> None:
    """Each has the header and a filter of its own; no row is lost, none is there twice."""
    path = tmp_path / "long.xlsx"
    sheet = Sheet(path, "台账", [("编号", 20), ("件", 5)], ZoneInfo("Asia/Shanghai"), NOW, most=3)
    for number in range(7):
        sheet.append([f"XM-2026-{number:04}", number])
    sheet.close()
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["台账", "台账 2", "台账 3"]
    assert [one.auto_filter.ref for one in book] == ["A1:B4", "A1:B4", "A1:B2"]
    rows = [list(one.values) for one in book]
    assert [of_sheet[0] for of_sheet in rows] == [("编号", "件")] * 3
    assert [value for of_sheet in rows for _, value in of_sheet[1:]] == list(range(7))
