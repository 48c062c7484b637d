"""Telegram's HTML subset as text of a measured length: split, clipped and stripped without ever cutting a tag.

Lengths are UTF-16 units after entity parsing, the unit of the Bot API's limits (an emoji counts two).
"""

import html
import re
from dataclasses import dataclass
from html.parser import HTMLParser

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
TOAST_LIMIT = 200
_TAG = re.compile(r"<[^>]*>")


def units(text: str) -> int:
    """The length of a text as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def cut(text: str, limit: int) -> str:
    """The longest beginning of at most `limit` units that ends between characters."""
    return text.encode("utf-16-le")[: limit * 2].decode("utf-16-le", "ignore")


def clip(text: str, limit: int) -> str:
    """At most `limit` units, with an ellipsis where something is missing."""
    return text if units(text) <= limit else cut(text, limit - 1).rstrip() + "…"


def plain(source: str) -> str:
    """The text without its tags, entities resolved."""
    return "".join(token.text for token in _Tokens.of(source))


def split(source: str, limit: int = TEXT_LIMIT) -> list[str]:
    """Parts of at most `limit` units each, cut on line borders (a longer line is cut anyway), tags balanced in each.

    What has room with all its tags is one part as it stands: nearly everything, and reading HTML takes its time.
    """
    if units(source) <= limit and _TAG.sub("", source).strip():
        return [source]
    splitter = _Splitter(limit)
    for token in _Tokens.of(source):
        splitter.take(token)
    return splitter.finish()


def clip_html(source: str, limit: int = CAPTION_LIMIT) -> str:
    """The source, or as many of its first lines as fit, with an ellipsis."""
    if units(plain(source)) <= limit:
        return source
    return f"{split(source, limit - 1)[0]}…"


@dataclass(frozen=True, slots=True)
class _Token:
    """A tag (`raw` as written, `tag` its name, `closes` or not) or a piece of text (unescaped)."""

    text: str = ""
    raw: str = ""
    tag: str = ""
    closes: bool = False


class _Tokens(HTMLParser):
    """Reads a source into tokens; neighbouring pieces of text may come apart."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[_Token] = []

    @classmethod
    def of(cls, source: str) -> list[_Token]:
        parser = cls()
        parser.feed(source)
        parser.close()
        return parser.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An opening tag, kept as it was written."""
        self.found.append(_Token(raw=self.get_starttag_text() or "", tag=tag))

    def handle_endtag(self, tag: str) -> None:
        """A closing tag."""
        self.found.append(_Token(raw=f"</{tag}>", tag=tag, closes=True))

    def handle_data(self, data: str) -> None:
        """Text, entities resolved."""
        self.found.append(_Token(text=data))


@dataclass(frozen=True, slots=True)
class _Border:
    """The end of a line within the part being built: where in the pieces, and which tags are open there."""

    pieces: int
    stack: tuple[_Token, ...]
    length: int


class _Splitter:
    """Collects pieces; when a part would grow over the limit, closes it at its last line border."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._pieces: list[str] = []
        self._stack: list[_Token] = []
        self._length = 0
        self._border: _Border | None = None
        self._parts: list[str] = []

    def take(self, token: _Token) -> None:
        if token.text:
            for line in token.text.splitlines(keepends=True):
                self._take_line(line)
            return
        self._pieces.append(token.raw)
        if not token.closes:
            self._stack.append(token)
        elif self._stack and self._stack[-1].tag == token.tag:
            self._stack.pop()

    def finish(self) -> list[str]:
        self._close(_Border(len(self._pieces), tuple(self._stack), self._length))
        return self._parts

    def _take_line(self, line: str) -> None:
        while self._length + units(line.rstrip("\n")) > self._limit:
            line = self._make_room(line)
        self._pieces.append(html.escape(line, quote=False))
        self._length += units(line)
        if line.endswith("\n"):
            self._border = _Border(len(self._pieces), tuple(self._stack), self._length)

    def _make_room(self, line: str) -> str:
        """Close a part; returns what is left of the line. A line longer than a part gives its beginning to this one."""
        if self._border is not None:
            self._close(self._border)
            return line
        head = cut(line, self._limit - self._length)
        self._pieces.append(html.escape(head, quote=False))
        self._length += units(head)
        self._close(_Border(len(self._pieces), tuple(self._stack), self._length))
        return line[len(head) :]

    def _close(self, border: _Border) -> None:
        """Everything up to the border becomes a part; the rest begins the next, in the same tags."""
        closing = "".join(f"</{token.tag}>" for token in reversed(border.stack))
        part = "".join(self._pieces[: border.pieces]).rstrip() + closing
        if plain(part).strip():
            self._parts.append(part)
        self._pieces = [token.raw for token in border.stack] + self._pieces[border.pieces :]
        self._length -= border.length
        self._border = None
