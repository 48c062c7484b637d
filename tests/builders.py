"""Things to test with: each builder gives a sensible whole, and takes what matters to the test.

`a_city` fills a store with the essentials of the sample city: its desk, three responsible units, a reporter, five
projects, and accounts bound by predictable numbers.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain import lifecycle
from bot.domain.deadlines import deadline_after
from bot.domain.draft import Draft, IncomingMedia, MediaKind
from bot.domain.history import Action, Change
from bot.domain.ids import ChatId, DraftId, IssueId, PersonId, ProjectCode, UnitCode, UserId
from bot.domain.issue import Category, Deadline, Issue, Level, Status
from bot.domain.messages import Message
from bot.domain.organisation import (
    Grant,
    Person,
    Project,
    ProjectKind,
    ProjectRank,
    ServiceCard,
    Unit,
    UnitKind,
)
from bot.ports import UnitOfWork
from tests.fakes.office import NOW, a_calendar


def a_unit(code: str = "U04", name: str = "市供电公司", **more: Any) -> Unit:
    """A responsible unit of the whole city."""
    return replace(Unit(UnitCode(code), name, "", UnitKind.RESPONSIBLE), **more)


def a_project(code: str = "P002", name: str = "POCT产业园A地块", **more: Any) -> Project:
    """A key project of the city in 海沧区, owned by U11."""
    project = Project(
        code=ProjectCode(code),
        name=name,
        district="海沧区",
        owner=UnitCode("U11"),
        rank=ProjectRank.KEY_CITY,
        kind=ProjectKind.MEDICAL,
        annual_plan_cny=150_000_000,
    )
    return replace(project, **more)


def a_person(code: str | None = "R01", name: str = "小王", roles: str = "", **more: Any) -> Person:
    """Somebody of the office, not bound yet. `roles` as in the people sheet: `clerk:city;admin:city`."""
    grants = frozenset(Grant.parse(role) for role in roles.split(";") if role)
    return replace(Person(PersonId(0), code, name, language="zh", grants=grants), **more)


def a_guest(user: int = 9001, name: str = "路人", **more: Any) -> Person:
    """Somebody who came through a service card."""
    return a_person(None, name, user_id=UserId(user), **more)


def a_service_card(project: str = "P002", token: str = "", **more: Any) -> ServiceCard:
    """A card in force; its token is `card-P002` unless given."""
    return replace(ServiceCard(token or f"card-{project}", ProjectCode(project), NOW - timedelta(days=30)), **more)


def an_issue(**more: Any) -> Issue:
    """Just reported at P002 by the store's first person; not saved yet (`filed` does that)."""
    issue = Issue(
        id=IssueId(0),
        number="XM-2026-0001",
        project=ProjectCode("P002"),
        reporter=PersonId(1),
        category=Category.POWER,
        level=Level.B,
        description="3号塔吊没有电，施工电源还没接通",
        reported_at=NOW,
    )
    return replace(issue, **more)


def a_draft(person: PersonId, chat: int = 4001, **more: Any) -> Draft:
    """An open draft, nothing in it; not saved yet."""
    return replace(Draft(DraftId(0), person, ChatId(chat), NOW), **more)


def a_photo(name: str = "photo-1", **more: Any) -> IncomingMedia:
    """A photo as Telegram announces it."""
    return replace(IncomingMedia(MediaKind.PHOTO, name, f"unique-{name}", size=120_000), **more)


def a_message(chat: int = 4001, kind: str = "report/filed", **more: Any) -> Message:
    """Something to tell."""
    return replace(Message(ChatId(chat), kind), **more)


def a_deadline(due_at: datetime | None = None, version: int = 1) -> Deadline:
    """Five working days from `NOW`, unless told when."""
    deadline = deadline_after(a_calendar(), NOW, 5, version)
    return deadline if due_at is None else replace(deadline, due_at=due_at)


async def filed(uow: UnitOfWork, issue: Issue | None = None, **more: Any) -> Issue:
    """Put an issue into the ledger under the next number, in whatever state it is given."""
    number = await uow.issues.next_number("XM", NOW.year)
    return await uow.issues.add(lifecycle.report(replace(issue or an_issue(), number=number, **more)))


async def assigned(uow: UnitOfWork, issue: Issue, assignee: Person, by: PersonId, **more: Any) -> Issue:
    """Walk a reported issue to its assignee's unit, step by step. `at` and `deadline` may be given."""
    at, deadline = more.get("at", NOW), more.get("deadline", a_deadline())
    if issue.status is Status.REPORTED:
        issue = await _taken(uow, lifecycle.step(issue, Action.REGISTER, by, at))
    for change in lifecycle.assign(issue, by, at, assignee.unit, assignee.id, deadline):
        issue = await _taken(uow, change)
    return issue


async def _taken(uow: UnitOfWork, change: Change) -> Issue:
    await uow.issues.save(change)
    return change.issue


