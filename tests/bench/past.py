"""What happened to a seeded issue before it stood as it stands: the lines of history, words and the photo of a real one."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from bot.domain.history import Action

CLERK = 9_000  # behind the first of the seeded people
_REACHED = ("report", "register", "verify", "assign", "accept", "resolve", "clear")
_WAY = {  # by where an issue stands
    "reported": _REACHED[:1],
    "registered": _REACHED[:2],
    "verified": _REACHED[:3],
    "assigned": _REACHED[:4],
    "accepted": _REACHED[:5],
    "resolved": _REACHED[:6],
    "cleared": _REACHED,
    "returned": (*_REACHED[:4], "return"),
    "suspended": (*_REACHED[:5], "suspend"),
    "rejected": ("report", "reject"),
    "merged": ("report", "register", "merge"),
}
_STANDS = {
    "report": "reported",
    "register": "registered",
    "verify": "verified",
    "assign": "assigned",
    "accept": "accepted",
    "resolve": "resolved",
    "clear": "cleared",
    "return": "returned",
    "suspend": "suspended",
    "reject": "rejected",
    "merge": "merged",
}
_SAID = {
    "resolve": "已协调解决",
    "return": "不属于我单位职责，请专班重新研究",
    "suspend": "等管线迁改方案批复",
    "reject": "不属于项目建设问题",
}
_BY_THE_UNIT = frozenset({"accept", "resolve", "return"})
_HOURS = {"report": 0, "register": 1, "verify": 3, "assign": 24, "accept": 26}
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Past:
    """Of issues in the order of their ids; read once. `people`: the id of the first seeded person."""

    issues: Iterable[Row]
    people: int

    def history(self) -> Iterator[Row]:
        """As the ledger writes it, but for the digests of the chain: lines older than that have none either."""
        line = words = 0
        for issue in self.issues:
            before = None
            for action in _WAY[issue["status"]]:
                line += 1
                said = _SAID.get(action)
                words += said is not None
                changed = _changed(action, issue)
                yield {
                    "id": line,
                    "issue": issue["id"],
                    "action": Action(action).value,
                    "at": _moment(action, issue),
                    "by": self._by(action, issue),
                    "before_status": before,
                    "after_status": _STANDS[action],
                    "before": _json(dict.fromkeys(changed)),
                    "after": _json(changed),
                    "words": words if said is not None else None,
                    "words_digest": sha256(f"{words}{said}".encode()).hexdigest() if said is not None else None,
                    "state": None,
                }
                before = _STANDS[action]

    def words(self) -> Iterator[Row]:
        """What was said with some of the lines."""
        number = 0
        for issue in self.issues:
            for action in _WAY[issue["status"]]:
                if action in _SAID:
                    number += 1
                    author = self._by(action, issue)
                    yield {"id": number, "author": author, "text": _SAID[action], "salt": f"{number:032x}"}

    def media(self) -> Iterator[Row]:
        """One photo with each report."""
        for issue in self.issues:
            n, at = issue["id"], issue["reported_at"]
            digest = sha256(f"{n}".encode()).hexdigest()
            yield {
                "id": n,
                "kind": "photo",
                "file_id": f"seeded-{n}",
                "file_unique_id": f"unique-{n}",
                "author": issue["reporter"],
                "chat": issue["reporter"],
                "message": n,
                "received_at": at,
                "draft": None,
                "issue": n,
                "purpose": "report",
                "round": 0,
                "state": "stored",
                "size": 120_000,
                "mime": "image/jpeg",
                "file_name": None,
                "sha256": digest,
                "clean_sha256": digest,
                "attempts": 1,
                "error": "",
                "next_at": at,
            }

    def _by(self, action: str, issue: Row) -> int:
        if action == "report":
            return int(issue["reporter"])
        by_the_unit = action in _BY_THE_UNIT and issue["assignee"] is not None
        return int(issue["assignee"]) if by_the_unit else self.people + CLERK


def _changed(action: str, issue: Row) -> dict[str, Any]:
    """The fields a line says were changed."""
    match action:
        case "assign" if issue["due_at"] is not None:
            deadline = {"due_at": issue["due_at"].isoformat(), "version": 1, "calendar": "seeded"}
            given = {"unit": issue["unit"], "assignee": issue["assignee"], "assigned_at": _text(issue["assigned_at"])}
            return {**given, "deadline": deadline | {"provisional": False, "policy": ""}}
        case "accept":
            return {"accepted_at": _text(_moment(action, issue))}
        case "resolve":
            return {"means": ["early_guidance"], "resolved_at": _text(issue["resolved_at"]), "asks": 1}
        case "clear" | "reject" | "merge":
            return {"outcome": issue["outcome"], "closed_at": _text(issue["closed_at"])}
        case _:
            return {}


def _moment(action: str, issue: Row) -> datetime:
    at: datetime = issue["reported_at"]
    if action in _HOURS:
        return at + timedelta(hours=_HOURS[action])
    found = issue["resolved_at"] if action == "resolve" else issue["closed_at"] or issue["suspended_at"]
    return found or at + timedelta(days=2)


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
