"""Who goes when there is always something more urgent: a small share of what leaves belongs to each class further back."""

from collections.abc import Iterable

from bot.domain.messages import Priority

_EVERY = {Priority.REMINDER: 20, Priority.ANSWER: 10}
"""After how many in a row that are at least so urgent one that is less so has its turn."""


class Shares:
    """Of ten messages one is a reminder or a digest, of twenty one is a digest, if any wait: answers may take the rest."""

    def __init__(self) -> None:
        self._without = dict.fromkeys(_EVERY, 0)  # what left since something less urgent than this did

    def chose(self, classes: Iterable[Priority]) -> None:
        """These leave, in this order."""
        for left in classes:
            for floor in _EVERY:
                self._without[floor] = 0 if left > floor else self._without[floor] + 1

    def turn_of(self) -> Priority | None:
        """It is the turn of what is less urgent than this; None: of the most urgent."""
        return next((floor for floor, most in _EVERY.items() if self._without[floor] >= most), None)

    def passed(self, floor: Priority) -> None:
        """Nothing of that kind waits."""
        self._without[floor] = 0
