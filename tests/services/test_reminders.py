"""Reminders: planned after each change, said once per step, grouped per person, in office hours."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.domain import lifecycle
from bot.domain.deadlines import deadline_on
from bot.domain.history import Action
from bot.domain.issue import Level
from bot.services.desk import nudging
from bot.services.timed import reminders
from bot.services.timed.timed import Live
from tests.services.at_work import FRIDAY, MONDAY, Office


async def test_an_assigned_issue_has_its_next_reminder_and_rung_planned(office: Office) -> None:
    """Due on Friday: the first reminder on Tuesday (three working days before), the first rung on Monday after."""
    issue = await office.task()
    rows = {row.kind: row for row in await office.uow.agenda.planned(issue.id)}
    assert (rows["reminder"].at, rows["reminder"].step) == (office.at(date(2026, 11, 24)).now, 3)
    assert (rows["rung"].at, rows["rung"].step) == (office.at(MONDAY).now, 0)


async def test_nothing_is_due_before_its_moment(office: Office) -> None:
    """A second before nine on Tuesday nobody is told."""
    await office.task()
    assert await reminders.tick(office.at(date(2026, 11, 24), 8, 59, 59)) == 0
    assert office.told(office.city.a04) == []


async def test_a_person_gets_one_message_for_all_their_issues(office: Office) -> None:
    """Two issues due the same day: one message, nearest first, with what is left and where to press."""
    first, second = await office.task(), await office.task()
    other = await office.task(office.city.a02)
    await reminders.tick(office.at(date(2026, 11, 24)))
    (message,) = office.told(office.city.a04)
    assert [line["number"] for line in message.facts["issues"]] == [first.number, second.number]
    assert [line["left"] for line in message.facts["issues"]] == [3, 3]
    assert message.facts["late"] is False
    (theirs,) = office.told(office.city.a02)
    assert theirs.facts["issues"][0]["issue"] == other.id


async def test_each_step_is_said_once(office: Office) -> None:
    """The tick comes every second; the message does not."""
    await office.task()
    for second in range(5):
        await reminders.tick(office.at(date(2026, 11, 24), second=second))
    assert len(office.told(office.city.a04)) == 1


async def test_planning_again_keeps_a_reminder_that_waits(office: Office) -> None:
    """The person accepts at 09:05, before the late tick: the reminder of 09:00 is not lost."""
    issue = await office.task()
    late = office.at(date(2026, 11, 24), 9, 5)
    await reminders.plan(late, issue)
    await reminders.tick(late)
    assert len(office.told(office.city.a04)) == 1


async def test_a_resolved_issue_is_not_reminded_of(office: Office) -> None:
    """Whatever was planned is cancelled with the change."""
    issue = await office.task()
    await office.resolve(issue)
    assert await office.uow.agenda.planned(issue.id) == []
    await reminders.tick(office.at(MONDAY))
    assert office.told(office.city.a04) == []


async def test_a_row_of_a_closed_issue_is_dropped(office: Office) -> None:
    """Even if a change forgot to cancel, the tick looks at the issue before it speaks."""
    issue = await office.task()
    change = lifecycle.return_to_desk(issue, office.city.a04.id, office.turn.now, "不归我们")
    await office.uow.issues.save(change)
    await reminders.tick(office.at(MONDAY))
    assert office.store.outbox_messages() == []
    assert await office.uow.agenda.planned(issue.id) == []


async def test_a_moved_deadline_voids_the_old_plan(office: Office) -> None:
    """Moved from Friday to Monday: the first reminder moves to Wednesday, with the new version."""
    issue = await office.task()
    deadline = deadline_on(office.turn.calendar, MONDAY, 2)
    change = lifecycle.step(issue, Action.SET_DEADLINE, office.city.clerk.id, office.turn.now, deadline=deadline)
    await office.uow.issues.save(change)
    await reminders.tick(office.at(date(2026, 11, 24)))
    assert office.told(office.city.a04) == []
    rows = await office.uow.agenda.planned(issue.id)
    assert {row.version for row in rows} == {2}
    await reminders.tick(office.at(date(2026, 11, 25)))
    assert len(office.told(office.city.a04)) == 1


@pytest.mark.parametrize(("hour", "minute"), [(8, 0), (12, 30), (19, 0)])
async def test_outside_office_hours_people_are_left_alone(office: Office, hour: int, minute: int) -> None:
    """Early, at lunch, in the evening: an ordinary issue waits."""
    await office.task()
    assert await reminders.tick(office.at(date(2026, 11, 25), hour, minute)) == 0


async def test_an_urgent_issue_may_be_said_at_any_hour(office: Office) -> None:
    """What was missed at nine is said at noon if it is level A, not if it is B."""
    urgent = await office.task(level=Level.A)
    await office.task()
    await reminders.tick(office.at(date(2026, 11, 24), 12, 30))
    (message,) = office.told(office.city.a04)
    assert [line["number"] for line in message.facts["issues"]] == [urgent.number]


async def test_policy_may_keep_the_night_quiet_for_all(office: Office) -> None:
    """urgent_any_hour = false: level A waits for the office too."""
    office.turn = replace(office.turn, policy=replace(office.turn.policy, urgent_any_hour=False))
    await office.task(level=Level.A)
    assert await reminders.tick(office.at(date(2026, 11, 24), 12, 30)) == 0


async def test_a_changed_level_changes_the_hours(office: Office) -> None:
    """An issue that becomes urgent may be said at any hour from then on."""
    issue = await office.task()
    change = lifecycle.step(issue, Action.RANK, office.city.clerk.id, office.turn.now, level=Level.A)
    await office.change(change)
    assert all(row.any_hour for row in await office.uow.agenda.planned(issue.id))


async def test_what_an_outage_missed_is_said_once_and_marked(office: Office) -> None:
    """Down from Monday to Thursday noon: the reminders of Tuesday and Thursday are one, marked late; Friday's comes."""
    await office.task()
    await reminders.tick(office.at(date(2026, 11, 26), 11))
    (message,) = office.told(office.city.a04)
    assert message.facts["late"] is True
    assert message.facts["issues"][0]["left"] == 1
    await reminders.tick(office.at(FRIDAY))
    assert [m.facts["late"] for m in office.told(office.city.a04)] == [True, False]


