"""Who may see what, in SQL: the same rule as `permissions.Sight.includes` and `permissions.covers`."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, false, or_, select, true

from bot.domain.organisation import Scope, ScopeKind
from bot.domain.permissions import Sight
from storage.tables import issues, projects


def in_sight(sight: Sight) -> ColumnElement[bool]:
    """Issues in the scopes, and the person's own."""
    parts = _in_scopes(sight.scopes)
    if sight.person is not None:
        parts += [issues.c.reporter == sight.person, issues.c.assignee == sight.person]
    return or_(false(), *parts)


def in_scope(scope: Scope) -> ColumnElement[bool]:
    """Issues that lie in the scope."""
    return or_(false(), *_in_scopes([scope]))


def _in_scopes(scopes: Iterable[Scope]) -> list[ColumnElement[bool]]:
    named: dict[ScopeKind, list[str]] = {}
    for scope in sorted(scopes):
        named.setdefault(scope.kind, []).append(scope.value)
    return [part for kind, values in named.items() for part in _of_kind(kind, values)]


# a column with "" behind it uses no index: lists go along theirs in order, and what lies in a district or at a unit is so
# much that gathering and sorting it is no short cut
def _of_kind(kind: ScopeKind, values: list[str]) -> list[ColumnElement[bool]]:
    match kind:
        case ScopeKind.CITY:
            return [true()]
        case ScopeKind.PROJECT:
            return [issues.c.project.in_(values)]
        case ScopeKind.DISTRICT:
            here = select(projects.c.code).where(projects.c.district.in_(values))
            return [(issues.c.project + "").in_(here)]
        case ScopeKind.UNIT:
            owned = select(projects.c.code).where(projects.c.owner.in_(values))
            return [(issues.c.unit + "").in_(values), issues.c.reporting_unit.in_(values), issues.c.project.in_(owned)]
