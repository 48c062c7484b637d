"""How far a search goes on the databases, where many issues have each of its words."""

from datetime import timedelta

import pytest

from bot.domain.ids import ProjectCode
from bot.domain.organisation import CITY, Scope
from bot.domain.permissions import Sight
from bot.ports import UnitOfWork
from storage.repositories import alike, search
from storage.repositories.postings import COMMON
from storage.store import SqlStore
from tests.builders import City, a_city, an_issue, filed
from tests.fakes import NOW
from tests.storage.hearing import heard

EVERYTHING = Sight(None, frozenset({CITY}))
LOOKED_AT = 40


@pytest.fixture(autouse=True)
def _few_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "LOOKED_AT", LOOKED_AT)


async def a_long_ledger(uow: UnitOfWork) -> City:
    """The oldest tells of a crane, the next of a crane at another project, all others of a lift; a minute apart."""
    city = await a_city(uow)
    for n in range(COMMON + 20):
        text, project = ("塔吊停电，电梯停运" if n < 2 else "电梯停运，工地停电"), "P001" if n == 1 else "P002"
        at = NOW + timedelta(minutes=n)
        await filed(
            uow,
            an_issue(
                number=f"XM-2026-{n + 1:04}",
                description=text,
                project=ProjectCode(project),
                reporter=city.reporter.id,
                reported_at=at,
            ),
        )
    return city


async def test_a_search_ends(sql_store: SqlStore) -> None:
    """What is common is found at once; what none of the newest has is not looked for in the whole ledger, and that is said: with
    what lies behind, and no more."""
    async with sql_store.begin() as uow:
        await a_long_ledger(uow)
        found = await uow.issues.find("电梯 停电", EVERYTHING, 3)
        assert ([view.issue.number for view in found.views], found.since) == (
            ["XM-2026-0520", "XM-2026-0519", "XM-2026-0518"],
            None,
        )
        found = await uow.issues.find("停电 吊", EVERYTHING, 3)
        assert [view.issue.number for view in found.views] == ["XM-2026-0002", "XM-2026-0001"]
        assert found.since is None, "a rare word leads to all there are"
        found = await uow.issues.find("停 %", EVERYTHING, 3)
        assert (found.views, found.since) == ([], NOW + timedelta(minutes=COMMON + 20 - LOOKED_AT - 1))


async def test_a_small_part_of_the_ledger_is_searched_whole(sql_store: SqlStore) -> None:
    """Whoever sees one project finds the oldest of its issues by the commonest words."""
    async with sql_store.begin() as uow:
        await a_long_ledger(uow)
        found = await uow.issues.find("停电 电梯", Sight(None, frozenset({Scope.parse("project:P001")})), 3)
        assert ([view.issue.number for view in found.views], found.since) == (["XM-2026-0002"], None)


async def test_a_number_is_found_however_old(sql_store: SqlStore) -> None:
    """Also one whose digits many texts have."""
    async with sql_store.begin() as uow:
        await a_long_ledger(uow)
        for words in ("XM-2026-0001", "0001", "1"):
            found = await uow.issues.find(words, EVERYTHING, 3)
            assert "XM-2026-0001" in [view.issue.number for view in found.views], words


async def test_what_few_tell_decides_what_is_alike(sql_store: SqlStore) -> None:
    """One that shares a road and a crane is before one that shares more of what everybody says."""
    async with sql_store.begin() as uow:
        city = await a_long_ledger(uow)
        for n, text in enumerate(("海翔大道塔吊断电", "翔安南路围挡倒塌，电梯停运，工地停电"), COMMON + 20):
            await filed(uow, an_issue(number=f"XM-2026-{n + 1:04}", description=text, reporter=city.reporter.id))
        found = await uow.issues.similar("海翔大道塔吊没电，电梯停运，工地停电", 2, open_only=True)
        assert found[0].description == "海翔大道塔吊断电"


async def test_lists_are_read_until_it_is_enough(sql_store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the rarest grams; of the others only where these are short."""
    monkeypatch.setattr(alike, "_AT_ONCE", 500)
    async with sql_store.begin() as uow:
        await a_long_ledger(uow)
    for enough, asked in ((1, 3), (600, 4)):
        monkeypatch.setattr(alike, "_ENOUGH", enough)
        async with sql_store.read() as uow:
            statements = heard(uow)
            found = await uow.issues.similar("塔吊停电，电梯停运，工地停电", 1, open_only=True)
        assert len(statements) == asked, statements
        assert found[0].number == "XM-2026-0002"
