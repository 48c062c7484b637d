"""Where in a TOML file a key stands: the parser of the standard library does not say."""

import re
from collections import Counter

Where = tuple[str | int, ...]  # ("levels", "A"), ("ladder", 0, "days"): as one digs into the parsed value

_TABLE = re.compile(r"^\s*\[(?!\[)\s*([^\]]+?)\s*\]")
_TABLE_OF_MANY = re.compile(r"^\s*\[\[\s*([^\]]+?)\s*\]\]")
_KEY = re.compile(r"^\s*([\w.\"'-]+)\s*=")


def lines_of(text: str) -> dict[Where, int]:
    """The first line (1-based) of each table and key. Keys of inline tables have none of their own."""
    found: dict[Where, int] = {}
    table: Where = ()
    counts: Counter[str] = Counter()
    for number, line in enumerate(text.splitlines(), 1):
        if many := _TABLE_OF_MANY.match(line):
            table = (*_parts(many[1]), counts[many[1]])
            counts[many[1]] += 1
            found.setdefault(table, number)
            found.setdefault(table[:-1], number)
        elif single := _TABLE.match(line):
            table = _parts(single[1])
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault((*table, *_parts(key[1])), number)
    return found


def line_of(text: str, where: Where) -> int:
    """The line of a key, else of the nearest thing around it; 1 if there is none."""
    lines = lines_of(text)
    while where:
        if where in lines:
            return lines[where]
        where = where[:-1]
    return 1


def _parts(dotted: str) -> Where:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))
