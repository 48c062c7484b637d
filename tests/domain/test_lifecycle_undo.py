"""Undo: a mistaken register, assign or clear is taken back within minutes, as a new line; nothing else is."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import lifecycle
from bot.domain.errors import Refused, UndoTooLate
from bot.domain.history import Action, Entry
from bot.domain.issue import Issue, Status
from tests.domain.lives import ASSIGNEE, AT, CLERK, STEPS, UNIT, an_issue, due, walk

SOON = AT + timedelta(minutes=10)


def undo(issue: Issue, history: list[Entry], at: object = SOON) -> Issue:
    """Take the last move back."""
    last = lifecycle.last_move(history)
    return lifecycle.undo(issue, last, CLERK, at, 10).issue  # type: ignore[arg-type]


def test_undoing_a_registration_leaves_it_reported() -> None:
    """What was set meanwhile stays set."""
    issue, history = walk("register", "categorise")
    undone = undo(issue, history)
    assert (undone.status, undone.category) == (Status.REPORTED, issue.category)


def test_undoing_an_assignment_takes_person_and_deadline_back() -> None:
    """The office's own check stays: it was made. The unit that was named before stays named."""
    issue, history = walk("register", "name_unit", "assign")
    undone = undo(issue, history)
    assert (undone.status, undone.unit, undone.assignee, undone.deadline) == (Status.VERIFIED, UNIT, None, None)
    assert undone.deadlines == 1, "the version is used up: what was planned for it is void"


def test_undoing_an_assignment_keeps_the_day_that_was_named_before_it() -> None:
    """The clerk's own day was no part of the mistake."""
    issue, history = walk("register", "set_day")
    assert issue.deadline is not None
    for change in lifecycle.assign(issue, CLERK, AT, UNIT, ASSIGNEE, issue.deadline):
        issue, history = change.issue, [*history, change.entry]
    assert undo(issue, history).deadline == due(1, days=9)


def test_undoing_the_assignment_of_a_returned_issue_leaves_it_returned() -> None:
    """Each state before is restored, not a fixed one."""
    issue, history = walk("register", "assign", "return", "assign")
    assert undo(issue, history).status is Status.RETURNED


def test_undoing_a_clearing_opens_it_with_word_and_rating_kept() -> None:
    """A rating given meanwhile doesn't stand in the way."""
    issue, history = walk("register", "assign", "resolve", "confirm", "clear", "rate")
    undone = undo(issue, history)
    assert (undone.status, undone.outcome, undone.closed_at) == (Status.RESOLVED, None, None)
    assert (undone.word, undone.satisfaction) == (issue.word, issue.satisfaction)


@pytest.mark.parametrize(
    "names", [(), ("register", "assign", "accept"), ("register", "assign", "resolve"), ("reject",)], ids=str
)
def test_other_steps_and_steps_others_built_on_are_not_undone(names: tuple[str, ...]) -> None:
    """Once the unit has accepted, taking back is a conversation, not a button."""
    issue, history = walk(*names)
    with pytest.raises(UndoTooLate):
        undo(issue, history)


def test_after_ten_minutes_it_is_too_late() -> None:
    """To the second."""
    issue, history = walk("register")
    with pytest.raises(UndoTooLate) as refused:
        undo(issue, history, SOON + timedelta(seconds=1))
    assert refused.value.facts == {"number": issue.number, "minutes": 10}


def test_an_undo_is_not_undone() -> None:
    """Pressed twice, it acts once."""
    issue, history = walk("register")
    change = lifecycle.undo(issue, lifecycle.last_move(history), CLERK, SOON, 10)
    with pytest.raises(UndoTooLate):
        undo(change.issue, [*history, change.entry])


@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=15))
def test_an_undo_always_leads_back_to_the_state_before(names: list[str]) -> None:
    """Whatever came before: the state of the last move's beginning, one more line, a version more."""
    issue, history = an_issue(), []
    for name in names:
        try:
            changes = STEPS[name](issue, AT)
        except Refused:
            continue
        issue, history = changes[-1].issue, [*history, *(change.entry for change in changes)]
    last = lifecycle.last_move(history)
    if lifecycle.undoable(last, SOON, 10):
        assert last is not None
        change = lifecycle.undo(issue, last, CLERK, SOON, 10)
        assert (change.issue.status, change.issue.version) == (last.before_status, issue.version + 1)
        assert change.entry.action is Action.UNDO
        assert (change.issue.closed_at is None) == change.issue.is_open
