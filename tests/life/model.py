"""The life of issues told a second time, as plainly as can be, from domain.md and without looking at `bot.domain`'s table.

A model issue is a handful of plain values. `foresee` says what the ledger must hold after an act: nothing new (None, the act is
refused) or the model as it then is.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.domain.calendar import Calendar

AT_DESK = {"reported", "registered", "verified", "returned"}
AT_UNIT = {"assigned", "accepted"}
CLOSED = {"cleared", "rejected", "merged"}
LEVEL_DAYS = {"A": 2, "B": 5, "C": 15}
SILENCE_DAYS, UNDO, HAND = 3, timedelta(minutes=10), timedelta(minutes=30)
DECISIONS = {  # of the desk: not to be crossed while another clerk has the case in hand
    *(
        "register",
        "name_unit",
        "categorise",
        "rank",
        "set_days",
        "assign",
        "reject",
        "merge",
        "suspend",
        "resume",
        "clear",
    ),
    *("conclude", "reopen", "undo", "hand_over", "ask_reject"),
}


@dataclass(frozen=True)
class Case:
    """One issue as the office would put it on a blackboard."""

    id: int
    reporter: str
    status: str = "reported"
    category: str = "payment"
    level: str = "B"
    days: int | None = None
    unit: str | None = None
    assignee: str | None = None
    due: datetime | None = None
    deadlines: int = 0
    asked: datetime | None = None
    paused: tuple[str, datetime] | None = None  # where it stood, since when
    resolved_at: datetime | None = None
    asks: int = 0
    word: str | None = None
    rating: str | None = None
    outcome: str | None = None
    into: int | None = None
    reopened: int = 0
    hand: tuple[str, datetime] | None = None  # the clerk who is at a decision, and how long at the most
    lines: int = 1  # of its history
    last: "tuple[str, datetime, Case] | None" = field(
        default=None, compare=False
    )  # the last move, and what was before it

    @property
    def is_open(self) -> bool:
        return self.status not in CLOSED


@dataclass(frozen=True)
class Act:
    """Somebody presses something. `arg`: a person, unit, number of days, outcome, other issue…, as the act has it."""

    who: str
    what: str
    case: int
    arg: str = ""


Board = dict[int, Case]


class Refusal(Exception):  # noqa: N818 - an outcome
    """The act must be refused."""


class Office:
    """Who is who, and what time it is. `units`: unit → (head, assignees)."""

    def __init__(self, calendar: Calendar, clerks: set[str], units: dict[str, tuple[str, list[str]]], above: set[str]):
        self.calendar, self.clerks, self.units, self.above = calendar, clerks, units, above

    def foresee(self, board: Board, act: Act, now: datetime) -> Board:
        """The board after the act. Raises Refusal."""
        case = board[act.case]
        must(act.who in self.allowed(case, act.what))
        decides = act.what in DECISIONS and act.who in self.clerks
        must(not decides or self._hand(case, now) in {None, act.who})
        if act.what == "merge":
            merged = self._merge(board, case, int(act.arg), now)
            changed = [number for number in board if merged[number] != board[number]]
            return {**merged, **{number: freed(merged[number], act.who) for number in changed}}
        after = getattr(self, f"_{act.what}")(case, act, now)
        waits = act.what == "ask_reject" or (act.what == "assign" and case.unit is None)
        return {**board, case.id: freed(after, act.who) if decides and not waits else after}

    def _hand(self, case: Case, now: datetime) -> str | None:
        """Whose hand it is in."""
        return case.hand[0] if case.hand is not None and case.hand[1] > now else None

    def allowed(self, case: Case, what: str) -> set[str | None]:
        """Who may do it, whatever state it is in."""
        head = self.units[case.unit][0] if case.unit else None
        if what in {"confirm", "dispute", "rate"}:
            return {case.reporter}
        if what in {"accept", "give_back", "explain", "extend", "resolve"}:
            return {case.assignee}
        if what in {"grant", "refuse"}:
            return {head, *self.above} - {case.assignee}
        return {*self.clerks, head} if what == "hand_over" else {*self.clerks}

    # the desk
    def _register(self, case: Case, act: Act, now: datetime) -> Case:
        must(case.status == "reported")
        return moved(case, act, now, status="registered")

    def _name_unit(self, case: Case, act: Act, now: datetime) -> Case:
        must(case.status in AT_DESK)
        return case if case.unit == act.arg else line(case, unit=act.arg)

    def _categorise(self, case: Case, act: Act, now: datetime) -> Case:
        must(case.is_open)
        return case if case.category == act.arg else line(case, category=act.arg)

    def _rank(self, case: Case, act: Act, now: datetime) -> Case:
        must(case.is_open)
        return case if case.level == act.arg else line(case, level=act.arg)

    def _set_days(self, case: Case, act: Act, now: datetime) -> Case:
        must(case.status in AT_DESK | AT_UNIT)
        wanted = replace(case, days=int(act.arg))
        if case.status in AT_DESK:
            return case if case.days == wanted.days and case.due is None else line(wanted, due=None, asked=None)
        due = self._fresh(wanted, now)
        if case.days == wanted.days and case.due == due:
            return case
        return line(wanted, due=due, deadlines=case.deadlines + 1, asked=None)

    def _assign(self, case: Case, act: Act, now: datetime) -> Case:
        must(case.status in {"registered", "verified", "returned"})
        if case.unit is None:
            return case  # the unit is asked for first
        must(act.arg in self.units[case.unit][1])
        checked = line(case, status="verified") if case.status == "registered" else case
        due = self._fresh(case, now)
        return moved(checked, act, now, status="assigned", assignee=act.arg, due=due, deadlines=case.deadlines + 1)

    def _ask_reject(self, case: Case, act: Act, now: datetime) -> Case:
        """Pressed; the reason is not given yet."""
        must(case.status in AT_DESK)
        return replace(case, hand=(act.who, now + HAND))

    def _take_over(self, case: Case, act: Act, now: datetime) -> Case:
        others = self._hand(case, now) not in {None, act.who}
        return replace(case, hand=(act.who, now + HAND)) if others else case

    def _reject(self, case: Case, act: Act, now: datetime) -> Case:
        must(case.status in AT_DESK)
        return moved(case, act, now, status="rejected", outcome="not_accepted")

    def _merge(self, board: Board, case: Case, other: int, now: datetime) -> Board:
        must(case.status in AT_DESK | AT_UNIT)
        original = board[other]
        while original.into is not None:
            original = board[original.into]
        must(original.is_open and original.id != case.id)
        act = Act("", "merge", case.id)
        merged = moved(case, act, now, status="merged", into=original.id, asked=None)
        return {**board, case.id: merged, original.id: line(original)}

    def _suspend(self, case: Case, act: Act, now: datetime) -> Case:
        must(case.status in AT_DESK | AT_UNIT)
        return moved(case, act, now, status="suspended", paused=(case.status, now), asked=None)

    def _resume(self, case: Case, act: Act, now: datetime) -> Case:
        must(case.paused is not None)
        assert case.paused is not None
        where, since = case.paused
        after = moved(case, act, now, status=where, paused=None)
        if where in AT_DESK or case.due is None:
            return after
        left = self.calendar.office_time_between(since, case.due)
        return replace(after, due=self.calendar.add_office_time(now, left), deadlines=case.deadlines + 1)

    def _clear(self, case: Case, act: Act, now: datetime) -> Case:
        must(case.status == "resolved" and self._agreed(case, now))
        return moved(case, act, now, status="cleared", outcome="solved")

    def _conclude(self, case: Case, act: Act, now: datetime) -> Case:
        must(case.status in AT_DESK | AT_UNIT | {"resolved"})
        must(act.arg != "partly" or (case.status == "resolved" and self._agreed(case, now)))
        missed = case.status in AT_UNIT and case.due is not None and now > case.due
        due = case.due if missed or case.status == "resolved" else None
        return moved(case, act, now, status="cleared", outcome=act.arg, due=due, asked=None)

    def _reopen(self, case: Case, act: Act, now: datetime) -> Case:
        must(case.status in {"resolved"} | CLOSED)
        return self._again(case, act, now, None)

    def _undo(self, case: Case, act: Act, now: datetime) -> Case:
        must(case.last is not None)
        assert case.last is not None
        what, at, before = case.last
        must(what in {"register", "assign", "clear", "conclude", "merge"} and now - at <= UNDO)
        back = moved(case, act, now, status=before.status, outcome=None, into=None, due=before.due)
        return replace(back, assignee=None, asked=None) if what == "assign" else back

    # the unit and its leaders
    def _accept(self, case: Case, act: Act, now: datetime) -> Case:
        must(case.status == "assigned")
        return moved(case, act, now, status="accepted")

    def _give_back(self, case: Case, act: Act, now: datetime) -> Case:
        must(case.status in AT_UNIT)
        return moved(case, act, now, status="returned", due=None, asked=None, assignee=None)

    def _explain(self, case: Case, act: Act, now: datetime) -> Case:
        must(case.status in AT_UNIT)
        return line(case)

    def _extend(self, case: Case, act: Act, now: datetime) -> Case:
        """`arg`: how many working days after the present deadline."""
        must(case.status in AT_UNIT)
        assert case.due is not None
        due_day = self.calendar.day_of(case.due)
        day = self.calendar.add_working_days(due_day, int(act.arg))
        until = self.calendar.closing(self.calendar.working_day_on_or_after(day))
        must(until > case.due and until > now)
        return line(case, asked=until)

    def _grant(self, case: Case, act: Act, now: datetime) -> Case:
        must(case.status in AT_UNIT and case.asked is not None and case.asked > now)
        return line(case, due=case.asked, deadlines=case.deadlines + 1, asked=None)

    def _refuse(self, case: Case, act: Act, now: datetime) -> Case:
        must(case.status in AT_UNIT and case.asked is not None)
        return line(case, asked=None)

    def _hand_over(self, case: Case, act: Act, now: datetime) -> Case:
        must(case.status in AT_UNIT)
        assert case.unit is not None
        if case.assignee == act.arg:
            return case
        head, assignees = self.units[case.unit]
        must(act.arg in {head, *assignees})
        return moved(case, act, now, status="assigned", assignee=act.arg)

    def _resolve(self, case: Case, act: Act, now: datetime) -> Case:
        must(case.status in AT_UNIT)
        must(act.arg == "proven")
        return moved(case, act, now, status="resolved", resolved_at=now, asks=1, word=None, rating=None, asked=None)

    # the reporter
    def _confirm(self, case: Case, act: Act, now: datetime) -> Case:
        must(case.status == "resolved")
        return case if case.word == "solved" else line(case, word="solved")

    def _dispute(self, case: Case, act: Act, now: datetime) -> Case:
        agreed = case.outcome == "solved" and case.word == "solved"
        must(case.status == "resolved" or (case.status == "cleared" and not agreed))
        return self._again(case, act, now, "not_solved")

    def _rate(self, case: Case, act: Act, now: datetime) -> Case:
        must(case.status in {"resolved", "cleared"})
        return case if case.rating == act.arg else line(case, rating=act.arg)

    # what several share
    def _again(self, case: Case, act: Act, now: datetime, word: str | None) -> Case:
        forgotten = {"outcome": None, "into": None, "resolved_at": None, "rating": None, "asks": 0, "word": word}
        at_desk = case.assignee is None
        after = moved(
            case, act, now, status="registered" if at_desk else "assigned", reopened=case.reopened + 1, **forgotten
        )
        if at_desk:
            return after
        return replace(after, due=self._fresh(case, now), deadlines=case.deadlines + 1)

    def _agreed(self, case: Case, now: datetime) -> bool:
        if case.word == "solved":
            return True
        assert case.resolved_at is not None
        last = self.calendar.add_working_days(self.calendar.day_of(case.resolved_at), SILENCE_DAYS)
        return case.asks >= 2 and now >= self.calendar.closing(last)

    def _fresh(self, case: Case, now: datetime) -> datetime:
        days = LEVEL_DAYS[case.level] if case.days is None else case.days
        return self.calendar.closing(self.calendar.add_working_days(self.calendar.day_of(now), days))

    def beat(self, board: Board, now: datetime) -> Board:
        """In office hours a silent reporter is asked again on a later day. A hand that held long enough lets go at any hour."""
        board = {number: case if self._hand(case, now) else replace(case, hand=None) for number, case in board.items()}
        if not self.calendar.is_open(now):
            return board
        return {number: self._asked_again(case, now) for number, case in board.items()}

    def _asked_again(self, case: Case, now: datetime) -> Case:
        waits = case.status == "resolved" and case.word is None and case.asks == 1
        if not waits or case.resolved_at is None:
            return case
        earlier = self.calendar.day_of(case.resolved_at) < self.calendar.day_of(now)
        return line(case, asks=2) if earlier else case


def must(allowed: bool) -> None:
    """Raises Refusal if it is not."""
    if not allowed:
        raise Refusal


def freed(case: Case, who: str) -> Case:
    """Decided: it is in that hand no more."""
    return replace(case, hand=None) if case.hand is not None and case.hand[0] == who else case


def line(case: Case, **changed: object) -> Case:
    """A further line of its history."""
    return replace(case, lines=case.lines + 1, **changed)  # type: ignore[arg-type]


def moved(case: Case, act: Act, now: datetime, **changed: object) -> Case:
    """A line that is a move: the last one, as far as undoing goes."""
    return replace(line(case, **changed), last=(act.what, now, case))
