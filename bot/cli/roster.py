"""`import`: the office's units, projects and people from its sheets."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.answers import complain, fail, perform, say, say_json, understandable

if TYPE_CHECKING:
    from bot.cli.opening import Desk
    from bot.domain.import_plan import ImportPlan
    from bot.domain.sheets import Sheets


def import_(
    path: Annotated[
        Path | None,
        typer.Argument(
            help="A folder with units.csv, projects.csv, people.csv; an .xlsx with these sheets; or one such .csv."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask before something changes or leaves.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Differences and faults as JSON; asks nothing.")] = False,
    template: Annotated[Path | None, typer.Option(help="Write an empty .xlsx to fill in, and do nothing else.")] = None,
) -> None:
    """Bring in units, projects and people; again to update them. All of it or nothing; differences are shown first.

    Records are known by their code. Who is missing from the sheet stays; a column `status` with `left` retires: roles
    end, the account is free, open tasks go to the unit's head.
    """
    if template is not None:
        _write_template(template)
    elif path is None:
        raise typer.BadParameter("name a file or folder, or --template FILE")
    else:
        perform(_import(path, dry_run=dry_run, yes=yes, as_json=as_json))


def _write_template(path: Path) -> None:
    from bot.sheets.template import write_template

    with understandable():
        write_template(path)
    say(f"{path}: fill in the three sheets, then `project-home import {path}`.")


async def _import(path: Path, *, dry_run: bool, yes: bool, as_json: bool) -> None:
    from bot.cli.opening import open_ledger
    from bot.services.office.sheets import plan_import
    from bot.sheets.reading import read_sheets

    sheets = read_sheets(path)
    async with open_ledger() as desk:
        async with desk.turns.read() as turn:
            plan = await plan_import(turn, sheets)
        if not as_json:
            _show(plan)
        applied = not dry_run and not plan.faults and _agreed(plan, asking=not (yes or as_json))
        if applied:
            await _apply(desk, sheets, plan)
    _conclude(plan, applied=applied, dry_run=dry_run, as_json=as_json)


async def _apply(desk: "Desk", sheets: "Sheets", shown: "ImportPlan") -> None:
    """In one transaction, if it is still what was shown."""
    from bot.services.office.sheets import apply_import, plan_import

    async with desk.turns.begin() as turn:
        plan = await plan_import(turn, sheets)
        if plan.differences != shown.differences:
            fail("The ledger has changed meanwhile; nothing was imported. Run the import again.")
        await apply_import(turn, plan)


def _agreed(plan: "ImportPlan", *, asking: bool) -> bool:
    if not (asking and plan.overwrites and _on_terminal()):
        return True
    return typer.confirm("Write these differences?")


def _on_terminal() -> bool:
    """Somebody can be asked."""
    return sys.stdin.isatty()


def _show(plan: "ImportPlan") -> None:
    from bot.cli.differences import lines_of

    for line in lines_of(plan):
        say(line)
    for warning in plan.warnings:
        complain(f"Note: {warning}")
    for fault in plan.faults:
        complain(str(fault))


def _conclude(plan: "ImportPlan", *, applied: bool, dry_run: bool, as_json: bool) -> None:
    from bot.cli.differences import as_value, summary

    if as_json:
        say_json(as_value(plan, applied=applied))
    if plan.faults:
        fail(f"Nothing was imported: {len(plan.faults)} to put right.")
    if not as_json:
        say(summary(plan, applied=applied))
    if not applied and not dry_run:
        raise typer.Exit(1)
