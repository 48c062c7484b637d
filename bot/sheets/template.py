"""The empty XLSX an office fills in: three sheets with headings, an example row each, and what may stand where."""

from pathlib import Path
from typing import Any

import xlsxwriter

from bot.domain.organisation import ProjectKind, ProjectRank, Role, UnitKind
from bot.domain.sheets import COLUMNS, STATUS, SheetName

EXAMPLES = {
    SheetName.UNITS: ("U01", "示例供电公司", "", "responsible", "E01"),
    SheetName.PROJECTS: ("P001", "示例体育馆", "思明区", "U01", "key_city", "public", 300000000, "E01"),
    SheetName.PEOPLE: ("E01", "张三", "U01", "clerk:city; leader:unit:U01", "zh"),
}
CHOICES: dict[tuple[SheetName, str], list[str]] = {
    (SheetName.UNITS, "kind"): [*UnitKind],
    (SheetName.PROJECTS, "rank"): [*ProjectRank],
    (SheetName.PROJECTS, "kind"): [*ProjectKind],
    (SheetName.PEOPLE, "language"): ["zh", "en"],
}
_ROLES = f"role:scope, several by ; - roles: {', '.join(Role)} - scopes: city, district:NAME, unit:CODE, project:CODE"
NOTES = {
    (SheetName.UNITS, "district"): "Empty: the whole city. 空白表示全市",
    (SheetName.UNITS, "head"): "Code of a person in the sheet people. 负责人编号",
    (SheetName.PROJECTS, "owner"): "Code of a unit. 业主单位编号",
    (SheetName.PROJECTS, "annual_plan_cny"): "Yuan. 年度计划投资（元）",
    (SheetName.PROJECTS, "served_by"): "Code of the clerk named on the service card. 服务专员编号",
    (SheetName.PEOPLE, "roles"): _ROLES,
}


def write_template(path: Path) -> None:
    """Write it; replaces a file of that name. Raises OSError where it can't be written."""
    try:
        with xlsxwriter.Workbook(path) as book:
            bold = book.add_format({"bold": True, "bottom": 1})
            text = book.add_format({"num_format": "@"})  # so that a code 007 keeps its zeros
            for name in SheetName:
                _add_sheet(book.add_worksheet(name), name, bold, text)
    except xlsxwriter.exceptions.FileCreateError as error:
        raise OSError(0, str(error)) from error


def _add_sheet(sheet: Any, name: SheetName, bold: Any, text: Any) -> None:
    sheet.freeze_panes(1, 0)
    for place, column in enumerate((*COLUMNS[name], STATUS)):
        sheet.set_column(place, place, 22, None if column == "annual_plan_cny" else text)
        sheet.write(0, place, column, bold)
        note = NOTES.get((name, column)) or ("left: retires. 填 left 表示停用" if column == STATUS else "")
        if note:
            sheet.write_comment(0, place, note)
        if choices := CHOICES.get((name, column)):
            sheet.data_validation(1, place, 5000, place, {"validate": "list", "source": choices})
    sheet.write_row(1, 0, EXAMPLES[name])
