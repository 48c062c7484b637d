"""Importing sheets: differences first, every fault at once, all of it or nothing."""

from dataclasses import replace

import pytest

from bot.domain.ids import ProjectCode, UnitCode, UserId
from bot.domain.import_plan import ImportPlan, What
from bot.domain.organisation import CITY, Grant, ProjectKind, ProjectRank, Role, Scope, ScopeKind, UnitKind
from bot.domain.sheets import Sheets, SheetsRefused
from bot.sample_city import FOLDER
from bot.services.office.sheets import apply_import, plan_import
from bot.services.turn import Turn
from bot.sheets import read_sheets
from tests.fakes import NOW, FakeStore, a_calendar, a_policy
from tests.sheets import PEOPLE, PROJECTS, UNITS, sheets


@pytest.fixture
async def empty(store: FakeStore):
    """A turn at an empty ledger."""
    async with store.begin() as uow:
        yield Turn(uow, a_policy(), a_calendar(), NOW)


async def done(turn: Turn, given: Sheets) -> ImportPlan:
    """Plan and apply."""
    plan = await plan_import(turn, given)
    await apply_import(turn, plan)
    return plan


async def said(turn: Turn, given: Sheets) -> list[str]:
    """The faults of sheets that can't be imported."""
    return [str(fault) for fault in (await plan_import(turn, given)).faults]


def told(plan: ImportPlan) -> list[tuple[str, str]]:
    """What would happen to which code."""
    return [(difference.code, difference.what.value) for difference in plan.differences]


async def test_a_city_from_nothing(empty: Turn):
    """References may point to any sheet, in any order: heads to people, people to units, projects to both."""
    plan = await done(empty, sheets(UNITS, PROJECTS, PEOPLE))
    assert {what for _, what in told(plan)} == {"added"}
    head, clerk = await empty.uow.people.by_code("H04"), await empty.uow.people.by_code("E01")
    assert head is not None
    assert clerk is not None
    unit = await empty.uow.units.get(UnitCode("U04"))
    assert (unit.name, unit.district, unit.kind, unit.head) == ("市供电公司", "", UnitKind.RESPONSIBLE, head.id)
    project = await empty.uow.projects.get(ProjectCode("P002"))
    assert (project.owner, project.served_by, project.annual_plan_cny) == (UnitCode("U11"), clerk.id, 150_000_000)
    assert (project.rank, project.kind) == (ProjectRank.KEY_CITY, ProjectKind.MEDICAL)


async def test_roles_and_language(empty: Turn):
    """Several roles by semicolon, each for its scope; the language is the sheet's."""
    await done(empty, sheets(UNITS, PROJECTS, PEOPLE))
    reporter = await empty.uow.people.by_code("R01")
    assert reporter is not None
    assert reporter.language == "en"
    assert reporter.grants == {
        Grant(Role.REPORTER, Scope(ScopeKind.UNIT, "U11")),
        Grant(Role.REPORTER, Scope(ScopeKind.PROJECT, "P002")),
    }


async def test_the_same_again_is_nothing(empty: Turn):
    """A second import of the same sheets has no differences."""
    await done(empty, sheets(UNITS, PROJECTS, PEOPLE))
    assert told(await plan_import(empty, sheets(UNITS, PROJECTS, PEOPLE))) == []


async def test_the_packaged_city(empty: Turn):
    """The sample city imports without fault or surprise, and again without difference."""
    plan = await done(empty, read_sheets(FOLDER))
    assert (len(plan.differences), plan.warnings) == (51, ())
    assert told(await plan_import(empty, read_sheets(FOLDER))) == []


async def test_changes_show_old_and_new(empty: Turn):
    """A changed record names each column with what stood there and what would."""
    await done(empty, sheets(UNITS, PROJECTS, PEOPLE))
    people = [("H04", "黄志勇", "U04", "leader:unit:U04;assignee:unit:U04", "en")]
    units = [("U04", "国网供电公司", "", "responsible", "E01")]
    plan = await plan_import(empty, sheets(units, None, people))
    unit, person = plan.differences
    assert unit.fields == (("name", "市供电公司", "国网供电公司"), ("head", "H04", "E01"))
    assert person.fields == (
        ("roles", "leader:unit:U04", "assignee:unit:U04;leader:unit:U04"),
        ("language", "zh", "en"),
    )
    assert plan.overwrites


