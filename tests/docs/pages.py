"""All documents that are made, by file name."""

from pathlib import Path

from tests.docs import diagram, table, transcript

FOLDER = Path(__file__).parents[2] / "docs"


async def pages() -> dict[str, str]:
    """Name → content."""
    return {"life.md": table.page(), "life.svg": diagram.picture(), "transcript.md": await transcript.page()}
