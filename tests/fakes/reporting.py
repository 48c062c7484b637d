"""Drafts and evidence, in memory."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.draft import Album, Draft, DraftState, IncomingMedia, Media, MediaState, Purpose
from bot.domain.ids import ChatId, DraftId, IssueId, MediaId, MessageId, PersonId
from tests.fakes.tables import Tables, aware, kept, next_id, refer


class FakeDrafts:
    """Drafts, and the messages they came from."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def add(self, draft: Draft, message: MessageId | None = None) -> Draft:
        if await self.open_of(draft.person, draft.chat) and draft.state is DraftState.OPEN:
            raise ValueError("one open draft per person and chat")
        refer(self._tables.people, draft.person)
        added = kept(replace(draft, id=DraftId(next_id(self._tables.drafts)), text=""))
        self._tables.drafts[added.id] = added
        return added if message is None else await self.put_piece(added.id, message, draft.text)

    async def get(self, draft: DraftId) -> Draft:
        return self._tables.drafts[draft]

    async def expect(self, asked: Collection[DraftId]) -> None:
        """Nothing is quicker for being expected."""

    async def hold(self, theirs: Collection[tuple[PersonId, ChatId]]) -> None:
        """Nobody else is there."""

    async def open_of(self, person: PersonId, chat: ChatId) -> Draft | None:
        for draft in self._tables.drafts.values():
            if draft.state is DraftState.OPEN and draft.person == person and draft.chat == chat:
                return draft
        return None

    async def save(self, draft: Draft) -> None:
        refer(self._tables.projects, draft.project)
        self._tables.drafts[draft.id] = kept(replace(draft, text=self._tables.drafts[draft.id].text))

    async def put_piece(self, draft: DraftId, message: MessageId, text: str) -> Draft:
        self._tables.pieces[draft, message] = kept(text)
        pieces = sorted((m, piece) for (d, m), piece in self._tables.pieces.items() if d == draft)
        joined = "\n".join(piece for _, piece in pieces if piece)
        self._tables.drafts[draft] = replace(self._tables.drafts[draft], text=joined)
        return self._tables.drafts[draft]

    async def of_message(self, chat: ChatId, message: MessageId) -> Draft | None:
        said = {d for d, m in self._tables.pieces if m == message and self._tables.drafts[d].chat == chat}
        sent = {m.draft for m in self._tables.media.values() if (m.chat, m.message) == (chat, message) and m.draft}
        first = min(said | sent, default=None)
        return None if first is None else self._tables.drafts[first]

    async def album(self, chat: ChatId, media_group: str) -> Album | None:
        return self._tables.albums.get((chat, media_group))

    async def join_album(self, album: Album) -> None:
        self._tables.albums.setdefault((album.chat, album.media_group), kept(album))


class FakeEvidence:
    """Files people sent."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

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
        refer(self._tables.people, author)
        refer(self._tables.drafts, draft)
        refer(self._tables.issues, issue)
        media = Media(
            id=MediaId(next_id(self._tables.media)),
            kind=incoming.kind,
            file_id=incoming.file_id,
            file_unique_id=incoming.file_unique_id,
            author=author,
            chat=chat,
            message=message,
            received_at=at,
            draft=draft,
            issue=issue,
            purpose=purpose,
            round=round,
            size=incoming.size,
            mime=incoming.mime,
            file_name=incoming.file_name,
        )
        self._tables.next_fetch[media.id] = kept(at)
        return self._write(media)

    async def many(self, media: Sequence[MediaId]) -> list[Media]:
        return [self._tables.media[number] for number in media if number in self._tables.media]

    async def of_draft(self, draft: DraftId) -> list[Media]:
        return self._sent(m for m in self._tables.media.values() if m.draft == draft)

    async def of_issue(self, issue: IssueId) -> list[Media]:
        return self._sent(m for m in self._tables.media.values() if m.issue == issue)

    async def expect(self, *, drafts: Collection[DraftId] = (), issues: Collection[IssueId] = ()) -> None:
        """Nothing is quicker for being expected."""

    async def of_issues(self, issues: Sequence[IssueId]) -> dict[IssueId, list[Media]]:
        found = {issue: await self.of_issue(issue) for issue in issues}
        return {issue: media for issue, media in found.items() if media}

    async def file_under(self, draft: DraftId, issue: IssueId) -> None:
        for media in await self.of_draft(draft):
            self._write(replace(media, issue=issue))

    async def claim(self, now: datetime, limit: int) -> list[Media]:
        moment = aware(now)
        waiting = [m for m in self._tables.media.values() if m.state is MediaState.PENDING]
        ready = [m for m in waiting if self._tables.next_fetch[m.id] <= moment]
        oldest = sorted(ready, key=lambda m: (m.received_at, m.id))[:limit]
        return [self._attempt(media, now) for media in oldest]

    async def stored(self, media: MediaId, sha256: str, clean_sha256: str | None, size: int, mime: str) -> Media:
        return self._write(
            replace(
                self._awaited(media),
                state=MediaState.STORED,
                sha256=sha256,
                clean_sha256=clean_sha256,
                size=size,
                mime=mime,
                error="",
            )
        )

    async def missing(self, media: MediaId, error: str) -> Media:
        return self._write(replace(self._awaited(media), state=MediaState.MISSING, error=error))

    async def unused(self, hashes: Collection[str]) -> list[str]:
        used = {found for m in self._tables.media.values() for found in (m.sha256, m.clean_sha256)}
        return sorted(set(hashes) - used)

    def _awaited(self, media: MediaId) -> Media:
        if self._tables.media[media].state is not MediaState.PENDING:
            raise LookupError(media)
        return self._tables.media[media]

    def _attempt(self, media: Media, now: datetime) -> Media:
        claimed = self._write(replace(media, attempts=media.attempts + 1))
        self._tables.next_fetch[media.id] = kept(now + timedelta(minutes=2**claimed.attempts))
        return claimed

    def _write(self, media: Media) -> Media:
        self._tables.media[media.id] = kept(media)
        return self._tables.media[media.id]

    @staticmethod
    def _sent(media: Iterable[Media]) -> list[Media]:
        """By message within a chat; between chats by arrival, where a late sibling counts as come with its successors."""
        latest_first = sorted(media, key=lambda m: (m.message, m.id), reverse=True)
        arrival: dict[ChatId, datetime] = {}
        placed = []
        for m in latest_first:
            arrival[m.chat] = min(m.received_at, arrival.get(m.chat, m.received_at))
            placed.append(((arrival[m.chat], m.chat, m.message, m.id), m))
        return [m for _, m in sorted(placed, key=lambda place: place[0])]
