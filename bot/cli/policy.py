"""`policy check`: is a policy file right, and what it would decide."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.answers import complain, say, say_json, understandable

if TYPE_CHECKING:
    from bot.domain.policy import Policy

policy = typer.Typer(help="The office's rules as a file.", no_args_is_help=True, rich_markup_mode=None)


@policy.callback()
def _rules() -> None:
    """The office's rules as a file."""


@policy.command()
def check(
    file: Annotated[
        Path | None, typer.Argument(help="A policy.toml; without one, what PROJECT_HOME_POLICY names.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")] = False,
) -> None:
    """Read a policy file as the bot would: all that is wrong with file, line and what is allowed. Changes nothing.
    Exit code 1 if it can't be used."""
    with understandable():
        _check(file, as_json=as_json)


def _check(file: Path | None, *, as_json: bool) -> None:
    from bot.policy import PACKAGED, PolicyError, load_policy
    from bot.settings import load_settings

    settings = load_settings()
    path = file or settings.policy
    try:
        found = load_policy(path, timezone=settings.timezone, language=settings.locale)
    except PolicyError as error:
        _refuse(error.problems, path or PACKAGED, as_json=as_json)
    else:
        _approve(found, path or PACKAGED, as_json=as_json)


def _refuse(problems: list[str], path: Path, *, as_json: bool) -> None:
    if as_json:
        say_json({"ok": False, "file": str(path), "problems": problems})
    for problem in problems if not as_json else []:
        complain(problem)
    raise typer.Exit(1)


def _approve(found: "Policy", path: Path, *, as_json: bool) -> None:
    if as_json:
        say_json({"ok": True, "file": str(path), "version": found.version, **_figures(found)})
        return
    say(f"{path} can be used: version {found.version}.")
    for name, value in _figures(found).items():
        say(f"  {name}: {_shown(value)}")


def _figures(found: "Policy") -> dict[str, Any]:
    """What people ask of a policy first."""
    from bot.holidays import office_calendar
    from bot.policy_checks import WEEKDAYS

    week = {step.value: f"{WEEKDAYS[m.weekday]} {m.at:%H:%M}" for step, m in found.week.items()}
    return {
        "hours": [f"{start:%H:%M}-{end:%H:%M}" for start, end in found.hours],
        "days": {level.value: days for level, days in found.level_days.items()},
        "days_of_categories": {
            category.value: {level.value: days for level, days in rules.days.items()}
            for category, rules in found.categories.items()
            if rules.days
        },
        "ladder": [f"{rung.days}: {rung.who}" for rung in found.ladder],
        "week": {**week, "digest": f"{WEEKDAYS[found.digest.weekday]} {found.digest.at:%H:%M}"},
        "quiet_days": [day.isoformat() for day in sorted(found.quiet_days)],
        "calendar_years": sorted(office_calendar(found).years),
    }


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_shown(part)}" for name, part in value.items()) or "-"
    return ", ".join(map(str, value)) or "-" if isinstance(value, list) else str(value)
