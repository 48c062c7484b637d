"""Translations read straight from the .po files, merged per language, kept in memory: nothing to compile or forget."""

from collections.abc import Callable, Collection, Iterator
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from templates import LOCALES

Gettext = Callable[[str], str]
LANGUAGES = {"zh": "zh_CN", "en": "en"}  # ours → the folder under locale/


def _files(language: str, folder: Path) -> list[Path]:
    return sorted((folder / LANGUAGES[language] / "LC_MESSAGES").glob("*.po"))


def _entries(path: Path, locale: str) -> Iterator[tuple[str, str]]:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=locale)
    for message in catalogue:
        if message.id and isinstance(message.id, str) and isinstance(message.string, str) and message.string:
            yield message.id, message.string


class Catalogue:
    """One language. What is not translated reads as its source text, which is English."""

    def __init__(self, language: str, translations: dict[str, str]) -> None:
        self.language = language
        self._translations = translations

    @classmethod
    @cache
    def load(cls, language: str, folder: Path = LOCALES) -> "Catalogue":
        """All catalogue files of a language ('zh' or 'en'), read once; a missing folder is an empty catalogue."""
        entries = {
            source: text for path in _files(language, folder) for source, text in _entries(path, LANGUAGES[language])
        }
        return cls(language, entries)

    def gettext(self, source: str) -> str:
        """The text in this language."""
        return self._translations.get(source, source)

    @property
    def sources(self) -> Collection[str]:
        """All source texts that are translated."""
        return self._translations.keys()

    def __contains__(self, source: str) -> bool:
        return source in self._translations


def conflicts(language: str, folder: Path = LOCALES) -> list[str]:
    """Source texts that two files of a language translate differently: which one would be shown is chance."""
    seen: dict[str, str] = {}
    found: set[str] = set()
    for path in _files(language, folder):
        for source, text in _entries(path, LANGUAGES[language]):
            if seen.setdefault(source, text) != text:
                found.add(source)
    return sorted(found)
