"""An office for tests: its rules, its calendar, its clock. Data in Python, no file and no package."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.domain.calendar import Calendar
from bot.domain.ids import UnitCode
from bot.domain.issue import Category, Level
from bot.domain.policy import CategoryPolicy, Policy, Rung, WeekMoment

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in the office
ZONE = ZoneInfo("Asia/Shanghai")
HOURS = ((time(9, 0), time(12, 0)), (time(14, 30), time(17, 30)))

# 2026: National Day, and the make-up working days that pay for it and for other holidays (调休)
_OFF = [date(2026, 9, 25), *(date(2026, 10, day) for day in (1, 2, 5, 6, 7))]
_MADE_UP = [date(2026, 5, 9), date(2026, 9, 20), date(2026, 10, 10)]


def a_calendar(**changed: Any) -> Calendar:
    """The office's calendar; only 2026 is published."""
    exceptions = dict.fromkeys(_OFF, False) | dict.fromkeys(_MADE_UP, True)
    calendar = Calendar(zone=ZONE, hours=HOURS, exceptions=exceptions, years=frozenset({2026}), version="test-2026")
    return replace(calendar, **changed)


def a_policy(**changed: Any) -> Policy:
    """The office's rules, as the packaged policy has them."""
    policy = Policy(
        version="test",
        prefix="XM",
        timezone="Asia/Shanghai",
        language="zh",
        hours=HOURS,
        working_overrides={},
        level_days={Level.A: 2, Level.B: 5, Level.C: 15},
        categories=_categories(),
        reminder_days=(3, 1, 0),
        urgent_any_hour=True,
        ladder=(Rung(1, "head"), Rung(3, "district_leader"), Rung(5, "city_leader"), Rung(10, "auditor")),
        silence_days=3,
        undo_minutes=10,
        invitation_days=7,
        digest=WeekMoment(4, time(16, 0)),
        rich_messages=False,
        desk_topics="category",
        claim_minutes=30,
        inbox_days=7,
        photo_pixels=50_000_000,
        stranger_minutes=60,
    )
    return replace(policy, **changed)


def _categories() -> dict[Category, CategoryPolicy]:
    return {
        Category.EARLY_PROCEDURES: CategoryPolicy(("手续", "审批", "permit"), proof_photo=False, unit=UnitCode("U03")),
        Category.LAND_ACQUISITION: CategoryPolicy(("征地", "拆迁", "land")),
        Category.ILLEGAL_LAND_USE: CategoryPolicy(("图斑",), unit=UnitCode("U03")),
        Category.POWER: CategoryPolicy(("电力", "供电", "电缆", "停电", "power"), unit=UnitCode("U04")),
        Category.UTILITY_RELOCATION: CategoryPolicy(("管线", "迁改", "pipe")),
        Category.ACCEPTANCE: CategoryPolicy(("验收", "acceptance"), unit=UnitCode("U02")),
        Category.PAYMENT: CategoryPolicy(("工程款", "欠款", "payment"), proof_photo=False),
        Category.OTHER: CategoryPolicy(()),
    }


class FakeClock:
    """Stands still until told otherwise."""

    def __init__(self, at: datetime = NOW) -> None:
        self.set(at)

    def now(self) -> datetime:
        """Aware UTC."""
        return self._now

    def set(self, at: datetime) -> None:
        """Jump to an aware moment, forward or back."""
        if at.tzinfo is None:
            raise ValueError(f"a moment without a time zone: {at!r}")
        self._now = at.astimezone(UTC)

    def advance(self, **parts: float) -> datetime:
        """Move on by what `timedelta` takes (`hours=2, minutes=5`); returns the new moment."""
        self._now += timedelta(**parts)
        return self._now


_: Clock = FakeClock()  # for the type checker
