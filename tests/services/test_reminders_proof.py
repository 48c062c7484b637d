"""The ladder's proof: who was told on which rung, when it arrived, when it was seen; and what happens on an empty one."""

from dataclasses import replace
from datetime import date

from bot.domain.ids import ChatId
from bot.domain.messages import Message
from bot.domain.organisation import CITY, Person, Scope, ScopeKind
from bot.ports import Subscription
from bot.services.digests import digests
from bot.services.issues.issue_facts import issue_facts
from bot.services.timed import deliveries, escalations, reminders
from bot.services.turn import Turn
from tests.services.at_work import MONDAY, Office

GROUP = -1004
U04 = Scope(ScopeKind.UNIT, "U04")


async def rungs(office: Office, turn: Turn, issue: int, viewer: Person | None = None) -> list[tuple[str, list[str]]]:
    """The ladder as a card shows it to a clerk: each rung, and how its people stand."""
    facts = await issue_facts(turn, viewer or office.city.clerk, issue)  # type: ignore[arg-type]
    return [(step["rung"], [person["state"] for person in step["people"]]) for step in facts["ladder"]]


async def a_group(office: Office, scope: Scope, chat: int = GROUP, topic: int | None = None) -> None:
    """A group that was opened to a scope."""
    subscription = Subscription(ChatId(chat), topic, scope, 4, 16, 0, office.at(MONDAY).now, office.city.clerk.id)
    await office.uow.subscriptions.put(subscription)


def to_group(office: Office, chat: int = GROUP) -> list[Message]:
    return [message for message in office.store.outbox_messages("timed/unit_group") if message.chat == chat]


async def test_a_rung_is_proved_step_by_step(office: Office) -> None:
    """Said, then arrived, then seen: the card says which, and asks nothing before the deadline has passed."""
    issue, city = await office.task(), office.city
    assert await rungs(office, office.turn, issue.id) == []
    turn = office.at(MONDAY)
    await reminders.tick(turn)
    assert await rungs(office, turn, issue.id) == [("head", ["waiting"])]
    (message,) = office.told(city.h04, "timed/escalation")
    await deliveries.arrived(office.at(MONDAY, 9, 0, 2), message)
    assert await rungs(office, turn, issue.id) == [("head", ["sent"])]
    await escalations.pressed(office.at(MONDAY, 9, 5), city.h04, issue.id)
    assert await rungs(office, turn, issue.id) == [("head", ["seen"])]
    (telling,) = [one for one in await office.uow.agenda.tellings(issue.id, "rung", 1) if one.person]
    assert (telling.at, telling.sent_at, telling.seen_at) == (
        turn.now,
        office.at(MONDAY, 9, 0, 2).now,
        office.at(MONDAY, 9, 5).now,
    )


async def test_seen_covers_all_that_one_message_told_and_nothing_else(office: Office) -> None:
    """Two issues in Monday's message are seen by one press; Tuesday's is not."""
    first, second = await office.task(), await office.task()
    third = await office.task(due=MONDAY)
    monday, tuesday = office.at(MONDAY), office.at(date(2026, 12, 1))
    await reminders.tick(monday)
    await reminders.tick(tuesday)
    assert await escalations.seen(tuesday, office.city.h04, monday.now) == 2
    assert await escalations.seen(tuesday, office.city.h04, monday.now) == 0
    states = [await rungs(office, tuesday, issue.id) for issue in (first, second, third)]
    assert states == [[("head", ["seen"])], [("head", ["seen"])], [("head", ["waiting"])]]


async def test_only_the_person_who_was_told_has_seen_it(office: Office) -> None:
    """A clerk's press proves nothing, nor does another leader's."""
    issue, city = await office.task(), office.city
    await reminders.tick(office.at(MONDAY))
    for person in (city.clerk, city.h02, city.district_leader):
        await escalations.pressed(office.at(MONDAY, 10), person, issue.id)
    assert await rungs(office, office.at(MONDAY, 10), issue.id) == [("head", ["waiting"])]


