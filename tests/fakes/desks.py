"""The group that is the desk, in memory."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.ids import ChatId, IssueId, PersonId
from bot.domain.messages import OutboxState
from bot.ports import Claim, Desk, DeskCase, DeskTopic
from tests.fakes.tables import Tables, aware, kept, refer


class FakeDesks:
    """Its topics, and how each case hangs there."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def chat(self) -> ChatId | None:
        desk = await self.desk()
        return None if desk is None else desk.chat

    async def desk(self) -> Desk | None:
        return self._tables.desks.get(1)

    async def bind(self, chat: ChatId, *, forum: bool = False) -> None:
        before = await self.chat()
        if before is not None and before != chat:
            await self.end(before)
        self._tables.desks[1] = Desk(chat, forum)

    async def save(self, desk: Desk) -> None:
        if await self.chat() == desk.chat:
            self._tables.desks[1] = desk

    async def end(self, chat: ChatId) -> bool:
        if await self.chat() != chat:
            return False
        del self._tables.desks[1]
        shown = [key for key in self._tables.cards if key[0] == chat and key[1].startswith(("desk:", "moved:"))]
        for key in shown:
            del self._tables.cards[key]
        for named in [named for named in self._tables.desk_topics if named[0] == chat]:
            del self._tables.desk_topics[named]
        for case in [case for case in self._tables.desk_cases if case[0] == chat]:
            del self._tables.desk_cases[case]
        return True

    async def want(self, chat: ChatId, topics: Sequence[str]) -> None:
        for name in topics:
            self._tables.desk_topics.setdefault((chat, name), DeskTopic(name))

    async def topic(self, chat: ChatId, name: str) -> DeskTopic | None:
        return self._tables.desk_topics.get((chat, name))

    async def topics(self, chat: ChatId, *, unopened: bool = False) -> list[DeskTopic]:
        found = [topic for (where, _), topic in sorted(self._tables.desk_topics.items()) if where == chat]
        return [topic for topic in found if not unopened or topic.number is None]

    async def save_topic(self, chat: ChatId, topic: DeskTopic) -> None:
        if (chat, topic.name) in self._tables.desk_topics:
            self._tables.desk_topics[chat, topic.name] = kept(topic)

    async def add_case(self, chat: ChatId, issue: IssueId) -> None:
        refer(self._tables.issues, issue)
        self._tables.desk_cases.setdefault((chat, issue), DeskCase(chat, issue))

    async def case(self, chat: ChatId, issue: IssueId) -> DeskCase | None:
        return self._tables.desk_cases.get((chat, issue))

    async def save_case(self, case: DeskCase) -> None:
        before = self._tables.desk_cases.get((case.chat, case.issue))
        if before is not None:
            self._tables.desk_cases[case.chat, case.issue] = replace(case, changes=before.changes)

    async def touch(self, chat: ChatId, issue: IssueId) -> None:
        case = self._tables.desk_cases.get((chat, issue))
        if case is not None:
            self._tables.desk_cases[chat, issue] = replace(case, changes=case.changes + 1)

    async def retry(self, chat: ChatId) -> None:
        for topic in await self.topics(chat, unopened=True):
            await self.save_topic(chat, replace(topic, tries=0))
        for where, issue in list(self._tables.desk_cases):
            if where == chat:
                await self.touch(where, issue)

    async def changed(self, limit: int) -> list[DeskCase]:
        found = [case for case in self._tables.desk_cases.values() if case.changes]
        return sorted(found, key=lambda case: case.issue)[:limit]

    async def looked_at(self, case: DeskCase) -> None:
        before = self._tables.desk_cases.get((case.chat, case.issue))
        if before is not None and before.changes == case.changes:
            self._tables.desk_cases[case.chat, case.issue] = replace(before, changes=0)

    async def unsure(self, before: datetime, limit: int) -> list[DeskCase]:
        found = [case for case in self._tables.desk_cases.values() if self._is_unsure(case, before)]
        return sorted(found, key=lambda case: case.issue)[:limit]

    def _is_unsure(self, case: DeskCase, before: datetime) -> bool:
        card = f"desk:{case.issue}"
        tried = [
            row for row in self._tables.outbox.values() if (row.message.chat, row.message.card) == (case.chat, card)
        ]
        states = [row.state for row in tried]
        if (case.chat, card) in self._tables.cards or {OutboxState.PENDING, OutboxState.SENDING} & {*states}:
            return False
        last = max((row for row in tried if row.state is not OutboxState.SENT), key=lambda row: row.id, default=None)
        return last is not None and last.state is OutboxState.UNKNOWN and (last.changed_at or before) <= before

    async def forsake(self, chat: ChatId, topic: int) -> None:
        for key, case in list(self._tables.desk_cases.items()):
            if case.chat == chat and case.topic == topic:
                self._tables.desk_cases[key] = replace(case, topic=None)

    async def claim(self, claim: Claim) -> None:
        refer(self._tables.issues, claim.issue)
        refer(self._tables.people, claim.person)
        self._tables.claims[claim.issue] = kept(claim)

    async def claim_of(self, issue: IssueId) -> Claim | None:
        return self._tables.claims.get(issue)

    async def expect_claims(self, issues: Collection[IssueId]) -> None:
        """Nothing is quicker for being expected."""

    async def unclaim(self, issue: IssueId, person: PersonId) -> None:
        claim = self._tables.claims.get(issue)
        if claim is not None and claim.person == person:
            del self._tables.claims[issue]

    async def expired(self, now: datetime, limit: int) -> list[Claim]:
        over = [claim for claim in self._tables.claims.values() if claim.until <= aware(now)]
        return sorted(over, key=lambda claim: claim.issue)[:limit]
