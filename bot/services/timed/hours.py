"""When people may be told: in office hours, but on no quiet day of the policy (domain.md: only in working hours)."""

from datetime import datetime, timedelta

from bot.services.turn import Turn


def is_quiet(turn: Turn, moment: datetime) -> bool:
    """A day on which nobody is reminded, at whatever hour and level."""
    return turn.calendar.day_of(moment) in turn.policy.quiet_days


def may_tell(turn: Turn) -> bool:
    """Now."""
    return turn.calendar.is_open(turn.now) and not is_quiet(turn, turn.now)


def next_telling(turn: Turn, moment: datetime, *, any_hour: bool = False) -> datetime:
    """The moment itself if people may be told then, else the next at which they may. `any_hour`: the hour doesn't matter."""
    calendar = turn.calendar
    at = moment if any_hour else calendar.next_open(moment)
    while is_quiet(turn, at):
        tomorrow = calendar.day_of(at) + timedelta(days=1)
        at = calendar.next_open(calendar.opening(tomorrow))
    return at
