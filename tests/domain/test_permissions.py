"""Who may do what where: the whole matrix by role and by name, and nothing for who left or lost the role."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.history import Action
from bot.domain.ids import PersonId, ProjectCode, UnitCode
from bot.domain.issue import Standing
from bot.domain.organisation import CITY, Grant, Person, Role, Scope, ScopeKind
from bot.domain.permissions import Access, covers, may, may_bind, may_use, may_view, sight

ME, SOMEBODY = PersonId(1), PersonId(2)
UNIT, OWNER, REPORTING = UnitCode("U04"), UnitCode("U11"), UnitCode("U12")
HERE = Standing(
    project=ProjectCode("P002"),
    district="海沧区",
    owner=OWNER,
    reporting_unit=REPORTING,
    unit=UNIT,
    reporter=SOMEBODY,
    assignee=SOMEBODY,
)
CLERKS = frozenset(
    {
        Action.REGISTER,
        Action.VERIFY,
        Action.ASSIGN,
        Action.CLEAR,
        Action.REOPEN,
        Action.REJECT,
        Action.MERGE,
        Action.ABSORB,
        Action.SUSPEND,
        Action.RESUME,
        Action.CONCLUDE,
        Action.UNDO,
        Action.CATEGORISE,
        Action.RANK,
        Action.CLASSIFY,
        Action.NAME_UNIT,
        Action.SET_DEADLINE,
        Action.HAND_OVER,
        Action.NUDGE,
        Action.REMARK,
        Action.ADD_EVIDENCE,
    }
)
NAMED = {  # what a role lets one do in its scope, being neither reporter nor assignee of the issue
    Role.CLERK: CLERKS,
    Role.LEADER: frozenset({Action.NUDGE, Action.REMARK, Action.GRANT, Action.REFUSE}),
    Role.REPORTER: frozenset({Action.REMARK, Action.ADD_EVIDENCE}),
    Role.ASSIGNEE: frozenset({Action.REMARK, Action.ADD_EVIDENCE}),
    Role.VERIFIER: frozenset({Action.REMARK, Action.ADD_EVIDENCE}),
    Role.AUDITOR: frozenset(),
    Role.ADMIN: frozenset(),
}
UNITS_SCOPE = Scope(ScopeKind.UNIT, UNIT)
scopes = st.sampled_from(
    [
        CITY,
        Scope(ScopeKind.DISTRICT, "海沧区"),
        Scope(ScopeKind.DISTRICT, "思明区"),
        UNITS_SCOPE,
        Scope(ScopeKind.UNIT, OWNER),
        Scope(ScopeKind.UNIT, "U99"),
        Scope(ScopeKind.PROJECT, "P002"),
        Scope(ScopeKind.PROJECT, "P001"),
    ]
)
grants = st.frozensets(st.builds(Grant, st.sampled_from(Role), scopes), max_size=4)
standings = st.builds(
    lambda reporter, assignee, unit: replace(HERE, reporter=reporter, assignee=assignee, unit=unit),
    st.sampled_from([ME, SOMEBODY]),
    st.sampled_from([ME, SOMEBODY, None]),
    st.sampled_from([UNIT, None]),
)


def me(*held: Grant, **more: object) -> Person:
    """Somebody of the office."""
    return replace(Person(ME, "E01", "林清", grants=frozenset(held)), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("role", Role, ids=str)
@pytest.mark.parametrize("action", Action, ids=str)
def test_each_role_takes_exactly_its_steps(role: Role, action: Action) -> None:
    """City-wide, on an issue of other people."""
    assert may(me(Grant(role, CITY)), action, HERE) == (action in NAMED[role])


@pytest.mark.parametrize("action", Action, ids=str)
def test_without_a_role_one_takes_no_step_on_others_issues(action: Action) -> None:
    """Revoked is revoked."""
    assert not may(me(), action, HERE)


@pytest.mark.parametrize("action", [Action.CONFIRM, Action.DISPUTE, Action.RATE, Action.REMARK, Action.ADD_EVIDENCE])
def test_the_reporter_has_the_word_on_their_own_report_even_as_a_guest(action: Action) -> None:
    """It rests on whose report it is, not on a role; a clerk can't speak for the reporter."""
    own = replace(HERE, reporter=ME)
    assert may(me(code=None), action, own)
    if action not in {Action.REMARK, Action.ADD_EVIDENCE}:
        assert not may(me(Grant(Role.CLERK, CITY)), action, HERE)


@pytest.mark.parametrize(
    "action", [Action.ACCEPT, Action.RETURN, Action.RESOLVE, Action.EXTEND, Action.EXPLAIN], ids=str
)
@pytest.mark.parametrize("role", [Role.ASSIGNEE, Role.LEADER])
def test_the_named_person_acts_while_in_charge_at_the_unit(action: Action, role: Role) -> None:
    """Name and role: the role gone, or for another unit, the name alone carries nothing."""
    mine = replace(HERE, assignee=ME)
    assert may(me(Grant(role, UNITS_SCOPE)), action, mine)
    assert not may(me(), action, mine)
    assert not may(me(Grant(role, Scope(ScopeKind.UNIT, OWNER))), action, mine)
    assert not may(me(Grant(role, UNITS_SCOPE)), action, HERE)


