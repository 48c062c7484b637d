"""The yardstick: a bot of nothing but aiogram, polling as its documentation shows it, that echoes texts."""

import asyncio
import os

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message

dispatcher = Dispatcher()


@dispatcher.message()
async def echo(message: Message) -> None:
    """Say it back."""
    await message.answer(message.text or "?")


async def main() -> None:
    """Poll until stopped."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(os.environ["PROJECT_HOME_BOT_API_URL"]))
    await dispatcher.start_polling(Bot(os.environ["PROJECT_HOME_BOT_TOKEN"], session=session))


if __name__ == "__main__":
    asyncio.run(main())
