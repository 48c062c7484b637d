"""From the desk to a person: assigning, deadlines in working days, handing over, undoing."""

from dataclasses import replace
from datetime import date

import pytest

from bot.domain.errors import (
    DeadlinePast,
    IllegalMove,
    NobodyAtUnit,
    NotAllowed,
    PersonUnknown,
    UndoTooLate,
)
from bot.domain.history import Action
from bot.domain.ids import ChatId, MessageId, UnitCode
from bot.domain.issue import Level, Status
from bot.services.desk import assigning, closing, desk, reasons
from bot.services.issues import cards
from bot.services.tasks import tasks
from bot.services.turn import Turn
from tests.builders import City, a_person
from tests.fakes import FakeStore
from tests.services.casework import Case


@pytest.fixture
def case(turn: Turn, store: FakeStore, city: City) -> Case:
    """No issue yet."""
    return Case(turn, store, city)


async def due_day(case: Case) -> date:
    issue = await case.issue()
    assert issue.deadline is not None
    return case.turn.calendar.day_of(issue.deadline.due_at)


async def test_without_a_unit_assigning_asks_for_one_first(case: Case) -> None:
    """Nothing has changed yet."""
    await case.registered()
    assert await assigning.assign(case.turn, case.city.clerk, case.id) == "assign_unit"
    assert await case.status() == Status.REGISTERED


async def test_the_only_person_in_charge_gets_it_without_a_question(case: Case) -> None:
    """Verified by the office, assigned, planned, and told with evidence and a card; the level gives five working days."""
    await case.assigned()
    issue = await case.issue()
    assert (issue.status, issue.assignee) == (Status.ASSIGNED, case.city.a02.id)
    assert await case.actions() == [Action.REPORT, Action.REGISTER, Action.NAME_UNIT, Action.VERIFY, Action.ASSIGN]
    assert await due_day(case) == date(2026, 11, 30), "Monday plus five working days"
    assert await case.planned() == {"reminder", "rung"}
    assert [message.kind for message in case.told(case.city.a02)] == ["issue/photos", "issue/card"]
    assert case.told(case.city.a02)[-1].fresh


async def test_among_several_the_clerk_chooses(case: Case) -> None:
    """U04 has two; an outsider is none of them."""
    await case.registered()
    await desk.name_unit(case.turn, case.city.clerk, case.id, UnitCode("U04"))
    assert await assigning.assign(case.turn, case.city.clerk, case.id) == "assign"
    offered = (await cards.issue_facts(case.turn, case.city.clerk, case.id, "assign"))["choices"]
    assert [choice["name"] for choice in offered] == ["蔡明", "石磊"]
    with pytest.raises(PersonUnknown):
        await assigning.assign(case.turn, case.city.clerk, case.id, case.city.a02.id)
    assert await assigning.assign(case.turn, case.city.clerk, case.id, case.city.a14.id) == ""
    assert (await case.issue()).assignee == case.city.a14.id


async def test_a_unit_without_assignees_gives_it_to_its_head(case: Case) -> None:
    """And one without either is refused by name."""
    await case.registered()
    await case.turn.uow.people.save(replace(case.city.a03, grants=frozenset()))
    await desk.name_unit(case.turn, case.city.clerk, case.id, UnitCode("U03"))
    assert await assigning.assign(case.turn, case.city.clerk, case.id) == ""
    assert (await case.issue()).assignee == case.city.h03.id
    other = await Case(case.turn, case.store, case.city).registered()
    await desk.name_unit(case.turn, case.city.clerk, other.id, UnitCode("U11"))
    with pytest.raises(NobodyAtUnit) as refused:
        await assigning.assign(case.turn, case.city.clerk, other.id)
    assert refused.value.facts == {"unit": "宝太生物"}


async def test_a_person_without_an_account_is_shown_as_not_active(case: Case) -> None:
    """The task is theirs all the same."""
    await case.turn.uow.people.save(replace(case.city.a02, user_id=None))
    await case.assigned()
    facts = await cards.issue_facts(case.turn, case.city.clerk, case.id)
    assert (facts["assignee"], facts["assignee_ready"]) == ("周航", False)


async def test_an_unregistered_case_is_not_assigned(case: Case) -> None:
    """First into the ledger."""
    await case.reported()
    with pytest.raises(IllegalMove):
        await assigning.assign(case.turn, case.city.clerk, case.id)


