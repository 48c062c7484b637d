"""The turns an issue may take on its way: waiting, more time, merging, and ends that are no solution."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain import delays, lifecycle
from bot.domain.errors import CannotMerge, IllegalMove, ReasonNeeded, WordNeeded
from bot.domain.history import Action
from bot.domain.issue import AT_THE_UNIT, Outcome, Status, Word
from bot.domain.moves import MOVES, UNDOABLE, Clock
from tests.domain.lives import ASSIGNEE, AT, CLERK, LEADER, ORIGINAL, an_issue, due, walk

SOON = AT + timedelta(minutes=5)
ASSIGNED = ("register", "assign", "accept")


@pytest.mark.parametrize("start", [(), ("register",), ASSIGNED, ("register", "assign", "return")], ids=str)
def test_what_waits_goes_on_where_it_stood(start: tuple[str, ...]) -> None:
    """From the desk and from the unit; what is waited for is in the history."""
    before, _ = walk(*start)
    waiting, [entry] = walk("suspend", issue=before)
    assert (waiting.status, waiting.suspended_from, waiting.suspended_at) == (Status.SUSPENDED, before.status, AT)
    assert entry.words == "等变压器到货"
    again, _ = walk("resume", issue=waiting)
    assert (again.status, again.suspended_from, again.suspended_at) == (before.status, None, None)
    assert again.deadline == (due(2, days=8) if before.status in AT_THE_UNIT else before.deadline)


def test_what_waits_is_not_overdue() -> None:
    """The clock stands still."""
    issue, _ = walk(*ASSIGNED)
    late = AT + timedelta(days=30)
    assert issue.overdue_at(late)
    assert not walk("suspend", issue=issue)[0].overdue_at(late)


def test_more_time_is_asked_for_and_given() -> None:
    """Meanwhile the clock runs on; the grant is a new deadline."""
    asked, _ = walk(*ASSIGNED, "extend")
    assert (asked.asked_until, asked.deadline, asked.status) == (AT + timedelta(days=9), due(1), Status.ACCEPTED)
    given, _ = walk("grant", issue=asked)
    assert (given.asked_until, given.deadline, given.deadlines) == (None, due(2, days=9), 2)


def test_more_time_refused_leaves_the_deadline() -> None:
    """It can be asked for again; without a request there is nothing to decide."""
    refused, _ = walk(*ASSIGNED, "extend", "refuse")
    assert (refused.asked_until, refused.deadline) == (None, due(1))
    with pytest.raises(IllegalMove):
        delays.refuse(refused, LEADER, AT, "不行")
    with pytest.raises(IllegalMove):
        delays.grant(refused, LEADER, AT, due(2))


@pytest.mark.parametrize("name", ["return", "resolve", "suspend", "set_day", "merge", "transfer"])
def test_a_request_ends_with_what_it_was_about(name: str) -> None:
    """Nobody decides on time for what is over or has another deadline."""
    assert walk(*ASSIGNED, "extend", name)[0].asked_until is None


def test_undoing_an_assignment_forgets_the_request() -> None:
    """It was never theirs."""
    issue, history = walk("register", "assign", "extend")
    undone = lifecycle.undo(issue, lifecycle.last_move(history), CLERK, SOON, 10).issue
    assert (undone.asked_until, undone.status) == (None, Status.VERIFIED)


def test_merging_names_the_original_on_both_sides() -> None:
    """The merged one ends, the original goes on and knows."""
    issue, _ = walk("register")
    merged, line = lifecycle.merge(issue, CLERK, AT, ORIGINAL)
    assert (merged.issue.status, merged.issue.merged_into, merged.issue.closed_at) == (Status.MERGED, ORIGINAL.id, AT)
    assert merged.entry.words == ORIGINAL.number
    assert (line.issue.status, line.entry.action, line.entry.words) == (ORIGINAL.status, Action.ABSORB, issue.number)


@pytest.mark.parametrize(
    ("original", "why"),
    [(an_issue(), "itself"), (replace(ORIGINAL, status=Status.CLEARED), "closed")],
    ids=["itself", "closed"],
)
def test_only_another_open_issue_is_an_original(original: object, why: str) -> None:
    """So chains can't close to a circle: what was merged is not open."""
    with pytest.raises(CannotMerge) as refused:
        lifecycle.merge(an_issue(), CLERK, AT, original)  # type: ignore[arg-type]
    assert refused.value.facts["why"] == why


