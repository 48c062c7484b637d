"""From draft to ledger: number, issue, evidence, card and desk in one turn; once, however often it is pressed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.draft import DraftState, Purpose
from bot.domain.errors import DraftClosed, DraftEmpty, NotAllowed, ProjectUnknown
from bot.domain.history import Action
from bot.domain.ids import ChatId, MessageId, ProjectCode
from bot.domain.issue import Category, Place, Status
from bot.domain.messages import draft_card, issue_card
from bot.domain.organisation import Person
from bot.services.reporting import drafts, filing, reporting
from bot.services.turn import Turn
from tests.builders import City, a_draft, a_guest, a_photo, filed
from tests.fakes import FakeStore

CHAT = ChatId(4001)
P002 = ProjectCode("P002")


async def with_photo(turn: Turn, person: Person, text: str = "停电", **more: object):  # type: ignore[no-untyped-def]
    """A draft ready to submit, its card being message 900."""
    draft = await turn.uow.drafts.add(a_draft(person.id, int(person.user_id or 0), **more))
    draft = await turn.uow.drafts.put_piece(draft.id, MessageId(10), text)
    await turn.uow.evidence.add(a_photo(), person.id, draft.chat, MessageId(10), turn.now, draft=draft.id)
    await turn.uow.cards.put(draft.chat, draft_card(draft.id), MessageId(900))
    return draft


async def test_submitting_files_an_issue_with_everything_in_the_draft(turn: Turn, city: City) -> None:
    """Number, project, words, evidence, place and the reporter's unit are in the ledger; the first line of history says so."""
    draft = await with_photo(turn, city.reporter, project=P002, place=Place(1, 2), category=Category.POWER)
    issue = await filing.submit(turn, city.reporter, draft.id)
    assert issue is not None
    assert (issue.number, issue.status, issue.project) == ("XM-2026-0001", Status.REPORTED, "P002")
    assert (issue.description, issue.category, issue.place) == ("停电", Category.POWER, Place(1, 2))
    assert (issue.reporter, issue.reporting_unit, issue.unverified_reporter) == (city.reporter.id, "U11", False)
    [media] = await turn.uow.evidence.of_issue(issue.id)
    assert media.purpose is Purpose.REPORT
    assert [line.entry.action for line in await turn.uow.issues.history(issue.id)] == [Action.REPORT]


async def test_the_drafts_card_becomes_the_issues_in_place(turn: Turn, store: FakeStore, city: City) -> None:
    """The same message shows the issue; nothing is left in the queue that would show the draft again."""
    draft = await with_photo(turn, city.reporter, project=P002)
    await drafts.show(turn, draft)
    issue = await filing.submit(turn, city.reporter, draft.id)
    assert issue is not None
    assert await turn.uow.cards.message_of(CHAT, issue_card(issue.id)) == 900
    assert [(m.kind, m.card) for m in store.told(CHAT)] == [("issue/card", issue_card(issue.id))]


async def test_the_desk_is_told(turn: Turn, store: FakeStore, city: City) -> None:
    """Every clerk in scope gets the case."""
    draft = await with_photo(turn, city.reporter, project=P002)
    await filing.submit(turn, city.reporter, draft.id)
    assert "issue/card" in store.kinds_told(1001)


async def test_without_a_project_submitting_asks_which(turn: Turn, store: FakeStore, city: City) -> None:
    """Nothing is filed yet, no number is used; picking one files it."""
    draft = await with_photo(turn, city.reporter)
    assert await filing.submit(turn, city.reporter, draft.id) is None
    assert store.told(CHAT)[-1].facts["submit"] is True
    issue = await filing.file_under(turn, city.reporter, draft.id, P002)
    assert issue.number == "XM-2026-0001"
    assert (await turn.uow.people.get(city.reporter.id)).current_project == "P002"


async def test_pressing_twice_files_once(turn: Turn, store: FakeStore, city: City) -> None:
    """The second press hears the number."""
    draft = await with_photo(turn, city.reporter, project=P002)
    await filing.submit(turn, city.reporter, draft.id)
    with pytest.raises(DraftClosed) as closed:
        await filing.submit(turn, city.reporter, draft.id)
    assert closed.value.facts == {"number": "XM-2026-0001"}
    assert len(store.tables.issues) == 1


