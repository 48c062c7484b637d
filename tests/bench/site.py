"""A building site full of reporters: people with phones in a sandbox, bound in the ledger, each about to report."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.domain.ids import UnitCode, UserId
from bot.sandbox.acts import find_button, open_link, press, send_content
from bot.sandbox.acts_groups import add_user
from storage.store import SqlStore
from tests.bench.pictures import a_photo_file
from tests.bench.processes import Polled
from tests.builders import a_city, a_person

FIRST = 100_000  # account of the first reporter
DESK = (1001, 1002)  # accounts of the city's clerks
LINK = "https://t.me/project_home_bot?start=c_card-P002"


async def found_city(url: str, reporters: int) -> None:
    """The sample city and so many reporters with accounts, in a migrated database."""
    store = SqlStore(url)
    await store.open()
    async with store.begin() as uow:
        await a_city(uow)
        for n in range(reporters):
            who = a_person(f"B{n}", f"工{n}", "reporter:unit:U11", unit=UnitCode("U11"), user_id=UserId(FIRST + n))
            await uow.people.add(who)
    await store.close()


class Watched(Polled):
    """A sandbox that notes when each call came, by method and chat, and counts downloads."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.came: dict[tuple[str, int], list[float]] = defaultdict(list)
        self.moved: dict[int, asyncio.Event] = defaultdict(asyncio.Event)  # by chat
        self.downloads = 0

    async def carry_out(self, name: str, params: dict[str, Any], uploads: dict[str, Any]) -> Any:
        now = time.perf_counter()
        chat = self._chat_of(name, params)
        result = await super().carry_out(name, params, uploads)
        self.came[name, chat].append(now)
        self.moved[chat].set()
        return result

    async def _download(self, request: Any) -> Any:
        answer = await super()._download(request)
        self.downloads += answer.status == 200
        return answer

    def _chat_of(self, name: str, params: dict[str, Any]) -> int:
        if name == "answerCallbackQuery":
            query = self.world.queries.get(str(params.get("callback_query_id")))
            return query.chat_id if query else 0
        return int(params.get("chat_id") or 0)


@dataclass
class Latencies:
    """Seconds from an update's arrival at the server until its answer was on the wire."""

    card: list[float] = field(default_factory=list)
    toast: list[float] = field(default_factory=list)
    filed: list[float] = field(default_factory=list)


class Site:
    """People who report. `photo` is made different for each report: the same picture would be kept only once."""

    def __init__(self, sandbox: Watched) -> None:
        self._sandbox = sandbox
        self._world = sandbox.world
        self._photo = a_photo_file()
        self._reports = 0
        self.latencies = Latencies()

    def arrive(self, reporters: int) -> None:
        """Phones for them and the desk; they start the bot without its noticing."""
        for user in (*DESK, *range(FIRST, FIRST + reporters)):
            add_user(self._world, first_name=f"人{user}", user=user, language_code="zh-hans")
            self._world.chat(user).opened = True

    async def scans(self, user: int) -> None:
        """Open the service card's link, and wait for the answer."""
        before = self._answers(user)
        open_link(self._world, user=user, link=LINK)
        await self._until(user, lambda: self._answers(user) > before)

    async def reports(self, user: int, *, thinks: float = 0.0) -> None:
        """A photo with a caption, a look at the card (`thinks` seconds), and 提交: the two actions of a report."""
        self._reports += 1
        before, sizes = self._answers(user), [self._next_photo()]
        sent = time.perf_counter()
        content = {"photo": sizes, "caption": f"东门 {self._reports} 号塔吊停电，现场停工"}
        send_content(self._world, user=user, chat=user, content=content)
        await self._until(
            user, lambda: self._answers(user) > before and find_button(self._world.chat(user), "提交") is not None
        )
        self.latencies.card.append(self._last(user, "sendMessage", "editMessageText") - sent)
        await asyncio.sleep(thinks)
        await self._submits(user)

    def _next_photo(self) -> dict[str, Any]:
        files = self._world.files
        size = files.add("photo", self._photo + self._reports.to_bytes(4, "big"), width=1280, height=960)
        files.albums[size["file_id"]] = [size]
        return size

    async def _submits(self, user: int) -> None:
        toasts, before = len(self._sandbox.came["answerCallbackQuery", user]), self._answers(user)
        pressed = time.perf_counter()
        press(self._world, user=user, chat=user, label="提交")
        await self._until(user, lambda: len(self._sandbox.came["answerCallbackQuery", user]) > toasts)
        self.latencies.toast.append(self._last(user, "answerCallbackQuery") - pressed)
        await self._until(user, lambda: self._answers(user) > before)
        self.latencies.filed.append(self._last(user, "sendMessage", "editMessageText") - pressed)

    async def fetched(self) -> None:
        """Until the photo of every report was downloaded."""
        while self._sandbox.downloads < self._reports:
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)  # kept and noted

    async def still(self) -> None:
        """Until the bot has said nothing for a second: the desk has heard of everything, too."""
        seen = -1
        while seen != (seen := sum(map(len, self._sandbox.came.values())) - len(self._sandbox.came["getUpdates", 0])):
            await asyncio.sleep(1)

    def _answers(self, user: int) -> int:
        return sum(len(self._sandbox.came[name, user]) for name in ("sendMessage", "editMessageText"))

    def _last(self, user: int, *names: str) -> float:
        return max(self._sandbox.came[name, user][-1] for name in names if self._sandbox.came[name, user])

    async def _until(self, user: int, true: Callable[[], bool]) -> None:
        """Looked at whenever the bot did something in that chat. TimeoutError if it never is."""
        moved = self._sandbox.moved[user]
        async with asyncio.timeout(30):
            while not true():
                moved.clear()
                await moved.wait()
