"""`project-home audit verify` and `audit head`."""

import json
import sqlite3
from pathlib import Path

from tests.cli.conftest import CommandLine


def test_head_and_verify(cli: CommandLine, place: Path, city: str):
    """The import's roles are lines of the past; with the head kept outside, a cut end is found."""
    cli("import", city, "--yes")
    head = cli("audit", "head").stdout.strip()
    lines = int(head.partition(":")[0])
    assert lines > 0
    assert "as it was written" in cli("audit", "verify", "--head", head).stdout
    with sqlite3.connect(place / "data/ledger.db") as file:
        for table in ("seals", "journal"):
            file.execute(f"DROP TRIGGER {table}_kept_delete")
        (entry,) = file.execute("SELECT max(entry) FROM seals").fetchone()
        file.execute("DELETE FROM seals WHERE entry = ?", (entry,))
        file.execute("DELETE FROM journal WHERE id = ?", (entry,))
    file.close()
    found = json.loads(cli("audit", "verify", "--head", head, "--json", code=1).stdout)
    assert (found["ok"], found["lines"]) == (False, lines - 1)
    assert {flaw["kind"] for flaw in found["flaws"]} == {"trigger", "head"}
    assert "journal_kept_delete" in cli("doctor", code=1).stdout


def test_a_head_that_is_none(cli: CommandLine):
    """Is refused with what it should be."""
    cli("migrate")
    assert cli.refused("audit", "verify", "--head", "x").startswith("--head: must be what")


def test_nothing_there(cli: CommandLine):
    """An audit migrates nothing."""
    assert "project-home migrate" in cli.refused("audit", "verify")
