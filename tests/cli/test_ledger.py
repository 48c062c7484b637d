"""`project-home export` and `digest`."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.builders import a_city, filed
from tests.cli.conftest import CommandLine, Do


@pytest.fixture
def at_work(in_ledger: Do) -> None:
    """A city with two issues."""

    async def fill(uow: Any) -> None:
        city = await a_city(uow)
        for _ in range(2):
            await filed(uow, reporter=city.reporter.id)

    in_ledger(fill)


def test_json(cli: CommandLine, at_work: None, place: Path):
    """A list of issues."""
    cli("export", "--format", "json", "--out", "out.json")
    exported = json.loads((place / "out.json").read_text("utf-8"))
    assert [issue["number"] for issue in exported] == ["XM-2026-0001", "XM-2026-0002"]


def test_csv(cli: CommandLine, at_work: None, place: Path):
    """Headings and a row each; how many is said on stderr."""
    said = cli("export", "--format", "csv", "--out", "out.csv")
    with (place / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == 3
    assert said.stderr == "out.csv: 2 issues\n"


def test_xlsx(cli: CommandLine, at_work: None, place: Path):
    """A workbook that opens."""
    cli("export", "--format", "xlsx", "--out", "out.xlsx")
    book = load_workbook(place / "out.xlsx")
    assert book.worksheets[0].max_row == 3


@pytest.mark.parametrize(("language", "heading"), [(None, "number"), ("zh", "编号"), ("en", "Number")])
def test_words_of_a_table(cli: CommandLine, at_work: None, place: Path, language: str | None, heading: str):
    """A CSV speaks in codes unless a language is asked for."""
    cli("export", "--format", "csv", "--out", "out.csv", *(["--language", language] if language else []))
    assert (place / "out.csv").read_text("utf-8-sig").split(",")[0] == heading


def test_replaces_only_by_a_whole_file(cli: CommandLine, at_work: None, place: Path):
    """An older export is replaced; no half file stays beside it."""
    (place / "out.json").write_text("old", "utf-8")
    cli("export", "--format", "json", "--out", "out.json")
    assert json.loads((place / "out.json").read_text("utf-8"))
    assert [path.name for path in place.iterdir() if path.is_file()] == ["out.json"]


@pytest.mark.parametrize(("out", "said"), [("absent/out.xlsx", "there is no such folder"), ("data", "is a folder")])
def test_nowhere_to_write(cli: CommandLine, ledger: Path, out: str, said: str):
    """Told before the work is done."""
    assert said in cli.refused("export", "--format", "xlsx", "--out", out)


def test_digest_for_scripts(cli: CommandLine, at_work: None):
    """The figures of the city, or of a part of it."""
    assert cli.json("digest")["collected"] == 2
    assert cli.json("digest", "--scope", "district:思明区")["collected"] == 0
    assert cli.json("digest", "--scope", "project:P002")["scope_name"] == "POCT产业园A地块"


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        ("everything", "'everything' is not a scope"),
        ("unit:U99", "There is no unit with the code U99."),
        ("project:P99", "There is no project with the code P99."),
    ],
)
def test_digest_of_nothing(cli: CommandLine, at_work: None, scope: str, said: str):
    """A scope that is none."""
    assert said in cli.refused("digest", "--scope", scope)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_digest_on_paper(cli: CommandLine, at_work: None, tmp_path: Path, language: str):
    """A PDF, whole, with nothing left beside it."""
    out = tmp_path / "paper" / "digest.pdf"
    out.parent.mkdir()
    cli("digest", "--format", "pdf", "--out", str(out), "--language", language)
    assert out.read_bytes().startswith(b"%PDF-")
    assert list(out.parent.iterdir()) == [out]


@pytest.mark.parametrize(
    "words", [("--format", "pdf"), ("--out", "x.pdf"), ("--format", "pdf", "--out", "x", "--json")]
)
def test_digest_on_paper_needs_a_place(cli: CommandLine, words: tuple[str, ...]):
    """A clear word instead of half a wish."""
    assert "--format pdf --out FILE" in cli.refused("digest", *words)
