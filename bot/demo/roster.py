"""The people of the sample city, and who of them has a phone on the page."""

import asyncio
import csv

from bot.demo.stage import CITY, Stage
from bot.sandbox.errors import ActError, Json

STRANGERS = ("路人甲", "路人乙", "路人丙", "路人丁")


class Roster:
    """`bound`: code in the people sheet → Telegram's user id."""

    def __init__(self, stage: Stage, bound: dict[str, int]) -> None:
        self._stage = stage
        self.bound = bound
        self._binding = asyncio.Lock()
        units = {row["code"]: row["name"] for row in _sheet("units")}
        self._people = {row["code"]: row | {"unit_name": units.get(row["unit"], "")} for row in _sheet("people")}
        self.projects = {row["code"]: row for row in _sheet("projects")}
        self._strangers = 0

    def as_json(self) -> list[Json]:
        """Everybody, in the sheet's order."""
        return [
            {
                "code": code,
                "name": row["name"],
                "unit": row["unit_name"],
                "roles": row["roles"],
                "user": self.bound.get(code),
            }
            for code, row in self._people.items()
        ]

    async def give_phone(self, code: str) -> int:
        """Bind somebody by an invitation, once; gives their user id. ActError for nobody of the city."""
        if code not in self._people:
            msg = f"nobody of the city is {code!r}"
            raise ActError(msg)
        async with self._binding:
            if code not in self.bound:
                row = self._people[code]
                link = (await self._stage.invitations(code))[code]
                language = "en" if row["language"] == "en" else "zh-hans"
                phone = await self._stage.world.user(row["name"], language)
                await phone.opens(link)
                self.bound[code] = phone.id
        return self.bound[code]

    async def stranger(self) -> int:
        """Somebody the office doesn't know."""
        name = STRANGERS[self._strangers % len(STRANGERS)]
        self._strangers += 1
        return (await self._stage.world.user(name)).id


def _sheet(name: str) -> list[dict[str, str]]:
    with (CITY / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
