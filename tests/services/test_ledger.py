"""The ledger as a file in three formats, and the list of what is overdue."""

import csv
import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bot.domain.draft import IncomingMedia, MediaKind, Purpose
from bot.domain.errors import NotAllowed
from bot.domain.ids import ChatId, IssueId, MessageId, ProjectCode
from bot.domain.issue import Issue, Means
from bot.domain.organisation import CITY, Scope, ScopeKind
from bot.domain.permissions import Sight, sight
from bot.services.ledger import ledger
from bot.services.ledger.export import Format, export
from bot.services.ledger.records import COLUMNS
from tests.builders import a_guest, a_photo, filed
from tests.services.at_work import FRIDAY, Office

EVERYTHING = Sight(None, frozenset({CITY}))


async def written(office: Office, format: Format, path: Path, seen: Sight = EVERYTHING, words: str = "") -> int:
    """Export to a file."""
    zone = office.turn.calendar.zone
    return await export(office.uow, seen, format, path, zone=zone, made_at=office.turn.now, words=words)


async def as_json(office: Office, folder: Path, seen: Sight = EVERYTHING, words: str = "") -> list[dict[str, Any]]:
    """Export as JSON and read it back."""
    await written(office, Format.JSON, folder / "out.json", seen, words)
    found: list[dict[str, Any]] = json.loads((folder / "out.json").read_text("utf-8"))
    return found


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The rows of a workbook's only sheet, by header."""
    header, *rows = openpyxl.load_workbook(path).active.iter_rows(values_only=True)  # type: ignore[union-attr]
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


async def evidence(office: Office, issue: Issue, incoming: IncomingMedia, sha: str | None, **more: Any) -> None:
    """A file of an issue, fetched if it has a hash."""
    media = await office.uow.evidence.add(
        incoming, issue.reporter, ChatId(4001), MessageId(1), office.turn.now, issue=issue.id, **more
    )
    if sha is not None:
        await office.uow.evidence.stored(media.id, sha, None, 10, "image/jpeg")


async def test_json_has_every_issue_with_codes_and_photos_in_order(office: Office, tmp_path: Path) -> None:
    """Units, projects and people by code; the original's SHA-256 for each photo of the report; proof apart."""
    issue = await office.task()
    await evidence(office, issue, a_photo("p1"), "aa")
    await evidence(office, issue, a_photo("p2"), "bb")
    await evidence(office, issue, IncomingMedia(MediaKind.VOICE, "v", "uv"), "cc")
    await evidence(office, issue, a_photo("p3"), "dd", purpose=Purpose.PROOF)
    await evidence(office, issue, a_photo("p4"), None)
    await office.resolve(issue)
    (record,) = await as_json(office, tmp_path)
    assert record["number"] == issue.number
    assert (record["status"], record["project"], record["unit"]) == ("resolved", "P002", "U04")
    assert (record["reporter"], record["assignee"]) == ("R01", "A04")
    assert (record["category"], record["level"]) == ("power", "B")
    assert record["description"] == issue.description
    assert record["photos"] == ["aa", "bb"]
    assert (record["proof_photos"], record["photos_missing"]) == (["dd"], 1)
    assert datetime.fromisoformat(record["deadline"]) == office.at(FRIDAY, 17, 30).now
    assert record["means"] == [Means.EARLY_GUIDANCE.value]


async def test_a_guest_is_named_by_number(office: Office, tmp_path: Path) -> None:
    """They have no code."""
    guest = await office.uow.people.add(a_guest())
    await filed(office.uow, reporter=guest.id)
    (record,) = await as_json(office, tmp_path)
    assert record["reporter"] == f"guest-{guest.id}"


async def test_an_empty_ledger_is_an_empty_list(office: Office, tmp_path: Path) -> None:
    """And a table with nothing but its header."""
    assert await as_json(office, tmp_path) == []
    assert await written(office, Format.XLSX, tmp_path / "out.xlsx") == 0
    assert rows_of(tmp_path / "out.xlsx") == []


async def test_only_what_is_in_sight(office: Office, tmp_path: Path) -> None:
    """A unit's leader gets the unit's, site staff their own unit's, a stranger nothing."""
    await office.task()
    await office.task(office.city.a02)
    assert len(await as_json(office, tmp_path, sight(office.city.h04))) == 1
    assert len(await as_json(office, tmp_path, sight(office.city.reporter))) == 2
    assert await as_json(office, tmp_path, Sight(None, frozenset())) == []
    assert await as_json(office, tmp_path, Sight(None, frozenset({Scope(ScopeKind.DISTRICT, "思明区")}))) == []


async def test_words_narrow_it_down(office: Office, tmp_path: Path) -> None:
    """All of them, anywhere in the line, whatever the case."""
    await filed(office.uow, reporter=office.city.reporter.id, description="塔吊没有电 Crane")
    await filed(office.uow, reporter=office.city.reporter.id, description="围墙", project=ProjectCode("P001"))
    found = await as_json(office, tmp_path, words="海沧区 crane")
    assert [record["project"] for record in found] == ["P002"]


