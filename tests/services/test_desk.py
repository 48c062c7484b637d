"""The desk: new cases reach it, the queue walks through them, and what is decided is told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import IllegalMove, IssueUnknown, NotAllowed, NotYours, ReasonNeeded, UnitUnknown
from bot.domain.history import Action
from bot.domain.ids import ChatId, IssueId, MessageId, ProjectCode, UnitCode
from bot.domain.issue import Category, Kind, Level, Outcome, Status
from bot.domain.messages import issue_card
from bot.domain.organisation import Grant
from bot.services.desk import closing, desk
from bot.services.issues import cards
from bot.services.tasks import asking
from bot.services.turn import Turn
from tests.builders import City, a_person, filed
from tests.fakes import FakeStore
from tests.services.casework import Case

CLERK_CHAT = ChatId(1001)


@pytest.fixture
def case(turn: Turn, store: FakeStore, city: City) -> Case:
    """No issue yet."""
    return Case(turn, store, city)


async def announced(case: Case, number: IssueId) -> None:
    """The desk is told of the issue."""
    issue = await case.turn.uow.issues.get(number)
    await desk.announce(case.turn, issue, await case.turn.uow.projects.get(issue.project))


async def test_every_clerk_with_an_account_gets_the_evidence_and_the_card(case: Case) -> None:
    """Both clerks of the city; the card comes below the photos; nobody else hears of it."""
    await case.reported()
    await announced(case, case.id)
    for clerk in (case.city.clerk, case.city.admin):
        photos, card = case.told(clerk)
        assert (photos.kind, len(photos.facts["media"])) == ("issue/photos", 1)
        assert (card.kind, card.card, card.fresh) == ("issue/card", f"issue:{case.id}", True)
    assert {message.chat for message in case.store.outbox_messages()} == {1001, 1002}


async def test_with_no_clerk_bound_the_case_waits_in_the_queue(case: Case) -> None:
    """Nobody is told, nothing is lost: whoever activates the account finds it at the desk."""
    await case.reported()
    for clerk in (case.city.clerk, case.city.admin):
        await case.turn.uow.people.save(replace(clerk, user_id=None))
    await announced(case, case.id)
    assert not case.store.outbox_messages()
    await case.turn.uow.people.save(case.city.clerk)
    await desk.open_queue(case.turn, case.city.clerk)
    assert case.told(case.city.clerk)[-1].facts["issue"] == case.id


async def test_a_clerk_of_another_district_hears_nothing(case: Case) -> None:
    """Scope decides."""
    roles = "clerk:district:思明区"
    other = await case.turn.uow.people.add(a_person("E09", "外区", roles, user_id=1009))
    await case.reported()
    await announced(case, case.id)
    assert not case.told(other)


async def test_a_clerk_who_reported_it_gets_no_second_card(case: Case) -> None:
    """Their own card shows the desk's buttons already."""
    issue = await filed(case.turn.uow, reporter=case.city.clerk.id)
    await announced(case, issue.id)
    assert not case.told(case.city.clerk)
    assert case.told(case.city.admin)


async def test_the_queue_is_urgent_first_then_oldest(case: Case) -> None:
    """One message walks through it; after the last comes the first again."""
    now = case.turn.now
    old, new, urgent = [
        (
            await filed(
                case.turn.uow, reporter=case.city.reporter.id, level=level, reported_at=now - timedelta(days=age)
            )
        ).id
        for level, age in ((Level.B, 3), (Level.C, 1), (Level.A, 0))
    ]
    await desk.open_queue(case.turn, case.city.clerk)
    first = case.told(case.city.clerk)[-1]
    assert (first.facts["issue"], first.facts["desk"], first.fresh) == (urgent, True, True)
    message = MessageId(700)
    await case.turn.uow.cards.put(CLERK_CHAT, cards.desk_card(urgent), message)
    seen = urgent
    for expected in (old, new, urgent):
        following = await desk.next_case(case.turn, case.city.clerk, CLERK_CHAT, message, seen)
        assert following == expected
        assert await case.turn.uow.cards.card_at(CLERK_CHAT, message) == cards.desk_card(expected)
        seen = expected


async def test_next_without_another_case_stays_where_it_is(case: Case) -> None:
    """It says so instead of sending anything new."""
    await case.reported()
    assert await desk.next_case(case.turn, case.city.clerk, CLERK_CHAT, MessageId(700), case.id) is None
    assert case.told(case.city.clerk)[-1].facts["issue"] == case.id


async def test_an_empty_desk_says_so(case: Case) -> None:
    """And that new issues come by themselves."""
    await desk.open_queue(case.turn, case.city.clerk)
    assert [message.kind for message in case.told(case.city.clerk)] == ["desk/empty"]


async def test_only_clerks_open_the_desk(case: Case) -> None:
    """Neither leaders nor observers."""
    for person in (case.city.city_leader, case.city.auditor, case.city.reporter):
        with pytest.raises(NotAllowed):
            await desk.open_queue(case.turn, person)
        with pytest.raises(NotAllowed):
            await desk.next_case(case.turn, person, CLERK_CHAT, None, IssueId(1))


async def test_a_resolved_case_waits_at_the_desk_once_its_reporter_spoke_or_was_silent_long(case: Case) -> None:
    """Until then there is nothing for the clerk to do."""
    await case.resolved()
    facts = await cards.issue_facts(case.turn, case.city.clerk, case.id, desk=True)
    assert facts["waiting"] == 0
    later = replace(case.turn, now=case.turn.now + timedelta(days=4))
    assert (await cards.issue_facts(later, case.city.clerk, case.id, desk=True))["waiting"] == 0, "asked once"
    await asking.tick(replace(case.turn, now=case.turn.now + timedelta(days=1)))
    assert (await cards.issue_facts(later, case.city.clerk, case.id, desk=True))["waiting"] == 1
    await closing.confirm(case.turn, case.city.reporter, case.id)
    assert (await cards.issue_facts(case.turn, case.city.clerk, case.id, desk=True))["waiting"] == 1


