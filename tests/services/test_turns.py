"""The turns an issue takes on its way: waiting, more time, merging, ends that are no solution. Who hears what, and the clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.errors import (
    CannotMerge,
    DeadlinePast,
    ExtensionTooShort,
    IllegalMove,
    NotAllowed,
    NotYours,
    NumberMalformed,
    ReasonNeeded,
    WordNeeded,
)
from bot.domain.history import Action
from bot.domain.ids import IssueId, UserId
from bot.domain.issue import Outcome, Status
from bot.domain.organisation import CITY
from bot.domain.permissions import Sight
from bot.services.desk import assigning, closing, merging, pausing, reasons
from bot.services.issues import cards
from bot.services.tasks import extending, tasks
from bot.services.turn import Turn
from tests.builders import City, a_person, filed
from tests.fakes import FakeStore
from tests.services.casework import Case

EVERYTHING = Sight(None, frozenset({CITY}))
DUE = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
ASKED = datetime(2026, 12, 3, 9, 30, tzinfo=UTC)


@pytest.fixture
def case(turn: Turn, store: FakeStore, city: City) -> Case:
    """No issue yet."""
    return Case(turn, store, city)


async def due_at(case: Case) -> datetime | None:
    """When the case is due."""
    issue = await case.issue()
    return issue.deadline.due_at if issue.deadline else None


# --- more time ---------------------------------------------------------------------------------------------------


async def test_the_units_head_hears_who_asks_for_more_time_and_why(case: Case) -> None:
    """The nearest leader alone; the deadline stands, and the clock runs on."""
    await case.asked()
    [notice] = case.told(case.city.h02, "issue/notice")
    assert (notice.facts["event"], notice.facts["words"], notice.facts["by"]) == ("extension_asked", "缺变压器", "周航")
    assert not case.told(case.city.district_leader, "issue/notice")
    assert (await due_at(case), await case.planned()) == (DUE, {"reminder", "rung"})
    facts = await cards.issue_facts(case.turn, case.city.h02, case.id)
    assert facts["more_time"] == {"until": ASKED.isoformat(), "words": "缺变压器"}


async def test_more_time_granted_is_a_new_deadline(case: Case) -> None:
    """With reminders of its own; the unit hears by whom."""
    await case.asked()
    case.quiet()
    await extending.grant(case.turn, case.city.h02, case.id)
    issue = await case.issue()
    assert issue.deadline is not None
    assert (issue.deadline.due_at, issue.deadline.version, issue.asked_until) == (ASKED, 2, None)
    assert {due.version for due in await case.turn.uow.agenda.planned(case.id)} == {2}
    assert case.events(case.city.a02) == ["granted"]
    with pytest.raises(IllegalMove):
        await extending.grant(case.turn, case.city.h02, case.id)


async def test_more_time_refused_changes_nothing_but_says_why(case: Case) -> None:
    """And it can be asked for again."""
    await case.asked()
    case.quiet()
    await reasons.give(case.turn, case.city.city_leader, Action.REFUSE, case.id, "抓紧办")
    assert (await due_at(case), (await case.issue()).asked_until) == (DUE, None)
    assert case.told(case.city.a02, "issue/notice")[0].facts["words"] == "抓紧办"
    await extending.ask(case.turn, case.city.a02, case.id, "还是缺", "2026-12-04")
    assert (await case.issue()).asked_until is not None


async def test_nobody_grants_their_own_request(case: Case) -> None:
    """A head who is in charge asks the next rung; the desk, the owner's people and the observer decide nothing."""
    await case.accepted()
    await assigning.hand_over(case.turn, case.city.clerk, case.id, case.city.h02.id)
    await extending.ask(case.turn, case.city.h02, case.id, "缺变压器", "2026-12-03")
    for person in (case.city.h02, case.city.clerk, case.city.reporter, case.city.auditor, case.city.h04):
        with pytest.raises((NotAllowed, NotYours)):
            await extending.grant(case.turn, person, case.id)
    assert case.events(case.city.district_leader) == ["extension_asked"]
    await extending.grant(case.turn, case.city.district_leader, case.id)
    assert await due_at(case) == ASKED


async def test_without_a_leader_who_can_be_told_the_desk_hears_it(case: Case) -> None:
    """A request is never lost."""
    for leader in (case.city.h02, case.city.district_leader, case.city.city_leader):
        await case.turn.uow.people.save(replace(leader, user_id=None))
    await case.asked()
    assert case.events(case.city.clerk)[-1] == "extension_unheard"


@pytest.mark.parametrize(
    ("until", "refused"),
    [("2026-11-30", ExtensionTooShort), ("2026-11-24", ExtensionTooShort), ("soon", DeadlinePast)],
)
async def test_more_time_means_a_later_day(case: Case, until: str, refused: type[Exception]) -> None:
    """Said before the reason is asked for."""
    await case.accepted()
    with pytest.raises(refused):
        await reasons.ask(case.turn, case.city.a02, Action.EXTEND, case.id, until)


