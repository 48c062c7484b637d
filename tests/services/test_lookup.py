"""What people find: their own, one by number, some by words; and nothing they may not see."""

from dataclasses import replace

import pytest

from bot.domain.errors import GroupUnbound, IssueUnknown, NumberMalformed, OutsideGroup, WordsMissing
from bot.domain.ids import ChatId, IssueId, ProjectCode
from bot.domain.issue import Status
from bot.domain.organisation import CITY, Scope
from bot.ports import Subscription
from bot.services.issues import lookup
from bot.services.turn import Turn
from tests.builders import City, a_deadline, filed
from tests.fakes import FakeStore

CHAT = ChatId(4001)
GROUP = ChatId(-100)


async def test_my_lists_ones_own_open_first_page_by_page(turn: Turn, store: FakeStore, city: City) -> None:
    """Closed ones last; turning pages edits the same message."""
    await filed(turn.uow, reporter=city.clerk.id)
    for number in range(lookup.PAGE + 1):
        await filed(turn.uow, reporter=city.reporter.id, status=Status.CLEARED if number == 3 else Status.REPORTED)
    await lookup.my(turn, city.reporter, CHAT)
    first = store.told(CHAT)[-1]
    assert len(first.facts["rows"]) == lookup.PAGE
    assert first.facts["more"]
    assert first.fresh
    store.forget_messages()
    await lookup.my(turn, city.reporter, CHAT, 1, fresh=False)
    second = store.told(CHAT)[-1]
    assert [row["status"] for row in second.facts["rows"]] == ["cleared"]
    assert (second.facts["more"], second.fresh, second.card) == (False, False, first.card)


async def test_a_row_says_the_deadline_of_what_is_open(turn: Turn, store: FakeStore, city: City) -> None:
    """And whether it is over."""
    await filed(turn.uow, reporter=city.reporter.id, status=Status.ACCEPTED, deadline=a_deadline(turn.now))
    await lookup.my(replace(turn, now=turn.now.replace(hour=9)), city.reporter, CHAT)
    [row] = store.told(CHAT)[-1].facts["rows"]
    assert row["deadline"] == turn.now.isoformat()
    assert row["overdue"]


@pytest.mark.parametrize("given", ["XM-2026-0001", "xm 2026 1", "ＸＭ－２０２６－０００１", " XM20260001 "])
async def test_a_number_is_understood_however_it_is_typed(turn: Turn, city: City, given: str) -> None:
    """Case, spaces, dashes, full width."""
    issue = await filed(turn.uow, reporter=city.reporter.id)
    assert (await lookup.numbered(turn, city.reporter, given)).id == issue.id


async def test_a_foreign_number_is_answered_like_one_that_does_not_exist(turn: Turn, city: City) -> None:
    """Whoever guesses numbers learns nothing."""
    await filed(turn.uow, project=ProjectCode("P004"), reporter=city.clerk.id)
    answers = []
    for number in ("XM-2026-0001", "XM-2026-0002"):
        with pytest.raises(IssueUnknown) as refused:
            await lookup.open_number(turn, city.reporter, number)
        answers.append(set(refused.value.facts))
    assert answers == [{"number"}, {"number"}]
    with pytest.raises(IssueUnknown):
        await lookup.open_issue(turn, city.reporter, IssueId(99))


async def test_without_or_with_a_wrong_number_the_form_is_explained(turn: Turn, city: City) -> None:
    """The example has the office's prefix and this year."""
    with pytest.raises(WordsMissing) as none:
        await lookup.open_number(turn, city.reporter, " ")
    assert none.value.facts["example"] == "/issue XM-2026-0001"
    with pytest.raises(NumberMalformed) as wrong:
        await lookup.open_number(turn, city.reporter, "塔吊" * 50)
    assert len(wrong.value.facts["given"]) <= 40


async def test_find_shows_only_what_lies_in_sight(turn: Turn, store: FakeStore, city: City) -> None:
    """Ten at most; more are to be narrowed."""
    await filed(turn.uow, project=ProjectCode("P004"), reporter=city.clerk.id, description="电缆沟积水")
    await lookup.find(turn, city.reporter, CHAT, "电缆")
    assert store.told(CHAT)[-1].facts["rows"] == []
    for _ in range(lookup.FOUND + 1):
        await filed(turn.uow, reporter=city.reporter.id, description="电缆沟积水")
    await lookup.find(turn, city.reporter, CHAT, "电缆 积水")
    found = store.told(CHAT)[-1].facts
    assert (len(found["rows"]), found["more"]) == (lookup.FOUND, True)
    with pytest.raises(WordsMissing):
        await lookup.find(turn, city.reporter, CHAT, "")


async def test_a_group_sees_only_what_it_was_opened_to(turn: Turn, store: FakeStore, city: City) -> None:
    """Nothing before somebody with the right bound it, nothing outside its scope after."""
    issue = await filed(turn.uow, reporter=city.reporter.id)

    async def bind(scope: Scope) -> None:
        await turn.uow.subscriptions.put(Subscription(GROUP, None, scope, 4, 16, 0, turn.now, city.clerk.id))

    with pytest.raises(GroupUnbound):
        await lookup.open_in_group(turn, city.clerk, GROUP, issue.number, None)
    await bind(Scope.parse("district:思明区"))
    with pytest.raises(OutsideGroup) as refused:
        await lookup.open_in_group(turn, city.clerk, GROUP, issue.number, None)
    assert refused.value.facts == {"given": issue.number}
    await bind(CITY)
    await lookup.open_in_group(turn, city.clerk, GROUP, issue.number, 5)
    assert [(m.kind, m.topic) for m in store.told(GROUP)] == [("issue/card", 5)]
