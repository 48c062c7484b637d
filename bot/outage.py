"""What the log says while something we need is away: that it went, once a minute that it still is, and that it is back."""

import time
from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)

SAY_SECONDS = 60.0
STEADY_SECONDS = 11.0  # a little more than the longest pause of who asks again (bot/telegram/patience.py, intake.py)


class Outage:
    """Told of every failure and every answer, by whoever of the process asks. What answers one and fails another is away still:
    it is back once nobody was failed for a while."""

    def __init__(self, what: str, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._what = what
        self._seconds = seconds
        self._since: float | None = None  # when it went
        self._failed = 0.0  # the last time
        self._answered: float | None = None  # the first time after that
        self._said = 0.0

    def failed(self, kind: str, error: str) -> None:
        """Nothing could be had of it, and will be tried again. What is told of the error must be fit for a log."""
        now = self._seconds()
        if self._since is None:
            self._since = self._said = now
            log.warning(f"{self._what}.away", kind=kind, error=error)
        elif now - self._said >= SAY_SECONDS:
            self._said = now
            log.warning(f"{self._what}.still_away", seconds=round(now - self._since), error=error)
        self._failed, self._answered = now, None

    def answered(self) -> None:
        """It is there."""
        if self._since is None:
            return
        now = self._seconds()
        self._answered = self._answered or now
        if now - self._failed >= STEADY_SECONDS:
            log.warning(f"{self._what}.back", seconds=round(self._answered - self._since, 1))
            self._since = None
