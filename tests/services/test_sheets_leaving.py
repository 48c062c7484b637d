"""Who leaves: their roles end at once, their account is free, their open tasks go on."""

from datetime import datetime

from bot.domain.history import Action
from bot.domain.ids import ProjectCode, UnitCode, UserId
from bot.domain.import_plan import ImportPlan, What
from bot.domain.issue import Issue, Status
from bot.domain.permissions import Access, may_use
from bot.domain.sheets import Sheets
from bot.services.office.sheets import apply_import, plan_import
from bot.services.turn import Turn
from tests.builders import City, assigned, filed
from tests.fakes import FakeStore
from tests.sheets import Rows, sheets

A04_LEAVES: Rows = [("A04", "蔡明", "U04", "assignee:unit:U04", "zh", "left")]
H04_LEAVES: Rows = [("H04", "黄志勇", "U04", "leader:unit:U04", "zh", "left")]
A14_LEAVES: Rows = [("A14", "石磊", "U04", "assignee:unit:U04", "zh", "left")]
U04_LEAVES: Rows = [("U04", "市供电公司", "", "responsible", "H04", "left")]


async def done(turn: Turn, given: Sheets) -> ImportPlan:
    """Plan and apply."""
    plan = await plan_import(turn, given)
    assert plan.faults == ()
    await apply_import(turn, plan)
    return plan


async def a_task(turn: Turn, city: City) -> Issue:
    """An issue that A04 of U04 works on."""
    issue = await filed(turn.uow, reporter=city.reporter.id)
    return await assigned(turn.uow, issue, city.a04, city.clerk.id)


async def test_roles_end_at_once_and_the_account_is_free(turn: Turn, store: FakeStore, city: City):
    """They may use nothing any more, and their Telegram account is a stranger's."""
    plan = await done(turn, sheets(people=A04_LEAVES, status=True))
    assert [difference.what for difference in plan.differences] == [What.LEFT]
    person = store.person("A04")
    assert person.left
    assert person.user_id is None
    assert person.grants == frozenset()
    assert not may_use(person, Access.TASKS)
    assert await turn.uow.people.by_user(UserId(3004)) is None


async def test_open_tasks_go_to_the_head(turn: Turn, store: FakeStore, city: City, now: datetime):
    """History says that the roster handed it over; the head is told and has the card; the deadline stays."""
    issue = await a_task(turn, city)
    plan = await done(turn, sheets(people=A04_LEAVES, status=True))
    after = store.issue(issue.number)
    assert (after.assignee, after.status, after.deadline) == (city.h04.id, Status.ASSIGNED, issue.deadline)
    last = await turn.uow.issues.last_entry(issue.id)
    assert last is not None
    assert (last.action, last.by, last.at) == (Action.HAND_OVER, None, now)
    assert plan.differences[0].tasks == 1
    assert any(message.facts.get("issue") == issue.id for message in store.told(2004))


async def test_the_head_leaves_too(turn: Turn, store: FakeStore, city: City):
    """Without a head the unit's other person takes it."""
    issue = await a_task(turn, city)
    await done(turn, sheets(people=[*A04_LEAVES, *H04_LEAVES], status=True))
    assert store.issue(issue.number).assignee == city.a14.id


async def test_nobody_is_left(turn: Turn, store: FakeStore, city: City):
    """With nobody at the unit the case returns to the desk, with a reason, and the clerk is told."""
    issue = await a_task(turn, city)
    await done(turn, sheets(people=[*A04_LEAVES, *H04_LEAVES, *A14_LEAVES], status=True))
    after = store.issue(issue.number)
    assert (after.status, after.assignee, after.deadline) == (Status.RETURNED, None, None)
    last = await turn.uow.issues.last_entry(issue.id)
    assert last is not None
    assert (last.action, last.by) == (Action.RETURN, None)
    assert last.words
    assert any(message.facts.get("issue") == issue.id for message in store.told(1001))


async def test_a_head_who_leaves_heads_nothing(turn: Turn, city: City):
    """The unit, although not in the sheet, is shown as changed and has no head."""
    plan = await done(turn, sheets(people=H04_LEAVES, status=True))
    assert (await turn.uow.units.get(UnitCode("U04"))).head is None
    unit, person = plan.differences
    assert (unit.code, unit.fields) == ("U04", (("head", "H04", ""),))
    assert (person.code, person.what) == ("H04", What.LEFT)


async def test_a_clerk_who_leaves_serves_nothing(turn: Turn, city: City):
    """No card names somebody who is gone."""
    await done(turn, sheets(people=[("E02", "陈岚", "U01", "", "zh", "left")], status=True))
    assert (await turn.uow.projects.get(ProjectCode("P002"))).served_by is None
    assert (await turn.uow.projects.get(ProjectCode("P005"))).served_by == city.clerk.id


async def test_naming_somebody_who_leaves_is_a_surprise(turn: Turn, city: City):
    """A sheet that names a leaving head is imported without, and says so."""
    units = [("U04", "市供电公司", "", "responsible", "H04", "")]
    plan = await done(turn, sheets(units, None, H04_LEAVES, status=True))
    assert [str(warning) for warning in plan.warnings] == ["units, row 2, head: H04 has left"]
    assert (await turn.uow.units.get(UnitCode("U04"))).head is None


async def test_a_unit_leaves(turn: Turn, store: FakeStore, city: City):
    """Roles over it end for everybody, its open tasks return to the desk, and nobody can choose it any more."""
    issue = await a_task(turn, city)
    plan = await done(turn, sheets(U04_LEAVES, status=True))
    assert {difference.code: difference.what for difference in plan.differences} == {
        "U04": What.LEFT,
        "A04": What.CHANGED,
        "A14": What.CHANGED,
        "H04": What.CHANGED,
    }
    assert store.person("A04").grants == frozenset()
    assert store.person("A04").user_id == 3004
    assert store.issue(issue.number).status is Status.RETURNED
    assert "U04" not in [unit.code for unit in await turn.uow.units.all()]


async def test_losing_the_role_passes_the_task_on(turn: Turn, store: FakeStore, city: City):
    """Who stays but is no assignee any more has no task any more either."""
    issue = await a_task(turn, city)
    plan = await done(turn, sheets(people=[("A04", "蔡明", "U04", "", "zh")]))
    assert plan.differences[0].tasks == 1
    assert store.issue(issue.number).assignee == city.h04.id


async def test_other_changes_leave_tasks_alone(turn: Turn, store: FakeStore, city: City):
    """A new name moves no task."""
    issue = await a_task(turn, city)
    await done(turn, sheets(people=[("A04", "蔡小明", "U04", "assignee:unit:U04", "zh")]))
    assert store.issue(issue.number).assignee == city.a04.id


async def test_a_project_leaves(turn: Turn, city: City):
    """It is not offered any more."""
    row = ("P002", "POCT产业园A地块", "海沧区", "U11", "key_city", "medical", 150000000, "E02", "left")
    await done(turn, sheets(projects=[row], status=True))
    assert "P002" not in [project.code for project in await turn.uow.projects.all()]


async def test_nobody_new_leaves(turn: Turn, city: City):
    """A line with `left` for somebody the ledger does not know does nothing."""
    plan = await done(turn, sheets(people=[("E77", "甲", "", "", "", "left")], status=True))
    assert plan.differences == ()
