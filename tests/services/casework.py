"""An issue on its way over the desk, for tests of what clerks, units and reporters do with it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.domain.draft import Purpose
from bot.domain.history import Action
from bot.domain.ids import ChatId, IssueId, MessageId, UnitCode
from bot.domain.incoming import Incoming
from bot.domain.issue import Issue, Means
from bot.domain.messages import Message
from bot.domain.organisation import Person
from bot.services.desk import assigning, closing, desk, pausing
from bot.services.issues import cards
from bot.services.tasks import extending, proofs, tasks
from bot.services.tasks.proofs import Proof
from bot.services.turn import Turn
from tests.builders import City, a_photo, filed
from tests.fakes import FakeStore


class Case:
    """One issue, and everybody who works on it. `turn` is a moment that `later` moves."""

    def __init__(self, turn: Turn, store: FakeStore, city: City) -> None:
        self.turn, self.store, self.city = turn, store, city
        self.id = IssueId(0)

    async def reported(self, **more: Any) -> "Case":
        """By site staff, with one photo, and a card of it (message 900) in their chat."""
        issue = await filed(self.turn.uow, reporter=self.city.reporter.id, reporting_unit=UnitCode("U11"), **more)
        self.id = issue.id
        chat = ChatId(4001)
        await self.turn.uow.evidence.add(
            a_photo(), self.city.reporter.id, chat, MessageId(1), self.turn.now, issue=issue.id
        )
        await self.turn.uow.cards.put(chat, f"issue:{issue.id}", MessageId(900))
        return self

    async def registered(self, **more: Any) -> "Case":
        await self.reported(**more)
        await desk.register(self.turn, self.city.clerk, self.id)
        return self

    async def assigned(self, **more: Any) -> "Case":
        """To A02 of U02, its only assignee; the assignee's card is message 800."""
        await self.registered(**more)
        await desk.name_unit(self.turn, self.city.clerk, self.id, UnitCode("U02"))
        await assigning.assign(self.turn, self.city.clerk, self.id)
        await self.turn.uow.cards.put(ChatId(3002), f"issue:{self.id}", MessageId(800))
        return self

    async def accepted(self, **more: Any) -> "Case":
        await self.assigned(**more)
        await tasks.accept(self.turn, self.city.a02, self.id)
        return self

    async def asked(self, **more: Any) -> "Case":
        """For more time, three days past the deadline there is."""
        await self.accepted(**more)
        await extending.ask(self.turn, self.city.a02, self.id, "缺变压器", "2026-12-03")
        return self

    async def suspended(self, **more: Any) -> "Case":
        await self.accepted(**more)
        await pausing.suspend(self.turn, self.city.clerk, self.id, "等上级审批")
        return self

    async def resolved(self, **more: Any) -> "Case":
        await self.accepted(**more)
        await self.proves()
        return self

    async def confirmed(self, **more: Any) -> "Case":
        await self.resolved(**more)
        await closing.confirm(self.turn, self.city.reporter, self.id)
        return self

    async def cleared(self, **more: Any) -> "Case":
        await self.confirmed(**more)
        await closing.clear(self.turn, self.city.clerk, self.id)
        return self

    async def proves(self) -> None:
        """A02 hands in a photo, words and one means."""
        proof = await proofs.add(self.turn, self.city.a02, Proof(self.id), self.sent("电接通了", photo=True))
        proof = await proofs.toggle(self.turn, self.city.a02, proof, Means.EARLY_GUIDANCE)
        await proofs.hand_in(self.turn, self.city.a02, proof)

    def sent(self, text: str = "", *, photo: bool = False, message: int = 50, **more: Any) -> Incoming:
        """A message to the bot."""
        media = a_photo(f"photo-{message}") if photo else None
        return Incoming(ChatId(3002), MessageId(message), text, media, **more)

    def later(self, **time: float) -> "Case":
        self.turn = replace(self.turn, now=self.turn.now + timedelta(**time))
        return self

    async def issue(self) -> Issue:
        return await self.turn.uow.issues.get(self.id)

    async def status(self) -> str:
        return (await self.issue()).status.value

    async def actions(self) -> list[Action]:
        """Of the history, oldest first."""
        return [line.entry.action for line in await self.turn.uow.issues.history(self.id)]

    async def moves(self, person: Person) -> set[str]:
        """The buttons on the person's card."""
        return set((await cards.issue_facts(self.turn, person, self.id))["moves"])

    async def planned(self) -> set[str]:
        """What the agenda holds for the issue."""
        return {due.kind for due in await self.turn.uow.agenda.planned(self.id)}

    async def proof_photos(self) -> int:
        media = await self.turn.uow.evidence.of_issue(self.id)
        return sum(item.purpose is Purpose.PROOF for item in media)

    def told(self, person: Person, kind: str | None = None) -> list[Message]:
        messages = self.store.told(person.user_id or 0)
        return [message for message in messages if kind in (None, message.kind)]

    def events(self, person: Person) -> list[str]:
        """What the person was notified of."""
        return [message.facts["event"] for message in self.told(person, "issue/notice")]

    def quiet(self) -> "Case":
        """Forget what was said so far."""
        self.store.forget_messages()
        return self
