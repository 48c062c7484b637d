"""The log: nothing secret gets into it, whoever writes."""

import json
import logging
import warnings
from collections.abc import Callable, Iterator

import pytest
import structlog

from bot.logs import configure_logs
from bot.masking import mask

TOKEN = "4200001:AAE-made-up_token-of-thirty-five-ch"


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """Reads what is on stderr by now; the root logger is put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield lambda: capsys.readouterr().err
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"POST https://api.telegram.org/bot{TOKEN}/getMe", "POST https://api.telegram.org/bot***/getMe"),
        (f"https://api.telegram.org/file/bot{TOKEN}/photos/a.jpg", "https://api.telegram.org/file/bot***/photos/a.jpg"),
        ("http://127.0.0.1:8081/bot42:x/getMe", "http://127.0.0.1:8081/bot***/getMe"),
        (f"token {TOKEN} refused", "token *** refused"),
        ("postgresql+asyncpg://office:s3cret@db:5432/ledger", "postgresql+asyncpg://office:***@db:5432/ledger"),
        ("socks5://u:p@w@proxy:1080", "socks5://u:***@proxy:1080"),
        ("postgresql://db/ledger?user=o&password=s3cret&ssl=on", "postgresql://db/ledger?user=o&password=***&ssl=on"),
        ("https://t.me/b?start=i_Abc123_-xyz", "https://t.me/b?start=i_***"),
        ("at 12:30:45 XM-2026-0001 on http://host:8080/a", "at 12:30:45 XM-2026-0001 on http://host:8080/a"),
    ],
)
def test_mask(text: str, masked: str):
    """What looks like a secret is hidden; the rest stays readable."""
    assert mask(text) == masked


def test_mask_of_known_secrets():
    """A secret known by heart is hidden however it is written."""
    assert mask('"a\\"b" a%22b a"b', ['a"b']) == '"***" *** ***'


@pytest.mark.parametrize("format", ["console", "json"])
def test_structlog_is_masked(written: Callable[[], str], format: str):
    """In the event, in its values, and in nested ones."""
    configure_logs(format, ["s3cret"])  # type: ignore[arg-type]
    structlog.get_logger("bot").info(f"asked /bot{TOKEN}/getMe", url="postgres://u:pw@h/d", deep={"a": ["s3cret"]})
    line = written()
    assert "getMe" in line
    assert TOKEN not in line
    assert "pw" not in line
    assert "s3cret" not in line


@pytest.mark.parametrize("format", ["console", "json"])
def test_foreign_loggers_and_tracebacks_are_masked(written: Callable[[], str], format: str):
    """Libraries that log by themselves, and exceptions with a URL in their text."""
    configure_logs(format)  # type: ignore[arg-type]
    try:
        raise ValueError(f"https://api.telegram.org/bot{TOKEN}/getMe")
    except ValueError:
        logging.getLogger("anybody").exception("failed for %s", TOKEN)
    line = written()
    assert "ValueError" in line
    assert TOKEN not in line


def test_httpx_is_quiet(written: Callable[[], str]):
    """Its INFO lines hold whole URLs; its warnings are kept."""
    configure_logs("console")
    logging.getLogger("httpx").info("HTTP Request: POST …")
    logging.getLogger("httpx").warning("odd")
    lines = written()
    assert "HTTP Request" not in lines
    assert "odd" in lines


def test_json_is_one_object_per_line(written: Callable[[], str]):
    """With time in UTC, level, logger and event; Chinese stays readable."""
    configure_logs("json")
    structlog.get_logger("bot.sender").warning("sent", name="海沧区")
    line = written()
    entry = json.loads(line)
    assert (entry["event"], entry["level"], entry["logger"], entry["name"]) == (
        "sent",
        "warning",
        "bot.sender",
        "海沧区",
    )
    assert entry["timestamp"].endswith("Z")
    assert "海沧区" in line


def test_nobody_forges_a_line(written: Callable[[], str]):
    """A line break in an event does not begin a new line."""
    configure_logs("console")
    structlog.get_logger().info("hello\nfake line")
    assert len(written().splitlines()) == 1


def test_warnings_are_logged(written: Callable[[], str]):
    """Python's warnings go the same way."""
    configure_logs("json")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("beware", stacklevel=1)
    assert "beware" in written()
