"""What a person is about to report: pieces of text and evidence that come in any order, until they press submit."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.ids import ChatId, DraftId, IssueId, MediaId, MessageId, PersonId, ProjectCode
from bot.domain.issue import Category, Level, Place


class DraftState(StrEnum):
    OPEN = "open"
    FILED = "filed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Draft:
    """At most one is open per person and chat. `text` is the joined pieces, kept up to date by the store."""

    id: DraftId
    person: PersonId
    chat: ChatId
    created_at: datetime
    state: DraftState = DraftState.OPEN
    issue: IssueId | None = None  # once filed
    project: ProjectCode | None = None
    category: Category | None = None  # guessed, or chosen when category_chosen
    category_chosen: bool = False
    level: Level = Level.B
    place: Place | None = None
    text: str = ""


class MediaKind(StrEnum):
    PHOTO = "photo"
    VIDEO = "video"
    VIDEO_NOTE = "video_note"
    VOICE = "voice"
    AUDIO = "audio"
    ANIMATION = "animation"
    DOCUMENT = "document"


class MediaState(StrEnum):
    PENDING = "pending"  # file_id known, bytes not fetched yet
    STORED = "stored"
    MISSING = "missing"  # could not be fetched, and says so on the card


class Purpose(StrEnum):
    REPORT = "report"
    PROOF = "proof"
    REMARK = "remark"


@dataclass(frozen=True, slots=True)
class IncomingMedia:
    """A file as Telegram announced it: the biggest rendition, or the document as sent."""

    kind: MediaKind
    file_id: str
    file_unique_id: str
    size: int | None = None  # bytes, as declared
    mime: str | None = None
    file_name: str | None = None  # hostile: shown escaped, never used as a path


@dataclass(frozen=True, slots=True)
class Media:
    """A piece of evidence. `sha256` is of the original bytes; `clean_sha256` of the copy without EXIF that others see."""

    id: MediaId
    kind: MediaKind
    file_id: str
    file_unique_id: str
    author: PersonId
    chat: ChatId
    message: MessageId
    received_at: datetime
    draft: DraftId | None = None
    issue: IssueId | None = None
    purpose: Purpose = Purpose.REPORT
    round: int = 0  # the issue's `reopened` when a proof was sent
    state: MediaState = MediaState.PENDING
    size: int | None = None
    mime: str | None = None
    file_name: str | None = None
    sha256: str | None = None
    clean_sha256: str | None = None
    attempts: int = 0
    error: str = ""

    @property
    def is_picture(self) -> bool:
        """A photo, or a document whose declared type is an image."""
        return self.kind is MediaKind.PHOTO or (
            self.kind is MediaKind.DOCUMENT and (self.mime or "").startswith("image/")
        )

    @property
    def is_delayed(self) -> bool:
        """Not fetched yet, and not for want of a second: an attempt has failed. The usual wait is nobody's news."""
        return self.state is MediaState.PENDING and self.attempts > 1


@dataclass(frozen=True, slots=True)
class Album:
    """Where a media group belongs, for good, however late a sibling comes. Exactly one of draft and issue is set."""

    chat: ChatId
    media_group: str
    draft: DraftId | None = None
    issue: IssueId | None = None
    purpose: Purpose = Purpose.REPORT
