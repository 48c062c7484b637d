"""`project-home doctor`: what is red, what to do, and the exit code."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine

from bot.domain.ids import UserId
from bot.domain.messages import OutboxState
from bot.sandbox.server import Sandbox
from bot.telegram.gateway import Gateway
from storage.migrate import downgrade, revisions
from tests import s3
from tests.builders import NOW, a_message, a_person
from tests.cli.conftest import CommandLine, Do


def states(value: Any) -> dict[str, str]:
    """What was found, by name."""
    return {check["name"]: check["state"] for check in value["checks"]}


def advice(value: Any, name: str) -> str:
    """What was said and advised about one thing."""
    (check,) = [check for check in value["checks"] if check["name"] == name]
    return f"{check['says']} {check['advice']}"


@pytest.fixture
def a_clerk(in_ledger: Do) -> None:
    """A clerk with an account."""

    async def add(uow: Any) -> None:
        await uow.people.add(a_person("E01", "林清", "clerk:city", user_id=UserId(1001)))

    in_ledger(add)


def test_all_is_well(cli: CommandLine, a_clerk: None, telegram: Sandbox):
    """Nothing red, exit code 0."""
    cli("backup", "safe")
    value = cli.json("doctor")
    assert value["ok"]
    found = states(value)
    found.pop("sqlite", None)  # a note where the system's SQLite is an old one
    assert set(found.values()) == {"ok"}
    assert set(found) == {
        *(
            "settings",
            "media",
            "disk",
            "policy",
            "calendar",
            "database",
            "desk",
            "units",
            "inbox",
            "unknown",
            "dead",
            "queue",
            "backup",
            "audit",
        ),
        *("token", "webhook", "desk_group", "clock"),
    }


def test_for_people(cli: CommandLine, a_clerk: None):
    """A mark and a sentence for each, advice below it."""
    said = cli("doctor", code=1).stdout
    assert "✓ desk: 1 of 1 clerks have bound their accounts" in said
    assert "✗ token: PROJECT_HOME_BOT_TOKEN is not set\n    → Ask @BotFather" in said


def test_empty_desk(cli: CommandLine, imported: str):
    """Clerks without an account: the queue waits, so it is red, and the invitation is named."""
    value = cli.json("doctor", code=1)
    assert states(value)["desk"] == "red"
    assert "project-home invite E01" in advice(value, "desk")


def test_no_clerk_at_all(cli: CommandLine, ledger: Path):
    """Not even one in the sheet."""
    assert "nobody is a clerk" in advice(cli.json("doctor", code=1), "desk")


def test_units(cli: CommandLine, imported: str, place: Path, monkeypatch: pytest.MonkeyPatch):
    """A responsible unit without anybody, and a policy that names a unit that is not there, are noted."""
    assert states(cli.json("doctor", code=1))["units"] == "ok"
    (place / "units.csv").write_text("code,name,district,kind,head\nU77,空单位,,responsible,\n", "utf-8")
    cli("import", "units.csv")
    assert "空单位 (U77)" in advice(cli.json("doctor", code=1), "units")
    (place / "mine.toml").write_text('[categories.power]\nunit = "U88"\n', "utf-8")
    monkeypatch.setenv("PROJECT_HOME_POLICY", "mine.toml")
    assert "U88" in advice(cli.json("doctor", code=1), "units")


def test_old_schema(cli: CommandLine, ledger: Path):
    """The doctor changes nothing: it says what to run."""
    older = revisions()[-2]
    asyncio.run(downgrade(f"sqlite:///{ledger}", older))
    value = cli.json("doctor", code=1)
    assert states(value)["database"] == "red"
    assert "project-home migrate" in advice(value, "database")
    assert "project-home migrate" in advice(cli.json("doctor", code=1), "database")


def test_poison_and_lost_messages(cli: CommandLine, a_clerk: None, in_ledger: Do, telegram: Sandbox):
    """What could not be handled or sent is told, and is no reason to be red."""

    async def trouble(uow: Any) -> None:
        await uow.inbox.add(1, [{"update_id": 77, "message": {"chat": {"id": 5}}}], NOW)
        (row,) = await uow.inbox.pending(1, 10)
        await uow.inbox.set_aside(row.id, "ValueError: odd", NOW)
        await uow.outbox.queue(a_message(), NOW)
        (sent,) = await uow.outbox.due(NOW, 10)
        await uow.outbox.mark_sending([sent.id], NOW)
        await uow.outbox.settle(sent.id, OutboxState.UNKNOWN, NOW, error="ReadTimeout")
        await uow.outbox.queue(a_message(-77), NOW)
        (refused,) = await uow.outbox.due(NOW, 10)
        await uow.outbox.settle(refused.id, OutboxState.DEAD, NOW, error="bot was kicked")

    in_ledger(trouble)
    value = cli.json("doctor")
    found = states(value)
    assert (found["inbox"], found["unknown"], found["dead"]) == ("note", "note", "note")
    assert "77" in advice(value, "inbox")
    assert "1 message may or may not have arrived" in advice(value, "unknown")
    assert "ReadTimeout" in advice(value, "unknown")
    assert "report/filed to -77, 11-23" in advice(value, "dead")
    assert "bot was kicked" in advice(value, "dead")
    assert "kicked" not in advice(value, "unknown")


def test_how_old_the_last_backup_is(cli: CommandLine, ledger: Path):
    """None, a fresh one, and one that is too old; the backup itself says what it could not note."""
    assert "none was ever taken" in advice(cli.json("doctor", code=1), "backup")
    with time_machine.travel("2026-11-23T02:00:00Z", tick=True):
        cli("backup", "safe")
        assert states(cli.json("doctor", code=1))["backup"] == "ok"
    with time_machine.travel("2026-11-25T03:00:00Z", tick=True):
        value = cli.json("doctor", code=1)
    assert states(value)["backup"] == "note"
    assert "2026-11-23 02:00 UTC, 2 days ago" in advice(value, "backup")
    asyncio.run(downgrade(f"sqlite:///{ledger}", revisions()[-2]))
    said = cli("backup", "safe")
    assert "did not make that ledger" in said.stderr


def test_a_webhook_in_the_way(cli: CommandLine, a_clerk: None, telegram: Sandbox, monkeypatch: pytest.MonkeyPatch):
    """Long polling gets nothing while a webhook is set."""

    async def told(_: Gateway) -> tuple[str, int]:
        return "https://elsewhere.example/hook", 3

    monkeypatch.setattr(Gateway, "webhook", told)
    assert "elsewhere.example" in advice(cli.json("doctor", code=1), "webhook")


def test_a_token_that_is_refused(cli: CommandLine, a_clerk: None, telegram: Sandbox, monkeypatch: pytest.MonkeyPatch):
    """Red, and the token is not shown."""
    monkeypatch.setenv("PROJECT_HOME_BOT_TOKEN", "99:another-bots-token-of-some-length-xyz")
    value = cli.json("doctor", code=1)
    assert "is refused" in advice(value, "token")
    assert "another-bots-token" not in str(value)


def test_a_server_that_does_not_answer(cli: CommandLine, a_clerk: None, monkeypatch: pytest.MonkeyPatch):
    """Many offices need a proxy: that is the advice."""
    monkeypatch.setenv("PROJECT_HOME_BOT_TOKEN", "99:another-bots-token-of-some-length-xyz")
    monkeypatch.setenv("PROJECT_HOME_BOT_API_URL", "http://127.0.0.1:1")
    assert "PROJECT_HOME_PROXY" in advice(cli.json("doctor", code=1), "token")


def test_wrong_settings_and_policy(cli: CommandLine, monkeypatch: pytest.MonkeyPatch, place: Path):
    """What can't be read is red, and the rest is not guessed at."""
    monkeypatch.setenv("PROJECT_HOME_POLICY", "absent.toml")
    assert states(cli.json("doctor", code=1))["policy"] == "red"
    monkeypatch.setenv("PROJECT_HOME_LOCALE", "xx")
    assert states(cli.json("doctor", code=1)) == {"settings": "red"}


