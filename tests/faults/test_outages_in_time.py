"""Scenario 5: months of virtual time with the process away again and again. What each person had to be told of each deadline is
worked out apart from the code that tells it, from the calendar day by day, and compared with what was told."""

import math
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

import pytest

from bot.domain import lifecycle
from bot.domain.deadlines import deadline_after, deadline_on
from bot.domain.ids import IssueId, PersonId, UserId
from bot.domain.issue import Issue, Level, Means
from bot.domain.organisation import Person
from bot.services.timed import reminders
from bot.services.turn import Turn
from storage.migrate import upgrade
from storage.store import SqlStore
from tests.builders import a_city, a_person, assigned, filed
from tests.fakes import FakeClock, a_calendar, a_policy
from tests.faults.conftest import Scale
from tests.faults.mortal import DEATHS, Process, at_random

FIRST_DAY = date(2026, 9, 7)  # the season has a make-up Sunday, National Day and a make-up Saturday in it
PEOPLE = 30
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LATE = HOUR
calendar, policy = a_calendar(), a_policy()
RUNGS = [rung.days for rung in policy.ladder]


@dataclass
class Version:
    """One deadline of an issue, from when it runs until it is changed or kept."""

    issue: IssueId
    number: int
    due: date
    since: datetime
    levels: list[tuple[datetime, Level]]  # since when which
    headless: bool
    until: datetime | None = None

    def runs_at(self, moment: datetime) -> bool:
        return self.since <= moment and (self.until is None or moment < self.until)

    def may_be_said(self, moment: datetime) -> bool:
        """In office hours; level A at any."""
        level = [level for since, level in self.levels if since <= moment][-1]
        return level is Level.A or is_open(moment)


@dataclass
class Story:
    """What people did, as far as it was committed, and when the schedule really had its turn."""

    versions: list[Version] = field(default_factory=list)
    ticks: list[datetime] = field(default_factory=list)

    def running(self) -> list[Version]:
        return [version for version in self.versions if version.until is None]


# --- what happens -----------------------------------------------------------------------------------------------


class Season:
    """Who does what, at random."""

    def __init__(self, process: Process, dice: random.Random) -> None:
        self.process, self.dice = process, dice
        self.story = Story()
        self.people: list[Person] = []
        self.clerk = PersonId(0)
        self.reporter = PersonId(0)

    async def settle(self) -> None:
        """The city, and so many people at its units; every third unit's head never started the bot."""

        async def found(turn: Turn) -> None:
            city = await a_city(turn.uow)
            await turn.uow.people.save(replace(city.h03, user_id=None))
            self.clerk, self.reporter = city.clerk.id, city.reporter.id
            for n in range(PEOPLE):
                unit = (city.a02, city.a03, city.a04)[n % 3].unit
                roles = f"assignee:unit:{unit}"
                who = a_person(f"P{n:03}", f"人{n}", roles, unit=unit, user_id=UserId(50_000 + n))
                self.people.append(await turn.uow.people.add(who))

        await self.process.act(found)

    async def assign(self) -> None:
        """A new issue with its person and its days."""
        who, level = self.dice.choice(self.people), self.dice.choice(list(Level))
        days = self.dice.choice([0, 1, 2, 5, 5, 5, 9, 15])

        async def give(turn: Turn) -> Issue:
            deadline = deadline_after(turn.calendar, turn.now, days, 1)
            issue = await filed(turn.uow, reporter=self.reporter, level=level)
            issue = await assigned(turn.uow, issue, who, self.clerk, at=turn.now, deadline=deadline)
            await reminders.plan(turn, issue)
            return issue

        issue = await self.process.act(give)
        if issue is not None:
            self._begin(issue, headless=who.unit == "U03")

    async def change(self) -> None:
        """Something happens to one that runs: solved, another day, another person, another level."""
        if not self.story.running():
            return
        version = self.dice.choice(self.story.running())
        what = self.dice.choice(["resolve", "resolve", "resolve", "move", "accept", "hand_over", "rank"])
        changed = await self.process.act(lambda turn: self._change(turn, version, what))
        if changed is None:
            return
        if what == "rank":
            version.levels.append((self.process.clock.now(), changed.level))
        if what in {"resolve", "move"}:
            version.until = self.process.clock.now()
        if what == "move":
            self._begin(changed, headless=version.headless)

    async def _change(self, turn: Turn, version: Version, what: str) -> Issue:
        issue = await turn.uow.issues.get(version.issue)
        by, now = self.clerk, turn.now
        match what:
            case "resolve":
                change = lifecycle.resolve(issue, by, now, "好了", [Means.EARLY_GUIDANCE], 1, photo_needed=False)
            case "move":
                day = turn.calendar.day_of(now) + timedelta(days=self.dice.randrange(1, 12))
                deadline = deadline_on(turn.calendar, day, issue.deadlines + 1)
                change = lifecycle.set_deadline(issue, by, now, None, deadline)
            case "rank":
                level = self.dice.choice(list(Level))
                change = lifecycle.step(issue, lifecycle.Action.RANK, by, now, level=level)
            case "accept" if lifecycle.legal(issue, lifecycle.Action.ACCEPT):
                change = lifecycle.accept(issue, by, now)
            case _:
                same = [person for person in self.people if person.unit == issue.unit]
                change = lifecycle.hand_over(issue, by, now, self.dice.choice(same).id)
        await turn.uow.issues.save(change)
        await reminders.plan(turn, change.issue)
        return change.issue

    def _begin(self, issue: Issue, *, headless: bool) -> None:
        assert issue.deadline is not None
        due = calendar.day_of(issue.deadline.due_at)
        now = self.process.clock.now()
        levels = [(now, issue.level)]
        self.story.versions.append(Version(issue.id, issue.deadline.version, due, now, levels, headless))

    async def tick(self) -> None:
        """The schedule's turn, unless it died before it was done."""
        if await self.process.tick():
            self.story.ticks.append(self.process.clock.now())


