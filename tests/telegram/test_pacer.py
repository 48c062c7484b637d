"""The pacer against a server that enforces Telegram's limits to the letter."""

from collections import defaultdict, deque

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.telegram.pacer import TOASTS, Candidate, Choice, Limits, Pacer


class Server:
    """Counts violations: 30 in any second, 1 per chat and second, 20 per group and minute."""

    def __init__(self) -> None:
        self.all: deque[float] = deque()
        self.chats: defaultdict[int, deque[float]] = defaultdict(deque)
        self.sent: list[tuple[float, Candidate]] = []

    def receive(self, candidate: Candidate, now: float) -> None:
        self.sent.append((now, candidate))
        self._within(self.all, now, 30, 1.0)
        if candidate.toast:
            return
        if candidate.chat < 0:
            self._within(self.chats[candidate.chat], now, 20, 60.0)
        gaps = [at for at, other in self.sent[:-1] if other.chat == candidate.chat and not other.toast]
        assert not gaps or now - gaps[-1] >= 1.0

    def _within(self, log: deque[float], now: float, limit: int, window: float) -> None:
        while log and log[0] <= now - window:
            log.popleft()
        log.append(now)
        assert len(log) <= limit


def drain(rows: list[Candidate], pacer: Pacer, server: Server, start: float = 100.0, step: float = 0.0) -> float:
    """Send everything, looking again when the pacer says (at least `step` later), each when it is due; returns the seconds
    it took."""
    now, look, waiting = start, start, {row.row: row for row in rows}
    booked: dict[int, Candidate] = {}
    while waiting or booked:
        if waiting and look <= now:
            busy = {row.chat for row in booked.values() if not row.toast}
            choice = pacer.choose([row for row in waiting.values() if row.toast or row.chat not in busy], now)
            booked |= {row: waiting.pop(row) for row in choice.go}
            assert choice.again is None or choice.again > now
            look = max(now + step, choice.again or now + 0.05)
        for row in [row for row in booked if pacer.due(row, now) <= now]:
            candidate = booked.pop(row)
            server.receive(candidate, now)
            pacer.leaves(row, now)
            pacer.landed(row, TOASTS if candidate.toast else candidate.chat, now)
        now = max(now, min([pacer.due(row, now) for row in booked] + [look] * bool(waiting), default=now))
    return now - start


CHATS = st.integers(-3, 12).filter(bool)
ROWS = st.lists(st.tuples(CHATS, st.booleans()), max_size=120)


@given(ROWS, st.sampled_from([0.0, 0.05, 0.7]))
@settings(max_examples=60, deadline=None)
def test_no_load_breaks_a_limit(load: list[tuple[int, bool]], step: float) -> None:
    """Whatever waits and however late we look: the server never has to refuse, and everything is sent."""
    rows = [Candidate(number, chat, toast) for number, (chat, toast) in enumerate(load)]
    server = Server()
    drain(rows, Pacer(), server, step=step)
    assert len(server.sent) == len(rows)


@given(ROWS)
@settings(max_examples=60, deadline=None)
def test_a_chat_hears_things_in_order(load: list[tuple[int, bool]]) -> None:
    """Rows of one chat leave in the order they were offered."""
    rows = [Candidate(number, chat, toast) for number, (chat, toast) in enumerate(load)]
    server = Server()
    drain(rows, Pacer(), server)
    for chat in {row.chat for row in rows}:
        said = [sent.row for _, sent in server.sent if sent.chat == chat and not sent.toast]
        assert said == sorted(said)


def test_many_chats_get_the_whole_rate() -> None:
    """At least 99 % of 30 a second, with the loop looking only every 50 ms."""
    rows = [Candidate(number, number + 1) for number in range(600)]
    assert drain(rows, Pacer(), Server(), step=0.05) <= 600 / 30 / 0.99


def test_one_chat_and_one_group_get_theirs() -> None:
    """At least 99 % of one a second, and of 20 a minute."""
    assert drain([Candidate(number, 7) for number in range(300)], Pacer(), Server()) <= 299 / 0.99
    assert drain([Candidate(number, -7) for number in range(200)], Pacer(), Server()) <= 9 * 60 / 0.99 + 20


