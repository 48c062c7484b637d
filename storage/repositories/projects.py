"""Projects, their service cards, and who opened them."""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import bindparam, case, literal, or_, select, update

from bot.domain.ids import PersonId, ProjectCode
from bot.domain.organisation import Project, ServiceCard
from storage.repositories.repository import AnyRow, Repository
from storage.tables import projects, scans, service_cards
from storage.tables.base import clean

_FIELDS = tuple(projects.c.keys())
_BY_CODE = select(projects).where(projects.c.code == bindparam("sought"))


class SqlProjects(Repository):
    """Keeps `bot.ports.Projects`."""

    async def get(self, code: ProjectCode) -> Project:
        """LookupError if there is none."""
        return await self._once(projects, code, partial(self._get, code), steady=True)

    async def _get(self, code: ProjectCode) -> Project:
        row = await self._first(_BY_CODE, {"sought": code})
        if row is None:
            raise LookupError(code)
        return Project(*row)

    async def all(self) -> list[Project]:
        """Those that have not left, by code."""
        rows = await self._all(select(projects).where(~projects.c.left).order_by(projects.c.code))
        return [Project(*row) for row in rows]

    async def search(self, words: str, limit: int) -> list[Project]:
        """By a part of the name, the code or the district; the code itself first, then beginnings, then short names."""
        wanted = clean(words).strip()
        rows = await self._all(
            select(projects)
            .where(~projects.c.left, *(_mentions(word) for word in wanted.split()))
            .order_by(_closeness(wanted), projects.c.name, projects.c.code)
            .limit(limit)
        )
        return [Project(*row) for row in rows] if wanted else []

    async def save(self, project: Project) -> None:
        """Insert or update by code."""
        await self._put(projects, {name: getattr(project, name) for name in _FIELDS})

    async def issue_card(self, card: ServiceCard) -> None:
        """Keep a new card."""
        await self._run(service_cards.insert(), {name: getattr(card, name) for name in service_cards.c.keys()})  # noqa: SIM118

    async def card(self, token: str) -> ServiceCard | None:
        """By its token, revoked or not."""
        return _card(await self._first(select(service_cards).where(service_cards.c.token == token)))

    async def card_of(self, project: ProjectCode) -> ServiceCard | None:
        """The card in force: the newest that was not revoked."""
        in_force = (service_cards.c.project == project, service_cards.c.revoked_at.is_(None))
        newest = service_cards.c.issued_at.desc()
        return _card(await self._first(select(service_cards).where(*in_force).order_by(newest).limit(1)))

    async def revoke_card(self, token: str, at: datetime) -> None:
        """From now on it opens nothing; the first revocation stands."""
        in_force = (service_cards.c.token == token, service_cards.c.revoked_at.is_(None))
        await self._run(update(service_cards).where(*in_force).values(revoked_at=at))

    async def count_scan(self, token: str, person: PersonId, at: datetime) -> None:
        """Remember that this person opened this card."""
        columns = ("person", "project", "token", "first_at", "last_at", "times")
        opened = select(
            *(_literal(person, "person"), service_cards.c.project, service_cards.c.token),
            *(_literal(at, "first_at"), _literal(at, "last_at"), _literal(1, "times")),
        ).where(service_cards.c.token == token)
        insert = self._insert(scans).from_select(columns, opened)
        again = {"token": insert.excluded.token, "last_at": insert.excluded.last_at, "times": scans.c.times + 1}
        await self._run(insert.on_conflict_do_update(index_elements=["person", "project"], set_=again))


def _mentions(word: str) -> Any:
    columns = (projects.c.name, projects.c.code, projects.c.district)
    return or_(*(column.icontains(word, autoescape=True) for column in columns))


def _closeness(words: str) -> Any:
    return case(
        (or_(projects.c.code.ilike(words), projects.c.name == words), 0),
        (
            or_(
                projects.c.name.istartswith(words, autoescape=True), projects.c.code.istartswith(words, autoescape=True)
            ),
            1,
        ),
        (projects.c.name.icontains(words, autoescape=True), 2),
        else_=3,
    )


def _literal(value: Any, column: str) -> Any:
    return literal(value, scans.c[column].type)


def _card(row: AnyRow | None) -> ServiceCard | None:
    return None if row is None else ServiceCard(*row)