async def test_an_empty_draft_is_not_filed(turn: Turn, city: City) -> None:
    """A place alone is no report."""
    draft = await turn.uow.drafts.add(a_draft(city.reporter.id, project=P002, place=Place(1, 2)))
    with pytest.raises(DraftEmpty):
        await filing.submit(turn, city.reporter, draft.id)


async def test_a_guests_report_is_marked(turn: Turn, city: City) -> None:
    """What a guest reports waits for the clerk with a mark; only for a project whose card was scanned."""
    guest = await turn.uow.people.add(a_guest())
    await turn.uow.projects.count_scan("card-P002", guest.id, turn.now)
    guest = await turn.uow.people.get(guest.id)
    draft = await with_photo(turn, guest)
    with pytest.raises(NotAllowed):
        await filing.file_under(turn, guest, draft.id, ProjectCode("P003"))
    assert (await filing.file_under(turn, guest, draft.id, P002)).unverified_reporter


@pytest.mark.parametrize("code", ["P999", "P005"])
async def test_unknown_or_retired_projects_are_refused(turn: Turn, city: City, code: str) -> None:
    """A project that left, or never was."""
    await turn.uow.projects.save(replace(await turn.uow.projects.get(ProjectCode("P005")), left=True))
    draft = await with_photo(turn, city.reporter)
    with pytest.raises(ProjectUnknown):
        await filing.file_under(turn, city.reporter, draft.id, ProjectCode(code))


async def test_numbers_count_by_the_year_of_the_offices_zone(turn: Turn, city: City) -> None:
    """New Year comes eight hours earlier in the office than in UTC."""
    late = replace(turn, now=datetime(2026, 12, 31, 16, 30, tzinfo=UTC))
    draft = await with_photo(late, city.reporter, project=P002)
    issue = await filing.submit(late, city.reporter, draft.id)
    assert issue is not None
    assert issue.number == "XM-2027-0001"


async def test_a_draft_can_be_added_to_the_last_issue_instead(turn: Turn, city: City) -> None:
    """Its words and photos join the newest open issue; the draft is done."""
    issue = await filed(turn.uow, reporter=city.reporter.id)
    draft = await with_photo(turn, city.reporter, "又停电了")
    assert (await drafts.card_facts(turn, city.reporter, _plain(draft.id)))["last"] == issue.number
    assert (await filing.add_to_last(turn, city.reporter, draft.id)).id == issue.id
    assert len(await turn.uow.evidence.of_issue(issue.id)) == 1
    line = (await turn.uow.issues.history(issue.id))[-1].entry
    assert (line.action, line.words) == (Action.ADD_EVIDENCE, "又停电了")
    assert (await turn.uow.drafts.get(draft.id)).state is DraftState.FILED


async def test_without_an_open_issue_nothing_is_offered(turn: Turn, city: City) -> None:
    """A closed issue takes no new report."""
    await filed(turn.uow, reporter=city.reporter.id, status=Status.CLEARED)
    draft = await with_photo(turn, city.reporter)
    assert (await drafts.card_facts(turn, city.reporter, _plain(draft.id)))["last"] is None
    with pytest.raises(DraftClosed):
        await filing.add_to_last(turn, city.reporter, draft.id)


async def test_a_reply_to_ones_own_filed_message_is_added_to_the_issue(turn: Turn, city: City) -> None:
    """Not only the card: the message the report was made of points to the issue too."""
    draft = await with_photo(turn, city.reporter, project=P002)
    issue = await filing.submit(turn, city.reporter, draft.id)
    assert issue is not None
    reply = reporting.Incoming(CHAT, MessageId(30), "补充", reply_to=MessageId(10))
    await reporting.receive(turn, city.reporter, reply)
    assert (await turn.uow.issues.history(issue.id))[-1].entry.words == "补充"


def _plain(draft: int) -> dict[str, object]:
    return {"draft": draft, "menu": "", "words": "", "submit": False}
