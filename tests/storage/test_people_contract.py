"""Every store: persons, their roles, accounts and invitations; guests who turn out to be somebody."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.draft import DraftState
from bot.domain.ids import ChatId, MessageId, PersonId, ProjectCode, UnitCode, UserId
from bot.domain.organisation import CITY, Grant, Invitation, Person, Role, Scope, ScopeKind
from bot.ports import Store, UnitOfWork
from tests.builders import City, a_draft, a_guest, a_person, a_photo, an_issue, filed
from tests.fakes import NOW

U04 = Scope(ScopeKind.UNIT, "U04")


async def test_a_person_is_added_whole(uow: UnitOfWork) -> None:
    """Every field comes back, several roles too, under an id of the store's choosing."""
    person = a_person(
        "N01",
        "新人",
        "clerk:city;leader:district:海沧区;assignee:unit:U04;reporter:project:P001",
        unit=UnitCode("U01"),
        language="en",
        user_id=UserId(5_000_000_000),
        current_project=ProjectCode("P001"),
        reachable=False,
    )
    added = await uow.people.add(person)
    assert added.id != PersonId(0)
    assert await uow.people.get(added.id) == replace(person, id=added.id) == added


async def test_a_person_is_found_by_code_and_by_account(uow: UnitOfWork, city: City) -> None:
    """Both are unique; an unknown one gives nothing."""
    assert await uow.people.by_code("A04") == city.a04
    assert await uow.people.by_user(UserId(3004)) == city.a04
    assert await uow.people.by_code("a04") is None
    assert await uow.people.by_user(UserId(4)) is None


async def test_saving_updates_every_field(uow: UnitOfWork, city: City) -> None:
    """Roles that are no longer held are gone, the account may be freed."""
    changed = replace(
        city.admin,
        name="陈岚岚",
        unit=UnitCode("U02"),
        language=None,
        user_id=None,
        grants=frozenset({Grant(Role.AUDITOR, CITY)}),
        left=True,
        reachable=False,
        current_project=ProjectCode("P005"),
    )
    await uow.people.save(changed)
    assert await uow.people.get(city.admin.id) == changed


async def test_saving_leaves_the_scans_alone(uow: UnitOfWork, city: City) -> None:
    """What was scanned is written by scanning only."""
    await uow.projects.count_scan("card-P001", city.reporter.id, NOW)
    await uow.people.save(replace(city.reporter, scanned=frozenset({ProjectCode("P005")})))
    assert (await uow.people.get(city.reporter.id)).scanned == {"P001"}


async def test_the_office_is_listed_by_code(uow: UnitOfWork, city: City) -> None:
    """No guests; those who left only if asked for."""
    await uow.people.add(a_guest())
    await uow.people.save(replace(city.a14, left=True))
    codes = [person.code or "" for person in await uow.people.all()]
    assert codes == sorted(codes)
    assert "A14" not in codes
    assert "A04" in codes
    everybody = [person.code or "" for person in await uow.people.all(left=True)]
    assert everybody == sorted([*codes, "A14"])


async def test_several_are_looked_up_at_once(uow: UnitOfWork, city: City) -> None:
    """Those who left are among them, unknown ids are not; nobody asked for is nobody."""
    await uow.people.save(replace(city.a14, left=True))
    found = await uow.people.many([city.a14.id, city.a04.id, city.a04.id, PersonId(999_999)])
    assert {person: found[person].code for person in found} == {city.a14.id: "A14", city.a04.id: "A04"}
    assert await uow.people.many([]) == {}


@pytest.mark.parametrize(
    ("role", "scopes", "codes"),
    [
        (Role.ASSIGNEE, [U04], ["A04", "A14"]),
        (Role.LEADER, [U04], ["H04"]),
        (Role.CLERK, [CITY], ["E01", "E02"]),
        (Role.ASSIGNEE, [CITY], []),
        (Role.LEADER, [CITY, U04, Scope(ScopeKind.DISTRICT, "海沧区")], ["DL4", "H04", "L01"]),
        (Role.LEADER, [], []),
        (Role.LEADER, [Scope(ScopeKind.UNIT, "%")], []),
    ],
)
async def test_who_holds_a_role(uow: UnitOfWork, role: Role, scopes: list[Scope], codes: list[str]) -> None:
    """Exactly in one of the scopes (a wider one doesn't count here), by code, each once."""
    assert [person.code for person in await uow.people.holding(role, scopes)] == codes


