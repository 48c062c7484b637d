"""What the use cases need of the outside, named by intent. `storage/` keeps these promises; so does `tests/fakes.py`.

Everything here belongs to one transaction: a `UnitOfWork` is opened, used and committed or rolled back as a whole.
Moments are aware UTC; a naive one is refused. Methods named `get` raise LookupError when there is nothing; `find…`/`…_of`
return None. A store drops from every text what not every database can keep: NUL and lone halves of surrogate pairs.
"""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, NamedTuple, Protocol

from bot.domain.digest import Digest, OverdueLine, Tally, Totals, WeekCount
from bot.domain.draft import Album, Draft, IncomingMedia, Media, Purpose
from bot.domain.history import Change, Entry
from bot.domain.ids import ChatId, DraftId, IssueId, MediaId, MessageId, PersonId, ProjectCode, UnitCode, UserId
from bot.domain.issue import AT_THE_UNIT, Category, Issue, Level, Means, Standing, Status
from bot.domain.journal import Record
from bot.domain.messages import Message, OutboxState, Priority
from bot.domain.organisation import Invitation, Person, Project, Role, Scope, ServiceCard, Unit
from bot.domain.permissions import Sight

# --- read models: what a query brings together for a screen -----------------------------------------------------


@dataclass(frozen=True, slots=True)
class IssueView:
    """An issue with the names of everything it points to, for cards and lists."""

    issue: Issue
    standing: Standing
    project_name: str
    district: str
    unit_name: str  # '' when none
    reporter_name: str
    assignee_name: str  # '' when none


class Brief(NamedTuple):
    """An issue as messages that come in time speak of it: many are read at once, so it holds no more than they need."""

    issue: IssueId
    number: str
    level: Level
    status: Status
    words: str  # the beginning of the description
    project: ProjectCode
    project_name: str
    district: str
    owner: UnitCode
    reporting_unit: UnitCode | None
    reporter: PersonId
    unit: UnitCode | None
    unit_name: str  # '' when none
    assignee: PersonId | None
    assignee_name: str  # '' when none
    assignee_chat: ChatId | None  # None for who can't be told
    due_at: datetime | None
    due_version: int
    provisional: bool
    nudged: int

    @property
    def standing(self) -> Standing:
        """Where it stands in the organisation."""
        return Standing(
            self.project, self.district, self.owner, self.reporting_unit, self.unit, self.reporter, self.assignee
        )

    @property
    def runs(self) -> bool:
        """It has a deadline, and a unit that must keep it."""
        return self.due_at is not None and self.status in AT_THE_UNIT


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """An entry with the name of who did it ('' for the system)."""

    entry: Entry
    by_name: str


@dataclass(frozen=True, slots=True)
class Similar:
    """An issue that reads like another. `score` is 0..1; `means` are what solved it, if it is cleared."""

    issue: IssueId
    number: str
    description: str
    category: Category
    means: tuple[Means, ...]
    is_open: bool
    score: float


# --- the organisation -------------------------------------------------------------------------------------------


class Units(Protocol):
    """Units by code."""

    async def get(self, code: UnitCode) -> Unit: ...
    async def all(self) -> list[Unit]:
        """Those that have not left, by code."""
        ...

    async def save(self, unit: Unit) -> None:
        """Insert or update by code."""
        ...


class Projects(Protocol):
    """Projects and their service cards."""

    async def get(self, code: ProjectCode) -> Project: ...
    async def all(self) -> list[Project]: ...
    async def search(self, words: str, limit: int) -> list[Project]:
        """By a part of the name, the code or the district; best first."""
        ...

    async def save(self, project: Project) -> None: ...
    async def issue_card(self, card: ServiceCard) -> None: ...
    async def card(self, token: str) -> ServiceCard | None: ...
    async def card_of(self, project: ProjectCode) -> ServiceCard | None:
        """The card in force."""
        ...

    async def revoke_card(self, token: str, at: datetime) -> None: ...
    async def count_scan(self, token: str, person: PersonId, at: datetime) -> None:
        """Remember that this person opened this card (adds to `Person.scanned`)."""
        ...


