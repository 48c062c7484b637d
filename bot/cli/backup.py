"""`backup` and `restore`: the ledger and its photos to a safe place, and back."""

import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from bot.cli.answers import complain, fail, perform, say, say_json

_EVERY = 2.0  # seconds between two lines about long work
_PLACE = "A folder, or s3://bucket/prefix (gs://, az:// too; ?endpoint=https://… for a server of your own)."


def backup(
    destination: Annotated[str, typer.Argument(help=_PLACE)],
    again: Annotated[
        bool, typer.Option("--verify", help="Read the photos of earlier backups too, and mend what is damaged.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")] = False,
) -> None:
    """Back up the ledger and its photos, beside a running bot. Photos that an earlier backup has brought are not copied again.

    Not in it: the settings, the token, and a policy.toml of your own. Exit code 1, too, if photos could not be had.
    """
    done = perform(_backup(destination, again=again))
    missing = done["missing"]
    if as_json:
        say_json(done)
    else:
        say(
            f"{done['backup']}: {sum(done['rows'].values())} rows, {done['photos']} photos, {done['copied']} of them new."
        )
    if missing:
        fail(f"{len(missing)} photos could not be had, or are not what they should be; the first: {missing[0]}.")


async def _backup(destination: str, *, again: bool) -> dict[str, Any]:
    from importlib.metadata import version

    from bot.settings import load_settings, place
    from storage.backups.archive import Archive
    from storage.backups.backup import Job, back_up
    from storage.files.media import MediaStore
    from storage.files.shelves import open_shelf

    settings = load_settings()
    media = MediaStore(open_shelf(settings.media_url))
    archive = Archive(open_shelf(_place(place, destination)))
    job = Job(settings.database_url, media, archive, version("project-home"), _progress(), again)
    made = await back_up(job, datetime.now(UTC))
    await _note(settings.database_url, made.manifest.made_at, str(archive))
    return {"backup": made.name, "place": str(archive), "copied": made.copied, **asdict(made.manifest)}


async def _note(url: str, made_at: str, place: str) -> None:
    """So that `doctor` can say how old it is. A backup is one whether that can be written down or not."""
    from bot.cli.backup_checks import note_backup
    from bot.ports import StoreUnavailable
    from storage.databases.errors import DatabaseUnusable

    try:
        noted = await note_backup(url, datetime.fromisoformat(made_at), place)
    except (DatabaseUnusable, StoreUnavailable) as error:
        complain(f"The backup is there, but `doctor` will not know of it: {error}")
        return
    if not noted:
        complain("The backup is there, but `doctor` will not know of it: this version did not make that ledger.")


def restore(
    source: Annotated[str, typer.Argument(help=_PLACE)],
    at: Annotated[str | None, typer.Option("--at", help="The backup's name, if not the newest.")] = None,
    reuse: Annotated[
        bool,
        typer.Option(
            "--reuse-photos", help="Photos may be there already: they are checked, and what is missing added."
        ),
    ] = False,
    despite: Annotated[
        bool, typer.Option("--despite-damage", help="Go on without the photos that are damaged in the backup.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")] = False,
) -> None:
    """Put a backup back where the settings say, checked from all sides, and brought up to date. Overwrites nothing."""
    done = perform(_restore(source, at, reuse=reuse, despite=despite))
    if as_json:
        say_json(done)
        return
    say(
        f"{done['backup']}, made {done['made_at']}: {sum(done['rows'].values())} rows, {done['photos']} photos are back."
    )
    if missing := done["missing"]:
        complain(f"{len(missing)} of the photos were not in the backup, or damaged; the first: {missing[0]}.")


async def _restore(source: str, at: str | None, *, reuse: bool, despite: bool) -> dict[str, Any]:
    from bot.settings import load_settings, place
    from storage.backups.archive import Archive
    from storage.backups.restore import Task
    from storage.backups.restore import restore as put_back
    from storage.files.shelves import open_shelf

    settings = load_settings()
    archive, shelf = Archive(open_shelf(_place(place, source))), open_shelf(settings.media_url)
    back = await put_back(Task(archive, settings.database_url, shelf, _progress(), at, reuse, despite))
    return {"backup": back.name, "place": str(archive), **asdict(back.manifest), "missing": back.missing}


def _place(check: Callable[[str], str], given: str) -> str:
    try:
        return check(given)
    except ValueError:
        fail(f"{given}: is no place for a backup. {_PLACE}")


def _progress() -> Callable[[str, int, int], None]:
    """A line on stderr now and then, for work that takes longer."""
    last = time.monotonic()

    def told(what: str, done: int, total: int) -> None:
        nonlocal last
        if done < total and time.monotonic() - last > _EVERY:
            last = time.monotonic()
            complain(f"{what}: {done} of {total}")

    return told
