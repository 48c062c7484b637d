"""The one table of commands."""

import pytest

from bot.domain.commands import COMMANDS, nearest, open_to, spoken
from bot.domain.organisation import Grant, Person, PersonId
from templates.catalogues import Catalogue


def person(*roles: str) -> Person:
    """Somebody with these roles."""
    return Person(PersonId(1), "X", "x", grants=frozenset(Grant.parse(role) for role in roles))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/my", ("my", "")),
        ("/MY@Some_bot 3", ("my", "Some_bot")),
        ("/issue\nXM", ("issue", "")),
        ("/3号楼", None),
        ("/", None),
        ("/ my", None),
        ("my", None),
        ("", None),
        (None, None),
    ],
)
def test_a_command_is_what_telegram_marks_as_one(text: str | None, expected: tuple[str, str] | None) -> None:
    """Letters, digits and underscores up to the first space."""
    assert spoken(text) == expected


def test_every_command_works_somewhere_and_says_what_it_does_in_both_languages() -> None:
    """A menu's description has at most 100 characters, a name 32 (Bot API: BotCommand)."""
    chinese = Catalogue.load("zh")
    for command in COMMANDS:
        assert command.private or command.group
        assert command.name == command.name.lower()[:32]
        assert 0 < len(command.description) <= 100
        assert command.description in chinese
        assert not command.words or command.words in chinese


def test_what_is_open_follows_the_roles() -> None:
    """Nobody's menu names what is refused to them."""
    assert "desk" not in {c.name for c in open_to(person("reporter:unit:U11"), group=False)}
    assert "desk" in {c.name for c in open_to(person("clerk:city"), group=False)}
    assert [c.name for c in open_to(None, group=True)] == ["issue", "help"]


def test_the_nearest_command_is_one_the_person_may_use() -> None:
    """A mistyped secret stays one."""
    assert nearest("dekc", person("clerk:city"), group=False) == "desk"
    assert nearest("desl", None, group=False) != "desk"
    assert nearest("qqqqqqq", None, group=False) == ""
