"""/ledger and /overdue."""

import hashlib
import io
from datetime import date
from typing import BinaryIO

import openpyxl
import pytest

from bot.domain.deadlines import deadline_on
from bot.telegram.composer import Composer, collect_loaders
from bot.telegram.rendering import Renderer
from bot.telegram.spreadsheets import Spreadsheets
from tests.builders import City, assigned, filed
from tests.handlers.driver import World
from tests.handlers.phone import Phone


class Folder:
    """The media folder, in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put(self, source: bytes) -> str:
        sha256 = hashlib.sha256(source).hexdigest()
        self.kept[sha256] = source
        return sha256

    def open(self, sha256: str) -> BinaryIO:
        return io.BytesIO(self.kept[sha256])


@pytest.fixture
def folder(world: World) -> Folder:
    """Where the world keeps the files it sends."""
    folder = Folder()
    loaders = collect_loaders() | {"ledger/file": Spreadsheets(folder, "zh").load}
    world.composer = Composer(Renderer(world.turns.calendar.zone, "zh"), loaders)
    return folder


def rows(folder: Folder, phone: Phone) -> list[tuple[object, ...]]:
    """What the file last sent to a phone holds, its header first."""
    sheet = openpyxl.load_workbook(io.BytesIO(folder.kept[phone.last().file])).active
    assert sheet is not None
    return list(sheet.iter_rows(values_only=True))


async def late(world: World, city: City, count: int = 1) -> None:
    """Issues of the power company, overdue since last week."""
    async with world.turns.begin() as turn:
        for _ in range(count):
            issue = await filed(turn.uow, reporter=city.reporter.id, description="三号塔吊停电")
            deadline = deadline_on(turn.calendar, date(2026, 11, 20), 1)
            await assigned(turn.uow, issue, city.a04, city.clerk.id, deadline=deadline)


async def test_the_ledger_comes_as_a_spreadsheet_in_words(
    world: World, city: City, clerk: Phone, folder: Folder
) -> None:
    """Headers and values in the reader's language, the count in the caption."""
    await late(world, city, 2)
    await clerk.sends("/ledger")
    assert "问题台账-2026-11-23.xlsx" in clerk.last().text
    assert "共 2 个问题 · 截至 11月23日 10:00" in clerk.last().text
    header, first, _ = rows(folder, clerk)
    line = dict(zip(header, first, strict=True))
    assert (line["编号"], line["状态"], line["类别"]) == ("XM-2026-0001", "已交办", "电力")
    assert (line["责任单位"], line["经办人"]) == ("市供电公司", "蔡明")


async def test_words_filter_it(world: World, city: City, clerk: Phone, folder: Folder) -> None:
    """Words as people see them."""
    await late(world, city)
    await clerk.sends("/ledger 已交办 海沧区")
    assert len(rows(folder, clerk)) == 2
    await clerk.sends("/ledger 已销号")
    assert "共 0 个问题" in clerk.last().text
    assert "筛选：“已销号”" in clerk.last().text


async def test_each_sees_their_own_part_in_their_own_language(
    world: World, city: City, worker: Phone, folder: Folder
) -> None:
    """Another unit's leader has nothing; English headers for who speaks it."""
    await late(world, city)
    other = world.phone(2002)
    await other.sends("/ledger")
    assert len(rows(folder, other)) == 1
    await worker.sends("/language")
    await worker.presses("English")
    await worker.sends("/ledger")
    assert rows(folder, worker)[0][:3] == ("Number", "State", "Outcome")


async def test_overdue_is_a_list_with_buttons_and_pages(world: World, city: City, clerk: Phone) -> None:
    """Longest first; a press opens the card; the next page comes in place."""
    await late(world, city, 9)
    await clerk.sends("/overdue")
    assert "逾期 1 个工作日" in clerk.last().text
    assert "XM-2026-0009" not in clerk.last().text
    shown = len(clerk.room.shown)
    await clerk.presses("下一页")
    assert "XM-2026-0009" in clerk.last().text
    assert len(clerk.room.shown) == shown
    await clerk.presses("XM-2026-0009")
    assert "XM-2026-0009" in clerk.last().text


async def test_nothing_overdue_is_said(clerk: Phone, worker: Phone) -> None:
    """And site staff have no such list."""
    await clerk.sends("/overdue")
    assert "没有逾期问题" in clerk.last().text
    await worker.sends("/overdue")
    assert "逾期" not in worker.last().text
