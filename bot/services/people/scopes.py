"""A scope and an hour as people write them: `district 海沧区 fri 16:00`, `全市 周五 16:00`, `project P002`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from unicodedata import normalize

from bot.domain.errors import ProjectUnknown, ScopeMalformed, UnitUnknown
from bot.domain.organisation import CITY, Scope, ScopeKind
from bot.domain.policy import WeekMoment
from bot.services.turn import Turn

EXAMPLE = "/subscribe district 海沧区 fri 16:00"
_KINDS: Mapping[str, ScopeKind] = {
    **dict.fromkeys(("city", "全市", "城市", "市"), ScopeKind.CITY),
    **dict.fromkeys(("district", "区", "辖区", "区县"), ScopeKind.DISTRICT),
    **dict.fromkeys(("unit", "单位", "责任单位"), ScopeKind.UNIT),
    **dict.fromkeys(("project", "项目"), ScopeKind.PROJECT),
}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CHINESE_DAYS = "一二三四五六日"
_HOUR = re.compile(
    r"(?:^|\s)(?:(?P<en>mon|tue|wed|thu|fri|sat|sun)[a-z]*|(?:周|星期|礼拜)(?P<zh>[一二三四五六日天]))?"
    r"\s*(?P<hour>\d{1,2})(?::(?P<minute>\d{2})|点(?P<late>\d{1,2}|半)?(?:分)?)\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for: words that name a scope, and a moment of the week."""

    scope: str
    moment: WeekMoment


def parse_wish(words: str, default: WeekMoment) -> Wish:
    """Split off the hour at the end, if there is one. Raises ScopeMalformed for one no clock has."""
    text = " ".join(normalize("NFKC", words).split())
    found = _HOUR.search(text)
    if found is None:
        return Wish(text, default)
    try:
        at = time(int(found["hour"]), _minute(found))
    except ValueError:
        raise ScopeMalformed(given=words[:60], example=EXAMPLE) from None
    return Wish(text[: found.start()].strip(), WeekMoment(_weekday(found, default), at))


def _minute(found: re.Match[str]) -> int:
    written = found["minute"] or found["late"] or "0"
    return 30 if written == "半" else int(written)


def _weekday(found: re.Match[str], default: WeekMoment) -> int:
    if found["en"]:
        return _DAYS.index(found["en"].lower())
    if found["zh"]:
        return _CHINESE_DAYS.index(found["zh"].replace("天", "日"))
    return default.weekday


async def resolve(turn: Turn, words: str) -> Scope:
    """The scope that words name. Raises ScopeMalformed, UnitUnknown, ProjectUnknown."""
    text = " ".join(normalize("NFKC", words).split())
    first, _, rest = text.partition(" ")
    kind = _KINDS.get(first.lower())
    if kind is ScopeKind.CITY and not rest:
        return CITY
    match kind:
        case ScopeKind.UNIT if rest:
            return await _unit(turn, rest)
        case ScopeKind.PROJECT if rest:
            return await _project(turn, rest)
        case ScopeKind.DISTRICT if rest:
            return await _district(turn, rest)
        case None if text:
            return await _district(turn, text)
    raise ScopeMalformed(given=words[:60], example=EXAMPLE)


async def _district(turn: Turn, name: str) -> Scope:
    """A district some project or unit is in; 海沧 will do for 海沧区."""
    known = {unit.district for unit in await turn.uow.units.all()}
    known |= {project.district for project in await turn.uow.projects.all()}
    found = next((district for district in (name, f"{name}区") if district in known - {""}), None)
    if found is None:
        raise ScopeMalformed(given=name[:60], example=EXAMPLE)
    return Scope(ScopeKind.DISTRICT, found)


async def _unit(turn: Turn, words: str) -> Scope:
    """By code, by name, or by a part of the name that only one has."""
    units = await turn.uow.units.all()
    exact = [unit for unit in units if words.lower() in {unit.code.lower(), unit.name.lower()}]
    found = exact or [unit for unit in units if words.lower() in unit.name.lower()]
    if len(found) != 1:
        raise UnitUnknown(given=words[:60])
    return Scope(ScopeKind.UNIT, found[0].code)


async def _project(turn: Turn, words: str) -> Scope:
    """By code, by name, or by words that only one project matches."""
    found = await turn.uow.projects.search(words, 5)
    exact = [project for project in found if words.lower() in {project.code.lower(), project.name.lower()}]
    if len(exact or found) != 1:
        raise ProjectUnknown(given=words[:60])
    return Scope(ScopeKind.PROJECT, (exact or found)[0].code)
