"""What a person sees on their phone."""

from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.errors import Json


@dataclass(frozen=True)
class Seen:
    """A message: `text` is its text, caption or rich text; `buttons` its words, row by row."""

    chat_id: int
    message_id: int
    text: str
    buttons: list[list[str]] = field(default_factory=list)
    by_bot: bool = False
    edited: bool = False
    changed: int = 0
    message: Json = field(default_factory=dict, repr=False)
    keyboard: Json | None = None

    @classmethod
    def from_json(cls, body: Json) -> "Seen":
        """From the control surface's transcript."""
        message = body["message"]
        return cls(
            chat_id=message["chat"]["id"],
            message_id=message["message_id"],
            text=body.get("text") or message.get("text") or message.get("caption") or "",
            buttons=body.get("buttons", []),
            by_bot=body["by_bot"],
            edited=body["edited"],
            changed=body["changed"],
            message=message,
            keyboard=body.get("keyboard"),
        )

    @property
    def sender(self) -> str:
        """The first name of who wrote it; empty in channels."""
        return str(self.message.get("from", {}).get("first_name", ""))

    @property
    def entities(self) -> list[Json]:
        """Of the text or caption."""
        return list(self.message.get("entities") or self.message.get("caption_entities") or [])

    @property
    def words(self) -> list[str]:
        """Every button's words in one list."""
        return [word for row in self.buttons for word in row]

    def field(self, name: str) -> Any:
        """A field of the API's Message, or None."""
        return self.message.get(name)


@dataclass(frozen=True)
class Toast:
    """What pops up over a press; `alert` if it must be clicked away. Empty text: only the spinner ends."""

    text: str
    alert: bool
    query_id: str
    n: int

    @classmethod
    def from_json(cls, body: Json) -> "Toast":
        """From the control surface."""
        return cls(body["text"], body["alert"], body["query_id"], body["n"])
