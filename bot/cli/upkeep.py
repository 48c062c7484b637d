"""`migrate` and `doctor`: is everything there that the bot needs, and what to do where it is not."""

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.answers import perform, say, say_json

if TYPE_CHECKING:
    from bot.cli.findings import Finding


def migrate() -> None:
    """Bring the database to the present schema; makes it where there is none. Every other command does so by itself."""
    perform(_migrate())


async def _migrate() -> None:
    from bot.cli.opening import open_ledger
    from storage.migrate import current

    async with open_ledger() as desk:
        say(f"The database is at revision {await current(desk.settings.database_url)}.")


def doctor(as_json: Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")] = False) -> None:
    """Look at everything the bot needs, and say what to do. Changes nothing. Exit code 1 if anything is red."""
    perform(_doctor(as_json=as_json))


async def _doctor(*, as_json: bool) -> None:
    from bot.cli.examination import examine
    from bot.cli.findings import State

    findings = [finding async for finding in examine()]
    healthy = all(finding.state is not State.RED for finding in findings)
    if as_json:
        say_json({"ok": healthy, "checks": [finding.as_value() for finding in findings]})
    else:
        _show(findings)
    if not healthy:
        raise typer.Exit(1)


def _show(findings: "list[Finding]") -> None:
    for finding in findings:
        say(f"{finding.sign} {finding.name}: {finding.says}")
        if finding.advice:
            say(f"    → {finding.advice}")