async def test_who_left_holds_nothing(uow: UnitOfWork, city: City) -> None:
    """A person who left is nobody's assignee, even with the role still written down."""
    await uow.people.save(replace(city.a04, left=True))
    assert [person.code for person in await uow.people.holding(Role.ASSIGNEE, [U04])] == ["A14"]


@pytest.mark.parametrize("twin", [a_person("E01", "另一个"), a_person("N01", "另一个", user_id=UserId(1001))])
async def test_codes_and_accounts_are_unique(uow: UnitOfWork, twin: Person) -> None:
    """Two persons can't share a code or an account."""
    with pytest.raises(Exception, match=r"(?i)unique|taken"):
        await add_within(uow, twin)


async def add_within(uow: UnitOfWork, person: Person) -> None:
    """Add, in a savepoint."""
    async with uow.savepoint():
        await uow.people.add(person)


async def test_many_guests_have_no_code(uow: UnitOfWork) -> None:
    """No code is no clash; neither is no account."""
    first = await uow.people.add(a_guest(9001))
    second = await uow.people.add(a_guest(9002))
    third = await uow.people.add(a_person("N02", user_id=None))
    fourth = await uow.people.add(a_person("N03", user_id=None))
    assert len({first.id, second.id, third.id, fourth.id}) == 4
    assert first.is_guest


async def test_an_invitation_is_used_once(uow: UnitOfWork, city: City) -> None:
    """The first use succeeds and is noted; the second, and one of an unknown link, don't."""
    invitation = Invitation("a" * 64, city.a04.id, NOW + timedelta(days=7))
    await uow.people.invite(invitation)
    assert await uow.people.invitation("a" * 64) == invitation
    assert await uow.people.use_invitation("a" * 64, NOW)
    assert not await uow.people.use_invitation("a" * 64, NOW)
    assert await uow.people.invitation("a" * 64) == replace(invitation, used_at=NOW)
    assert not await uow.people.use_invitation("b" * 64, NOW)
    assert await uow.people.invitation("b" * 64) is None


async def test_open_invitations_of_a_person_can_be_ended(uow: UnitOfWork, city: City) -> None:
    """They expire now; a used one, an expired one and other people's stay as they are."""
    later, before = NOW + timedelta(days=7), NOW - timedelta(days=1)
    for token, person, expires in (("a", city.a04, later), ("b", city.a04, later), ("c", city.a04, before)):
        await uow.people.invite(Invitation(token * 64, person.id, expires))
    await uow.people.invite(Invitation("d" * 64, city.a14.id, later))
    await uow.people.use_invitation("b" * 64, before)
    await uow.people.end_invitations(city.a04.id, NOW)
    kept = [await uow.people.invitation(token * 64) for token in "abcd"]
    assert [one.expires_at for one in kept if one] == [NOW, later, before, later]


async def test_two_who_race_for_an_invitation(store: Store, city: City) -> None:
    """One of them gets it."""
    async with store.begin() as uow:
        await uow.people.invite(Invitation("a" * 64, city.a04.id, NOW + timedelta(days=7)))

    async def use() -> bool:
        async with store.begin() as uow:
            return await uow.people.use_invitation("a" * 64, NOW)

    assert sorted(await asyncio.gather(*(use() for _ in range(5)))) == [False] * 4 + [True]


