"""Doubles of what the product owns: a store in memory, a clock one can set, and an office with its rules."""

from tests.fakes.media import FakeMediaFolder
from tests.fakes.office import NOW, FakeClock, a_calendar, a_policy
from tests.fakes.store import FakeStore

__all__ = ["NOW", "FakeClock", "FakeMediaFolder", "FakeStore", "a_calendar", "a_policy"]
