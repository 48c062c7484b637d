"""What holds for every command."""

import subprocess
import sys

import pytest

from bot.cli import app
from tests.cli.conftest import CommandLine

COMMANDS = {
    *("import", "invite", "cards", "export", "erase", "digest", "run", "serve", "work", "demo"),
    *("migrate", "backup", "restore", "doctor"),
}


def names() -> set[str]:
    """What commands there are."""
    return {info.name or info.callback.__name__ for info in app.registered_commands if info.callback}


def test_the_commands_there_are():
    """No more, no less."""
    assert names() == COMMANDS


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_each_has_help(cli: CommandLine, name: str):
    """It says what the command does, and each of its options."""
    said = cli(name, "--help").stdout
    assert len(said.splitlines()) > 4
    assert "Options:" in said


def test_help_lists_them_all(cli: CommandLine):
    """With the exit codes."""
    said = cli("--help").stdout
    assert all(name in said for name in COMMANDS)
    assert "2 wrong" in said


@pytest.mark.parametrize(
    "words", [("nonsense",), ("import",), ("invite",), ("export",), ("export", "--format", "pdf"), ("run", "x")]
)
def test_wrong_usage(cli: CommandLine, words: tuple[str, ...]):
    """Ends with 2, and says what is right."""
    assert "Usage:" in cli(*words, code=2).stderr


@pytest.mark.parametrize("words", [("migrate",), ("import", "x.csv"), ("invite", "E01"), ("cards",), ("digest",)])
def test_wrong_settings(cli: CommandLine, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], city: str):
    """Any command names the variable that is wrong."""
    monkeypatch.setenv("PROJECT_HOME_HTTP_PORT", "many")
    words = tuple(city if word == "x.csv" else word for word in words)
    assert cli.refused(*words) == "PROJECT_HOME_HTTP_PORT: must be a whole number from 1 to 65535"


def test_wrong_policy(cli: CommandLine, monkeypatch: pytest.MonkeyPatch, place):
    """And the line of the policy that is."""
    (place / "mine.toml").write_text("[levels]\nA = 'soon'\n", "utf-8")
    monkeypatch.setenv("PROJECT_HOME_POLICY", "mine.toml")
    assert cli.refused("migrate") == "mine.toml, line 2: levels.A must be a whole number from 0 to 365"


def test_a_database_that_is_none(cli: CommandLine, place):
    """What is wrong with the file, and what to do."""
    (place / "data").mkdir()
    (place / "data" / "ledger.db").write_text("this is no database, whatever its name may say", "utf-8")
    assert "can't be used" in cli.refused("migrate")


def test_a_database_nobody_answers_for(cli: CommandLine, monkeypatch: pytest.MonkeyPatch):
    """The password of the address stays hidden."""
    monkeypatch.setenv("PROJECT_HOME_DATABASE_URL", "postgresql://office:geheim@127.0.0.1:1/ledger")
    said = cli.refused("migrate")
    assert "can't be used" in said
    assert "geheim" not in said


def test_migrate_makes_the_database(cli: CommandLine, place):
    """And its folder; again it changes nothing."""
    first = cli("migrate").stdout
    assert (place / "data" / "ledger.db").is_file()
    assert cli("migrate").stdout == first


def test_run_needs_a_token(cli: CommandLine):
    """Said before anything else is tried."""
    assert "PROJECT_HOME_BOT_TOKEN: is not set" in cli.refused("run")


def test_heavy_libraries_wait():
    """`--help` and an export need neither chat library; the command line itself not even the database's."""
    heavy = "{'aiogram', 'telegram', 'sqlalchemy', 'openpyxl', 'pydantic', 'aiohttp'}"
    code = f"import sys, bot.cli; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_an_export_needs_no_chat_library(ledger):
    """It is for cron jobs."""
    code = (
        "import sys; from bot.cli import app; app(sys.argv[1:], standalone_mode=False); "
        "print({'aiogram', 'telegram'} & set(sys.modules))"
    )
    words = ["export", "--format", "json", "--out", "out.json"]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_bug_keeps_secrets():
    """A traceback is for whoever mends the bot; the token in it is not."""
    bug = "def bug(): raise RuntimeError('/bot42:gehei' + 'm/getMe')\n"
    code = f"{bug}from bot import cli; cli.app = bug; cli.main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "RuntimeError: /bot***/getMe" in done.stderr
    assert "geheim" not in done.stderr
    assert done.returncode == 1
