"""One call to Telegram as data: what is sent, where to, and what became of it."""

from dataclasses import dataclass

from bot.domain.draft import MediaKind
from bot.domain.ids import ChatId, MediaId, MessageId
from bot.telegram.rendered import Keys


@dataclass(frozen=True, slots=True)
class Target:
    """Where a message goes. `topic` is a forum topic; a reply is sent even if what it answers is gone."""

    chat: ChatId
    topic: int | None = None
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class SendText:
    """Classic HTML of at most 4,096 units."""

    html: str
    keyboard: Keys


@dataclass(frozen=True, slots=True)
class SendRich:
    """HTML of a rich message, at most 32,768 characters; `classic` is what to send where it is refused."""

    html: str
    keyboard: Keys
    classic: tuple[SendText, ...]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file: known to Telegram (`file_id`) or uploaded from our media store (`sha256`, under `name`)."""

    kind: MediaKind
    file_id: str = ""
    sha256: str = ""
    name: str = ""
    media: MediaId | None = None


@dataclass(frozen=True, slots=True)
class SendFiles:
    """One file, or an album of two to ten that Telegram lets stand together. Only a single one can carry a keyboard."""

    attachments: tuple[Attachment, ...]
    caption: str
    keyboard: Keys


@dataclass(frozen=True, slots=True)
class AnswerPress:
    """Stops a button's spinner, perhaps with a few words."""

    query: str
    text: str
    alert: bool


Content = SendText | SendRich | SendFiles | AnswerPress


@dataclass(frozen=True, slots=True)
class Sent:
    """It arrived. The ids of the new or edited messages, if there are any."""

    messages: tuple[MessageId, ...] = ()


@dataclass(frozen=True, slots=True)
class Blocked:
    """It did not arrive: the person blocked us, we were removed, or the chat is no more."""

    error: str


@dataclass(frozen=True, slots=True)
class Migrated:
    """It did not arrive: the group is a supergroup now."""

    to: ChatId


@dataclass(frozen=True, slots=True)
class CardGone:
    """The message to edit is not there any more, or too old."""

    error: str


@dataclass(frozen=True, slots=True)
class TopicGone:
    """It did not arrive: the topic was deleted."""

    error: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """It did not arrive and never will as it is."""

    error: str


@dataclass(frozen=True, slots=True)
class RetryLater:
    """It did not arrive: too many requests. Seconds to wait, as Telegram says."""

    seconds: float


@dataclass(frozen=True, slots=True)
class NotSent:
    """It did not arrive: the network or the server could not be reached at all."""

    error: str


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Nobody knows: the connection broke, or the server failed, after the request may have been taken."""

    error: str


@dataclass(frozen=True, slots=True)
class Unready:
    """It was not even tried: a file it needs can't be written or read now, for a reason of our own that passes."""

    error: str


@dataclass(frozen=True, slots=True)
class PutOff:
    """It was not even tried: by the time of its slot everybody was to wait."""


Outcome = (
    Unready | PutOff | Sent | Blocked | Migrated | CardGone | TopicGone | Rejected | RetryLater | NotSent | Ambiguous
)


class CallFailed(Exception):  # noqa: N818 - an outcome, told by its class
    """A question to Telegram was not answered. `outcome` says how; the text is masked."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(f"{type(outcome).__name__}: {getattr(outcome, 'error', '')}")
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Group:
    """A group and what we may do there."""

    title: str
    forum: bool
    admin: bool
    topics: bool  # manage them
    pins: bool


@dataclass(frozen=True, slots=True)
class Me:
    """Who the token belongs to. `name` without the @."""

    id: int
    name: str
