"""Every word people read exists in both languages: extracted from templates and code, compared with the catalogues."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file

from templates import FOLDER
from templates.catalogues import Catalogue, conflicts

ROOT = Path(__file__).parent.parent
TEMPLATES = sorted(FOLDER.rglob("*.j2"))
CODE = sorted(path for room in ("bot", "handlers") for path in (ROOT / room).rglob("*.py"))
# the command line speaks English: its sentences are not the bot's
COMMAND_LINE = ("bot/cli/", "bot/policy", "bot/demo/", "bot/domain/sheets.py", "bot/sandbox/")
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<code>.*?</code>|<[^<>]*>|&\w+;", re.DOTALL)
TRANSLATED = re.compile(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}", re.DOTALL)


def sources() -> Iterator[tuple[str, str]]:
    """(where, source text) of everything marked for translation."""
    options = {"trimmed": "true", "newstyle_gettext": "true"}
    for path in TEMPLATES:
        for _, message, _, _ in extract_from_file("jinja2.ext:babel_extract", path, options=options):
            yield path.relative_to(ROOT).as_posix(), str(message)
    for path in CODE:
        place = path.relative_to(ROOT).as_posix()
        if not place.startswith(COMMAND_LINE):
            for _, message, _, _ in extract_from_file("python", path):
                yield place, str(message)


MARKED = sorted(set(sources()))


def test_the_catalogue_is_extracted() -> None:
    """Should the extraction break, the other tests would pass on nothing."""
    assert len({text for _, text in MARKED}) > 400


@pytest.mark.parametrize("text", sorted({text for _, text in MARKED}))
def test_every_text_is_in_both_languages(text: str) -> None:
    """The source is English; the Chinese is there and speaks of the same things."""
    places = [place for place, marked in MARKED if marked == text]
    assert not CHINESE.search(text), f"source texts are English: {places}"
    chinese = Catalogue.load("zh")
    assert text in chinese, f"no Chinese for {text!r}, used in {places}"
    assert set(PLACEHOLDER.findall(chinese.gettext(text))) <= set(PLACEHOLDER.findall(text))


def test_the_catalogues_hold_nothing_else() -> None:
    """What no template and no code says any more is taken out."""
    catalogue = Catalogue.load("zh")
    used = {text for _, text in MARKED}
    assert sorted(source for source in catalogue.sources if source not in used) == []


def test_the_catalogues_agree() -> None:
    """Two rooms may use the same text only with the same translation."""
    assert conflicts("zh") == []
    assert conflicts("en") == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_no_template_speaks_past_the_catalogues(path: Path) -> None:
    """Between the tags of Jinja and HTML there are signs and pictures, but no words."""
    bare = JINJA.sub(" ", TRANSLATED.sub(" ", path.read_text("utf-8")))
    assert re.findall(r"[^\W\d_]{2,}", bare) == []
