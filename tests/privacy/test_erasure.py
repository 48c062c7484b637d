"""A person asks to be erased, an administrator grants it, and nothing in database, media, exports or logs tells who it was."""

import asyncio
import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, select

from bot import erasing
from bot.domain.ids import ChatId, UserId
from bot.domain.journal import Event
from bot.domain.messages import Message, OutboxState
from bot.domain.organisation import CITY, Person
from bot.domain.permissions import Sight
from bot.domain.privacy import ERASED, GONE
from bot.erasing import Eraser
from bot.services.digests import digests
from bot.services.ledger import export
from bot.services.ledger.export import Format
from bot.telegram.calls import SendText
from bot.telegram.composer import Composer, collect_loaders
from bot.telegram.delivery import Delivered, InParts
from bot.telegram.personal_file import PersonalFiles
from bot.telegram.planning import PART
from bot.telegram.rendering import Renderer
from bot.telegram.settling import settle
from bot.telegram.spreadsheets import Spreadsheets
from storage.files.media import EXPORTS, MediaStore
from storage.files.shelves import Folder
from storage.store import SqlStore
from tests.builders import City
from tests.fakes import NOW
from tests.handlers.driver import World
from tests.handlers.phone import Phone

NAME, PHONE, USER = "欧阳慕白", "13950012345", 4_001_776_655
PICTURE = b"a picture with " + NAME.encode()


class Place:
    """The media folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.media = MediaStore(Folder(root))
        self.exports = MediaStore(Folder(root), EXPORTS)

    def content(self) -> bytes:
        """All bytes, names of files included."""
        return b"\n".join(bytes(path) + path.read_bytes() for path in self.root.rglob("*") if path.is_file())


@pytest.fixture
def place(world: World, tmp_path: Path) -> Place:
    """The world sends files from here."""
    place = Place(tmp_path / "media")
    files = {
        "ledger/file": Spreadsheets(place.exports, "zh").load,
        "privacy/file": PersonalFiles(place.media, place.exports).load,
    }
    world.composer = Composer(Renderer(world.turns.calendar.zone, "zh"), collect_loaders() | files)
    return place


@pytest.fixture
async def somebody(world: World, city: City, place: Place) -> Phone:
    """Site staff with a name, an account and a telephone that are nobody else's."""
    async with world.turns.begin() as turn:
        await turn.uow.people.save(replace(city.reporter, name=NAME, user_id=UserId(USER)))
    return world.phone(USER, NAME)


@pytest.fixture
def admin(world: World) -> Phone:
    """The office's administrator E02."""
    return world.phone(1002, "陈岚")


@pytest.fixture
def eraser(world: World, place: Place, sql_store: SqlStore) -> Eraser:
    """Carries out what was granted."""
    return Eraser(world.turns, place.media, place.exports, sql_store.compact, grace=0)


async def busy_life(world: World, place: Place, somebody: Phone, clerk: Phone, city: City) -> str:
    """They report with a photo, are written about, begin a draft, are in a digest and in files. Returns the number."""
    await somebody.sends_photo(caption=f"塔吊没电，请联系{NAME} {PHONE}")
    await somebody.presses("提交")
    if "已上报" not in somebody.screen():
        await somebody.presses("POCT产业园A地块")
    number = somebody.screen().split("已上报 ")[1].split()[0]
    await store_pictures(world, place)
    await somebody.sends(f"补充：我是{NAME}", reply_to=somebody.last().id)
    await somebody.sends("还有一件事没说完")
    await clerk.sends(f"/issue {number}")
    await clerk.sends(f"已致电{NAME}核实", reply_to=clerk.last().id)
    await clerk.sends("/ledger")
    await clerk.sends(f"/find {NAME}")
    async with world.turns.begin() as turn:
        await turn.uow.subscriptions.freeze(await digests.compose(turn, CITY))
    return number


async def store_pictures(world: World, place: Place) -> None:
    """The photo worker has been."""
    async with world.turns.begin() as turn:
        for item in await turn.uow.evidence.claim(world.clock.now() + timedelta(hours=1), 10):
            sha256 = place.media.put(PICTURE)
            await turn.uow.evidence.stored(item.id, sha256, sha256, len(PICTURE), "image/jpeg")


async def dump(store: SqlStore) -> str:
    """Every value of every table."""
    found: list[str] = []
    async with store.read() as uow:
        connection = uow._connection
        tables = MetaData()
        await connection.run_sync(tables.reflect)
        for table in tables.tables.values():
            rows = await connection.execute(select(table))
            found += [
                f"{table.name}: {json.dumps(dict(row._mapping), default=str, ensure_ascii=False)}" for row in rows
            ]
    return "\n".join(found)


async def traces(store: SqlStore, place: Place, marks: list[str]) -> list[str]:
    """Lines in which a mark stands."""
    lines = (await dump(store)).splitlines()
    found = [line for line in lines if any(mark in line for mark in marks)]
    kept = place.content()
    found += [f"a file has {mark}" for mark in marks if mark.encode() in kept]
    if store._sqlite:
        raw = Path(store._url.database or "")
        everything = b"".join(path.read_bytes() for path in raw.parent.glob(f"{raw.name}*"))
        found += [f"the file has {mark}" for mark in marks if mark.encode() in everything]
    return found


