"""Every store: dialogs, strangers, small facts."""

from datetime import timedelta

import pytest

from bot.domain.ids import UserId
from bot.ports import UnitOfWork
from tests.fakes import NOW

KEY = "4200:4001:4001"
STRANGER = UserId(5_000_000_000)


async def test_a_dialog_is_kept(uow: UnitOfWork) -> None:
    """State and data, per key; putting again replaces both."""
    assert await uow.dialogs.get(KEY) == (None, {})
    await uow.dialogs.put(KEY, "closing:proof", {"issue": 7, "photos": [1, 2], "说明": "已接通"})
    assert await uow.dialogs.get(KEY) == ("closing:proof", {"issue": 7, "photos": [1, 2], "说明": "已接通"})
    await uow.dialogs.put(KEY, "closing:means", {})
    assert await uow.dialogs.get(KEY) == ("closing:means", {})
    assert await uow.dialogs.get("4200:4001:4002") == (None, {})


async def test_data_without_a_state_is_kept(uow: UnitOfWork) -> None:
    """Only both empty removes the row."""
    await uow.dialogs.put(KEY, None, {"last": 3})
    assert await uow.dialogs.get(KEY) == (None, {"last": 3})
    await uow.dialogs.put(KEY, None, {})
    await uow.dialogs.put(KEY, None, {})
    assert await uow.dialogs.get(KEY) == (None, {})


async def test_dialog_data_must_be_json(uow: UnitOfWork) -> None:
    """What isn't is refused when it is put."""
    with pytest.raises(Exception, match="JSON serializable"):
        async with uow.savepoint():
            await uow.dialogs.put(KEY, "state", {"at": NOW})


async def test_a_stranger_is_answered_once_in_a_while(uow: UnitOfWork) -> None:
    """At the first knock, then again only when the quiet time since the last answer is over."""
    knocks = [(0, True), (1, False), (59, False), (60, True), (61, False), (119, False), (121, True)]
    for minutes, answered in knocks:
        assert await uow.strangers.knock(STRANGER, NOW + timedelta(minutes=minutes), 60) is answered, minutes


async def test_each_stranger_for_themselves(uow: UnitOfWork) -> None:
    """Another one's knock is another one's."""
    assert await uow.strangers.knock(STRANGER, NOW, 60)
    assert await uow.strangers.knock(UserId(7), NOW, 60)


async def test_a_fact_is_remembered(uow: UnitOfWork) -> None:
    """By name; putting again replaces."""
    assert await uow.facts.get("bot") is None
    await uow.facts.put("bot", "project_home_bot")
    await uow.facts.put("bot", "")
    assert await uow.facts.get("bot") == ""


async def test_facts_of_one_kind(uow: UnitOfWork) -> None:
    """By how their names begin, whatever signs the beginning has."""
    for name in ("bot:1", "bot:2", "bat:1", "b%", "Bot:3"):
        await uow.facts.put(name, f"<{name}>")
    assert await uow.facts.starting("bot:") == {"bot:1": "<bot:1>", "bot:2": "<bot:2>"}
    assert await uow.facts.starting("b%") == {"b%": "<b%>"}
    assert await uow.facts.starting("b_t") == {}


async def test_dialogs_that_are_expected_are_found_as_they_are(uow: UnitOfWork) -> None:
    """Read for all at once or not: what was put since is seen."""
    await uow.dialogs.put("1:1", "Asking:date", {"issue": 3})
    await uow.dialogs.expect({"1:1", "2:2"})
    assert await uow.dialogs.get("1:1") == ("Asking:date", {"issue": 3})
    assert await uow.dialogs.get("2:2") == (None, {})
    await uow.dialogs.put("1:1", None, {})
    await uow.dialogs.put("2:2", "Asking:date", {})
    assert await uow.dialogs.get("1:1") == (None, {})
    assert await uow.dialogs.get("2:2") == ("Asking:date", {})