@pytest.mark.parametrize("text", ["=1+1", "+86 13", "-2", "@SUM(A1)", "=cmd|' /C calc'!A0", "https://example.org"])
async def test_hostile_text_is_never_a_formula(office: Office, tmp_path: Path, text: str) -> None:
    """A string in XLSX; led by an apostrophe in CSV where a spreadsheet would calculate."""
    await filed(office.uow, reporter=office.city.reporter.id, description=text)
    await written(office, Format.XLSX, tmp_path / "out.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    assert sheet is not None
    cell = sheet.cell(2, list(COLUMNS).index("description") + 1)
    assert (cell.value, cell.data_type) == (text, "s")
    await written(office, Format.CSV, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["description"] == (text if text.startswith("https") else f"'{text}")


async def test_control_characters_and_endless_texts_make_a_readable_file(office: Office, tmp_path: Path) -> None:
    """Excel keeps 32,767 characters in a cell."""
    await filed(office.uow, reporter=office.city.reporter.id, description="\x01\x0b<b>{{ }}\u202e" + "长" * 40_000)
    await written(office, Format.XLSX, tmp_path / "out.xlsx")
    (row,) = rows_of(tmp_path / "out.xlsx")
    assert "<b>{{ }}" in row["description"]


async def test_a_workbook_has_dates_of_the_office_and_a_frozen_header(office: Office, tmp_path: Path) -> None:
    """17:30 in the office is 17:30 in the cell; the same ledger makes the same file."""
    await office.task()
    await written(office, Format.XLSX, tmp_path / "out.xlsx")
    (row,) = rows_of(tmp_path / "out.xlsx")
    assert row["deadline"] == datetime(2026, 11, 27, 17, 30)  # noqa: DTZ001 - a cell has no zone
    assert list(row) == list(COLUMNS)
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    assert sheet is not None
    assert sheet.freeze_panes == "B2"
    await written(office, Format.XLSX, tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == (tmp_path / "out.xlsx").read_bytes()


async def test_csv_begins_with_the_mark_spreadsheets_want(office: Office, tmp_path: Path) -> None:
    """UTF-8 with BOM, Chinese intact."""
    await office.task()
    await written(office, Format.CSV, tmp_path / "out.csv")
    content = (tmp_path / "out.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert "POCT产业园A地块" in content.decode("utf-8-sig")


async def test_evidence_and_people_are_read_by_the_hundred(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Six issues in chunks of four: two reads of evidence, none per issue."""
    monkeypatch.setattr(ledger, "CHUNK", 4)
    for _ in range(6):
        await office.task()
    asked: list[int] = []
    of_issues = office.uow.evidence.of_issues

    async def counting(issues: Sequence[IssueId]) -> Any:
        asked.append(len(issues))
        return await of_issues(issues)

    monkeypatch.setattr(office.uow.evidence, "of_issues", counting)
    entries = [entry async for entry in ledger.entries(office.uow, EVERYTHING)]
    assert (len(entries), asked) == (6, [4, 2])


async def test_the_overdue_list_is_longest_first_and_in_sight(office: Office) -> None:
    """With working days; a unit's leader sees the unit's; site staff have no such list."""
    city = office.city
    later = await office.task(due=FRIDAY)
    first = await office.task(city.a02, due=date(2026, 11, 25))
    now = office.at(date(2026, 12, 1))
    await ledger.overdue(now, city.clerk, ChatId(1001))
    (message,) = office.store.told(1001)
    assert [(row["number"], row["days"]) for row in message.facts["rows"]] == [(first.number, 4), (later.number, 2)]
    await ledger.overdue(now, city.h04, ChatId(2004))
    assert [row["number"] for row in office.store.told(2004)[0].facts["rows"]] == [later.number]
    with pytest.raises(NotAllowed):
        await ledger.overdue(now, city.reporter, ChatId(4001))


async def test_the_overdue_list_has_pages(office: Office) -> None:
    """Eight a page; turning edits the same message."""
    for _ in range(10):
        await office.task(due=FRIDAY)
    now = office.at(date(2026, 12, 1))
    await ledger.overdue(now, office.city.clerk, ChatId(1001), 1, fresh=False)
    (message,) = office.store.told(1001)
    assert (len(message.facts["rows"]), message.facts["more"], message.fresh) == (2, False, False)


async def test_the_file_is_asked_for_by_whoever_has_a_role(office: Office) -> None:
    """A guest of a service card has none."""
    guest = await office.uow.people.add(a_guest())
    with pytest.raises(NotAllowed):
        await ledger.request(office.turn, guest, ChatId(9001), "")
    await ledger.request(office.turn, office.city.a04, ChatId(3004), "  电力   海沧 ")
    (message,) = office.store.told(3004)
    assert (message.kind, message.facts) == ("ledger/file", {"words": "电力 海沧"})
