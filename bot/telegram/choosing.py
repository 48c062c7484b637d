"""Which rows of the outbox go now: what the pacer lets go, the most urgent first, and nobody left waiting for good.

Of a crowded outbox only the rows of chats that may hear something now are looked at, a few at a time: however many wait
for a chat that is told to be quiet, those behind them are seen.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import accumulate, groupby

from bot.domain.ids import ChatId
from bot.domain.messages import OutboxState
from bot.ports import OutboxRow
from bot.services.turn import Turn
from bot.telegram.pacer import Candidate, Choice, Pacer
from bot.telegram.settling import is_toast
from bot.telegram.shares import Shares

WINDOW = 40  # rows looked at in one go
WIDE_WINDOW = 500  # while nobody may go: to find the toasts that get too old
LOOKS = 5  # in a cycle
LOOK_SECONDS = 2.0  # another process may fill the outbox without waking us; a clock may jump
TOAST_SECONDS = 10.0  # after that Telegram refuses the answer to a press


class Chooser:
    """Remembers, between two cycles, what it saw of the outbox. `pause`: seconds after which it is worth another look."""

    def __init__(self, pacer: Pacer, seconds: Callable[[], float]) -> None:
        self._pacer = pacer
        self._seconds = seconds
        self._shares = Shares()
        self._toasts: dict[int, float] = {}  # when a waiting one was first seen
        self._crowded = False  # more waits than fits into a window
        self.pause = 0.0

    async def choose(self, turn: Turn, busy: Collection[ChatId], room: int) -> list[OutboxRow]:
        """At most `room` rows, one for each chat and not for those that are `busy`; each has a slot now."""
        chosen: dict[int, OutboxRow] = {}
        taken = set(busy)
        for _ in range(LOOKS):
            now = self._seconds()
            occupied = {*taken, *map(ChatId, self._pacer.closed(now))}
            crowded, rows = self._crowded, await self._look(turn, occupied)
            seen_all = len(rows) < WINDOW
            left = [row for row in rows.values() if row.id not in chosen]
            free = _one_each(_fullest_first(left) if seen_all else left, taken)
            choice = self._pacer.choose(_candidates(free), now, room - len(chosen))
            going = [rows[row] for row in choice.go]
            chosen.update((row.id, row) for row in going)
            taken |= {row.message.chat for row in going if not is_toast(row.message)}
            self._shares.chose(row.message.priority for row in going)
            self._crowded = not seen_all
            if seen_all or (crowded and not (going and self._pacer.look(now) <= now)):
                break
        self.pause = self._until(choice, complete=seen_all and not crowded)
        return list(chosen.values())

    async def _look(self, turn: Turn, occupied: Collection[ChatId]) -> dict[int, OutboxRow]:
        """The rows to choose from, in their order, by number."""
        without = occupied if self._crowded else ()
        window = WIDE_WINDOW if self._pacer.held(self._seconds()) else WINDOW
        rows = await self._drop_stale(turn, await turn.uow.outbox.due(turn.now, window, without=without))
        return {row.id: row for row in await self._in_turn(turn, rows, occupied)}

    async def _in_turn(self, turn: Turn, rows: list[OutboxRow], occupied: Collection[ChatId]) -> list[OutboxRow]:
        """With a less urgent one in front, when it is its turn."""
        floor = self._shares.turn_of()
        if floor is None:
            return rows
        behind = [row for row in rows if row.message.priority > floor and row.message.chat not in occupied][:1]
        if not behind and len(rows) >= WINDOW:
            behind = await turn.uow.outbox.due(turn.now, 1, without=occupied, below=floor)
        if not behind:
            self._shares.passed(floor)
        return [*behind, *(row for row in rows if row not in behind)]

    async def _drop_stale(self, turn: Turn, rows: list[OutboxRow]) -> list[OutboxRow]:
        """Without the toasts that waited so long that Telegram has given up on them."""
        now = self._seconds()
        self._toasts = {row.id: self._toasts.get(row.id, now) for row in rows if is_toast(row.message)}
        stale = {row for row, met in self._toasts.items() if now - met > TOAST_SECONDS}
        for row in stale:
            await turn.uow.outbox.settle(row, OutboxState.DEAD, turn.now, error="too late for a toast")
        return [row for row in rows if row.id not in stale]

    def _until(self, choice: Choice, *, complete: bool) -> float:
        """Seconds. Not `complete`: chats whose rows were not looked at may be free before those that were."""
        now = self._seconds()
        moments = [] if complete else list(self._pacer.blocked(now).values())
        if choice.again is not None:
            moments.append(choice.again)
        return max(0.0, min([LOOK_SECONDS, *(max(moment, self._pacer.look(now)) - now for moment in moments)]))


def _one_each(rows: Iterable[OutboxRow], taken: Collection[ChatId]) -> list[OutboxRow]:
    """The first row of each chat that is not taken, and every toast."""
    first: dict[ChatId, int] = {}
    return [
        row
        for row in rows
        if is_toast(row.message)
        or (row.message.chat not in taken and first.setdefault(row.message.chat, row.id) == row.id)
    ]


def _fullest_first(rows: Sequence[OutboxRow]) -> list[OutboxRow]:
    """Among what is equally urgent the first rows of those who have the most to hear: whoever hears one thing a second
    must not be all that is left in the end."""
    waits = Counter(row.message.chat for row in rows)
    return [
        row
        for _, alike in groupby(rows, key=lambda row: row.message.priority)
        for row in sorted(alike, key=lambda row: waits[row.message.chat], reverse=True)
    ]


def _candidates(rows: Sequence[OutboxRow]) -> list[Candidate]:
    """Each as urgent as what it stands in front of."""
    urgencies = accumulate((int(row.message.priority) for row in reversed(rows)), min)
    return [
        Candidate(row.id, row.message.chat, is_toast(row.message), urgency)
        for row, urgency in zip(rows, reversed([*urgencies]), strict=True)
    ]
