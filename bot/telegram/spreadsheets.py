"""The ledger as a spreadsheet in the reader's language, made when it is sent and kept under its SHA-256."""

import asyncio
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bot.domain.organisation import Person
from bot.domain.permissions import Sight, sight
from bot.ports import MediaFolder
from bot.services.ledger.export import Format, export
from bot.services.turn import Turn
from bot.telegram import words
from templates.catalogues import Catalogue


def _(source: str) -> str:
    """Marks a source text for the catalogues; translated when it is shown."""
    return source


HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "ledger": _("Ledger"),
        "number": _("Number"),
        "status": _("State"),
        "outcome": _("Outcome"),
        "level": _("Level"),
        "category": _("Category"),
        "kind": _("Kind"),
        "project": _("Project code"),
        "project_name": _("Project"),
        "district": _("District"),
        "reporting_unit": _("Reporting unit"),
        "reporter": _("Reporter's code"),
        "reporter_name": _("Reporter"),
        "description": _("Description"),
        "unit": _("Unit code"),
        "unit_name": _("Responsible unit"),
        "assignee": _("Code of who is in charge"),
        "assignee_name": _("In charge"),
        "deadline": _("Due"),
        "means": _("Means used"),
        "result": _("Result"),
        "satisfaction": _("Satisfaction"),
        "reopened": _("Reopened"),
        "nudged": _("Nudges"),
        "photos": _("Number of photos"),
        "reported_at": _("Reported at"),
        "assigned_at": _("Assigned at"),
        "resolved_at": _("Resolved at"),
        "closed_at": _("Closed at"),
    }
)
FILE_NAME = _("ledger-%(day)s.xlsx")


class Words:
    """`bot.services.ledger.records.Vocabulary` of one language."""

    def __init__(self, gettext: Callable[[str], str]) -> None:
        self._gettext = gettext

    def header(self, column: str) -> str:
        """What people call a column."""
        return self._gettext(HEADERS[column])

    def value(self, table: str, value: str) -> str:
        """The word of a value."""
        return self._gettext(words.TABLES[table][value])


class Spreadsheets:
    """Loads 'ledger/file'. `files` keeps the bytes; `language` is the office's, for who has none."""

    def __init__(self, files: MediaFolder, language: str) -> None:
        self._files, self._language = files, language
        self._catalogues = {spoken: Catalogue.load(spoken) for spoken in ("zh", "en")}

    async def load(self, turn: Turn, viewer: Person | None, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the viewer may see now, with all of the words asked for: {'words'} → the facts of a file."""
        language = viewer.language if viewer is not None and viewer.language in self._catalogues else self._language
        gettext = self._catalogues[language].gettext
        seen = sight(viewer) if viewer is not None else Sight(None, frozenset())
        with tempfile.TemporaryDirectory(prefix="ledger-") as folder:
            path = Path(folder) / "ledger.xlsx"
            count = await self._write(turn, seen, path, Words(gettext), facts["words"])
            sha256 = await asyncio.to_thread(lambda: self._files.put(path.read_bytes()))
        name = gettext(FILE_NAME) % {"day": turn.calendar.day_of(turn.now).isoformat()}
        return {**facts, "file": sha256, "name": name, "count": count, "made_at": turn.now.isoformat()}

    async def _write(self, turn: Turn, seen: Sight, path: Path, spoken: Words, asked: str) -> int:
        return await export(
            turn.uow,
            seen,
            Format.XLSX,
            path,
            zone=turn.calendar.zone,
            made_at=turn.now,
            vocabulary=spoken,
            words=asked,
        )