def test_handing_over_is_the_units_leaders_not_the_owners() -> None:
    """To own the project an obstacle is at doesn't give a say over the unit that must solve it."""
    assert may(me(Grant(Role.LEADER, UNITS_SCOPE)), Action.HAND_OVER, HERE)
    assert not may(me(Grant(Role.LEADER, Scope(ScopeKind.UNIT, OWNER))), Action.HAND_OVER, HERE)
    assert not may(me(Grant(Role.LEADER, CITY)), Action.HAND_OVER, HERE)
    assert not may(me(Grant(Role.LEADER, UNITS_SCOPE)), Action.HAND_OVER, replace(HERE, unit=None))


@pytest.mark.parametrize("action", [Action.GRANT, Action.REFUSE], ids=str)
def test_more_time_is_given_by_leaders_over_the_unit_but_never_to_oneself(action: Action) -> None:
    """The unit's, the district's, the city's; not the owner's, and not who is in charge of it."""
    for scope in (UNITS_SCOPE, Scope(ScopeKind.DISTRICT, "海沧区"), CITY):
        assert may(me(Grant(Role.LEADER, scope)), action, HERE)
        assert not may(me(Grant(Role.LEADER, scope)), action, replace(HERE, assignee=ME))
    assert not may(me(Grant(Role.LEADER, Scope(ScopeKind.UNIT, OWNER))), action, HERE)
    assert not may(me(Grant(Role.CLERK, CITY)), action, HERE)


@given(grants, standings, st.sampled_from(Action), st.sampled_from(Access))
def test_who_left_may_nothing(held: frozenset[Grant], standing: Standing, action: Action, access: Access) -> None:
    """Whatever they held, reported or were in charge of."""
    gone = me(*held, left=True)
    assert not may(gone, action, standing)
    assert not may_view(gone, standing)
    assert not may_use(gone, access)
    assert not may_bind(gone, CITY)
    assert not sight(gone).includes(standing)


@given(grants, standings, st.sampled_from(Action))
def test_who_may_act_may_see(held: frozenset[Grant], standing: Standing, action: Action) -> None:
    """No button on an issue one can't open."""
    if may(me(*held), action, standing):
        assert may_view(me(*held), standing)


@given(grants, standings)
def test_lists_show_exactly_what_one_may_open(held: frozenset[Grant], standing: Standing) -> None:
    """`sight` (queries) and `may_view` (one issue) are the same rule."""
    assert sight(me(*held)).includes(standing) == may_view(me(*held), standing)


@given(grants, grants, standings, st.sampled_from(Action))
def test_a_further_role_never_takes_anything_away(
    held: frozenset[Grant], more: frozenset[Grant], standing: Standing, action: Action
) -> None:
    """Grants add up."""
    if may(me(*held), action, standing):
        assert may(me(*held, *more), action, standing)


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (CITY, True),
        (Scope(ScopeKind.DISTRICT, "海沧区"), True),
        (Scope(ScopeKind.DISTRICT, "思明区"), False),
        (Scope(ScopeKind.UNIT, UNIT), True),
        (Scope(ScopeKind.UNIT, OWNER), True),
        (Scope(ScopeKind.UNIT, REPORTING), True),
        (Scope(ScopeKind.UNIT, "U99"), False),
        (Scope(ScopeKind.PROJECT, "P002"), True),
        (Scope(ScopeKind.PROJECT, "P001"), False),
    ],
    ids=str,
)
def test_what_lies_in_a_scope(scope: Scope, expected: bool) -> None:
    """A unit's issues: those it must solve, those it reported, those of its projects."""
    assert covers(scope, HERE) is expected


@pytest.mark.parametrize(
    ("access", "roles"),
    [
        (Access.DESK, {Role.CLERK}),
        (Access.TASKS, {Role.ASSIGNEE, Role.LEADER}),
        (Access.OVERDUE, {Role.CLERK, Role.LEADER, Role.AUDITOR, Role.VERIFIER, Role.ASSIGNEE}),
        (Access.LEDGER, set(Role)),
        (Access.DIGEST, {Role.CLERK, Role.LEADER, Role.AUDITOR, Role.ADMIN}),
        (Access.PEOPLE, {Role.CLERK, Role.ADMIN}),
        (Access.BIND_GROUP, {Role.CLERK, Role.ADMIN}),
    ],
    ids=[
        access.value
        for access in (
            Access.DESK,
            Access.TASKS,
            Access.OVERDUE,
            Access.LEDGER,
            Access.DIGEST,
            Access.PEOPLE,
            Access.BIND_GROUP,
        )
    ],
)
def test_who_may_use_a_command(access: Access, roles: set[Role]) -> None:
    """Each command by each role, for whatever scope."""
    for role in Role:
        assert may_use(me(Grant(role, UNITS_SCOPE)), access) == (role in roles)


def test_a_group_is_opened_by_who_manages_the_city_or_exactly_that_scope() -> None:
    """A district's clerk doesn't open the city's figures, nor a neighbour's."""
    here, there = Scope(ScopeKind.DISTRICT, "海沧区"), Scope(ScopeKind.DISTRICT, "思明区")
    assert may_bind(me(Grant(Role.CLERK, CITY)), there)
    assert may_bind(me(Grant(Role.ADMIN, here)), here)
    assert not may_bind(me(Grant(Role.CLERK, here)), CITY)
    assert not may_bind(me(Grant(Role.CLERK, here)), there)
    assert not may_bind(me(Grant(Role.LEADER, CITY)), CITY)
