"""Those who send the same messages side by side, each in a process of its own.

`python -m tests.bench.contenders NAME URL TOKEN SIZE`: all messages are there from the beginning; now and then an answer to
somebody else comes in between. Prints `ready`, waits for a line, sends, prints what it cost as JSON.
"""

import asyncio
import gc
import json
import logging
import os
import random
import sys
import tempfile
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

import aiohttp

from bot.cli import GARBAGE
from tests.bench.processes import cpu_of

SIZES = {"full": (3000, 1000, 300, 10), "quick": (600, 250, 60, 6)}
"""Messages to people, people, messages to groups, groups."""
ANSWERS = 900_000_000
"""The first chat an answer goes to; each goes to the next."""
ANSWER_EVERY = 4.0
GIVE_UP = {"full": 240.0, "quick": 60.0}
TEXT = "⏰ <b>催办 · 未办结 3 件，逾期 1 件</b>\n\nXM-2026-0001 东门塔吊停电，现场停工"

Send = Callable[[int], Awaitable[None]]


def the_load(size: str) -> list[int]:
    """The chats, in the order in which there is something to tell them."""
    private, people, grouped, groups = SIZES[size]
    chats = [1000 + number % people for number in range(private)]
    chats += [-1000 - number % groups for number in range(grouped)]
    random.Random(2023).shuffle(chats)  # noqa: S311 - the same for everybody
    return chats


class Contest:
    """What a contender is told and reports. `asked`: when each answer was wanted, by chat, in monotonic seconds."""

    def __init__(self, size: str) -> None:
        self.load = the_load(size)
        self.ends = GIVE_UP[size]
        self.asked: dict[int, float] = {}

    async def run(self, bulk: Callable[[], Awaitable[Any]], answer: Send) -> None:
        """From the word go until all is sent, or it is given up."""
        print("ready", flush=True)  # noqa: T201 - heard by the bench
        await asyncio.to_thread(sys.stdin.readline)
        gc.freeze()  # as our program does when it is ready; a look through half a million imported objects takes 0.3 s
        cpu, began = cpu_of(os.getpid()), time.monotonic()
        answering = asyncio.create_task(self._answers(answer))
        with suppress(TimeoutError):
            await asyncio.wait_for(bulk(), self.ends)
        answering.cancel()
        seconds = time.monotonic() - began
        found = {"cpu": (cpu_of(os.getpid()) - cpu) / seconds, "began": began, "asked": self.asked}
        print(json.dumps(found), flush=True)  # noqa: T201 - the same

    async def _answers(self, answer: Send) -> None:
        async with asyncio.TaskGroup() as group:
            for chat in range(ANSWERS, ANSWERS + 1000):
                await asyncio.sleep(ANSWER_EVERY)
                self.asked[chat] = time.monotonic()
                group.create_task(_ignoring(answer(chat)))


async def _ignoring(sending: Awaitable[None]) -> None:
    """A contender that gives a message up has lost it: the server sees that."""
    with suppress(Exception):
        await sending


async def project_home(contest: Contest, url: str, token: str) -> None:
    """Our sender over our gateway, from a SQLite ledger on disk."""
    from bot.domain.ids import ChatId  # noqa: PLC0415 - each contender imports its own
    from bot.domain.messages import Message, Priority  # noqa: PLC0415 - the same
    from bot.opening import open_office  # noqa: PLC0415 - the same
    from bot.settings import Settings  # noqa: PLC0415 - the same
    from bot.telegram.composer import Composer, collect_loaders  # noqa: PLC0415 - the same
    from bot.telegram.delivery import Courier  # noqa: PLC0415 - the same
    from bot.telegram.rendering import Renderer  # noqa: PLC0415 - the same
    from bot.telegram.sender import Sender  # noqa: PLC0415 - the same

    line: dict[str, Any] = {
        "issue": 1,
        "number": "XM-2026-0001",
        "level": "A",
        "project": "地铁 4 号线",
        "unit": "供电局",
    }
    line |= {"assignee": "小王", "text": "东门塔吊停电，现场停工", "left": -1, "due_at": "2026-11-25T09:30:00+00:00"}
    line |= {"provisional": False, "late": False, "own": True}
    facts = {"total": 3, "overdue": 1, "late": False, "more": 2, "issues": [line]}
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = f"sqlite:///{folder / 'ledger.db'}"
        settings = Settings(bot_token=token, bot_api_url=url, database_url=database, media_url=str(folder))
        office = await open_office(settings, stack)
        turns = office.turns
        composer = Composer(Renderer(turns.calendar.zone, turns.policy.language), collect_loaders())
        sender = Sender(turns, Courier(turns, composer, office.gateway))
        async with turns.begin() as turn:
            for chat in contest.load:
                await turn.tell(Message(ChatId(chat), "timed/reminder", facts, Priority.REMINDER))

        async def bulk() -> None:
            running = asyncio.create_task(sender.run())
            try:
                while await _waits(turns):
                    await asyncio.sleep(1.0)
            finally:
                sender.stop()
                await running

        async def answer(chat: int) -> None:
            async with turns.begin() as turn:
                await turn.tell(Message(ChatId(chat), "groups/unsubscribed", {"was": True}))
            sender.wake()

        await contest.run(bulk, answer)