async def test_a_message_in_parts_is_proved_by_its_first(office: Office) -> None:
    """A list too long for one message: what became of the first part became of the rung."""
    issue = await office.task()
    await reminders.tick(office.at(MONDAY))
    (message,) = office.told(office.city.h04, "timed/escalation")
    part = replace(message, kind="part", facts={"html": "…", **deliveries.first_part(message)})
    await deliveries.arrived(office.at(MONDAY, 9, 1), part)
    assert await rungs(office, office.at(MONDAY, 10), issue.id) == [("head", ["sent"])]
    await office.uow.people.save(replace(office.city.h04, reachable=False))
    await deliveries.blocked(office.at(MONDAY, 9, 2), part)
    assert len(office.told(office.city.clerk, "timed/empty_rung")) == 1


async def test_other_messages_prove_nothing(office: Office) -> None:
    """Nor do they carry anything along."""
    notice = Message(ChatId(1), "issue/notice", {})
    assert deliveries.first_part(notice) == {}
    await deliveries.arrived(office.turn, notice)
    assert office.store.tables.said == {}


async def test_a_head_who_never_started_is_shown_and_the_units_group_is_told(office: Office) -> None:
    """未激活: the unit's own group hears, in its topic, once; other groups don't; the next rung hears at once; the desk reads who
    is missing and that the group was told."""
    city = office.city
    await office.uow.people.save(replace(city.h04, user_id=None))
    await a_group(office, U04, topic=7)
    await a_group(office, CITY, chat=-1005)
    await a_group(office, Scope(ScopeKind.UNIT, "U02"), chat=-1006)
    issue, turn = await office.task(), office.at(MONDAY)
    await reminders.tick(turn)
    (message,) = to_group(office)
    assert (message.topic, [line["number"] for line in message.facts["issues"]]) == (7, [issue.number])
    assert to_group(office, -1005) == to_group(office, -1006) == []
    assert len(office.told(city.district_leader, "timed/escalation")) == 1
    (note,) = office.told(city.clerk, "timed/empty_rung")
    (line,) = note.facts["issues"]
    assert (line["absent"], line["group_told"]) == ([{"name": "黄志勇", "why": "unbound"}], True)
    assert await rungs(office, turn, issue.id) == [("head", ["unbound"]), ("district_leader", ["waiting"])]
    await reminders.tick(office.at(date(2026, 12, 2)))
    assert len(to_group(office)) == 1


async def test_a_block_found_out_later_tells_the_group_too(office: Office) -> None:
    """403 to the head: the group, the desk, and the next rung with the next tick."""
    city = office.city
    await a_group(office, U04)
    await office.task()
    turn = office.at(MONDAY)
    await reminders.tick(turn)
    (message,) = office.told(city.h04, "timed/escalation")
    await office.uow.people.save(replace(city.h04, reachable=False))
    await deliveries.blocked(turn, message)
    assert len(to_group(office)) == 1
    await reminders.tick(office.at(MONDAY, 9, 0, 1))
    assert len(office.told(city.district_leader, "timed/escalation")) == 1


async def test_a_group_reads_no_names_on_the_ladder(office: Office) -> None:
    """Which rung and how it stands; who, it does not."""
    issue, turn = await office.task(), office.at(MONDAY)
    await reminders.tick(turn)
    facts = await issue_facts(turn, None, issue.id)
    assert [step["named"] for step in facts["ladder"]] == [False]


async def test_a_new_deadline_begins_a_new_ladder(office: Office) -> None:
    """The rungs of the old version are history: the card shows none until the new one is overdue."""
    issue = await office.task()
    await reminders.tick(office.at(MONDAY))
    assert await office.uow.agenda.climbed([issue.id]) == {issue.id: 0}
    await office.change(office.moved_deadline(issue, date(2026, 12, 3)))
    assert await office.uow.agenda.climbed([issue.id]) == {}
    later = office.at(date(2026, 12, 4))
    await reminders.tick(later)
    assert await rungs(office, later, issue.id) == [("head", ["waiting"])]
    assert len(office.told(office.city.h04, "timed/escalation")) == 2


async def test_the_digest_says_how_far_each_has_climbed(office: Office) -> None:
    """The rung really reached, not the one its days would give."""
    await office.task()
    await reminders.tick(office.at(MONDAY))
    digest = await digests.compose(office.at(date(2026, 12, 10)), CITY)
    (line,) = digests.facts_of(office.turn, digest)["overdue"]
    assert (line["rung"], line["nudged"], line["days"]) == ("head", 0, 9)