def test_a_busy_group_delays_nobody_else() -> None:
    """A group's hundred messages wait among themselves; a person's answer behind them goes at once."""
    rows = [Candidate(number, -1) for number in range(100)] + [Candidate(100, 5)]
    assert Pacer().choose(rows, 0.0).go == (0, 100)


def test_earlier_candidates_take_the_free_slots() -> None:
    """Answers come first in the list of candidates and so go before digests: three at once, then one slot after the other, a
    little ahead; and we look again before the first that is not given out."""
    pacer, rows = Pacer(Limits(ahead=0.1)), [Candidate(number, number + 1) for number in range(10)]
    choice = pacer.choose(rows, 0.0)
    assert choice.go == (0, 1, 2, 3, 4)
    assert [round(max(0.0, pacer.due(row, 0.0)), 3) for row in choice.go] == [0.0, 0.0, 0.0, 0.033, 0.067]
    assert choice.again is not None
    assert 0.0 < choice.again < 0.1


def test_a_commit_may_take_its_time() -> None:
    """From the second look on, whatever is chosen has more than a third of a second until its slot, and no slot is left out."""
    pacer, now, slots = Pacer(), 0.0, dict[int, float]()
    waiting = [Candidate(number, number + 1) for number in range(120)]
    while waiting:
        for row in [row for row, slot in slots.items() if now - 0.2 < slot <= now]:
            pacer.leaves(row, slots[row])
            pacer.landed(row, row + 1, slots[row])
        choice = pacer.choose(waiting, now)
        slots |= (given := {row: pacer.due(row, now) for row in choice.go})
        assert now == 0.0 or min(given.values()) - now > 0.35
        waiting = waiting[len(given) :]
        now = choice.again or now
    assert max(slots.values()) < 120 / 30


def due(pacer: Pacer, *rows: int) -> list[float]:
    """In hundredths of a second."""
    return [round(100 * pacer.due(row, 0.0)) for row in rows]


def test_who_is_urgent_takes_the_slot_of_who_is_not() -> None:
    """An answer comes while slots are given to reminders: it has the next one that has not come, and each of them the one
    after its own; none leaves earlier than it was to."""
    pacer = Pacer()
    pacer.choose([Candidate(number, number + 1, urgency=2) for number in range(20)], 0.0)
    assert due(pacer, 3, 4, 5, 7) == [3, 7, 10, 17]
    assert pacer.choose([Candidate(50, 77, urgency=1)], 0.0).go == (50,)
    assert due(pacer, 50, 3, 4, 5, 7) == [3, 7, 10, 13, 20]


def test_a_chat_gets_the_first_slot_in_which_it_may_hear_something() -> None:
    """Slots are given out ahead, to those as well who may not hear anything yet: one a second is one a second."""
    rows = [Candidate(number, number + 100) for number in range(18)]
    for before, again in ((4, 0.5), (18, None)):
        pacer = Pacer(Limits(chat_gap=1.0))
        pacer.remember(7, -0.5)
        choice = pacer.choose([*rows[:before], Candidate(50, 7)], 0.0)
        assert (50 in choice.go, choice.again) == (again is None, again)
    assert 0.5 <= pacer.due(50, 0.0) < 0.6


def test_nobody_is_overtaken_for_a_chat_that_may_not_hear_anything_yet() -> None:
    """An answer takes the first slot of somebody less urgent that comes late enough for its chat, not an earlier one."""
    pacer = Pacer(Limits(chat_gap=1.0))
    pacer.remember(7, -0.9)
    pacer.choose([Candidate(number, number + 100, urgency=2) for number in range(20)], 0.0)
    assert due(pacer, 4, 5, 6, 7) == [7, 10, 13, 17]
    assert pacer.choose([Candidate(50, 7, urgency=1)], 0.0).go == (50,)
    assert due(pacer, 4, 50, 5, 6) == [7, 10, 13, 17]


def test_nobody_is_overtaken_twice() -> None:
    """However many answers come, a reminder that has a slot leaves."""
    pacer = Pacer()
    pacer.choose([Candidate(number, number + 1, urgency=2) for number in range(5)], 0.0)
    pacer.choose([Candidate(50, 77, urgency=1)], 0.0)
    before = due(pacer, 3, 4)
    pacer.choose([Candidate(number, number, urgency=1) for number in range(100, 130)], 0.0)
    assert due(pacer, 3, 4) == before