async def audited(store: SqlStore) -> Any:
    """What `audit verify` says."""
    async with store.read() as uow:
        return (await uow.audit()).flaws


async def erased(world: World, eraser: Eraser, somebody: Phone, admin: Phone) -> None:
    """Asked, granted, carried out."""
    await somebody.sends("/privacy")
    await somebody.presses("删除")
    await somebody.presses("确定申请")
    await admin.presses("同意删除")
    assert "最后一条消息" in somebody.screen()
    assert await eraser.step() == 1
    await world.deliver()


async def test_nothing_is_left(
    world: World, city: City, place: Place, somebody: Phone, clerk: Phone, admin: Phone, eraser: Eraser,
    sql_store: SqlStore, caplog: pytest.LogCaptureFixture, tmp_path: Path,
) -> None:  # fmt: skip
    """Name, account, telephone, pictures and links are gone everywhere; the issue stays; the chain holds."""
    number = await busy_life(world, place, somebody, clerk, city)
    marks = [NAME, PHONE, str(USER)]
    assert len(await traces(sql_store, place, [NAME])) > 5
    caplog.clear()
    await erased(world, eraser, somebody, admin)
    assert await traces(sql_store, place, [*marks, *file_ids(await dump(sql_store))]) == []
    assert await audited(sql_store) == ()
    assert [mark for mark in marks if mark in caplog.text] == []
    async with world.turns.read() as turn:
        issue = await turn.uow.issues.by_number(number)
        assert issue is not None
        assert "塔吊没电" in issue.description
        assert (await turn.uow.issues.view(issue.id)).reporter_name == ERASED
        written = tmp_path / "ledger.json"
        await export.export(
            turn.uow, Sight(None, frozenset({CITY})), Format.JSON, written, zone=turn.calendar.zone, made_at=turn.now
        )
    assert [mark for mark in marks if mark in written.read_text("utf-8")] == []
    assert number in written.read_text("utf-8")
    assert "已删除" in admin.last().text
    assert NAME not in admin.last().text


def file_ids(dumped: str) -> list[str]:
    """Of files that are still known: none may be theirs."""
    return [word for word in ("file-", "unique-") if f'"{word}' in dumped]


async def test_the_account_is_a_strangers(
    world: World, city: City, place: Place, somebody: Phone, clerk: Phone, admin: Phone, eraser: Eraser
) -> None:
    """Later messages find nobody; the same code imported again is a new person."""
    await busy_life(world, place, somebody, clerk, city)
    await erased(world, eraser, somebody, admin)
    await somebody.sends("/my")
    assert "XM-2026" not in somebody.heard
    async with world.turns.read() as turn:
        assert await turn.uow.people.by_user(UserId(USER)) is None
        assert await turn.uow.people.by_code(city.reporter.code or "") is None
        record = (await turn.uow.journal.of(f"person:{city.reporter.id}"))[-1]
    assert (record.event, record.by) == (Event.ERASE, city.admin.id)


async def test_who_is_not_asked_decides_nothing(
    world: World, city: City, somebody: Phone, clerk: Phone, eraser: Eraser
) -> None:
    """A forged press of a clerk, or of the person, grants nothing."""
    await somebody.sends("/privacy")
    await somebody.presses("删除")
    await somebody.presses("确定申请")
    for phone in (clerk, somebody):
        await phone.sends("/my")
        await phone.presses_data(f"l:erase:y.{city.reporter.id}", phone.last().id)
    assert await eraser.step() == 0


async def test_it_can_be_refused(world: World, city: City, somebody: Phone, admin: Phone, eraser: Eraser) -> None:
    """The person hears so; nothing is changed; they may ask again."""
    await somebody.sends("/privacy")
    await somebody.presses("删除")
    await somebody.presses("返回")
    assert "删除" in " ".join(somebody.buttons)
    await somebody.presses("删除")
    await somebody.presses("确定申请")
    assert "等待管理员决定" in somebody.screen()
    await admin.presses("不同意")
    assert "未获同意" in somebody.heard
    assert await eraser.step() == 0
    async with world.turns.read() as turn:
        assert (await turn.uow.people.get(city.reporter.id)).name == NAME


async def test_ones_own_copy(world: World, city: City, place: Place, somebody: Phone, clerk: Phone) -> None:
    """All that is kept, as data and files, and nothing of anybody else's."""
    number = await busy_life(world, place, somebody, clerk, city)
    await somebody.sends("/privacy")
    await somebody.presses("导出")
    (packed,) = [content for content in kept_in(place.exports) if content[:2] == b"PK" and b"data.json" in content]
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        data = json.loads(archive.read("data.json"))
        files = [archive.read(name) for name in archive.namelist() if name.startswith("files/")]
    assert data["person"]["name"] == NAME
    assert data["person"]["telegram_account"] == USER
    assert [report["number"] for report in data["reports"]] == [number]
    assert any("补充" in row["text"] for row in data["words"])
    assert not any("已致电" in row["text"] for row in data["words"])
    assert files == [PICTURE]


