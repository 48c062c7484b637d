"""催办 by hand: counted at once, said in working hours, to whoever is in charge."""

from dataclasses import replace
from datetime import date

import pytest

from bot.domain.errors import IllegalMove, NotAllowed, NudgedToday
from bot.domain.issue import Level
from bot.services.desk import nudging
from bot.services.issues.issue_facts import issue_facts
from bot.services.timed import reminders
from tests.services.at_work import FRIDAY, MONDAY, Office

TUESDAY = date(2026, 11, 24)
KIND = "timed/nudge"


async def test_a_nudge_is_counted_and_said_with_the_next_tick(office: Office) -> None:
    """The person in charge reads who wants it, and how often it was asked; the ledger has the line."""
    issue, city = await office.task(), office.city
    turn = office.at(TUESDAY, 10)
    nudged, at = await nudging.nudge(turn, city.city_leader, issue.id)
    assert (nudged.nudged, at) == (1, turn.now)
    await reminders.tick(turn)
    (message,) = office.told(city.a04, KIND)
    (line,) = message.facts["issues"]
    assert (line["number"], line["by"], line["nudged"], "own" in line) == (issue.number, ["高远"], 1, False)
    history = await office.uow.issues.history(issue.id)
    assert (history[-1].entry.action.value, history[-1].by_name) == ("nudge", "高远")
    await reminders.tick(office.at(TUESDAY, 10, 1))
    assert len(office.told(city.a04, KIND)) == 1


async def test_it_changes_nothing_about_the_deadline(office: Office) -> None:
    """The reminders of the day still come, once."""
    issue = await office.task()
    await nudging.nudge(office.at(TUESDAY, 8), office.city.clerk, issue.id)
    await reminders.tick(office.at(TUESDAY))
    assert len(office.told(office.city.a04)) == 1
    assert len(office.told(office.city.a04, KIND)) == 1
    assert {row.kind for row in await office.uow.agenda.planned(issue.id)} == {"reminder", "rung"}


async def test_outside_working_hours_it_waits_for_the_office(office: Office) -> None:
    """Two leaders at night: one message in the morning, both counted, the latest named first."""
    issue, city = await office.task(), office.city
    _, first = await nudging.nudge(office.at(FRIDAY, 20), city.district_leader, issue.id)
    _, second = await nudging.nudge(office.at(FRIDAY, 21), city.city_leader, issue.id)
    assert first == second == office.at(MONDAY).now
    assert await reminders.tick(office.at(FRIDAY, 22)) == 0
    await reminders.tick(office.at(MONDAY))
    (message,) = office.told(city.a04, KIND)
    (line,) = message.facts["issues"]
    assert (line["by"], line["nudged"], message.facts["late"]) == (["高远", "杜鹃"], 2, False)


async def test_an_urgent_one_may_go_at_any_hour_if_policy_says_so(office: Office) -> None:
    """Level A at night; and not, once the policy keeps the night quiet for all."""
    urgent, night = await office.task(level=Level.A), office.at(TUESDAY, 21)
    _, at = await nudging.nudge(night, office.city.clerk, urgent.id)
    assert at == night.now
    await reminders.tick(night)
    assert len(office.told(office.city.a04, KIND)) == 1
    quiet = replace(night, policy=replace(night.policy, urgent_any_hour=False))
    _, later = await nudging.nudge(quiet, office.city.city_leader, urgent.id)
    assert later == office.at(date(2026, 11, 25)).now


async def test_what_is_done_by_the_morning_is_not_nudged(office: Office) -> None:
    """None after closing, by hand either."""
    issue = await office.task()
    await nudging.nudge(office.at(MONDAY, 20), office.city.clerk, issue.id)
    await office.resolve(await office.uow.issues.get(issue.id))
    await reminders.tick(office.at(date(2026, 12, 1)))
    assert office.told(office.city.a04, KIND) == []


async def test_each_person_nudges_an_issue_once_a_day(office: Office) -> None:
    """Pressed twice it acts once, and says when that was; tomorrow again, and anybody else today."""
    issue, city = await office.task(), office.city
    first = office.at(TUESDAY, 10)
    await nudging.nudge(first, city.clerk, issue.id)
    with pytest.raises(NudgedToday) as refused:
        await nudging.nudge(office.at(TUESDAY, 16), city.clerk, issue.id)
    assert refused.value.facts == {"number": issue.number, "at": first.now.isoformat()}
    await nudging.nudge(office.at(TUESDAY, 16), city.h04, issue.id)
    nudged, _ = await nudging.nudge(office.at(date(2026, 11, 25), 10), city.clerk, issue.id)
    assert nudged.nudged == 3


async def test_only_who_leads_or_clerks_may_and_only_while_a_unit_has_it(office: Office) -> None:
    """Not the auditor, not the assignee; not what is resolved."""
    issue, city = await office.task(), office.city
    for person in (city.auditor, city.a04, city.verifier):
        with pytest.raises(NotAllowed):
            await nudging.nudge(office.turn, person, issue.id)
    await office.resolve(issue)
    with pytest.raises(IllegalMove):
        await nudging.nudge(office.turn, city.clerk, issue.id)


async def test_who_can_not_be_told_is_nudged_through_the_head(office: Office) -> None:
    """As with any reminder; and the desk hears who is not active."""
    city = office.city
    await office.uow.people.save(replace(city.a04, user_id=None))
    issue = await office.task()
    await nudging.nudge(office.turn, city.city_leader, issue.id)
    await reminders.tick(office.turn)
    (message,) = office.told(city.h04, KIND)
    assert message.facts["issues"][0]["own"] is False
    assert len(office.told(city.clerk, "timed/unreachable")) == 1


async def test_the_card_counts_them_and_offers_no_nudge_to_oneself(office: Office) -> None:
    """A unit's head who is in charge in person has nobody to nudge."""
    city = office.city
    issue = await office.task(city.h04)
    await nudging.nudge(office.turn, city.clerk, issue.id)
    facts = await issue_facts(office.turn, city.h04, issue.id)
    assert facts["nudged"] == 1
    assert "nudge" not in facts["moves"]
    assert "nudge" in (await issue_facts(office.turn, city.city_leader, issue.id))["moves"]