def outages(dice: random.Random, count: int, first: datetime, span: timedelta) -> list[tuple[datetime, datetime]]:
    """So many, one after the other: one of a minute, one of 72 hours, and all between, short ones as often as long ones; in
    all the process is away for at most six tenths of the time."""
    away = [MINUTE * math.exp(dice.uniform(0, math.log(72 * 60))) for _ in range(count - 2)]
    away += [MINUTE, 72 * HOUR]
    while sum(away, timedelta()) > span * 0.6:
        longest = max(away[:-1])
        away[away.index(longest)] = longest * dice.random()
    dice.shuffle(away)
    cuts = sorted(dice.random() * (span - sum(away, timedelta())) for _ in away)
    found, gone = [], timedelta()
    for cut, length in zip(cuts, away, strict=True):
        found.append((first + cut + gone, first + cut + gone + length))
        gone += length
    return found


def moments(dice: random.Random, days: int, deeds: int) -> list[tuple[datetime, str]]:
    """When the schedule is watched and when people act, in order: ticks around openings and lunch, and now and then."""
    found: list[tuple[datetime, str]] = []
    first = calendar.at(FIRST_DAY, time(0))
    for day in range(days):
        midnight = calendar.at(FIRST_DAY + timedelta(days=day), time(0))
        for hour, minute in (
            (0, 30),
            (6, 0),
            (8, 59),
            (9, 0),
            (9, 1),
            (9, 40),
            (11, 0),
            (12, 30),
            (14, 30),
            (16, 0),
            (21, 0),
        ):
            found.append((midnight + hour * HOUR + minute * MINUTE + timedelta(seconds=dice.random()), "tick"))
    spread = [at_random(dice, first, first + timedelta(days=days)) for _ in range(deeds)]
    found += [(moment, dice.choice(["assign", "change"])) for moment in spread]
    return sorted(found)


async def play(season: Season, days: int, deeds: int, cuts: int, dice: random.Random) -> None:
    """All of it. At the beginning of an outage the process dies, in whatever it does next; after it, another one starts, and
    its schedule has its turn at once."""
    first = calendar.at(FIRST_DAY, time(0))
    plan = moments(dice, days, deeds)
    away = outages(dice, cuts, first, timedelta(days=days))
    for moment, what in [*plan, (first + timedelta(days=days + 4), "tick")]:
        while away and away[0][0] <= moment:
            await die_and_return(season, *away.pop(0), dice)
        if moment > season.process.clock.now():
            season.process.clock.set(moment)
            await getattr(season, what)()
            if not season.process.alive:
                await season.process.start()


async def die_and_return(season: Season, began: datetime, ended: datetime, dice: random.Random) -> None:
    """Dies in the midst of a tick or of what somebody does."""
    season.process.clock.set(began)
    season.process.store.fate = dice.choice(DEATHS)
    await getattr(season, dice.choice(["tick", "assign", "change"]))()
    await season.process.die()
    season.process.clock.set(ended)
    await season.process.start()
    await season.tick()


# --- what must come of it ---------------------------------------------------------------------------------------


def working(day: date) -> bool:
    return calendar.exceptions.get(day, day.weekday() < 5)


def days_from(day: date, count: int) -> date:
    """By walking: so many working days on, or back."""
    step = timedelta(days=1 if count > 0 else -1)
    while count:
        day += step
        count -= working(day) * (1 if count > 0 else -1)
    return day


def nine(day: date) -> datetime:
    return calendar.at(day, time(9))


def opening_after(moment: datetime) -> datetime:
    """When the office could have said it."""
    local = moment.astimezone(calendar.zone)
    if working(local.date()):
        for opens, closes in calendar.hours:
            if local.time() < closes:
                return max(moment, calendar.at(local.date(), opens))
    return nine(days_from(local.date(), 1))


