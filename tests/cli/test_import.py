"""`project-home import`."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.cli import roster
from bot.sample_city import FOLDER
from tests.cli.conftest import CommandLine, Do
from tests.sheets import PEOPLE, all_rows, csv_text, headings, write_book


def write_people(place: Path, *rows: tuple[object, ...], status: bool = False) -> str:
    """A people sheet alone."""
    path = place / "people.csv"
    path.write_text(csv_text([headings("people", status=status), *rows]), "utf-8")
    return str(path)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch):
    """Somebody sits there, and answers."""

    def answers(word: bool) -> None:
        monkeypatch.setattr(roster, "_on_terminal", lambda: True)
        monkeypatch.setattr(roster.typer, "confirm", lambda _: word)

    return answers


def test_a_folder(cli: CommandLine, ledger: Path, city: str):
    """The differences first, then what was done."""
    said = cli("import", city).stdout
    assert "+ units U04 市供电公司" in said
    assert said.endswith("Imported: 6 new.\n")


def test_the_same_again(cli: CommandLine, imported: str):
    """Nothing to do is no failure."""
    assert cli("import", imported).stdout == "No differences: the ledger already says the same.\n"


def test_a_workbook(cli: CommandLine, imported: str, place: Path):
    """The same city as XLSX is the same city."""
    book = write_book(place / "city.xlsx", all_rows())
    assert "No differences" in cli("import", str(book)).stdout


def test_the_sample_city(cli: CommandLine, ledger: Path):
    """It imports as it is."""
    assert "51 new" in cli("import", str(FOLDER)).stdout


def test_dry_run(cli: CommandLine, ledger: Path, city: str):
    """Shows the same, writes nothing."""
    assert "Not imported (nothing was written): 6 new." in cli("import", city, "--dry-run").stdout
    assert "6 new" in cli("import", city, "--dry-run").stdout


def test_changes_and_leaving(cli: CommandLine, imported: str, place: Path):
    """Columns with old and new; who leaves is marked. Without a terminal it goes on."""
    path = write_people(
        place,
        ("R01", "王工", "U11", "reporter:unit:U11", "en", ""),
        ("H04", "黄志勇", "U04", "leader:unit:U04", "zh", "left"),
        status=True,
    )
    said = cli("import", path).stdout
    assert "~ people R01 王工\n    name: 小王 → 王工\n" in said
    assert "- people H04 黄志勇 (leaving)" in said
    assert "    head: H04 → (empty)" in said
    assert "Imported: 2 changed, 1 leaving." in said


def test_asks_on_a_terminal(cli: CommandLine, imported: str, place: Path, terminal):
    """A no leaves everything as it was, and is told by the exit code; a yes goes on."""
    path = write_people(place, ("R01", "王工", "U11", "reporter:unit:U11", "en"))
    terminal(False)
    assert "Not imported" in cli("import", path, code=1).stdout
    terminal(True)
    assert "Imported: 1 changed." in cli("import", path).stdout


def test_does_not_ask_for_new_ones_or_with_yes(cli: CommandLine, imported: str, place: Path, terminal):
    """Adding overwrites nothing; --yes is an answer."""
    terminal(False)
    cli("import", write_people(place, ("N1", "新人", "", "", "")))
    cli("import", write_people(place, ("R01", "王工", "U11", "reporter:unit:U11", "en")), "--yes")


def test_faults(cli: CommandLine, ledger: Path, place: Path, in_ledger: Do):
    """All at once on stderr, exit code 1, nothing written."""
    path = write_people(place, *PEOPLE, ("X1", "", "U99", "king:city", "zh"))
    said = cli.refused("import", path)
    assert "people, row 5, name: is empty" in said
    assert "people, row 5, roles: 'king:city' is not role:scope" in said
    assert "Nothing was imported: " in said

    async def everybody(uow):
        return await uow.people.all()

    assert in_ledger(everybody) == []


def test_unreadable(cli: CommandLine, place: Path):
    """Before the database is touched."""
    assert cli.refused("import", "absent.xlsx") == "absent.xlsx: there is no such file or folder"
    assert not (place / "data").exists()


def test_json(cli: CommandLine, ledger: Path, city: str, place: Path):
    """Differences, faults and whether it was done, for scripts."""
    done = cli.json("import", city)
    assert done["applied"]
    assert {"sheet": "units", "code": "U04", "name": "市供电公司", "what": "added", "fields": [], "tasks": 0} in done[
        "differences"
    ]
    refused = cli.json("import", write_people(place, ("X1", "", "", "", "")), code=1)
    assert not refused["applied"]
    assert refused["faults"] == [{"sheet": "people", "row": 2, "column": "name", "sentence": "is empty"}]


def test_template(cli: CommandLine, ledger: Path, place: Path):
    """It is written, and can be imported as it is."""
    assert "fill in" in cli("import", "--template", "new.xlsx").stdout
    assert "3 new" in cli("import", "new.xlsx").stdout


def test_template_in_no_folder(cli: CommandLine):
    """No traceback."""
    assert "No such file" in cli.refused("import", "--template", "absent/new.xlsx")


def test_beside_a_running_bot(
    cli: CommandLine, imported: str, ledger: Path, place: Path, monkeypatch: pytest.MonkeyPatch
):
    """Nothing is locked while somebody thinks; what was written meanwhile is noticed, and not overwritten blindly."""

    def change_meanwhile(_: str) -> bool:
        with closing(sqlite3.connect(ledger)) as other, other:
            other.execute("UPDATE people SET name = '汪工' WHERE code = 'R01'")
        return True

    monkeypatch.setattr(roster, "_on_terminal", lambda: True)
    monkeypatch.setattr(roster.typer, "confirm", change_meanwhile)
    path = write_people(place, ("R01", "王工", "U11", "reporter:unit:U11", "en"))
    assert "has changed meanwhile" in cli.refused("import", path)
