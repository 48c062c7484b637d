"""What is to be told to whom: a kind and its facts. No HTML, no chat library, no words in any language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from bot.domain.ids import ChatId


class Priority(IntEnum):
    """Lower goes first."""

    TOAST = 0
    ANSWER = 10
    REMINDER = 20
    DIGEST = 30


class OutboxState(StrEnum):
    PENDING = "pending"
    SENDING = "sending"  # committed before the call: after a crash these are the ambiguous ones
    SENT = "sent"
    UNKNOWN = "unknown"  # may or may not have arrived; listed by doctor
    DEAD = "dead"  # definitely not sent, and not to be tried again


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to tell one chat.

    `kind` names the template (`templates/<kind>.html.j2`) and the keyboard. `facts` are JSON values, frozen when
    queued. `card` names the thing the message shows (`issue:7`, `draft:3`): one message per chat and card, edited
    in place once it exists, unless `fresh` asks for a new one at the bottom of the chat. `key` makes a message go
    at most once, ever. `reply_to` is a message id in the same chat.
    """

    chat: ChatId
    kind: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    priority: Priority = Priority.ANSWER
    topic: int | None = None
    card: str | None = None
    fresh: bool = False
    key: str | None = None
    not_before: datetime | None = None
    reply_to: int | None = None


def draft_card(draft: int) -> str:
    """The card name of a draft."""
    return f"draft:{draft}"


def issue_card(issue: int) -> str:
    """The card name of an issue."""
    return f"issue:{issue}"
