"""The end of an issue: three words must agree; whoever disagrees reopens it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.errors import IllegalMove, NotAllowed, ReasonNeeded, WordNeeded
from bot.domain.history import Action
from bot.domain.issue import Outcome, Satisfaction, Status, Word
from bot.services.desk import closing, desk
from bot.services.tasks import asking
from bot.services.turn import Turn
from tests.builders import City
from tests.fakes import FakeStore
from tests.services.casework import Case


@pytest.fixture
def case(turn: Turn, store: FakeStore, city: City) -> Case:
    """No issue yet."""
    return Case(turn, store, city)


async def test_the_reporters_word_reaches_the_clerk_who_handles_it(case: Case) -> None:
    """Once, however often it is pressed; the question in the reporter's chat is drawn anew."""
    await case.resolved()
    await case.turn.uow.cards.put(4001, f"ask:{case.id}", 901)  # type: ignore[arg-type]
    case.quiet()
    for _ in range(2):
        await closing.confirm(case.turn, case.city.reporter, case.id)
    assert (await case.issue()).word is Word.SOLVED
    assert case.events(case.city.clerk) == ["confirmed"]
    assert not case.told(case.city.admin)
    assert (await case.actions()).count(Action.CONFIRM) == 1
    assert "closing/ask" in [message.kind for message in case.told(case.city.reporter)]


async def test_a_rating_may_change_and_may_come_after_clearing(case: Case) -> None:
    """The last one counts; the same again is no new line."""
    await case.cleared()
    for rating in (Satisfaction.FAIR, Satisfaction.SATISFIED, Satisfaction.SATISFIED):
        await closing.rate(case.turn, case.city.reporter, case.id, rating)
    assert (await case.issue()).satisfaction is Satisfaction.SATISFIED
    assert (await case.actions()).count(Action.RATE) == 2


async def test_not_solved_reopens_it_with_a_new_deadline_and_tells_unit_and_desk(case: Case) -> None:
    """Reason and count are kept; the reminders start anew."""
    await case.resolved()
    case.quiet().later(days=1)
    await closing.dispute(case.turn, case.city.reporter, case.id, "还是没电")
    issue = await case.issue()
    assert (issue.status, issue.reopened, issue.word) == (Status.ASSIGNED, 1, Word.NOT_SOLVED)
    assert issue.deadline is not None
    assert case.turn.calendar.day_of(issue.deadline.due_at) == date(2026, 12, 1)
    assert {due.version for due in await case.turn.uow.agenda.planned(case.id)} == {2}
    assert case.events(case.city.a02) == ["disputed"]
    assert case.events(case.city.clerk) == ["disputed"]
    assert case.told(case.city.a02, "issue/notice")[0].facts["words"] == "还是没电"
    with pytest.raises(ReasonNeeded):
        await closing.dispute(case.turn, case.city.reporter, (await case.resolved()).id, "")


async def test_clearing_waits_for_the_word_or_three_working_days_of_silence(case: Case) -> None:
    """The refusal names the day; silence over a weekend doesn't count."""
    await case.resolved()
    with pytest.raises(WordNeeded) as refused:
        await closing.clear(case.turn, case.city.clerk, case.id)
    until = datetime.fromisoformat(refused.value.facts["until"])
    assert until == datetime(2026, 11, 26, 9, 30, tzinfo=UTC), "Thursday at closing time"
    assert await asking.tick(replace(case.turn, now=until - timedelta(hours=25))) == 1
    silent = replace(case.turn, now=until)
    await closing.clear(silent, case.city.clerk, case.id)
    issue = await case.issue()
    assert (issue.status, issue.outcome, issue.word) == (Status.CLEARED, Outcome.SOLVED, None)


async def test_silence_counts_only_after_two_asks(case: Case) -> None:
    """The second one comes in office hours of a later day, once, as the same question at the bottom of the chat."""
    await case.resolved()
    case.quiet()
    assert not await asking.is_due(case.later(hours=3).turn), "not on the same day"
    assert not await asking.is_due(case.later(hours=12).turn), "not by night"
    with pytest.raises(WordNeeded):
        await closing.clear(replace(case.turn, now=case.turn.now + timedelta(days=9)), case.city.clerk, case.id)
    case.later(hours=9)
    assert await asking.is_due(case.turn)
    assert await asking.tick(case.turn) == 1
    [question] = case.told(case.city.reporter, "closing/ask")
    assert question.fresh
    assert not await asking.is_due(case.later(days=1).turn)
    assert (await case.actions())[-1] is Action.ASK_AGAIN


async def test_nobody_is_asked_who_cannot_be_told_and_then_the_days_are_enough(case: Case) -> None:
    """Else a reporter who blocked the bot would keep it open for ever."""
    await case.resolved()
    reporter = await case.turn.uow.people.get(case.city.reporter.id)
    await case.turn.uow.people.save(replace(reporter, reachable=False))
    case.later(days=4)
    assert not await asking.is_due(case.turn)
    await closing.clear(case.turn, case.city.clerk, case.id)
    assert (await case.issue()).outcome is Outcome.SOLVED


async def test_clearing_tells_reporter_and_unit(case: Case) -> None:
    """And nobody twice."""
    await case.confirmed()
    case.quiet()
    await closing.clear(case.turn, case.city.clerk, case.id)
    assert case.events(case.city.reporter) == ["cleared"]
    assert case.events(case.city.a02) == ["cleared"]
    with pytest.raises(IllegalMove):
        await closing.clear(case.turn, case.city.admin, case.id)


async def test_a_clerk_reopens_with_a_reason_and_everybody_hears(case: Case) -> None:
    """Also what was cleared already: it doesn't count as solved any more."""
    await case.cleared()
    case.quiet()
    await closing.reopen(case.turn, case.city.clerk, case.id, "照片看不清")
    issue = await case.issue()
    assert (issue.status, issue.outcome, issue.closed_at, issue.reopened) == (Status.ASSIGNED, None, None, 1)
    assert case.events(case.city.reporter) == ["reopened"]
    assert case.events(case.city.a02) == ["reopened"]


async def test_a_rejected_case_reopened_is_at_the_desk_again(case: Case) -> None:
    """No unit ever had it."""
    await case.reported()
    await desk.reject(case.turn, case.city.clerk, case.id, "报过了")
    await closing.reopen(case.turn, case.city.clerk, case.id, "其实没有报过")
    assert await case.status() == Status.REGISTERED
    assert "assign" not in await case.planned()


async def test_nobody_speaks_for_the_reporter_and_nobody_clears_for_the_clerk(case: Case) -> None:
    """Each word is its own person's."""
    await case.resolved()
    for person in (case.city.clerk, case.city.a02, case.city.h02):
        with pytest.raises(NotAllowed):
            await closing.confirm(case.turn, person, case.id)
        with pytest.raises(NotAllowed):
            await closing.rate(case.turn, person, case.id, Satisfaction.SATISFIED)
    for person in (case.city.reporter, case.city.a02, case.city.h02):
        with pytest.raises(NotAllowed):
            await closing.clear(case.turn, person, case.id)
