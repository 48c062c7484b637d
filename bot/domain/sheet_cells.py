"""Reads the cells of a line into what they mean. A cell that means nothing is noted, and the next one is read."""

import re
import unicodedata
from enum import StrEnum
from typing import TypeVar

from bot.domain.entries import Entry, PersonEntry, ProjectEntry, UnitEntry
from bot.domain.organisation import Grant, ProjectKind, ProjectRank, Role, UnitKind
from bot.domain.sheets import STATUS, Fault, Line, Sheet, SheetName

E = TypeVar("E", bound=StrEnum)

CODE = re.compile(r"[A-Za-z0-9_.-]{1,24}")  # a code travels in buttons, whose data has 64 bytes
LONGEST_NAME = 100
MOST_YUAN = 10**15
_WHOLE = re.compile(r"\d{1,3}(,\d{3})+|\d+")


def read_lines(sheet: Sheet) -> tuple[list[Entry], list[Fault]]:
    """The entry of each line, and all faults. With a fault nothing is imported; the other cells are still looked into."""
    entries: list[Entry] = []
    faults: list[Fault] = []
    for line in sheet.lines:
        cells = _Cells(sheet.name, line)
        entries.append(_READERS[sheet.name](cells))
        faults.extend(cells.faults)
    return entries, faults + _doubled(sheet)


def _doubled(sheet: Sheet) -> list[Fault]:
    first: dict[str, int] = {}
    faults = []
    for line in sheet.lines:
        code = line.cells["code"]
        if code in first:
            faults.append(Fault(sheet.name, line.row, "code", f"{code} stands in row {first[code]} already"))
        first.setdefault(code, line.row)
    return faults


class _Cells:
    """The cells of one line, each taken once."""

    def __init__(self, sheet: SheetName, line: Line) -> None:
        self.row = line.row
        self.faults: list[Fault] = []
        self._sheet = sheet
        self._cells = line.cells

    def code(self, column: str, *, needed: bool = False) -> str:
        """A code; what it names is looked up later."""
        text = self._cells[column]
        if text and not CODE.fullmatch(text):
            self._complain(column, f"{_quoted(text)} is not a code: up to 24 letters, digits, _ . -")
        elif needed and not text:
            self._complain(column, "is empty")
        return text

    def name(self, column: str, *, needed: bool = True) -> str:
        """A text of one line."""
        text = unicodedata.normalize("NFC", self._cells[column])
        if needed and not text:
            self._complain(column, "is empty")
        elif len(text) > LONGEST_NAME:
            self._complain(column, f"is longer than {LONGEST_NAME} characters")
        elif any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for character in text):
            self._complain(column, "has a line break or an invisible character in it")
        return text

    def one_of(self, column: str, kind: type[E]) -> E:
        """One of an enumeration's words; its first if it is none of them (the fault is noted)."""
        text = self._cells[column].lower()
        if text not in list(kind):
            self._complain(column, f"{_quoted(text)} is none of {', '.join(kind)}")
            return next(iter(kind))
        return kind(text)

    def yuan(self, column: str) -> int:
        """A whole number of yuan; empty is 0."""
        text = self._cells[column].replace("，", ",") or "0"
        text = text.removesuffix(".0").removesuffix(".00")
        if not _WHOLE.fullmatch(text) or (amount := int(text.replace(",", ""))) > MOST_YUAN:
            self._complain(column, f"{_quoted(text)} is not a whole number of yuan")
            return 0
        return amount

    def roles(self, column: str) -> frozenset[Grant]:
        """`role:scope`, several by `;`; full-width punctuation is understood."""
        text = self._cells[column].replace("；", ";").replace("：", ":").replace("\n", ";")
        return frozenset(grant for part in text.split(";") if part.strip() and (grant := self._role(column, part)))

    def language(self, column: str) -> str:
        """zh, en or nothing."""
        text = self._cells[column].lower()
        if text not in {"", "zh", "en"}:
            self._complain(column, f"{_quoted(text)} is neither zh nor en")
        return text

    def left(self) -> bool | None:
        """`left`, `active` or nothing; None where the sheet has no such column."""
        text = self._cells.get(STATUS)
        if text is None:
            return None
        if text.lower() not in {"", "active", "left"}:
            self._complain(STATUS, f"{_quoted(text)} is neither left nor active nor empty")
        return text.lower() == "left"

    def _role(self, column: str, part: str) -> Grant | None:
        try:
            return Grant.parse(part)
        except ValueError:
            roles, scopes = ", ".join(Role), "city, district:NAME, unit:CODE, project:CODE"
            self._complain(column, f"{_quoted(part.strip())} is not role:scope (roles: {roles}; scopes: {scopes})")
            return None

    def _complain(self, column: str, sentence: str) -> None:
        self.faults.append(Fault(self._sheet, self.row, column, sentence))


def _unit(cells: _Cells) -> Entry:
    return UnitEntry(
        code=cells.code("code", needed=True),
        name=cells.name("name"),
        district=cells.name("district", needed=False),
        kind=cells.one_of("kind", UnitKind),
        head=cells.code("head"),
        left=cells.left(),
        row=cells.row,
    )


def _project(cells: _Cells) -> Entry:
    return ProjectEntry(
        code=cells.code("code", needed=True),
        name=cells.name("name"),
        district=cells.name("district"),
        owner=cells.code("owner", needed=True),
        rank=cells.one_of("rank", ProjectRank),
        kind=cells.one_of("kind", ProjectKind),
        annual_plan_cny=cells.yuan("annual_plan_cny"),
        served_by=cells.code("served_by"),
        left=cells.left(),
        row=cells.row,
    )


def _person(cells: _Cells) -> Entry:
    return PersonEntry(
        code=cells.code("code", needed=True),
        name=cells.name("name"),
        unit=cells.code("unit"),
        roles=cells.roles("roles"),
        language=cells.language("language"),
        left=cells.left(),
        row=cells.row,
    )


_READERS = {SheetName.UNITS: _unit, SheetName.PROJECTS: _project, SheetName.PEOPLE: _person}


def _quoted(text: str) -> str:
    short = text if len(text) <= 40 else text[:39] + "…"
    return f"'{short}'"
