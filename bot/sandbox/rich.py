"""Rich messages: HTML becomes the API's RichBlocks (Bot API 10.1: 32,768 characters, 20 columns)."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from bot.sandbox.errors import Json, bad_request, unparsable
from bot.sandbox.rich_text import need, plain, rich_text
from bot.sandbox.rich_tree import HEADINGS, INLINE, MEDIA, Node, tree
from bot.sandbox.text import units

LONGEST = 32_768
COLUMNS = 20
NUMBER = re.compile(r"-?\d{1,9}(\.\d+)?")


def rich_message(given: Json) -> Json:
    """The API's RichMessage of an InputRichMessage; ApiError 400."""
    if ("html" in given) == ("markdown" in given):
        raise bad_request("exactly one of the fields html or markdown must be used")
    if "markdown" in given:
        raise bad_request("rich Markdown is not played in the sandbox; use html")
    blocks = blocks_of(tree(given["html"]).children)
    text = flat(blocks)
    if not blocks:
        raise bad_request("message text is empty")
    if units(text) > LONGEST:
        raise bad_request("message is too long")
    return {"blocks": blocks} | ({"is_rtl": True} if given.get("is_rtl") else {})


def blocks_of(children: Iterable[Node | str]) -> list[Json]:
    """Elements as blocks; text between them as paragraphs."""
    blocks: list[Json] = []
    run: list[Node | str] = []
    for child in children:
        if isinstance(child, str) or (child.name in INLINE and not anchor(child)):
            run.append(child)
            continue
        blocks += paragraph(run)
        run = []
        blocks.append(BUILDERS[child.name](child))
    return blocks + paragraph(run)


def anchor(node: Node) -> bool:
    """`<a name="…"></a>` between blocks is a block."""
    return node.name == "a" and "name" in node.attributes and not node.children


def paragraph(run: list[Node | str]) -> list[Json]:
    """One paragraph, or none for white space."""
    text = rich_text(run)
    return [{"type": "paragraph", "text": text}] if text != "" else []


def text_block(kind: str) -> Callable[[Node], Json]:
    """A block that is its text."""

    def build(node: Node) -> Json:
        return {"type": kind, "text": rich_text(node.children)}

    return build


def _heading(node: Node) -> Json:
    return {"type": "heading", "text": rich_text(node.children), "size": int(node.name[1])}


def _pre(node: Node) -> Json:
    code = node.first("code")
    language = code.attributes.get("class", "").removeprefix("language-") if code else ""
    inner = code.children if code and len(node.children) == 1 else node.children
    block = {"type": "pre", "text": rich_text(inner, verbatim=True)}
    return block | ({"language": language} if language else {})


def _plain(kind: str) -> Callable[[Node], Json]:
    def build(node: Node) -> Json:
        return {"type": kind, "expression": plain(rich_text(node.children, verbatim=True))}

    return build


def _list(node: Node) -> Json:
    start = node.attributes.get("start", "1")
    first = int(start) if start.isdecimal() else 1
    ordered = node.name == "ol"
    return {"type": "list", "items": [_item(i, first + n, ordered) for n, i in enumerate(node.nodes("li"))]}


def _item(node: Node, number: int, ordered: bool) -> Json:
    item: Json = {"label": f"{number}." if ordered else "•", "blocks": blocks_of(node.without("input"))}
    box = node.first("input")
    if box:
        item |= {"has_checkbox": True} | ({"is_checked": True} if "checked" in box.attributes else {})
    return item | ({"value": number, "type": "1"} if ordered else {})


def credit(node: Node) -> Json:
    """`<cite>` of a quotation or caption."""
    cite = node.first("cite")
    return {"credit": rich_text(cite.children)} if cite else {}


def _quote(node: Node) -> Json:
    return {"type": "blockquote", "blocks": blocks_of(node.without("cite"))} | credit(node)


def _aside(node: Node) -> Json:
    return {"type": "pullquote", "text": rich_text(node.without("cite"))} | credit(node)


def _details(node: Node) -> Json:
    summary = node.first("summary")
    if summary is None:
        raise unparsable(f'Tag "details" must have a "summary" at byte offset {node.offset}')
    block = {"type": "details", "summary": rich_text(summary.children)}
    block["blocks"] = blocks_of(node.without("summary"))
    return block | ({"is_open": True} if "open" in node.attributes else {})


