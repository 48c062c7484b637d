"""The documents that are made from the code say what the code does."""

import re
from xml.etree import ElementTree

import pytest

from bot.domain.moves import MOVES
from tests.docs import diagram, transcript
from tests.docs.pages import FOLDER, pages


@pytest.mark.parametrize("name", ["life.md", "life.svg", "transcript.md"])
async def test_nothing_is_stale(name: str) -> None:
    """`make docs` writes them anew."""
    made = (await pages())[name]
    assert (FOLDER / name).read_text("utf-8") == made, f"docs/{name} is stale: run `make docs`"


def test_every_move_is_in_the_table() -> None:
    """One row each."""
    text = (FOLDER / "life.md").read_text("utf-8")
    assert re.findall(r"^\| .*?`(\w+)` \|", text, re.MULTILINE) == [action.value for action in MOVES]


def test_every_arrow_is_drawn_and_no_other() -> None:
    """A new move that leads somewhere needs its place in the drawing."""
    assert set(diagram.arrows()) == set(diagram.ROUTES)
    drawing = ElementTree.fromstring(diagram.picture())  # noqa: S314 - our own
    assert len(drawing.findall(".//{*}path[@class]")) == len(diagram.ROUTES)


async def test_the_story_has_all_its_turns() -> None:
    """Returned, extended, climbed to the city leader, resolved, disputed, reopened and cleared, in both languages."""
    chinese, english = (await transcript.page()).split("\n---\n")
    for word in (
        "[退回]",
        "[准予]",
        "送达层级：市分管领导",
        "[办结]",
        "[未解决]",
        "重新计算",
        "[已解决]",
        "[销号]",
        "已销号 XM-2026-0001",
    ):
        assert word in chinese
    for word in (
        "[Return]",
        "[Grant]",
        "leader of the city",
        "[Resolve]",
        "[Not solved]",
        "[Clear]",
        "Cleared XM-2026-0001",
    ):
        assert word in english