# --- the sample city --------------------------------------------------------------------------------------------

_UNITS = (
    ("U01", "市重点办专班", "", UnitKind.OFFICE),
    ("U02", "市建设局", "", UnitKind.RESPONSIBLE),
    ("U03", "市资源规划局", "", UnitKind.RESPONSIBLE),
    ("U04", "市供电公司", "", UnitKind.RESPONSIBLE),
    ("U10", "瀚天天成", "翔安区", UnitKind.REPORTING),
    ("U11", "宝太生物", "海沧区", UnitKind.BOTH),
    ("U12", "市属代建一公司", "思明区", UnitKind.REPORTING),
    ("G04", "海沧区驻区工作组", "海沧区", UnitKind.DISTRICT_GROUP),
)
_PEOPLE = (  # field of City, code, name, unit, roles, account
    ("clerk", "E01", "林清", "U01", "clerk:city", 1001),
    ("admin", "E02", "陈岚", "U01", "clerk:city;admin:city", 1002),
    ("h02", "H02", "许国栋", "U02", "leader:unit:U02", 2002),
    ("h03", "H03", "郑文", "U03", "leader:unit:U03", 2003),
    ("h04", "H04", "黄志勇", "U04", "leader:unit:U04", 2004),
    ("a02", "A02", "周航", "U02", "assignee:unit:U02", 3002),
    ("a03", "A03", "吴静", "U03", "assignee:unit:U03", 3003),
    ("a04", "A04", "蔡明", "U04", "assignee:unit:U04", 3004),
    ("a14", "A14", "石磊", "U04", "assignee:unit:U04", 3014),
    ("reporter", "R01", "小王", "U11", "reporter:unit:U11", 4001),
    ("city_leader", "L01", "高远", "U01", "leader:city", 5001),
    ("auditor", "X01", "沈正", "U01", "auditor:city", 6001),
    ("verifier", "V04", "洪涛", "G04", "verifier:district:海沧区", 7004),
    ("district_leader", "DL4", "杜鹃", "G04", "leader:district:海沧区", 8004),
)
_PROJECTS = (  # code, name, district, owner, rank, kind, plan, served by (field of City)
    ("P001", "6~8英寸SiC外延晶片产业化项目", "翔安区", "U10", "key_province", "industrial", 112_500_000, "admin"),
    ("P002", "POCT产业园A地块", "海沧区", "U11", "key_city", "medical", 150_000_000, "admin"),
    ("P003", "POCT产业园B地块", "海沧区", "U11", "key_city", "medical", 187_500_000, "admin"),
    ("P004", "同翔高新城E项目", "同安区", "U12", "key_province", "public", 225_000_000, "clerk"),
    ("P005", "鸿泉大厦消防提升改造", "思明区", "U12", "ordinary", "public", 8_000_000, "clerk"),
)


@dataclass(frozen=True, slots=True)
class City:
    """The people of the sample city: the desk, three units (head and person in charge), one site, and who watches."""

    clerk: Person  # E01
    admin: Person  # E02, a clerk too
    h02: Person
    h03: Person
    h04: Person
    a02: Person
    a03: Person
    a04: Person
    a14: Person  # the second one at U04
    reporter: Person  # R01 of U11, which owns P002 and P003
    city_leader: Person  # L01
    auditor: Person  # X01
    verifier: Person  # V04, 海沧区
    district_leader: Person  # DL4, 海沧区

    def everybody(self) -> Iterable[Person]:
        """All of them."""
        return (getattr(self, name) for name, *_ in _PEOPLE)


async def a_city(uow: UnitOfWork, *, bound: bool = True) -> City:
    """Fill a store: units, people (with accounts, if `bound`), projects P001–P005 and a service card `card-P00n` of each."""
    for code, name, district, kind in _UNITS:
        await uow.units.save(Unit(UnitCode(code), name, district, kind))
    people = {}
    for field, code, name, unit, roles, account in _PEOPLE:
        user = UserId(account) if bound else None
        people[field] = await uow.people.add(a_person(code, name, roles, unit=UnitCode(unit), user_id=user))
    for head in ("h02", "h03", "h04"):
        unit_led = await uow.units.get(UnitCode(head.replace("h", "U")))
        await uow.units.save(replace(unit_led, head=people[head].id))
    await _projects(uow, people)
    return City(**people)


async def _projects(uow: UnitOfWork, people: dict[str, Person]) -> None:
    for code, name, district, owner, rank, kind, plan, served_by in _PROJECTS:
        project = a_project(
            code,
            name,
            district=district,
            owner=UnitCode(owner),
            rank=ProjectRank(rank),
            kind=ProjectKind(kind),
            annual_plan_cny=plan,
            served_by=people[served_by].id,
        )
        await uow.projects.save(project)
        await uow.projects.issue_card(a_service_card(code))
