"""The limit that all chats share: so many messages a second, a few of them at once.

What counts is when a message arrives, and that is not known: what leaves evenly may be held up, by a slow disk or a busy
network, and arrive together with what left later. So each call is taken to arrive as long after it left as calls usually
take; what takes longer, as much later; and what is still under way although it should be there, now.
"""

from collections import deque

LATE_SECONDS = 0.3  # a call that is later than this has probably arrived, and only its answer is missing
FORGOTTEN_SECONDS = 60.0  # whether it ever left or not
FIRST_GUESS = 0.04
LATENCIES = 31  # of the latest calls: the faster quarter of them is what is usual


class Overall:
    """`per_second` messages in any `second`, and evenly, but for `burst` of them. Seconds are monotonic and passed in."""

    def __init__(self, per_second: int, second: float, burst: int) -> None:
        self._second = second
        self._gap = 1.0 / per_second
        self._burst = burst
        self._sent: deque[float] = deque(maxlen=per_second)
        self._landed: deque[tuple[float, float]] = deque()  # what came back lately: when it left, and how long it took
        self._flying: dict[int, float] = {}  # when what is under way left (its slot until it does), by row
        self._latencies: deque[float] = deque(maxlen=LATENCIES)

    def ready(self, now: float) -> float:
        """From when on the next one may go, as far as is known."""
        ready = self._expected(now) - (self._burst - 1) * self._gap
        if len(self._sent) == self._sent.maxlen:
            ready = max(ready, self._sent[0] + self._second)
        return ready

    def book(self, row: int, now: float) -> None:
        """It goes in this slot."""
        self._sent.append(now)
        for older in [other for other, slot in self._flying.items() if slot < now - FORGOTTEN_SECONDS]:
            del self._flying[older]
        self._flying[row] = now

    def leaves(self, row: int, now: float) -> None:
        """Its call begins: later than its slot by what it took to write that down."""
        if row in self._flying:
            self._flying[row] = now

    def landed(self, row: int, now: float) -> None:
        """Its answer is here."""
        slot = self._flying.pop(row, None)
        if slot is not None:
            self._landed.append((slot, now - slot))
            self._latencies.append(now - slot)

    def _usual(self) -> float:
        """How long a call takes when nothing is the matter. The first ones are slow in any case: nothing is concluded from them."""
        if len(self._latencies) <= LATENCIES // 2:
            return min([FIRST_GUESS, *self._latencies])
        return sorted(self._latencies)[len(self._latencies) // 4]

    def _expected(self, now: float) -> float:
        """When the next one would arrive if all came evenly: the later, the more of the burst is used up."""
        while self._landed and self._landed[0][0] < now - 2 * self._second:
            self._landed.popleft()
        usual, expected = self._usual(), float("-inf")
        landed = [slot + max(0.0, took - usual) for slot, took in self._landed]
        flying = [now if usual < now - slot < usual + LATE_SECONDS else slot for slot in self._flying.values()]
        for arrival in sorted([*landed, *flying]):
            expected = max(expected, arrival) + self._gap
        return expected
