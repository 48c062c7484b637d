"""Invitations, service cards, language and menus."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import AlreadyBound, CardRevoked, InvitationInvalid, PersonUnknown, ProjectUnknown
from bot.domain.history import Action
from bot.domain.ids import ChatId, ProjectCode, UserId
from bot.domain.incoming import Account
from bot.domain.organisation import Person
from bot.services.office import binding
from bot.services.people import people
from bot.services.reporting import scanning
from bot.services.turn import Turn
from tests.builders import City, a_draft, a_person, filed
from tests.fakes import FakeStore

NEW = Account(UserId(7777), "新人", "en-GB")
P002 = ProjectCode("P002")


async def unbound(turn: Turn, **more: object) -> Person:
    """R09, invited but not bound."""
    return await turn.uow.people.add(a_person("R09", "小李", "reporter:unit:U11", **more))


async def test_an_invitation_binds_the_account_once(turn: Turn, store: FakeStore, city: City) -> None:
    """The first account to open it is the person; the next one hears that it is used."""
    person = await unbound(turn)
    token, expires = await people.invite(turn, "R09")
    assert expires == turn.now + timedelta(days=turn.policy.invitation_days)
    bound = await binding.bind(turn, None, NEW, token)
    assert (bound.id, bound.user_id) == (person.id, 7777)
    assert store.told(7777)[-1].facts["roles"] == ["reporter"]
    with pytest.raises(InvitationInvalid) as used:
        await binding.bind(turn, None, Account(UserId(8888), "别人"), token)
    assert used.value.facts == {"why": "used"}


async def test_only_the_tokens_digest_is_kept(turn: Turn, store: FakeStore, city: City) -> None:
    """Who reads the database can't bind anybody; at least 128 bits can't be guessed."""
    await unbound(turn)
    token, _ = await people.invite(turn, "R09")
    assert token not in repr(store.tables)
    assert len(token) >= 22


async def test_opening_ones_own_invitation_again_just_greets(turn: Turn, store: FakeStore, city: City) -> None:
    """People press a link twice."""
    await unbound(turn)
    token, _ = await people.invite(turn, "R09")
    bound = await binding.bind(turn, None, NEW, token)
    await binding.bind(turn, bound, NEW, token)
    assert store.kinds_told(7777) == ["start/welcome", "start/welcome"]


async def test_an_invitation_expires(turn: Turn, city: City) -> None:
    """At its hour, not a second later."""
    await unbound(turn)
    token, expires = await people.invite(turn, "R09")
    with pytest.raises(InvitationInvalid) as late:
        await binding.bind(replace(turn, now=expires), None, NEW, token)
    assert late.value.facts == {"why": "expired"}
    with pytest.raises(InvitationInvalid):
        await binding.bind(turn, None, NEW, "nonsense")


async def test_an_account_of_the_office_stays_whose_it_is(turn: Turn, city: City) -> None:
    """Somebody else's invitation does not turn a clerk into another person, and stays unused."""
    await unbound(turn)
    token, _ = await people.invite(turn, "R09")
    with pytest.raises(AlreadyBound):
        await binding.bind(turn, city.clerk, Account(UserId(1001), "林清"), token)
    assert (await binding.bind(turn, None, NEW, token)).user_id == 7777


async def test_a_guest_who_is_invited_brings_their_reports_along(turn: Turn, city: City) -> None:
    """The issue changes hands by a line of history, and loses its mark."""
    person = await unbound(turn, unit="U11")
    guest = await scanning.scan(turn, None, NEW, "card-P002")
    issue = await filed(turn.uow, reporter=guest.id, unverified_reporter=True)
    draft = await turn.uow.drafts.add(a_draft(guest.id, 7777))
    token, _ = await people.invite(turn, "R09")
    bound = await binding.bind(turn, guest, NEW, token)
    issue = await turn.uow.issues.get(issue.id)
    assert (issue.reporter, issue.unverified_reporter, issue.reporting_unit) == (person.id, False, "U11")
    assert (await turn.uow.issues.history(issue.id))[-1].entry.action is Action.REBIND
    assert (bound.current_project, bound.user_id) == ("P002", 7777)
    assert (await turn.uow.drafts.get(draft.id)).person == person.id


