"""The life of an issue: every step of the table leads where it says, every other is refused, history tells all of it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import lifecycle
from bot.domain.errors import IllegalMove, ProofNeeded, ReasonNeeded, Refused, UnitNeeded, WordNeeded
from bot.domain.history import Action
from bot.domain.issue import AT_THE_UNIT, Means, Outcome, Status, Word
from tests.domain.lives import ASSIGNEE, AT, CLERK, COLLEAGUE, REPORTER, STEPS, TO, UNIT, an_issue, due, walk

ACTION_OF = {"set_days": Action.SET_DEADLINE, "set_day": Action.SET_DEADLINE, "transfer": Action.CONCLUDE}


@pytest.mark.parametrize("status", TO, ids=str)
@pytest.mark.parametrize("name", STEPS)
def test_a_step_is_taken_exactly_where_the_table_has_it(name: str, status: Status) -> None:
    """Each step × each state: legal() foretells it; what is illegal is refused by name and state."""
    issue, _ = walk(*TO[status])
    action = ACTION_OF.get(name) or Action(name)
    if lifecycle.legal(issue, action):
        changes = STEPS[name](issue, AT)
        assert changes[-1].entry.action is action
        return
    with pytest.raises(IllegalMove) as refused:
        STEPS[name](issue, AT)
    assert refused.value.facts == {"number": issue.number, "move": refused.value.facts["move"], "status": status.value}


@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=25))
def test_whatever_is_pressed_in_whatever_order_the_ledger_stays_sound(names: list[str]) -> None:
    """Random walks: versions grow by one, states join without a gap, closing and deadlines keep their promises."""
    issue, version, status, deadlines = an_issue(), 1, Status.REPORTED, 0
    for name in names:
        try:
            changes = STEPS[name](issue, AT)
        except Refused:
            continue
        for change in changes:
            assert change.issue.version == version + 1
            assert (change.entry.before_status, change.entry.after_status) == (status, change.issue.status)
            issue, version, status = change.issue, change.issue.version, change.issue.status
        assert issue.deadlines >= deadlines
        deadlines = issue.deadlines
        assert (issue.closed_at is None) == issue.is_open
        assert (issue.outcome is None) == (issue.is_open or issue.status is Status.MERGED)
        assert (issue.merged_into is None) == (issue.status is not Status.MERGED)
        assert (issue.suspended_at is None) == (issue.suspended_from is None) == (issue.status is not Status.SUSPENDED)
        assert issue.asked_until is None or issue.status in AT_THE_UNIT
        if issue.status in AT_THE_UNIT:
            assert issue.assignee is not None
            assert issue.deadline is not None
            assert issue.deadline.version == issue.deadlines
        if issue.outcome is Outcome.SOLVED:
            assert issue.status is Status.CLEARED


def test_registering_keeps_who_when_and_both_states() -> None:
    """A line of history holds the changed fields only."""
    _, [entry] = walk("register")
    assert (entry.by, entry.at, entry.before, entry.after) == (CLERK, AT, {}, {})
    assert (entry.before_status, entry.after_status) == (Status.REPORTED, Status.REGISTERED)


def test_assigning_an_unchecked_issue_records_the_offices_own_check() -> None:
    """Two lines: verified by the office, then assigned (domain.md: life)."""
    issue, history = walk("register", "assign")
    assert [entry.action for entry in history] == [Action.REGISTER, Action.VERIFY, Action.ASSIGN]
    assert (issue.unit, issue.assignee, issue.deadline, issue.assigned_at) == (UNIT, ASSIGNEE, due(), AT)


def test_assigning_needs_a_unit() -> None:
    """Nothing goes to nobody."""
    issue, _ = walk("register")
    with pytest.raises(UnitNeeded):
        lifecycle.assign(issue, CLERK, AT, None, ASSIGNEE, due())


def test_handing_over_asks_the_new_person_to_accept_and_keeps_the_deadline() -> None:
    """The clock doesn't start again because a colleague takes over."""
    issue, _ = walk("register", "assign", "accept", "hand_over")
    assert (issue.status, issue.assignee, issue.accepted_at, issue.deadline) == (
        Status.ASSIGNED,
        COLLEAGUE,
        None,
        due(),
    )