def kept_in(store: MediaStore) -> list[bytes]:
    """Every file's bytes."""
    found = []
    for sha256 in store.kept():
        with store.open(sha256) as file:
            found.append(file.read())
    return found


async def test_a_crash_between_database_and_files(
    world: World, city: City, place: Place, somebody: Phone, clerk: Phone, admin: Phone, eraser: Eraser,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """What was not removed then is removed the next time."""
    await busy_life(world, place, somebody, clerk, city)
    with monkeypatch.context() as patch:
        patch.setattr(place.media, "remove", lambda _: (_ for _ in ()).throw(OSError("power cut")))
        with pytest.raises(OSError, match="power cut"):
            await erased(world, eraser, somebody, admin)
    assert NAME.encode() in place.content()
    assert await eraser.step() == 1
    assert NAME.encode() not in place.content()
    assert await eraser.step() == 0


async def test_parts_that_are_being_queued_go_too(sql_store: SqlStore, city: City) -> None:
    """A long message to them is split into parts in a transaction that commits while the erasure already waits for it."""
    chat = ChatId(city.reporter.user_id or 0)
    async with sql_store.begin() as uow:
        await uow.outbox.queue(Message(chat, "say", {}), NOW)
        (row,) = await uow.outbox.due(NOW, 1)
    async with sql_store.begin() as uow:
        await uow.outbox.settle(row.id, OutboxState.SENT, NOW)
        await uow.outbox.queue(Message(chat, PART, {"html": NAME, "keyboard": []}), NOW)
        waiting = asyncio.create_task(erase(sql_store, city.reporter))
        await asyncio.sleep(0.3)
        assert not waiting.done()
    await waiting
    async with sql_store.read() as uow:
        assert await uow.outbox.waiting() == 0


@pytest.mark.parametrize("crash", [False, True])
async def test_parts_of_a_message_about_them_go_too(
    world: World, place: Place, somebody: Phone, sql_store: SqlStore, eraser: Eraser, city: City, crash: bool
) -> None:
    """Rendered before the erasure, split into parts after it: they are queued, and say the name no more. A crash in between
    changes nothing."""
    async with world.turns.begin() as turn:
        await turn.tell(Message(ChatId(1002), "say", {}))
        (row,) = await turn.uow.outbox.due(turn.now, 1)
        (row,) = await turn.uow.outbox.mark_sending([row.id], turn.now)
        await turn.uow.facts.put(f"erase:{city.reporter.id}", "granted:")
    assert [await eraser.step() for _ in range(2)] == [0, 0]
    parts = InParts((SendText(f"{NAME}于周一上报", []), SendText("3号塔吊没有供电", [])))
    async with world.turns.begin() as turn:
        await settle(turn, [Delivered(row, parts)])
    if crash:
        eraser = Eraser(world.turns, place.media, place.exports, sql_store.compact, grace=0)
    assert await eraser.step() == 1
    async with world.turns.read() as turn:
        said = [one.message.facts.get("html") for one in await turn.uow.outbox.due(turn.now, 9)]
    assert {f"{GONE}于周一上报", "3号塔吊没有供电"} <= {*said}
    assert await traces(sql_store, place, [NAME, str(USER)]) == []
    assert await eraser.step() == 0


async def test_what_began_before_has_time_to_end(
    world: World, place: Place, somebody: Phone, sql_store: SqlStore, city: City
) -> None:
    """Somebody's transaction may know the name, and be written down a moment later."""
    now = 100.0
    eraser = Eraser(world.turns, place.media, place.exports, sql_store.compact, seconds=lambda: now, grace=2.0)
    async with world.turns.begin() as turn:
        await turn.uow.facts.put(f"erase:{city.reporter.id}", "granted:")
    assert await eraser.step() == 0
    async with world.turns.begin() as turn:
        await turn.tell(Message(ChatId(1002), "say", {"by": NAME}))
    now += 1.9
    assert await eraser.step() == 0
    now += 0.1
    assert await eraser.step() == 1
    assert await traces(sql_store, place, [NAME]) == []


async def test_a_command_waits_only_so_long(
    world: World, place: Place, somebody: Phone, sql_store: SqlStore, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A send under way that nobody will settle, as a killed process leaves it, does not keep it for ever."""
    monkeypatch.setattr(erasing, "AT_ONCE", 0.2)
    eraser = Eraser(world.turns, place.media, place.exports, sql_store.compact, grace=0.05)
    async with world.turns.begin() as turn:
        await turn.tell(Message(ChatId(1002), "say", {"by": NAME}))
        await turn.uow.outbox.mark_sending([row.id for row in await turn.uow.outbox.due(turn.now, 9)], turn.now)
        await turn.uow.facts.put(f"erase:{city.reporter.id}", "granted:")
    assert await eraser.step(at_once=True) == 1
    assert await traces(sql_store, place, [NAME]) == []


async def erase(store: SqlStore, person: Person) -> None:
    """The database's part."""
    async with store.begin() as uow:
        await uow.privacy.erase(person, [])
