"""A pretend Telegram around the real dispatcher, processor and renderer: people send and press, and read their screens.

    worker = world.phone(1001, "Chen")
    await worker.sends_photo(caption="no power at the crane")
    await worker.presses("提交")
    assert "已上报 XM-2026-0001" in worker.screen()

A failing handler, a message that can't be rendered and a press without its one toast fail the test at once.
"""

import itertools
from typing import Any

from bot.domain.calendar import Calendar
from bot.domain.ids import MessageId
from bot.domain.messages import OutboxState
from bot.domain.policy import Policy
from bot.ports import OutboxRow, Store
from bot.services.desk import claiming
from bot.services.digests import digests
from bot.services.tasks import asking
from bot.services.timed import reminders
from bot.services.turn import Turn
from bot.services.turns import Turns
from bot.telegram.composer import Composer
from bot.telegram.dispatching import Ear
from bot.telegram.processor import Processor
from bot.telegram.rendered import Rendered, Toast
from bot.telegram.rendering import Renderer
from handlers import build_router
from handlers.refusals import refuse
from tests.fakes import FakeClock
from tests.handlers.phone import BOT_ID, BOT_NAME, Phone
from tests.handlers.screens import Room, look


class World:
    """The bot, its store, and every chat there is."""

    def __init__(self, store: Store, policy: Policy, calendar: Calendar, clock: FakeClock) -> None:
        self.clock = clock
        self.turns = Turns(store, policy, calendar, clock)
        self.composer = Composer(Renderer(calendar.zone, policy.language))
        self.processor = Processor(self.turns, Ear(build_router(), BOT_ID, BOT_NAME), refuse, BOT_ID)
        self.rooms: dict[int, Room] = {}
        self.toasts: dict[str, Toast] = {}
        self.numbers = itertools.count(1000)

    def room(self, chat: int, kind: str = "private", title: str = "") -> Room:
        return self.rooms.setdefault(chat, Room(chat, kind, title))

    def group(self, title: str, chat: int = -1001234567890) -> Room:
        """A supergroup the bot is in."""
        return self.room(chat, "supergroup", title)

    def phone(self, user_id: int, name: str = "", language: str = "zh-hans") -> Phone:
        """A person's Telegram account, bound to somebody or to nobody."""
        return Phone(self, user_id, name or f"user {user_id}", language)

    async def hears(self, **update: Any) -> None:
        """One raw update, handled to the end; what it leads to is delivered."""
        for room in self.rooms.values():
            room.heard.clear()
        async with self.turns.begin() as turn:
            number = next(self.numbers)
            await turn.uow.inbox.add(BOT_ID, [{"update_id": number, **update}], self.clock.now())
        await self.processor.step()
        async with self.turns.read() as turn:
            poisoned = [poison for poison in await turn.uow.inbox.poisoned(5) if poison.update_id == number]
        assert not poisoned, poisoned[0].error
        await self.deliver()

    async def ticks(self) -> None:
        """The second beats: what is due by now is said and delivered."""
        async with self.turns.begin() as turn:
            for beat in (reminders.tick, asking.tick, digests.tick, claiming.tick):
                await beat(turn)
        await self.deliver()

    async def deliver(self) -> None:
        """Everything due in the outbox reaches its chat; a real sender minds limits and failures, this one does not."""
        async with self.turns.begin() as turn:
            while rows := await turn.uow.outbox.due(self.clock.now(), 100):
                for row in rows:
                    await self._deliver(turn, row)

    async def _deliver(self, turn: Turn, row: OutboxRow) -> None:
        rendered = await self.composer.compose(turn, row.message)
        message = None
        if isinstance(rendered, Toast):
            assert rendered.query not in self.toasts, f"press {rendered.query} was answered twice: {rendered}"
            self.toasts[rendered.query] = rendered
        else:
            message = await self._show(turn, row, rendered)
        await turn.uow.outbox.settle(row.id, OutboxState.SENT, self.clock.now(), message=message)

    async def _show(self, turn: Turn, row: OutboxRow, rendered: Rendered) -> MessageId:
        room, card = self.room(row.message.chat), row.message.card
        known = None
        if card is not None and not row.message.fresh:
            known = await turn.uow.cards.message_of(row.message.chat, card)
        number = MessageId(known or next(room.ids))
        room.shown[number] = look(number, rendered, row.message.topic)
        room.heard.append(room.shown[number].text)
        if card is not None:
            await turn.uow.cards.put(row.message.chat, card, number)
        return number
