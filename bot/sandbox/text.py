"""Text as Telegram counts it (UTF-16 code units) and what it recognises in it by itself."""

import re
from collections.abc import Iterable

from bot.sandbox.errors import Json

# in order of precedence: a command inside an address isn't a command
DETECTORS = (
    ("url", re.compile(r"(?:https?://|tg://)[^\s<>\"'，。、；]+|(?<![\w@.])t\.me/[^\s<>\"'，。]+", re.ASCII)),
    ("email", re.compile(r"(?<![\w.])[\w.+-]+@[\w-]+\.[\w.-]*\w", re.ASCII)),
    ("bot_command", re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])")),
    ("mention", re.compile(r"(?<![\w@])@[A-Za-z][A-Za-z0-9_]{3,31}(?!\w)")),
    ("hashtag", re.compile(r"(?<![\w#])#(?=\w*[^\W\d])\w{1,256}")),
)
# nothing is recognised inside these
OPAQUE = frozenset({"code", "pre", "text_link", "text_mention", "url", "custom_emoji"})
KINDS = [
    "pre",
    "code",
    "blockquote",
    "expandable_blockquote",
    "text_link",
    "text_mention",
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "custom_emoji",
    "date_time",
]


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def part(text: str, offset: int, length: int) -> str:
    """The stretch an entity covers; offset and length in UTF-16 code units."""
    raw = text.encode("utf-16-le", "surrogatepass")
    return raw[offset * 2 : (offset + length) * 2].decode("utf-16-le", "replace")


def detect(text: str, given: Iterable[Json] = ()) -> list[Json]:
    """Entities Telegram adds unasked: links, addresses, commands, mentions, hashtags; sorted with the given ones."""
    found = list(given)
    taken = [(e["offset"], e["offset"] + e["length"]) for e in found if e["type"] in OPAQUE]
    for kind, pattern in DETECTORS:
        for match in pattern.finditer(text):
            start = units(text[: match.start()])
            end = start + units(match.group())
            if all(end <= a or start >= b for a, b in taken):
                taken.append((start, end))
                found.append({"type": kind, "offset": start, "length": end - start})
    return in_order(found)


def in_order(entities: Iterable[Json]) -> list[Json]:
    """By offset, the longer first, then in a fixed order of kinds, as the API lists them."""
    rank = {kind: number for number, kind in enumerate(KINDS)}
    return sorted(entities, key=lambda e: (e["offset"], -e["length"], rank.get(e["type"], 99)))


def trim(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Telegram cuts white space at both ends; the entities move along, empty ones vanish."""
    stripped = text.strip()
    cut = units(text[: len(text) - len(text.lstrip())])
    end = units(stripped)
    moved = []
    for entity in entities:
        start = max(entity["offset"] - cut, 0)
        stop = min(entity["offset"] + entity["length"] - cut, end)
        if stop > start:
            moved.append(entity | {"offset": start, "length": stop - start})
    return stripped, moved


def in_range(text: str, entities: list[Json]) -> bool:
    """Whether entities given by hand lie within the text."""
    total = units(text)
    return all(e["offset"] >= 0 and e["length"] > 0 and e["offset"] + e["length"] <= total for e in entities)