def test_returning_stops_the_clock_and_frees_the_person() -> None:
    """The unit stays named until the desk names another one."""
    issue, _ = walk("register", "assign", "accept", "return")
    assert (issue.deadline, issue.assignee, issue.accepted_at, issue.unit) == (None, None, None, UNIT)
    again, _ = walk("assign", issue=issue)
    assert again.deadline == due(2)


@pytest.mark.parametrize(
    ("result", "means", "photos", "missing"),
    [
        ("", [], 0, ["text", "photo", "means"]),
        ("  ", [Means.EARLY_GUIDANCE], 1, ["text"]),
        ("通了", [], 1, ["means"]),
        ("通了", [Means.EARLY_GUIDANCE], 0, ["photo"]),
    ],
)
def test_resolving_says_all_that_is_missing(result: str, means: list[Means], photos: int, missing: list[str]) -> None:
    """Words, means, and a photo where the category asks for one."""
    issue, _ = walk("register", "assign")
    with pytest.raises(ProofNeeded) as refused:
        lifecycle.resolve(issue, ASSIGNEE, AT, result, means, photos, photo_needed=True)
    assert refused.value.facts["missing"] == missing


def test_no_photo_is_asked_for_where_the_category_does_not() -> None:
    """Payment is proven by words."""
    issue, _ = walk("register", "assign")
    change = lifecycle.resolve(issue, ASSIGNEE, AT, "付了", [Means.CREDIT_INCENTIVE], 0, photo_needed=False)
    assert (change.issue.status, change.issue.result, change.entry.words) == (Status.RESOLVED, "付了", "付了")


def test_clearing_waits_for_the_reporters_word_or_for_silence() -> None:
    """Before either, the refusal says until when; at that moment silence is consent, if the reporter was asked twice."""
    issue, _ = walk("register", "assign", "resolve")
    until = AT + timedelta(days=3)
    with pytest.raises(WordNeeded) as refused:
        lifecycle.clear(issue, CLERK, until - timedelta(seconds=1), until)
    assert refused.value.facts["until"] == until.isoformat()
    with pytest.raises(WordNeeded):
        lifecycle.clear(issue, CLERK, until, until)
    assert lifecycle.clear(issue, CLERK, until, until, unreachable=True).issue.outcome is Outcome.SOLVED
    issue = lifecycle.ask_again(issue, AT).issue
    assert lifecycle.clear(issue, CLERK, until, until).issue.outcome is Outcome.SOLVED
    confirmed = lifecycle.confirm(issue, REPORTER, AT).issue
    assert lifecycle.clear(confirmed, CLERK, AT, until).issue.status is Status.CLEARED


def test_a_dispute_reopens_with_a_new_deadline_and_forgets_the_solution() -> None:
    """The count is kept, the unit's words stay in history, the person starts again."""
    issue, history = walk("register", "assign", "accept", "resolve", "rate", "dispute")
    assert (issue.status, issue.reopened, issue.word) == (Status.ASSIGNED, 1, Word.NOT_SOLVED)
    assert (issue.deadline, issue.result, issue.means, issue.satisfaction) == (due(2), "", (), None)
    assert history[-1].words == "还没有电"
    assert history[-1].before["means"] == ["early_guidance"]
    solved, _ = walk("resolve", issue=issue)
    assert solved.word is None


def test_reopening_what_no_unit_has_brings_it_back_to_the_desk() -> None:
    """A rejected issue had nobody to go to."""
    issue, _ = walk("reject", "reopen")
    assert (issue.status, issue.outcome, issue.deadline) == (Status.REGISTERED, None, None)


@pytest.mark.parametrize("name", ["reject", "return", "dispute", "reopen"])
def test_these_steps_need_a_reason(name: str) -> None:
    """Blank is no reason."""
    start = {"reject": (), "return": ("register", "assign")}.get(name, ("register", "assign", "resolve"))
    issue, _ = walk(*start)
    with pytest.raises(ReasonNeeded):
        lifecycle.step(issue, Action(name), CLERK, AT, " \n ")


def test_days_named_before_the_unit_has_it_wait_for_the_assignment() -> None:
    """The clock starts with the assignment; a named day stands as it is."""
    waiting, _ = walk("register", "set_days")
    assert (waiting.days, waiting.deadline) == (3, None)
    named, _ = walk("register", "set_day")
    assert (named.days, named.deadline, named.deadlines) == (None, due(1, days=9), 1)
