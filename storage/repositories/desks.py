"""The group that is the desk, its topics, and how each case hangs there."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    bindparam,
    case,
    cast,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from bot.domain.ids import ChatId, IssueId, MessageId, PersonId
from bot.domain.messages import OutboxState
from bot.ports import Claim, Desk, DeskCase, DeskTopic
from storage.databases.dialect import spelled
from storage.repositories.repository import AnyRow, Repository
from storage.tables import cards, claims, desk_cases, desk_topics, desks, outbox
from storage.tables.base import aware
from storage.tables.planning import CHANGED

_DESK = select(desks)
_CASE_AT = (desk_cases.c.chat == bindparam("sought_chat"), desk_cases.c.issue == bindparam("sought_issue"))
_CASE = select(desk_cases).where(*_CASE_AT)
_TOUCH = update(desk_cases).where(*_CASE_AT).values(changes=desk_cases.c.changes + 1)
_CHANGED = select(desk_cases).where(CHANGED).order_by(desk_cases.c.issue)
_CLAIM = select(claims).where(claims.c.issue == bindparam("sought"))
_CLAIMS = select(claims).where(claims.c.issue.in_(bindparam("sought", expanding=True)))
_UNCLAIM = delete(claims).where(claims.c.issue == bindparam("sought"), claims.c.person == bindparam("hand"))
_OVER = claims.c.until <= bindparam("now", type_=claims.c.until.type)
_EXPIRED = select(claims).where(_OVER).order_by(claims.c.issue).limit(bindparam("most", type_=Integer))
_DESK_CARD = "desk:"
_SHOWN = case((outbox.c.card.startswith(_DESK_CARD), cast(func.substr(outbox.c.card, len(_DESK_CARD) + 1), BigInteger)))
_TROUBLED = outbox.c.state.in_([spelled(OutboxState.UNKNOWN), spelled(OutboxState.DEAD)])
_LAST = select(func.max(outbox.c.id)).where(_TROUBLED, _SHOWN.is_not(None)).group_by(outbox.c.chat, outbox.c.card)
_OTHER = outbox.alias("other")
_SAME = (_OTHER.c.card == outbox.c.card, _OTHER.c.chat == outbox.c.chat)
_UNSURE = (
    select(desk_cases)
    .join(outbox, (outbox.c.chat == desk_cases.c.chat) & (desk_cases.c.issue == _SHOWN))
    .where(_TROUBLED, outbox.c.id.in_(_LAST), outbox.c.state == spelled(OutboxState.UNKNOWN))
    .where(outbox.c.changed_at <= bindparam("before", type_=outbox.c.changed_at.type))
    .where(~exists().where(cards.c.chat == outbox.c.chat, cards.c.card == outbox.c.card))
    .where(~exists().where(_OTHER.c.state == spelled(OutboxState.PENDING), *_SAME))
    .where(~exists().where(_OTHER.c.state == spelled(OutboxState.SENDING), *_SAME))
    .order_by(desk_cases.c.issue)
    .limit(bindparam("most", type_=Integer))
)
_OFFICE = 1  # there is one


class SqlDesks(Repository):
    """Keeps `bot.ports.Desks`."""

    async def chat(self) -> ChatId | None:
        """None while there is no such group."""
        desk = await self.desk()
        return None if desk is None else desk.chat

    async def desk(self) -> Desk | None:
        """With what is known of it."""
        return await self._once(desks, _DESK, self._desk, steady=True)

    async def bind(self, chat: ChatId, *, forum: bool = False) -> None:
        """This one instead of any other."""
        before = await self.chat()
        if before is not None and before != chat:
            await self.end(before)
        await self._put(desks, {"office": _OFFICE, **asdict(Desk(chat, forum))})

    async def save(self, desk: Desk) -> None:
        """As long as it is the desk."""
        await self._run(update(desks).where(desks.c.chat == desk.chat).values(**asdict(desk)))

    async def end(self, chat: ChatId) -> bool:
        """False if it was none. Nothing is drawn there any more."""
        if not (await self._run(delete(desks).where(desks.c.chat == chat))).rowcount:
            return False
        shown = or_(cards.c.card.startswith(_DESK_CARD), cards.c.card.startswith("moved:"))
        await self._run(delete(cards).where(cards.c.chat == chat, shown))
        await self._run(delete(desk_topics).where(desk_topics.c.chat == chat))
        await self._run(delete(desk_cases).where(desk_cases.c.chat == chat))
        return True

    # --- its topics

    async def want(self, chat: ChatId, topics: Sequence[str]) -> None:
        """Those it has or waits for already stay."""
        rows = [{"chat": chat, "name": name} for name in topics]
        await self._run(self._insert(desk_topics).on_conflict_do_nothing(), rows)

    async def topic(self, chat: ChatId, name: str) -> DeskTopic | None:
        """None if it is not wanted."""
        row = await self._first(select(desk_topics).where(*_named(chat, name)))
        return None if row is None else _topic(row)

    async def topics(self, chat: ChatId, *, unopened: bool = False) -> list[DeskTopic]:
        """By name."""
        wanted = select(desk_topics).where(desk_topics.c.chat == chat).order_by(desk_topics.c.name)
        rows = await self._all(wanted.where(desk_topics.c.topic.is_(None)) if unopened else wanted)
        return [_topic(row) for row in rows]

    async def save_topic(self, chat: ChatId, topic: DeskTopic) -> None:
        """As long as it is wanted."""
        heard = {"topic": topic.number, "title": topic.title, "closed": topic.closed, "tries": topic.tries}
        await self._run(update(desk_topics).where(*_named(chat, topic.name)).values(**heard))

    # --- its cases

    async def add_case(self, chat: ChatId, issue: IssueId) -> None:
        """To be looked at."""
        row = asdict(DeskCase(chat, issue))
        await self._run(self._insert(desk_cases).on_conflict_do_nothing(), row)

    async def case(self, chat: ChatId, issue: IssueId) -> DeskCase | None:
        """How it hangs."""
        row = await self._first(_CASE, {"sought_chat": chat, "sought_issue": issue})
        return None if row is None else _case(row)

    async def save_case(self, case: DeskCase) -> None:
        """As long as it hangs there."""
        hangs = {"shown": case.shown, "topic": case.topic, "pinned": case.pinned}
        at = (desk_cases.c.chat == case.chat, desk_cases.c.issue == case.issue)
        await self._run(update(desk_cases).where(*at).values(**hangs))

    async def touch(self, chat: ChatId, issue: IssueId) -> None:
        """It has changed."""
        await self._run(_TOUCH, {"sought_chat": chat, "sought_issue": issue})

    async def retry(self, chat: ChatId) -> None:
        """All over again."""
        lost = (desk_topics.c.chat == chat, desk_topics.c.topic.is_(None))
        await self._run(update(desk_topics).where(*lost).values(tries=0))
        again = update(desk_cases).where(desk_cases.c.chat == chat)
        await self._run(again.values(changes=desk_cases.c.changes + 1))

    async def changed(self, limit: int) -> list[DeskCase]:
        """By issue."""
        return [_case(row) for row in await self._all(_CHANGED.limit(limit))]

    async def looked_at(self, case: DeskCase) -> None:
        """Unless it changed meanwhile."""
        at = (desk_cases.c.chat == case.chat, desk_cases.c.issue == case.issue, desk_cases.c.changes == case.changes)
        await self._run(update(desk_cases).where(*at).values(changes=0))

    async def unsure(self, before: datetime, limit: int) -> list[DeskCase]:
        """By issue."""
        await self._session.write()
        return [_case(row) for row in await self._all(_UNSURE, {"before": aware(before), "most": limit})]

    async def forsake(self, chat: ChatId, topic: int) -> None:
        """It is no more."""
        there = (desk_cases.c.chat == chat, desk_cases.c.topic == topic)
        await self._run(update(desk_cases).where(*there).values(topic=None))

    # --- whose hand a case is in

    async def claim(self, claim: Claim) -> None:
        """One hand at a time."""
        await self._put(claims, asdict(claim))

    async def claim_of(self, issue: IssueId) -> Claim | None:
        """None once it was given up."""
        row = await self._first(_CLAIM, {"sought": issue})
        return None if row is None else _claim(row)

    async def expect_claims(self, issues: Collection[IssueId]) -> None:
        """`claim_of` is asked for these next."""
        await self._foresee(_CLAIM, _CLAIMS, issues, of="issue")

    async def unclaim(self, issue: IssueId, person: PersonId) -> None:
        """Another's hand keeps it."""
        await self._run(_UNCLAIM, {"sought": issue, "hand": person})

    async def expired(self, now: datetime, limit: int) -> list[Claim]:
        """By issue."""
        rows = await self._all(_EXPIRED, {"now": now, "most": limit})
        return [_claim(row) for row in rows]

    async def _desk(self) -> Desk | None:
        row = await self._first(_DESK)
        return None if row is None else Desk(ChatId(row.chat), row.forum, row.no_topics, row.no_pins)


def _named(chat: ChatId, name: str) -> tuple[ColumnElement[bool], ...]:
    return desk_topics.c.chat == chat, desk_topics.c.name == name


def _topic(row: AnyRow) -> DeskTopic:
    return DeskTopic(row.name, row.topic, row.title, row.closed, row.tries)


def _case(row: AnyRow) -> DeskCase:
    pinned = None if row.pinned is None else MessageId(row.pinned)
    return DeskCase(ChatId(row.chat), IssueId(row.issue), row.shown, row.topic, pinned, row.changes)


def _claim(row: AnyRow) -> Claim:
    return Claim(IssueId(row.issue), PersonId(row.person), row.until)