async def test_a_day_that_is_over_is_not_granted(case: Case) -> None:
    """The leader came too late: the unit asks again."""
    await case.asked()
    case.later(days=20)
    with pytest.raises(DeadlinePast):
        await extending.grant(case.turn, case.city.h02, case.id)


async def test_what_is_in_the_way_reaches_the_desk(case: Case) -> None:
    """With who said it; the clock runs."""
    await case.accepted()
    case.quiet()
    await tasks.explain(case.turn, case.city.a02, case.id, "电缆还没到货")
    [notice] = case.told(case.city.clerk, "issue/notice")
    assert (notice.facts["event"], notice.facts["words"], notice.facts["by"]) == ("explained", "电缆还没到货", "周航")
    assert await case.planned() == {"reminder", "rung"}
    with pytest.raises(ReasonNeeded):
        await tasks.explain(case.turn, case.city.a02, case.id, " ")


# --- waiting -----------------------------------------------------------------------------------------------------


async def test_what_waits_has_no_clock_and_says_for_what(case: Case) -> None:
    """Reminders and rungs are off; unit and reporter hear; the unit can do nothing."""
    await case.suspended()
    assert (await case.status(), await case.planned()) == ("suspended", set())
    assert case.events(case.city.a02)[-1] == case.events(case.city.reporter)[-1] == "suspended"
    assert (await cards.issue_facts(case.turn, case.city.reporter, case.id))["awaits"] == "等上级审批"
    with pytest.raises(IllegalMove):
        await tasks.explain(case.turn, case.city.a02, case.id, "没电缆")


async def test_it_goes_on_with_the_office_time_that_was_left(case: Case) -> None:
    """Two weeks later, at the same hour: due two weeks later. Nobody is reminded of the old deadline."""
    await case.suspended()
    case.later(days=14)
    await pausing.resume(case.turn, case.city.clerk, case.id)
    assert (await case.status(), await due_at(case)) == ("accepted", DUE + timedelta(days=14))
    assert {due.version for due in await case.turn.uow.agenda.planned(case.id)} == {2}
    assert case.events(case.city.a02)[-1] == case.events(case.city.reporter)[-1] == "resumed"
    with pytest.raises(IllegalMove):
        await pausing.resume(case.turn, case.city.clerk, case.id)


async def test_who_left_meanwhile_does_not_get_it_back(case: Case) -> None:
    """Somebody of the unit does."""
    await case.suspended()
    await case.turn.uow.people.save(replace(case.city.a02, grants=frozenset(), left=True))
    await pausing.resume(case.turn, case.city.clerk, case.id)
    assert ((await case.issue()).assignee, await case.status()) == (case.city.h02.id, "assigned")


async def test_a_case_waits_at_the_desk_without_ever_having_had_a_clock(case: Case) -> None:
    """And goes on where it stood."""
    await case.registered()
    await pausing.suspend(case.turn, case.city.clerk, case.id, "等立项批复")
    assert case.id not in await case.turn.uow.issues.queue(EVERYTHING, None, 9)
    await pausing.resume(case.turn, case.city.clerk, case.id)
    assert (await case.status(), await due_at(case)) == ("registered", None)


# --- merging -----------------------------------------------------------------------------------------------------


async def another(case: Case) -> IssueId:
    """The same obstacle, reported by somebody else, with a card of theirs."""
    colleague = await case.turn.uow.people.add(
        a_person("R02", "小李", "reporter:unit:U11", user_id=UserId(4002), unit=case.city.reporter.unit)
    )
    issue = await filed(case.turn.uow, reporter=colleague.id, description="3号塔吊没电了")
    return issue.id


async def test_a_merged_case_points_to_its_original_and_both_say_so(case: Case) -> None:
    """Its reporter is told; the original's history has its number; it leaves the desk."""
    await case.accepted()
    twin = await another(case)
    await merging.merge(case.turn, case.city.clerk, twin, case.id)
    merged = await case.turn.uow.issues.get(twin)
    assert (merged.status, merged.merged_into) == (Status.MERGED, case.id)
    assert [m.facts["event"] for m in case.store.told(4002) if m.kind == "issue/notice"] == ["merged"]
    last = await case.turn.uow.issues.last_entry(case.id)
    assert last is not None
    assert (last.action, last.words) == (Action.ABSORB, merged.number)
    assert await case.status() == "accepted"


async def test_who_follows_sees_how_it_goes_and_hears_how_it_ends(case: Case) -> None:
    """On their own card, under their own number; through a chain too."""
    await case.accepted()
    twin = await another(case)
    third = (await filed(case.turn.uow, reporter=case.city.reporter.id)).id
    await merging.merge(case.turn, case.city.clerk, third, twin)
    await merging.merge(case.turn, case.city.clerk, twin, case.id)
    reporter = await case.turn.uow.people.get((await case.turn.uow.issues.get(twin)).reporter)
    number = (await case.issue()).number
    assert (await cards.issue_facts(case.turn, reporter, twin))["original"] == {"number": number, "status": "accepted"}
    assert (await cards.issue_facts(case.turn, case.city.reporter, third))["original"]["number"] == number
    await case.proves()
    await closing.confirm(case.turn, case.city.reporter, case.id)
    case.quiet()
    await closing.clear(case.turn, case.city.clerk, case.id)
    told = [m.facts for m in case.store.told(4002) if m.kind == "issue/notice"]
    assert [(fact["issue"], fact["event"], fact["by"]) for fact in told] == [(twin, "original_cleared", number)]
    assert case.events(case.city.reporter) == ["cleared"], "of the original only, not once more for the third"


