"""The weekly digest 周报 as PDF: facts and words go into `templates/digest/weekly.typ` as data, never as markup."""

import json
from collections.abc import Mapping
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

import typst

from bot.telegram import neutral
from bot.telegram.filters import Filter, all_of, moment
from templates import FOLDER
from templates.catalogues import Catalogue, Gettext

_PAGE = FOLDER / "digest" / "weekly.typ"
_LONGEST = 60  # UTF-16 units of a name, as paper has more room than a phone


def _(source: str) -> str:
    """Marks a source text for the catalogues; translated when it is printed."""
    return source


LABELS: Mapping[str, str] = {
    "collected": _("Collected"),
    "solved": _("Issues solved"),
    "rate": _("Rate"),
    "open": _("Open"),
    "overdue": _("Overdue"),
    "weeks": _("This week and last"),
    "this_week": _("This week"),
    "last_week": _("Last week"),
    "new": _("New"),
    "became_overdue": _("Became overdue"),
    "by_category": _("By category"),
    "category": _("Category"),
    "by_unit": _("By responsible unit"),
    "unit": _("Unit"),
    "longest": _("Overdue, longest first"),
    "number": _("Number"),
    "days": _("Working days"),
    "project": _("Project"),
    "assignee": _("In charge"),
    "rung": _("Escalated to"),
    "nothing": _("Nothing is overdue."),
}
RUNGS: Mapping[str, str] = {
    "head": _("head of the unit"),
    "district_leader": _("leader of the district"),
    "city_leader": _("leader of the city"),
    "auditor": _("observer"),
}
TITLE = _("Weekly digest · %(scope)s")
WEEK = _("%(first)s to %(last)s")
AS_OF = _("as of %(when)s")
MORE = _("… and %(more)s more.")
NUDGED = _("nudged: %(count)s")


def pdf(facts: Mapping[str, Any], language: str, zone: ZoneInfo) -> bytes:
    """The page of a digest's facts (`bot.services.digests.digests.facts_of`), in 'zh' or 'en', with the office's days and hours.

    The same facts give the same bytes. Its font comes with the product, so it reads the same on every machine.
    """
    page = _page(facts, language, zone)
    made = typst.compile(
        _PAGE,
        root=_PAGE.parent,
        font_paths=typst.Fonts(include_system_fonts=False, font_paths=[_font_folder()]),
        sys_inputs={"page": json.dumps(page, ensure_ascii=False)},
        format="pdf",
        timestamp=moment(facts["made_at"]).replace(microsecond=0),
    )
    if not isinstance(made, bytes):
        raise TypeError(type(made).__name__)
    return made


def _font_folder() -> str:
    return str(resources.files("manimgx_fonts_cjk"))


def _page(facts: Mapping[str, Any], language: str, zone: ZoneInfo) -> dict[str, Any]:
    """All the page shows, in words of the language: strings and numbers only."""
    gettext = Catalogue.load(language).gettext
    shown = all_of(language, zone, gettext)
    scope = facts["scope_name"] or shown["scope_kind"]("city")
    week = gettext(WEEK) % {"first": shown["day"](facts["week_start"]), "last": shown["day"](facts["week_end"])}
    as_of = gettext(AS_OF) % {"when": shown["when"](facts["made_at"])}
    return {
        "language": language,
        "title": gettext(TITLE) % {"scope": neutral.clean(scope)},
        "moment": f"{week} · {as_of}",
        "labels": {name: gettext(label) for name, label in LABELS.items()},
        "totals": {name: facts[name] for name in ("collected", "solved", "rate", "open", "overdue_count")},
        "this_week": facts["this_week"],
        "last_week": facts["last_week"],
        "by_category": [{**row, "name": shown["category"](row["category"])} for row in facts["by_category"]],
        "by_unit": [{**row, "name": shown["clip"](row["name"], _LONGEST)} for row in facts["by_unit"]],
        "by_unit_more": _more(facts["by_unit_more"], gettext),
        "overdue": [_line(line, shown, gettext) for line in facts["overdue"]],
        "overdue_more": _more(facts["overdue_more"], gettext),
    }


def _more(count: int, gettext: Gettext) -> str:
    return gettext(MORE) % {"more": count} if count else ""


def _line(line: Mapping[str, Any], shown: Mapping[str, Filter], gettext: Gettext) -> dict[str, Any]:
    source = RUNGS.get(line["rung"])
    rung = gettext(source) if source else "–"
    nudged = gettext(NUDGED) % {"count": line["nudged"]} if line["nudged"] else ""
    return {
        "number": line["number"],
        "days": line["days"],
        **{name: shown["clip"](line[name], _LONGEST) for name in ("project", "unit", "assignee")},
        "rung": " · ".join(filter(None, (rung, nudged))),
    }
