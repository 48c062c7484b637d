"""Files people sent: known by file_id at once, fetched by a worker."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Integer, bindparam, case, insert, or_, select, update

from bot.domain.draft import IncomingMedia, Media, MediaState, Purpose
from bot.domain.ids import ChatId, DraftId, IssueId, MediaId, MessageId, PersonId
from storage.databases.dialect import spelled
from storage.repositories.repository import AnyRow, Repository
from storage.tables import media as files

_COLUMNS = tuple(column for column in files.c if column.name != "next_at")
_PAUSES = tuple(timedelta(minutes=2**n) for n in range(1, 9))  # after the first, second… attempt; the last one stays
_MEDIA = select(*_COLUMNS)
_OF_DRAFT = _MEDIA.where(files.c.draft == bindparam("sought"))
_OF_ISSUE = _MEDIA.where(files.c.issue == bindparam("sought"))
_OF_DRAFTS = _MEDIA.where(files.c.draft.in_(bindparam("sought", expanding=True)))
_OF_ISSUES = _MEDIA.where(files.c.issue.in_(bindparam("sought", expanding=True)))
_MANY = _MEDIA.where(files.c.id.in_(bindparam("sought", expanding=True)))
_AWAITED = (files.c.id == bindparam("sought"), files.c.state == spelled(MediaState.PENDING))
_SETTLE = update(files).where(*_AWAITED).returning(*_COLUMNS)
_ADD = insert(files).returning(*_COLUMNS)
_FILE = update(files).where(files.c.draft == bindparam("sought"))


class SqlEvidence(Repository):
    """Keeps `bot.ports.Evidence`."""

    async def add(
        self,
        incoming: IncomingMedia,
        author: PersonId,
        chat: ChatId,
        message: MessageId,
        at: datetime,
        *,
        draft: DraftId | None = None,
        issue: IssueId | None = None,
        purpose: Purpose = Purpose.REPORT,
        round: int = 0,
    ) -> Media:
        """Note a file; the first attempt to fetch it is due at once."""
        row = {name: getattr(incoming, name) for name in _INCOMING} | {
            "author": author,
            "chat": chat,
            "message": message,
            "received_at": at,
            "next_at": at,
            "draft": draft,
            "issue": issue,
            "purpose": purpose,
            "round": round,
            "state": MediaState.PENDING,
            "attempts": 0,
            "error": "",
        }
        return _media(await self._first(_ADD, row))

    async def many(self, media: Sequence[MediaId]) -> list[Media]:
        """In the order asked for; unknown ones are left out."""
        rows = {row.id: row for row in await self._all(_MANY, {"sought": tuple(set(media))})}
        return [_media(rows[number]) for number in media if number in rows]

    async def of_draft(self, draft: DraftId) -> list[Media]:
        """In the order they were sent."""
        return _as_sent(await self._all(_OF_DRAFT, {"sought": draft}))

    async def of_issue(self, issue: IssueId) -> list[Media]:
        """In the order they were sent, proofs and remarks too."""
        return _as_sent(await self._all(_OF_ISSUE, {"sought": issue}))

    async def expect(self, *, drafts: Collection[DraftId] = (), issues: Collection[IssueId] = ()) -> None:
        """`of_draft` and `of_issue` are asked for these next."""
        await self._foresee(_OF_DRAFT, _OF_DRAFTS, drafts, of="draft")
        await self._foresee(_OF_ISSUE, _OF_ISSUES, issues, of="issue")

    async def of_issues(self, issues: Sequence[IssueId]) -> dict[IssueId, list[Media]]:
        """The same for many at once; read anew each time, so that what goes through a whole ledger does not keep it."""
        found: dict[IssueId, list[AnyRow]] = {}
        for row in (await self._run(_MEDIA.where(files.c.issue.in_(set(issues))))).all():
            found.setdefault(row.issue, []).append(row)
        return {issue: _as_sent(rows) for issue, rows in found.items()}

    async def file_under(self, draft: DraftId, issue: IssueId) -> None:
        """The draft's evidence now belongs to the issue."""
        await self._run_later(_FILE, {"sought": draft, "issue": issue})

    async def claim(self, now: datetime, limit: int) -> list[Media]:
        """What is due, each put off by twice as long as the time before, in one statement."""
        later = {f"after_{tried}": now + pause for tried, pause in enumerate(_PAUSES)}
        rows = await self._all(_claim(postgres=self._postgres), {"now": now, "most": limit, **later})
        return sorted((_media(row) for row in rows), key=lambda m: (m.received_at, m.id))

    async def stored(self, media: MediaId, sha256: str, clean_sha256: str | None, size: int, mime: str) -> Media:
        """The bytes are kept. LookupError if nobody waits for them any more."""
        values = {"sha256": sha256, "clean_sha256": clean_sha256, "size": size, "mime": mime, "error": ""}
        return await self._settle(media, MediaState.STORED, values)

    async def missing(self, media: MediaId, error: str) -> Media:
        """It can't be had. LookupError if nobody waits for it any more."""
        return await self._settle(media, MediaState.MISSING, {"error": error})

    async def unused(self, hashes: Collection[str]) -> list[str]:
        """Of these SHA-256 those that no file has, sorted."""
        of_them = or_(files.c.sha256.in_(hashes), files.c.clean_sha256.in_(hashes))
        rows = await self._all(select(files.c.sha256, files.c.clean_sha256).where(of_them)) if hashes else []
        return sorted(set(hashes).difference(*rows))

    async def _settle(self, media: MediaId, state: MediaState, values: dict[str, Any]) -> Media:
        return _media(await self._first(_SETTLE, {"sought": media, "state": state, **values}))


_INCOMING = ("kind", "file_id", "file_unique_id", "size", "mime", "file_name")


@cache
def _claim(*, postgres: bool) -> Any:
    due = (
        files.c.state == spelled(MediaState.PENDING),
        files.c.next_at <= bindparam("now", type_=files.c.next_at.type),
    )
    oldest = select(files.c.id).where(*due).order_by(files.c.received_at, files.c.id)
    some = oldest.limit(bindparam("most", type_=Integer))
    taken = (
        some.with_for_update(skip_locked=True) if postgres else some
    )  # what another worker has in hand stays its own
    tried = {"attempts": files.c.attempts + 1, "next_at": _put_off()}
    return update(files).where(files.c.id.in_(taken)).values(tried).returning(*_COLUMNS)


def _put_off() -> Any:
    """The parameters `after_0`…: when to try again, by how often it was tried."""
    moments = {tried: bindparam(f"after_{tried}", type_=files.c.next_at.type) for tried in range(len(_PAUSES))}
    last = moments.pop(len(_PAUSES) - 1)
    return case(moments, value=files.c.attempts, else_=last)


def _media(row: AnyRow | None) -> Media:
    if row is None:
        raise LookupError("no such file")
    return Media(**row._mapping)


def _as_sent(rows: Iterable[AnyRow]) -> list[Media]:
    """By message within a chat, however shuffled they arrived; between chats by when they came."""
    media = sorted((_media(row) for row in rows), key=lambda m: (m.chat, m.message, m.id), reverse=True)
    since: dict[ChatId, datetime] = {}  # per chat, the earliest arrival among this and later messages: never falls
    placed = []
    for item in media:
        since[item.chat] = min(item.received_at, since.get(item.chat, item.received_at))
        placed.append((since[item.chat], item.chat, item.message, item.id, item))
    return [item for *_, item in sorted(placed, key=lambda place: place[:-1])]