async def test_registering_draws_the_reporters_card_anew_in_place(case: Case) -> None:
    """One message per thing: the same card, not a new one."""
    await case.reported()
    await desk.register(case.turn, case.city.clerk, case.id)
    [card] = case.told(case.city.reporter)
    assert (card.kind, card.card, card.fresh) == ("issue/card", f"issue:{case.id}", False)
    assert await case.status() == Status.REGISTERED


async def test_the_second_of_two_clerks_is_told_what_is_true_now(case: Case) -> None:
    """Pressed twice, registered once."""
    await case.reported()
    await desk.register(case.turn, case.city.clerk, case.id)
    with pytest.raises(IllegalMove) as refused:
        await desk.register(case.turn, case.city.admin, case.id)
    assert refused.value.facts["status"] == Status.REGISTERED
    assert (await case.actions()).count(Action.REGISTER) == 1


async def test_a_rejected_case_is_closed_and_its_reporter_reads_why(case: Case) -> None:
    """It counts as not accepted, never as solved."""
    await case.reported()
    await desk.reject(case.turn, case.city.clerk, case.id, "已经报过")
    issue = await case.issue()
    assert (issue.status, issue.outcome) == (Status.REJECTED, Outcome.NOT_ACCEPTED)
    assert case.events(case.city.reporter) == ["rejected"]
    assert case.told(case.city.reporter, "issue/notice")[0].facts["words"] == "已经报过"


async def test_rejecting_needs_a_reason(case: Case) -> None:
    """In words."""
    await case.reported()
    with pytest.raises(ReasonNeeded):
        await desk.reject(case.turn, case.city.clerk, case.id, "  ")


async def test_category_level_kind_and_unit_are_set_with_a_line_of_history_each(case: Case) -> None:
    """What was before and what is after."""
    await case.reported()
    clerk = case.city.clerk
    await desk.categorise(case.turn, clerk, case.id, Category.PAYMENT)
    await desk.rank(case.turn, clerk, case.id, Level.A)
    await desk.classify(case.turn, clerk, case.id, Kind.COMMON)
    await desk.name_unit(case.turn, clerk, case.id, UnitCode("U03"))
    issue = await case.issue()
    assert (issue.category, issue.level, issue.kind, issue.unit) == (Category.PAYMENT, Level.A, Kind.COMMON, "U03")
    entries = [line.entry for line in await case.turn.uow.issues.history(case.id)][1:]
    assert [(entry.before, entry.after) for entry in entries] == [
        ({"category": "power"}, {"category": "payment"}),
        ({"level": "B"}, {"level": "A"}),
        ({"kind": "single"}, {"kind": "common"}),
        ({"unit": None}, {"unit": "U03"}),
    ]


async def test_choosing_what_stands_already_changes_nothing_but_closes_the_chooser(case: Case) -> None:
    """No empty line of history; the card is drawn without the chooser, and nobody else's card, which is as it was."""
    await case.reported()
    clerk = case.city.clerk
    await case.turn.uow.cards.put(ChatId(clerk.user_id or 0), issue_card(case.id), MessageId(7))
    case.quiet()
    await desk.categorise(case.turn, clerk, case.id, Category.POWER)
    assert await case.actions() == [Action.REPORT]
    assert [message.facts for message in case.told(clerk)] == [{"issue": case.id}]
    assert case.told(case.city.reporter) == []


async def test_an_unknown_unit_is_refused(case: Case) -> None:
    """Also one that left the sheet."""
    await case.reported()
    with pytest.raises(UnitUnknown):
        await desk.name_unit(case.turn, case.city.clerk, case.id, UnitCode("U99"))
    unit = await case.turn.uow.units.get(UnitCode("U03"))
    await case.turn.uow.units.save(replace(unit, left=True))
    with pytest.raises(UnitUnknown):
        await desk.name_unit(case.turn, case.city.clerk, case.id, UnitCode("U03"))


async def test_a_clerk_of_one_district_has_no_hand_in_another(case: Case) -> None:
    """Said the same as if the issue did not exist."""
    await case.reported()
    elsewhere = replace(case.city.clerk, grants=frozenset({Grant.parse("clerk:district:思明区")}))
    with pytest.raises(NotYours):
        await desk.register(case.turn, elsewhere, case.id)


async def test_a_press_on_an_issue_that_never_was_is_refused(case: Case) -> None:
    """Forged buttons carry no issue."""
    with pytest.raises(IssueUnknown):
        await desk.register(case.turn, case.city.clerk, IssueId(4711))


async def test_the_card_shows_the_clerk_what_reads_alike_and_how_the_like_was_solved(case: Case) -> None:
    """Open ones by number, solved ones by their means; the reporter sees neither."""
    await case.cleared()
    solved = case.id
    other = await filed(case.turn.uow, reporter=case.city.reporter.id, description="3号塔吊没有电，电源未接通")
    await filed(case.turn.uow, reporter=case.city.reporter.id, description="污水管道迁改缓慢")
    await case.reported(project=ProjectCode("P003"))
    facts = await cards.issue_facts(case.turn, case.city.clerk, case.id)
    assert [item["issue"] for item in facts["similar"]] == [other.id]
    assert facts["solved_by"] == ["early_guidance"]
    assert solved not in [item["issue"] for item in facts["similar"]]
    assert (await cards.issue_facts(case.turn, case.city.reporter, case.id))["similar"] == []
