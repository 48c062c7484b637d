"""A digest's figures as JSON, and back."""

from dataclasses import astuple
from datetime import UTC, datetime
from typing import Any

from bot.domain.digest import Digest, OverdueLine, Tally, Totals, WeekCount
from bot.domain.issue import Category
from bot.domain.organisation import Scope


def write_digest(digest: Digest) -> dict[str, Any]:
    """JSON values only. ValueError for a moment without a zone."""
    return {
        "scope": str(digest.scope),
        "scope_name": digest.scope_name,
        "week_start": _write(digest.week_start),
        "made_at": _write(digest.made_at),
        "totals": astuple(digest.totals),
        "this_week": astuple(digest.this_week),
        "last_week": astuple(digest.last_week),
        "by_category": [(category.value, astuple(tally)) for category, tally in digest.by_category],
        "by_unit": [(code, name, astuple(tally)) for code, name, tally in digest.by_unit],
        "overdue": [_written(line) for line in digest.overdue],
    }


def read_digest(figures: dict[str, Any]) -> Digest:
    """What `write_digest` wrote, also by an older version: counts added since are their defaults."""
    return Digest(
        scope=Scope.parse(figures["scope"]),
        scope_name=figures["scope_name"],
        week_start=_read(figures["week_start"]),
        made_at=_read(figures["made_at"]),
        totals=Totals(*figures["totals"]),
        this_week=WeekCount(*figures["this_week"]),
        last_week=WeekCount(*figures["last_week"]),
        by_category=tuple((Category(code), Tally(*counts)) for code, counts in figures["by_category"]),
        by_unit=tuple((code, name, Tally(*counts)) for code, name, counts in figures["by_unit"]),
        overdue=tuple(_line(*line) for line in figures["overdue"]),
    )


def _written(line: OverdueLine) -> list[Any]:
    return [value if not isinstance(value, datetime) else _write(value) for value in astuple(line)]


def _line(number: str, project: str, unit: str, assignee: str, days: int, due_at: str, *since: Any) -> OverdueLine:
    return OverdueLine(number, project, unit, assignee, days, _read(due_at), *since)


def _write(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError(f"a moment without a time zone: {moment!r}")
    return moment.astimezone(UTC).isoformat()


def _read(moment: str) -> datetime:
    return datetime.fromisoformat(moment)