async def test_the_unit_chooser_offers_the_categorys_own_first(case: Case) -> None:
    """Then the district's, then the city's; never units that only report."""
    await case.registered()
    choices = (await cards.issue_facts(case.turn, case.city.clerk, case.id, "unit"))["choices"]
    assert [choice["code"] for choice in choices] == ["U04", "U11", "U02", "U03"]
    assert [choice["usual"] for choice in choices] == [True, False, False, False]


async def test_days_chosen_before_count_from_the_assignment(case: Case) -> None:
    """Not from the day they were chosen."""
    await case.registered()
    await assigning.set_days(case.turn, case.city.clerk, case.id, 3)
    assert (await case.issue()).deadline is None
    case.later(days=1)
    await desk.name_unit(case.turn, case.city.clerk, case.id, UnitCode("U02"))
    await assigning.assign(case.turn, case.city.clerk, case.id)
    assert await due_day(case) == date(2026, 11, 27)


async def test_a_day_named_before_stands_when_it_is_assigned(case: Case) -> None:
    """Unless it is over by then: then it is refused, and the clerk names another."""
    await case.registered()
    await assigning.set_day(case.turn, case.city.clerk, case.id, date(2026, 12, 3))
    await desk.name_unit(case.turn, case.city.clerk, case.id, UnitCode("U02"))
    late = replace(case.turn, now=case.turn.calendar.at(date(2026, 12, 4), case.turn.policy.hours[0][0]))
    with pytest.raises(DeadlinePast):
        await assigning.assign(late, case.city.clerk, case.id)
    await assigning.assign(case.turn, case.city.clerk, case.id)
    assert await due_day(case) == date(2026, 12, 3)


async def test_a_day_that_is_over_is_refused(case: Case) -> None:
    """Yesterday can't be a deadline; today can, while the office is open."""
    await case.assigned()
    with pytest.raises(DeadlinePast):
        await assigning.set_day(case.turn, case.city.clerk, case.id, date(2026, 11, 22))
    await assigning.set_day(case.turn, case.city.clerk, case.id, date(2026, 11, 23))
    assert await due_day(case) == date(2026, 11, 23)


async def test_moving_a_running_deadline_plans_anew_and_tells_the_unit(case: Case) -> None:
    """A new version: what was planned for the old one is void. Choosing the same again says nothing."""
    await case.assigned()
    case.quiet()
    await assigning.set_days(case.turn, case.city.clerk, case.id, 10)
    issue = await case.issue()
    assert issue.deadline is not None
    assert issue.deadline.version == 2
    assert {due.version for due in await case.turn.uow.agenda.planned(case.id)} == {2}
    assert case.events(case.city.a02) == ["deadline_moved"]
    await assigning.set_days(case.turn, case.city.clerk, case.id, 10)
    assert (await case.issue()).version == issue.version


async def test_a_changed_level_leaves_a_running_deadline_alone(case: Case) -> None:
    """The clerk moves it if need be."""
    await case.assigned()
    before = (await case.issue()).deadline
    await desk.rank(case.turn, case.city.clerk, case.id, Level.A)
    assert (await case.issue()).deadline == before


async def test_handing_over_tells_both_and_asks_the_new_one_to_accept(case: Case) -> None:
    """By the unit's leader too; the deadline stays."""
    await case.accepted()
    colleague = await case.turn.uow.people.add(
        a_person("A22", "新人", "assignee:unit:U02", unit=UnitCode("U02"), user_id=3022)
    )
    before = (await case.issue()).deadline
    case.quiet()
    await assigning.hand_over(case.turn, case.city.h02, case.id, colleague.id)
    issue = await case.issue()
    assert (issue.status, issue.assignee, issue.deadline) == (Status.ASSIGNED, colleague.id, before)
    assert [message.kind for message in case.told(colleague)] == ["issue/photos", "issue/card"]
    assert case.events(case.city.a02) == ["handed_over"]


async def test_only_people_of_the_unit_take_it_on_and_only_its_leader_or_a_clerk_hands_it_over(case: Case) -> None:
    """The owner's leader, the city's leader and the assignee have no say."""
    await case.assigned()
    with pytest.raises(PersonUnknown):
        await assigning.hand_over(case.turn, case.city.clerk, case.id, case.city.a04.id)
    for person in (case.city.city_leader, case.city.a02):
        with pytest.raises(NotAllowed):
            await assigning.hand_over(case.turn, person, case.id, case.city.h02.id)


