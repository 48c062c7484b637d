"""Issues and history as rows, and back."""

from dataclasses import fields
from typing import Any

from sqlalchemy import select

from bot.domain.history import Entry
from bot.domain.issue import Deadline, Issue, Means, Place, Standing
from bot.ports import IssueView
from storage.repositories.repository import AnyRow, AnySelect
from storage.tables import history, issues, people, projects, units, words

_PLAIN = tuple(f.name for f in fields(Issue) if f.name in issues.c and f.name != "means")
_COLUMNS = tuple(column for column in issues.c if column.name != "former_description")
_reporter = people.alias("reporter_person")
_assignee = people.alias("assignee_person")
_TABLES = (
    issues.join(projects, projects.c.code == issues.c.project)
    .join(_reporter, _reporter.c.id == issues.c.reporter)
    .outerjoin(units, units.c.code == issues.c.unit)
    .outerjoin(_assignee, _assignee.c.id == issues.c.assignee)
)
_STANDING = (projects.c.district, projects.c.owner)
ISSUE: AnySelect = select(*_COLUMNS)
VIEW: AnySelect = select(
    *_COLUMNS,
    *_STANDING,
    projects.c.name.label("project_name"),
    units.c.name.label("unit_name"),
    _reporter.c.name.label("reporter_name"),
    _assignee.c.name.label("assignee_name"),
).select_from(_TABLES)
STANDING: AnySelect = select(
    issues.c.project, *_STANDING, issues.c.reporting_unit, issues.c.unit, issues.c.reporter, issues.c.assignee
).join(projects, projects.c.code == issues.c.project)
ENTRY: AnySelect = select(history, words.c.text.label("said")).outerjoin(words, words.c.id == history.c.words)


def row_of(issue: Issue) -> dict[str, Any]:
    """All columns but the id."""
    row: dict[str, Any] = {name: getattr(issue, name) for name in _PLAIN if name != "id"}
    row["means"] = [means.value for means in issue.means]
    return row | place_row(issue.place) | _deadline_row(issue.deadline)


def issue_of(row: AnyRow) -> Issue:
    """The issue of a row of ISSUE or VIEW."""
    values: dict[str, Any] = {name: getattr(row, name) for name in _PLAIN}
    means = tuple(Means(code) for code in row.means)
    return Issue(**values, means=means, place=place_of(row), deadline=_deadline_of(row))


def view_of(row: AnyRow) -> IssueView:
    """The view of a row of VIEW."""
    return IssueView(
        issue=issue_of(row),
        standing=standing_of(row),
        project_name=row.project_name,
        district=row.district,
        unit_name=row.unit_name or "",
        reporter_name=row.reporter_name,
        assignee_name=row.assignee_name or "",
    )


def standing_of(row: AnyRow) -> Standing:
    """The standing of a row of STANDING or VIEW."""
    return Standing(
        project=row.project,
        district=row.district,
        owner=row.owner,
        reporting_unit=row.reporting_unit,
        unit=row.unit,
        reporter=row.reporter,
        assignee=row.assignee,
    )


def entry_of(row: AnyRow) -> Entry:
    """The line of history of a row of ENTRY."""
    return Entry(
        issue=row.issue,
        action=row.action,
        at=row.at,
        by=row.by,
        before_status=row.before_status,
        after_status=row.after_status,
        before=row.before,
        after=row.after,
        words=row.said or "",
        id=row.id,
    )


def place_row(place: Place | None) -> dict[str, Any]:
    """A place's columns."""
    if place is None:
        return {"latitude": None, "longitude": None, "place_title": None}
    return {"latitude": place.latitude, "longitude": place.longitude, "place_title": place.title}


def place_of(row: AnyRow) -> Place | None:
    """The place of any row with its columns."""
    return None if row.latitude is None else Place(row.latitude, row.longitude, row.place_title)


def _deadline_row(deadline: Deadline | None) -> dict[str, Any]:
    names = ("due_at", "due_version", "due_calendar", "due_provisional", "due_policy")
    if deadline is None:
        return dict.fromkeys(names)
    values = (deadline.due_at, deadline.version, deadline.calendar, deadline.provisional, deadline.policy)
    return dict(zip(names, values, strict=True))


def _deadline_of(row: AnyRow) -> Deadline | None:
    if row.due_at is None:
        return None
    return Deadline(row.due_at, row.due_version, row.due_calendar, row.due_provisional, row.due_policy or "")
