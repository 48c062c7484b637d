"""The card: one per chat, always the truth, and only the buttons its viewer may press now."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain import lifecycle
from bot.domain.errors import NotYours
from bot.domain.history import Action
from bot.domain.ids import ChatId, IssueId, MessageId, UnitCode
from bot.domain.issue import Level, Place, Status
from bot.services.desk import desk
from bot.services.issues import cards
from bot.services.turn import Turn
from tests.builders import City, a_guest, a_photo
from tests.fakes import FakeStore
from tests.services.casework import Case

FIELDS = {"categorise", "rank", "classify"}
UNIT_FIELDS = {"name_unit", "set_deadline"}
TURNS = {"merge", "suspend", "conclude"}
CLERK = {
    "reported": {"register", "reject", *TURNS, *FIELDS, *UNIT_FIELDS},
    "registered": {"assign", "reject", "undo", *TURNS, *FIELDS, *UNIT_FIELDS},
    "assigned": {"hand_over", "undo", "set_deadline", "nudge", *TURNS, *FIELDS},
    "accepted": {"hand_over", "set_deadline", "nudge", *TURNS, *FIELDS},
    "asked": {"hand_over", "set_deadline", "nudge", *TURNS, *FIELDS},
    "suspended": {"resume", *FIELDS},
    "resolved": {"clear", "reopen", "conclude", *FIELDS},
    "confirmed": {"clear", "reopen", "conclude", *FIELDS},
    "cleared": {"reopen", "undo"},
}
AT_WORK = {"return", "resolve", "extend", "explain"}
ASSIGNEE = {"assigned": {"accept", *AT_WORK}, "accepted": AT_WORK, "asked": AT_WORK}
REPORTER = {
    "resolved": {"confirm", "dispute", "rate"},
    "confirmed": {"dispute", "rate"},
    "cleared": {"rate"},
}
ABOVE = {"assigned": {"nudge"}, "accepted": {"nudge"}, "asked": {"nudge", "grant", "refuse"}}
LEADER = {stage: {"hand_over", *moves} for stage, moves in ABOVE.items()}
BUTTONS = {
    "clerk": CLERK,
    "a02": ASSIGNEE,
    "reporter": REPORTER,
    "h02": LEADER,
    "city_leader": ABOVE,
    "district_leader": ABOVE,
}


@pytest.fixture
def case(turn: Turn, store: FakeStore, city: City) -> Case:
    """No issue yet."""
    return Case(turn, store, city)


@pytest.mark.parametrize("stage", CLERK)
async def test_everybody_has_the_buttons_of_their_role_and_the_moment(case: Case, stage: str) -> None:
    """Each person of the city × each stage of an issue's life."""
    await getattr(case, stage)()
    for field in ("clerk", "a02", "reporter", "h02", "city_leader", "auditor", "verifier", "district_leader", "a04"):
        expected = BUTTONS.get(field, {}).get(stage, set())
        facts = await cards.issue_facts(case.turn, getattr(case.city, field), case.id)
        assert set(facts.get("moves", ())) == expected, field
        revoked = replace(getattr(case.city, field), grants=frozenset())
        left = BUTTONS["reporter"].get(stage, set()) if field == "reporter" else set()
        facts = await cards.issue_facts(case.turn, revoked, case.id)
        assert set(facts.get("moves", ())) == left, f"{field} after revocation"


async def test_who_lost_the_right_sees_the_number_only(case: Case) -> None:
    """A card that is still in their chat says nothing more."""
    await case.assigned()
    gone = replace(case.city.clerk, left=True)
    facts = await cards.issue_facts(case.turn, gone, case.id)
    assert facts["hidden"] is True
    assert "text" not in facts


async def test_a_group_gets_no_buttons(case: Case) -> None:
    """Nobody in particular looks."""
    await case.assigned()
    facts = await cards.issue_facts(case.turn, None, case.id)
    assert (facts["group"], facts["moves"], facts["similar"]) == (True, [], [])


async def test_a_group_does_not_read_the_reporters_name(case: Case) -> None:
    """Not in the history either; who works on it is named."""
    await case.assigned()
    lines = (await cards.issue_facts(case.turn, None, case.id))["history"]
    named = {line["action"]: (line["by"], line["by_reporter"]) for line in lines}
    assert named["assign"] == (case.city.clerk.name, False)
    await case.turn.uow.issues.save(
        lifecycle.step(await case.issue(), Action.REMARK, case.city.reporter.id, case.turn.now, words="still dark")
    )
    last = (await cards.issue_facts(case.turn, None, case.id))["history"][-1]
    assert (last["by"], last["by_reporter"]) == ("", True)


async def test_photos_being_fetched_and_missing_are_counted(case: Case) -> None:
    """Never silently."""
    await case.reported()
    chat = ChatId(4001)
    for number in (2, 3):
        await case.turn.uow.evidence.add(
            a_photo(f"p{number}"), case.city.reporter.id, chat, MessageId(number), case.turn.now, issue=case.id
        )
    first, second, _ = await case.turn.uow.evidence.of_issue(case.id)
    await case.turn.uow.evidence.stored(first.id, "a" * 64, "b" * 64, 100, "image/jpeg")
    await case.turn.uow.evidence.missing(second.id, "file is gone")
    facts = await cards.issue_facts(case.turn, case.city.clerk, case.id)
    assert facts["photos"] == {"total": 3, "pictures": 3, "waiting": 0, "missing": 1}  # the third: any moment now
    for later in (timedelta(), timedelta(hours=1)):
        await case.turn.uow.evidence.claim(case.turn.now + later, 10)
    facts = await cards.issue_facts(case.turn, case.city.clerk, case.id)
    assert facts["photos"] == {"total": 3, "pictures": 3, "waiting": 1, "missing": 1}
    assert await cards.photos(case.turn, case.city.clerk, ChatId(1001), case.id) == 2


