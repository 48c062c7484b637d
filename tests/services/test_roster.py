"""/people: who is active, who is not, who left; admins invite and revoke."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.errors import NotAllowed, PersonUnknown
from bot.domain.ids import ChatId, PersonId
from bot.domain.organisation import Grant, Person
from bot.services.office import roster
from bot.services.people import people
from tests.builders import a_person
from tests.services.at_work import Office

CHAT = ChatId(1002)
U03, U04 = 3, 4  # places in the list by code: G04, U01, U02, U03, U04…


def shown(office: Office) -> Any:
    """The facts of the card as it would be sent now."""
    return office.store.told(CHAT)[-1].facts


async def test_units_with_how_many_are_active(office: Office) -> None:
    """Three people at the power company, one of them not bound."""
    await office.uow.people.save(replace(office.city.a14, user_id=None))
    await roster.units(office.turn, office.city.clerk, CHAT)
    rows = {row["name"]: (row["active"], row["people"]) for row in shown(office)["rows"]}
    assert rows["市供电公司"] == (2, 3)


async def test_members_not_activated_first_who_left_last(office: Office) -> None:
    """What needs doing comes first."""
    city = office.city
    await office.uow.people.save(replace(city.a14, user_id=None))
    await office.uow.people.save(replace(city.h04, left=True))
    await office.uow.people.save(replace(city.a04, reachable=False))
    await roster.members(office.turn, city.clerk, CHAT, U04)
    facts = shown(office)
    assert facts["unit"] == "市供电公司"
    assert [(row["code"], row["state"]) for row in facts["rows"]] == [
        ("A14", "unbound"),
        ("A04", "blocked"),
        ("H04", "left"),
    ]


async def test_pages(office: Office) -> None:
    """Eight a page; a page beyond the last is the last."""
    for number in range(10):
        await office.uow.people.add(a_person(f"Z{number}", f"人{number}", unit="U03"))
    await roster.members(office.turn, office.city.clerk, CHAT, U03, 0)
    assert (len(shown(office)["rows"]), shown(office)["more"]) == (8, True)
    await roster.members(office.turn, office.city.clerk, CHAT, U03, 99)
    assert (len(shown(office)["rows"]), shown(office)["page"], shown(office)["more"]) == (4, 1, False)


async def test_a_unit_that_is_gone_leads_back_to_the_list(office: Office) -> None:
    """An old button's place means nothing any more."""
    await roster.members(office.turn, office.city.clerk, CHAT, 77)
    assert shown(office)["view"] == "units"


async def test_one_person_with_roles_and_what_may_be_done(office: Office) -> None:
    """A clerk looks; an admin acts, not on themselves."""
    city = office.city
    await roster.member(office.turn, city.clerk, CHAT, city.a04.id)
    assert shown(office)["roles"] == [{"role": "assignee", "scope": "市供电公司"}]
    assert shown(office)["admin"] is False
    await roster.member(office.turn, city.admin, CHAT, city.admin.id)
    assert (shown(office)["admin"], shown(office)["self"]) == (True, True)


@pytest.mark.parametrize("who", ["reporter", "a04", "h04", "city_leader", "auditor"])
async def test_nobody_else_sees_the_roster(office: Office, who: str) -> None:
    """Names and roles are the office's."""
    with pytest.raises(NotAllowed):
        await roster.units(office.turn, getattr(office.city, who), CHAT)


async def test_a_districts_admin_manages_the_districts_units_only(office: Office) -> None:
    """The city's units do not exist for them."""
    admin = replace(office.city.admin, grants=frozenset({Grant.parse("admin:district:海沧区")}))
    await roster.units(office.turn, admin, CHAT)
    assert [row["name"] for row in shown(office)["rows"]] == ["海沧区驻区工作组", "宝太生物"]
    with pytest.raises(PersonUnknown):
        await roster.member(office.turn, admin, CHAT, office.city.a04.id)


async def test_an_admin_makes_an_invitation_link(office: Office) -> None:
    """One-time, with its expiry; only its digest is kept."""
    await roster.invite(office.turn, office.city.admin, CHAT, office.city.a14.id, "home_bot")
    facts = shown(office)
    link, _, token = facts["link"].partition("?start=i_")
    assert link == "https://t.me/home_bot"
    invitation = await office.uow.people.invitation(people.digest(token))
    assert invitation is not None
    assert invitation.person == office.city.a14.id
    assert facts["name"] == "石磊"


async def test_a_clerk_without_the_admins_role_neither_invites_nor_revokes(office: Office) -> None:
    """Looking is all."""
    with pytest.raises(NotAllowed):
        await roster.invite(office.turn, office.city.clerk, CHAT, office.city.a14.id, "home_bot")
    with pytest.raises(NotAllowed):
        await roster.revoke(office.turn, office.city.clerk, CHAT, office.city.a14.id)


async def test_revoked_means_unbound_and_without_roles(office: Office) -> None:
    """From the next press on nobody is behind that account."""
    city = office.city
    await roster.revoke(office.turn, city.admin, CHAT, city.a04.id)
    stripped: Person = office.store.person("A04")
    assert (stripped.user_id, stripped.grants) == (None, frozenset())
    assert await office.uow.people.by_user(city.a04.user_id or 0) is None  # type: ignore[arg-type]


async def test_an_invitation_given_out_before_does_not_outlive_the_revocation(office: Office) -> None:
    """It has expired, also for whom it was made for; one made later is good."""
    city = office.city
    token, _ = await people.invite(office.turn, "A04")
    await roster.revoke(office.turn, city.admin, CHAT, city.a04.id)
    kept = await office.uow.people.invitation(people.digest(token))
    assert kept is not None
    assert kept.expires_at <= office.turn.now
    token, expires = await people.invite(office.turn, "A04")
    later = await office.uow.people.invitation(people.digest(token))
    assert later is not None
    assert later.expires_at == expires


async def test_open_tasks_of_who_is_revoked_go_to_the_units_head(office: Office) -> None:
    """As when somebody leaves: nobody else could work on them."""
    issue = await office.task()
    await roster.revoke(office.turn, office.city.admin, CHAT, office.city.a04.id)
    assert (await office.uow.issues.get(issue.id)).assignee == office.city.h04.id


async def test_who_has_nothing_left_is_not_offered_to_be_revoked_again(office: Office) -> None:
    """The card that stays after it."""
    await roster.revoke(office.turn, office.city.admin, CHAT, office.city.a04.id)
    assert shown(office)["bare"] is True


async def test_nobody_revokes_themselves(office: Office) -> None:
    """Or the office might be left without an admin."""
    with pytest.raises(NotAllowed):
        await roster.revoke(office.turn, office.city.admin, CHAT, office.city.admin.id)


async def test_a_person_nobody_knows(office: Office) -> None:
    """An old button of a row that is no more."""
    with pytest.raises(PersonUnknown):
        await roster.member(office.turn, office.city.admin, CHAT, PersonId(4711))
