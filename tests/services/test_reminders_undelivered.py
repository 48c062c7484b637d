"""A reminder or an escalation that a block kept from arriving."""

from dataclasses import replace
from datetime import date

from bot.domain.messages import Message
from bot.domain.organisation import Person
from bot.services.timed import reminders, undelivered
from bot.services.turn import Turn
from tests.services.at_work import MONDAY, Office

TUESDAY = date(2026, 11, 24)


async def refused(office: Office, turn: Turn, person: Person, kind: str) -> None:
    """Telegram says 403 to the last message of a kind: what the sender does then."""
    message: Message = office.told(person, kind)[-1]
    await office.uow.people.save(replace(person, reachable=False))
    await undelivered.blocked(turn, message)


async def test_a_blocked_reminder_goes_to_the_head_and_the_desk(office: Office) -> None:
    """The task is not forgotten because a phone said no."""
    issue = await office.task()
    turn = office.at(TUESDAY)
    await reminders.tick(turn)
    await refused(office, turn, office.city.a04, "timed/reminder")
    (message,) = office.told(office.city.h04)
    assert [line["number"] for line in message.facts["issues"]] == [issue.number]
    (note,) = office.told(office.city.clerk, "timed/unreachable")
    assert (note.facts["people"][0]["why"], note.facts["people"][0]["head_told"]) == ("blocked", True)


async def test_a_blocked_escalation_climbs_on_at_once(office: Office) -> None:
    """The next rung hears with the next tick, not two working days later; and once."""
    city = office.city
    await office.task()
    turn = office.at(MONDAY)
    await reminders.tick(turn)
    await refused(office, turn, city.h04, "timed/escalation")
    assert len(office.told(city.clerk, "timed/empty_rung")) == 1
    await reminders.tick(office.at(MONDAY, 9, 0, 1))
    await reminders.tick(office.at(date(2026, 12, 2)))
    assert len(office.told(city.district_leader, "timed/escalation")) == 1


async def test_what_was_solved_meanwhile_needs_nobody(office: Office) -> None:
    """And other kinds of messages are nobody else's business."""
    issue = await office.task()
    turn = office.at(TUESDAY)
    await reminders.tick(turn)
    await office.resolve(issue)
    await refused(office, turn, office.city.a04, "timed/reminder")
    await undelivered.blocked(turn, Message(office.told(office.city.a04)[0].chat, "digest/weekly"))
    assert office.told(office.city.h04) == []