async def test_an_unbound_assignee_is_told_by_their_head_and_the_desk_knows(office: Office) -> None:
    """The head gets the reminder in their stead, every clerk learns who is not active, once a day."""
    city = office.city
    await office.uow.people.save(replace(city.a04, user_id=None))
    issue = await office.task()
    await reminders.tick(office.at(date(2026, 11, 24)))
    (message,) = office.told(city.h04)
    assert message.facts["issues"][0]["own"] is False
    assert message.facts["issues"][0]["assignee"] == "蔡明"
    for clerk in (city.clerk, city.admin):
        (note,) = office.told(clerk, "timed/unreachable")
        assert note.facts["people"] == [
            {"name": "蔡明", "unit": "市供电公司", "why": "unbound", "head_told": True, "numbers": [issue.number]}
        ]


async def test_the_desk_hears_of_the_unreachable_once_a_day(office: Office) -> None:
    """A second reminder of the same day adds nothing for the desk; the next day does."""
    await office.uow.people.save(replace(office.city.a04, reachable=False))
    await office.task()
    await office.task(due=date(2026, 11, 30))
    await reminders.tick(office.at(date(2026, 11, 24)))
    await office.task(level=Level.A, due=date(2026, 11, 27))
    await reminders.tick(office.at(date(2026, 11, 24), 11))
    assert len(office.told(office.city.clerk, "timed/unreachable")) == 1
    await reminders.tick(office.at(date(2026, 11, 25)))
    assert len(office.told(office.city.clerk, "timed/unreachable")) == 2


async def test_who_left_is_not_told(office: Office) -> None:
    """Their account may still exist; their roles do not."""
    await office.uow.people.save(replace(office.city.a04, left=True))
    await office.task()
    await reminders.tick(office.at(date(2026, 11, 24)))
    assert office.told(office.city.a04) == []
    (note,) = office.told(office.city.clerk, "timed/unreachable")
    assert note.facts["people"][0]["why"] == "left"


async def test_many_issues_are_counted_not_all_listed(office: Office) -> None:
    """A message stays readable: forty lines, and how many more there are."""
    for _ in range(43):
        await office.task()
    await reminders.tick(office.at(date(2026, 11, 24)))
    (message,) = office.told(office.city.a04)
    assert len(message.facts["issues"]) == 40
    assert (message.facts["total"], message.facts["more"]) == (43, 3)


async def test_a_kill_between_saying_and_committing_says_nothing_twice(office: Office) -> None:
    """Message, proof and next plan are one transaction: rolled back together, said together."""
    await office.task()
    moment = office.at(date(2026, 11, 24))

    class KilledError(Exception):
        pass

    async def say_and_die() -> None:
        async with office.uow.savepoint():
            await reminders.tick(moment)
            raise KilledError

    with pytest.raises(KilledError):
        await say_and_die()
    assert office.told(office.city.a04) == []
    await reminders.tick(moment)
    assert len(office.told(office.city.a04)) == 1


async def test_on_a_quiet_day_nobody_is_told_and_nothing_is_late_for_it(office: Office) -> None:
    """Tuesday is quiet by policy: not even level A; on Wednesday it is said as of then. A nudge waits as well."""
    tuesday, wednesday = date(2026, 11, 24), date(2026, 11, 25)
    office.turn = replace(office.turn, policy=replace(office.turn.policy, quiet_days=frozenset({tuesday})))
    issue = await office.task()
    await office.task(level=Level.A)
    assert await reminders.tick(office.at(tuesday)) == 0
    _, at = await nudging.nudge(office.at(tuesday, 10), office.city.clerk, issue.id)
    assert at == office.at(wednesday).now
    await reminders.tick(office.at(wednesday))
    (message,) = office.told(office.city.a04)
    assert (message.facts["total"], message.facts["late"]) == (2, False)
    assert len(office.told(office.city.a04, "timed/nudge")) == 1


async def test_an_issue_that_can_not_be_spoken_of_holds_up_nobody(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever breaks on one of many, the others are told, each once; the broken one is tried again an hour later."""
    broken, *others = [await office.task(office.city.a04 if n % 2 else office.city.a02) for n in range(7)]
    whole = Live.line

    def line(self: Live, **more: Any) -> dict[str, Any]:
        if self.brief.issue == broken.id:
            raise RuntimeError("a bug of ours")
        return whole(self, **more)

    monkeypatch.setattr(Live, "line", line)
    turn = office.at(date(2026, 11, 24))
    await reminders.tick(turn)
    told = [
        line["issue"]
        for person in (office.city.a02, office.city.a04)
        for m in office.told(person)
        for line in m.facts["issues"]
    ]
    assert sorted(told) == sorted(issue.id for issue in others)
    assert await reminders.tick(office.at(date(2026, 11, 24), 9, 30)) == 0
    monkeypatch.undo()
    await reminders.tick(office.at(date(2026, 11, 24), 10))
    (message,) = [m for m in office.told(office.city.a02) if m.facts["issues"][0]["issue"] == broken.id]
    assert message.facts["total"] == 1
