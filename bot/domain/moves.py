"""All states and moves of an issue's life in one table: who may, from where, to where, what it needs, what it does to the clock.

Permissions (`bot.domain.permissions`), checked steps (`bot.domain.lifecycle`), buttons and docs/life.md come from here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from bot.domain.history import Action
from bot.domain.issue import AT_THE_UNIT, OPEN, Issue, Outcome, Status, Word
from bot.domain.organisation import Role

BEFORE_UNIT = frozenset({Status.REPORTED, Status.REGISTERED, Status.VERIFIED, Status.RETURNED})
_BEFORE_END = BEFORE_UNIT | AT_THE_UNIT
_ANY = frozenset(Status)


class Named(StrEnum):
    """People a move belongs to by name, whatever else they are."""

    REPORTER = "its_reporter"  # who reported it
    ASSIGNEE = "its_assignee"  # whose name is on it, while in charge at its unit
    BOTH = "both_named"  # either of them, also when no longer in charge
    UNIT_LEADER = "its_units_leader"  # leads exactly the responsible unit


class Need(StrEnum):
    """What a move asks for."""

    WORDS = "words"  # a reason, in words
    UNIT = "unit"  # the responsible unit is named
    PROOF = "proof"  # words, means used, and a photo where the category asks for one
    WORD = "word"  # the reporter's word, or silence after two asks
    ORIGINAL = "original"  # another issue, open
    DAY = "day"  # later than the deadline
    OUTCOME = "outcome"  # one of the three that are not `solved`


class Clock(StrEnum):
    """What a move does to the deadline. The agenda (reminders, ladder) follows: it is planned exactly while the clock runs."""

    AS_IT_IS = ""
    STARTS = "starts"  # a new deadline, and its version
    STOPS = "stops"  # for now: what is left is kept
    GOES_ON = "goes_on"  # with what was left
    MOVES = "moves"  # to another day, as a new version
    ENDS = "ends"


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold of an issue beside its state. `name` is a key of the docs."""

    name: str
    holds: Callable[[Issue], bool]


@dataclass(frozen=True, slots=True)
class Move:
    """`end` None: the state stays, or with `back` is again what it was. `roles` act in their scope, `named` by name."""

    start: frozenset[Status]
    end: Status | None = None
    roles: frozenset[Role] = frozenset()
    named: frozenset[Named] = frozenset()
    needs: frozenset[Need] = frozenset()
    clock: Clock = Clock.AS_IT_IS
    counts: bool = False  # the count of reopenings goes up
    back: bool = False
    only: Condition | None = None
    by_system: bool = False

    @property
    def words(self) -> bool:
        """It needs a reason."""
        return Need.WORDS in self.needs

    def legal(self, issue: Issue) -> bool:
        """The state of the issue allows it."""
        return issue.status in self.start and (self.only is None or self.only.holds(issue))

    def moves(self) -> bool:
        """It leads to another state."""
        return self.end is not None or self.back


def _from(*states: Status) -> frozenset[Status]:
    return frozenset(states)


def _needs(*needs: Need) -> frozenset[Need]:
    return frozenset(needs)


def _own(*named: Named) -> frozenset[Named]:
    return frozenset(named)


def _disputable(issue: Issue) -> bool:
    agreed = issue.outcome is Outcome.SOLVED and issue.word is Word.SOLVED
    return issue.status is Status.RESOLVED or not agreed


ASKED = Condition("more_time_asked", lambda issue: issue.asked_until is not None)
DUE = Condition("has_deadline", lambda issue: issue.deadline is not None)
NOT_AGREED = Condition("reporter_did_not_agree", _disputable)
_CLERK = frozenset({Role.CLERK})
_LEADER = frozenset({Role.LEADER})
_ASSIGNEE, _REPORTER = _own(Named.ASSIGNEE), _own(Named.REPORTER)
_WORDS = _needs(Need.WORDS)