async def test_planning_writes_nothing(empty: Turn):
    """A plan is a plan."""
    await plan_import(empty, sheets(UNITS, PROJECTS, PEOPLE))
    assert await empty.uow.units.all() == []


async def test_who_is_missing_stays(empty: Turn):
    """A sheet with one person says nothing about the others."""
    await done(empty, sheets(UNITS, PROJECTS, PEOPLE))
    plan = await done(empty, sheets(people=[PEOPLE[0]]))
    assert told(plan) == []
    assert len(await empty.uow.people.all()) == 3


async def test_references_into_the_ledger(empty: Turn):
    """One sheet alone may name what is there already."""
    await done(empty, sheets(UNITS, PROJECTS, PEOPLE))
    plan = await done(empty, sheets(projects=[("P9", "新项目", "海沧区", "U11", "ordinary", "public", "", "E01")]))
    assert told(plan) == [("P9", "added")]


async def test_account_and_chosen_language_stay(empty: Turn):
    """Who has bound an account keeps it, and the language chosen since; the rest follows the sheet."""
    await done(empty, sheets(UNITS, PROJECTS, PEOPLE))
    person = await empty.uow.people.by_code("R01")
    assert person is not None
    await empty.uow.people.save(replace(person, user_id=UserId(4001), language="zh"))
    plan = await done(empty, sheets(people=[("R01", "王工", "U11", "reporter:unit:U11", "en")]))
    after = await empty.uow.people.by_code("R01")
    assert after is not None
    assert (after.name, after.user_id, after.language) == ("王工", 4001, "zh")
    assert [column for column, _, _ in plan.differences[0].fields] == ["name", "roles"]


async def test_every_fault_at_once(empty: Turn):
    """Sheet, row, column and a sentence for each; the sheets' order, then the rows'."""
    faults = await said(
        empty,
        sheets(
            [("U 1", "", "", "bureau", "nobody"), ("U2", "乙", "", "both", "")],
            [("P1", "甲\n乙", "", "U9", "top", "public", "1.5", "")],
            [("E1", "名" * 101, "U2", "boss:city;clerk", "fr"), ("E2", "丙", "U7", "clerk:unit:U8", "")],
        ),
    )
    assert faults == [
        "people, row 2, language: 'fr' is neither zh nor en",
        "people, row 2, name: is longer than 100 characters",
        *(fault for fault in faults if fault.startswith("people, row 2, roles: 'boss:city' is not role:scope")),
        *(fault for fault in faults if fault.startswith("people, row 2, roles: 'clerk' is not role:scope")),
        "people, row 3, roles: there is no unit with the code U8",
        "people, row 3, unit: there is no unit with the code U7",
        "projects, row 2, annual_plan_cny: '1.5' is not a whole number of yuan",
        "projects, row 2, district: is empty",
        "projects, row 2, name: has a line break or an invisible character in it",
        "projects, row 2, owner: there is no unit with the code U9",
        "projects, row 2, rank: 'top' is none of key_province, key_city, ordinary",
        "units, row 2, code: 'U 1' is not a code: up to 24 letters, digits, _ . -",
        "units, row 2, head: there is no person with the code nobody",
        "units, row 2, kind: 'bureau' is none of office, responsible, reporting, both, district_group",
        "units, row 2, name: is empty",
    ]
    assert len(faults) == 15


async def test_nothing_is_half_imported(empty: Turn):
    """A plan with a fault is refused as a whole."""
    plan = await plan_import(empty, sheets(UNITS, None, [*PEOPLE, ("X", "", "", "", "")]))
    assert plan.differences == ()
    with pytest.raises(SheetsRefused):
        await apply_import(empty, plan)
    assert await empty.uow.units.all() == []


