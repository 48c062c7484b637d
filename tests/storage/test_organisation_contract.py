"""Every store: units, projects, service cards."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.ids import PersonId, ProjectCode, UnitCode
from bot.domain.organisation import UnitKind
from bot.ports import UnitOfWork
from tests.builders import City, a_project, a_service_card, a_unit
from tests.fakes import NOW


async def test_a_unit_is_saved_whole(uow: UnitOfWork, city: City) -> None:
    """Every field of a unit comes back."""
    unit = a_unit("U77", "某单位", district="集美区", kind=UnitKind.BOTH, head=city.h02.id)
    await uow.units.save(unit)
    assert await uow.units.get(UnitCode("U77")) == unit


async def test_a_unit_is_updated_by_its_code(uow: UnitOfWork) -> None:
    """Saving again replaces what stood there."""
    await uow.units.save(replace(await uow.units.get(UnitCode("U04")), name="新名称"))
    assert (await uow.units.get(UnitCode("U04"))).name == "新名称"


async def test_units_are_listed_by_code_without_those_that_left(uow: UnitOfWork) -> None:
    """The list is what is in force; a unit that left can still be looked up."""
    await uow.units.save(a_unit("U03", "市资源规划局", left=True))
    codes = [unit.code for unit in await uow.units.all()]
    assert codes == sorted(codes)
    assert "U03" not in codes
    assert (await uow.units.get(UnitCode("U03"))).left


async def test_what_does_not_exist_is_a_lookup_error(uow: UnitOfWork) -> None:
    """`get` of an unknown code says so."""
    with pytest.raises(LookupError):
        await uow.units.get(UnitCode("nowhere"))
    with pytest.raises(LookupError):
        await uow.projects.get(ProjectCode("nowhere"))


async def test_a_project_is_saved_whole(uow: UnitOfWork, city: City) -> None:
    """Every field comes back, a plan of more than 32 bits too."""
    project = a_project("P900", "大项目", annual_plan_cny=103_740_000_000, served_by=city.clerk.id, left=True)
    await uow.projects.save(project)
    assert await uow.projects.get(ProjectCode("P900")) == project


async def test_projects_are_listed_by_code_without_those_that_left(uow: UnitOfWork) -> None:
    """The list is what is in force."""
    await uow.projects.save(replace(await uow.projects.get(ProjectCode("P004")), left=True))
    assert [project.code for project in await uow.projects.all()] == ["P001", "P002", "P003", "P005"]


async def test_projects_are_searched(uow: UnitOfWork) -> None:
    """By parts of name, code or district; case doesn't matter, signs of a pattern mean themselves."""
    expected: dict[str, list[str]] = {
        "POCT": ["P002", "P003"],
        "poct": ["P002", "P003"],
        "B地块": ["P003"],
        "p003": ["P003"],
        "海沧": ["P002", "P003"],
        "POCT B": ["P003"],
        "没有这样的": [],
        "%": [],
        "_": [],
        "' OR 1=1 --": [],
        "\\": [],
        "电" * 4096: [],
        "": [],
        "  ": [],
    }
    found = {words: [project.code for project in await uow.projects.search(words, 10)] for words in expected}
    assert {words: sorted(codes) for words, codes in found.items()} == expected


async def test_a_search_gives_the_best_first_and_no_more_than_asked(uow: UnitOfWork) -> None:
    """The project of exactly that code comes before those that only mention it; the limit holds."""
    await uow.projects.save(a_project("P000", "P003配套道路"))
    assert [p.code for p in await uow.projects.search("P003", 5)] == ["P003", "P000"]
    assert len(await uow.projects.search("P", 2)) == 2


async def test_a_search_leaves_out_what_left(uow: UnitOfWork) -> None:
    """A project that left is not offered."""
    await uow.projects.save(replace(await uow.projects.get(ProjectCode("P002")), left=True))
    assert [p.code for p in await uow.projects.search("POCT", 5)] == ["P003"]


async def test_a_card_is_found_by_its_token(uow: UnitOfWork) -> None:
    """A known token gives its card, an unknown one nothing."""
    card = await uow.projects.card("card-P002")
    assert card == a_service_card("P002")
    assert await uow.projects.card("made-up") is None


async def test_a_revoked_card_still_says_so(uow: UnitOfWork) -> None:
    """A revoked card is found with its moment, but is no longer the card in force; the first revocation stands."""
    await uow.projects.revoke_card("card-P002", NOW)
    await uow.projects.revoke_card("card-P002", NOW + timedelta(days=1))
    card = await uow.projects.card("card-P002")
    assert card is not None
    assert card.revoked_at == NOW
    assert await uow.projects.card_of(ProjectCode("P002")) is None


async def test_the_card_in_force_is_the_newest(uow: UnitOfWork) -> None:
    """A card issued again takes over; revoking it gives the older one back."""
    await uow.projects.issue_card(a_service_card("P002", "again", issued_at=NOW))
    card = await uow.projects.card_of(ProjectCode("P002"))
    assert card is not None
    assert card.token == "again"
    await uow.projects.revoke_card("again", NOW)
    older = await uow.projects.card_of(ProjectCode("P002"))
    assert older is not None
    assert older.token == "card-P002"


async def test_a_scan_is_remembered_with_the_person(uow: UnitOfWork, city: City) -> None:
    """Opening cards adds their projects to the person; opening one twice is once; an unknown token is nothing."""
    for token in ("card-P002", "card-P005", "card-P002", "made-up"):
        await uow.projects.count_scan(token, city.reporter.id, NOW)
    scanned = frozenset({ProjectCode("P002"), ProjectCode("P005")})
    assert (await uow.people.get(city.reporter.id)).scanned == scanned
    assert (await uow.people.get(city.clerk.id)).scanned == frozenset()


async def test_revoking_an_unknown_card_is_nothing(uow: UnitOfWork) -> None:
    """No card, no error."""
    await uow.projects.revoke_card("made-up", NOW)
    assert await uow.projects.card("made-up") is None


async def test_ids_of_nobody_are_a_lookup_error(uow: UnitOfWork) -> None:
    """A person nobody has the id of."""
    with pytest.raises(LookupError):
        await uow.people.get(PersonId(424242))
