"""One person's own copy of what is kept about them: a ZIP with the data as JSON and the files, made when it is sent."""

import asyncio
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.ids import PersonId
from bot.domain.organisation import Person
from bot.ports import MediaFolder
from bot.services.turn import Turn

LIMIT = 40_000_000  # bytes of files: a bot may send 50 MB (Bot API)
NAME = "project-home-my-data.zip"
Row = Mapping[str, Any]


class PersonalFiles:
    """Loads 'privacy/file'. `media` has the pictures, `files` keeps the ZIP until it is sent."""

    def __init__(self, media: MediaFolder, files: MediaFolder) -> None:
        self._media, self._files = media, files

    async def load(self, turn: Turn, viewer: Person | None, facts: Row) -> Row:
        """{'person'} → the facts of a file; LookupError for anybody else's."""
        if viewer is None or viewer.id != facts["person"]:
            raise LookupError(facts["person"])
        records = await turn.uow.privacy.records(PersonId(viewer.id))
        data = {"person": _person(viewer), "made_at": turn.now, **records}
        sha256 = await asyncio.to_thread(lambda: self._files.put(self._zip(data, records.get("files", []))))
        return {**facts, "file": sha256, "name": NAME}

    def _zip(self, data: Row, files: Sequence[Row]) -> bytes:
        packed, room = io.BytesIO(), LIMIT
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=2, default=str))
            for number, row in enumerate(files, 1):
                content = self._content(row)
                if content is not None and len(content) <= room:
                    room -= len(content)
                    archive.writestr(f"files/{number:04d}-{row['sha256'][:8]}", content)
        return packed.getvalue()

    def _content(self, row: Row) -> bytes | None:
        if not row.get("sha256"):
            return None
        try:
            with self._media.open(row["sha256"]) as file:
                return file.read()
        except OSError:  # gone from disk: the rest is theirs all the same
            return None


def _person(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "code": person.code,
        "unit": person.unit,
        "language": person.language,
        "telegram_account": person.user_id,
        "current_project": person.current_project,
    }