class People(Protocol):
    """Persons with their grants."""

    async def get(self, person: PersonId) -> Person: ...
    async def many(self, ids: Iterable[PersonId]) -> dict[PersonId, Person]:
        """Several at once, those who left too; unknown ids are left out."""
        ...

    async def by_code(self, code: str) -> Person | None: ...
    async def by_user(self, user: UserId) -> Person | None: ...
    async def all(self, *, left: bool = False) -> list[Person]:
        """Persons of the office that have not left (no guests), by code; with `left` those too."""
        ...

    async def holding(self, role: Role, scopes: Iterable[Scope]) -> list[Person]:
        """Who holds the role for exactly one of the scopes and has not left, by code."""
        ...

    async def add(self, person: Person) -> Person:
        """Insert (its id is ignored) and return it with the id given. Grants are saved with it."""
        ...

    async def save(self, person: Person) -> None:
        """Update every field, grants included (`scanned` excepted)."""
        ...

    async def invite(self, invitation: Invitation) -> None: ...
    async def invitation(self, token_sha256: str) -> Invitation | None: ...
    async def use_invitation(self, token_sha256: str, at: datetime) -> bool:
        """Mark it used; False if somebody else already did."""
        ...

    async def end_invitations(self, person: PersonId, at: datetime) -> None:
        """Let those of the person that are still good expire now."""
        ...

    async def absorb(self, guest: PersonId, person: PersonId) -> list[IssueId]:
        """A guest turned out to be this person: hand over drafts, media and scans, free the account; return the
        guest's issues, whose reporter the caller changes. Of two open drafts in a chat the guest's goes on."""
        ...


# --- reporting --------------------------------------------------------------------------------------------------


class Drafts(Protocol):
    """Drafts, and the messages they came from."""

    async def add(self, draft: Draft) -> Draft: ...
    async def get(self, draft: DraftId) -> Draft: ...
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

    async def stored(self, media: MediaId, sha256: str, clean_sha256: str | None, size: int, mime: str) -> Media: ...
    async def missing(self, media: MediaId, error: str) -> Media: ...


class Issues(Protocol):
    """The ledger."""

    async def next_number(self, prefix: str, year: int) -> str:
        """The next number of the year; moves its counter in this transaction, so that there are no gaps."""
        ...

    async def add(self, change: Change) -> Issue:
        """File it (its id is ignored) with its first line of history; return it with the id given."""
        ...

    async def save(self, change: Change) -> None:
        """Write the issue and its line of history. Raises ChangedMeanwhile if somebody else wrote in between."""
        ...

    async def get(self, issue: IssueId) -> Issue: ...
    async def by_number(self, number: str) -> Issue | None: ...
    async def standing(self, issue: IssueId) -> Standing: ...
    async def view(self, issue: IssueId) -> IssueView: ...
    async def views(self, issues: Sequence[IssueId]) -> list[IssueView]:
        """In the order asked for."""
        ...

    async def history(self, issue: IssueId) -> list[HistoryLine]:
        """Oldest first."""
        ...

    async def last_entry(self, issue: IssueId) -> Entry | None: ...
    async def queue(
        self, sight: Sight, after: IssueId | None, limit: int, *, silent_before: datetime | None = None
    ) -> list[IssueView]:
        """What waits at the desk (AT_THE_DESK): level A first, then oldest first; starting behind `after` if given.
        `silent_before`: a resolved one only if its reporter said that it is solved, or it was resolved before that moment
        and the reporter was asked as often as it takes or can't be asked."""
        ...

    async def queue_length(self, sight: Sight, most: int, *, silent_before: datetime | None = None) -> int:
        """How many wait at the desk, counted up to `most`."""
        ...

    async def of_reporter(self, person: PersonId, limit: int) -> list[IssueView]:
        """Open first, newest first."""
        ...

    async def tasks(self, person: PersonId, limit: int) -> list[IssueView]:
        """AT_THE_UNIT with this assignee, nearest deadline first."""
        ...

    async def unanswered(self, before: datetime, limit: int) -> list[IssueView]:
        """RESOLVED before that moment, the reporter asked once and silent, and somebody who can be told; longest first."""
        ...

    async def suspended(self, sight: Sight, limit: int) -> list[IssueView]:
        """What waits for something, longest first."""
        ...

    async def followers(self, original: IssueId) -> list[IssueId]:
        """What was merged into it, in the order of filing."""
        ...

    async def overdue(self, sight: Sight, now: datetime, limit: int) -> list[IssueView]:
        """Longest overdue first."""
        ...

    async def asking_for_time(self, sight: Sight, limit: int) -> list[IssueView]:
        """AT_THE_UNIT, and more time is asked for: nearest deadline first."""
        ...

    async def find(self, words: str, sight: Sight, limit: int) -> list[IssueView]:
        """Issues in whose text or project name all the words occur, newest first. A word may also be the issue's number, or
        its count: `XM-2026-0012`, `0012`, `12`."""
        ...

    async def similar(
        self, text: str, limit: int, *, exclude: IssueId | None = None, open_only: bool = False
    ) -> list[Similar]:
        """Issues that read alike (shared character bigrams), most alike first."""
        ...

    def each(self, sight: Sight) -> AsyncIterator[IssueView]:
        """All in sight, by number, streamed."""
        ...

    async def totals(self, scope: Scope, now: datetime) -> Totals: ...
    async def week_count(self, scope: Scope, start: datetime, end: datetime) -> WeekCount:
        """What moved in [start, end). `overdue`: issues AT_THE_UNIT, resolved or cleared whose present deadline lies in it
        and that were not resolved by then (`resolved_at` None or later than the deadline). A running week ends now."""
        ...

    async def by_category(self, scope: Scope, now: datetime) -> list[tuple[Category, Tally]]: ...
    async def by_unit(self, scope: Scope, now: datetime) -> list[tuple[UnitCode, str, Tally]]:
        """Responsible units with their names, most collected first."""
        ...

    async def loads(self, now: datetime) -> dict[UnitCode, tuple[int, int]]:
        """Open and overdue issues of each responsible unit that has any."""
        ...

    async def longest_overdue(self, scope: Scope, now: datetime, limit: int) -> list[OverdueLine]:
        """`days` is 0 here; the service counts them with the calendar."""
        ...


