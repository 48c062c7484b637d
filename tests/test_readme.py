"""The two READMEs say the same: headings, commands, settings and links in step."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ENGLISH = (ROOT / "README.md").read_text("utf-8")
CHINESE = (ROOT / "README.zh-CN.md").read_text("utf-8")
FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)


def headings(text: str) -> list[int]:
    """Their levels, in order."""
    return [len(marks) for marks in re.findall(r"^(#+) ", FENCE.sub("", text), re.MULTILINE)]


def commands(text: str) -> list[str]:
    """The lines of the fenced blocks, without their comments."""
    lines = [line for block in FENCE.findall(text) for line in block.splitlines()[1:-1]]
    return [line.partition("#")[0].strip() for line in lines]


def quoted(text: str) -> list[str]:
    """What stands in inline code: commands, settings, values."""
    return sorted(set(re.findall(r"`([^`\n]+)`", FENCE.sub("", text))))


def links(text: str) -> list[str]:
    """Where they lead, each other apart; a document's Chinese twin counts as the document."""
    found = {link.replace(".zh-CN.md", ".md") for link in re.findall(r"\]\(([^)]+)\)", text)}
    return sorted(found - {"README.md"})


@pytest.mark.parametrize("part", [headings, commands, quoted, links], ids=lambda part: part.__name__)
def test_both_say_the_same(part: object) -> None:
    """In order, or each once."""
    assert callable(part)
    assert part(ENGLISH) == part(CHINESE)


def test_links_lead_somewhere() -> None:
    """Every file named is there."""
    for link in re.findall(r"\]\(([^)]+)\)", ENGLISH + CHINESE):
        assert (ROOT / link.partition("#")[0]).exists(), link
