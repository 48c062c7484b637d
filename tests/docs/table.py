"""docs/life.md: every move of the table, in the table's order."""

from collections.abc import Iterable

from bot.domain.history import Action
from bot.domain.issue import AT_THE_UNIT, OPEN, Status
from bot.domain.moves import BEFORE_UNIT, MOVES, NEVER_ONES_OWN, OVER_THE_UNIT, UNDOABLE, Clock, Move, Named, Need
from bot.telegram import words
from tests.docs import wording

GROUPS = (  # sets of states with a name, widest first
    (frozenset(Status), "any"),
    (OPEN, "any open one"),
    (BEFORE_UNIT, "before the unit"),
    (AT_THE_UNIT, "at the unit"),
)
NAMED = {
    Named.REPORTER: "its reporter",
    Named.ASSIGNEE: "the person in charge",
    Named.BOTH: "its reporter, the person in charge",
    Named.UNIT_LEADER: "the unit's own leader",
}
NEEDS = {
    Need.WORDS: "a reason",
    Need.UNIT: "the unit, named",
    Need.PROOF: "the unit's proof (words, means, a photo where the category asks)",
    Need.WORD: "the reporter's word, or silence after two asks",
    Need.ORIGINAL: "an open original",
    Need.DAY: "a day after the deadline",
    Need.OUTCOME: "an outcome: partly, transferred, not accepted",
}
CLOCKS = {
    Clock.AS_IT_IS: "",
    Clock.STARTS: "starts anew",
    Clock.STOPS: "stops",
    Clock.GOES_ON: "goes on with what was left",
    Clock.MOVES: "is moved, if it runs",
    Clock.ENDS: "ends",
}
CONDITIONS = {
    "more_time_asked": "while more time is asked for",
    "has_deadline": "",
    "reporter_did_not_agree": "unless the reporter had confirmed it before it was struck off",
}
HEAD = """# The life of an issue

*Made from the code by `make docs`: the table is `bot/domain/moves.py`, from which permissions and buttons come as well. A test
fails when this page is stale.*

![States and moves](life.svg)

**before the unit**: {desk}. **at the unit**: {unit}, the only states in which a deadline runs: reminders and the ladder are planned
exactly then. A new deadline has a new version; what was planned for an older one is void.

| move | from | to | who may | needs | the deadline |
|---|---|---|---|---|---|
"""
TAIL = """
- **Who may**: a role acts where its scope covers the issue. {decide} belong to leaders over the responsible unit (its own, the
  district's, the city's), never to the person in charge.
- **Assign** on a registered issue records the office's own check first, as a line of its own; the district's follows in its week.
- **Undo** 撤销 (a clerk, within the policy's minutes) takes back the last move if it was {undo}; it is a new line of history.
- **Reopened** is counted by {count}, and never goes down. Where no unit has the issue it goes back to *{registered}*.
- **Solved** is only *cleared* with the outcome *solved*. The other ends of 销号 are {outcomes}: closed, and never counted as
  solved. A missed deadline stays with what is struck off; one that was not missed ends.
- **Merged**: its reporter's card follows the original, and they hear how that ends. The original's history names what it took in.
- **Suspended**: the office time that was left when the clock stopped is left when it goes on.
- Nothing is deleted or rewritten: each move is a line of who, when, from, to and why.
"""


def page() -> str:
    """The whole page."""
    head = HEAD.format(desk=_states(BEFORE_UNIT), unit=_states(AT_THE_UNIT))
    tail = TAIL.format(
        decide=_moves(NEVER_ONES_OWN & OVER_THE_UNIT),
        undo=_moves(UNDOABLE),
        count=_moves(action for action, move in MOVES.items() if move.counts),
        registered=_state(Status.REGISTERED),
        outcomes=", ".join(
            f"{wording.ZH.gettext(word)} {word}" for code, word in words.OUTCOME.items() if code != "solved"
        ),
    )
    return head + "".join(_row(action, move) for action, move in MOVES.items()) + tail


def _row(action: Action, move: Move) -> str:
    chinese, english = wording.move(action)
    cells = (f"{chinese} {english} `{action}`", _from(move), _to(move), _who(move), _needs(move), CLOCKS[move.clock])
    return f"| {' | '.join(cells)} |\n"


def _from(move: Move) -> str:
    found, left = [], set(move.start)
    for group, name in GROUPS:
        if group <= left:
            found.append(name)
            left -= group
    found += [_state(status) for status in Status if status in left]
    only = CONDITIONS[move.only.name] if move.only else ""
    return ", ".join(found) + (f" ({only})" if only else "")


def _to(move: Move) -> str:
    if move.back:
        return "where it was"
    if move.end is None:
        return "–"
    return _state(move.end) + (", +1 reopened" if move.counts else "")


def _who(move: Move) -> str:
    roles = [words.ROLE[role].lower() for role in words.ROLE if role in move.roles]
    named = [NAMED[name] for name in Named if name in move.named]
    return ", ".join([*named, *roles, *(["by itself"] if move.by_system else [])])


def _needs(move: Move) -> str:
    return ", ".join(NEEDS[need] for need in Need if need in move.needs)


def _state(status: Status) -> str:
    return " ".join(wording.state(status))


def _states(group: frozenset[Status]) -> str:
    return ", ".join(_state(status) for status in Status if status in group)


def _moves(actions: Iterable[Action]) -> str:
    wanted = set(actions)
    chosen = [action for action in MOVES if action in wanted]
    return ", ".join(" ".join(wording.move(action)) for action in chosen)