# --- telling ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A queued message as the sender sees it."""

    id: int
    message: Message
    state: OutboxState
    attempts: int
    created_at: datetime
    error: str = ""


class Outbox(Protocol):
    """What is to be told."""

    async def queue(self, message: Message, at: datetime) -> None:
        """Queue it. A second one with the same `key` is dropped. A pending edit of the same chat and card is replaced:
        only the newest state of a card is worth sending (unless the pending one is `fresh`, which keeps its place and
        takes the new kind and facts)."""
        ...

    async def queue_all(self, messages: Sequence[Message], at: datetime) -> None:
        """The same for many that show no card, in a few statements."""
        ...

    async def due(
        self, now: datetime, limit: int, *, without: Collection[ChatId] = (), below: Priority | None = None
    ) -> list[OutboxRow]:
        """Pending rows whose time has come, by priority, then age; not those of the chats `without`, toasts excepted (a
        toast is a row of priority TOAST: it waits for no chat); `below`: only what is less urgent than that."""
        ...

    async def mark_sending(self, rows: Sequence[int], at: datetime) -> None: ...
    async def sent(self, rows: Mapping[int, MessageId | None], at: datetime) -> None:
        """They arrived, as these messages (None: as no message of their own)."""
        ...

    async def settle(
        self,
        row: int,
        state: OutboxState,
        at: datetime,
        *,
        message: MessageId | None = None,
        error: str = "",
        not_before: datetime | None = None,
        counted: bool = True,
    ) -> None:
        """What became of a send. Back to PENDING (with `not_before`) counts an attempt, unless it is known that nothing
        was sent (`counted=False`)."""
        ...

    async def interrupted(self) -> list[OutboxRow]:
        """Rows found `sending` at start: a crash cut their call, nobody knows whether it arrived."""
        ...

    async def troubled(self, limit: int) -> list[OutboxRow]:
        """UNKNOWN and DEAD ones, newest first, for doctor."""
        ...

    async def waiting(self) -> int:
        """How many are pending or sending."""
        ...

    async def next_due(self) -> datetime | None:
        """The earliest `not_before` among pending rows that wait for it."""
        ...


class Cards(Protocol):
    """Which message of a chat shows what: one message per thing."""

    async def message_of(self, chat: ChatId, card: str) -> MessageId | None: ...
    async def card_at(self, chat: ChatId, message: MessageId) -> str | None: ...
    async def put(self, chat: ChatId, card: str, message: MessageId) -> None:
        """From now on this message shows the card in this chat."""
        ...

    async def arrived(self, sent: Sequence[tuple[int, ChatId, MessageId]]) -> None:
        """Rows of the outbox that were just sent into these chats as these messages, which show the rows' cards from now on,
        unless one shows something else already: somebody was so quick to press it. A group may have moved meanwhile."""
        ...

    async def rename(self, chat: ChatId, old: str, new: str) -> None:
        """The same message shows something else: a draft's card becomes its issue's. A pending message of the old card in
        this chat is dropped: nothing could edit it in place any more."""
        ...

    async def chats_with(self, card: str) -> list[ChatId]:
        """Where it is shown, or will be once what is queued or under way has arrived."""
        ...

    async def under_way(self, chat: ChatId) -> list[str]:
        """Cards that are being sent into the chat right now, newest first: a person may see one, and press it, before
        its message is written down here."""
        ...


