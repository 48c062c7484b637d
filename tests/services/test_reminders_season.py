"""Ninety days of a city on a virtual clock, with outages: no reminder lost, none twice, none after closing."""

import random
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import pytest

from bot.domain import lifecycle
from bot.domain.deadlines import deadline_after
from bot.domain.history import Action
from bot.domain.ids import IssueId
from bot.domain.issue import AT_THE_UNIT, Issue, Level
from bot.services.timed import reminders
from bot.services.turn import Turn
from tests.builders import assigned, filed
from tests.services.at_work import Office

START = date(2026, 8, 24)  # the holidays of autumn and their make-up weekends lie within
STEP = timedelta(hours=1)


@dataclass
class Season:
    """The city lives at random; what should be said is reckoned beside it, day by day, without the code under test."""

    office: Office
    dice: random.Random
    since: dict[IssueId, datetime] = field(default_factory=dict)  # when it was last told, or its deadline set
    climbed: dict[tuple[IssueId, int], int] = field(default_factory=lambda: defaultdict(int))
    issues: list[IssueId] = field(default_factory=list)
    reminded: int = 0
    escalated: int = 0

    async def lives(self, turn: Turn) -> None:
        """Perhaps something happens to an issue."""
        what = self.dice.random()
        if what < 0.05:
            await self.assigns(turn)
        elif what < 0.12 and self.issues:
            issue = await turn.uow.issues.get(self.dice.choice(self.issues))
            if issue.status in AT_THE_UNIT:
                await self.changes(turn, issue)

    async def assigns(self, turn: Turn) -> None:
        city, level = self.office.city, self.dice.choice(list(Level))
        who = self.dice.choice([city.a02, city.a04, city.a14])
        issue = await filed(turn.uow, reporter=city.reporter.id, level=level)
        deadline = deadline_after(turn.calendar, turn.now, turn.policy.level_days[level], 1)
        issue = await assigned(turn.uow, issue, who, city.clerk.id, deadline=deadline, at=turn.now)
        await self.planned(turn, issue)
        self.issues.append(issue.id)

    async def changes(self, turn: Turn, issue: Issue) -> None:
        """Returned, accepted, or given more time."""
        person = self.office.city.clerk.id
        kind = self.dice.choice(["return", "return", "touch", "move"])
        if kind == "return":
            change = lifecycle.return_to_desk(issue, person, turn.now, "不归我们")
        elif kind == "touch":
            change = lifecycle.step(issue, Action.REMARK, person, turn.now, "在办")
        else:
            deadline = deadline_after(turn.calendar, turn.now, self.dice.randint(1, 8), issue.deadlines + 1)
            change = lifecycle.step(issue, Action.SET_DEADLINE, person, turn.now, deadline=deadline)
        await turn.uow.issues.save(change)
        await reminders.plan(turn, change.issue)
        if kind == "move":
            self.since[issue.id] = turn.now

    async def planned(self, turn: Turn, issue: Issue) -> None:
        await reminders.plan(turn, issue)
        self.since[issue.id] = turn.now

    async def ticks(self, turn: Turn) -> None:
        """The bot runs; what it says is held against the reckoning."""
        expected = [i for i in [await turn.uow.issues.get(n) for n in self.issues] if self.is_due(turn, i)]
        rungs = {i.number: self.rungs(turn, i) for i in [await turn.uow.issues.get(n) for n in self.issues]}
        self.office.store.forget_messages()
        await reminders.tick(turn)
        said = [line for m in self.office.store.outbox_messages("timed/reminder") for line in m.facts["issues"]]
        assert sorted(line["number"] for line in said) == sorted(i.number for i in expected), turn.now
        chats = [m.chat for m in self.office.store.outbox_messages("timed/reminder")]
        assert len(chats) == len(set(chats)), "one message per person and run"
        told = [line for m in self.office.store.outbox_messages("timed/escalation") for line in m.facts["issues"]]
        assert sorted(line["number"] for line in told) == sorted(n for n, new in rungs.items() for _ in range(new))
        self.reminded, self.escalated = self.reminded + len(said), self.escalated + len(told)
        for issue in expected:
            self.since[issue.id] = turn.now

    def may_speak(self, turn: Turn, issue: Issue) -> bool:
        running = issue.deadline is not None and issue.status in AT_THE_UNIT
        return running and (issue.level is Level.A or turn.calendar.is_open(turn.now))

    def is_due(self, turn: Turn, issue: Issue) -> bool:
        """A moment at which it should be said lies between the last time and now."""
        if not self.may_speak(turn, issue):
            return False
        since = self.since[issue.id]
        days = (since.date() + timedelta(days=n) for n in range((turn.now - since).days + 3))
        return any(since < turn.calendar.opening(day) <= turn.now and self.is_told_on(turn, issue, day) for day in days)

    def is_told_on(self, turn: Turn, issue: Issue, day: date) -> bool:
        if not turn.calendar.is_working_day(day) or issue.deadline is None:
            return False
        left = self.walk(turn, day, turn.calendar.day_of(issue.deadline.due_at))
        return left < 0 or left in {3, 1, 0}

    def rungs(self, turn: Turn, issue: Issue) -> int:
        """How many rungs are reached by now and were not yet told."""
        if not self.may_speak(turn, issue) or issue.deadline is None:
            return 0
        over = -self.walk(turn, turn.calendar.day_of(turn.now), turn.calendar.day_of(issue.deadline.due_at))
        today = turn.calendar.day_of(turn.now)
        if turn.calendar.is_working_day(today) and turn.now < turn.calendar.opening(today):
            over -= 1
        reached = sum(over >= days for days in (1, 3, 5, 10))
        key = (issue.id, issue.deadline.version)
        fresh, self.climbed[key] = reached - self.climbed[key], max(reached, self.climbed[key])
        return max(0, fresh)

    @staticmethod
    def walk(turn: Turn, first: date, last: date) -> int:
        """Working days from first to last, one day at a time."""
        sign = 1 if last >= first else -1
        low, high = min(first, last), max(first, last)
        days = (low + timedelta(days=n) for n in range(1, (high - low).days + 1))
        return sign * sum(turn.calendar.is_working_day(day) for day in days)


@pytest.mark.parametrize("seed", [1, 2])
async def test_ninety_days_without_a_lost_or_doubled_word(office: Office, seed: int) -> None:
    """Issues come, move and go; the bot is down for up to four days at a time; each word is said once, when it can be."""
    season = Season(office, random.Random(seed))  # noqa: S311 - dice, not secrets
    moment, down_until = office.at(START, 0).now, office.at(START, 0).now
    while moment < office.at(START + timedelta(days=90), 0).now:
        turn = replace(office.turn, now=moment)
        if season.dice.random() < 0.004:
            down_until = moment + timedelta(hours=season.dice.randint(1, 96))
        if moment >= down_until:
            await season.lives(turn)
            await season.ticks(turn)
        moment += STEP
    assert season.reminded > 200
    assert season.escalated > 40
