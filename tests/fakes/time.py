"""What is due, and who gets the digest, in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.digest import Digest
from bot.domain.ids import ChatId, IssueId, PersonId
from bot.ports import Brief, Due, Ripe, Subscription, Telling
from tests.fakes.tables import Tables, aware, kept, next_id, refer


class FakeAgenda:
    """What is due when, and the proof of what was said."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def plan(self, due: Due) -> None:
        refer(self._tables.issues, due.issue)
        self._tables.agenda[due.issue, due.kind] = kept(due)

    async def plan_all(self, dues: Sequence[Due]) -> None:
        for due in dues:
            await self.plan(due)

    async def planned(self, issue: IssueId) -> list[Due]:
        return [row for key, row in sorted(self._tables.agenda.items()) if key[0] == issue]

    async def cancel(self, issue: IssueId, kind: str | None = None) -> None:
        for key in [key for key in self._tables.agenda if key[0] == issue and kind in (None, key[1])]:
            del self._tables.agenda[key]

    async def due(self, now: datetime, *, any_hour_only: bool, limit: int) -> list[Due]:
        moment = aware(now)
        rows = [row for row in self._tables.agenda.values() if row.at <= moment]
        wanted = [row for row in rows if row.any_hour or not any_hour_only]
        return sorted(wanted, key=lambda row: (row.at, row.issue, row.kind))[:limit]

    async def ripe(self, now: datetime, *, any_hour_only: bool, limit: int) -> list[Ripe]:
        dues = await self.due(now, any_hour_only=any_hour_only, limit=limit)
        return [Ripe(due, self._brief(due.issue)) for due in dues]

    async def briefs(self, issues: Sequence[IssueId]) -> list[Brief]:
        return [self._brief(issue) for issue in sorted(set(issues)) if issue in self._tables.issues]

    async def take(self, kind: str, issues: Sequence[IssueId], at: datetime) -> set[IssueId]:
        return {row.issue for row in self._due(kind, issues, at) if await self.said(row, None, at)}

    async def move(self, kind: str, issues: Sequence[IssueId], now: datetime, at: datetime, step: int) -> None:
        for row in self._due(kind, issues, now):
            self._tables.agenda[row.issue, kind] = kept(row._replace(at=at, step=step))

    def _due(self, kind: str, issues: Sequence[IssueId], now: datetime) -> list[Due]:
        found = [self._tables.agenda[issue, kind] for issue in issues if (issue, kind) in self._tables.agenda]
        return [row for row in found if row.at <= now]

    def _brief(self, issue_id: IssueId) -> Brief:
        issue = self._tables.issues[issue_id]
        project = self._tables.projects[issue.project]
        person = self._tables.people[issue.assignee] if issue.assignee is not None else None
        told = person is not None and person.user_id is not None and person.reachable and not person.left
        deadline = issue.deadline
        return Brief(
            issue=issue.id,
            number=issue.number,
            status=issue.status,
            words=issue.description[:80],
            project=issue.project,
            project_name=project.name,
            district=project.district,
            owner=project.owner,
            reporting_unit=issue.reporting_unit,
            reporter=issue.reporter,
            unit=issue.unit,
            unit_name=self._tables.units[issue.unit].name if issue.unit else "",
            assignee=issue.assignee,
            assignee_name=person.name if person else "",
            assignee_chat=ChatId(person.user_id) if person and person.user_id and told else None,
            due_at=deadline.due_at if deadline else None,
            due_version=deadline.version if deadline else 0,
            provisional=deadline.provisional if deadline else False,
            nudged=issue.nudged,
        )

    async def said(self, due: Due, person: PersonId | None, at: datetime) -> bool:
        key = (due.issue, due.kind, due.version, due.step, person)
        if key in self._tables.said:
            return False
        self._tables.said[key] = Telling(due.step, person, aware(at))
        return True

    async def said_all(self, dues: Mapping[Due, PersonId | None], at: datetime) -> set[Due]:
        return {due for due, person in dues.items() if await self.said(due, person, at)}

    async def told(self, tellings: Sequence[tuple[Due, PersonId]], at: datetime) -> None:
        for due, person in tellings:
            await self.said(due, person, at)

    async def arrived(self, person: PersonId, told_at: datetime, at: datetime) -> None:
        for key, telling in self._tables.said.items():
            if telling.person == person and telling.at == told_at and telling.sent_at is None:
                self._tables.said[key] = replace(telling, sent_at=aware(at))

    async def seen(
        self, person: PersonId, at: datetime, *, told_at: datetime | None = None, issue: IssueId | None = None
    ) -> int:
        wanted = {
            key: telling
            for key, telling in self._tables.said.items()
            if telling.person == person
            and telling.seen_at is None
            and told_at in (None, telling.at)
            and issue in (None, key[0])
        }
        for key, telling in wanted.items():
            self._tables.said[key] = replace(telling, seen_at=aware(at), sent_at=telling.sent_at or aware(at))
        return len(wanted)

    async def tellings(self, issue: IssueId, kind: str, version: int) -> list[Telling]:
        found = [telling for key, telling in self._tables.said.items() if key[:3] == (issue, kind, version)]
        return sorted(found, key=lambda telling: (telling.step, telling.person or 0))

    async def climbed(self, issues: Sequence[IssueId]) -> dict[IssueId, int]:
        found: dict[IssueId, int] = {}
        for issue, kind, version, step, _ in self._tables.said:
            deadline = self._tables.issues[issue].deadline
            if issue in issues and kind == "rung" and deadline is not None and deadline.version == version:
                found[issue] = max(step, found.get(issue, 0))
        return found


class FakeSubscriptions:
    """Groups and their digests."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def put(self, subscription: Subscription) -> None:
        refer(self._tables.people, subscription.by)
        self._tables.subscriptions[subscription.chat, subscription.topic] = kept(subscription)

    async def remove(self, chat: ChatId) -> bool:
        keys = [key for key in self._tables.subscriptions if key[0] == chat]
        for key in keys:
            del self._tables.subscriptions[key]
        return bool(keys)

    async def of_chat(self, chat: ChatId) -> Subscription | None:
        rows = [row for row in self._tables.subscriptions.values() if row.chat == chat]
        return min(rows, key=lambda row: row.topic or 0, default=None)

    async def all(self) -> list[Subscription]:
        return sorted(self._tables.subscriptions.values(), key=lambda row: (row.chat, row.topic or 0))

    async def due(self, now: datetime) -> list[Subscription]:
        moment = aware(now)
        rows = [row for row in self._tables.subscriptions.values() if row.next_at <= moment]
        return sorted(rows, key=lambda row: (row.next_at, row.chat, row.topic or 0))

    async def freeze(self, digest: Digest) -> int:
        for number, frozen in self._tables.digests.items():
            if (frozen.scope, frozen.week_start) == (digest.scope, digest.week_start):
                return number
        number = next_id(self._tables.digests)
        self._tables.digests[number] = kept(digest)
        return number

    async def frozen(self, digest: int) -> Digest:
        return self._tables.digests[digest]
