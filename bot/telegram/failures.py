"""What a failed call means: did it arrive, may it be tried again (design.md: Outbox). A table of error names and words.

Tried on python-telegram-bot 22.8: a refused connection and a cut answer are both NetworkError, told apart by their cause;
a method the server doesn't know is InvalidToken; a request too large is a NetworkError.
"""

from dataclasses import dataclass

from bot.domain.ids import ChatId, MessageId
from bot.telegram.calls import Ambiguous, Blocked, CardGone, Migrated, NotSent, Outcome, Rejected, RetryLater, Sent

UNPARSABLE = "can't parse"
UNKNOWN_METHOD = "no such method"
UNKNOWN_TOKEN = "InvalidToken"  # noqa: S105 - the name of an error

_NEVER_LEFT = "NeverLeft"  # bot.telegram.transport
_NOT_MODIFIED = "message is not modified"
_CARD_GONE = ("message to edit not found", "message can't be edited", "message_id_invalid", "message not found")
_CHAT_GONE = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "chat_write_forbidden",
    "bot was kicked",
    "not enough rights",
)
_TOO_LARGE = "entity too large"


@dataclass(frozen=True, slots=True)
class Failure:
    """A library's error, in plain data. `kind` and `cause` are class names; `error` is masked already."""

    kind: str
    error: str
    cause: str = ""
    seconds: float | None = None  # to wait
    moved_to: int | None = None  # the supergroup


def outcome_of(failure: Failure, edited: MessageId | None = None) -> Outcome:
    """The outcome of a call that failed so. `edited`: the message it should have changed."""
    match failure.kind:
        case "RetryAfter":
            return RetryLater(failure.seconds or 1.0)
        case "ChatMigrated":
            return Migrated(ChatId(failure.moved_to or 0))
        case "Forbidden":
            return Blocked(failure.error)
        case "BadRequest":
            return _bad_request(failure.error.lower(), failure.error, edited)
        case "EndPointNotFound" | "InvalidToken" | "Conflict":
            return _not_found(failure)
        case _:
            return _network(failure)


def _network(failure: Failure) -> Outcome:
    if failure.cause == _NEVER_LEFT:
        return NotSent(failure.error)
    if _TOO_LARGE in failure.error.lower():
        return Rejected(failure.error)
    return Ambiguous(failure.error)


def _bad_request(said: str, error: str, edited: MessageId | None) -> Outcome:
    if edited is not None and _NOT_MODIFIED in said:
        return Sent((edited,))
    if edited is not None and any(words in said for words in _CARD_GONE):
        return CardGone(error)
    if any(words in said for words in _CHAT_GONE):
        return Blocked(error)
    return Rejected(error)


def _not_found(failure: Failure) -> Outcome:
    """404 for a method an older server doesn't know; 401 and 404 for a token it doesn't: that may be mended, so we wait."""
    if failure.kind == "EndPointNotFound" or "endpoint" in failure.error.lower():
        return Rejected(f"{UNKNOWN_METHOD}: {failure.error}")
    return NotSent(f"{failure.kind}: {failure.error}")
