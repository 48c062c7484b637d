"""An import's differences as lines for a person and as a value for a script."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from bot.domain.import_plan import Difference, ImportPlan, What

_SIGNS = {What.ADDED: "+", What.CHANGED: "~", What.LEFT: "-", What.BACK: "+"}
_WORDS = {What.ADDED: "new", What.CHANGED: "changed", What.LEFT: "leaving", What.BACK: "back"}


def lines_of(plan: ImportPlan) -> Iterator[str]:
    """One line per record, and one below it for each column that changes."""
    for difference in plan.differences:
        yield f"{_SIGNS[difference.what]} {difference.sheet} {difference.code} {difference.name}{_remark(difference)}"
        for column, old, new in difference.fields:
            yield f"    {column}: {old or '(empty)'} → {new or '(empty)'}"


def summary(plan: ImportPlan, *, applied: bool) -> str:
    """One sentence at the end."""
    if not plan.differences:
        return "No differences: the ledger already says the same."
    counts = Counter(difference.what for difference in plan.differences)
    told = ", ".join(f"{counts[what]} {_WORDS[what]}" for what in What if counts[what])
    return f"Imported: {told}." if applied else f"Not imported (nothing was written): {told}."


def as_value(plan: ImportPlan, *, applied: bool) -> dict[str, Any]:
    """The same for scripts."""
    return {
        "applied": applied,
        "differences": [
            {
                "sheet": difference.sheet.value,
                "code": difference.code,
                "name": difference.name,
                "what": difference.what.value,
                "fields": [{"column": c, "old": old, "new": new} for c, old, new in difference.fields],
                "tasks": difference.tasks,
            }
            for difference in plan.differences
        ],
        "faults": [
            {"sheet": fault.sheet, "row": fault.row, "column": fault.column, "sentence": fault.sentence}
            for fault in plan.faults
        ],
        "warnings": [str(warning) for warning in plan.warnings],
    }


def _remark(difference: Difference) -> str:
    remarks = [_WORDS[difference.what]] if difference.what in {What.LEFT, What.BACK} else []
    if difference.tasks:
        remarks.append(f"open tasks passed on: {difference.tasks}")
    return f" ({', '.join(remarks)})" if remarks else ""
