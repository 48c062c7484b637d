"""`project-home policy check`."""

import json
from pathlib import Path

import pytest

from bot.policy import load_policy
from tests.cli.conftest import CommandLine


def test_the_packaged_one(cli: CommandLine):
    """Is right, and its figures are shown."""
    said = cli("policy", "check").stdout
    assert f"version {load_policy().version}" in said
    assert "days: A 2, B 5, C 15" in said
    assert "week: report wed 09:00" in said


def test_all_that_is_wrong(cli: CommandLine, place: Path):
    """Each with file, line and what is allowed, on stderr; exit code 1."""
    (place / "mine.toml").write_text("[levels]\nA = 'soon'\nB = -1\n", "utf-8")
    said = cli("policy", "check", "mine.toml", code=1).stderr.splitlines()
    assert said == [
        "mine.toml, line 2: levels.A must be a whole number from 0 to 365",
        "mine.toml, line 3: levels.B must be a whole number from 0 to 365",
    ]


def test_for_scripts(cli: CommandLine, place: Path, monkeypatch: pytest.MonkeyPatch):
    """One JSON value, right or wrong; without a name, the file of the settings."""
    (place / "mine.toml").write_text(
        "[categories.power.days]\nA = 1\n[reminders]\nquiet_days = [2027-06-07]\n", "utf-8"
    )
    monkeypatch.setenv("PROJECT_HOME_POLICY", "mine.toml")
    good = json.loads(cli("policy", "check", "--json").stdout)
    assert (good["ok"], good["days_of_categories"], good["quiet_days"]) == (True, {"power": {"A": 1}}, ["2027-06-07"])
    (place / "mine.toml").write_text("[office]\nprefix = 1\n", "utf-8")
    bad = json.loads(cli("policy", "check", "--json", code=1).stdout)
    assert bad["ok"] is False
    assert bad["problems"][0].startswith("mine.toml, line 2")