async def test_handing_over_to_who_has_it_changes_nothing(case: Case) -> None:
    """Pressed twice, it acts once."""
    await case.assigned()
    version = (await case.issue()).version
    await assigning.hand_over(case.turn, case.city.clerk, case.id, case.city.a02.id)
    assert (await case.issue()).version == version


async def test_an_assignment_undone_is_taken_back_from_the_person_and_the_agenda(case: Case) -> None:
    """A new line of history; the person is told that nothing need be done."""
    await case.assigned()
    case.quiet().later(minutes=10)
    await assigning.undo(case.turn, case.city.clerk, case.id)
    issue = await case.issue()
    assert (issue.status, issue.assignee, issue.deadline) == (Status.VERIFIED, None, None)
    assert (await case.actions())[-1] is Action.UNDO
    assert await case.planned() == set()
    assert case.events(case.city.a02) == ["taken_back"]


async def test_a_registration_can_be_undone_for_ten_minutes(case: Case) -> None:
    """The button is there as long, and no longer."""
    await case.registered()
    assert "undo" in await case.moves(case.city.clerk)
    case.later(minutes=10, seconds=1)
    assert "undo" not in await case.moves(case.city.clerk)
    with pytest.raises(UndoTooLate):
        await assigning.undo(case.turn, case.city.clerk, case.id)


async def test_a_clearing_undone_is_told_to_who_heard_of_it(case: Case) -> None:
    """Back to resolved, the reporter's word kept."""
    await case.cleared()
    case.quiet()
    await assigning.undo(case.turn, case.city.clerk, case.id)
    assert await case.status() == Status.RESOLVED
    assert case.events(case.city.reporter) == ["uncleared"]
    assert case.events(case.city.a02) == ["uncleared"]


async def test_only_a_clerk_undoes(case: Case) -> None:
    """Not the assignee, not the leader."""
    await case.assigned()
    for person in (case.city.a02, case.city.h02):
        with pytest.raises(NotAllowed):
            await assigning.undo(case.turn, person, case.id)


async def test_a_task_that_comes_back_goes_to_who_is_still_there(case: Case) -> None:
    """The person who had it has left: the unit's head gets it, with evidence and card."""
    await case.resolved()
    await case.turn.uow.people.save(replace(case.city.a02, left=True))
    case.quiet()
    await closing.dispute(case.turn, case.city.reporter, case.id, "还是没电")
    issue = await case.issue()
    assert (issue.assignee, issue.status) == (case.city.h02.id, Status.ASSIGNED)
    assert (await case.actions())[-2:] == [Action.DISPUTE, Action.HAND_OVER]
    assert "issue/card" in [message.kind for message in case.told(case.city.h02)]


async def test_a_return_brings_it_back_to_the_desk_with_the_reason(case: Case) -> None:
    """The clerk who assigned it hears; the agenda is empty; it waits in the queue again."""
    await case.accepted()
    await case.turn.uow.cards.put(ChatId(1001), f"issue:{case.id}", MessageId(5))
    case.quiet()
    await tasks.give_back(case.turn, case.city.a02, case.id, "不属于本单位职责")
    assert await case.status() == Status.RETURNED
    assert await case.planned() == set()
    [notice] = case.told(case.city.clerk, "issue/notice")
    assert (notice.facts["event"], notice.facts["words"], notice.reply_to) == ("returned", "不属于本单位职责", 5)
    assert not case.told(case.city.admin), "the other clerk has not handled it"
    assert {"assign", "name_unit", "reject"} <= await case.moves(case.city.clerk)


async def test_a_reason_dialog_keeps_the_photo_and_waits_for_words(case: Case) -> None:
    """A photo alone is no reason; with its caption it would have been."""
    await case.resolved()
    reporter = case.city.reporter
    await reasons.ask(case.turn, reporter, Action.DISPUTE, case.id)
    await case.turn.uow.cards.put(ChatId(4001), reasons.reason_card(case.id), MessageId(70))
    assert not await reasons.take(case.turn, reporter, Action.DISPUTE, case.id, case.sent(photo=True, message=71))
    assert await case.status() == Status.RESOLVED
    assert await reasons.take(case.turn, reporter, Action.DISPUTE, case.id, case.sent("还是没电", message=72))
    assert await case.status() == Status.ASSIGNED
    assert len(case.told(case.city.a02, "issue/photos")[-1].facts["media"]) == 1