def _table(node: Node) -> Json:
    groups = [node, *node.nodes("thead", "tbody", "tfoot")]
    rows = [row for group in groups for row in group.nodes("tr")]
    if not rows:
        raise unparsable(f'Tag "table" must have rows at byte offset {node.offset}')
    block: Json = {"type": "table", "cells": [[_cell(c) for c in row.nodes("td", "th")] for row in rows]}
    if any(sum(cell.get("colspan", 1) for cell in row) > COLUMNS for row in block["cells"]):
        raise bad_request("RICH_MESSAGE_TABLE_COLUMNS_TOO_MUCH")
    caption = node.first("caption")
    flags = {f"is_{name}": True for name in ("bordered", "striped") if name in node.attributes}
    return block | flags | ({"caption": rich_text(caption.children)} if caption else {})


def _cell(node: Node) -> Json:
    header = node.name == "th"
    cell: Json = {
        "align": _one_of(node, "align", ("left", "center", "right"), "center" if header else "left"),
        "valign": _one_of(node, "valign", ("top", "middle", "bottom"), "middle"),
    }
    text = rich_text(node.children)
    cell |= ({"text": text} if text != "" else {}) | ({"is_header": True} if header else {})
    spans = {name: int(number(node, name, "1")) for name in ("colspan", "rowspan")}
    return cell | {name: span for name, span in spans.items() if span > 1}


def _one_of(node: Node, name: str, allowed: tuple[str, ...], default: str) -> str:
    value = node.attributes.get(name, default)
    if value not in allowed:
        raise unparsable(f'Invalid attribute "{name}" in the tag "{node.name}" at byte offset {node.offset}')
    return value


def _map(node: Node) -> Json:
    latitude, longitude = number(node, "lat"), number(node, "long")
    zoom = int(number(node, "zoom", "15"))
    if abs(latitude) > 90 or abs(longitude) > 180 or not 13 <= zoom <= 20:
        raise bad_request("wrong location or zoom of a map")
    point = {"latitude": latitude, "longitude": longitude}
    return {"type": "map", "location": point, "zoom": zoom, "width": 640, "height": 320}


def number(node: Node, name: str, default: str | None = None) -> float:
    """An attribute that is a number; required without a default."""
    value = node.attributes.get(name, default) or need(node, name)
    if not NUMBER.fullmatch(value):
        raise unparsable(f'Invalid attribute "{name}" in the tag "{node.name}" at byte offset {node.offset}')
    return float(value)


def _figure(node: Node) -> Json:
    inner = blocks_of(node.without("figcaption"))
    if len(inner) != 1:
        raise unparsable(f'Tag "figure" must hold exactly one element at byte offset {node.offset}')
    return inner[0] | _caption(node)


def _caption(node: Node) -> Json:
    caption = node.first("figcaption")
    return {"caption": {"text": rich_text(caption.without("cite"))} | credit(caption)} if caption else {}


def _gallery(node: Node) -> Json:
    blocks = blocks_of(node.without("figcaption"))
    return {"type": node.name.removeprefix("tg-"), "blocks": blocks} | _caption(node)


def _media(node: Node) -> Json:
    need(node, "src")
    raise bad_request("failed to get HTTP URL content")


def _anchor(node: Node) -> Json:
    return {"type": "anchor", "name": node.attributes["name"]}


def _divider(_node: Node) -> Json:
    return {"type": "divider"}


BUILDERS: dict[str, Callable[[Node], Json]] = {
    **dict.fromkeys(HEADINGS, _heading),
    **dict.fromkeys(MEDIA, _media),
    **dict.fromkeys(("ul", "ol"), _list),
    **dict.fromkeys(("tg-collage", "tg-slideshow"), _gallery),
    "p": text_block("paragraph"),
    "footer": text_block("footer"),
    "pre": _pre,
    "hr": _divider,
    "a": _anchor,
    "blockquote": _quote,
    "aside": _aside,
    "details": _details,
    "table": _table,
    "figure": _figure,
    "tg-map": _map,
    "tg-math-block": _plain("mathematical_expression"),
}


def flat(value: Any) -> str:
    """All the characters of a rich message, a line per block and per row of a table."""
    if isinstance(value, list):
        return "\n".join(filter(None, (flat(item) for item in value)))
    if not isinstance(value, dict):
        return ""
    if value.get("type") == "table":
        rows = [" | ".join(plain(c.get("text", "")) for c in row) for row in value["cells"]]
        return "\n".join([plain(value.get("caption", "")), *rows]).strip()
    parts = [plain(value[key]) for key in ("summary", "text", "expression") if key in value]
    parts += [flat(value[key]) for key in ("blocks", "items", "caption") if key in value]
    parts += [plain(value["credit"])] if "credit" in value else []
    return "\n".join(filter(None, parts))
