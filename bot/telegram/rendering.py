"""From a message's kind and facts to words and buttons, in the language of whoever reads it. Knows no network and no store."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import BaseLoader, Environment, FileSystemLoader, StrictUndefined, Template, pass_context
from jinja2.exceptions import TemplateNotFound
from jinja2.runtime import Context
from markupsafe import Markup

from bot.domain.ids import MediaId
from bot.telegram import filters, markup
from bot.telegram.keyboards import KeyboardOf, collect
from bot.telegram.rendered import Album, File, Keys, Rendered, Rich, Text, Toast, keys
from templates import FOLDER
from templates.catalogues import LANGUAGES, Catalogue

_TRAILING = re.compile(r"[ \t]+$", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n{3,}")


def _tidy(text: str) -> str:
    """Templates may breathe: trailing spaces go, and never two empty lines in a row."""
    return _BLANK_LINES.sub("\n\n", _TRAILING.sub("", text)).strip()


@cache
def _packaged(language: str) -> Catalogue:
    return Catalogue.load(language)


def _environment(catalogue: Catalogue, zone: ZoneInfo, loader: BaseLoader) -> Environment:
    """One per language: its filters and its gettext are bound to it."""
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        finalize=filters.finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.loopcontrols"],
        auto_reload=False,
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.filters.update(filters.all_of(catalogue.language, zone, catalogue.gettext))
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    environment.globals.update(gettext=_gettext_of(catalogue), language=catalogue.language)
    return environment


def _gettext_of(catalogue: Catalogue) -> Any:
    @pass_context
    def gettext(_: Context, source: str, **variables: Any) -> Markup:
        return filters.fill(catalogue.gettext(source), variables)

    return gettext


class Renderer:
    """Every message of the product. `language` is 'zh' or 'en' wherever it is asked for; another one reads as the office's."""

    def __init__(
        self,
        zone: ZoneInfo,
        office_language: str = "zh",
        *,
        loader: BaseLoader | None = None,
        keyboards: Mapping[str, KeyboardOf] | None = None,
    ) -> None:
        loader = loader or FileSystemLoader(FOLDER)
        self._office = office_language
        self._absent: set[str] = set()
        self._catalogues = {language: _packaged(language) for language in LANGUAGES}
        self._environments = {
            language: _environment(catalogue, zone, loader) for language, catalogue in self._catalogues.items()
        }
        self._keyboards = collect() if keyboards is None else keyboards

    def render(
        self, kind: str, facts: Mapping[str, Any], language: str | None = None, *, rich: bool = False
    ) -> Rendered:
        """The message as data. `rich`: use the kind's rich template if there is one.

        Raises jinja2's errors for a template that is missing, or that asks for a fact it was not given.
        """
        language = language if language in self._environments else self._office
        if kind.startswith("toast/"):
            return self._toast(kind, facts, language)
        keyboard = self._keyboard(kind, facts, language)
        if "media" in facts:
            media = tuple(MediaId(number) for number in facts["media"])
            return Album(media, self._caption(kind, facts, language), keyboard)
        if "file" in facts:
            return File(facts["file"], facts["name"], self._caption(kind, facts, language), keyboard)
        return self._text(kind, facts, language, keyboard, rich=rich)

    def _text(self, kind: str, facts: Mapping[str, Any], language: str, keyboard: Keys, *, rich: bool) -> Text | Rich:
        classic = Text(tuple(markup.split(self._filled(f"{kind}.html.j2", facts, language))), keyboard)
        source = self._optional(f"{kind}.rich.html.j2", language) if rich else None
        return classic if source is None else Rich(_tidy(source.render(facts)), keyboard, classic)

    def _toast(self, kind: str, facts: Mapping[str, Any], language: str) -> Toast:
        template = self._optional(f"{kind}.html.j2", language)
        if template is None and kind != "toast/quiet":
            raise TemplateNotFound(kind)
        text = "" if template is None else markup.plain(_tidy(template.render(facts)))
        return Toast(facts["query"], markup.clip(text, markup.TOAST_LIMIT), bool(facts.get("alert")))

    def _caption(self, kind: str, facts: Mapping[str, Any], language: str) -> str:
        template = self._optional(f"{kind}.html.j2", language)
        return "" if template is None else markup.clip_html(_tidy(template.render(facts)))

    def _keyboard(self, kind: str, facts: Mapping[str, Any], language: str) -> Keys:
        keyboard_of = self._keyboards.get(kind)
        return [] if keyboard_of is None else keys(keyboard_of(facts, self._catalogues[language].gettext))

    def _filled(self, name: str, facts: Mapping[str, Any], language: str) -> str:
        return _tidy(self._environments[language].get_template(name).render(facts))

    def _optional(self, name: str, language: str) -> Template | None:
        if name in self._absent:
            return None
        try:
            return self._environments[language].get_template(name)
        except TemplateNotFound:
            self._absent.add(name)  # what was not packaged won't appear: no look at the disk for each message
            return None
