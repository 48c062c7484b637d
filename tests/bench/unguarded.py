"""The yardstick: the same conversation by a plain, well-written aiogram bot without guarantees.

Long polling and memory storage as aiogram ships them, SQLAlchemy with one transaction a report, the photo fetched and
fsynced before the card says so. No inbox, no outbox, no pacing, no history: what is in flight at a crash is lost, and what
was asked for twice is done twice. The same calls with words and keyboards of the same size as ours.
"""

import asyncio
import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvloop
from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message
from sqlalchemy import BigInteger, DateTime, ForeignKey, MetaData, event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

MEDIA = Path(os.environ["PROJECT_HOME_MEDIA_URL"])
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
dispatcher = Dispatcher()


class Base(DeclarativeBase):
    """Its own tables, beside ours if the database is shared."""

    metadata = MetaData()


class Report(Base):
    """A row of the ledger."""

    __tablename__ = "unguarded_reports"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(index=True)
    reporter: Mapped[int] = mapped_column(BigInteger, index=True)
    project: Mapped[str]
    category: Mapped[str]
    level: Mapped[str]
    status: Mapped[str] = mapped_column(index=True)
    description: Mapped[str]
    reported_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Photo(Base):
    """A file that is kept."""

    __tablename__ = "unguarded_photos"
    id: Mapped[int] = mapped_column(primary_key=True)
    report: Mapped[int] = mapped_column(ForeignKey("unguarded_reports.id"), index=True)
    file_id: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int]


def keyboard(draft: int) -> InlineKeyboardMarkup:
    """As under our draft's card."""
    rows = [
        [("✅ 提交", "submit:")],
        [("🏗 项目", "menu:project"), ("🏷 类别", "menu:category"), ("⏱ 等级", "menu:level")],
        [("✖️ 取消", "cancel:")],
    ]
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [InlineKeyboardButton(text=text, callback_data=f"d:{draft}:{do}") for text, do in row] for row in rows
        ]
    )


def filed_keyboard(report: int) -> InlineKeyboardMarkup:
    """As under our card of what was filed."""
    return InlineKeyboardMarkup(
        inline_keyboard=[[InlineKeyboardButton(text="照片 (1)", callback_data=f"i:{report}:photos:")]]
    )


@dispatcher.message(F.photo)
async def begin(message: Message, state: FSMContext) -> None:
    """A photo with a caption: the draft's card."""
    photo = (message.photo or [])[-1]
    await state.update_data(file=photo.file_id, text=message.caption or "")
    await message.answer(
        "📝 <b>草稿，尚未提交</b>\n\n🏗 项目：POCT产业园A地块（海沧区）\n🏷 类别：电力（自动判断）\n⏱ 等级：B 一般\n"
        f"🖼 照片：1 张\n\n{message.caption}\n\n可以继续发照片、文字、语音或位置；说清楚了就按“提交”。",
        parse_mode="HTML",
        reply_markup=keyboard(message.message_id),
        link_preview_options=NO_PREVIEW,
    )


@dispatcher.callback_query(F.data.endswith(":submit:"))
async def submit(query: CallbackQuery, state: FSMContext, sessions: async_sessionmaker[AsyncSession]) -> None:
    """提交: the photo is fetched and kept, the row written, the card edited, the press answered."""
    draft, bot = await state.get_data(), query.bot
    await state.clear()
    if bot is None or not isinstance(query.message, Message):
        return
    file = await bot.get_file(draft["file"])
    content = await bot.download_file(file.file_path or "")
    kept = content.read() if content else b""
    sha256 = await asyncio.to_thread(keep, kept)
    async with sessions.begin() as session:
        report = Report(
            number="",
            reporter=query.from_user.id,
            project="P002",
            category="power",
            level="B",
            status="reported",
            description=draft["text"],
            reported_at=datetime.now(UTC),
        )
        session.add(report)
        await session.flush()
        report.number = f"XM-2026-{report.id:04}"
        session.add(Photo(report=report.id, file_id=draft["file"], sha256=sha256, size=len(kept)))
        number, row = report.number, report.id
    await query.message.edit_text(
        f"<b>已上报</b> <code>{number}</code>\n🏗 POCT产业园A地块 (海沧区)\n🏷 电力 · B 一般 · 个性\n\n{draft['text']}\n\n"
        f"📷 照片和文件：1\n👤 上报人：{query.from_user.first_name}\n⏰ 交办后 5 个工作日内办结\n\n"
        f"<b>办理经过</b>\n11月26日 19:49 {query.from_user.first_name} 上报",
        parse_mode="HTML",
        reply_markup=filed_keyboard(row),
        link_preview_options=NO_PREVIEW,
    )
    await query.answer(f"已上报，编号 {number}。")


def keep(content: bytes) -> str:
    """Under its SHA-256, for good; blocks."""
    sha256 = hashlib.sha256(content).hexdigest()
    folder = MEDIA / sha256[:2]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / sha256).open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return sha256


def engine() -> AsyncEngine:
    """SQLite as safe as ours: a write-ahead log, synchronous FULL; its one writer waits in our process, not in a lock."""
    url = os.environ["PROJECT_HOME_DATABASE_URL"]
    if not url.startswith("sqlite"):
        return create_async_engine(url)
    made = create_async_engine(url.replace("sqlite:", "sqlite+aiosqlite:"), pool_size=1, max_overflow=0)

    @event.listens_for(made.sync_engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return made


async def main() -> None:
    """Poll until stopped."""
    made = engine()
    async with made.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    session = AiohttpSession(api=TelegramAPIServer.from_base(os.environ["PROJECT_HOME_BOT_API_URL"]))
    bot = Bot(os.environ["PROJECT_HOME_BOT_TOKEN"], session=session)
    await dispatcher.start_polling(bot, sessions=async_sessionmaker(made, expire_on_commit=False))


if __name__ == "__main__":
    uvloop.run(main())
