"""`parse_mode=HTML`: a marked-up text becomes a plain one and its entities (offsets in UTF-16 code units)."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from bot.sandbox.errors import Json, bad_request, unparsable
from bot.sandbox.tags import End, Start, Text, tokens
from bot.sandbox.text import detect, in_order, in_range, trim, units

SIMPLE = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "u": "underline",
    "ins": "underline",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
}
TAGS = frozenset(SIMPLE) | {"a", "tg-emoji", "tg-time", "blockquote"}
TIME_FORMAT = re.compile(r"r|w?[dD]?[tT]?")


@dataclass(frozen=True)
class Open:
    """A tag waiting for its end: where its text began, in UTF-16 code units and in characters."""

    tag: Start
    offset: int
    index: int


class HtmlReader:
    """Reads one text; `text` and `entities` are the result."""

    def __init__(self, source: str) -> None:
        self.text = ""
        self.entities: list[Json] = []
        self._length = 0
        self._open: list[Open] = []
        for token in tokens(source, TAGS):
            if isinstance(token, Text):
                self.text += token.value
                self._length += units(token.value)
            elif isinstance(token, Start):
                self._start(token)
            else:
                self._end(token)
        if self._open:
            raise unparsable(f'Can\'t find end tag corresponding to start tag "{self._open[-1].tag.name}"')

    def _start(self, tag: Start) -> None:
        if tag.name == "span" and tag.attributes.get("class") != "tg-spoiler":
            raise unparsable(f'Tag "span" must have class "tg-spoiler" at byte offset {tag.offset}')
        self._open.append(Open(tag, self._length, len(self.text)))

    def _end(self, end: End) -> None:
        if not self._open:
            raise unparsable(f"Unexpected end tag at byte offset {end.offset}")
        begun = self._open.pop()
        if end.name and end.name != begun.tag.name:
            expected = f'expected "</{begun.tag.name}>", found "</{end.name}>"'
            raise unparsable(f"Unmatched end tag at byte offset {end.offset}, {expected}")
        if self._length > begun.offset:
            self._close(begun)

    def _close(self, begun: Open) -> None:
        place = {"offset": begun.offset, "length": self._length - begun.offset}
        if begun.tag.name == "code" and self._joins_pre(begun):
            return
        entity = self._entity(begun)
        if entity:
            self.entities.append(entity | place)

    def _joins_pre(self, begun: Open) -> bool:
        """`<pre><code class="language-x">`: the code's class names the language of the whole."""
        language = begun.tag.attributes.get("class", "").removeprefix("language-")
        parent = self._open[-1] if self._open else None
        if not language or not parent or parent.tag.name != "pre" or parent.offset != begun.offset:
            return False
        parent.tag.attributes["language"] = language
        return True

    def _entity(self, begun: Open) -> Json | None:
        tag, inner = begun.tag, self.text[begun.index :]
        match tag.name:
            case "a":
                return link(tag.attributes.get("href") or inner)
            case "blockquote":
                return {"type": "expandable_blockquote" if "expandable" in tag.attributes else "blockquote"}
            case "tg-emoji":
                return {"type": "custom_emoji", "custom_emoji_id": required(tag, "emoji-id")}
            case "tg-time":
                return date_time(tag)
            case "pre" if "language" in tag.attributes:
                return {"type": "pre", "language": tag.attributes["language"]}
        return {"type": SIMPLE[tag.name]}


def link(url: str) -> Json | None:
    """A link, a mention of a user by id, or nothing for what is no address (Telegram drops it silently)."""
    parts = urlsplit(url if "://" in url or url.startswith("mailto:") else f"http://{url}")
    if parts.scheme == "tg" and parts.netloc == "user":
        user_id = parse_qs(parts.query).get("id", ["0"])[0]
        if not user_id.isdecimal():
            return None
        return {"type": "text_mention", "user": {"id": int(user_id), "is_bot": False, "first_name": "…"}}
    if parts.scheme not in {"http", "https", "tg", "ton", "mailto"} or " " in url:
        return None
    if parts.scheme in {"http", "https"} and "." not in parts.netloc and parts.hostname != "localhost":
        return None
    return {"type": "text_link", "url": parts.geturl() if parts.path or parts.query else f"{parts.geturl()}/"}


def required(tag: Start, name: str) -> str:
    """An attribute a tag can't do without."""
    value = tag.attributes.get(name)
    if not value:
        raise unparsable(f'Tag "{tag.name}" must have attribute "{name}" at byte offset {tag.offset}')
    return value


def date_time(tag: Start) -> Json:
    """`<tg-time unix="1790000000" format="wDT">`."""
    unix, layout = required(tag, "unix"), tag.attributes.get("format", "")
    if not unix.isdecimal():
        raise unparsable(f'Invalid unix time in the tag "tg-time" at byte offset {tag.offset}')
    if not TIME_FORMAT.fullmatch(layout):
        raise unparsable(f'Invalid date-time format in the tag "tg-time" at byte offset {tag.offset}')
    return {"type": "date_time", "unix_time": int(unix), "date_time_format": layout}


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Plain text and entities, neither trimmed nor enriched; ApiError 400 `can't parse entities: …`."""
    reader = HtmlReader(source)
    return reader.text, in_order(reader.entities)


def formatted(source: str, parse_mode: str | None, given: list[Json] | None) -> tuple[str, list[Json]]:
    """A text as Telegram keeps it: parsed, trimmed, its links and commands recognised."""
    text, entities = source, list(given or [])
    if parse_mode:
        if parse_mode.lower() != "html":
            raise bad_request(f"unsupported parse_mode (the sandbox reads HTML, not {parse_mode})")
        text, entities = parse_html(source)
    elif not in_range(text, entities):
        raise bad_request("entity beyond the end of the text")
    text, entities = trim(text, entities)
    return text, detect(text, entities)
