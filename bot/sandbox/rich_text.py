"""The text inside rich messages: elements become the API's RichText (a string, a list, or an object)."""

import re
from collections.abc import Iterable
from typing import Any

from bot.sandbox.entities import TIME_FORMAT
from bot.sandbox.errors import Json, unparsable
from bot.sandbox.rich_tree import STYLES, Node
from bot.sandbox.text import units

RichText = str | list[Any] | Json
SPACE = re.compile(r"[ \t\r\n]+")


def rich_text(children: Iterable[Node | str], *, verbatim: bool = False) -> RichText:
    """The RichText of mixed children; white space runs together unless `verbatim`."""
    parts: list[Any] = []
    for child in children:
        part = child if verbatim and isinstance(child, str) else _part(child, verbatim=verbatim)
        if isinstance(part, str) and parts and isinstance(parts[-1], str):
            parts[-1] += part
        elif part != "":
            parts.append(part)
    parts = parts if verbatim else _trimmed(parts)
    return "" if not parts else parts[0] if len(parts) == 1 else parts


def _trimmed(parts: list[Any]) -> list[Any]:
    """Outer white space gone."""
    if parts and isinstance(parts[0], str):
        parts[0] = parts[0].lstrip()
    if parts and isinstance(parts[-1], str):
        parts[-1] = parts[-1].rstrip()
    return [part for part in parts if part != ""]


def _part(child: Node | str, *, verbatim: bool) -> Any:
    if isinstance(child, str):
        return SPACE.sub(" ", child)
    if child.name == "br":
        return "\n"
    inner = rich_text(child.children, verbatim=verbatim or child.name == "code")
    if child.name in STYLES:
        return {"type": STYLES[child.name], "text": inner}
    return SPECIAL[child.name](child, inner)


def _link(node: Node, inner: RichText) -> Json:
    if "name" in node.attributes and "href" not in node.attributes:
        return {"type": "anchor", "name": node.attributes["name"]}
    href = node.attributes.get("href", "")
    if href.startswith("#"):
        return {"type": "anchor_link", "text": inner, "anchor_name": href[1:]}
    for prefix, kind in (("mailto:", "email_address"), ("tel:", "phone_number")):
        if href.startswith(prefix):
            return {"type": kind, "text": inner, kind: href.removeprefix(prefix)}
    if not href:
        raise unparsable(f'Tag "a" must have attribute "href" or "name" at byte offset {node.offset}')
    return {"type": "url", "text": inner, "url": href}


def _emoji(node: Node, inner: RichText) -> Json:
    return {"type": "custom_emoji", "custom_emoji_id": need(node, "emoji-id"), "alternative_text": plain(inner)}


def _time(node: Node, inner: RichText) -> Json:
    unix, layout = need(node, "unix"), node.attributes.get("format", "")
    if not unix.isdecimal() or not TIME_FORMAT.fullmatch(layout):
        raise unparsable(f'Invalid date or format in the tag "tg-time" at byte offset {node.offset}')
    return {"type": "date_time", "text": inner, "unix_time": int(unix), "date_time_format": layout}


def _math(_node: Node, inner: RichText) -> Json:
    return {"type": "mathematical_expression", "expression": plain(inner)}


def _reference(node: Node, inner: RichText) -> Json:
    return {"type": "reference", "text": inner, "name": need(node, "name")}


SPECIAL = {"a": _link, "tg-emoji": _emoji, "tg-time": _time, "tg-math": _math, "tg-reference": _reference}


def need(node: Node, name: str) -> str:
    """An attribute an element can't do without."""
    value = node.attributes.get(name)
    if not value:
        raise unparsable(f'Tag "{node.name}" must have attribute "{name}" at byte offset {node.offset}')
    return value


def plain(text: Any) -> str:
    """The characters of a RichText."""
    if isinstance(text, str):
        return text
    if isinstance(text, list):
        return "".join(plain(item) for item in text)
    return plain(text.get("text", text.get("alternative_text", text.get("expression", ""))))


def length(text: Any) -> int:
    """UTF-16 code units."""
    return units(plain(text))
