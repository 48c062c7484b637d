"""Settings: what they may be, and that nothing secret shows."""

from pathlib import Path

import pytest

from bot.settings import PREFIX, Settings, SettingsError, load_settings, unknown_variables

TOKEN = "4200001:AAE-made-up_token-of-thirty-five-ch"


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable of ours, and no .env."""
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def refusal(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    """What is said to these variables."""
    for name, value in variables.items():
        monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    return str(refused.value)


def test_defaults():
    """Nothing has to be set to look around."""
    settings = load_settings()
    assert settings.bot_api_url == "https://api.telegram.org"
    assert settings.database_url == "sqlite:///data/ledger.db"
    assert settings.media_url == "data/media"
    assert settings.policy is settings.proxy is settings.timezone is settings.locale is None


def test_environment_beats_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A variable wins over .env; .env may carry a byte order mark and other programs' variables."""
    lines = "PROJECT_HOME_LOCALE=en\nPROJECT_HOME_HTTP_PORT=81\nOTHER=1\n"
    (tmp_path / ".env").write_text(lines, "utf-8-sig")
    monkeypatch.setenv("PROJECT_HOME_HTTP_PORT", "82")
    settings = load_settings()
    assert (settings.locale, settings.http_port) == ("en", 82)


def test_empty_means_unset(monkeypatch: pytest.MonkeyPatch):
    """`PROJECT_HOME_PROXY=` is no proxy."""
    monkeypatch.setenv("PROJECT_HOME_PROXY", "")
    assert load_settings().proxy is None


def test_token(monkeypatch: pytest.MonkeyPatch):
    """The token gives the bot's own number."""
    monkeypatch.setenv("PROJECT_HOME_BOT_TOKEN", TOKEN)
    assert (load_settings().token(), load_settings().bot_id) == (TOKEN, 4200001)


def test_no_token():
    """Who needs a token says which variable it is in."""
    with pytest.raises(SettingsError, match="PROJECT_HOME_BOT_TOKEN: is not set"):
        load_settings().token()


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("sqlite:///a.db", "sqlite:///a.db"),
        ("sqlite+aiosqlite:///a.db", "sqlite:///a.db"),
        ("postgres://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgresql://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgresql+asyncpg://u:p@h/d?ssl=require", "postgresql+asyncpg://u:p@h/d?ssl=require"),
    ],
)
def test_database_as_other_tools_write_it(monkeypatch: pytest.MonkeyPatch, given: str, used: str):
    """The driver need not be named; SQLite's of earlier versions is understood."""
    monkeypatch.setenv("PROJECT_HOME_DATABASE_URL", given)
    assert load_settings().database_url == used


def test_addresses_and_folders(monkeypatch: pytest.MonkeyPatch):
    """A trailing slash is dropped; a folder may be a file:// address; zh_CN is zh."""
    monkeypatch.setenv("PROJECT_HOME_BOT_API_URL", "http://127.0.0.1:8081/")
    monkeypatch.setenv("PROJECT_HOME_MEDIA_URL", "file:///srv/my%20media")
    monkeypatch.setenv("PROJECT_HOME_LOCALE", "zh_CN")
    settings = load_settings()
    assert settings.bot_api_url == "http://127.0.0.1:8081"
    assert settings.media_url == "/srv/my media"
    assert settings.locale == "zh"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOT_TOKEN", "geheim"),
        ("BOT_API_URL", "ftp://geheim"),
        ("BOT_API_URL", "geheim"),
        ("DATABASE_URL", "mysql://u:geheim@h/d"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("MEDIA_URL", "ftp://geheim/x"),
        ("MEDIA_URL", "s3://key:geheim@bucket/x"),
        ("MEDIA_URL", "s3://bucket/x?secret_access_key=geheim"),
        ("MEDIA_URL", "s3:///geheim"),
        ("TIMEZONE", "Mars/geheim"),
        ("LOCALE", "geheim"),
        ("WEBHOOK_URL", "http://geheim"),
        ("WEBHOOK_SECRET", "geheim!"),
        ("HTTP_PORT", "0"),
        ("HTTP_PORT", "geheim"),
        ("LOG_FORMAT", "geheim"),
        ("PROXY", "geheim:1080"),
        ("PROXY", "socks5://u:geheim@h:notaport"),
    ],
)
def test_refusals(monkeypatch: pytest.MonkeyPatch, name: str, value: str):
    """Which variable, what is allowed, and not the value."""
    said = refusal(monkeypatch, **{name: value})
    assert said.startswith(f"PROJECT_HOME_{name}: must be ")
    assert str(Settings.model_fields[name.lower()].description) in said
    assert "geheim" not in said


