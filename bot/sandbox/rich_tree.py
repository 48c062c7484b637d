"""The HTML of rich messages as a checked tree: known tags, balanced, each where it belongs (Bot API 10.1)."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.sandbox.errors import unparsable
from bot.sandbox.tags import RICH_NAMED, End, Start, Text, tokens

STYLES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "mark": "marked",
    "sub": "subscript",
    "sup": "superscript",
}
INLINE = frozenset(STYLES) | {"a", "br", "tg-emoji", "tg-time", "tg-math", "tg-reference"}
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
MEDIA = frozenset({"img", "video", "audio"})
BLOCKS = frozenset(
    {*HEADINGS, *MEDIA, "p", "pre", "footer", "hr", "ul", "ol", "blockquote", "aside", "details", "table", "figure"}
    | {"tg-map", "tg-collage", "tg-slideshow", "tg-math-block"}
)
VOID = frozenset({"br", "hr", "img", "input", "tg-map"})
ROWS = frozenset({"table", "thead", "tbody", "tfoot"})
# a tag → the only tags it may stand in
INSIDE = {
    "li": frozenset({"ul", "ol"}),
    "input": frozenset({"li"}),
    "summary": frozenset({"details"}),
    "caption": frozenset({"table"}),
    "thead": frozenset({"table"}),
    "tbody": frozenset({"table"}),
    "tfoot": frozenset({"table"}),
    "tr": ROWS,
    "td": frozenset({"tr"}),
    "th": frozenset({"tr"}),
    "figcaption": frozenset({"figure", "tg-collage", "tg-slideshow"}),
    "cite": frozenset({"blockquote", "aside", "figcaption"}),
}
# what holds blocks; everything else holds text only
CONTAINERS = frozenset({"", "li", "blockquote", "details", "figure", "tg-collage", "tg-slideshow"})
KNOWN = INLINE | BLOCKS | frozenset(INSIDE)


@dataclass
class Node:
    """An element; the root's name is empty."""

    name: str
    offset: int = 0
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Node | str"] = field(default_factory=list)

    def nodes(self, *names: str) -> Iterator["Node"]:
        """Child elements of these names."""
        return (child for child in self.children if isinstance(child, Node) and child.name in names)

    def first(self, name: str) -> "Node | None":
        """The first child element of a name."""
        return next(self.nodes(name), None)

    def without(self, *names: str) -> list["Node | str"]:
        """Children, elements of these names left out."""
        return [c for c in self.children if isinstance(c, str) or c.name not in names]


def tree(source: str) -> Node:
    """The root of a text; ApiError 400 `can't parse entities: …`."""
    stack = [Node("")]
    for token in tokens(source, KNOWN, RICH_NAMED):
        if isinstance(token, Text):
            stack[-1].children.append(token.value)
        elif isinstance(token, Start):
            _start(stack, token)
        else:
            _end(stack, token)
    if len(stack) > 1:
        raise unparsable(f'Can\'t find end tag corresponding to start tag "{stack[-1].name}"')
    return stack[0]


def _start(stack: list[Node], tag: Start) -> None:
    check_place(stack[-1].name, tag)
    node = Node(tag.name, tag.offset, tag.attributes)
    stack[-1].children.append(node)
    if tag.name not in VOID and not tag.closed:
        stack.append(node)


def check_place(parent: str, tag: Start) -> None:
    """Whether a tag may stand in its parent."""
    allowed = INSIDE.get(tag.name)
    misplaced = allowed is not None and parent not in allowed
    if tag.name in BLOCKS and parent not in CONTAINERS:
        misplaced = True
    if tag.name in INLINE and parent in {"table", "thead", "tbody", "tfoot", "tr", "ul", "ol"}:
        misplaced = True
    if misplaced:
        place = f'inside "{parent}"' if parent else "at the top level"
        raise unparsable(f'Unexpected tag "{tag.name}" {place} at byte offset {tag.offset}')


def _end(stack: list[Node], tag: End) -> None:
    if len(stack) == 1:
        raise unparsable(f"Unexpected end tag at byte offset {tag.offset}")
    begun = stack.pop()
    if tag.name and tag.name != begun.name:
        expected = f'expected "</{begun.name}>", found "</{tag.name}>"'
        raise unparsable(f"Unmatched end tag at byte offset {tag.offset}, {expected}")
