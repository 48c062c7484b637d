"""Outbox → Telegram (design.md: Outbox). A cycle settles what came back and marks what goes next in one commit; then each
goes in its slot, as a task of its own: nothing waits for the network but what was sent over it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog

from bot.domain.ids import ChatId
from bot.domain.messages import OutboxState
from bot.ports import OutboxRow
from bot.services.turn import Turn
from bot.services.turns import Turns
from bot.telegram.calls import Ambiguous, NotSent, PutOff, RetryLater, Sent, Unready
from bot.telegram.choosing import LOOK_SECONDS, Chooser
from bot.telegram.delivery import Courier, Delivered
from bot.telegram.pacer import TOASTS, Pacer
from bot.telegram.patience import carrying_on, patiently, woken
from bot.telegram.settling import is_toast, settle, settle_each, undisturbed

log = structlog.get_logger(__name__)

CYCLE_SECONDS = 0.05  # from one to the next, at least
SETTLE_SECONDS = 0.1  # what came back waits for others so long: at 30 a second three rows share a commit
MOST_UNDER_WAY = 200  # at once: when answers are slow in coming, everything else need not wait
SILENT_CHATS = 3  # so many in a row without an answer: it is the server that does not answer
AMBIGUOUS_PAUSE = 0.5  # before what may have arrived is sent again; ten times as long before the third time
LONGEST_PAUSE = 30.0
MINUTE = timedelta(minutes=1)  # of a group's limit
OUTAGE_PAUSE = 0.5  # before what certainly did not leave is tried again, and for all while nobody is answered
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
        self._chooser = Chooser(self._pacer, seconds)
        self._seconds = seconds
        self._woken = asyncio.Event()
        self._back: list[Delivered] = []
        self._settling: asyncio.TimerHandle | None = None  # wakes us for what came back
        self._under_way: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._busy: dict[ChatId, int] = {}  # one message at a time into a chat: the row that occupies it
        self._unanswered: set[int] = set()  # chats whose calls came to nothing since the server last answered one
        self._silences = 0  # pauses of all since then
        self._pause = 0.0
        self._stopping = False
        self._unsure = False  # whether the last transaction was committed
        self._careful = False  # after a fault: what came back is settled one by one

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
            began = self._seconds()
            await self._safely()
            if self._stopping and not self._under_way and not self._back:
                return
            await asyncio.sleep(max(0.0, began + CYCLE_SECONDS - self._seconds()))
            await woken(self._woken, self._pause)

    async def recover(self) -> None:
        """Before the first cycle: what groups heard in the last minute still counts; and a crash cut some calls, nobody knows
        whether they arrived. Raises StoreUnavailable."""
        async with self._turns.begin() as turn:
            for row in await turn.uow.outbox.heard_by_groups(turn.now - MINUTE):
                ago = turn.now - (row.changed_at or turn.now)
                self._pacer.remember(row.message.chat, self._seconds() - ago.total_seconds())
            cut = Ambiguous("interrupted by a restart")
            rows = await turn.uow.outbox.interrupted()
            await settle_each(turn, [Delivered(row, cut, edited=await _was_edit(turn, row)) for row in rows])

    async def cycle(self) -> int:
        """Settle and begin, once; how many sends were begun. Raises StoreUnavailable: then nothing was begun, whatever the
        database may have kept of it."""
        came, unsure, self._unsure = list(self._back), self._unsure, True
        if self._settling is not None:
            self._settling.cancel()
            self._settling = None
        async with self._turns.begin() as turn:
            back = await undisturbed(turn, came)
            await (settle_each if self._careful else settle)(turn, back)
            if unsure:
                await self._take_back(turn, came)
            chosen = [] if self._stopping else await self._chooser.choose(turn, self._occupied(back), self._room())
            marked = await _marked(turn, chosen)
        self._unsure = self._careful = False
        self._pause = self._chooser.pause if len(marked) == len(chosen) else SETTLE_SECONDS
        self._release(back)
        if self._back:
            self._settle_soon()
        self._begin(marked)
        return len(marked)

    async def _take_back(self, turn: Turn, back: Sequence[Delivered]) -> None:
        """The answer to a commit was lost, the commit perhaps not: what it marked was never begun."""
        ours = self._under_way | {delivered.row.id for delivered in back}
        for row in await turn.uow.outbox.interrupted():
            if row.id not in ours:
                await turn.uow.outbox.settle(row.id, OutboxState.PENDING, turn.now, error="not begun", counted=False)

    async def _safely(self) -> None:
        with carrying_on("outbox.cycle_failed"):
            await patiently(self.cycle)
            return
        self._careful = True
        self._pause = LOOK_SECONDS

    # --- choosing

    def _room(self) -> int:
        """How many more may be under way at once; while nobody answers, one is enough to find out."""
        most = 1 if len(self._unanswered) >= SILENT_CHATS else MOST_UNDER_WAY
        return max(0, most - len(self._under_way))

    def _occupied(self, back: Sequence[Delivered]) -> set[ChatId]:
        """Chats into which a send is under way."""
        landed = {delivered.row.id for delivered in back}
        return {chat for chat, row in self._busy.items() if row not in landed}

    # --- sending

    def _begin(self, rows: Sequence[OutboxRow]) -> None:
        if not rows:
            return
        self._busy.update({row.message.chat: row.id for row in rows if not is_toast(row.message)})
        self._under_way.update(row.id for row in rows)
        task = asyncio.create_task(
            self._courier.deliver(rows, self._leave, self._came_back), name=f"send from {rows[0].id}"
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _leave(self, row: int) -> bool:
        """Wait for its slot, which may move meanwhile."""
        now = self._seconds()
        while (due := self._pacer.due(row, now)) > now:
            await asyncio.sleep(due - now)
            now = self._seconds()
        if self._pacer.held(now):
            return False
        self._pacer.leaves(row, now)
        return True

    def _came_back(self, delivered: Delivered) -> None:
        self._heed(delivered)
        self._back.append(delivered)
        self._under_way.discard(delivered.row.id)
        self._settle_soon()

    def _settle_soon(self) -> None:
        if self._settling is None:
            self._settling = asyncio.get_running_loop().call_later(SETTLE_SECONDS, self.wake)

    def _heed(self, delivered: Delivered) -> None:
        """Tell the pacer what the answer says about its limits, and leave alone for a while what does not get through."""
        outcome, now = delivered.outcome, self._seconds()
        chat = TOASTS if is_toast(delivered.row.message) else delivered.row.message.chat
        self._pacer.landed(delivered.row.id, chat, now)
        if isinstance(outcome, Unready | PutOff):
            return  # the server was not asked
        if isinstance(outcome, NotSent | Ambiguous):
            self._unheard(chat, delivered, now)
            return
        self._unanswered.clear()
        self._silences = 0
        if isinstance(outcome, RetryLater):
            self._pacer.refused(chat, outcome.seconds, now)
        elif isinstance(outcome, Sent):
            self._pacer.accepted()

    def _unheard(self, chat: int, delivered: Delivered, now: float) -> None:
        """A pause for the chat; for all, if nobody is answered any more. What may have arrived has few tries: longer ones."""
        if isinstance(delivered.outcome, NotSent):
            pause, longest = OUTAGE_PAUSE, LONGEST_OUTAGE_PAUSE
        else:
            pause, longest = AMBIGUOUS_PAUSE * 10.0 ** min(delivered.row.attempts, 3), LONGEST_PAUSE
        self._unanswered.add(chat)
        if chat != TOASTS:
            self._pacer.hold(chat, min(longest, pause), now)
        if len(self._unanswered) >= SILENT_CHATS and not self._pacer.held(now):
            self._pacer.hold(None, min(longest, OUTAGE_PAUSE * 2.0 ** min(self._silences, 10)), now)
            self._silences += 1

    def _release(self, back: Sequence[Delivered]) -> None:
        """What is settled no longer occupies its chat."""
        settled = {delivered.row.id for delivered in back}
        self._back = [delivered for delivered in self._back if delivered.row.id not in settled]
        self._busy = {chat: row for chat, row in self._busy.items() if row not in settled}
        self._pacer.forget_idle(self._seconds())


async def _marked(turn: Turn, chosen: Sequence[OutboxRow]) -> list[OutboxRow]:
    """In their order, as they read now: others may have changed them, or taken them back, since they were chosen."""
    if not chosen:
        return []
    marked = {row.id: row for row in await turn.uow.outbox.mark_sending([row.id for row in chosen], turn.now)}
    return [marked[row.id] for row in chosen if row.id in marked]


async def _was_edit(turn: Turn, row: OutboxRow) -> bool:
    message = row.message
    if message.card is None or message.fresh:
        return False
    return await turn.uow.cards.message_of(message.chat, message.card) is not None
