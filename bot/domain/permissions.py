"""Who may do what where: one matrix, role by role (domain.md: roles; conversations.md: whoever presses is checked)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from bot.domain.history import Action
from bot.domain.ids import PersonId
from bot.domain.issue import Standing
from bot.domain.moves import MOVES, NEVER_ONES_OWN, OVER_THE_UNIT, UNDO_BY, Named, actions_of
from bot.domain.organisation import CITY, Grant, Person, Role, Scope, ScopeKind

_READERS = frozenset(Role)
_CLERK = frozenset({Role.CLERK})


class Access(StrEnum):
    """What is not a step in an issue's life."""

    VIEW = "view"  # one issue
    DESK = "desk"
    TASKS = "tasks"
    OVERDUE = "overdue"
    LEDGER = "ledger"
    DIGEST = "digest"
    PEOPLE = "people"
    ACCOUNTS = "accounts"  # invite, revoke, grant an erasure
    UNITS = "units"
    BOARD = "board"
    FILE_FOR = "file_for"  # /report: somebody else's message in a group
    BIND_GROUP = "bind_group"  # /subscribe, /topic, /desk in a group, and their ends


# all from the one table of moves
STEPS: Mapping[Action, frozenset[Role]] = MappingProxyType(
    {**{action: move.roles for action, move in MOVES.items()}, Action.UNDO: UNDO_BY}
)
"""Roles that may take a step if their scope covers the issue; named persons and the unit's leader are asked for below."""
OF_THE_ASSIGNEE = actions_of(Named.ASSIGNEE)  # the person whose name is on it
OF_THE_REPORTER = actions_of(Named.REPORTER)  # the person who reported it
ALSO_OF_THE_NAMED = actions_of(Named.BOTH)
ALSO_OF_THE_UNIT = actions_of(Named.UNIT_LEADER)  # the responsible unit's own leader; owning the project is not enough

COMMANDS: Mapping[Access, frozenset[Role]] = MappingProxyType(
    {
        Access.DESK: _CLERK,
        Access.TASKS: frozenset({Role.ASSIGNEE, Role.LEADER}),
        Access.OVERDUE: frozenset({Role.CLERK, Role.LEADER, Role.AUDITOR, Role.VERIFIER, Role.ASSIGNEE}),
        Access.LEDGER: _READERS,
        Access.DIGEST: frozenset({Role.CLERK, Role.LEADER, Role.AUDITOR, Role.ADMIN}),
        Access.PEOPLE: frozenset({Role.CLERK, Role.ADMIN}),
        Access.ACCOUNTS: frozenset({Role.ADMIN}),
        Access.UNITS: frozenset({Role.CLERK, Role.ADMIN}),
        Access.BOARD: frozenset({Role.LEADER, Role.AUDITOR, Role.CLERK}),
        Access.FILE_FOR: frozenset({Role.REPORTER, Role.CLERK, Role.ADMIN}),
        Access.BIND_GROUP: frozenset({Role.CLERK, Role.ADMIN}),
    }
)


def covers(scope: Scope, standing: Standing) -> bool:
    """True if the issue lies in the scope. A unit's issues: those it must solve, those it reported, those of its projects."""
    match scope.kind:
        case ScopeKind.CITY:
            return True
        case ScopeKind.DISTRICT:
            return scope.value == standing.district
        case ScopeKind.UNIT:
            return scope.value in {standing.unit, standing.owner, standing.reporting_unit}
        case ScopeKind.PROJECT:
            return scope.value == standing.project


def may(person: Person, action: Action, standing: Standing) -> bool:
    """May this person take this step on an issue that stands there?"""
    if person.left or (action in NEVER_ONES_OWN and person.id == standing.assignee):
        return False
    if action in OF_THE_REPORTER:
        return person.id == standing.reporter
    if action in OF_THE_ASSIGNEE:
        return person.id == standing.assignee and _in_charge(person, standing)
    if action in ALSO_OF_THE_NAMED and person.id in {standing.reporter, standing.assignee}:
        return True
    if action in ALSO_OF_THE_UNIT and _leads(person, standing):
        return True
    roles, within = STEPS.get(action, frozenset()), _over_unit if action in OVER_THE_UNIT else covers
    return any(grant.role in roles and within(grant.scope, standing) for grant in person.grants)


def open_to_clerks(action: Action) -> bool:
    """Clerks may take this step: its button hangs in the desk's group, where each press is checked for who presses."""
    return Role.CLERK in STEPS.get(action, frozenset())


def may_view(person: Person, standing: Standing) -> bool:
    """One's own, and all that lies in the scope of a role."""
    if person.left:
        return False
    own = person.id in {standing.reporter, standing.assignee}
    return own or any(covers(grant.scope, standing) for grant in person.grants)


def may_use(person: Person, access: Access) -> bool:
    """May this person use the command at all? What it shows is then limited by `sight`."""
    return not person.left and any(grant.role in COMMANDS[access] for grant in person.grants)


def may_bind(person: Person, scope: Scope) -> bool:
    """May this person open a scope's figures to a group? Whoever manages the city or exactly that scope."""
    roles = COMMANDS[Access.BIND_GROUP]
    held = {grant.scope for grant in person.grants if grant.role in roles}
    return not person.left and (CITY in held or scope in held)


def may_file_for(person: Person, standing: Standing) -> bool:
    """May this person file another's message as an issue that would stand there?"""
    roles = COMMANDS[Access.FILE_FOR]
    return not person.left and any(one.role in roles and covers(one.scope, standing) for one in person.grants)


@dataclass(frozen=True, slots=True)
class Sight:
    """Which issues a query may return: all in these scopes, and the person's own."""

    person: PersonId | None
    scopes: frozenset[Scope]

    def includes(self, standing: Standing) -> bool:
        """The same rule the stores put into SQL."""
        own = self.person is not None and self.person in {standing.reporter, standing.assignee}
        return own or any(covers(scope, standing) for scope in self.scopes)


def sight(person: Person, roles: frozenset[Role] = _READERS) -> Sight:
    """What a person sees by the given roles (all by default)."""
    if person.left:
        return Sight(None, frozenset())
    return Sight(person.id, frozenset(grant.scope for grant in person.grants if grant.role in roles))


def _leads(person: Person, standing: Standing) -> bool:
    """Leads exactly the responsible unit."""
    return standing.unit is not None and Grant(Role.LEADER, Scope(ScopeKind.UNIT, standing.unit)) in person.grants


def _in_charge(person: Person, standing: Standing) -> bool:
    """Holds an assignee's or a leader's role over the responsible unit."""
    return any(
        grant.role in {Role.ASSIGNEE, Role.LEADER} and _over_unit(grant.scope, standing) for grant in person.grants
    )


def _over_unit(scope: Scope, standing: Standing) -> bool:
    if scope.kind is ScopeKind.UNIT:
        return scope.value == standing.unit
    return covers(scope, standing)
