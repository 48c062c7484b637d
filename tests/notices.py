"""The State Council's notices on holidays for 2025 (国办发明电〔2024〕12号) and 2026 (国办发明电〔2025〕7号), as published."""

from datetime import date, timedelta


def days(first: str, last: str) -> list[date]:
    """All days from first to last."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


HOLIDAYS = {
    "New Year 2025": ("2025-01-01", "2025-01-01"),
    "Spring Festival 2025": ("2025-01-28", "2025-02-04"),
    "Tomb-Sweeping 2025": ("2025-04-04", "2025-04-06"),
    "Labour Day 2025": ("2025-05-01", "2025-05-05"),
    "Dragon Boat 2025": ("2025-05-31", "2025-06-02"),
    "National Day and Mid-Autumn 2025": ("2025-10-01", "2025-10-08"),
    "New Year 2026": ("2026-01-01", "2026-01-03"),
    "Spring Festival 2026": ("2026-02-15", "2026-02-23"),
    "Tomb-Sweeping 2026": ("2026-04-04", "2026-04-06"),
    "Labour Day 2026": ("2026-05-01", "2026-05-05"),
    "Dragon Boat 2026": ("2026-06-19", "2026-06-21"),
    "Mid-Autumn 2026": ("2026-09-25", "2026-09-27"),
    "National Day 2026": ("2026-10-01", "2026-10-07"),
}
MADE_UP = [
    *("2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11"),
    *("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"),
]
EXCEPTIONS = {day: False for span in HOLIDAYS.values() for day in days(*span)} | {
    date.fromisoformat(day): True for day in MADE_UP
}
"""As `Calendar` takes them."""