async def _waits(turns: Any) -> int:
    async with turns.read() as turn:
        waiting: int = await turn.uow.outbox.waiting()
    return waiting


async def ideal(contest: Contest, url: str, token: str) -> None:
    """Knows the limits and everything that waits, keeps it in memory, and does nothing else: the longest queue goes first."""
    queues: defaultdict[int, deque[float]] = defaultdict(deque)
    free: dict[int, float] = {}
    groups: defaultdict[int, deque[float]] = defaultdict(lambda: deque(maxlen=20))
    urgent: deque[int] = deque()
    tasks: set[asyncio.Task[None]] = set()
    for chat in contest.load:
        queues[chat].append(0.0)

    async def call(session: aiohttp.ClientSession, chat: int) -> None:
        body = {"chat_id": chat, "text": TEXT, "parse_mode": "HTML"}
        async with session.post(f"{url}/bot{token}/sendMessage", json=body) as answered:
            told = await answered.json()
        now = time.monotonic()
        free[chat] = now + 1.003
        groups[chat].append(now)
        if not told["ok"]:
            free[chat] = now + told["parameters"]["retry_after"]
            queues[chat].append(0.0)
        elif chat < 0 and len(groups[chat]) == 20:
            free[chat] = max(free[chat], groups[chat][0] + 60.05)

    async def bulk() -> None:
        slot = time.monotonic()
        async with aiohttp.ClientSession() as session:
            while urgent or any(queues.values()) or tasks:
                slot = max(slot + 1 / 30, time.monotonic() - 2 / 30)
                await asyncio.sleep(max(0.0, slot - time.monotonic()))
                now = time.monotonic()
                ready = [chat for chat, waiting in queues.items() if waiting and free.get(chat, 0.0) <= now]
                if not urgent and not ready:
                    slot -= 1 / 30
                    await asyncio.sleep(0.005)
                    continue
                chat = urgent.popleft() if urgent else max(ready, key=lambda one: len(queues[one]))
                if queues[chat]:
                    queues[chat].popleft()
                free[chat] = float("inf")
                tasks.add(task := asyncio.create_task(call(session, chat)))
                task.add_done_callback(tasks.discard)

    async def answer(chat: int) -> None:
        urgent.append(chat)

    await contest.run(bulk, answer)


async def _ptb(contest: Contest, url: str, token: str, retries: int) -> None:
    from telegram.ext import AIORateLimiter, ExtBot  # noqa: PLC0415 - as above

    logging.disable(logging.CRITICAL)
    limiter: Any = AIORateLimiter(max_retries=retries)
    async with ExtBot(token, base_url=f"{url}/bot", rate_limiter=limiter) as bot:

        async def send(chat: int) -> None:
            await bot.send_message(chat, TEXT, parse_mode="HTML")

        await contest.run(lambda: asyncio.gather(*(_ignoring(send(chat)) for chat in contest.load)), send)


async def ptb(contest: Contest, url: str, token: str) -> None:
    """python-telegram-bot with its AIORateLimiter as it comes."""
    await _ptb(contest, url, token, 0)


async def ptb_retrying(contest: Contest, url: str, token: str) -> None:
    """The same, told to try five times more."""
    await _ptb(contest, url, token, 5)


async def aiogram(contest: Contest, url: str, token: str) -> None:
    """aiogram behind aiolimiter, as its users write it: a limiter for all, one per chat, one per group, five retries."""
    from aiogram import Bot  # noqa: PLC0415 - as above
    from aiogram.client.session.aiohttp import AiohttpSession  # noqa: PLC0415 - the same
    from aiogram.client.telegram import TelegramAPIServer  # noqa: PLC0415 - the same
    from aiogram.exceptions import TelegramRetryAfter  # noqa: PLC0415 - the same
    from aiolimiter import AsyncLimiter  # noqa: PLC0415 - the same

    overall = AsyncLimiter(30, 1)
    chats: defaultdict[int, AsyncLimiter] = defaultdict(lambda: AsyncLimiter(1, 1))
    groups: defaultdict[int, AsyncLimiter] = defaultdict(lambda: AsyncLimiter(20, 60))
    async with Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(url))) as bot:

        async def send(chat: int) -> None:
            for _ in range(6):
                try:
                    async with AsyncExitStack() as stack:
                        if chat < 0:
                            await stack.enter_async_context(groups[chat])
                        await stack.enter_async_context(chats[chat])
                        await stack.enter_async_context(overall)
                        await bot.send_message(chat, TEXT, parse_mode="HTML")
                        return
                except TelegramRetryAfter as told:
                    await asyncio.sleep(told.retry_after)

        await contest.run(lambda: asyncio.gather(*(_ignoring(send(chat)) for chat in contest.load)), send)


CONTENDERS = {run.__name__: run for run in (ideal, project_home, ptb, ptb_retrying, aiogram)}


def main() -> None:
    """As one of them."""
    gc.set_threshold(GARBAGE, 10, 10)  # the same: everybody's, so that it is nobody's advantage
    name, url, token, size = sys.argv[1:]
    asyncio.run(CONTENDERS[name](Contest(size), url, token))


if __name__ == "__main__":
    main()