async def test_codes_stand_once(empty: Turn):
    """The second line of a code names the first."""
    assert await said(empty, sheets(people=[("E1", "甲", "", "", ""), ("E1", "乙", "", "", "")])) == [
        "people, row 3, code: E1 stands in row 2 already"
    ]


@pytest.mark.parametrize(
    ("role", "fault"),
    [
        ("verifier:district:火星区", "no unit or project stands in a district called '火星区'"),
        ("reporter:project:P9", "there is no project with the code P9"),
        ("assignee:unit:U9", "there is no unit with the code U9"),
    ],
)
async def test_scopes_must_exist(empty: Turn, role: str, fault: str):
    """A role for a place that does not exist would be a role for nothing."""
    assert await said(empty, sheets(UNITS, PROJECTS, [*PEOPLE, ("V1", "甲", "", role, "")])) == [
        f"people, row 5, roles: {fault}"
    ]


async def test_a_fault_is_told_once(empty: Turn):
    """A line with a fault of its own does not make its code unknown to the others."""
    faults = await said(
        empty, sheets([("U1", "", "海沧区", "both", "")], None, [("E1", "甲", "U1", "leader:unit:U1", "")])
    )
    assert faults == ["units, row 2, name: is empty"]


@pytest.mark.parametrize(
    "text", ["clerk：city；admin：city", "clerk:city\nadmin:city", " clerk : city ; ; admin:city;"]
)
async def test_roles_as_people_type_them(empty: Turn, text: str):
    """Full-width punctuation, line breaks and stray semicolons are understood."""
    await done(empty, sheets(people=[("E1", "甲", "", text, "")]))
    person = await empty.uow.people.by_code("E1")
    assert person is not None
    assert person.grants == {Grant(Role.CLERK, CITY), Grant(Role.ADMIN, CITY)}


@pytest.mark.parametrize(("text", "yuan"), [("150,000,000", 150_000_000), ("", 0), ("5000000.0", 5_000_000), ("１", 1)])
async def test_yuan_as_people_type_them(empty: Turn, text: str, yuan: int):
    """Thousands separators are understood; an empty plan is none."""
    await done(empty, sheets(UNITS, [(*PROJECTS[0][:6], text, "")], PEOPLE))
    assert (await empty.uow.projects.get(ProjectCode("P002"))).annual_plan_cny == yuan


@pytest.mark.parametrize("text", ["-1", "1e9", "多", "1,00", "9" * 20])
async def test_yuan_that_are_none(empty: Turn, text: str):
    """Anything else is refused."""
    faults = await said(empty, sheets(UNITS, [(*PROJECTS[0][:6], text, "")], PEOPLE))
    assert faults == [f"projects, row 2, annual_plan_cny: '{text}' is not a whole number of yuan"]


@pytest.mark.parametrize("name", ["a\u202eb", "a\tb", "a\u200bb", "a\x00b"])
async def test_names_have_no_invisible_characters(empty: Turn, name: str):
    """A name that reads otherwise than it is written is refused."""
    (fault,) = await said(empty, sheets(people=[("E1", name, "", "", "")]))
    assert "invisible" in fault


async def test_statuses(empty: Turn):
    """Only left, active and nothing."""
    (fault,) = await said(empty, sheets(people=[("E1", "甲", "", "", "", "gone")], status=True))
    assert fault == "people, row 2, status: 'gone' is neither left nor active nor empty"


async def test_back_again(empty: Turn):
    """Who left returns with a status column that says nothing against it; without that column they stay away."""
    await done(empty, sheets(people=[("E1", "甲", "", "clerk:city", "")]))
    await done(empty, sheets(people=[("E1", "甲", "", "", "", "left")], status=True))
    assert told(await plan_import(empty, sheets(people=[("E1", "甲", "", "clerk:city", "")]))) == []
    plan = await done(empty, sheets(people=[("E1", "甲", "", "clerk:city", "", "")], status=True))
    assert [difference.what for difference in plan.differences] == [What.BACK]
    person = await empty.uow.people.by_code("E1")
    assert person is not None
    assert not person.left
    assert person.holds(Role.CLERK)
