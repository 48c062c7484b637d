"""People of every role press whatever they like, in any order; the ledger must be what the model foresees, to the last line."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain, pairwise

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from bot.domain.errors import Refused
from bot.domain.ids import IssueId
from bot.domain.issue import Category
from bot.domain.organisation import CITY
from bot.ports import Store, UnitOfWork
from bot.services.desk import claiming
from bot.services.tasks import asking
from bot.services.timed import reminders
from bot.services.turn import Turn
from tests.builders import City, filed
from tests.fakes import NOW, a_calendar, a_policy
from tests.life.acts import ACTS, ARGS, a_card_of, do
from tests.life.model import AT_UNIT, Act, Board, Case, Office, Refusal

PEOPLE = (
    *("clerk", "admin", "a02", "a04", "a14", "h02", "h04", "reporter"),
    *("district_leader", "city_leader", "verifier", "auditor"),
)
UNITS = {"U02": ("h02", ["a02"]), "U04": ("h04", ["a04", "a14"])}
ISSUES = 3
UNIT = ("accept", "give_back", "explain", "extend", "resolve")
DESK = sorted(ACTS.keys() - {*UNIT, "grant", "refuse", "confirm", "dispute", "rate"})
# how far an issue is when a run begins: each is a walk that the one before begins
WAYS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "reported": (),
    "assigned": (("clerk", "register", ""), ("clerk", "name_unit", "U04"), ("admin", "assign", "a04")),
    "asked": (("a04", "accept", ""), ("a04", "extend", "5")),
    "resolved": (("a04", "resolve", "proven"),),
    "confirmed": (("REPORTER", "confirm", ""),),
    "cleared": (("clerk", "clear", ""),),
}
JUMPS = (timedelta(minutes=4), timedelta(hours=3), timedelta(days=1), timedelta(days=5))


@dataclass
class Stage:
    """A store with the sample city in it, and a loop to use it in. Every run is rolled back: the next finds it as it was."""

    runner: asyncio.Runner
    store: Store
    city: City
    seen: Counter[tuple[str, bool]] = field(default_factory=Counter)  # act, taken or refused → how often


class Undone(Exception):  # noqa: N818 - how a run ends
    """Rolls the run's transaction back."""