# --- time -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Due:
    """One planned moment of an issue. `kind` is 'reminder', 'rung' or 'nudge'; one row per issue and kind."""

    issue: IssueId
    kind: str
    at: datetime
    version: int  # of the deadline it belongs to
    step: int  # reminder: working days left or (negative) overdue; rung: index in the ladder; nudge: which one it is
    any_hour: bool = False


class Ripe(NamedTuple):
    """A moment that has come, with its issue as it stands now."""

    due: Due
    brief: Brief


@dataclass(frozen=True, slots=True)
class Telling:
    """A step that was taken, with one person who was told of it (None: the step itself), and the proof."""

    step: int
    person: PersonId | None
    at: datetime  # when it was said
    sent_at: datetime | None = None  # when Telegram took it
    seen_at: datetime | None = None  # when the person pressed something about it


class Agenda(Protocol):
    """What is due when, as rows of an indexed table; and the proof of what was said."""

    async def plan(self, due: Due) -> None:
        """Insert or replace the issue's row of that kind."""
        ...

    async def plan_all(self, dues: Sequence[Due]) -> None:
        """The same for many rows in one go; at most one per issue and kind."""
        ...

    async def planned(self, issue: IssueId) -> list[Due]:
        """The issue's rows, at most one of each kind."""
        ...

    async def cancel(self, issue: IssueId, kind: str | None = None) -> None:
        """Forget the issue's row of that kind; of every kind by default."""
        ...

    async def due(self, now: datetime, *, any_hour_only: bool, limit: int) -> list[Due]:
        """Earliest first."""
        ...

    async def ripe(self, now: datetime, *, any_hour_only: bool, limit: int) -> list[Ripe]:
        """The same with the issues. Others have their turn while many are read."""
        ...

    async def briefs(self, issues: Sequence[IssueId]) -> list[Brief]:
        """Of these, by id; unknown ones are left out."""
        ...

    async def take(self, kind: str, issues: Sequence[IssueId], at: datetime) -> set[IssueId]:
        """Note that the planned step of that kind was taken, of each of these, in a few statements however many they are;
        returns those of which it was not taken before."""
        ...

    async def move(self, kind: str, issues: Sequence[IssueId], at: datetime, step: int) -> None:
        """The next step of that kind, the same for each of these."""
        ...

    async def said(self, due: Due, person: PersonId | None, at: datetime) -> bool:
        """Note that this step of this deadline version was told; False if it already was."""
        ...

    async def said_all(self, dues: Mapping[Due, PersonId | None], at: datetime) -> set[Due]:
        """The same for many in one go (no two of the same issue, kind, version and step); those not told before."""
        ...

    async def told(self, tellings: Sequence[tuple[Due, PersonId]], at: datetime) -> None:
        """Note who was told of which step; what is noted already stays."""
        ...

    async def arrived(self, person: PersonId, told_at: datetime, at: datetime) -> None:
        """What this person was told at that moment has reached their chat."""
        ...

    async def seen(
        self, person: PersonId, at: datetime, *, told_at: datetime | None = None, issue: IssueId | None = None
    ) -> int:
        """The person has seen what they were told at that moment, or about that issue; how many steps are newly seen.
        What was seen has arrived."""
        ...

    async def tellings(self, issue: IssueId, kind: str, version: int) -> list[Telling]:
        """What was said of one deadline version: by step, the step itself before its people."""
        ...

    async def climbed(self, issues: Sequence[IssueId]) -> dict[IssueId, int]:
        """The highest rung each has reached with its present deadline; those on none are left out."""
        ...


@dataclass(frozen=True, slots=True)
class Subscription:
    """A group that gets the weekly digest. One per chat and topic."""

    chat: ChatId
    topic: int | None
    scope: Scope
    weekday: int  # Monday is 0
    hour: int
    minute: int
    next_at: datetime
    by: PersonId