def is_open(moment: datetime) -> bool:
    return opening_after(moment) == moment


def due_moments(version: Version, last: date) -> list[datetime]:
    """Three, one and no working days before, then each working day after."""
    days = [days_from(version.due, -count) for count in (3, 1, 0)]
    day = version.due
    while (day := days_from(day, 1)) <= last:
        days.append(day)
    return [nine(day) for day in days]


def expected_reminders(version: Version, ticks: list[datetime], last: date) -> list[tuple[datetime, bool]]:
    """At which ticks it must have been said, and whether as late: the first tick that may speak after each moment; moments
    that passed before any could are one."""
    found: list[tuple[datetime, bool]] = []
    said_until, awaited = version.since, due_moments(version, last)
    for tick in filter(version.runs_at, ticks):
        waiting = [moment for moment in awaited if said_until < moment <= tick]
        if waiting and version.may_be_said(tick):
            found.append((tick, tick - opening_after(waiting[0]) > LATE))
            said_until = tick
    return found


def expected_rungs(version: Version, ticks: list[datetime]) -> list[datetime]:
    """When each rung must have been climbed: the first tick at which it may; after an empty one the next at once."""
    found: list[datetime] = []
    for tick in filter(version.may_be_said, filter(version.runs_at, ticks)):
        while len(found) < len(RUNGS) and nine(days_from(version.due, RUNGS[len(found)])) <= tick:
            found.append(tick)
            if version.headless and len(found) == 1:
                found.append(tick)
    return found


# --- and whether it did -----------------------------------------------------------------------------------------


async def told(store: SqlStore) -> tuple[Counter[tuple[IssueId, datetime, bool]], Counter[tuple[int, datetime]]]:
    """Every line of every reminder: the issue, when, whether as late. And the messages: the chat, when."""
    lines: Counter[tuple[IssueId, datetime, bool]] = Counter()
    messages: Counter[tuple[int, datetime]] = Counter()
    async with store.read() as uow:
        for row in await uow.outbox.due(datetime.max.replace(tzinfo=calendar.zone), 1_000_000):
            if row.message.kind != "timed/reminder":
                continue
            assert row.message.facts["more"] == 0
            messages[row.message.chat, row.created_at] += 1
            for line in row.message.facts["issues"]:
                lines[IssueId(line["issue"]), row.created_at, line.get("late", False)] += 1
    return lines, messages


async def climbed(store: SqlStore, version: Version) -> list[datetime]:
    async with store.read() as uow:
        tellings = await uow.agenda.tellings(version.issue, "rung", version.number)
    steps = [one for one in tellings if one.person is None]
    assert [one.step for one in steps] == list(range(len(steps)))
    return [one.at for one in steps]


async def check(store: SqlStore, story: Story, days: int) -> None:
    """No reminder lost, none twice, none after closing; the missed ones merged and marked; each rung once."""
    last = FIRST_DAY + timedelta(days=days + 1)
    expected: Counter[tuple[IssueId, datetime, bool]] = Counter()
    for version in story.versions:
        ticks = sorted(story.ticks)
        for tick, late in expected_reminders(version, ticks, last):
            expected[version.issue, tick, late] += 1
    lines, messages = await told(store)
    lost, extra = expected - lines, lines - expected
    assert not lost, f"{len(lost)} lost, e.g. {sorted(lost)[:3]}"
    assert not extra, f"{len(extra)} too many, e.g. {sorted(extra)[:3]}"
    assert max(lines.values()) == max(messages.values()) == 1, "one message per person and run, each issue once in it"
    for version in story.versions:
        assert await climbed(store, version) == expected_rungs(version, sorted(story.ticks)), version


@pytest.mark.parametrize("where", ["sqlite", "postgres"])
async def test_outages_lose_no_reminder_and_double_none(
    request: pytest.FixtureRequest, where: str, dice: random.Random, scale: Scale
) -> None:
    """90 virtual days, 2,000 issues, 200 outages on SQLite; a short form on PostgreSQL."""
    full = where == "sqlite"
    days, deeds, cuts = (scale(24, 90), scale(220, 4400), scale(45, 200)) if full else (16, 120, 25)
    url: str = request.getfixturevalue(f"{where}_database")
    await upgrade(url)
    clock = FakeClock(calendar.at(FIRST_DAY, time(0)) - HOUR)
    process = Process(url, policy, calendar, clock, dice)
    await process.start()
    season = Season(process, dice)
    await season.settle()
    await play(season, days, deeds, cuts, dice)
    await process.die()
    store = SqlStore(url)
    await store.open()
    try:
        await check(store, season.story, days)
    finally:
        await store.close()
    assert process.lives > cuts
