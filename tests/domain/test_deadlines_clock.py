"""The clock of a deadline: it counts office time only, stops and goes on without losing a minute, and is only ever extended."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import deadlines
from bot.domain.calendar import Calendar
from bot.domain.deadlines import deadline_after, deadline_on, extended, office_time_left, resumed
from bot.domain.errors import ExtensionTooShort
from bot.domain.issue import Deadline, Status
from tests.builders import an_issue
from tests.fakes import a_calendar, a_policy

thorough = settings(max_examples=60, deadline=None)
HOUR = timedelta(hours=1)
calendar = a_calendar(policy="p-1")
days = st.dates(date(2025, 1, 1), date(2027, 12, 31))
moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - given its zone
counts = st.integers(0, 40)


@st.composite
def hours(draw: st.DrawFn) -> tuple[tuple[time, time], ...]:
    """One to three intervals of a day, to the minute."""
    edges = draw(st.lists(st.integers(6 * 60, 22 * 60), min_size=2, max_size=6, unique=True))
    clocks = [time(*divmod(minute, 60)) for minute in sorted(edges)]
    return tuple(zip(clocks[: len(clocks) // 2 * 2 : 2], clocks[1::2], strict=True))


offices = st.builds(
    lambda exceptions, intervals, zone: a_calendar(exceptions=exceptions, hours=intervals, zone=ZoneInfo(zone)),
    st.dictionaries(days, st.booleans(), max_size=20),
    hours(),
    st.sampled_from(["Asia/Shanghai", "America/New_York", "Africa/Casablanca"]),
)


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """An office time."""
    return calendar.at(day, time(hour, minute))


def falls_in_office_hours(office: Calendar, moment: datetime) -> bool:
    """After an opening and not after its closing, on a working day: somebody may still hand in at that very minute."""
    local = moment.astimezone(office.zone)
    return office.is_working_day(local.date()) and any(start < local.time() <= end for start, end in office.hours)


def due_on(day: date, **more: object) -> Deadline:
    return replace(deadline_on(calendar, day, 1), **more)


# --- by example -------------------------------------------------------------------------------------------------


def test_a_deadline_says_which_calendar_and_which_policy_made_it() -> None:
    """Whichever way it was made."""
    running = an_issue(deadline=due_on(date(2026, 11, 27)), deadlines=1)
    made = [
        deadline_after(calendar, at(date(2026, 11, 23)), 5, 1),
        deadline_on(calendar, date(2026, 11, 30), 1),
        extended(running, calendar, date(2026, 12, 1)),
        resumed(running, calendar, at(date(2026, 11, 25)), at(date(2026, 12, 1))),
    ]
    assert {(deadline.calendar, deadline.policy) for deadline in made} == {("test-2026", "p-1")}


@pytest.mark.parametrize(
    ("day", "hour", "due"),
    [
        (date(2026, 11, 23), 10, date(2026, 11, 23)),
        (date(2026, 11, 23), 18, date(2026, 11, 24)),
        (date(2026, 11, 22), 10, date(2026, 11, 23)),
        (date(2026, 9, 30), 18, date(2026, 10, 8)),
    ],
)
def test_no_days_at_all_means_before_the_office_next_closes(day: date, hour: int, due: date) -> None:
    """On the day; after hours or on a free day, on the next working day."""
    assert deadline_after(calendar, at(day, hour), 0, 1).due_at == calendar.closing(due)


def test_a_free_day_that_somebody_names_gives_way_to_the_next_working_day() -> None:
    """Due on Sunday means due on Monday; on a make-up Sunday it means that day; over National Day, the 8th."""
    named = [date(2026, 11, 29), date(2026, 9, 20), date(2026, 10, 2)]
    due = [calendar.day_of(deadline_on(calendar, day, 1).due_at) for day in named]
    assert due == [date(2026, 11, 30), date(2026, 9, 20), date(2026, 10, 8)]


@pytest.mark.parametrize(
    ("first", "last", "spent"),
    [
        (at(date(2026, 11, 23), 9), at(date(2026, 11, 23), 17, 30), 6.0),
        (at(date(2026, 11, 23), 11), at(date(2026, 11, 23), 15), 1.5),  # over lunch
        (at(date(2026, 11, 23), 12), at(date(2026, 11, 23), 14, 30), 0.0),  # lunch alone
        (at(date(2026, 11, 20), 16, 30), at(date(2026, 11, 23), 10), 2.0),  # over the weekend
        (at(date(2026, 9, 30), 16, 30), at(date(2026, 10, 8), 10), 2.0),  # over National Day
        (at(date(2026, 10, 9), 17, 30), at(date(2026, 10, 11), 12), 6.0),  # Saturday the 10th is made up
        (at(date(2026, 11, 23), 15), at(date(2026, 11, 23), 11), -1.5),
    ],
)
def test_office_time_is_counted_without_lunch_nights_and_free_days(
    first: datetime, last: datetime, spent: float
) -> None:
    """In hours; backwards it is negative."""
    assert calendar.office_time_between(first, last) == spent * HOUR


def test_a_suspended_issue_keeps_the_office_time_it_had_left() -> None:
    """Stopped on Wednesday at 11:00, sixteen hours before Friday's closing (1 and 3 that day, 6 and 6 on the others). Resumed on
    Monday at 10:00 it has 2 and 3 hours that day, 6 on Tuesday, 3 on Wednesday morning, and is due two hours after lunch."""
    issue = an_issue(status=Status.SUSPENDED, deadline=due_on(date(2026, 11, 27)), deadlines=1)
    stopped, resumes = at(date(2026, 11, 25), 11), at(date(2026, 11, 30), 10)
    assert office_time_left(due_on(date(2026, 11, 27)), calendar, stopped) == 16 * HOUR
    deadline = resumed(issue, calendar, stopped, resumes)
    assert deadline.due_at == at(date(2026, 12, 2), 16, 30)
    assert deadline.version == 2


def test_time_used_up_at_the_minute_of_lunch_is_due_then() -> None:
    """Three hours left at nine are over at noon, not after lunch."""
    issue = an_issue(deadline=due_on(date(2026, 11, 27)), deadlines=1)
    deadline = resumed(issue, calendar, at(date(2026, 11, 27), 14, 30), at(date(2026, 11, 30), 9))
    assert deadline.due_at == at(date(2026, 11, 30), 12)


def test_what_was_overdue_when_it_stopped_is_overdue_by_as_much_when_it_goes_on() -> None:
    """One working day late on Monday evening; resumed on Thursday evening: due on Wednesday evening."""
    issue = an_issue(deadline=due_on(date(2026, 11, 27)), deadlines=1)
    deadline = resumed(issue, calendar, at(date(2026, 11, 30), 17, 30), at(date(2026, 12, 3), 17, 30))
    assert deadline.due_at == at(date(2026, 12, 2), 17, 30)


def test_only_an_issue_with_a_deadline_can_go_on() -> None:
    """There is no clock to start."""
    with pytest.raises(ValueError, match="no deadline"):
        resumed(an_issue(), calendar, at(date(2026, 11, 25)), at(date(2026, 11, 30)))


def test_an_extension_is_due_at_closing_time_of_its_day_with_the_next_version() -> None:
    """Until Sunday: that is Monday."""
    issue = an_issue(deadline=due_on(date(2026, 11, 27)), deadlines=3)
    deadline = extended(issue, calendar, date(2026, 12, 6))
    assert (deadline.due_at, deadline.version) == (at(date(2026, 12, 7), 17, 30), 4)


@pytest.mark.parametrize("day", [date(2026, 11, 27), date(2026, 11, 26), date(2025, 1, 1)])
def test_an_extension_never_takes_time_away(day: date) -> None:
    """The same day or an earlier one is refused, with what is due now."""
    issue = an_issue(deadline=due_on(date(2026, 11, 27)), deadlines=1)
    with pytest.raises(ExtensionTooShort) as refused:
        extended(issue, calendar, day)
    assert refused.value.facts == {"given": day.isoformat(), "due_at": at(date(2026, 11, 27), 17, 30).isoformat()}


def test_a_reopened_issue_gets_its_days_anew_and_the_next_version() -> None:
    """Reopened on Thursday: five working days from then."""
    issue = an_issue(deadline=due_on(date(2026, 11, 25)), deadlines=1)
    deadline = deadlines.fresh_deadline(issue, calendar, a_policy(), at(date(2026, 11, 26), 16))
    assert (deadline.due_at, deadline.version) == (at(date(2026, 12, 3), 17, 30), 2)


def test_a_clock_that_goes_on_into_an_unpublished_year_is_provisional() -> None:
    """Resumed in December with two weeks left, in a calendar that ends with the year."""
    issue = an_issue(deadline=deadline_after(calendar, at(date(2026, 11, 2)), 15, 1), deadlines=1)
    assert resumed(issue, calendar, at(date(2026, 11, 3)), at(date(2026, 12, 24))).provisional
    assert not resumed(issue, calendar, at(date(2026, 11, 3)), at(date(2026, 11, 10))).provisional


# --- as algebra, in any office ----------------------------------------------------------------------------------


@thorough
@given(offices, moments, moments, counts)
def test_who_starts_later_is_never_due_earlier(office: Calendar, one: datetime, other: datetime, count: int) -> None:
    """Monotone in the start."""
    first, second = (deadline_after(office, start, count, 1) for start in sorted((one, other)))
    assert first.due_at <= second.due_at


@thorough
@given(offices, moments, counts, counts)
def test_more_days_are_never_due_earlier(office: Calendar, start: datetime, one: int, other: int) -> None:
    """Monotone in the days."""
    first, second = (deadline_after(office, start, count, 1) for count in sorted((one, other)))
    assert first.due_at <= second.due_at


@thorough
@given(offices, moments, st.integers(1, 40), st.integers(1, 40))
def test_days_add_up(office: Calendar, start: datetime, one: int, other: int) -> None:
    """So many days after the day on which so many days are over: the same as all of them at once."""
    halfway = deadline_after(office, start, one, 1).due_at
    assert deadline_after(office, halfway, other, 1).due_at == deadline_after(office, start, one + other, 1).due_at


@thorough
@given(offices, moments, st.integers(-60_000, 60_000), st.integers(-60_000, 60_000))
def test_office_time_adds_up(office: Calendar, start: datetime, one: int, other: int) -> None:
    """Minutes in two portions, forward or back, lead where they lead at once."""
    first, second = timedelta(minutes=one), timedelta(minutes=other)
    halfway = office.add_office_time(start, first)
    assert office.add_office_time(halfway, second) == office.add_office_time(start, first + second)
    assert office.office_time_between(start, halfway) == first


@thorough
@given(offices, moments, moments, moments)
def test_time_between_adds_up_and_is_never_more_than_the_time_there_is(
    office: Calendar, one: datetime, two: datetime, three: datetime
) -> None:
    """Cut anywhere, the parts make the whole."""
    first, middle, last = sorted((one, two, three))
    whole = office.office_time_between(first, last)
    assert whole == office.office_time_between(first, middle) + office.office_time_between(middle, last)
    assert timedelta() <= whole <= last - first + HOUR  # clocks that are put back give an hour
    assert office.office_time_between(last, first) == -whole


@thorough
@given(offices, moments, counts, st.lists(st.tuples(st.integers(0, 40_000), st.integers(0, 40_000)), max_size=5))
def test_stopping_and_going_on_conserve_office_time(
    office: Calendar, start: datetime, count: int, pauses: list[tuple[int, int]]
) -> None:
    """However often it is suspended, wherever it stands: what is left afterwards is what was left before, to the minute, and
    what ran between the pauses is all that was spent."""
    issue = an_issue(deadline=deadline_after(office, start, count, 1), deadlines=1)
    left, moment = office_time_left(issue.deadline or due_on(start.date()), office, start), start
    for running, paused in pauses:
        stopped = moment + timedelta(minutes=running)
        left -= office.office_time_between(moment, stopped)
        moment = stopped + timedelta(minutes=paused)
        deadline = resumed(issue, office, stopped, moment)
        issue = replace(issue, deadline=deadline, deadlines=deadline.version)
        assert office_time_left(deadline, office, moment) == left
        assert falls_in_office_hours(office, deadline.due_at)
    assert issue.deadlines == 1 + len(pauses)


@thorough
@given(offices, moments, counts, days)
def test_nothing_is_ever_due_outside_office_hours(office: Calendar, start: datetime, count: int, day: date) -> None:
    """After days, on a named day, extended: always at a closing time of a working day, and never in the past."""
    issue = an_issue(deadline=deadline_after(office, start, count, 1), deadlines=1)
    made = [deadline_after(office, start, count, 1), deadline_on(office, day, 1)]
    with suppress(ExtensionTooShort):
        made.append(extended(issue, office, day))
    for deadline in made:
        local = deadline.due_at.astimezone(office.zone)
        assert office.is_working_day(local.date())
        assert local.time() == office.hours[-1][1]
    assert made[0].due_at > start
