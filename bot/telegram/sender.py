"""Outbox → Telegram (design.md: Outbox). A cycle settles what came back and marks what goes next in one commit; then each
goes as a task of its own: nothing waits for the network but what was sent over it."""

import asyncio
import time
from collections.abc import Callable, Sequence

import structlog

from bot.domain.ids import ChatId
from bot.domain.messages import OutboxState
from bot.ports import OutboxRow
from bot.services.turn import Turn
from bot.services.turns import Turns
from bot.telegram.calls import Ambiguous, NotSent, RetryLater
from bot.telegram.delivery import Courier, Delivered
from bot.telegram.pacer import Candidate, Pacer
from bot.telegram.patience import patiently, woken
from bot.telegram.settling import is_toast, settle

log = structlog.get_logger(__name__)

WINDOW = 500  # rows looked at in a cycle
CYCLE_SECONDS = 0.05  # between two commits: at 30 a second one or two rows each
LOOK_SECONDS = 2.0  # another process may fill the outbox without waking us; a clock may jump
TOAST_SECONDS = 10.0  # after that Telegram refuses the answer to a press
LONGEST_PAUSE = 30.0  # between two tries of what gets lost on its way
LONGEST_OUTAGE_PAUSE = 5.0  # between two tries while the server can't be reached: that is free to ask


class Sender:
    """One per bot. `wake` it when something was queued. `seconds` is monotonic real time, which limits and pauses are
    kept in: the office's clock may stand still or run fast in a demo."""

    def __init__(
        self, turns: Turns, courier: Courier, pacer: Pacer | None = None, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._turns = turns
        self._courier = courier
        self._pacer = pacer or Pacer()
        self._seconds = seconds
        self._woken = asyncio.Event()
        self._back: list[Delivered] = []
        self._under_way: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._busy: dict[ChatId, int] = {}  # one message at a time into a chat: the row that occupies it
        self._toasts: dict[int, float] = {}  # when a waiting one was first seen
        self._failures = 0  # calls in a row that did not reach the server
        self._pause = 0.0
        self._stopping = False

    def wake(self) -> None:
        """There is something in the outbox."""
        self._woken.set()

    def stop(self) -> None:
        """Begin nothing new; `run` returns once what is under way has come back and is settled."""
        self._stopping = True
        self.wake()

    async def run(self) -> None:
        """Until stopped. A store that is away is waited for; a fault in one cycle is logged and the next one goes on."""
        await patiently(self.recover)
        while True:
            self._woken.clear()
            await self._safely()
            if self._stopping and not self._under_way and not self._back:
                return
            await asyncio.sleep(CYCLE_SECONDS)
            await woken(self._woken, self._pause)

    async def recover(self) -> None:
        """Before the first cycle: a crash cut these calls, nobody knows whether they arrived. Raises StoreUnavailable."""
        async with self._turns.begin() as turn:
            cut = Ambiguous("interrupted by a restart")
            rows = await turn.uow.outbox.interrupted()
            await settle(turn, [Delivered(row, cut, edited=await _was_edit(turn, row)) for row in rows])

    async def cycle(self) -> int:
        """Settle and begin, once; how many sends were begun. Raises StoreUnavailable: then nothing changed."""
        back = list(self._back)
        async with self._turns.begin() as turn:
            await settle(turn, back)
            chosen = [] if self._stopping else await self._choose(turn, back)
            if chosen:
                await turn.uow.outbox.mark_sending([row.id for row in chosen], turn.now)
        self._release(back)
        self._begin(chosen)
        return len(chosen)

    async def _safely(self) -> None:
        try:
            await patiently(self.cycle)
        except Exception:
            log.exception("outbox.cycle_failed")
            self._pause = LOOK_SECONDS

    # --- choosing

    async def _choose(self, turn: Turn, back: Sequence[Delivered]) -> list[OutboxRow]:
        busy = self._occupied(back)
        rows = await turn.uow.outbox.due(turn.now, WINDOW, without=busy)
        rows = await self._drop_stale(turn, rows)
        candidates = [Candidate(row.id, row.message.chat, is_toast(row.message)) for row in rows]
        choice = self._pacer.choose(candidates, self._seconds())
        again = LOOK_SECONDS if choice.again is None else choice.again - self._seconds()
        self._pause = min(LOOK_SECONDS, max(0.0, again))
        by_id = {row.id: row for row in rows}
        return [by_id[row] for row in choice.go]

    def _occupied(self, back: Sequence[Delivered]) -> set[ChatId]:
        """Chats that need not be looked at: a send is under way, or their limit lasts for more than a look."""
        landed = {delivered.row.id for delivered in back}
        under_way = {chat for chat, row in self._busy.items() if row not in landed}
        return under_way | {ChatId(chat) for chat in self._pacer.blocked(self._seconds() + 2 * LOOK_SECONDS)}

    async def _drop_stale(self, turn: Turn, rows: Sequence[OutboxRow]) -> list[OutboxRow]:
        """Without the toasts that waited so long that Telegram has given up on them."""
        now = self._seconds()
        self._toasts = {row.id: self._toasts.get(row.id, now) for row in rows if is_toast(row.message)}
        stale = {row for row, met in self._toasts.items() if now - met > TOAST_SECONDS}
        for row in stale:
            await turn.uow.outbox.settle(row, OutboxState.DEAD, turn.now, error="too late for a toast")
        return [row for row in rows if row.id not in stale]

    # --- sending

    def _begin(self, rows: Sequence[OutboxRow]) -> None:
        if not rows:
            return
        self._busy.update({row.message.chat: row.id for row in rows if not is_toast(row.message)})
        self._under_way.update(row.id for row in rows)
        task = asyncio.create_task(self._courier.deliver(rows, self._came_back), name=f"send from {rows[0].id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _came_back(self, delivered: Delivered) -> None:
        self._heed(delivered)
        self._back.append(delivered)
        self._under_way.discard(delivered.row.id)
        self.wake()

    def _heed(self, delivered: Delivered) -> None:
        """Tell the pacer what the answer says about its limits, and leave alone for a while what does not get through."""
        message, outcome, now = delivered.row.message, delivered.outcome, self._seconds()
        chat = None if is_toast(message) else message.chat
        self._pacer.landed(message.chat, now)
        self._failures = self._failures + 1 if isinstance(outcome, NotSent) else 0
        match outcome:
            case RetryLater(seconds):
                self._pacer.refused(chat, seconds, now)
            case NotSent():
                self._pacer.hold(None, min(LONGEST_OUTAGE_PAUSE, _pause(self._failures - 1)), now)
            case Ambiguous() if chat is not None:
                self._pacer.hold(chat, _pause(delivered.row.attempts), now)

    def _release(self, back: Sequence[Delivered]) -> None:
        """What is settled no longer occupies its chat."""
        settled = {delivered.row.id for delivered in back}
        self._back = [delivered for delivered in self._back if delivered.row.id not in settled]
        self._busy = {chat: row for chat, row in self._busy.items() if row not in settled}
        self._pacer.forget_idle(self._seconds())


def _pause(failures: int) -> float:
    """Half a second, doubled with each failure before."""
    return min(LONGEST_PAUSE, 0.5 * 2.0 ** min(failures, 10))


async def _was_edit(turn: Turn, row: OutboxRow) -> bool:
    message = row.message
    if message.card is None or message.fresh:
        return False
    return await turn.uow.cards.message_of(message.chat, message.card) is not None
