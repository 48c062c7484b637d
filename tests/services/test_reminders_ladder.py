"""Escalation: an overdue issue climbs the ladder, each rung once per deadline."""

from dataclasses import replace
from datetime import date

from bot.domain import delays, lifecycle
from bot.domain.deadlines import deadline_on, resumed
from bot.domain.history import Action
from bot.domain.ids import UnitCode
from bot.services.timed import reminders
from bot.telegram.rendered import Text
from bot.telegram.rendering import Renderer
from tests.builders import a_person
from tests.services.at_work import MONDAY, Office

RUNGS = [date(2026, 11, 30), date(2026, 12, 2), date(2026, 12, 4), date(2026, 12, 11)]


async def climb(office: Office, *days: date) -> None:
    """The tick at opening time of each day."""
    for day in days:
        await reminders.tick(office.at(day))


async def test_an_overdue_issue_climbs_from_the_head_to_the_auditor(office: Office) -> None:
    """One, three, five and ten working days after Friday, each person once."""
    issue = await office.task()
    city = office.city
    ladder = [city.h04, city.district_leader, city.city_leader, city.auditor]
    for reached, day in enumerate(RUNGS, start=1):
        await climb(office, day)
        heard = [len(office.told(person, "timed/escalation")) for person in ladder]
        assert heard == [1] * reached + [0] * (4 - reached)
    (message,) = office.told(city.auditor, "timed/escalation")
    (line,) = message.facts["issues"]
    assert (line["number"], line["rung"], line["left"]) == (issue.number, "auditor", -10)
    await climb(office, date(2026, 12, 14), date(2026, 12, 15))
    assert len(office.told(city.auditor, "timed/escalation")) == 1
    assert [row.kind for row in await office.uow.agenda.planned(issue.id)] == ["reminder"]


async def test_a_person_hears_of_all_that_climbed_in_one_message(office: Office) -> None:
    """Three issues of one unit: the head reads one message."""
    for _ in range(3):
        await office.task()
    await climb(office, MONDAY)
    (message,) = office.told(office.city.h04, "timed/escalation")
    assert message.facts["total"] == 3


async def test_a_unit_without_a_head_has_its_leaders(office: Office) -> None:
    """No head named, or one who can't be told: whoever holds the leader's role over the unit."""
    unit = await office.uow.units.get(UnitCode("U04"))
    await office.uow.units.save(replace(unit, head=None))
    await office.task()
    await climb(office, MONDAY)
    assert len(office.told(office.city.h04, "timed/escalation")) == 1


async def test_an_empty_rung_goes_to_the_next_at_once_and_says_so_at_the_desk(office: Office) -> None:
    """The head never bound an account: the district's leader hears on the first day, and not again on the third."""
    city = office.city
    await office.uow.people.save(replace(city.h04, user_id=None))
    issue = await office.task()
    await climb(office, MONDAY)
    (message,) = office.told(city.district_leader, "timed/escalation")
    assert message.facts["issues"][0]["rung"] == "district_leader"
    (note,) = office.told(city.clerk, "timed/empty_rung")
    assert [(line["number"], line["rung"]) for line in note.facts["issues"]] == [(issue.number, "head")]
    await climb(office, *RUNGS)
    assert len(office.told(city.district_leader, "timed/escalation")) == 1
    assert len(office.told(city.clerk, "timed/empty_rung")) == 1
    assert len(office.told(city.city_leader, "timed/escalation")) == 1


async def test_an_issue_with_two_empty_rungs_has_one_button(office: Office) -> None:
    """It is named once, with both rungs under it."""
    for person in (office.city.h04, office.city.district_leader):
        await office.uow.people.save(replace(person, user_id=None))
    issue = await office.task()
    await climb(office, MONDAY)
    (note,) = office.told(office.city.clerk, "timed/empty_rung")
    assert [line["rung"] for line in note.facts["issues"]] == ["head", "district_leader"]
    shown = Renderer(office.turn.calendar.zone).render("timed/empty_rung", note.facts)
    assert isinstance(shown, Text)
    assert shown.parts[0].count(issue.number) == 1
    assert len(shown.keyboard) == 1
    assert len(shown.keyboard[0]) == 1


