"""One line of the ledger as data: by codes for programs, by words for tables."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from bot.services.ledger.ledger import Entry


class Vocabulary(Protocol):
    """How columns and values are called. The default speaks in codes."""

    def header(self, column: str) -> str: ...
    def value(self, table: str, value: str) -> str:
        """`table`: 'status', 'category'… as in `bot.telegram.words.TABLES`."""
        ...


class Codes:
    """The words of code, as `--format json` has them."""

    def header(self, column: str) -> str:
        """The column's name."""
        return column

    def value(self, table: str, value: str) -> str:
        """The value itself."""
        return value


# column → width in characters; the order of every table
COLUMNS: Mapping[str, int] = {
    "number": 15,
    "status": 10,
    "outcome": 10,
    "level": 8,
    "category": 14,
    "kind": 8,
    "project": 9,
    "project_name": 28,
    "district": 10,
    "reporting_unit": 12,
    "reporter": 12,
    "reporter_name": 12,
    "description": 60,
    "unit": 8,
    "unit_name": 18,
    "assignee": 10,
    "assignee_name": 12,
    "deadline": 17,
    "means": 24,
    "result": 40,
    "satisfaction": 10,
    "reopened": 9,
    "nudged": 9,
    "photos": 9,
    "reported_at": 17,
    "assigned_at": 17,
    "resolved_at": 17,
    "closed_at": 17,
}
_SPOKEN = {"status", "outcome", "level", "category", "kind", "satisfaction"}  # columns whose values have words


def cells(entry: Entry, vocabulary: Vocabulary) -> dict[str, Any]:
    """A line of a table: text, numbers, moments or None, by column."""
    shown = {**record(entry), **_named(entry), **_moments(entry)}
    for column in _SPOKEN:
        value = shown[column]
        shown[column] = "" if value is None else vocabulary.value(column, value)
    shown["means"] = "、".join(vocabulary.value("means", means) for means in shown["means"])
    shown["photos"] = len(entry.photos)
    return {column: shown[column] for column in COLUMNS}


def record(entry: Entry) -> dict[str, Any]:
    """An issue as JSON has it: units, projects and people by code (issue 2: export)."""
    issue, view = entry.view.issue, entry.view
    return {
        "number": issue.number,
        "status": issue.status.value,
        "outcome": issue.outcome.value if issue.outcome else None,
        "project": issue.project,
        "district": view.district,
        "reporting_unit": issue.reporting_unit,
        "reporter": entry.reporter,
        "unit": issue.unit,
        "assignee": entry.assignee or None,
        "channel": issue.channel.value,
        "category": issue.category.value,
        "level": issue.level.value,
        "kind": issue.kind.value,
        "description": issue.description,
        "result": issue.result,
        "means": [means.value for means in issue.means],
        "satisfaction": issue.satisfaction.value if issue.satisfaction else None,
        "reopened": issue.reopened,
        "nudged": issue.nudged,
        "deadline_calendar": issue.deadline.calendar if issue.deadline else None,
        "deadline_policy": issue.deadline.policy if issue.deadline else None,
        "deadline_provisional": issue.deadline.provisional if issue.deadline else None,
        "photos": entry.photos,
        "proof_photos": entry.proofs,
        "photos_missing": entry.missing,
        **{name: moment.isoformat() if moment else None for name, moment in _moments(entry).items()},
    }


def _named(entry: Entry) -> dict[str, str]:
    view = entry.view
    return {
        "project_name": view.project_name,
        "unit_name": view.unit_name,
        "reporter_name": view.reporter_name,
        "assignee_name": view.assignee_name,
    }


def _moments(entry: Entry) -> dict[str, datetime | None]:
    issue = entry.view.issue
    return {
        "deadline": issue.deadline.due_at if issue.deadline else None,
        "reported_at": issue.reported_at,
        "assigned_at": issue.assigned_at,
        "resolved_at": issue.resolved_at,
        "closed_at": issue.closed_at,
    }


def has_words(entry: Entry, words: str, vocabulary: Vocabulary) -> bool:
    """Every word occurs in what the line shows."""
    if not words.strip():
        return True
    shown = "\n".join(str(value) for value in cells(entry, vocabulary).values()).casefold()
    return all(word in shown for word in words.casefold().split())
