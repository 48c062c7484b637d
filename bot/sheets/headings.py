"""From rows of cells to a sheet: the first row must be the headings, each exactly once."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from bot.domain.sheets import COLUMNS, STATUS, Fault, Line, Sheet, SheetName, SheetsRefused

MOST_ROWS = 20_000
MOST_CHARACTERS = 2_000  # in one cell


def to_sheet(name: SheetName, rows: Iterable[Sequence[str]]) -> Sheet:
    """The sheet of these rows. Raises SheetsRefused with every fault of its headings and shape."""
    cells = iter(rows)
    headings = [heading.strip().lower() for heading in next(cells, ())]
    while headings and not headings[-1]:
        headings.pop()
    faults = _faults_of(name, headings)
    if faults:
        raise SheetsRefused(faults)
    lines = []
    for row, values in enumerate(cells, 2):
        if row > MOST_ROWS + 1:
            raise SheetsRefused([Fault(name, row, "", f"has more than {MOST_ROWS} rows; split the file")])
        faults.extend(_too_much(name, row, headings, values))
        if any(value.strip() for value in values):
            lines.append(_line(row, headings, values))
    if faults:
        raise SheetsRefused(faults)
    return Sheet(name, tuple(heading for heading in headings if heading), tuple(lines))


def _line(row: int, headings: Sequence[str], values: Sequence[str]) -> Line:
    padded = [*values, *[""] * (len(headings) - len(values))]
    return Line(row, {heading: value.strip() for heading, value in zip(headings, padded, strict=False) if heading})


def _faults_of(name: SheetName, headings: Sequence[str]) -> list[Fault]:
    if not any(headings):
        return [Fault(name, 1, "", f"has no headings; they are {', '.join(COLUMNS[name])}")]
    known = {*COLUMNS[name], STATUS}
    given = [heading for heading in headings if heading]
    missing = [column for column in COLUMNS[name] if column not in given]
    doubled = sorted({heading for heading in given if given.count(heading) > 1})
    strange = [heading for heading in given if heading not in known]
    return [
        *(Fault(name, 1, column, "is missing from the headings") for column in missing),
        *(Fault(name, 1, _short(heading), "stands twice in the headings") for heading in doubled),
        *(Fault(name, 1, _short(heading), _unknown(heading, known)) for heading in strange),
    ]


def _unknown(heading: str, known: set[str]) -> str:
    near = get_close_matches(heading, sorted(known), 1)
    return f"is not a column here{f'; do you mean {near[0]}?' if near else ''}"


def _too_much(name: SheetName, row: int, headings: Sequence[str], values: Sequence[str]) -> list[Fault]:
    faults = [
        Fault(
            name, row, headings[place] if place < len(headings) else "", f"is longer than {MOST_CHARACTERS} characters"
        )
        for place, value in enumerate(values)
        if len(value) > MOST_CHARACTERS
    ]
    outside = [
        value for place, value in enumerate(values) if value.strip() and (place >= len(headings) or not headings[place])
    ]
    if outside:
        faults.append(Fault(name, row, "", "has a cell outside the columns with headings (a comma too many?)"))
    return faults


def _short(heading: str) -> str:
    return heading if len(heading) <= 40 else heading[:39] + "…"