async def test_invitations_need_a_person_of_the_office(turn: Turn, city: City) -> None:
    """Neither an unknown code nor somebody who left."""
    await unbound(turn, left=True)
    for code in ("NOBODY", "R09"):
        with pytest.raises(PersonUnknown):
            await people.invite(turn, code)


async def test_a_card_makes_a_stranger_a_guest_of_its_project(turn: Turn, store: FakeStore, city: City) -> None:
    """Greeted with name, district and who serves it; the project is current; no role is granted."""
    guest = await scanning.scan(turn, None, NEW, "card-P002")
    known = await turn.uow.people.get(guest.id)
    assert (known.is_guest, known.grants, known.current_project, known.scanned) == (True, frozenset(), "P002", {"P002"})
    [greeting] = store.told(7777)
    assert greeting.facts["project"] == "POCT产业园A地块"
    assert greeting.facts["served_by"] == "陈岚"


async def test_a_card_points_the_open_draft_to_its_project(turn: Turn, city: City) -> None:
    """Scanning in the middle of a report says what the report is about."""
    draft = await turn.uow.drafts.add(a_draft(city.reporter.id))
    await scanning.scan(turn, city.reporter, Account(UserId(4001), "小王"), "card-P003")
    assert (await turn.uow.drafts.get(draft.id)).project == "P003"


async def test_revoked_and_invented_cards_open_nothing(turn: Turn, city: City) -> None:
    """And a reissued one does."""
    with pytest.raises(CardRevoked):
        await scanning.scan(turn, None, NEW, "invented")
    token = await people.reissue_card(turn, P002)
    with pytest.raises(CardRevoked):
        await scanning.scan(turn, None, NEW, "card-P002")
    assert (await scanning.scan(turn, None, NEW, token)).current_project == "P002"
    with pytest.raises(ProjectUnknown):
        await people.reissue_card(turn, ProjectCode("P999"))


async def test_every_project_has_one_card(turn: Turn, city: City) -> None:
    """Asking again gives the same tokens; a missing one is issued."""
    await people.revoke_card(turn, P002)
    first = await people.service_cards(turn)
    assert [project.code for project, _ in first] == ["P001", "P002", "P003", "P004", "P005"]
    assert await people.service_cards(turn) == first
    assert {p.code: token for p, token in first}[P002] != "card-P002"


async def test_somebody_who_left_may_come_in_by_a_card_as_anybody(turn: Turn, city: City) -> None:
    """Their old account is freed; nothing of the old role comes along."""
    gone = replace(city.reporter, left=True, grants=frozenset())
    await turn.uow.people.save(gone)
    guest = await scanning.scan(turn, gone, Account(UserId(4001), "小王"), "card-P002")
    assert guest.is_guest
    assert (await turn.uow.people.get(gone.id)).user_id is None


async def test_whoever_writes_is_reachable_and_spoken_to_in_telegrams_language(turn: Turn, city: City) -> None:
    """Imported language first, else Telegram's; an unknown one is the office's."""
    await unbound(turn, user_id=7777, language=None, reachable=False)
    known = await people.recognise(turn, NEW)
    assert known is not None
    assert (known.language, known.reachable) == ("en", True)
    assert (await people.recognise(turn, Account(UserId(1001), "x", "en"))) == city.clerk
    assert Account(UserId(1), "x", "fr").language is None


async def test_menus_hold_what_a_person_may_use(city: City) -> None:
    """By role, and by where it works."""
    names = {name for name, _ in people.commands_for(city.reporter)}
    assert {"my", "issue", "find", "ledger"} <= names
    assert not names & {"desk", "people", "subscribe"}
    assert {"desk", "overdue", "digest", "people"} <= {name for name, _ in people.commands_for(city.clerk)}
    assert {"subscribe", "issue"} <= {name for name, _ in people.commands_for(city.clerk, group=True)}
    assert {name for name, _ in people.commands_for(None)} == {
        "start",
        "privacy",
        "my",
        "issue",
        "find",
        "language",
        "cancel",
        "help",
    }


async def test_help_lists_the_same_commands(turn: Turn, store: FakeStore, city: City) -> None:
    """One table for menus and help."""
    await people.help_for(turn, city.clerk, ChatId(1001))
    listed = {command["name"] for command in store.told(1001)[-1].facts["commands"]}
    assert listed == {name for name, _ in people.commands_for(city.clerk)}