class Subscriptions(Protocol):
    """Groups and their digests."""

    async def put(self, subscription: Subscription) -> None: ...
    async def remove(self, chat: ChatId) -> bool:
        """End all of a chat's subscriptions; True if there was one."""
        ...

    async def of_chat(self, chat: ChatId) -> Subscription | None: ...
    async def all(self) -> list[Subscription]: ...
    async def due(self, now: datetime) -> list[Subscription]: ...
    async def freeze(self, digest: Digest) -> int:
        """Keep a digest's figures for good; returns its id. One per scope and week: the second call returns the first's
        id and keeps the first's figures."""
        ...

    async def frozen(self, digest: int) -> Digest: ...


class Desks(Protocol):
    """The group that is the desk; one at the most."""

    async def chat(self) -> ChatId | None:
        """None while there is no such group."""
        ...

    async def bind(self, chat: ChatId) -> None:
        """From now on it is this one. What another one showed is forgotten."""
        ...

    async def want(self, chat: ChatId, topics: Sequence[str]) -> None:
        """It is to have topics of these names (ours, such as 'category:power'); those it has or waits for already stay."""
        ...

    async def unopened(self) -> list[tuple[ChatId, str]]:
        """Topics it is to have and has not: the group, and their names, in order."""
        ...

    async def opened(self, chat: ChatId, name: str, topic: int) -> None:
        """It has the topic now, under this number. Nothing if it is not wanted any more, or was opened before."""
        ...

    async def topic(self, chat: ChatId, name: str) -> int | None:
        """The number of its topic; None while it has none."""
        ...

    async def end(self, chat: ChatId) -> bool:
        """This group is the desk no more, and what it showed is forgotten; False if it was none."""
        ...


class Chats(Protocol):
    """What we know of chats beyond people: groups, blocks, moves."""

    async def seen(self, chat: ChatId, kind: str, title: str) -> None:
        """A group we are in ('group', 'supergroup')."""
        ...

    async def gone(self, chat: ChatId, why: str) -> None:
        """We were removed or blocked: a person's account becomes unreachable."""
        ...

    async def back(self, chat: ChatId) -> None:
        """They write again."""
        ...

    async def migrate(self, old: ChatId, new: ChatId) -> None:
        """A group became a supergroup: rewrite the chat everywhere (subscriptions, cards, outbox, albums, drafts, files,
        dialogs). What the new chat already has one of stays; of two open drafts of a person the old chat's is cancelled."""
        ...


class Dialogs(Protocol):
    """Where a person is in a conversation. Lives in the same transaction as everything else."""

    async def get(self, key: str) -> tuple[str | None, Mapping[str, Any]]: ...
    async def put(self, key: str, state: str | None, data: Mapping[str, Any]) -> None:
        """A None state with empty data removes the row."""
        ...


class Strangers(Protocol):
    """People without a card or role: answered once in a while, otherwise counted."""

    async def knock(self, user: UserId, at: datetime, quiet_minutes: int) -> bool:
        """Count a message; True if an answer is due now."""
        ...


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A raw update as Telegram delivered it."""

    id: int
    update_id: int
    update: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Poison:
    """An update that could not be handled."""

    update_id: int
    error: str
    at: datetime
    update: Mapping[str, Any]


class Inbox(Protocol):
    """Raw updates: unique by (bot, update_id), handled in order within a chat."""

    async def add(self, bot: int, updates: Sequence[Mapping[str, Any]], at: datetime) -> int:
        """Store those not seen before; how many were new."""
        ...

    async def pending(self, bot: int, limit: int) -> list[InboxRow]:
        """By update_id."""
        ...

    async def done(self, rows: Sequence[int], at: datetime) -> None: ...
    async def set_aside(self, row: int, error: str, at: datetime) -> None: ...
    async def poisoned(self, limit: int) -> list[Poison]:
        """Newest first."""
        ...

    async def album(
        self, bot: int, chat: ChatId, media_group: str, since: datetime, until: datetime
    ) -> list[Mapping[str, Any]]:
        """Updates of an album's messages that were handled in between (inclusive) or wait, by update_id; ten at the most."""
        ...

    async def prune(self, before: datetime, limit: int) -> int:
        """Forget handled updates older than this, the oldest first, so many at the most; how many."""
        ...


