"""Who goes when there is always something more urgent."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.messages import Priority
from bot.telegram.shares import Shares


def played(shares: Shares, waiting: dict[Priority, int], sends: int) -> list[Priority]:
    """Send so often: the most urgent that waits, or whose turn it is."""
    sent: list[Priority] = []
    for _ in range(sends):
        floor = shares.turn_of()
        behind = [one for one in sorted(waiting) if waiting[one] and floor is not None and one > floor]
        if floor is not None and not behind:
            shares.passed(floor)
        chosen = (behind or [one for one in sorted(waiting) if waiting[one]])[0]
        waiting[chosen] -= 1
        shares.chose([chosen])
        sent.append(chosen)
    return sent


def test_answers_without_end_leave_a_tenth_to_others() -> None:
    """Reminders and digests get on, and most of what leaves is still answers."""
    sent = played(Shares(), {Priority.ANSWER: 999, Priority.REMINDER: 999, Priority.DIGEST: 999}, 440)
    assert sent.count(Priority.ANSWER) >= 396
    assert sent.count(Priority.DIGEST) >= 19
    assert sent.count(Priority.REMINDER) >= 19


@given(st.lists(st.sampled_from([Priority.TOAST, Priority.ANSWER, Priority.REMINDER]), max_size=80))
def test_a_digest_never_waits_for_more_than_thirty_others(before: list[Priority]) -> None:
    """Whatever was sent before, and however much more urgent things wait."""
    shares = Shares()
    shares.chose(before)
    waiting = {Priority.TOAST: 999, Priority.ANSWER: 999, Priority.REMINDER: 999, Priority.DIGEST: 1}
    assert Priority.DIGEST in played(shares, waiting, 31)


def test_what_does_not_wait_gets_no_turn() -> None:
    """Without reminders and digests the answers have it all."""
    sent = played(Shares(), {Priority.ANSWER: 50}, 50)
    assert sent == [Priority.ANSWER] * 50
