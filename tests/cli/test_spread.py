"""`serve` and `work`: what they need before they start."""

import pytest

from tests.cli.conftest import CommandLine

POSTGRES = "postgresql://u:p@127.0.0.1:1/ledger"


@pytest.mark.parametrize("command", ["serve", "work"])
def test_they_need_postgres(cli: CommandLine, command: str) -> None:
    """A SQLite file can't be shared; the sentence says what does instead."""
    assert "On SQLite, `run` does everything" in cli.refused(command)


@pytest.mark.parametrize(
    ("given", "missing"), [({}, "WEBHOOK_URL"), ({"WEBHOOK_URL": "https://bot.example/hook"}, "WEBHOOK_SECRET")]
)
def test_serve_needs_address_and_secret(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], missing: str
) -> None:
    """Nobody but Telegram may bring updates."""
    for name, value in {"DATABASE_URL": POSTGRES, **given}.items():
        monkeypatch.setenv(f"PROJECT_HOME_{name}", value)
    assert cli.refused("serve").startswith(f"PROJECT_HOME_{missing}: is not set")
