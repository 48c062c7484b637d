"""Who may see what, in SQL: the same rule as `permissions.Sight.includes` and `permissions.covers`.

Statements are made for the shape of a sight, not for its scopes: there are few shapes, so that each is made ready and planned
once, whoever asks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, bindparam, false, or_, select, true

from bot.domain.organisation import Scope, ScopeKind
from bot.domain.permissions import Sight
from storage.databases.dialect import is_given, list_given
from storage.tables import issues, projects

Among = Callable[[ColumnElement[Any]], ColumnElement[bool]]
_SELF = "in_sight_of"


@dataclass(frozen=True)
class Shape:
    """Of a sight. `kinds` of its scopes in order, the city alone; `own`: the person's own issues are in it."""

    kinds: tuple[ScopeKind, ...]
    own: bool


def shape_of(sight: Sight) -> Shape:
    """What `in_sight` depends on."""
    kinds = {scope.kind for scope in sight.scopes}
    if ScopeKind.CITY in kinds:
        return Shape((ScopeKind.CITY,), own=False)
    return Shape(tuple(sorted(kinds)), own=sight.person is not None)


def in_sight(shape: Shape, *, postgres: bool) -> ColumnElement[bool]:
    """Issues in the scopes, and the person's own; whose, is given with `sight_given`."""
    parts = [part for kind in shape.kinds for part in _of_kind(kind, _given(kind, postgres=postgres))]
    if shape.own:
        parts += [column == bindparam(_SELF, type_=column.type) for column in (issues.c.reporter, issues.c.assignee)]
    return or_(false(), *parts)


def sight_given(sight: Sight, *, postgres: bool) -> Mapping[str, Any]:
    """The parameters of `in_sight` of this sight's shape."""
    shape = shape_of(sight)
    codes = {kind: {scope.value for scope in sight.scopes if scope.kind is kind} for kind in shape.kinds}
    given = {_name(kind): list_given(of_kind, postgres=postgres) for kind, of_kind in codes.items()}
    return given | {_SELF: sight.person} if shape.own else given


def in_scope(scope: Scope) -> ColumnElement[bool]:
    """Issues that lie in the scope."""
    return or_(false(), *_of_kind(scope.kind, lambda column: column.in_([scope.value])))


def _given(kind: ScopeKind, *, postgres: bool) -> Among:
    return partial(is_given, postgres=postgres, name=_name(kind))


def _name(kind: ScopeKind) -> str:
    return f"in_{kind.value}"


# a column with "" behind it uses no index: lists go along theirs in order, and what lies in a district or at a unit is so
# much that gathering and sorting it is no short cut
def _of_kind(kind: ScopeKind, among: Among) -> list[ColumnElement[bool]]:
    """`among`: a column has one of the scopes' values."""
    match kind:
        case ScopeKind.CITY:
            return [true()]
        case ScopeKind.PROJECT:
            return [among(issues.c.project)]
        case ScopeKind.DISTRICT:
            here = select(projects.c.code).where(among(projects.c.district))
            return [(issues.c.project + "").in_(here)]
        case ScopeKind.UNIT:
            owned = select(projects.c.code).where(among(projects.c.owner))
            return [among(issues.c.unit + ""), among(issues.c.reporting_unit), issues.c.project.in_(owned)]