async def test_merging_into_what_was_merged_means_its_original(case: Case) -> None:
    """The clerk need not know the end of the chain."""
    await case.registered()
    twin = await another(case)
    third = (await filed(case.turn.uow, reporter=case.city.reporter.id)).id
    await merging.merge(case.turn, case.city.clerk, twin, case.id)
    await merging.merge(case.turn, case.city.clerk, third, twin)
    assert (await case.turn.uow.issues.get(third)).merged_into == case.id
    with pytest.raises(CannotMerge):
        await merging.merge(case.turn, case.city.clerk, case.id, third)


async def test_a_merge_by_mistake_is_taken_back(case: Case) -> None:
    """Within the minutes; the reporter hears it."""
    await case.accepted()
    twin = await another(case)
    await merging.merge(case.turn, case.city.clerk, twin, case.id)
    await assigning.undo(case.turn, case.city.clerk, twin)
    undone = await case.turn.uow.issues.get(twin)
    assert (undone.status, undone.merged_into) == (Status.REPORTED, None)
    assert [m.facts["event"] for m in case.store.told(4002) if m.kind == "issue/notice"] == ["merged", "unmerged"]
    assert await case.turn.uow.issues.followers(case.id) == []


async def test_a_merged_task_leaves_its_person(case: Case) -> None:
    """No reminder comes any more, and they are told."""
    await case.accepted()
    twin = await another(case)
    await merging.merge(case.turn, case.city.clerk, case.id, twin)
    assert case.events(case.city.a02)[-1] == "merged_task"
    assert await case.planned() == set()


async def test_an_original_is_named_by_its_number(case: Case) -> None:
    """As people write it; what is no number, or nobody's, or closed, is said."""
    await case.reported()
    twin = await another(case)
    number = (await case.issue()).number
    for text, refused in (("那个", NumberMalformed), ("XM-2026-0999", CannotMerge)):
        with pytest.raises(refused):
            await merging.take(case.turn, case.city.clerk, twin, text)
    await merging.take(case.turn, case.city.clerk, twin, number.lower().replace("-", " "))
    assert (await case.turn.uow.issues.get(twin)).merged_into == case.id


# --- ends that are no solution -----------------------------------------------------------------------------------


async def test_a_transfer_ends_it_without_being_solved(case: Case) -> None:
    """Both hear the reason; the clock is off; the totals don't count it as solved."""
    await case.accepted()
    case.quiet()
    await reasons.give(case.turn, case.city.clerk, Action.CONCLUDE, case.id, "已转省交通厅", "transferred")
    issue = await case.issue()
    assert (issue.status, issue.outcome) == (Status.CLEARED, Outcome.TRANSFERRED)
    assert case.events(case.city.a02) == case.events(case.city.reporter) == ["concluded"]
    totals = await case.turn.uow.issues.totals(CITY, case.turn.now)
    assert (totals.collected, totals.solved, totals.open) == (1, 0, 0)
    assert await case.planned() == set()


@pytest.mark.parametrize("code", ["partly", "solved", "nonsense"])
async def test_only_an_outcome_the_state_allows(case: Case, code: str) -> None:
    """Before the unit has proved anything it can't be partly solved; and never solved by this door."""
    await case.accepted()
    with pytest.raises(IllegalMove):
        await reasons.ask(case.turn, case.city.clerk, Action.CONCLUDE, case.id, code)


async def test_partly_solved_needs_the_reporters_word(case: Case) -> None:
    """As solved does."""
    await case.resolved()
    with pytest.raises(WordNeeded):
        await closing.conclude(case.turn, case.city.clerk, case.id, "通了一路", "partly")
    await closing.confirm(case.turn, case.city.reporter, case.id)
    await closing.conclude(case.turn, case.city.clerk, case.id, "通了一路", "partly")
    assert (await case.issue()).outcome is Outcome.PARTLY


async def test_a_reporter_who_disagrees_reopens_what_was_struck_off(case: Case) -> None:
    """With a new deadline, and the count kept."""
    await case.accepted()
    await closing.conclude(case.turn, case.city.clerk, case.id, "转办", "transferred")
    await closing.dispute(case.turn, case.city.reporter, case.id, "没人接")
    issue = await case.issue()
    assert (issue.status, issue.reopened, issue.outcome) == (Status.ASSIGNED, 1, None)
    assert await case.planned() == {"reminder", "rung"}
