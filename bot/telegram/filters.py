"""The Jinja filters of every template, made for one language and the office's zone."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from bot.telegram import markup, neutral, words
from bot.telegram.keyboards.issue import REASONS
from templates.catalogues import LANGUAGES, Catalogue, Gettext

Filter = Callable[..., Any]
_WHEN = {"zh": "{0.month}月{0.day}日 {0:%H:%M}", "en": "{0:%m-%d %H:%M}"}
_DAY = {"zh": "{0.month}月{0.day}日", "en": "{0:%m-%d}"}


def number(value: str) -> Markup:
    """An issue's number, to be copied with one touch."""
    return Markup("<code>{}</code>").format(value)


def clip(value: str, limit: int) -> str:
    """A person's words, shortened to `limit` UTF-16 units."""
    return markup.clip(neutral.clean(value), limit)


def moment(value: str | datetime) -> datetime:
    """An aware moment from its ISO text. ValueError for a naive one: it would be shown in a wrong zone."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    if found.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone")
    return found


def _day_of(value: str | date, zone: ZoneInfo) -> date:
    """A date as it is, a moment as the office's date."""
    if isinstance(value, datetime):
        return moment(value).astimezone(zone).date()
    if isinstance(value, date):
        return value
    return date.fromisoformat(value) if len(value) == 10 else moment(value).astimezone(zone).date()


def times(language: str, zone: ZoneInfo) -> Mapping[str, Filter]:
    """`when`: day and time; `day`: the day alone. Both of the office's zone."""
    return {
        "when": lambda value: _WHEN[language].format(moment(value).astimezone(zone)),
        "day": lambda value: _DAY[language].format(_day_of(value, zone)),
    }


def of_words(gettext: Gettext) -> dict[str, Filter]:
    """One filter per table of words: `{{ issue.category|category }}`."""

    def bound(table: words.Words) -> Filter:
        return lambda value: gettext(table[value])

    return {name: bound(table) for name, table in words.TABLES.items()}


def usual(gettext: Gettext) -> Filter:
    """A reason that was pressed, kept in the office's language, as its reader says it; anybody's own words as they are."""

    def reason(value: str) -> str:
        source = _usual_reasons().get(value)
        return value if source is None else gettext(source)

    return reason


@cache
def _usual_reasons() -> Mapping[str, str]:
    """Every usual reason in every language → its source text."""
    sources = {text for texts in REASONS.values() for text in texts}
    catalogues = [Catalogue.load(language) for language in LANGUAGES]
    return {catalogue.gettext(source): source for catalogue in catalogues for source in sources}


def all_of(language: str, zone: ZoneInfo, gettext: Gettext) -> dict[str, Filter]:
    """Every filter by name."""
    return {**of_words(gettext), **times(language, zone), "number": number, "clip": clip, "reason": usual(gettext)}


def finalize(value: Any) -> Any:
    """What `{{ }}` prints: people's words neutralised, nothing for None; Jinja escapes it afterwards."""
    if value is None:
        return ""
    if isinstance(value, Markup):
        return value
    return neutral.isolate(value) if isinstance(value, str) else value


def fill(text: str, variables: Mapping[str, Any]) -> Markup:
    """A translated sentence with its values, each neutralised and escaped. The sentence itself is ours and trusted."""
    harmless = {name: finalize(value) for name, value in variables.items()}
    return Markup(text) % harmless  # noqa: S704 - our own sentence; its values are escaped