MOVES: Mapping[Action, Move] = MappingProxyType(
    {
        # the desk
        Action.REGISTER: Move(_from(Status.REPORTED), Status.REGISTERED, _CLERK),
        Action.VERIFY: Move(_from(Status.REGISTERED), Status.VERIFIED, _CLERK),
        Action.ASSIGN: Move(
            _from(Status.VERIFIED, Status.RETURNED),
            Status.ASSIGNED,
            _CLERK,
            needs=_needs(Need.UNIT),
            clock=Clock.STARTS,
        ),
        Action.REJECT: Move(BEFORE_UNIT, Status.REJECTED, _CLERK, needs=_WORDS, clock=Clock.ENDS),
        Action.MERGE: Move(_BEFORE_END, Status.MERGED, _CLERK, needs=_needs(Need.ORIGINAL), clock=Clock.ENDS),
        Action.ABSORB: Move(OPEN, roles=_CLERK),
        Action.SUSPEND: Move(_BEFORE_END, Status.SUSPENDED, _CLERK, needs=_WORDS, clock=Clock.STOPS),
        Action.RESUME: Move(_from(Status.SUSPENDED), None, _CLERK, clock=Clock.GOES_ON, back=True),
        Action.CLEAR: Move(
            _from(Status.RESOLVED), Status.CLEARED, _CLERK, needs=_needs(Need.PROOF, Need.WORD), clock=Clock.ENDS
        ),
        Action.CONCLUDE: Move(
            _BEFORE_END | {Status.RESOLVED},
            Status.CLEARED,
            _CLERK,
            needs=_needs(Need.OUTCOME, Need.WORDS),
            clock=Clock.ENDS,
        ),
        Action.REOPEN: Move(
            _from(Status.RESOLVED, Status.CLEARED, Status.REJECTED, Status.MERGED),
            Status.ASSIGNED,
            _CLERK,
            needs=_WORDS,
            clock=Clock.STARTS,
            counts=True,
        ),
        Action.CATEGORISE: Move(OPEN, roles=_CLERK),
        Action.RANK: Move(OPEN, roles=_CLERK),
        Action.CLASSIFY: Move(OPEN, roles=_CLERK),
        Action.NAME_UNIT: Move(BEFORE_UNIT, roles=_CLERK),
        Action.SET_DEADLINE: Move(_BEFORE_END, roles=_CLERK, clock=Clock.MOVES),
        # the unit
        Action.ACCEPT: Move(_from(Status.ASSIGNED), Status.ACCEPTED, named=_ASSIGNEE),
        Action.RETURN: Move(AT_THE_UNIT, Status.RETURNED, named=_ASSIGNEE, needs=_WORDS, clock=Clock.ENDS),
        Action.EXPLAIN: Move(AT_THE_UNIT, named=_ASSIGNEE, needs=_WORDS),
        Action.EXTEND: Move(AT_THE_UNIT, named=_ASSIGNEE, needs=_needs(Need.DAY, Need.WORDS), only=DUE),
        Action.RESOLVE: Move(
            AT_THE_UNIT, Status.RESOLVED, named=_ASSIGNEE, needs=_needs(Need.PROOF), clock=Clock.STOPS
        ),
        Action.HAND_OVER: Move(AT_THE_UNIT, Status.ASSIGNED, _CLERK, _own(Named.UNIT_LEADER), by_system=True),
        # leaders
        Action.GRANT: Move(AT_THE_UNIT, roles=_LEADER, clock=Clock.MOVES, only=ASKED),
        Action.REFUSE: Move(AT_THE_UNIT, roles=_LEADER, needs=_WORDS, only=ASKED),
        Action.NUDGE: Move(AT_THE_UNIT, roles=_CLERK | _LEADER),
        # the reporter
        Action.CONFIRM: Move(_from(Status.RESOLVED), named=_REPORTER),
        Action.DISPUTE: Move(
            _from(Status.RESOLVED, Status.CLEARED),
            Status.ASSIGNED,
            named=_REPORTER,
            needs=_WORDS,
            clock=Clock.STARTS,
            counts=True,
            only=NOT_AGREED,
        ),
        Action.RATE: Move(_from(Status.RESOLVED, Status.CLEARED), named=_REPORTER),
        # whoever has something to add, and what happens by itself
        Action.REMARK: Move(
            _ANY,
            roles=frozenset({Role.CLERK, Role.REPORTER, Role.ASSIGNEE, Role.LEADER, Role.VERIFIER}),
            named=_own(Named.BOTH),
            needs=_WORDS,
        ),
        Action.ADD_EVIDENCE: Move(
            _ANY,
            roles=frozenset({Role.CLERK, Role.REPORTER, Role.ASSIGNEE, Role.VERIFIER}),
            named=_own(Named.BOTH),
        ),
        Action.ASK_AGAIN: Move(_from(Status.RESOLVED), by_system=True),
        Action.REBIND: Move(_ANY, by_system=True),
    }
)
UNDOABLE = frozenset({Action.REGISTER, Action.ASSIGN, Action.CLEAR, Action.CONCLUDE, Action.MERGE})
UNDO_BY = _CLERK
NEVER_ONES_OWN = frozenset({Action.GRANT, Action.REFUSE})  # who asked for more time can't give it
OVER_THE_UNIT = frozenset({Action.GRANT, Action.REFUSE})  # to own the project is not enough


def actions_of(named: Named) -> frozenset[Action]:
    """The moves that belong to somebody by this name."""
    return frozenset(action for action, move in MOVES.items() if named in move.named)
