"""`project-home doctor` at the group that is the desk."""

from typing import Any

import pytest

from bot.domain.ids import ChatId
from bot.ports import Desk, DeskTopic
from bot.sandbox.acts_groups import add_group, add_user
from bot.sandbox.chats import Chat
from bot.sandbox.server import Sandbox
from tests.cli.conftest import CommandLine, Do
from tests.cli.test_doctor import a_clerk, advice, states  # noqa: F401 - a fixture among them

ALL = {"can_manage_topics": True, "can_pin_messages": True}


@pytest.fixture
def chat(telegram: Sandbox, in_ledger: Do, a_clerk: None) -> Chat:  # noqa: F811
    """A forum that is the desk, the bot an administrator with all rights."""
    owner = add_user(telegram.world, first_name="专班")
    head = add_group(telegram.world, title="专班群", kind="forum", owner=owner["id"], bot="administrator")
    room = telegram.world.chats[head["id"]]

    async def bind(uow: Any) -> None:
        await uow.desks.bind(ChatId(room.id), forum=True)

    in_ledger(bind)
    return room


def found(cli: CommandLine, state: str) -> str:
    """What is said of the group, which must be in that state."""
    value = cli.json("doctor", code=1 if state == "red" else 0)
    assert states(value)["desk_group"] == state
    return advice(value, "desk_group")


def test_it_is_as_it_should_be(cli: CommandLine, chat: Chat):
    """Named."""
    assert "专班群 is the desk" in found(cli, "ok")


def test_rights(cli: CommandLine, chat: Chat, telegram: Sandbox):
    """No administrator, or one that may not do what the policy wants."""
    us = chat.members[telegram.world.bot_id]
    us.rights = {**ALL, "can_manage_topics": False}
    assert "may not manage topics" in found(cli, "note")
    us.rights = {**ALL, "can_pin_messages": False}
    assert "may not pin messages" in found(cli, "note")
    us.status = "member"
    assert "no administrator" in found(cli, "note")


def test_topics(cli: CommandLine, chat: Chat, in_ledger: Do, monkeypatch: pytest.MonkeyPatch, tmp_path: Any):
    """Those that are not open are named; a group without topics is told from one that need not have any."""

    async def want(uow: Any) -> None:
        await uow.desks.want(ChatId(chat.id), ["category:power", "issue:7"])
        await uow.desks.save_topic(ChatId(chat.id), DeskTopic("issue:7", tries=3))

    in_ledger(want)
    said = found(cli, "note")
    assert "2 topics are not open (category:power, issue:7)" in said
    assert "/desk there once more" in said
    chat.head["is_forum"] = False
    assert "and the group has none" in found(cli, "note")
    (tmp_path / "mine.toml").write_text('[desk]\ntopics = "none"\n', "utf-8")
    monkeypatch.setenv("PROJECT_HOME_POLICY", str(tmp_path / "mine.toml"))
    assert "no topics are wanted" in found(cli, "ok")


def test_a_forum_since(cli: CommandLine, chat: Chat, in_ledger: Do):
    """It had no topics when it became the desk."""

    async def plain(uow: Any) -> None:
        await uow.desks.save(Desk(ChatId(chat.id)))

    in_ledger(plain)
    assert "Send /desk there once more" in found(cli, "note")


def test_a_group_that_is_gone(cli: CommandLine, chat: Chat, in_ledger: Do):
    """New cases don't reach it."""

    async def elsewhere(uow: Any) -> None:
        await uow.desks.bind(ChatId(-1009999999999), forum=True)

    in_ledger(elsewhere)
    assert "send /desk there" in found(cli, "red")
