"""Messages every room sends: a toast for a press, a sentence for what was refused."""

from typing import Any

from bot.domain.errors import Refused
from bot.domain.ids import ChatId
from bot.domain.messages import Message, Priority


def toast(chat: ChatId, query: str, name: str = "quiet", *, alert: bool = False, **facts: Any) -> Message:
    """The answer to a press (`query` is its id). 'quiet' just stops the spinner."""
    return Message(chat, f"toast/{name}", {"query": query, "alert": alert, **facts}, priority=Priority.TOAST)


def refusal(chat: ChatId, error: Refused, *, language: str | None = None, **how: Any) -> Message:
    """Why not, and what to do. `language`: a stranger's, which nobody keeps; `how`: other fields of the message."""
    spoken = {"language": language} if language else {}
    return Message(chat, "refusal", {**facts_of(error), **spoken}, **how)


def facts_of(error: Refused) -> dict[str, Any]:
    """An error as the facts of its sentence."""
    return {"reason": error.reason, "given": dict(error.facts)}
