"""docs/permissions.md, written from the code: `python -m tests.permissions_page` writes it anew."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from bot.domain.commands import COMMANDS, Command
from bot.domain.history import Action
from bot.domain.moves import MOVES, NEVER_ONES_OWN, OVER_THE_UNIT, UNDO_BY, Named
from bot.domain.organisation import Role
from bot.domain.permissions import COMMANDS as ACCESSES
from bot.domain.permissions import Access

PAGE = Path(__file__).parent.parent / "docs" / "permissions.md"
_INTRO = """# Who may do what

Written from the code by `python -m tests.permissions_page`; a test fails when it is out of date. Another presses every button and
sends every command as every role, member and outsider, in private and in groups, before and after access is revoked
(`tests/handlers/test_matrix.py`).

A role is held for a scope; one person may hold several. Whoever presses is looked up by their account's number at each press, in
groups too: the chat's own admin rights, forwarded commands and old buttons carry no authority. Who has left, or whose access was
revoked, may nothing from the next press on.

| scope | the issues in it |
|---|---|
| `city` | all |
| `district` | those of projects in the district |
| `unit` | those it must solve, those it reported, those of projects it owns |
| `project` | those of the project |

Everybody sees their own: what they reported, and what their name is on. A role shows what lies in its scope. An outsider sees
nothing; who came through a service card reports, and sees their own reports.
"""
_NAMED = {
    Named.REPORTER: "who reported it",
    Named.ASSIGNEE: "whose name is on it, while in charge at its unit",
    Named.BOTH: "who reported it, and whose name is on it",
    Named.UNIT_LEADER: "the leader of exactly its responsible unit",
}
_BESIDES = {
    Access.VIEW: "open an issue's card",
    Access.ACCOUNTS: "invite, revoke, grant an erasure (where there is no administrator, clerks grant erasures)",
}


def page() -> str:
    """The whole page."""
    parts = [
        _INTRO,
        "## Commands\n",
        *_commands(),
        "\n## Besides commands\n",
        *_besides(),
        "\n## Steps of an issue\n",
        *_steps(),
    ]
    return "\n".join(parts) + "\n"


def _commands() -> list[str]:
    return [*_head("command", "where"), *(row for c in COMMANDS for row in _rows(c))]


def _rows(command: Command) -> list[str]:
    """One; two where a group asks for another role."""
    places = [name for name, there in (("private", command.private), ("groups", command.group)) if there]
    roles = {place: _of(command.asks(group=place == "groups")) for place in places}
    if command.group_access is None:
        return [_row(f"`/{command.name}`", " and ".join(places), roles=roles[places[0]])]
    return [_row(f"`/{command.name}`", place, roles=roles[place]) for place in places]


def _of(access: Access | None) -> Iterable[Role] | None:
    return None if access is None else ACCESSES[access]


def _besides() -> list[str]:
    used = {command.access for command in COMMANDS}
    rows = [
        _row(_BESIDES.get(access, access.value), "private", roles=ACCESSES.get(access, frozenset(Role)))
        for access in Access
        if access not in used
    ]
    taking_over = _row(
        "take over a case another clerk has in hand", "private and groups", roles=MOVES[Action.CATEGORISE].roles
    )
    return [*_head("what", "where"), *rows, taking_over]


def _steps() -> list[str]:
    rows = [
        _row(f"`{action.value}`", _by_name(action), roles=(UNDO_BY if action is Action.UNDO else MOVES[action].roles))
        for action in Action
        if action in MOVES or action is Action.UNDO
    ]
    return [*_head("step", "by name"), *rows]


def _by_name(action: Action) -> str:
    said = [_NAMED[named] for named in Named if action in MOVES and named in MOVES[action].named]
    if action in MOVES and MOVES[action].by_system:
        said.append("the system")
    if action in OVER_THE_UNIT:
        said.append("a unit's role counts for what the unit must solve only")
    if action in NEVER_ONES_OWN:
        said.append("never on what one's own name is on")
    return "; ".join(said)


def _head(*names: str) -> list[str]:
    columns = [*names, *(f"`{role.value}`" for role in Role)]
    return [_line(columns), "|" + "---|" * len(columns)]


def _row(*cells: str, roles: Iterable[Role] | None) -> str:
    """`roles` None: everybody we know."""
    held = set(Role) if roles is None else set(roles)
    return _line([*cells, *("✓" if role in held else "" for role in Role)])


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