async def test_many_files_are_sent_ten_at_a_time(case: Case) -> None:
    """Telegram's media groups hold no more."""
    await case.reported()
    for number in range(2, 13):
        await case.turn.uow.evidence.add(
            a_photo(f"p{number}"),
            case.city.reporter.id,
            ChatId(4001),
            MessageId(number),
            case.turn.now,
            issue=case.id,
        )
    assert await cards.photos(case.turn, case.city.clerk, ChatId(1001), case.id) == 12
    sizes = [len(message.facts["media"]) for message in case.told(case.city.clerk, "issue/photos")]
    assert sizes == [10, 2]


async def test_a_guests_report_is_marked(case: Case) -> None:
    """And the guest sees it, nobody else's."""
    guest = await case.turn.uow.people.add(a_guest())
    await case.reported(unverified_reporter=True)
    assert (await cards.issue_facts(case.turn, case.city.clerk, case.id))["unverified"] is True
    with pytest.raises(NotYours):
        await cards.show(case.turn, guest, case.id)


async def test_the_card_tells_place_deadline_and_the_last_lines_of_history(case: Case) -> None:
    """Five working days left on the day of assignment."""
    await case.assigned(place=Place(24.48, 118.09, "东门"))
    facts = await cards.issue_facts(case.turn, case.city.a02, case.id)
    assert facts["place"] == {"latitude": 24.48, "longitude": 118.09, "title": "东门"}
    assert (facts["deadline"]["left"], facts["deadline"]["runs"], facts["deadline"]["provisional"]) == (5, True, False)
    assert [line["action"] for line in facts["history"]] == ["register", "name_unit", "verify", "assign"]
    assert facts["status"] == Status.ASSIGNED


async def test_the_whole_history_opens_in_place_page_by_page(case: Case) -> None:
    """Every line with what it set, by name; the card itself has the last four and says how many there are."""
    await case.assigned()
    closed = await cards.issue_facts(case.turn, case.city.clerk, case.id)
    assert (len(closed["history"]), closed["history_total"]) == (4, 5)
    whole = await cards.issue_facts(case.turn, case.city.clerk, case.id, "history")
    assert [line["action"] for line in whole["history"]] == ["report", "register", "name_unit", "verify", "assign"]
    assert whole["history"][2]["to"]["unit"] == (await case.turn.uow.units.get(UnitCode("U02"))).name
    assert whole["history"][4]["to"]["assignee"] == case.city.a02.name
    assert whole["history"][4]["to"]["due_at"]
    for level in (Level.A, Level.B) * 5:
        await desk.rank(case.turn, case.city.clerk, case.id, level)
    second = await cards.issue_facts(case.turn, case.city.clerk, case.id, "history", page=1)
    assert (second["history_pages"], len(second["history"]), second["history"][-1]["to"]["level"]) == (2, 3, "B")


async def test_before_assignment_the_card_says_how_many_days_there_will_be(case: Case) -> None:
    """By the level."""
    await case.reported()
    assert (await cards.issue_facts(case.turn, case.city.clerk, case.id))["deadline"] == {"due_at": None, "days": 5}


async def test_a_year_without_a_calendar_makes_the_deadline_provisional(case: Case) -> None:
    """Said on the card."""
    case.turn = replace(case.turn, calendar=replace(case.turn.calendar, years=frozenset()))
    await case.assigned()
    facts = await cards.issue_facts(case.turn, case.city.clerk, case.id)
    assert facts["deadline"]["provisional"] is True


async def test_a_refresh_draws_every_chat_that_has_the_issue(case: Case) -> None:
    """Its card, a desk that shows it, the question to its reporter; edits, nothing new."""
    await case.reported()
    await case.turn.uow.cards.put(ChatId(1001), cards.desk_card(case.id), MessageId(5))
    await case.turn.uow.cards.put(ChatId(4001), cards.ask_card(case.id), MessageId(901))
    await cards.refresh(case.turn, case.id)
    drawn = {(message.chat, message.card, message.fresh) for message in case.store.outbox_messages()}
    assert drawn == {
        (4001, f"issue:{case.id}", False),
        (1001, f"desk:{case.id}", False),
        (4001, f"ask:{case.id}", False),
    }


async def test_an_older_card_that_is_pressed_becomes_the_card_again(case: Case) -> None:
    """Its chooser opens where it was pressed."""
    await case.reported()
    chat = ChatId(4001)
    await cards.open_menu(case.turn, case.city.reporter, chat, MessageId(333), case.id, menu="category")
    assert await case.turn.uow.cards.message_of(chat, f"issue:{case.id}") == 333


async def test_a_notice_points_to_the_card_or_brings_one(case: Case) -> None:
    """A reply where there is a card, a fresh card where there is none."""
    await case.reported()
    await cards.notify(case.turn, case.city.reporter, case.id, "cleared")
    await cards.notify(case.turn, case.city.clerk, case.id, "confirmed")
    assert [(m.kind, m.reply_to) for m in case.told(case.city.reporter)] == [("issue/notice", 900)]
    assert [m.kind for m in case.told(case.city.clerk)] == ["issue/notice", "issue/card"]


async def test_showing_an_issue_that_is_not_there_is_refused(case: Case) -> None:
    """The same as one that may not be seen."""
    await case.reported()
    with pytest.raises(NotYours):
        await cards.show(case.turn, case.city.a04, case.id)
    assert Action.REPORT in await case.actions()
    with pytest.raises(Exception, match="IssueUnknown"):
        await cards.show(case.turn, case.city.a04, IssueId(99))
