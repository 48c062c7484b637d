"""Telegram's HTML dialect, cut into text, start tags and end tags; both kinds of markup are read from these."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.sandbox.errors import unparsable

NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
RICH_NAMED = NAMED | {"apos": "'", "nbsp": "\u00a0", "hellip": "…", "mdash": "—", "ndash": "–"}
REFERENCE = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-zA-Z]+));?")
START = re.compile(r"<([^\s>/]*)")
ATTRIBUTE = re.compile(r"""\s*([^\s=>/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9.-]+)))?""")
END = re.compile(r"</\s*([^\s>]*)\s*>")


@dataclass(frozen=True)
class Text:
    """Characters, references resolved."""

    value: str


@dataclass(frozen=True)
class Start:
    """`<name key="value">`; `offset` in bytes of UTF-8, as error messages count; `closed` for `<name/>`."""

    name: str
    offset: int
    attributes: dict[str, str] = field(default_factory=dict)
    closed: bool = False


@dataclass(frozen=True)
class End:
    """`</name>`; the name may be left out."""

    name: str
    offset: int


Token = Text | Start | End


def tokens(source: str, known: frozenset[str], named: dict[str, str] = NAMED) -> Iterator[Token]:
    """The tokens of a text; ApiError 400 for an unknown tag, one that doesn't end, or an unreadable attribute."""
    position = 0
    while position < len(source):
        if source[position] != "<":
            stop = source.find("<", position)
            stop = len(source) if stop < 0 else stop
            yield Text(resolve(source[position:stop], named))
            position = stop
        elif source.startswith("</", position):
            token, position = _end(source, position)
            yield token
        else:
            start, position = _start(source, position, known, named)
            yield start


def resolve(text: str, named: dict[str, str] = NAMED) -> str:
    """Character references become characters; unknown ones stay as they are."""

    def character(match: re.Match[str]) -> str:
        decimal, hexadecimal, name = match.groups()
        if name:
            return named.get(name, match.group())
        code = int(decimal) if decimal else int(hexadecimal, 16)
        return chr(code) if 0 < code <= 0x10FFFF and not 0xD800 <= code < 0xE000 else match.group()

    return REFERENCE.sub(character, text)


def byte_offset(source: str, position: int) -> int:
    """Where a character stands, in bytes of UTF-8."""
    return len(source[:position].encode("utf-8", "surrogatepass"))


def _end(source: str, position: int) -> tuple[End, int]:
    match = END.match(source, position)
    offset = byte_offset(source, position)
    if not match:
        raise unparsable(f"Unclosed end tag at byte offset {offset}")
    return End(match.group(1).lower(), offset), match.end()


def _start(source: str, position: int, known: frozenset[str], named: dict[str, str]) -> tuple[Start, int]:
    match = START.match(source, position)
    offset = byte_offset(source, position)
    if not match or match.end() >= len(source):
        raise unparsable(f"Unclosed start tag at byte offset {offset}")
    name, here = match.group(1).lower(), match.end()
    if name not in known:
        raise unparsable(f'Unsupported start tag "{name}" at byte offset {offset}')
    attributes: dict[str, str] = {}
    while True:
        here += len(source[here:]) - len(source[here:].lstrip())
        if source.startswith("/>", here):
            return Start(name, offset, attributes, closed=True), here + 2
        if source.startswith(">", here):
            return Start(name, offset, attributes), here + 1
        attribute = ATTRIBUTE.match(source, here)
        if here >= len(source):
            raise unparsable(f"Unclosed start tag at byte offset {offset}")
        if not attribute:
            raise unparsable(f'Empty attribute name in the tag "{name}" at byte offset {offset}')
        key, double, single, bare = attribute.groups()
        attributes[key.lower()] = resolve(double or single or bare or "", named)
        here = attribute.end()
