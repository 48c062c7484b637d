"""`project-home erase`."""

import sqlite3
from pathlib import Path

from tests.cli.conftest import CommandLine


def test_a_person_of_the_sheet(cli: CommandLine, place: Path, city: str):
    """Their name is gone from the file, byte by byte; the past still verifies."""
    cli("import", city)
    with sqlite3.connect(place / "data/ledger.db") as file:
        code, name = file.execute("SELECT code, name FROM people ORDER BY id LIMIT 1").fetchone()
    file.close()
    assert "Erased" in cli("erase", code, "--yes").stdout
    kept = b"".join(path.read_bytes() for path in (place / "data").glob("ledger.db*"))
    assert name.encode() not in kept
    assert "as it was written" in cli("audit", "verify").stdout
    assert cli.refused("erase", code, "--yes")


def test_nobody_by_that_code(cli: CommandLine):
    """Is said, and nothing is done."""
    cli("migrate")
    assert "E99" in cli.refused("erase", "E99", "--yes")