class Facts(Protocol):
    """Small things worth remembering: the bot's name, the version of the calendar."""

    async def get(self, name: str) -> str | None: ...
    async def put(self, name: str, value: str) -> None: ...
    async def starting(self, prefix: str) -> dict[str, str]:
        """All whose names begin so."""
        ...


class Journal(Protocol):
    """What happened to the office itself. Append-only."""

    async def note(self, record: Record) -> None: ...
    async def of(self, subject: str) -> Sequence[Record]:
        """All about a subject, oldest first."""
        ...


class Privacy(Protocol):
    """All that is kept of one person."""

    async def kept(self, person: PersonId) -> Mapping[str, int]:
        """How many reports, tasks, words, files, drafts and lines of history."""
        ...

    async def records(self, person: PersonId) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Every row about them or by them, under the name of what it is; those of 'files' have a sha256 if kept."""
        ...

    async def own_texts(self, person: PersonId) -> list[str]:
        """What they wrote."""
        ...

    async def issues_with(self, marks: Sequence[str]) -> list[Issue]:
        """Whose texts say one of these."""
        ...

    async def new_salt(self, issue: IssueId, salt: str) -> None:
        """For the digests of its lines to come."""
        ...

    async def busy(self, person: Person) -> bool:
        """Something of theirs still waits to be handled or sent."""
        ...

    async def erase(self, person: Person, marks: Sequence[str]) -> tuple[list[int], list[str]]:
        """Take out all but their row, and the issues' texts. Returns which words were emptied, and the SHA-256 of files that
        nothing refers to any more."""
        ...


class LeaseLost(Exception):  # noqa: N818 - a state of the world
    """Somebody else does now what only one may do: the transaction must not be committed."""


class Leases(Protocol):
    """What only one process may do at a time. Time is the database's own."""

    async def take(self, name: str, holder: str, seconds: float) -> int | None:
        """Take it, or keep it, for so many seconds from now; returns its epoch, which grows with each change of holder.
        None while somebody else holds it. StoreUnavailable if a stalled transaction of the holder is in the way."""
        ...

    async def release(self, name: str, holder: str) -> None:
        """Somebody else may take it at once; does nothing if somebody else holds it."""
        ...

    async def holder(self, name: str) -> str | None:
        """Who took it last; None once it was released."""
        ...

    async def guard(self, name: str, epoch: int) -> None:
        """Raises LeaseLost unless this epoch is the present one; it stays so until the transaction ends."""
        ...


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits: how many, and since when the oldest does (None if nothing waits)."""

    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Vitals:
    """How things stand in the whole installation, whichever process asks."""

    inbox: Backlog
    outbox: Backlog  # what may be sent by now
    sending: int
    unknown: int
    dead: int
    reminders: Backlog  # planned moments that have come
    files: Backlog  # photos and documents still to be fetched
    poison: int


class VitalSigns(Protocol):
    """Figures for whoever watches over the bot."""

    async def read(self, now: datetime) -> Vitals: ...


class MediaFolder(Protocol):
    """Bytes under their SHA-256, outside any transaction: kept for good before they are spoken of. Its calls block."""

    def put(self, source: bytes) -> str:
        """Keep it; returns its SHA-256 in hexadecimal. OSError if the disk refuses."""
        ...

    def open(self, sha256: str) -> BinaryIO:
        """To read. FileNotFoundError if it isn't kept."""
        ...


class UnitOfWork(Protocol):
    """One transaction and all that can be done in it."""

    units: Units
    projects: Projects
    people: People
    drafts: Drafts
    evidence: Evidence
    issues: Issues
    outbox: Outbox
    cards: Cards
    agenda: Agenda
    subscriptions: Subscriptions
    chats: Chats
    desks: Desks
    dialogs: Dialogs
    strangers: Strangers
    inbox: Inbox
    facts: Facts
    journal: Journal
    privacy: Privacy
    leases: Leases
    vitals: VitalSigns

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        """What is written inside is kept or undone as a whole: an exception undoes it and is raised on."""
        ...


class StoreUnavailable(Exception):  # noqa: N818 - a state of the world, retried
    """The database can't be reached or is busy: nothing of the transaction happened, and it may be tried again as a whole."""


class Store(Protocol):
    """Opens transactions. Raises StoreUnavailable where trying again may help. Leaving `begin` commits, an exception rolls back."""

    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """To write. On SQLite there is one writer at a time in the process."""
        ...

    def read(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """A snapshot to read from; never waits for the writer on SQLite (WAL)."""
        ...
