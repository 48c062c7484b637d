"""What is being reported: drafts, the files that came along, where a person is in a conversation."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO, Protocol

from bot.domain.draft import Album, Draft, IncomingMedia, Media, Purpose
from bot.domain.ids import ChatId, DraftId, IssueId, MediaId, MessageId, PersonId


class Drafts(Protocol):
    """Drafts, and the messages they came from."""

    async def add(self, draft: Draft, message: MessageId | None = None) -> Draft:
        """Insert (its id is ignored), with the text that came with its first message; without one its text is ignored."""
        ...

    async def get(self, draft: DraftId) -> Draft: ...
    async def expect(self, asked: Collection[DraftId]) -> None:
        """`get` is asked for these next: what one snapshot shows of them is read in one go."""
        ...

    async def hold(self, theirs: Collection[tuple[PersonId, ChatId]]) -> None:
        """`open_of` is asked for these next, and `get` for what it finds: they may be read in one go, and nobody else changes them
        until this transaction ends."""
        ...

    async def open_of(self, person: PersonId, chat: ChatId) -> Draft | None: ...
    async def save(self, draft: Draft) -> None:
        """Update (`text` excepted: it follows from the pieces)."""
        ...

    async def put_piece(self, draft: DraftId, message: MessageId, text: str) -> Draft:
        """Insert or replace the text that came with one message; return the draft with its new joined text
        (pieces in the order of their message ids, one per line, empty ones left out)."""
        ...

    async def of_message(self, chat: ChatId, message: MessageId) -> Draft | None:
        """The draft this message gave words or a file to."""
        ...

    async def album(self, chat: ChatId, media_group: str) -> Album | None: ...
    async def join_album(self, album: Album) -> None:
        """Point a media group to its draft or issue, for good; does nothing if it already points somewhere."""
        ...


class Evidence(Protocol):
    """Files people sent: known by file_id at once, fetched by a worker."""

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
    ) -> Media: ...
    async def many(self, media: Sequence[MediaId]) -> list[Media]:
        """In the order asked for; unknown ones are left out."""
        ...

    async def of_draft(self, draft: DraftId) -> list[Media]:
        """In the order they were sent."""
        ...

    async def of_issue(self, issue: IssueId) -> list[Media]:
        """In the order they were sent, proofs and remarks too."""
        ...

    async def expect(self, *, drafts: Collection[DraftId] = (), issues: Collection[IssueId] = ()) -> None:
        """`of_draft` and `of_issue` are asked for these next: what one snapshot shows of them is read in one go."""
        ...

    async def of_issues(self, issues: Sequence[IssueId]) -> dict[IssueId, list[Media]]:
        """The same for many at once; issues without evidence are left out."""
        ...

    async def file_under(self, draft: DraftId, issue: IssueId) -> None:
        """The draft's evidence now belongs to the issue."""
        ...

    async def claim(self, now: datetime, limit: int) -> list[Media]:
        """Pending ones whose next attempt is due, oldest first; counts the attempt and puts the next one off, so that
        no two workers and no crash loop fetch the same file at once."""
        ...

    async def stored(self, media: MediaId, sha256: str, clean_sha256: str | None, size: int, mime: str) -> Media:
        """The bytes are kept. LookupError if nobody waits for them any more: they came already, or their author was erased."""
        ...

    async def missing(self, media: MediaId, error: str) -> Media:
        """It can't be had. LookupError as for `stored`."""
        ...

    async def unused(self, hashes: Collection[str]) -> list[str]:
        """Of these SHA-256 those that no file has, sorted."""
        ...


class MediaFolder(Protocol):
    """Bytes under their SHA-256, outside any transaction: kept for good before they are spoken of. Its calls block."""

    def put(self, source: bytes) -> str:
        """Keep it; returns its SHA-256 in hexadecimal. OSError if the disk refuses."""
        ...

    def open(self, sha256: str) -> BinaryIO:
        """To read. FileNotFoundError if it isn't kept."""
        ...

    def remove(self, sha256: str) -> None:
        """For good; nothing happens if it isn't kept. OSError if the disk refuses."""
        ...


class Dialogs(Protocol):
    """Where a person is in a conversation. Lives in the same transaction as everything else."""

    async def get(self, key: str) -> tuple[str | None, Mapping[str, Any]]: ...
    async def expect(self, keys: Collection[str]) -> None:
        """`get` will be asked for these, of chats in hand: they may be read in one go, and be locked. Changes nothing."""
        ...

    async def put(self, key: str, state: str | None, data: Mapping[str, Any]) -> None:
        """A None state with empty data removes the row."""
        ...
