"""What the bot says about itself; the control surface's views; the entry point."""

import asyncio
import json

import aiohttp
import pytest
import telegram

from bot.sandbox.__main__ import serve
from bot.sandbox.client import People, Phone
from bot.sandbox.errors import ActError
from bot.sandbox.server import TOKEN
from tests.sandbox.conftest import RawBot


async def test_commands_by_scope_and_language(li: Phone, speaking: telegram.Bot, raw: RawBot) -> None:
    """Exactly what was set for each; names and numbers are checked."""
    await speaking.set_my_commands([("my", "我的上报")])
    await speaking.set_my_commands([telegram.BotCommand("desk", "Desk")], telegram.BotCommandScopeChat(li.id), "en")
    assert [c.command for c in await speaking.get_my_commands()] == ["my"]
    assert await speaking.get_my_commands(language_code="en") == ()
    assert (await speaking.get_my_commands(telegram.BotCommandScopeChat(li.id), "en"))[0].command == "desk"
    await speaking.delete_my_commands()
    assert await speaking.get_my_commands() == ()
    bad = [{"command": "Большая", "description": "x"}]
    assert "BOT_COMMAND_INVALID" in await raw.refused("setMyCommands", commands=bad)
    blank = [{"command": "x", "description": ""}]
    assert "BOT_COMMAND_DESCRIPTION_INVALID" in await raw.refused("setMyCommands", commands=blank)
    many = [{"command": "x", "description": "x"}] * 101
    assert "BOT_COMMANDS_TOO_MUCH" in await raw.refused("setMyCommands", commands=many)


async def test_names_descriptions_and_menus(speaking: telegram.Bot, raw: RawBot) -> None:
    """Per language, within their lengths."""
    assert (await speaking.get_my_name()).name == "项目之家"
    assert await speaking.set_my_name("Project Home", language_code="en")
    assert (await speaking.get_my_name("en")).name == "Project Home"
    assert await speaking.set_my_description("x" * 512)
    assert await speaking.set_my_short_description("x" * 120)
    assert "TOO_LONG" in await raw.refused("setMyShortDescription", short_description="x" * 121)
    assert await speaking.set_chat_menu_button(menu_button=telegram.MenuButtonCommands())
    assert (await speaking.get_chat_menu_button()).type == "commands"


async def test_the_views(li: Phone, world: People) -> None:
    """Users, chats, a chat, the profile; what isn't there is said so."""
    assert [u["id"] for u in await world.get("/sandbox/users")] == [li.id]
    assert (await world.get("/sandbox/chats"))[0]["opened"]
    chat = await world.get(f"/sandbox/chats/{li.id}")
    assert chat["messages"][0]["text"] == "/start"
    assert (await world.get("/sandbox/profile"))["bot"]["username"] == "project_home_bot"
    assert len(await world.pending()) == 1
    for path in ("/sandbox/chats/5", "/sandbox/files/x"):
        with pytest.raises(ActError):
            await world.get(path)
    for act, facts in (("fly", {}), ("send_text", {"nonsense": 1}), ("repeat", {"update_id": 1})):
        with pytest.raises(ActError):
            await world.act(act, **facts)


async def test_a_stream_of_events(li: Phone, world: People) -> None:
    """Server-sent events for a page."""
    headers = {"Accept": "text/event-stream"}
    async with aiohttp.ClientSession() as session, session.get(f"{world.url}/sandbox/events", headers=headers) as flow:
        assert await flow.content.readline() == b"id: 1\n"
        event = json.loads((await flow.content.readline()).removeprefix(b"data: "))
    assert (event["kind"], event["chat_id"]) == ("chat", li.id)


async def test_it_runs_on_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m bot.sandbox` says where it is, then serves until interrupted."""
    serving = asyncio.create_task(serve(0, TOKEN, unlimited=True))
    said: list[str] = []
    while not said:
        await asyncio.sleep(0.01)
        said = capsys.readouterr().out.split()
    async with People(said[2]) as world:
        assert (await world.get("/clock"))["rate"] == 1.0
        assert (await world.limits())["enabled"] is False
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving


async def test_get_and_urlencoded(raw: RawBot, world: People) -> None:
    """Methods answer to GET, and to names in any case."""
    base = raw._base
    async with aiohttp.ClientSession() as session:
        async with session.get(base + "GETME") as answer:
            assert (await answer.json())["result"]["is_bot"]
        async with session.post(base + "getUpdates", data={"limit": "5", "allowed_updates": '["message"]'}) as answer:
            assert (await answer.json())["ok"]
        async with session.post(base + "getMe", data=b"[1]", headers={"Content-Type": "application/json"}) as answer:
            assert answer.status == 400
