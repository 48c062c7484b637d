"""Logging for the whole process: one line per event on stderr, as text or JSON, with every secret masked at the last moment."""

import logging
import sys
from collections.abc import Sequence
from typing import Any, Literal

import structlog
from structlog.typing import EventDict, Processor

from bot.masking import mask

QUIET = (
    "httpx",
    "httpcore",
    "aiogram",  # a line per update, and everything about one is in the inbox
    "asyncio",
    "PIL",
)  # chatter below WARNING; httpx writes whole URLs
MUTE = ("apscheduler",)  # all but errors: a tick that takes long makes it warn every second


def configure_logs(format: Literal["console", "json"], secrets: Sequence[str] = (), level: int = logging.INFO) -> None:
    """Send structlog's and the standard library's events through the same masked line. Replaces what was set up before."""
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Masked(_formatter(format), tuple(secrets)))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.captureWarnings(True)
    for names, least in ((QUIET, logging.WARNING), (MUTE, logging.ERROR)):
        for name in names:
            logging.getLogger(name).setLevel(least)


class _Masked(logging.Formatter):
    """The last pair of eyes: masks the finished line, tracebacks and foreign libraries' messages included."""

    def __init__(self, inner: logging.Formatter, secrets: tuple[str, ...]) -> None:
        super().__init__()
        self._inner = inner
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """The line, masked."""
        return mask(self._inner.format(record), self._secrets)


def _formatter(format: Literal["console", "json"]) -> logging.Formatter:
    renderer: Processor
    if format == "json":
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=_plain)
    tail: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if format == "json":
        tail.append(structlog.processors.format_exc_info)
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_shared(), processors=[*tail, renderer])


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        _one_line,
    ]


def _one_line(_: Any, __: str, event: EventDict) -> EventDict:
    """Nobody writes a second line of the log by sending a name with a line break in it."""
    event["event"] = str(event.get("event", "")).replace("\r", "\\r").replace("\n", "\\n")
    return event


_plain = structlog.dev.plain_traceback
