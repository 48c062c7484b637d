"""`audit verify` and `audit head`: can the ledger's past be trusted."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.answers import complain, fail, perform, say, say_json

if TYPE_CHECKING:
    from storage.store import SqlStore

audit = typer.Typer(help="Whether the past is as it was written.", no_args_is_help=True, rich_markup_mode=None)


@audit.command()
def head(as_json: Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")] = False) -> None:
    """Print the newest seal, to be kept outside (on paper, by mail to somebody else). A later `audit verify --head` finds
    whatever was cut or made anew before it."""
    perform(_head(as_json=as_json))


async def _head(*, as_json: bool) -> None:
    async with _ledger() as store, store.read() as uow:
        found = await uow.audit_head()
    say_json({"head": str(found), "lines": found.seq}) if as_json else say(str(found))


@audit.command()
def verify(
    kept: Annotated[list[str] | None, typer.Option("--head", help="A head kept outside; may be said again.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")] = False,
) -> None:
    """Look whether anything of the past was edited, deleted, swapped, put in or cut. Changes nothing. Exit code 1 if so."""
    perform(_verify(kept or [], as_json=as_json))


async def _verify(kept: list[str], *, as_json: bool) -> None:
    from storage.chain.trail import Head

    try:
        outside = [Head.parse(one) for one in kept]
    except ValueError:
        fail("--head: must be what `audit head` printed, a number, a colon and 64 letters and digits")
    async with _ledger() as store, store.read() as uow:
        verdict = await uow.audit(outside)
    if as_json:
        flaws = [{"kind": flaw.kind, "says": flaw.says} for flaw in verdict.flaws]
        say_json({"ok": not flaws, "lines": verdict.lines, "head": str(verdict.head), "flaws": flaws})
    else:
        for flaw in verdict.flaws:
            complain(f"{flaw.kind}: {flaw.says}")
        summary = (
            "as it was written" if not verdict.flaws else f"{len(verdict.flaws)} things are not as they were written"
        )
        say(f"{verdict.lines} lines: {summary}. Head {verdict.head}")
    if verdict.flaws:
        raise typer.Exit(1)


@asynccontextmanager
async def _ledger() -> AsyncIterator["SqlStore"]:
    """As it lies there: nothing is migrated. Ends with 1 for an older schema."""
    from bot.settings import load_settings
    from storage.migrate import current, revisions
    from storage.store import SqlStore

    settings = load_settings()
    store = SqlStore(settings.database_url)
    await store.open()
    try:
        if (present := await current(settings.database_url)) != revisions()[-1]:
            fail(f"The schema is at {present or 'nothing'}; run `project-home migrate` first.")
        yield store
    finally:
        await store.close()