async def test_a_guest_is_absorbed(uow: UnitOfWork, city: City) -> None:
    """Drafts, media and scans become the person's, the account is free, and the guest's issues are named."""
    guest = await uow.people.add(a_guest(9001))
    draft = await uow.drafts.add(a_draft(guest.id, 9001))
    await uow.evidence.add(a_photo(), guest.id, ChatId(9001), MessageId(1), NOW, draft=draft.id)
    await uow.projects.count_scan("card-P002", guest.id, NOW)
    first, second = [await filed(uow, an_issue(reporter=guest.id)) for _ in range(2)]
    await filed(uow, an_issue(reporter=city.reporter.id))

    assert await uow.people.absorb(guest.id, city.reporter.id) == [first.id, second.id]

    assert (await uow.drafts.get(draft.id)).person == city.reporter.id
    assert [m.author for m in await uow.evidence.of_draft(draft.id)] == [city.reporter.id]
    assert (await uow.people.get(city.reporter.id)).scanned == {"P002"}
    assert (await uow.people.get(guest.id)).user_id is None
    await uow.people.save(replace(city.reporter, user_id=UserId(9001)))
    bound = await uow.people.by_user(UserId(9001))
    assert bound is not None
    assert bound.code == "R01"


async def test_absorbing_knows_what_both_scanned(uow: UnitOfWork, city: City) -> None:
    """A card both had opened is no clash."""
    guest = await uow.people.add(a_guest(9001))
    for person in (guest.id, city.reporter.id):
        await uow.projects.count_scan("card-P002", person, NOW)
    await uow.projects.count_scan("card-P005", guest.id, NOW)
    assert await uow.people.absorb(guest.id, city.reporter.id) == []
    assert (await uow.people.get(city.reporter.id)).scanned == {"P002", "P005"}
    assert (await uow.people.get(guest.id)).scanned == frozenset()


async def test_of_two_open_drafts_the_guests_goes_on(uow: UnitOfWork, city: City) -> None:
    """It is the one being written; the person's own older one in that chat is closed, those elsewhere are not."""
    guest = await uow.people.add(a_guest(9001))
    older, elsewhere = [await uow.drafts.add(a_draft(city.reporter.id, chat)) for chat in (-100, 4001)]
    newer = await uow.drafts.add(a_draft(guest.id, -100))
    await uow.people.absorb(guest.id, city.reporter.id)
    assert await uow.drafts.open_of(city.reporter.id, ChatId(-100)) == replace(newer, person=city.reporter.id)
    assert (await uow.drafts.get(older.id)).state is DraftState.CANCELLED
    assert await uow.drafts.open_of(city.reporter.id, ChatId(4001)) == elsewhere


async def test_a_closed_draft_of_a_guest_is_handed_over_too(uow: UnitOfWork, city: City) -> None:
    """Filed and cancelled drafts as well: their messages still lead to them."""
    guest = await uow.people.add(a_guest(9001))
    draft = await uow.drafts.add(a_draft(guest.id, 9001))
    await uow.drafts.save(replace(draft, state=DraftState.CANCELLED))
    await uow.people.absorb(guest.id, city.reporter.id)
    assert (await uow.drafts.get(draft.id)).person == city.reporter.id


async def test_who_is_expected_is_found_as_they_are(uow: UnitOfWork, city: City) -> None:
    """Read for all at once or not: what changed since is seen, and what was undone is not."""
    before, after = UserId(3004), UserId(4)
    assert set(await uow.people.expect({before, after})) == {before}
    assert [await uow.people.by_user(user) for user in (before, after)] == [city.a04, None]
    moved = replace(city.a04, user_id=after, grants=frozenset())
    with suppress(KeyError):
        async with uow.savepoint():
            await uow.people.save(moved)
            assert [await uow.people.by_user(user) for user in (before, after)] == [None, moved]
            raise KeyError
    assert [await uow.people.by_user(user) for user in (before, after)] == [city.a04, None]


async def test_holders_change_with_what_is_held(uow: UnitOfWork, city: City) -> None:
    """Asked again in the same transaction: a role that was taken is held no more."""
    assert city.a04 in await uow.people.holding(Role.ASSIGNEE, [U04])
    await uow.people.save(replace(city.a04, grants=frozenset()))
    assert city.a04.id not in {person.id for person in await uow.people.holding(Role.ASSIGNEE, [U04])}
