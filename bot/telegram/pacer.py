"""Telegram's sending limits as a pure object: what goes next, in which slot, and when to look again (design.md: Pacer).

Seconds are monotonic and passed in; nothing here waits. Limits (Bot API FAQ): about 30 messages a second in all, one a
second into one chat, 20 a minute into one group. Counted in sliding windows, a little longer than the official ones,
so that what leaves evenly but arrives unevenly is still within them. Slots are given out a little ahead, so that none
passes while a row is marked in the database; who is more urgent gets the slot of who is less.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.telegram.overall import Overall

TOASTS = 0
"""Stands for a chat where answers to presses are meant: no chat has this number."""
MOST_URGENT = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """Rates and windows. `burst`: how many may leave at the same moment after a pause: one less than Telegram would take,
    for what gathers on its way. `ahead`: so many seconds before its slot a row is chosen at the earliest;
    two thirds of them at the latest, and meanwhile a commit may take its time."""

    per_second: int = 30
    burst: int = 4
    second: float = 1.001
    ahead: float = 0.6
    chat_gap: float = 1.008
    per_group_minute: int = 20
    minute: float = 60.3
    agree: float = 2.0  # seconds between two moments that are taken for the same one, told in whole seconds
    in_a_row: int = (
        5  # chats refused with nothing accepted between them: whatever they were told, it is everybody's limit
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row that could go. `chat` is negative for groups; a toast counts overall, but not in its chat. The smaller
    `urgency` is, the more urgent."""

    row: int
    chat: int
    toast: bool = False
    urgency: int = MOST_URGENT


@dataclass(frozen=True, slots=True)
class Choice:
    """Rows that have a slot now, in order; and when to look for the others, None if there are no others."""

    go: tuple[int, ...]
    again: float | None


@dataclass(slots=True)
class _Chat:
    """What went into one chat lately, and until when it asked for silence."""

    sent: deque[float] = field(default_factory=deque)
    held_until: float = float("-inf")


