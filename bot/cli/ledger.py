"""`export` and `digest`: the ledger as a file, and the week's figures on the terminal or on paper."""

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.answers import complain, fail, perform, say, say_json

if TYPE_CHECKING:
    from bot.domain.organisation import Scope
    from bot.services.ledger.records import Vocabulary
    from bot.services.turn import Turn


class Language(StrEnum):
    ZH = "zh"
    EN = "en"


class Format(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


class Look(StrEnum):
    TEXT = "text"
    PDF = "pdf"


def export(
    format: Annotated[Format, typer.Option("--format", help="xlsx for people, csv for tables, json for programs.")],
    out: Annotated[
        Path, typer.Option("--out", help="The file to write; one of that name is replaced once the new one is whole.")
    ],
    language: Annotated[
        Language | None,
        typer.Option(help="Of an xlsx (the office's if not said) or csv (codes if not said); json is always codes."),
    ] = None,
) -> None:
    """Write the whole ledger to a file."""
    _check_place(out)
    count = perform(_export(format, out, language))
    complain(f"{out}: {count} issues")


async def _export(format: Format, out: Path, language: Language | None) -> int:
    from bot.cli.opening import open_ledger

    async with open_ledger() as desk, desk.turns.read() as turn:
        spoken = language or (turn.policy.language if format is Format.XLSX else None)
        return await _write(turn, format, out, spoken)


async def _write(turn: "Turn", format: Format, out: Path, language: str | None) -> int:
    """Beside its place first, so that nobody reads half a ledger."""
    from bot.domain.organisation import CITY
    from bot.domain.permissions import Sight
    from bot.services.ledger import export as exporting

    whole_city = Sight(None, frozenset({CITY}))
    kind, zone = exporting.Format(format.value), turn.calendar.zone
    partial = out.with_name(f".{out.name}.part")
    try:
        count = await exporting.export(
            turn.uow, whole_city, kind, partial, zone=zone, made_at=turn.now, vocabulary=_vocabulary(language)
        )
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
    return count


def _vocabulary(language: str | None) -> "Vocabulary | None":
    if language is None:
        return None
    from bot.telegram.spreadsheets import Words
    from templates.catalogues import Catalogue

    return Words(Catalogue.load(language).gettext)


def _check_place(out: Path) -> None:
    """Before the work is done: ends with 1 where nothing can be written."""
    if out.is_dir():
        fail(f"{out}: is a folder; name a file")
    if not out.parent.is_dir():
        fail(f"{out.parent}: there is no such folder")
    if not os.access(out.parent, os.W_OK):
        fail(f"{out.parent}: can't be written to")


def digest(
    scope: Annotated[str, typer.Option(help="city, district:NAME, unit:CODE or project:CODE.")] = "city",
    as_json: Annotated[bool, typer.Option("--json", help="The figures as JSON, for scripts.")] = False,
    language: Annotated[Language | None, typer.Option(help="The office's if not said.")] = None,
    format: Annotated[Look, typer.Option("--format", help="text for the terminal, pdf for paper.")] = Look.TEXT,
    out: Annotated[Path | None, typer.Option("--out", help="The file a pdf is written to.")] = None,
) -> None:
    """Show the week's digest as it stands now, or write it to a PDF. Sends nothing, freezes nothing."""
    if (format is Look.PDF) != (out is not None) or (out is not None and as_json):
        fail("A PDF needs both: --format pdf --out FILE (and no --json)")
    if out is not None:
        _check_place(out)
    perform(_digest(scope, language, out, as_json=as_json))


async def _digest(text: str, language: str | None, out: Path | None, *, as_json: bool) -> None:
    from bot.cli.opening import open_ledger
    from bot.services.digests import digests

    scope = _scope(text)
    async with open_ledger() as desk, desk.turns.read() as turn:
        await _check(turn, scope)
        facts = digests.facts_of(turn, await digests.compose(turn, scope))
        if out is not None:
            _print(turn, facts, language, out)
        elif as_json:
            say_json(facts)
        else:
            say(_in_words(turn, facts, language))


def _print(turn: "Turn", facts: dict[str, Any], language: str | None, out: Path) -> None:
    """Beside its place first, as an export is."""
    from bot.paper.digest import pdf

    partial = out.with_name(f".{out.name}.part")
    try:
        partial.write_bytes(pdf(facts, language or turn.policy.language, turn.calendar.zone))
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)


def _scope(text: str) -> "Scope":
    from bot.domain.errors import ScopeMalformed
    from bot.domain.organisation import Scope

    try:
        return Scope.parse(text)
    except ValueError:
        raise ScopeMalformed(given=text, example="district:海沧区") from None


async def _check(turn: "Turn", scope: "Scope") -> None:
    """Raises UnitUnknown, ProjectUnknown. A district is any that somebody names."""
    from bot.domain.errors import ProjectUnknown, UnitUnknown
    from bot.services.digests.digests import name_of

    try:
        await name_of(turn, scope)
    except LookupError:
        raise (UnitUnknown if scope.kind == "unit" else ProjectUnknown)(given=scope.value) from None


def _in_words(turn: "Turn", facts: dict[str, Any], language: str | None) -> str:
    """The very message a group would get, without its marks."""
    from bot.telegram import markup
    from bot.telegram.late_models import defer_models
    from bot.telegram.rendered import Text

    defer_models()
    from bot.telegram.rendering import Renderer

    rendered = Renderer(turn.calendar.zone, turn.policy.language).render("digest/weekly", facts, language)
    if not isinstance(rendered, Text):
        raise TypeError(type(rendered).__name__)
    return "\n".join(markup.plain(part) for part in rendered.parts)