def test_a_merge_is_taken_back_or_reopened() -> None:
    """By mistake: within minutes undone as it was; later reopened, and counted."""
    issue, history = walk(*ASSIGNED, "merge")
    undone = lifecycle.undo(issue, lifecycle.last_move(history), CLERK, SOON, 10).issue
    assert (undone.status, undone.merged_into, undone.closed_at) == (Status.ACCEPTED, None, None)
    again, _ = walk("reopen", issue=issue)
    assert (again.status, again.merged_into, again.reopened) == (Status.ASSIGNED, None, 1)


@pytest.mark.parametrize("outcome", [Outcome.TRANSFERRED, Outcome.NOT_ACCEPTED], ids=str)
def test_what_is_struck_off_unsolved_is_cleared_but_never_solved(outcome: Outcome) -> None:
    """With a reason; from the desk or the unit."""
    for start in (("register",), ASSIGNED, ("register", "assign", "resolve")):
        issue, _ = walk(*start)
        with pytest.raises(ReasonNeeded):
            lifecycle.conclude(issue, CLERK, AT, outcome, " ")
        ended = lifecycle.conclude(issue, CLERK, AT, outcome, "不在本市").issue
        assert (ended.status, ended.outcome, ended.closed_at) == (Status.CLEARED, outcome, AT)


def test_partly_solved_needs_proof_and_word_as_solved_does() -> None:
    """And `solved` has its own move: it can't be slipped in here."""
    issue, _ = walk(*ASSIGNED)
    with pytest.raises(IllegalMove):
        lifecycle.conclude(issue, CLERK, AT, Outcome.PARTLY, "通了一路")
    resolved, _ = walk("resolve", issue=issue)
    with pytest.raises(WordNeeded):
        lifecycle.conclude(resolved, CLERK, AT, Outcome.PARTLY, "通了一路", AT + timedelta(days=3))
    with pytest.raises(IllegalMove):
        lifecycle.conclude(resolved, CLERK, AT, Outcome.SOLVED, "通了")
    confirmed, _ = walk("confirm", issue=resolved)
    assert lifecycle.conclude(confirmed, CLERK, AT, Outcome.PARTLY, "通了一路").issue.outcome is Outcome.PARTLY


def test_striking_off_does_not_hide_a_missed_deadline() -> None:
    """One that was kept so far ends; one that was missed stays. Undone, it is as it was."""
    issue, _ = walk(*ASSIGNED)
    early = lifecycle.conclude(issue, CLERK, AT, Outcome.TRANSFERRED, "转办")
    late = lifecycle.conclude(issue, CLERK, AT + timedelta(days=6), Outcome.TRANSFERRED, "转办")
    assert (early.issue.deadline, late.issue.deadline) == (None, due(1))
    undone = lifecycle.undo(early.issue, early.entry, CLERK, SOON, 10).issue
    assert (undone.status, undone.deadline, undone.outcome) == (Status.ACCEPTED, due(1), None)


def test_a_reporter_who_did_not_agree_may_dispute_what_was_struck_off() -> None:
    """Silent, or not solved: yes. Who confirmed has had the word."""
    silent, _ = walk("register", "assign", "resolve", "clear")
    again, _ = walk("dispute", issue=silent)
    assert (again.status, again.outcome, again.reopened, again.word) == (Status.ASSIGNED, None, 1, Word.NOT_SOLVED)
    agreed, _ = walk("register", "assign", "resolve", "confirm", "clear")
    assert not lifecycle.legal(agreed, Action.DISPUTE)
    moved, _ = walk("register", "transfer", "dispute")
    assert (moved.status, moved.reopened, moved.asks) == (Status.REGISTERED, 1, 0)


def test_each_solution_is_asked_about_anew() -> None:
    """Asked once with the proof, then again; a new proof begins at one."""
    issue, _ = walk("register", "assign", "resolve", "ask_again")
    assert issue.asks == 2
    assert walk("dispute", "resolve", issue=issue)[0].asks == 1


def test_explaining_moves_nothing() -> None:
    """The clock runs on."""
    issue, _ = walk(*ASSIGNED)
    explained, [entry] = walk("explain", issue=issue)
    assert replace(explained, version=issue.version) == issue
    assert (entry.by, entry.words) == (ASSIGNEE, "电缆还没到货")


def test_the_table_is_whole() -> None:
    """Every action but the report, undo and an erasure is in it; somebody may take each; what can be undone moves something."""
    assert set(MOVES) == set(Action) - {Action.REPORT, Action.UNDO, Action.ERASE}
    for action, move in MOVES.items():
        assert move.roles or move.named or move.by_system, action
        assert move.counts == (action in {Action.REOPEN, Action.DISPUTE})
        assert move.clock is not Clock.STARTS or move.end is Status.ASSIGNED
    assert all(MOVES[action].moves() for action in UNDOABLE)