class Pacer:
    """Chosen rows count as sent in their slot. Ask with candidates in the order of their urgency."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._chats: dict[int, _Chat] = {}
        self._overall = Overall(self._limits.per_second, self._limits.second, self._limits.burst)
        self._held_until = float("-inf")
        self._booked: dict[int, int] = {}  # rows whose slot is to come, and how urgent they are
        self._refusals: dict[int, float] = {}  # chats told to wait since something was last accepted: until when

    def choose(self, candidates: Sequence[Candidate], now: float, most: int | None = None) -> Choice:
        """Who goes next, `most` of them. A chat's later rows never overtake its earlier ones; a waiting chat holds up nobody
        else. For whom there is only no room now, no moment is known."""
        go: list[int] = []
        waiting: dict[int, float] = {}
        slot = self._overall.ready(now)
        for candidate in candidates:
            if most is not None and len(go) >= most:
                break
            where = TOASTS if candidate.toast else candidate.chat
            if where in waiting:
                continue
            ready = max(now, self._held_until, self._chat_ready(where))
            behind = self._behind(candidate, ready)
            again = self._look(slot, now) if ready <= max(now, slot) else ready
            if behind or again <= now:
                self._book(candidate, behind, now)
                go.append(candidate.row)
                slot = self._overall.ready(now)
            else:
                waiting[where] = again
        return Choice(tuple(go), min(waiting.values(), default=None))

    def look(self, now: float) -> float:
        """From when on there is a slot to give out: later than it may be, so that one look finds several."""
        return self._look(self._overall.ready(now), now)

    def _look(self, slot: float, now: float) -> float:
        return now if slot <= now + self._limits.ahead else slot - self._limits.ahead * 2 / 3

    def due(self, row: int, now: float) -> float:
        """When a chosen row is to leave, as far as is known: later than it was, if somebody overtook it or calls are late."""
        return self._overall.due(row, now)

    def leaves(self, row: int, now: float) -> None:
        """The call of a chosen row begins."""
        self._overall.leaves(row, now)

    def landed(self, row: int, chat: int, now: float) -> None:
        """A call was answered: it arrived somewhere between its start and now, so the chat's gap begins now."""
        self._overall.landed(row, now)
        if chat == TOASTS:
            return
        sent = self._of(chat).sent
        if sent:
            sent[-1] = max(sent[-1], now)
        else:
            sent.append(now)

    def remember(self, chat: int, at: float) -> None:
        """This chat hears something then, or did before we began."""
        sent = self._of(chat).sent
        keep = self._limits.per_group_minute if chat < 0 else 1
        while len(sent) >= keep:
            sent.popleft()
        sent.append(at)

    def accepted(self) -> None:
        """A message got through: what others were told is their own affair."""
        self._refusals.clear()

    def hold(self, chat: int | None, seconds: float, now: float) -> None:
        """Nothing into this chat (None: into any, and no toasts) for so long."""
        until = now + seconds
        if chat is None:
            self._held_until = max(self._held_until, until)
        else:
            self._of(chat).held_until = max(self._of(chat).held_until, until)

    def refused(self, chat: int, seconds: float, now: float) -> None:
        """Telegram said to wait, to one chat. It does not say whose limit that was: everybody's, if two chats are to wait
        until the same moment; or if many were refused and nothing accepted: then all wait for the first of them."""
        until = now + seconds
        self.hold(chat, seconds, now)
        same = [at for other, at in self._refusals.items() if other != chat and abs(at - until) <= self._limits.agree]
        self._refusals[chat] = until
        if same:
            self._held_until = max(self._held_until, until, *same)
        elif len(self._refusals) >= self._limits.in_a_row:
            self._held_until = max(self._held_until, min(self._refusals.values()))

    def held(self, now: float) -> bool:
        """Everybody waits."""
        return self._held_until > now

    def forget_idle(self, now: float) -> None:
        """Drop chats about which nothing needs to be remembered: a person's once they may hear more, a group's after a minute."""
        horizon = now - self._limits.minute
        free = [chat for chat in self._chats if self._chat_ready(chat) <= now]
        for chat in free:
            if chat > 0 or _last(self._chats[chat].sent) < horizon:
                del self._chats[chat]

    def blocked(self, now: float) -> dict[int, float]:
        """Chats into which nothing may go yet, and the moment from which it may."""
        ready = {chat: self._chat_ready(chat) for chat in self._chats}
        return {chat: at for chat, at in ready.items() if at > now}

    def closed(self, now: float) -> list[int]:
        """Chats into which nothing may go in the next slot: what waits for them would hide what others could hear in it."""
        slot = self._overall.ready(now)
        return [chat for chat, at in self.blocked(now).items() if at > slot]

    def known(self) -> list[int]:
        """Chats that a limit still has to remember."""
        return list(self._chats)

    def _of(self, chat: int) -> _Chat:
        return self._chats.setdefault(chat, _Chat())

    def _chat_ready(self, chat: int) -> float:
        known = self._chats.get(chat)
        if known is None:
            return float("-inf")
        ready = max(known.held_until, _last(known.sent) + self._limits.chat_gap)
        if len(known.sent) == self._limits.per_group_minute:
            ready = max(ready, known.sent[0] + self._limits.minute)
        return ready

    def _behind(self, candidate: Candidate, ready: float) -> list[int]:
        """Rows less urgent than the candidate, with slots that come when its chat is ready."""
        return [
            row
            for row, urgency in self._booked.items()
            if urgency > candidate.urgency and self._overall.slot(row) > ready
        ]

    def _book(self, candidate: Candidate, behind: Sequence[int], now: float) -> None:
        self._overall.book(candidate.row, now)
        self._overall.overtake(candidate.row, behind)
        ahead = {row: urgency for row, urgency in self._booked.items() if self._overall.slot(row) > now}
        twice = dict.fromkeys(behind, MOST_URGENT)  # nobody is overtaken twice
        self._booked = {**ahead, **twice, candidate.row: candidate.urgency}
        if not candidate.toast:
            self.remember(candidate.chat, self._overall.slot(candidate.row))


def _last(sent: deque[float]) -> float:
    return sent[-1] if sent else float("-inf")