def test_misspelt_variable(cli: CommandLine, monkeypatch: pytest.MonkeyPatch, ledger: Path):
    """Noted."""
    monkeypatch.setenv("PROJECT_HOME_PROXI", "http://x")
    assert "PROJECT_HOME_PROXI" in advice(cli.json("doctor", code=1), "settings")


@pytest.mark.parametrize(("moment", "state"), [("2026-11-23", "ok"), ("2026-12-15", "note"), ("2040-03-01", "red")])
def test_calendar_year(cli: CommandLine, ledger: Path, moment: str, state: str):
    """A year without a published calendar is red; in December the next one is asked for."""
    with time_machine.travel(moment, tick=True):
        assert states(cli.json("doctor", code=1))["calendar"] == state


def test_photos_in_a_bucket(cli: CommandLine, ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """It is written to, read and cleared; without the right secret it is red, and the secret is not shown."""
    for name, value in s3.CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with s3.server(tmp_path / "s3") as address:
        monkeypatch.setenv("PROJECT_HOME_MEDIA_URL", s3.bucket(address, "city"))
        assert states(cli.json("doctor", code=1))["media"] == "ok"
        assert not [path for path in (tmp_path / "s3").rglob("*") if path.is_file()]
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "geheim-geheim")
        value = cli.json("doctor", code=1)
    assert states(value)["media"] == "red"
    assert "geheim" not in str(value)


def test_a_folder_of_photos(cli: CommandLine, ledger: Path, place: Path, monkeypatch: pytest.MonkeyPatch):
    """One that is there is tried out and left as it was; one whose place can't be made is red."""
    (place / "data/media").mkdir()
    assert "written to, read and cleared" in advice(cli.json("doctor", code=1), "media")
    assert not list((place / "data/media").iterdir())
    monkeypatch.setenv("PROJECT_HOME_MEDIA_URL", str(ledger / "media"))
    assert states(cli.json("doctor", code=1))["media"] == "red"


@pytest.mark.parametrize(("free", "state"), [(50 << 20, "red"), (500 << 20, "note"), (5 << 30, "ok")])
def test_room_on_the_disk(cli: CommandLine, ledger: Path, monkeypatch: pytest.MonkeyPatch, free: int, state: str):
    """Before it is full: then people hear nothing."""
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))
    assert states(cli.json("doctor", code=1))["disk"] == state
