"""The group that is the desk: its topics, and how each case hangs there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.ids import ChatId, IssueId, MessageId, PersonId


@dataclass(frozen=True, slots=True)
class Desk:
    """The group. `no_topics`, `no_pins`: it was found not to let us manage topics, or pin messages."""

    chat: ChatId
    forum: bool = False
    no_topics: bool = False
    no_pins: bool = False


@dataclass(frozen=True, slots=True)
class DeskTopic:
    """A topic of it. `name` is ours ('category:power', 'issue:7'); `number` is Telegram's, None while it isn't open; `title`
    and `closed` as Telegram heard last; `tries`: how often it was asked for and may have been opened without our knowing."""

    name: str
    number: int | None = None
    title: str = ""
    closed: bool = False
    tries: int = 0


@dataclass(frozen=True, slots=True)
class DeskCase:
    """A case of it. `shown`: its card was queued, into `topic` (None: the group itself, or General). `pinned`: the message
    that is. `changes` of the case since its topic and pin were last found to be as they should be."""

    chat: ChatId
    issue: IssueId
    shown: bool = False
    topic: int | None = None
    pinned: MessageId | None = None
    changes: int = 1


@dataclass(frozen=True, slots=True)
class Claim:
    """A clerk has a case in hand, until that moment at the latest."""

    issue: IssueId
    person: PersonId
    until: datetime


class Desks(Protocol):
    """The group that is the desk; one at the most."""

    async def chat(self) -> ChatId | None:
        """None while there is no such group."""
        ...

    async def desk(self) -> Desk | None:
        """The same with what is known of it."""
        ...

    async def bind(self, chat: ChatId, *, forum: bool = False) -> None:
        """From now on it is this one, with all rights until it is found otherwise. What another one showed is forgotten."""
        ...

    async def save(self, desk: Desk) -> None:
        """What is known of it now; nothing if it is the desk no more."""
        ...

    async def end(self, chat: ChatId) -> bool:
        """This group is the desk no more, and what it showed is forgotten; False if it was none."""
        ...

    async def want(self, chat: ChatId, topics: Sequence[str]) -> None:
        """It is to have topics of these names; those it has or waits for already stay."""
        ...

    async def topic(self, chat: ChatId, name: str) -> DeskTopic | None:
        """None if it is not wanted."""
        ...

    async def topics(self, chat: ChatId, *, unopened: bool = False) -> list[DeskTopic]:
        """All that are wanted, or those of them that are not open, by name."""
        ...

    async def save_topic(self, chat: ChatId, topic: DeskTopic) -> None:
        """What Telegram heard of it; nothing if it is not wanted any more."""
        ...

    async def add_case(self, chat: ChatId, issue: IssueId) -> None:
        """It is to hang there; it is to be looked at. Nothing if it hangs there already."""
        ...

    async def case(self, chat: ChatId, issue: IssueId) -> DeskCase | None: ...
    async def save_case(self, case: DeskCase) -> None:
        """How it hangs, its `changes` excepted; nothing if it hangs there no more."""
        ...

    async def touch(self, chat: ChatId, issue: IssueId) -> None:
        """The case has changed: it is to be looked at."""
        ...

    async def retry(self, chat: ChatId) -> None:
        """What could not be done may succeed now: every case is looked at, every topic may be asked for again."""
        ...

    async def changed(self, limit: int) -> list[DeskCase]:
        """To be looked at, by issue."""
        ...

    async def looked_at(self, case: DeskCase) -> None:
        """All is as it should be, unless there were more changes than the case has."""
        ...

    async def unsure(self, before: datetime, limit: int) -> list[DeskCase]:
        """Whose card was tried for the last time before that moment, neither hangs there nor is on its way, and may or may not
        have arrived; by issue."""
        ...

    async def forsake(self, chat: ChatId, topic: int) -> None:
        """The topic is no more: what hung there hangs in the group itself."""
        ...

    async def claim(self, claim: Claim) -> None:
        """The case is in this hand from now on, and in no other."""
        ...

    async def claim_of(self, issue: IssueId) -> Claim | None:
        """The newest, whether its time is over or not; None once it was given up."""
        ...

    async def expect_claims(self, issues: Collection[IssueId]) -> None:
        """`claim_of` is asked for these next: what one snapshot shows of them is read in one go."""
        ...

    async def unclaim(self, issue: IssueId, person: PersonId) -> None:
        """The person has it in hand no more; another's hand keeps it."""
        ...

    async def expired(self, now: datetime, limit: int) -> list[Claim]:
        """Claims whose time is over, by issue."""
        ...
