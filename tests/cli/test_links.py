"""`project-home invite` and `cards`."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.sandbox.server import Sandbox
from tests.cli.conftest import CommandLine, Do


@pytest.fixture
def named(imported: str, in_ledger: Do) -> None:
    """The bot's name is known already."""

    async def remember(uow: Any) -> None:
        await uow.facts.put("bot_username", "xm_bot")

    in_ledger(remember)


def test_invite_for_scripts(cli: CommandLine, named: None, in_ledger: Do):
    """Person, link and when it expires; only the token's digest is kept."""
    value = cli.json("invite", "E01")
    assert set(value) == {"person", "link", "expires"}
    assert value["person"] == "E01"
    link, token = value["link"].split("?start=i_")
    assert link == "https://t.me/xm_bot"
    expires = datetime.fromisoformat(value["expires"])
    assert timedelta(days=6) < expires - datetime.now(UTC) < timedelta(days=8)

    async def kept(uow: Any) -> Any:
        return await uow.people.invitation(hashlib.sha256(token.encode()).hexdigest())

    assert in_ledger(kept).expires_at == expires


def test_invite_for_people(cli: CommandLine, named: None):
    """The link on a line of its own, for whom and until when in office time."""
    link, remark = cli("invite", "E01").stdout.splitlines()
    assert link.startswith("https://t.me/xm_bot?start=i_")
    assert "E01 only, once, until" in remark
    assert "(CST)" in remark


def test_invite_nobody(cli: CommandLine, named: None):
    """A code that is none."""
    assert "There is no person with the code E99" in cli.refused("invite", "E99")


def test_cards_for_scripts(cli: CommandLine, named: None):
    """A list of project and link; the same links every time."""
    (card,) = cli.json("cards")
    assert set(card) == {"project", "link"}
    assert card["project"] == "P002"
    assert card["link"].startswith("https://t.me/xm_bot?start=c_")
    assert len(card["link"].split("start=")[1]) <= 64
    assert cli.json("cards") == [card]


def test_cards_for_people(cli: CommandLine, named: None):
    """One line each, with the project's name."""
    assert cli("cards").stdout.strip().endswith("POCT产业园A地块")


def test_revoking(cli: CommandLine, named: None):
    """The old link is gone, the list has a new one."""
    (before,) = cli.json("cards")
    (after,) = cli.json("cards", "--revoke", "P002")
    assert after["link"] != before["link"]
    assert cli.json("cards") == [after]


def test_revoking_nothing(cli: CommandLine, named: None):
    """A project that is none."""
    assert cli.refused("cards", "--revoke", "P99") == "There is no project with the code P99."


def test_no_projects(cli: CommandLine, ledger: Any, in_ledger: Do):
    """Says where they come from."""

    async def remember(uow: Any) -> None:
        await uow.facts.put("bot_username", "xm_bot")

    in_ledger(remember)
    assert "import" in cli("cards").stdout
    assert cli.json("cards") == []


def test_unknown_name_and_no_token(cli: CommandLine, imported: str):
    """Without name and token there is no link to make."""
    assert "PROJECT_HOME_BOT_TOKEN: is not set" in cli.refused("invite", "E01")


def test_the_name_is_asked_once(cli: CommandLine, imported: str, telegram: Sandbox, monkeypatch: pytest.MonkeyPatch):
    """Asked of the Bot API when not known, and remembered: the second time no server is needed."""
    assert "t.me/project_home_bot?start=i_" in cli.json("invite", "E01")["link"]
    monkeypatch.setenv("PROJECT_HOME_BOT_API_URL", "http://127.0.0.1:1")
    assert "t.me/project_home_bot?start=i_" in cli.json("invite", "E01")["link"]


def test_another_token_is_another_bot(
    cli: CommandLine, imported: str, telegram: Sandbox, monkeypatch: pytest.MonkeyPatch
):
    """The remembered name is not given to a bot it does not belong to; a token that is refused is told."""
    cli("invite", "E01")
    monkeypatch.setenv("PROJECT_HOME_BOT_TOKEN", "99:another-bots-token-of-some-length-xyz")
    said = cli.refused("invite", "E01")
    assert "Telegram refuses it" in said
    assert "another-bots-token" not in said
