"""docs/life.svg: states and the moves between them, from the table. Each arrow has its place here; none may be missing."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from bot.domain.history import Action
from bot.domain.issue import AT_THE_UNIT, Status
from bot.domain.moves import BEFORE_UNIT, MOVES, Move
from tests.docs import wording

WIDTH, HEIGHT = 1300, 690
BOX = (128, 52)
PLACES = {  # state → centre of its box
    Status.REPORTED: (110, 300),
    Status.REGISTERED: (290, 300),
    Status.VERIFIED: (470, 300),
    Status.RETURNED: (290, 420),
    Status.ASSIGNED: (740, 300),
    Status.ACCEPTED: (740, 420),
    Status.RESOLVED: (980, 360),
    Status.CLEARED: (1200, 360),
    Status.SUSPENDED: (515, 90),
    Status.REJECTED: (190, 610),
    Status.MERGED: (515, 610),
}
ENDS = {Status.CLEARED, Status.REJECTED, Status.MERGED}
DESK, UNIT = "desk", "unit"
AREAS = {  # group → its frame: x, y, width, height
    DESK: (30, 225, 520, 260),
    UNIT: (660, 225, 160, 260),
}
GROUPS = ((BEFORE_UNIT, DESK), (AT_THE_UNIT, UNIT))
TITLES = {DESK: "在专班 at the desk", UNIT: "在责任单位 at the unit"}


@dataclass(frozen=True)
class Route:
    """Where an arrow runs, as an SVG path, and where its words stand (their middle, or `start`/`end` of the line)."""

    path: str
    at: tuple[int, int]
    anchor: str = "middle"


ROUTES: dict[tuple[str, str], Route] = {
    (Status.REPORTED, Status.REGISTERED): Route("M174 300 H222", (200, 262)),
    (Status.REGISTERED, Status.VERIFIED): Route("M354 300 H402", (380, 262)),
    (Status.VERIFIED, Status.ASSIGNED): Route("M534 300 H672", (606, 262)),
    (Status.RETURNED, Status.ASSIGNED): Route("M354 412 H620 V314 H672", (420, 374)),
    (UNIT, Status.RETURNED): Route("M660 466 H290 V450", (606, 482)),
    (UNIT, Status.ASSIGNED): Route("M712 225 V200 H752 V270", (706, 172), "start"),
    (Status.ASSIGNED, Status.ACCEPTED): Route("M740 326 V390", (748, 356), "start"),
    (UNIT, Status.RESOLVED): Route("M820 366 H912", (868, 384)),
    (Status.RESOLVED, Status.CLEARED): Route("M1044 360 H1132", (1090, 412)),
    (Status.RESOLVED, Status.ASSIGNED): Route("M980 334 V292 H808", (906, 252)),
    (Status.CLEARED, Status.ASSIGNED): Route("M1190 334 V200 H776 V270", (1000, 162)),
    (DESK, Status.REJECTED): Route("M190 485 V580", (198, 528), "start"),
    (DESK, Status.MERGED): Route("M470 485 V580", (462, 528), "end"),
    (UNIT, Status.MERGED): Route("M690 485 V602 H583", (682, 564), "end"),
    (DESK, Status.SUSPENDED): Route("M470 225 V120", (462, 166), "end"),
    (UNIT, Status.SUSPENDED): Route("M676 225 V84 H583", (684, 116), "start"),
    (Status.SUSPENDED, ""): Route("M530 116 V182", (538, 146), "start"),
    (DESK, Status.CLEARED): Route("M70 225 V30 H1216 V330", (860, 40)),
    (UNIT, Status.CLEARED): Route("M770 485 V540 H1200 V390", (1000, 502)),
    (Status.MERGED, Status.ASSIGNED): Route("M515 636 V664 H1280 V200 H1190", (900, 626)),
    (Status.REJECTED, Status.ASSIGNED): Route("M190 636 V664 H515", (350, 626)),
}
JOINING = {(Status.MERGED, Status.ASSIGNED), (Status.REJECTED, Status.ASSIGNED)}  # end in another arrow, not at a state
STYLE = """
text { font-family: "Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif; fill: #1f2933 }
.zh { font-size: 15px; font-weight: 600 } .en { font-size: 12px }
.word { paint-order: stroke; stroke: #fff; stroke-width: 5px; stroke-linejoin: round }
.state { fill: #eef4ff; stroke: #2f5fb3; stroke-width: 1.5 } .end { fill: #eef8ee; stroke: #2f8f4e; stroke-width: 2.5 }
.area { fill: #fafafa; stroke: #b5bcc7; stroke-dasharray: 6 4 } .arrow { fill: none; stroke: #56606e; stroke-width: 1.5 }
.back { stroke-dasharray: 5 4 }
"""


def picture() -> str:
    """The whole drawing."""
    areas = "".join(_area(name) for name in AREAS)
    drawn = arrows()
    lines = "".join(_line(pair) for pair in drawn)
    boxes = "".join(_box(status) for status in PLACES)
    labels = "".join(_label(pair, actions) for pair, actions in drawn.items())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="States and moves of an issue">\n<style>{STYLE}</style>\n'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="4" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="#56606e"/></marker></defs>\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>\n{areas}{lines}{boxes}{labels}</svg>\n'
    )


def _area(name: str) -> str:
    x, y, width, height = AREAS[name]
    return (
        f'<rect class="area" x="{x}" y="{y}" width="{width}" height="{height}" rx="14"/>'
        f'<text class="en" x="{x + 12}" y="{y + height - 8}">{escape(TITLES[name])}</text>\n'
    )


def _line(pair: tuple[str, str]) -> str:
    tip = "" if pair in JOINING else ' marker-end="url(#tip)"'
    kind = "arrow back" if pair[1] == "" else "arrow"
    return f'<path class="{kind}" d="{ROUTES[pair].path}"{tip}/>\n'


def _box(status: Status) -> str:
    (x, y), (width, height) = PLACES[status], BOX
    chinese, english = wording.state(status)
    kind = "end" if status in ENDS else "state"
    return (
        f'<rect class="{kind}" x="{x - width // 2}" y="{y - height // 2}" width="{width}" height="{height}" rx="10"/>'
        f"{_text(x, y - 3, 'middle', 'zh', chinese)}{_text(x, y + 15, 'middle', 'en', english)}\n"
    )


def _label(pair: tuple[str, str], actions: Sequence[Action]) -> str:
    """Chinese over English; several moves on one arrow side by side."""
    named = [wording.move(action) for action in sorted(actions)]
    route = ROUTES[pair]
    (x, y), anchor = route.at, route.anchor
    chinese = _text(x, y, anchor, "zh word", " · ".join(zh for zh, _ in named))
    return chinese + _text(x, y + 15, anchor, "en word", " · ".join(en for _, en in named)) + "\n"


def _text(x: int, y: int, anchor: str, kind: str, words: str) -> str:
    return f'<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}">{escape(words)}</text>'


def arrows() -> dict[tuple[str, str], list[Action]]:
    """From a state or a whole group to a state ('' is where it was): the moves that lead there."""
    found: dict[tuple[str, str], list[Action]] = defaultdict(list)
    for action, move in MOVES.items():
        if move.moves():
            for source in _sources(move):
                found[source, move.end or ""].append(action)
    return found


def _sources(move: Move) -> list[str]:
    left, found = set(move.start), []
    for group, name in GROUPS:
        if group <= left:
            found.append(name)
            left -= group
    return [*found, *(status for status in Status if status in left)]
