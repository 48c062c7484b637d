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
from storage.repositories.repository import Repository
from storage.tables import issues, projects

Among = Callable[[ColumnElement[Any]], ColumnElement[bool]]
_SELF = "in_sight_of"
_NARROW = frozenset({ScopeKind.PROJECT, ScopeKind.UNIT})


@dataclass(frozen=True)
class Shape:
    """Of a sight. `kinds` of its scopes in order, the city alone; `own`: the person's own issues are in it. `postgres`: for that
    database."""

    kinds: tuple[ScopeKind, ...]
    own: bool
    postgres: bool


def in_sight(shape: Shape) -> ColumnElement[bool]:
    """Issues in the scopes, and the person's own; whose, is given (`Seeing._seen`)."""
    parts = [part for kind in shape.kinds for part in _of_kind(kind, _given(kind, shape))]
    if shape.own:
        parts += [column == bindparam(_SELF, type_=column.type) for column in (issues.c.reporter, issues.c.assignee)]
    return or_(false(), *parts)


def apart(shape: Shape) -> list[ColumnElement[bool]]:
    """The same of some units and projects: each condition by itself, and over an index. None for a sight that may be a great part
    of the ledger, or is of other indexes."""
    if shape.own or not shape.kinds or not _NARROW.issuperset(shape.kinds):
        return []
    return [part for kind in shape.kinds for part in _of_kind(kind, _given(kind, shape), indexed=True)]


class Seeing(Repository):
    """One who reads what is in somebody's sight."""

    def _shape(self, sight: Sight) -> Shape:
        """What `in_sight` depends on."""
        kinds = {scope.kind for scope in sight.scopes}
        if ScopeKind.CITY in kinds:
            return Shape((ScopeKind.CITY,), own=False, postgres=self._postgres)
        return Shape(tuple(sorted(kinds)), own=sight.person is not None, postgres=self._postgres)

    def _seen(self, sight: Sight) -> Mapping[str, Any]:
        """The parameters of `in_sight` of this sight's shape."""
        shape = self._shape(sight)
        codes = {kind: {scope.value for scope in sight.scopes if scope.kind is kind} for kind in shape.kinds}
        given = {_name(kind): list_given(of_kind, postgres=self._postgres) for kind, of_kind in codes.items()}
        return given | {_SELF: sight.person} if shape.own else given


def in_scope(scope: Scope) -> ColumnElement[bool]:
    """Issues that lie in the scope."""
    return or_(false(), *_of_kind(scope.kind, lambda column: column.in_([scope.value])))


def _given(kind: ScopeKind, shape: Shape) -> Among:
    return partial(is_given, postgres=shape.postgres, name=_name(kind))


def _name(kind: ScopeKind) -> str:
    return f"in_{kind.value}"


# a column with "" behind it uses no index: lists go along theirs in order, and what lies in a district or at a unit is so
# much that gathering and sorting it is no short cut
def _of_kind(kind: ScopeKind, among: Among, *, indexed: bool = False) -> list[ColumnElement[bool]]:
    """`among`: a column has one of the scopes' values. `indexed`: each by itself is to use an index."""
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
            unit = issues.c.unit if indexed else issues.c.unit + ""
            return [among(unit), among(issues.c.reporting_unit), issues.c.project.in_(owned)]
