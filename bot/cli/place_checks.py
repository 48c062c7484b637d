"""The doctor at the places: where photos are kept, and how much room there is."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from bot.cli.findings import Finding, note, ok, red
from bot.settings import Settings

LOW, LITTLE = 100 << 20, 1 << 30  # bytes free on a disk: people will soon not be served; time to do something


def check_places(settings: Settings) -> Iterator[Finding]:
    """Every finding about them."""
    yield _media(settings)
    if folders := _folders(settings):
        yield _room(folders)


def _media(settings: Settings) -> Finding:
    from storage.files.shelves import open_shelf, try_out

    place = Path(settings.media_url)
    if "://" not in settings.media_url and not place.exists():  # the first photo makes it; a look must not
        return _unmade(place)
    try:
        shelf = open_shelf(settings.media_url)
        try_out(shelf)
    except (OSError, ValueError) as error:
        advice = "Set PROJECT_HOME_MEDIA_URL to a folder of the bot's own, or see the bucket's address, credentials and rights."
        return red("media", f"can't be written to, read and cleared: {error}", advice)
    return ok("media", f"{shelf} can be written to, read and cleared")


def _unmade(place: Path) -> Finding:
    there = _existing(place)
    if there.is_dir() and os.access(there, os.W_OK):
        return ok("media", f"{place} will be made when the first photo comes")
    return red("media", f"{there} can't be written to", "Set PROJECT_HOME_MEDIA_URL to a folder of the bot's own.")


def _folders(settings: Settings) -> list[Path]:
    """Those of this machine that must not fill up."""
    from storage.databases.engines import file_of, is_embedded, parse

    places = [Path(settings.media_url)] if "://" not in settings.media_url else []
    if is_embedded(settings.database_url):
        places.append(file_of(parse(settings.database_url)))
    return [_existing(place) for place in places]


def _room(folders: list[Path]) -> Finding:
    """Of the fullest disk."""
    free, folder = min((shutil.disk_usage(folder).free, folder) for folder in folders)
    says = f"{free / 2**30:.1f} GB free at {folder}"
    advice = "Make room: while the disk is full people hear nothing, and what they sent waits."
    if free < LOW:
        return red("disk", says, advice)
    return note("disk", says, advice) if free < LITTLE else ok("disk", says)


def _existing(place: Path) -> Path:
    """The place, or what there is of the way to it."""
    return next(parent for parent in (place.absolute(), *place.absolute().parents) if parent.exists())
