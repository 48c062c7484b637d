"""What the fake store keeps: dicts of immutable values, so that copying the dicts is a snapshot."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from itertools import count
from typing import Any, TypeVar, cast

from bot.domain.digest import Digest
from bot.domain.draft import Album, Draft, Media
from bot.domain.history import Entry
from bot.domain.ids import ChatId, DraftId, IssueId, MediaId, MessageId, PersonId, ProjectCode, UnitCode, UserId
from bot.domain.issue import Issue
from bot.domain.journal import Record
from bot.domain.organisation import Invitation, Person, Project, ServiceCard, Unit
from bot.ports import Claim, Desk, DeskCase, DeskTopic, Due, OutboxRow, Subscription, Telling

T = TypeVar("T")
SaidKey = tuple[IssueId, str, int, int, PersonId | None]  # issue, kind, deadline version, step, person


@dataclass(frozen=True, slots=True)
class Delivery:
    """A raw update in the inbox. `done_at` once handled; `error` is set if it was set aside."""

    bot: int
    update_id: int
    update: Mapping[str, Any]
    at: datetime
    done_at: datetime | None = None
    error: str | None = None


@dataclass(slots=True)
class Tables:
    """All rows. Values are immutable; only the dicts change."""

    units: dict[UnitCode, Unit] = field(default_factory=dict)
    projects: dict[ProjectCode, Project] = field(default_factory=dict)
    service_cards: dict[str, ServiceCard] = field(default_factory=dict)
    scans: dict[tuple[PersonId, ProjectCode], datetime] = field(default_factory=dict)
    people: dict[PersonId, Person] = field(default_factory=dict)
    invitations: dict[str, Invitation] = field(default_factory=dict)
    drafts: dict[DraftId, Draft] = field(default_factory=dict)
    pieces: dict[tuple[DraftId, MessageId], str] = field(default_factory=dict)
    albums: dict[tuple[ChatId, str], Album] = field(default_factory=dict)
    media: dict[MediaId, Media] = field(default_factory=dict)
    next_fetch: dict[MediaId, datetime] = field(default_factory=dict)
    numbers: dict[tuple[str, int], int] = field(default_factory=dict)
    issues: dict[IssueId, Issue] = field(default_factory=dict)
    history: dict[int, Entry] = field(default_factory=dict)
    outbox: dict[int, OutboxRow] = field(default_factory=dict)
    cards: dict[tuple[ChatId, str], MessageId] = field(default_factory=dict)
    agenda: dict[tuple[IssueId, str], Due] = field(default_factory=dict)
    said: dict[SaidKey, Telling] = field(default_factory=dict)
    subscriptions: dict[tuple[ChatId, int | None], Subscription] = field(default_factory=dict)
    desks: dict[int, Desk] = field(default_factory=dict)
    desk_topics: dict[tuple[ChatId, str], DeskTopic] = field(default_factory=dict)
    desk_cases: dict[tuple[ChatId, IssueId], DeskCase] = field(default_factory=dict)
    claims: dict[IssueId, Claim] = field(default_factory=dict)
    digests: dict[int, Digest] = field(default_factory=dict)
    groups: dict[ChatId, tuple[str, str]] = field(default_factory=dict)
    dialogs: dict[str, tuple[str | None, Mapping[str, Any]]] = field(default_factory=dict)
    knocks: dict[UserId, tuple[int, datetime]] = field(default_factory=dict)
    inbox: dict[int, Delivery] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    journal: dict[int, Record] = field(default_factory=dict)
    leases: dict[str, Any] = field(default_factory=dict)

    def snapshot(self) -> "Tables":
        """A copy that later writes don't touch."""
        return Tables(**{f.name: dict(getattr(self, f.name)) for f in fields(self)})

    def restore(self, saved: "Tables") -> None:
        """Back to a snapshot, in place."""
        for f in fields(self):
            setattr(self, f.name, getattr(saved, f.name))


def next_id(rows: Mapping[Any, Any]) -> int:
    """The smallest id above all in use."""
    return next(count(max(rows, default=0) + 1))


def refer(rows: Mapping[Any, Any], *keys: Any) -> None:
    """What a foreign key does: ValueError if one of the keys (None apart) is not there."""
    for key in keys:
        if key is not None and key not in rows:
            raise ValueError(f"foreign key: nothing has {key!r}")


def kept(value: T) -> T:
    """A value as a database gives it back: moments in UTC, no NUL in texts, mappings through JSON.

    Raises ValueError for a naive moment, TypeError for a mapping that isn't JSON.
    """
    return cast("T", _kept(value))


def _kept(value: Any) -> Any:
    if isinstance(value, datetime):
        return aware(value)
    if isinstance(value, str) and not isinstance(value, Enum):
        return text(value)
    if isinstance(value, Mapping):
        return _json(value)
    if isinstance(value, tuple):
        made = getattr(value, "_make", tuple)  # of a named one another of its kind
        return made(_kept(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _kept(getattr(value, f.name)) for f in fields(value)})
    return value


def aware(moment: datetime) -> datetime:
    """The moment in UTC; ValueError if it is naive."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment without a time zone: {moment!r}")
    return moment.astimezone(UTC)


def text(given: str) -> str:
    """Without NUL, which PostgreSQL can't keep, and without halves of surrogate pairs, which UTF-8 can't."""
    return given.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")


def _json(value: Any) -> Any:
    """Through JSON and back, texts cleaned."""
    return json.loads(json.dumps(value), object_hook=lambda found: {k: _cleaned(v) for k, v in found.items()})


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return text(value)
    return [_cleaned(item) for item in value] if isinstance(value, list) else value