def test_all_refusals_at_once(monkeypatch: pytest.MonkeyPatch):
    """One sentence per variable."""
    said = refusal(monkeypatch, HTTP_PORT="x", LOG_FORMAT="x", LOCALE="x")
    assert len(said.splitlines()) == 3


@pytest.mark.parametrize(
    "server", ["https://api.telegram.org", "https://API.telegram.org./", "http://api.telegram.org:80"]
)
def test_no_foreign_clock_with_telegram(monkeypatch: pytest.MonkeyPatch, server: str):
    """A clock from elsewhere is refused with the official server, however its name is written."""
    said = refusal(monkeypatch, BOT_API_URL=server, CLOCK_URL="http://127.0.0.1:8081/clock")
    assert said == "PROJECT_HOME_CLOCK_URL: is refused with the official API server; it is for the sandbox only"


def test_foreign_clock_with_a_sandbox(monkeypatch: pytest.MonkeyPatch):
    """It is what demos and tests run by."""
    monkeypatch.setenv("PROJECT_HOME_BOT_API_URL", "http://127.0.0.1:8081")
    monkeypatch.setenv("PROJECT_HOME_CLOCK_URL", "http://127.0.0.1:8081/clock")
    assert load_settings().clock_url == "http://127.0.0.1:8081/clock"


def test_nothing_secret_shows():
    """Neither repr nor str gives away a token or the password of an address."""
    settings = load_settings(
        bot_token=TOKEN,
        webhook_secret="geheim-webhook",
        database_url="postgresql://office:geheim@db/ledger",
        proxy="socks5://office:geheim@proxy:1080",
    )
    for shown in (repr(settings), str(settings), f"{settings}"):
        assert "geheim" not in shown
        assert TOKEN not in shown
        assert "office:***@db/ledger" in shown


def test_secrets_for_the_mask():
    """The log's mask knows every secret by heart, as written and as meant."""
    settings = load_settings(
        bot_token=TOKEN, webhook_secret="hook", database_url="postgresql://u:p%40ss@db/ledger", proxy="http://u:pw@h:1"
    )
    assert set(settings.secrets()) == {TOKEN, "hook", "p%40ss", "p@ss", "pw"}


def test_an_object_store(monkeypatch: pytest.MonkeyPatch):
    """Its address is ours, its credentials are the environment's; the log hides them all the same."""
    monkeypatch.setenv("PROJECT_HOME_MEDIA_URL", "s3://bucket/photos?endpoint=https://s3.example:9000&region=here")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI")
    settings = load_settings()
    assert settings.media_url == "s3://bucket/photos?endpoint=https://s3.example:9000&region=here"
    assert "wJalrXUtnFEMI" in settings.secrets()


def test_settings_do_not_change():
    """A process is served by one set of settings."""
    with pytest.raises(ValueError, match="frozen"):
        load_settings().locale = "en"


def test_misspelt_variables():
    """Names that begin like ours and mean nothing."""
    assert unknown_variables(["PROJECT_HOME_BOT_TOKN", "PROJECT_HOME_PROXY", "PATH"]) == ["PROJECT_HOME_BOT_TOKN"]


def test_an_env_file_that_is_no_text(tmp_path: Path):
    """Said as such."""
    (tmp_path / ".env").write_bytes(b"PROJECT_HOME_LOCALE=\xff\xfe\n")
    with pytest.raises(SettingsError, match="UTF-8"):
        load_settings()


def test_a_plain_webhook_needs_a_server_of_ones_own(monkeypatch: pytest.MonkeyPatch):
    """Telegram's own sends to https only."""
    monkeypatch.setenv("PROJECT_HOME_WEBHOOK_URL", "http://127.0.0.1:8080/hook")
    monkeypatch.setenv("PROJECT_HOME_WEBHOOK_SECRET", "geheim-webhook")
    monkeypatch.setenv("PROJECT_HOME_BOT_API_URL", "http://127.0.0.1:8081")
    assert load_settings().webhook() == ("http://127.0.0.1:8080/hook", "geheim-webhook")
