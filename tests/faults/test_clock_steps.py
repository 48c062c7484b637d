"""Scenario 6: a clock that is set forward and back by an hour, in zones with and without summer time. A group gets one digest a
week, whatever the hour it asked for; and no reminder comes twice."""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.calendar import Calendar
from bot.domain.deadlines import deadline_after
from bot.domain.ids import ChatId, IssueId
from bot.domain.organisation import CITY
from bot.domain.policy import WeekMoment
from bot.ports import Subscription
from bot.services.digests.weekly import next_weekly
from bot.services.timed import reminders
from bot.services.turn import Turn
from storage.migrate import upgrade
from storage.store import SqlStore
from tests.builders import a_city, assigned, filed
from tests.fakes import FakeClock, a_calendar, a_policy
from tests.faults.conftest import Scale
from tests.faults.mortal import Process, at_random

FIRST_DAY = date(2026, 3, 2)  # a Monday, before summer time begins in the north and ends in the south
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
# without summer time; with an hour of it; with half an hour, in the south
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
ASKED = (  # on the week's last working day; at the hours that summer time skips or repeats; at the week's very edges
    WeekMoment(4, time(16, 0)),
    WeekMoment(6, time(2, 30)),
    WeekMoment(6, time(1, 30)),
    WeekMoment(0, time(0, 0)),
    WeekMoment(6, time(23, 59)),
)


@dataclass(frozen=True)
class Step:
    """At a moment of true time the clock is set by so much."""

    at: datetime
    by: timedelta


def an_office(zone: str) -> Calendar:
    """Every day is worked, so that no moment is moved to another day: weeks alone are counted."""
    every_day = {FIRST_DAY + timedelta(days=n): True for n in range(-40, 460)}
    return a_calendar(zone=ZoneInfo(zone), exceptions=every_day)


def steps(dice: random.Random, count: int, first: datetime, last: datetime, near: list[datetime]) -> list[Step]:
    """Forward or back, half of them within two hours of a digest, where they hurt."""
    found = []
    for number in range(count):
        at = dice.choice(near) + dice.uniform(-2, 2) * HOUR if number % 2 else at_random(dice, first, last)
        found.append(Step(at, dice.choice([-1, 1]) * HOUR))
    return sorted(found, key=lambda step: step.at)


def true_ticks(dice: random.Random, weeks: int, first: datetime, near: list[datetime]) -> list[datetime]:
    """Every six hours, and every quarter of an hour around each digest."""
    found = [first + n * 6 * HOUR + dice.random() * MINUTE for n in range(weeks * 28)]
    found += [moment + n * 15 * MINUTE for moment in near for n in range(-6, 7)]
    return sorted(moment for moment in found if moment >= first)


class Weeks:
    """Groups that asked for a digest, and some issues to remind of, on a clock that is set again and again."""

    def __init__(self, process: Process, calendar: Calendar) -> None:
        self.process, self.calendar = process, calendar
        self.asked: dict[ChatId, WeekMoment] = {}

    async def settle(self) -> None:
        async def found(turn: Turn) -> None:
            city = await a_city(turn.uow)
            for number, moment in enumerate(ASKED):
                chat = ChatId(-1000 - number)
                self.asked[chat] = moment
                next_at = next_weekly(moment, turn.calendar, turn.now)
                clock = (moment.weekday, moment.at.hour, moment.at.minute)
                await turn.uow.subscriptions.put(Subscription(chat, None, CITY, *clock, next_at, city.clerk.id))
            for days in (3, 10, 40):
                issue = await filed(turn.uow, reporter=city.reporter.id)
                deadline = deadline_after(turn.calendar, turn.now, days, 1)
                await reminders.plan(turn, await assigned(turn.uow, issue, city.a04, city.clerk.id, deadline=deadline))

        await self.process.act(found)

    def near(self, weeks: int, first: datetime) -> list[datetime]:
        """The true moments around which it matters."""
        found = []
        for moment in ASKED:
            at = first
            for _ in range(weeks):
                at = next_weekly(moment, self.calendar, at)
                found.append(at)
        return found


async def digests_told(store: SqlStore) -> dict[ChatId, Counter[str]]:
    """By group, how often the digest of each week (its Monday) came."""
    found: dict[ChatId, Counter[str]] = {}
    async with store.read() as uow:
        for row in await uow.outbox.due(datetime.max.replace(tzinfo=ZoneInfo("UTC")), 1_000_000):
            if row.message.kind == "digest/weekly":
                found.setdefault(row.message.chat, Counter())[row.message.facts["week_start"]] += 1
    return found


async def reminded(store: SqlStore) -> Counter[tuple[IssueId, int]]:
    """How often each step of an issue's only deadline was said."""
    found: Counter[tuple[IssueId, int]] = Counter()
    async with store.read() as uow:
        for row in await uow.outbox.due(datetime.max.replace(tzinfo=ZoneInfo("UTC")), 1_000_000):
            if row.message.kind == "timed/reminder":
                for line in row.message.facts["issues"]:
                    found[IssueId(line["issue"]), line["left"]] += 1
    return found


def mondays(calendar: Calendar, weeks: int) -> list[str]:
    """Of each week, as digests name it."""
    return [calendar.at(FIRST_DAY + timedelta(weeks=n), time(0)).isoformat() for n in range(weeks)]


@pytest.mark.parametrize("zone", ZONES)
async def test_a_clock_that_is_set_brings_one_digest_a_week(
    sqlite_database: str, zone: str, dice: random.Random, scale: Scale
) -> None:
    """50 steps of an hour over a year; 12 over five weeks, one of them with a change to or from summer time."""
    weeks, count = scale(5, 52), scale(12, 50)
    calendar = an_office(zone)
    first = calendar.at(FIRST_DAY, time(0)) - MINUTE
    last = first + timedelta(weeks=weeks)
    await upgrade(sqlite_database)
    clock = FakeClock(first)
    process = Process(sqlite_database, a_policy(), calendar, clock, dice)
    await process.start()
    office = Weeks(process, calendar)
    await office.settle()
    near = office.near(weeks, first)
    steps_to_come, set_by = steps(dice, count, first + HOUR, last, near), timedelta()
    for moment in true_ticks(dice, weeks, first, near):
        while steps_to_come and steps_to_come[0].at <= moment:
            set_by += steps_to_come.pop(0).by
            if abs(set_by) > 3 * HOUR:  # somebody sets it right
                set_by = timedelta()
        if moment < last:
            clock.set(moment + set_by)
            await process.tick()
    clock.set(
        calendar.at(FIRST_DAY + timedelta(weeks=weeks), time(10))
    )  # set right at the end, in office hours: late ones wait
    await process.tick()
    await process.die()
    store = SqlStore(sqlite_database)
    await store.open()
    try:
        told, lines = await digests_told(store), await reminded(store)
    finally:
        await store.close()
    assert set(told) == set(office.asked)
    for chat, moment in office.asked.items():
        assert set(told[chat].values()) == {1}, f"{moment}: a week's digest came twice"
        missed = set(mondays(calendar, weeks)) - set(told[chat])
        assert not missed, f"{moment}: no digest for the weeks of {sorted(missed)}"
    assert max(lines.values()) == 1, "a reminder came twice"
