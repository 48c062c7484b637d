"""The limit that all chats share: so many messages a second, evenly, a few of them at once.

What counts is when a message arrives, and that is not known: what leaves evenly may be held up, by a slow disk or a busy
network, and arrive together with what left later. So each call is taken to arrive as long after it left as calls usually
take; what takes longer, as much later; and what is still under way although it should be there, now.
"""

from collections import deque
from collections.abc import Collection

LATE_SECONDS = 0.3  # a call that is later than this has probably arrived, and only its answer is missing
FORGOTTEN_SECONDS = 60.0  # whether it ever left or not
FIRST_GUESS = 0.04
LATENCIES = 31  # of the latest calls: the faster quarter of them is what is usual
CATCH_UP = 2  # slots that passed unused are made up for, so many at once; and after a pause so many go with the first


class Overall:
    """`per_second` messages in any `second`, each in a slot of its own; slots follow each other evenly. No more than `burst`
    arrive at once. Seconds are monotonic and passed in."""

    def __init__(self, per_second: int, second: float, burst: int) -> None:
        self._second = second
        self._gap = second / per_second
        self._burst = burst
        self._even = float("-inf")  # the slot that follows the last one evenly
        self._slots: deque[float] = deque(maxlen=per_second)
        self._landed: deque[tuple[float, float]] = deque()  # what came back lately: when it left, and how long it took
        self._booked: dict[int, float] = {}  # slots of what did not leave yet, by row
        self._flying: dict[int, float] = {}  # when what is under way left, by row
        self._latencies: deque[float] = deque(maxlen=LATENCIES)

    def ready(self, now: float) -> float:
        """The next slot, as far as is known; in the past: one that passed."""
        booked = [now if slot < now < slot + LATE_SECONDS else slot for slot in self._booked.values()]
        ready = max(self._even, self._room([*self._arrivals(now), *booked]))
        if len(self._slots) == self._slots.maxlen:
            ready = max(ready, self._slots[0] + self._second)
        return ready

    def book(self, row: int, now: float) -> None:
        """It goes in the next slot."""
        ready = self.ready(now)
        self._even = max(ready, now - CATCH_UP * self._gap) + self._gap
        self._booked[row] = max(ready, now)
        self._slots.append(self._booked[row])

    def slot(self, row: int) -> float:
        """The slot of a booked one that did not leave yet."""
        return self._booked.get(row, float("-inf"))

    def overtake(self, row: int, others: Collection[int]) -> None:
        """It takes the slot of the first of them, each of them that of the next, the last one its own."""
        rows = [row, *sorted(others, key=self.slot)]
        self._booked |= dict(zip(rows, sorted(map(self.slot, rows)), strict=True))

    def due(self, row: int, now: float) -> float:
        """When it may leave: in its slot; later, if what left before is late itself."""
        return max(self.slot(row), self._room(self._arrivals(now)))

    def leaves(self, row: int, now: float) -> None:
        """Its call begins."""
        for on_the_way in (self._booked, self._flying):
            for older in [other for other, moment in on_the_way.items() if moment < now - FORGOTTEN_SECONDS]:
                del on_the_way[older]
        self._booked.pop(row, None)
        self._flying[row] = now

    def landed(self, row: int, now: float) -> None:
        """Its answer is here, or it did not even leave."""
        self._booked.pop(row, None)
        left = self._flying.pop(row, None)
        if left is not None:
            self._landed.append((left, now - left))
            self._latencies.append(now - left)

    def _usual(self) -> float:
        """How long a call takes when nothing is the matter. The first ones are slow in any case: nothing is concluded from them."""
        if len(self._latencies) <= LATENCIES // 2:
            return min([FIRST_GUESS, *self._latencies])
        return sorted(self._latencies)[len(self._latencies) // 4]

    def _arrivals(self, now: float) -> list[float]:
        """When what left lately arrived, or will."""
        while self._landed and self._landed[0][0] < now - 2 * self._second:
            self._landed.popleft()
        usual = self._usual()
        landed = [left + max(0.0, took - usual) for left, took in self._landed]
        flying = [now if usual < now - left < usual + LATE_SECONDS else left for left in self._flying.values()]
        return [*landed, *flying]

    def _room(self, arrivals: list[float]) -> float:
        """From when on one more would not be too many at once: the later, the more of the burst is used up."""
        expected = float("-inf")
        for arrival in sorted(arrivals):
            expected = max(expected, arrival) + self._gap
        return expected - (self._burst - 1) * self._gap
