"""Reads policy.toml into the domain's `Policy`, checked: whatever is wrong is said with its file, line and what is allowed."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from bot import policy_checks as check
from bot.domain.ids import UnitCode
from bot.domain.issue import Category, Level
from bot.domain.policy import CategoryPolicy, Policy, WeekMoment, WeekStep
from bot.toml_lines import Where, line_of

T = TypeVar("T")
PACKAGED = Path(__file__).with_name("policy.toml")


class PolicyError(Exception):
    """The file can't be used. `problems` are sentences that begin with file and line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def load_policy(path: Path | None = None, *, timezone: str | None = None, language: str | None = None) -> Policy:
    """The policy of a file (default: the packaged one), what it leaves out from the packaged one.

    `timezone` and `language` are the settings that win over the file. Raises PolicyError with all problems at once.
    """
    path = path or PACKAGED
    text = _text_of(path)
    file = _File(path, text, _parse(path, text))
    wins = {key: value for key, value in (("timezone", timezone), ("language", language)) if value}
    policy = _policy(file, _version(_over(file.packaged, file.values), wins), wins)
    _complain_of_unknown(file, file.values, file.packaged, ())
    if file.problems:
        raise PolicyError(file.problems)
    return policy


class _File:
    """A policy file over the packaged one; collects what is wrong with it."""

    def __init__(self, path: Path, text: str, values: Mapping[str, Any]) -> None:
        self.path = path
        self.text = text
        self.values = values
        self.packaged = tomllib.loads(PACKAGED.read_text("utf-8"))
        self.problems: list[str] = []

    def take(self, *where: str, as_: check.Check[T]) -> T:
        """The checked value at a key; the packaged one where the file says nothing or something that is not allowed."""
        try:
            return as_(_dig(self.values, where))
        except KeyError:
            return as_(_dig(self.packaged, where))
        except check.NotAllowed as refused:
            self.complain((*where, *refused.inside), f"must be {refused.allowed}")
            return as_(_dig(self.packaged, where))

    def complain(self, where: Where, sentence: str) -> None:
        """Note a problem with its place."""
        key = ".".join(str(part + 1) if isinstance(part, int) else part for part in where)
        self.problems.append(f"{self.path}, line {line_of(self.text, where)}: {key} {sentence}")


def _policy(file: _File, version: str, wins: Mapping[str, str]) -> Policy:
    take = file.take
    zone = take("office", "timezone", as_=check.zone)
    language = take("office", "language", as_=check.one_of("zh", "en"))
    return Policy(
        version=version,
        prefix=take("office", "prefix", as_=check.text("[A-Z]{1,8}", "one to eight capital letters, e.g. XM")),
        timezone=wins.get("timezone", zone),
        language=wins.get("language", language),
        hours=take("office", "hours", as_=check.hours),
        working_overrides=_overrides(file),
        complete_years=take("calendar", "complete_years", as_=check.years),
        level_days={level: take("levels", level.value, as_=check.whole(0, 365)) for level in Level},
        categories={category: _category(file, category) for category in Category},
        reminder_days=take("reminders", "days_before", as_=check.days_before),
        quiet_days=frozenset(take("reminders", "quiet_days", as_=check.dates)),
        urgent_any_hour=take("reminders", "urgent_any_hour", as_=check.yes_or_no),
        ladder=take("ladder", as_=check.ladder),
        silence_days=take("closing", "silence_days", as_=check.whole(0, 60)),
        undo_minutes=take("closing", "undo_minutes", as_=check.whole(0, 1440)),
        invitation_days=take("people", "invitation_days", as_=check.whole(1, 90)),
        digest=_digest(file),
        week={step: take("week", step.value, as_=check.week_moment) for step in WeekStep},
        claim_minutes=take("desk", "claim_minutes", as_=check.whole(0, 1440)),
        desk_topics=take("desk", "topics", as_=check.one_of("issue", "category", "none")),
        rich_messages=take("messages", "rich", as_=check.yes_or_no),
        stranger_minutes=take("messages", "stranger_minutes", as_=check.whole(1, 10080)),
        inbox_days=take("keeping", "inbox_days", as_=check.whole(1, 365)),
        photo_pixels=take("keeping", "photo_pixels", as_=check.whole(1_000_000, 200_000_000)),
    )


def _category(file: _File, category: Category) -> CategoryPolicy:
    name = category.value
    code = check.text(r"[A-Za-z0-9_.-]{0,24}", 'the code of a unit, or "" for none')
    return CategoryPolicy(
        words=file.take("categories", name, "words", as_=check.words),
        proof_photo=file.take("categories", name, "proof_photo", as_=check.yes_or_no),
        unit=UnitCode(unit) if (unit := file.take("categories", name, "unit", as_=code)) else None,
        days=file.take("categories", name, "days", as_=check.days_by_level),
        fields=file.take("categories", name, "fields", as_=check.fields),
    )


def _digest(file: _File) -> WeekMoment:
    weekday = file.take("digest", "weekday", as_=check.one_of(*check.WEEKDAYS))
    return WeekMoment(check.WEEKDAYS.index(weekday), file.take("digest", "at", as_=check.clock))


def _overrides(file: _File) -> dict[date, bool]:
    days_off = file.take("calendar", "days_off", as_=check.dates)
    working = file.take("calendar", "working_days", as_=check.dates)
    for day in sorted({*days_off} & {*working}):
        file.complain(("calendar", "working_days"), f"must not name {day}, which is in days_off too")
    return dict.fromkeys(days_off, False) | dict.fromkeys(working, True)


def _complain_of_unknown(file: _File, values: Mapping[str, Any], known: Mapping[str, Any], where: Where) -> None:
    """Keys the packaged file does not have are most likely misspelt: they are not passed over in silence."""
    for key, value in values.items():
        place = (*where, key)
        if key not in known:
            file.complain(place, f"is not known here; allowed: {', '.join(known)}")
        elif not known[key] and isinstance(known[key], Mapping):
            continue  # what may stand in it is checked where it is read
        elif isinstance(known[key], Mapping) and isinstance(value, Mapping):
            _complain_of_unknown(file, value, known[key], place)
        elif isinstance(known[key], Mapping):
            file.complain(place, f"must be a table with {', '.join(known[key])}")


def _dig(values: Mapping[str, Any], where: tuple[str, ...]) -> Any:
    """The value at a key. Raises KeyError where there is none."""
    found: Any = values
    for part in where:
        if not isinstance(found, Mapping):
            raise KeyError(part)
        found = found[part]
    return found


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise PolicyError([f"{path}: can't be read ({error.strerror}); name a file in PROJECT_HOME_POLICY"]) from None
    except UnicodeDecodeError:
        raise PolicyError([f"{path}: must be a text file in UTF-8"]) from None


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError([f"{path}: is not TOML: {error}"]) from None


def _over(packaged: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """All that is decided by: the file's values, and the packaged ones where it says nothing."""
    merged = dict(packaged)
    for key, value in values.items():
        known = packaged.get(key)
        merged[key] = _over(known, value) if isinstance(known, Mapping) and isinstance(value, Mapping) else value
    return merged


def _version(values: Mapping[str, Any], wins: Mapping[str, str]) -> str:
    """Twelve digits that change with whatever decides, and with nothing else: not with a comment or the order of lines."""
    decisive = json.dumps([values, wins], default=str, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(decisive.encode()).hexdigest()[:12]
