"""The policy changes while the bot runs: a good file is in force, a bad one changes nothing and says so."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from bot.domain.issue import Level
from bot.holidays import office_calendar
from bot.policy import load_policy
from bot.pulse import Pulse
from bot.reloading import PolicyWatch
from bot.services.office import rules
from bot.services.turns import Turns
from bot.telegram.rendered import Text
from bot.telegram.rendering import Renderer
from tests.builders import City
from tests.fakes import FakeClock, FakeStore


class Running:
    """A watch over a file, and what came of it."""

    def __init__(self, store: FakeStore, clock: FakeClock, path: Path) -> None:
        load = partial(load_policy, path)
        policy = load()
        self.path = path
        self.pulse = Pulse()
        self.turns = Turns(store, policy, office_calendar(policy), clock)
        self.store = store
        self.watch = PolicyWatch(self.turns, load, path, self.pulse, lambda: None, look_seconds=0.02)

    def told(self) -> list[str]:
        """Kinds of the messages that were queued."""
        return [row.message.kind for row in self.store.tables.outbox.values()]

    async def until(self, kind: str) -> None:
        """Wait for such a message."""
        async with asyncio.timeout(30):
            while kind not in self.told():  # noqa: ASYNC110 - the store has no event to wait for
                await asyncio.sleep(0.01)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A policy of the city's own."""
    path = tmp_path / "policy.toml"
    path.write_text("[levels]\nB = 5\n", "utf-8")
    return path


@asynccontextmanager
async def running(bot: Running) -> AsyncIterator[Running]:
    """While it looks."""
    task = asyncio.create_task(bot.watch.run())
    await asyncio.sleep(0.05)
    try:
        yield bot
    finally:
        bot.watch.stop()
        await task


@pytest.fixture
def bot(store: FakeStore, city: City, clock: FakeClock, path: Path) -> Running:
    """In the sample city, not yet started."""
    return Running(store, clock, path)


async def test_a_new_file_is_in_force_by_itself(bot: Running) -> None:
    """From the next turn on, with its calendar; the admins hear both versions."""
    before = bot.turns.policy.version
    async with running(bot):
        assert bot.told() == []
        bot.path.write_text("[levels]\nB = 7\n[calendar]\ndays_off = [2026-11-24]\n", "utf-8")
        await bot.until("trouble/policy_changed")
    assert bot.turns.policy.level_days[Level.B] == 7
    assert bot.turns.calendar.policy == bot.turns.policy.version != before
    (row,) = bot.store.tables.outbox.values()
    assert (row.message.facts["before"], row.message.facts["version"]) == (before, bot.turns.policy.version)


async def test_a_bad_file_changes_nothing_and_is_told_once(bot: Running) -> None:
    """The older rules stay; health and the admins say why; a corrected file is welcomed."""
    rules_before = bot.turns.policy
    async with running(bot):
        bot.path.write_text("[levels]\nB = 'soon'\n", "utf-8")
        await bot.until("trouble/policy_refused")
        assert bot.turns.policy == rules_before
        assert "line 2: levels.B must be a whole number" in bot.pulse.policy
        async with bot.turns.read() as turn:
            assert len(await rules.troubles(turn)) == 1
        assert await bot.watch.reload() is False
        assert bot.told() == ["trouble/policy_refused"]
        bot.path.write_text("# as before\n[levels]\nB = 5\n", "utf-8")
        await bot.until("trouble/policy_changed")
    assert bot.pulse.policy == ""
    assert bot.turns.policy == rules_before


async def test_a_signal_reads_it_at_once(bot: Running) -> None:
    """SIGHUP, as services are told; the file that went away is a bad one."""
    bot.watch._seconds = 60
    async with running(bot):
        bot.path.write_text("[levels]\nB = 9\n", "utf-8")
        os.kill(os.getpid(), signal.SIGHUP)
        await bot.until("trouble/policy_changed")
        bot.path.unlink()
        os.kill(os.getpid(), signal.SIGHUP)
        await bot.until("trouble/policy_refused")
    assert bot.turns.policy.level_days[Level.B] == 9


async def test_timezone_and_language_wait_for_a_restart(bot: Running) -> None:
    """Half of the bot in another language would be worse than none: the admins hear so, once; the rest is in force."""
    async with running(bot):
        bot.path.write_text('[office]\nlanguage = "en"\ntimezone = "Asia/Urumqi"\n[levels]\nB = 6\n', "utf-8")
        await bot.until("trouble/policy_changed")
        assert (bot.turns.policy.language, bot.turns.policy.timezone) == ("zh", "Asia/Shanghai")
        assert bot.turns.policy.level_days[Level.B] == 6
        await bot.watch.reload()
        assert bot.told().count("trouble/policy_restart") == 1
        (message,) = [r.message for r in bot.store.tables.outbox.values() if r.message.kind == "trouble/policy_restart"]
        assert message.facts["waiting"] == {"language": "en", "timezone": "Asia/Urumqi"}
        text = Renderer(bot.turns.calendar.zone, "zh").render(message.kind, message.facts, "zh")
        assert isinstance(text, Text)
        assert "• timezone: Asia/Urumqi (现为：Asia/Shanghai)" in text.parts[0]
        bot.path.write_text("[levels]\nB = 6\n", "utf-8")
        await bot.watch.reload()
        bot.path.write_text('[office]\nlanguage = "en"\n', "utf-8")
        await bot.watch.reload()
    assert bot.told().count("trouble/policy_restart") == 2


async def test_a_leader_follows_too(bot: Running, store: FakeStore) -> None:
    """Turns over another store share the rules."""
    fenced = bot.turns.over(store)
    bot.path.write_text("[levels]\nB = 8\n", "utf-8")
    assert await bot.watch.reload()
    assert fenced.policy.level_days[Level.B] == 8
