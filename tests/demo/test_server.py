"""The parts of the show behind the page: ports, the board, the ledger behind glass, weather, menus, windows of messages."""

import asyncio
import socket
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.demo.board import Board
from bot.demo.glass import EPOCH, Glass
from bot.demo.keeper import Keeper
from bot.demo.weather import SWITCHES, Skies
from bot.demo.web import HOST, PortTaken, free_port
from bot.sandbox.acts import react, send_text, set_language
from bot.sandbox.acts_groups import add_group, add_user
from bot.sandbox.clock import VirtualClock
from bot.sandbox.menus import commands_for
from bot.sandbox.signal import Signal
from bot.sandbox.sounds import SECONDS, voice_note
from bot.sandbox.views import chat_view, pending_messages, window
from bot.sandbox.world import World


@pytest.fixture
def world() -> World:
    """Empty."""
    return World("1:x", VirtualClock(), "a_bot")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A file with two updates, one answer, one thing due."""
    path = tmp_path / "ledger.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(
            """
            CREATE TABLE inbox (id INTEGER PRIMARY KEY, update_id, chat, received_at INTEGER, done_at INTEGER, error);
            INSERT INTO inbox VALUES (1, 71, 5, 1000000, 2000000, NULL), (2, 72, 5, 1000000, NULL, NULL);
            CREATE TABLE outbox (id INTEGER PRIMARY KEY, chat, kind, state, not_before INTEGER);
            INSERT INTO outbox VALUES (1, 5, 'start/welcome', 'sent', NULL), (2, 5, 'x', 'pending', 90000000);
            CREATE TABLE issues (id INTEGER PRIMARY KEY, number, description);
            INSERT INTO issues VALUES (7, 'XM-2026-0001', '塔吊停了');
            CREATE TABLE agenda (issue, kind, at INTEGER);
            INSERT INTO agenda VALUES (7, 'due', 60000000);
            """
        )
    connection.close()
    return path


def test_the_glass(ledger: Path) -> None:
    """Rows newest first with moments as moments; what is due, earliest first; columns a schema lacks are left out."""
    glass = Glass(ledger)
    assert [row["update_id"] for row in glass.rows("inbox")["rows"]] == [72, 71]
    assert glass.rows("inbox")["rows"][1] == {
        "id": 1,
        "update_id": 71,
        "chat": 5,
        "received_at": "1970-01-01T00:00:01+00:00",
        "done_at": "1970-01-01T00:00:02+00:00",
        "error": None,
    }
    assert glass.rows("issues")["columns"] == ["number", "description"]
    assert glass.rows("history")["rows"] == []
    assert [row["what"] for row in glass.rows("due")["rows"]] == ["due · XM-2026-0001", "x"]
    assert glass.next_due(EPOCH) == datetime(1970, 1, 1, 0, 1, tzinfo=UTC)
    assert glass.next_due(datetime(1970, 1, 2, tzinfo=UTC)) is None


def test_the_tally_forgets_nothing(ledger: Path) -> None:
    """Rows of the inbox that are cleared away later stay counted."""
    glass = Glass(ledger)
    tally = {"taken": 2, "handling": 1, "aside": 0, "outbox": {"pending": 1, "sent": 1}, "issues": 1}
    assert glass.tally() == tally
    before = glass.version()
    with sqlite3.connect(ledger) as connection:
        connection.execute("DELETE FROM inbox WHERE done_at IS NOT NULL")
    connection.close()
    assert glass.tally() == tally
    assert glass.version() != before


def test_the_glass_lets_nobody_write(ledger: Path) -> None:
    """It is read only, by the database itself."""
    with Glass(ledger)._open() as connection, pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("DELETE FROM inbox")


async def test_the_next_free_port() -> None:
    """The one wished for, else one after it; none at the end of them."""
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        assert await free_port(port) > port
    with socket.socket() as last:
        last.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        last.bind((HOST, 65_535))
        last.listen()
        with pytest.raises(PortTaken):
            await free_port(65_535)


async def test_the_board() -> None:
    """Tells what changed since a number, and wakes for changes alone."""
    board = Board(Signal())
    board.put("clock", 1)
    number, changed = board.since(0)
    assert changed == {"clock": 1}
    waiting = asyncio.create_task(board.signal.wait(5))
    await asyncio.sleep(0)
    board.put("clock", 1)
    assert board.since(number) == (number, {})
    board.put("bot", 2)
    assert await waiting
    assert board.since(number)[1] == {"bot": 2}


def test_weather(world: World) -> None:
    """Each switch puts its own faults and takes them away, no others."""
    skies = Skies(world)
    skies.set("slow", on=True)
    skies.set("drops", on=True)
    skies.set("drops", on=True)
    assert len(world.weather.faults) == len(SWITCHES["slow"]) + len(SWITCHES["drops"])
    skies.set("slow", on=False)
    assert {fault.kind for fault in world.weather.faults} == {"drop"}
    assert skies.as_json() == {"slow": False, "drops": True, "flood": False, "outage": False}
    with pytest.raises(KeyError):
        skies.set("hail", on=True)


def test_whose_menu(world: World) -> None:
    """The narrowest scope that has one, in their language before everybody's; owners see the administrators'."""
    li = add_user(world, first_name="李工", language_code="zh-hans")["id"]
    group = add_group(world, title="群", owner=li)["id"]
    commands = world.profile.commands
    commands["all_private_chats", 0, 0, ""] = [{"command": "start"}]
    commands["all_private_chats", 0, 0, "zh"] = [{"command": "help"}]
    commands["all_group_chats", 0, 0, ""] = [{"command": "digest"}]
    assert commands_for(world, world.chats[li], li) == [{"command": "help"}]
    set_language(world, user=li, language_code="en")
    assert commands_for(world, world.chats[li], li) == [{"command": "start"}]
    assert commands_for(world, world.chats[group], li) == [{"command": "digest"}]
    commands["all_chat_administrators", 0, 0, ""] = [{"command": "subscribe"}]
    assert commands_for(world, world.chats[group], li) == [{"command": "subscribe"}]
    commands["chat", li, 0, ""] = [{"command": "desk"}]
    assert commands_for(world, world.chats[li], li) == [{"command": "desk"}]


def test_windows_of_a_chat(world: World) -> None:
    """The newest, older, newer ones; what is deleted is not there; who waits for the bot; what others haven't read."""
    li = add_user(world, first_name="李工")["id"]
    chen = add_user(world, first_name="陈")["id"]
    chat = world.chats[add_group(world, title="群", owner=li, members=[chen], bot="administrator")["id"]]
    start = chat.next_id
    for n in range(10):
        send_text(world, user=li, chat=chat.id, text=f"{n}")
    world.delete(chat, chat.posts[start + 9])
    texts = [post["message"]["text"] for post in window(chat, limit=3)["posts"]]
    assert texts == ["6", "7", "8"]
    older = window(chat, before=start + 6, limit=3)
    assert [post["message"]["text"] for post in older["posts"]] == ["3", "4", "5"]
    assert (older["older"], older["newer"]) == (True, True)
    newer = window(chat, after=start + 6, limit=30)
    assert ([post["message"]["text"] for post in newer["posts"]], newer["newer"]) == (["7", "8"], False)
    assert (chat.id, start) in pending_messages(world)
    view = chat_view(world, chat)
    assert (view["unread"][str(chen)] >= 9, view["unread"][str(li)]) == (True, 0)
    react(world, user=chen, chat=chat.id, message_id=start, emoji="👍")
    assert window(chat, after=start - 1, limit=1)["posts"][0]["reactions"] == ["👍"]


async def test_a_keeper_keeps_one(tmp_path: Path) -> None:
    """Started once, killed, ended; a bot without settings ends by itself and is not alive."""
    keeper = Keeper({"PATH": "/usr/bin"}, tmp_path / "log")
    first = await keeper.start()
    assert await keeper.start() is first
    await keeper.kill()
    assert not keeper.alive
    await keeper.stop()
    assert await keeper.start() is not first
    await keeper.stop()


def test_a_voice_note() -> None:
    """A sound file of as long as it says."""
    assert voice_note().startswith(b"RIFF")
    assert 1 <= SECONDS <= 3
