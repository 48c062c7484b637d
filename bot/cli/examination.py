"""What the doctor looks at, in the order a deployment is set up: settings, rules, database, desk, Telegram."""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.cli.findings import Finding, note, ok, red
from bot.cli.opening import office_policy
from bot.cli.place_checks import check_places
from bot.domain.policy import Policy
from bot.policy import PolicyError
from bot.settings import Settings, SettingsError, load_settings, unknown_variables

if TYPE_CHECKING:
    from bot.cli.desk_checks import DeskGroup


async def examine() -> AsyncIterator[Finding]:
    """Every finding. What needs something that is not there is left out: its reason is said already."""
    try:
        settings = load_settings()
    except SettingsError as error:
        yield red("settings", str(error), "Set these variables in the environment or in .env.")
        return
    for finding in (*_settings(), *check_places(settings)):
        yield finding
    try:
        policy = office_policy(settings)
    except PolicyError as error:
        yield red(
            "policy",
            str(error),
            "Correct the file (`project-home policy check`); a bot that runs keeps the rules it has until then.",
        )
        return
    for finding in _rules(policy):
        yield finding
    known: list[DeskGroup] = []  # none where the ledger can't be read
    async for finding in _ledger(settings, policy, known.append):
        yield finding
    async for finding in _telegram(settings, known):
        yield finding


def _settings() -> Iterator[Finding]:
    if strange := unknown_variables(os.environ):
        yield note("settings", f"{', '.join(strange)}: not known here", "Misspelt? docs/ lists every variable.")
    else:
        yield ok("settings", "can be read")


def _rules(policy: Policy) -> Iterator[Finding]:
    from bot.holidays import office_calendar

    yield ok("policy", f"version {policy.version}")
    calendar = office_calendar(policy)
    today = calendar.day_of(datetime.now(UTC))
    advice = "Upgrade the package `holidays`, or write the year's days into [calendar] of the policy and add it to complete_years."
    if today.year not in calendar.years:
        says = f"no published calendar for {today.year}: deadlines count Monday to Friday and are marked as provisional"
        yield red("calendar", says, advice)
    elif today.month == 12 and today.year + 1 not in calendar.years:
        yield note("calendar", f"{today.year + 1} is not published here yet: its deadlines are provisional", advice)
    else:
        yield ok("calendar", f"{today.year} is published ({calendar.version})")


async def _ledger(settings: Settings, policy: Policy, found: "Callable[[DeskGroup], None]") -> AsyncIterator[Finding]:
    from bot.cli.ledger_checks import check_ledger

    async for finding in check_ledger(settings, policy, found):
        yield finding


async def _telegram(settings: Settings, known: "list[DeskGroup]") -> AsyncIterator[Finding]:
    from bot.cli.telegram_checks import check_telegram

    if settings.bot_token is None:
        yield red("token", "PROJECT_HOME_BOT_TOKEN is not set", "Ask @BotFather for a bot, and set its token.")
        return
    async for finding in check_telegram(settings, known):
        yield finding
