"""What people see: chats, and the bot's messages in them as they look now."""

import itertools
from dataclasses import dataclass, field
from typing import Any

from bot.domain.ids import MediaId
from bot.telegram import markup
from bot.telegram.rendered import Album, File, Keys, Rendered, Rich, Text, Toast


@dataclass
class Shown:
    """A message of the bot as it looks now. `text` is what people read, without tags; `html` as it was sent."""

    id: int
    text: str
    html: str
    keyboard: Keys
    media: tuple[MediaId, ...] = ()
    file: str = ""
    topic: int | None = None

    @property
    def buttons(self) -> list[str]:
        return [key["text"] for row in self.keyboard for key in row]


@dataclass
class Room:
    """A chat: private or a group. Message ids are shared by everybody in it."""

    id: int
    kind: str
    title: str
    is_forum: bool = False
    shown: dict[int, Shown] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)  # texts sent or edited since the last thing anybody did here
    ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def raw(self) -> dict[str, Any]:
        name = "first_name" if self.kind == "private" else "title"
        forum = {"is_forum": True} if self.is_forum else {}
        return {"id": self.id, "type": self.kind, name: self.title, **forum}

    def screen(self) -> str:
        """All of the bot's messages as they read now, oldest first."""
        return "\n\n".join(self.shown[number].text for number in sorted(self.shown))

    def last(self) -> Shown:
        """The bot's lowest message."""
        return self.shown[max(self.shown)]

    def find(self, word: str) -> tuple[Shown, dict[str, str]]:
        """The lowest button that carries the word."""
        for number in sorted(self.shown, reverse=True):
            for key in itertools.chain.from_iterable(self.shown[number].keyboard):
                if carries(key["text"], word):
                    return self.shown[number], key
        raise AssertionError(f"no button {word!r} on the screen, but {[s.buttons for s in self.shown.values()]}")


def carries(text: str, word: str) -> bool:
    """The word stands whole in a button's text, perhaps beside an emoji or a number."""
    have, want = text.split(), word.split()
    return any(have[start : start + len(want)] == want for start in range(len(have)))


def look(number: int, rendered: Rendered, topic: int | None) -> Shown:
    """What Telegram would show of it."""
    match rendered:
        case Text(parts, keyboard):
            assert parts, "an empty message"
            html = "\n".join(parts)
            return Shown(number, markup.plain(html), html, keyboard, topic=topic)
        case Rich(html, keyboard):
            return Shown(number, markup.plain(html), html, keyboard, topic=topic)
        case Album(media, caption, keyboard):
            return Shown(number, markup.plain(caption), caption, keyboard, media=media, topic=topic)
        case File(sha256, name, caption, keyboard):
            text = f"{name}\n{markup.plain(caption)}".strip()
            return Shown(number, text, caption, keyboard, file=sha256, topic=topic)
        case Toast():
            raise AssertionError("a toast is no message")