async def test_nobody_on_the_whole_ladder_is_said_at_the_desk_once(office: Office) -> None:
    """All four rungs empty: the desk hears of each, nothing is planned any more."""
    city = office.city
    for person in (city.h04, city.district_leader, city.city_leader, city.auditor):
        await office.uow.people.save(replace(person, reachable=False))
    await office.task()
    await climb(office, *RUNGS)
    (note,) = office.told(city.clerk, "timed/empty_rung")
    assert [line["rung"] for line in note.facts["issues"]] == ["head", "district_leader", "city_leader", "auditor"]


async def test_rungs_missed_in_an_outage_are_said_once_and_marked(office: Office) -> None:
    """Down over the first three: each rung hears once, late; the fourth comes in its time."""
    city = office.city
    await office.task()
    await climb(office, date(2026, 12, 7))
    for person in (city.h04, city.district_leader, city.city_leader):
        (message,) = office.told(person, "timed/escalation")
        assert message.facts["late"] is True
    assert office.told(city.auditor, "timed/escalation") == []
    await climb(office, RUNGS[3])
    assert [m.facts["late"] for m in office.told(city.auditor, "timed/escalation")] == [False]


async def test_who_stands_on_two_rungs_hears_once(office: Office) -> None:
    """An outage brought two rungs together, and one leader holds both."""
    both = a_person("Z1", "双岗", "leader:district:海沧区;leader:city", user_id=8888)
    person = await office.uow.people.add(both)
    await office.task()
    await climb(office, date(2026, 12, 7))
    (message,) = office.told(person, "timed/escalation")
    assert [line["rung"] for line in message.facts["issues"]] == ["city_leader"]


async def test_a_new_deadline_begins_at_the_foot_of_the_ladder(office: Office) -> None:
    """Resolved, disputed, overdue again: the head hears again, of the new version."""
    city = office.city
    issue = await office.task()
    await climb(office, MONDAY)
    resolved = await office.resolve(issue)
    deadline = deadline_on(office.turn.calendar, date(2026, 12, 4), 2)
    await office.change(
        lifecycle.reopen(resolved, Action.DISPUTE, city.reporter.id, office.turn.now, "还是没电", deadline)
    )
    await climb(office, date(2026, 12, 2), date(2026, 12, 7))
    assert len(office.told(city.h04, "timed/escalation")) == 2
    assert office.told(city.district_leader, "timed/escalation") == []


async def test_a_resolved_issue_climbs_no_further(office: Office) -> None:
    """The clock stops with the proof."""
    issue = await office.task()
    await climb(office, MONDAY)
    await office.resolve(issue)
    await climb(office, *RUNGS[1:])
    assert office.told(office.city.district_leader, "timed/escalation") == []


async def test_a_clock_that_goes_on_overdue_climbs_at_once_and_is_not_called_late(office: Office) -> None:
    """Suspended three working days overdue, resumed a week later: it is as overdue as it was, and no outage was to blame."""
    issue = await office.task()
    change = delays.suspend(issue, office.city.clerk.id, office.at(date(2026, 12, 2), 17, 30).now, "等电网停电窗口")
    await office.change(change)
    office.turn = office.at(date(2026, 12, 9), 17)
    deadline = resumed(change.issue, office.turn.calendar, office.at(date(2026, 12, 2), 17, 30).now, office.turn.now)
    await office.change(delays.resume(change.issue, office.city.clerk.id, office.turn.now, deadline))
    await reminders.tick(office.turn)
    for person in (office.city.h04, office.city.district_leader):
        (message,) = office.told(person, "timed/escalation")
        assert (message.facts["late"], message.facts["issues"][0]["left"]) == (False, -3)
    assert office.told(office.city.city_leader, "timed/escalation") == []