class Life(RuleBasedStateMachine):
    """`stage` is set by `play`."""

    stage: Stage

    def __init__(self) -> None:
        super().__init__()
        self.calendar, self.policy, self.now = a_calendar(), a_policy(), NOW
        self.office = Office(self.calendar, {"clerk", "admin"}, UNITS, {"district_leader", "city_leader"})
        self.board: Board = {}
        self.transaction: AbstractAsyncContextManager[UnitOfWork] | None = None

    # the ledger
    @property
    def turn(self) -> Turn:
        return Turn(self.uow, self.policy, self.calendar, self.now)

    @initialize(ways=st.tuples(*[st.sampled_from(sorted(WAYS))] * ISSUES))
    def begin(self, ways: tuple[str, ...]) -> None:
        """Three issues, two of one reporter, one that a clerk has reported; each as far as it was drawn."""
        self.transaction = self.stage.store.begin()
        self.uow = self.stage.runner.run(self.transaction.__aenter__())
        self.stage.runner.run(self._file())
        for case, way in zip(sorted(self.board), ways, strict=True):
            for who, what, arg in _walk_to(way):
                self._act(Act(who.replace("REPORTER", self.board[case].reporter), what, case, arg))

    async def _file(self) -> None:
        for number in range(ISSUES):
            name = "reporter" if number < ISSUES - 1 else "clerk"
            person = getattr(self.stage.city, name)
            issue = await filed(self.uow, reporter=person.id, category=Category.PAYMENT, description=f"工程款{number}")
            await self.uow.cards.put(*a_card_of(person.user_id, issue.id))
            self.board[issue.id] = Case(issue.id, name)

    def teardown(self) -> None:
        if self.transaction is None:
            return
        try:
            self.stage.runner.run(self._compare_all())
        finally:
            with suppress(Undone):
                self.stage.runner.run(self.transaction.__aexit__(Undone, Undone(), None))

    # what people do
    @rule(data=st.data())
    def the_desk_goes_on(self, data: st.DataObject) -> None:
        self._draw(data, DESK)

    @rule(data=st.data())
    def the_unit_goes_on(self, data: st.DataObject) -> None:
        self._draw(data, UNIT)

    @rule(data=st.data())
    def a_leader_decides(self, data: st.DataObject) -> None:
        self._draw(data, ("grant", "refuse", "hand_over"))

    @rule(data=st.data())
    def the_reporter_speaks(self, data: st.DataObject) -> None:
        self._draw(data, ("confirm", "dispute", "rate"))

    @rule(data=st.data())
    def anybody_tries_anything(self, data: st.DataObject) -> None:
        """Old buttons, forged ones, and people who may not."""
        what = data.draw(st.sampled_from(sorted(ACTS)))
        tried = [acts(self.board, who, what, case) for who in PEOPLE for case in self.board]
        self._act(data.draw(st.sampled_from(list(chain.from_iterable(tried)))))

    def _draw(self, data: st.DataObject, kinds: Sequence[str]) -> None:
        """Something of these kinds that the model allows now, if there is any: first what, then who and where."""
        found = self._possible(kinds) or self._possible(ACTS)
        what = data.draw(st.sampled_from(sorted({act.what for act in found})))
        self._act(data.draw(st.sampled_from([act for act in found if act.what == what])))

    @rule(jump=st.sampled_from(JUMPS))
    def time_passes(self, jump: timedelta) -> None:
        """And the second beats: reminders, rungs, questions asked again."""
        self.now += jump
        self.board = self.office.beat(self.board, self.now)
        self.stage.runner.run(self._beat())

    async def _beat(self) -> None:
        await reminders.tick(self.turn)
        await asking.tick(self.turn)
        await claiming.tick(self.turn)
        for number in self.board:
            await self._compare(number)

    def _possible(self, kinds: Iterable[str]) -> list[Act]:
        may = (
            (who, what, case)
            for what in kinds
            for case in self.board
            for who in PEOPLE
            if who in self.office.allowed(self.board[case], what)
        )
        found = (act for who, what, case in may for act in acts(self.board, who, what, case))
        return [act for act in found if self._foreseen(act) is not None]

    def _foreseen(self, act: Act) -> Board | None:
        try:
            return self.office.foresee(self.board, act, self.now)
        except Refusal:
            return None

    def _act(self, act: Act) -> None:
        foreseen = self._foreseen(act)
        refused = self.stage.runner.run(self._try(act))
        assert (foreseen is None) == (refused is not None), f"{act}: the model foresees {foreseen}, but {refused!r}"
        self.stage.seen[act.what, refused is None] += 1
        before, self.board = self.board, foreseen or self.board
        touched = {number for number in self.board if self.board[number] != before[number]} | {act.case}
        self.stage.runner.run(self._compare(*touched))

    async def _try(self, act: Act) -> Refused | None:
        try:
            async with self.uow.savepoint():
                await do(self.turn, act, self.stage.city)
        except Refused as refused:
            return refused
        return None

    # model and ledger
    async def _compare(self, *numbers: int) -> None:
        for number in numbers:
            assert await self._told(number) == _plain(self.board[number]), self.board[number]

    async def _told(self, number: int) -> dict[str, object]:
        """What the ledger holds, in the model's words."""
        issue = await self.uow.issues.get(IssueId(number))
        planned = {due.kind for due in await self.uow.agenda.planned(issue.id)}
        names = {getattr(self.stage.city, name).id: name for name in PEOPLE}
        claim = await self.uow.desks.claim_of(issue.id)
        return {
            "status": issue.status.value,
            "category": issue.category.value,
            "level": issue.level.value,
            "days": issue.days,
            "unit": issue.unit,
            "assignee": names[issue.assignee] if issue.assignee else None,
            "due": issue.deadline.due_at if issue.deadline else None,
            "deadlines": issue.deadlines,
            "asked": issue.asked_until,
            "paused": (issue.suspended_from.value, issue.suspended_at) if issue.suspended_from else None,
            "resolved_at": issue.resolved_at,
            "asks": issue.asks,
            "word": issue.word.value if issue.word else None,
            "rating": issue.satisfaction.value if issue.satisfaction else None,
            "outcome": issue.outcome.value if issue.outcome else None,
            "into": issue.merged_into,
            "reopened": issue.reopened,
            "hand": (names[claim.person], claim.until) if claim else None,
            "lines": issue.version,
            "reminded": "reminder" in planned,
        }

    async def _compare_all(self) -> None:
        """Every issue, and every history: as many lines as there were changes, each begins where the one before ended."""
        for number in self.board:
            await self._compare(number)
            lines = [line.entry for line in await self.uow.issues.history(IssueId(number))]
            assert len(lines) == self.board[number].lines
            assert all(one.after_status == other.before_status for one, other in pairwise(lines))
            assert all(one.at <= other.at for one, other in pairwise(lines))
            assert lines[-1].after_status == self.board[number].status
        solved = [case for case in self.board.values() if (case.status, case.outcome) == ("cleared", "solved")]
        totals = await self.uow.issues.totals(CITY, self.now)
        assert (totals.collected, totals.solved) == (ISSUES, len(solved))


def _walk_to(way: str) -> list[tuple[str, str, str]]:
    reached = list(WAYS)[: list(WAYS).index(way) + 1]
    return [step for name in reached for step in WAYS[name]]


def acts(board: Board, who: str, what: str, case: int) -> list[Act]:
    """One for each argument the act may have."""
    args = ARGS.get(what, ("",))
    return [Act(who, what, case, arg) for arg in (map(str, board) if args == ("#",) else args)]


def _plain(case: Case) -> dict[str, object]:
    told = {name: getattr(case, name) for name in case.__dataclass_fields__ if name not in {"id", "reporter", "last"}}
    return {**told, "reminded": case.status in AT_UNIT}


def play(stage: Stage, runs: int, steps: int, *, seed: int | None = None) -> None:
    """So many runs of so many steps on one store. A failure is shrunk and shown as a list of presses.

    Without a seed every run of the same code plays the same lives: what holds today holds tomorrow.
    """
    machine = type("Life", (Life,), {"stage": stage, "_hypothesis_internal_use_seed": seed})
    how = settings(
        max_examples=runs,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=seed is None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=how)
