"""The sample city at work, for tests of what is said in time."""

from dataclasses import replace
from datetime import date, time
from typing import Any

from bot.domain import lifecycle
from bot.domain.deadlines import deadline_on
from bot.domain.history import Change
from bot.domain.issue import Issue, Means
from bot.domain.messages import Message
from bot.domain.organisation import Person
from bot.ports import UnitOfWork
from bot.services.timed import reminders
from bot.services.turn import Turn
from tests.builders import City, assigned, filed
from tests.fakes import FakeStore

FRIDAY = date(2026, 11, 27)
MONDAY = date(2026, 11, 30)


class Office:
    """The store at a moment one can choose."""

    def __init__(self, turn: Turn, store: FakeStore, city: City) -> None:
        self.turn, self.store, self.city = turn, store, city

    @property
    def uow(self) -> UnitOfWork:
        return self.turn.uow

    def at(self, day: date, hour: int = 9, minute: int = 0, second: int = 0) -> Turn:
        """A turn at an office time of the same transaction."""
        return replace(self.turn, now=self.turn.calendar.at(day, time(hour, minute, second)))

    async def task(self, who: Person | None = None, due: date = FRIDAY, **more: Any) -> Issue:
        """An issue with its assignee, due at closing time of a day, and planned for."""
        issue = await filed(self.uow, reporter=self.city.reporter.id, **more)
        deadline = deadline_on(self.turn.calendar, due, 1)
        issue = await assigned(self.uow, issue, who or self.city.a04, self.city.clerk.id, deadline=deadline)
        await reminders.plan(self.turn, issue)
        return issue

    async def resolve(self, issue: Issue) -> Issue:
        change = lifecycle.resolve(
            issue, self.city.a04.id, self.turn.now, "通电了", [Means.EARLY_GUIDANCE], 1, photo_needed=True
        )
        return await self.change(change)

    def moved_deadline(self, issue: Issue, day: date) -> Change:
        """The clerk names another day."""
        deadline = deadline_on(self.turn.calendar, day, issue.deadlines + 1)
        return lifecycle.set_deadline(issue, self.city.clerk.id, self.turn.now, None, deadline)

    async def change(self, change: Change) -> Issue:
        await self.uow.issues.save(change)
        await reminders.plan(self.turn, change.issue)
        return change.issue

    def told(self, person: Person, kind: str = "timed/reminder") -> list[Message]:
        return [m for m in self.store.outbox_messages(kind) if int(m.chat) == person.user_id]