def test_what_left_late_is_followed_later() -> None:
    """Everything stood still past five slots: no more than the burst leaves at once, the others one after the other."""
    pacer = Pacer()
    rows = pacer.choose([Candidate(number, number + 1) for number in range(9)], 0.0).go
    left = []
    for row in rows:
        if pacer.due(row, 0.2) <= 0.2:
            pacer.leaves(row, 0.2)
            left.append(row)
    assert left == [0, 1, 2, 3]
    assert pacer.due(4, 0.2) > 0.23


def test_toasts_are_outside_the_chats_limit() -> None:
    """A press is answered even right after a message into the same chat."""
    assert Pacer().choose([Candidate(1, 7), Candidate(2, 7, toast=True), Candidate(3, 7)], 0.0).go == (1, 2)


def test_a_refused_chat_waits_as_told_and_alone() -> None:
    """RetryAfter of one chat holds that chat only."""
    pacer = Pacer()
    pacer.refused(7, 30, 0.0)
    rows = [Candidate(1, 7), Candidate(2, 8)]
    choice = pacer.choose(rows, 0.0)
    assert choice.go == (2,)
    assert choice.again == 30.0
    assert pacer.choose(rows[:1], 30.0).go == (1,)


def test_two_chats_that_wait_for_the_same_moment_mean_everybody() -> None:
    """The limit reached is the bot's, and all wait until then, no longer."""
    pacer = Pacer()
    pacer.refused(7, 5, 0.0)
    pacer.refused(8, 4, 0.5)
    choice = pacer.choose([Candidate(1, 9), Candidate(2, 9, toast=True)], 4.4)
    assert choice == Choice((), 5.0)
    assert pacer.choose([Candidate(1, 9)], 5.0).go == (1,)


def test_two_chats_that_wait_for_themselves_hold_nobody_else() -> None:
    """One of them for hours: told at the same time, but other moments, or with something accepted in between."""
    pacer = Pacer()
    pacer.refused(7, 10_072, 0.0)
    pacer.refused(8, 5, 0.1)
    assert pacer.choose([Candidate(1, 9)], 0.2).go == (1,)
    pacer.accepted()
    pacer.refused(10, 10_071, 0.9)
    assert pacer.choose([Candidate(1, 11)], 1.0).go == (1,)


def test_many_refused_and_nothing_accepted_means_everybody() -> None:
    """Whatever each was told, it is not their own limit; all wait until the first of them may go."""
    pacer = Pacer()
    for number in range(5):
        pacer.refused(7 + number, 10 * (number + 1), 0.0)
    assert pacer.choose([Candidate(1, 99)], 1.0) == Choice((), 10.0)


def test_toasts_told_to_wait_hold_no_message() -> None:
    """An answer to a press that is refused says nothing about messages, and the other way round."""
    pacer = Pacer()
    pacer.refused(TOASTS, 30, 0.0)
    assert pacer.choose([Candidate(1, 7, toast=True), Candidate(2, 7)], 1.0).go == (2,)


def test_no_more_go_than_there_is_room_for() -> None:
    """Then no moment is known for the others."""
    assert Pacer().choose([Candidate(1, 7), Candidate(2, 8)], 0.0, 1) == Choice((1,), None)


def test_a_slow_call_begins_the_gap_when_it_lands() -> None:
    """A call that took long may have arrived late: the next into that chat keeps its distance from the answer."""
    pacer = Pacer(Limits(chat_gap=1.0))
    pacer.choose([Candidate(1, 7)], 0.0)
    pacer.landed(1, 7, 0.8)
    assert pacer.choose([Candidate(2, 7)], 1.5).go == ()
    assert pacer.choose([Candidate(2, 7)], 1.8).go == (2,)


def test_idle_chats_are_forgotten() -> None:
    """Memory holds only what a limit still needs: a person's chat for a second, a group's for a minute."""
    pacer = Pacer()
    pacer.choose([Candidate(1, 7), Candidate(2, -8)], 0.0)
    pacer.forget_idle(1.0)
    assert pacer.known() == [7, -8]
    pacer.forget_idle(30.0)
    assert pacer.known() == [-8]
    pacer.landed(1, 7, 30.5)  # a call that took so long keeps its distance all the same
    assert pacer.blocked(31.0) == {7: 31.508}
    pacer.forget_idle(91.0)
    assert pacer.known() == []
