"""What will be asked about several things is read for all of them at once: the same answers by fewer questions."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.ids import ChatId, DraftId, IssueId, MessageId, PersonId, UserId
from bot.domain.issue import Category, Level
from bot.domain.messages import Message
from bot.ports import Claim, UnitOfWork
from bot.services.turns import Turns
from bot.telegram.composer import Composer
from bot.telegram.rendering import Renderer
from storage.store import SqlStore
from tests.builders import a_city, a_draft, a_photo, filed
from tests.fakes import NOW, FakeClock, a_calendar, a_policy
from tests.storage.hearing import heard

NOBODY, NO_ISSUE, NO_DRAFT = PersonId(2**40), IssueId(2**40), DraftId(2**40)


@dataclass
class Reported:
    """What each of five people sent: `issues`, `drafts`, each with a photo; the first issue is in a clerk's hand."""

    people: list[PersonId] = field(default_factory=list)
    chats: list[ChatId] = field(default_factory=list)
    issues: list[IssueId] = field(default_factory=list)
    drafts: list[DraftId] = field(default_factory=list)

    async def tell(self, uow: UnitOfWork) -> list[Any]:
        """All that cards ask."""
        return [
            *[await uow.issues.view(issue) for issue in self.issues],
            *[await uow.issues.history(issue) for issue in self.issues],
            *[await uow.evidence.of_issue(issue) for issue in (*self.issues, NO_ISSUE)],
            *[await uow.desks.claim_of(issue) for issue in self.issues],
            *[await uow.drafts.get(draft) for draft in self.drafts],
            *[await uow.evidence.of_draft(draft) for draft in (*self.drafts, NO_DRAFT)],
            *[await uow.issues.last_open_of(person) for person in (*self.people, NOBODY)],
        ]

    async def expect(self, uow: UnitOfWork) -> None:
        """The same, foreseen."""
        await uow.issues.expect([*self.issues, NO_ISSUE])
        await uow.evidence.expect(issues=[*self.issues, NO_ISSUE], drafts=[*self.drafts, NO_DRAFT])
        await uow.desks.expect_claims(self.issues)
        await uow.drafts.expect([*self.drafts, NO_DRAFT])
        await uow.issues.expect_last_open([*self.people, NOBODY])

    def message(self, kind: str, number: int) -> Message:
        """To the person about the thing of theirs."""
        facts = {"draft": self.drafts[number], "menu": "", "words": "", "submit": False}
        return Message(self.chats[number], kind, facts if kind == "report/draft" else {"issue": self.issues[number]})


@pytest.fixture
async def reported(sql_store: SqlStore) -> Reported:
    """By people who are no clerks: a card tells these what else reads alike, which each asks for itself."""
    found = Reported()
    async with sql_store.begin() as uow:
        city = await a_city(uow)
        for person in (city.reporter, city.a02, city.a03, city.a04, city.a14):
            chat, issue = ChatId(person.user_id or 0), await filed(uow, reporter=person.id)
            draft = await uow.drafts.add(a_draft(person.id, chat, category=Category.POWER, level=Level.B))
            await uow.evidence.add(a_photo("a"), person.id, chat, MessageId(1), NOW, issue=issue.id)
            await uow.evidence.add(a_photo("b"), person.id, chat, MessageId(2), NOW, draft=draft.id)
            found.people.append(person.id)
            found.chats.append(chat)
            found.issues.append(issue.id)
            found.drafts.append(draft.id)
        await uow.desks.claim(Claim(found.issues[0], city.clerk.id, NOW + timedelta(minutes=5)))
    return found


async def test_a_snapshot_gives_the_same_answers_by_seven_questions(sql_store: SqlStore, reported: Reported) -> None:
    """Of what is not there, too."""
    async with sql_store.read() as uow:
        before = await reported.tell(uow)
    async with sql_store.read() as uow:
        statements = heard(uow)
        await reported.expect(uow)
        assert await reported.tell(uow) == before
        assert len(statements) == 7, statements
        with pytest.raises(LookupError):
            await uow.drafts.get(NO_DRAFT)
        with pytest.raises(LookupError):
            await uow.issues.view(NO_ISSUE)


async def test_who_may_write_asks_each_time(sql_store: SqlStore, reported: Reported) -> None:
    """Others, or it itself, may have changed it since."""
    async with sql_store.begin() as uow:
        before = await reported.tell(uow)
        statements = heard(uow)
        await reported.expect(uow)
        assert not statements
        assert await reported.tell(uow) == before


async def test_one_is_asked_for_as_ever(sql_store: SqlStore, reported: Reported) -> None:
    """Nothing is won by foreseeing it."""
    async with sql_store.read() as uow:
        statements = heard(uow)
        await uow.drafts.expect(reported.drafts[:1])
        assert not statements


@pytest.mark.parametrize("kind", ["issue/card", "closing/ask", "report/draft"])
async def test_of_cards_that_leave_together_none_asks_for_itself(
    sql_store: SqlStore, reported: Reported, kind: str
) -> None:
    """Whatever a card of the kind reads about its thing is foreseen."""
    turns = Turns(sql_store, a_policy(), a_calendar(), FakeClock())
    composer = Composer(Renderer(turns.calendar.zone, "zh"))
    messages = [reported.message(kind, number) for number in range(len(reported.people))]
    async with turns.read() as turn:
        await turn.uow.people.expect({UserId(message.chat) for message in messages})
        await composer.expect(turn, messages)
        await composer.compose(turn, messages[0])  # asks about the project, which all have in common
        statements = heard(turn.uow)
        for message in messages[1:]:
            await composer.compose(turn, message)
        assert not statements
