"""kill −9 while the desk's forum is given a topic for each case: none is opened twice but for a call that was cut, and each case
hangs in its topic with its card, pinned; a card whose three calls were cut is listed, and comes after a while."""

import asyncio
import math
import random
import re
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import SQLAlchemyError

import bot
from bot.demo.story import START
from bot.domain.ids import ChatId
from bot.sandbox.acts_groups import add_group, add_user
from bot.sandbox.chats import GENERAL, Chat
from bot.sandbox.clock import VirtualClock
from bot.sandbox.limits import Pace
from bot.sandbox.server import Sandbox
from bot.services.desk.desk_cases import RENEWAL, TRIES
from storage.migrate import upgrade
from storage.store import SqlStore
from tests.bench.site import DESK, found_city
from tests.faults import truth
from tests.faults.conftest import Record, Scale
from tests.faults.crowd import Crowd
from tests.faults.processes import environment, lapse, running, start

PEOPLE = 6
SLOWEST = 0.4  # seconds until the answer to a topic that was opened
LOOKS = 10.0  # seconds for the next topic to be opened, before a process is killed all the same
PATIENCE = 60.0
RENEWED = re.compile(r"topics\.renewed .*\bcards=(\d+)")
_CUT = "SELECT name, tries FROM desk_topics WHERE topic IS NULL AND tries > 0"
_CASES = """
    SELECT issues.number, 'issue:' || issues.id AS name, topics.topic, topics.tries,
        cases.topic AS hangs_in, cases.pinned, cards.message,
        (SELECT count(*) FROM outbox WHERE card = 'desk:' || issues.id AND state = 'unknown') AS listed
    FROM issues
    LEFT JOIN desk_cases AS cases ON cases.issue = issues.id
    LEFT JOIN desk_topics AS topics ON topics.name = 'issue:' || issues.id
    LEFT JOIN cards ON cards.card = 'desk:' || issues.id AND cards.chat = cases.chat
"""


class Forum(Sandbox):
    """Takes its time to answer that a topic is open."""

    def __init__(self, dice: random.Random) -> None:
        super().__init__(clock=VirtualClock(START), pace=Pace(enabled=False))
        self.opening = asyncio.Event()
        self._dice = dice

    async def carry_out(self, name: str, params: dict[str, Any], uploads: dict[str, Any]) -> Any:
        """The topic is there at once."""
        result = await super().carry_out(name, params, uploads)
        if name == "createForumTopic":
            self.opening.set()
            await asyncio.sleep(self._dice.uniform(0, SLOWEST))
        return result


@pytest.fixture
async def forum(dice: random.Random) -> AsyncIterator[Forum]:
    """For this scenario alone."""
    async with Forum(dice) as sandbox:
        yield sandbox


async def test_topics_and_cards_survive_kills(
    tmp_path: Path, database: str, forum: Forum, dice: random.Random, scale: Scale, record: Record
) -> None:
    """100 kills, each as a topic is being opened or soon after."""
    kills, reports = scale(5, 100), scale(8, 150)
    await upgrade(database)
    await found_city(database, PEOPLE)
    crowd = Crowd(forum, dice, PEOPLE)
    group = await _desk(database, forum)
    env = environment(forum, tmp_path, database, POLICY=str(_policy(tmp_path)))
    people = asyncio.create_task(crowd.report(reports))
    cut = Counter[str]()
    await crowd.unless_they_give_up(people, _kills(kills, env, tmp_path / "log", forum, dice, cut))
    crowd.closed.set()
    async with running("run", env, tmp_path / "log", paced=False):
        await people
        await _hung(database, forum)
    listed = [case for case in await truth.rows(database, _CASES) if case["message"] is None]
    assert all(case["listed"] for case in listed), listed
    forum.clock.advance(RENEWAL.total_seconds())
    await lapse(database)
    async with running("run", env, tmp_path / "log", paced=False):
        await _shown(database)
        await _hung(database, forum)
    await truth.check_reports(database, tmp_path / "media", crowd.reports)
    opened = Counter(topic.name.split()[0] for topic in group.topics.values())
    cases = await truth.rows(database, _CASES)
    for case in cases:
        _check(case, group, opened[case["number"]], cut)
    copies = opened.total() - len(opened)
    renewed = sum(map(int, RENEWED.findall((tmp_path / "log").read_text("utf-8"))))
    record(
        f"{kills} kills, {len(cases)} cases, {copies} topics twice by calls that were cut, {renewed} cards came once more"
    )


async def _desk(url: str, forum: Forum) -> Chat:
    """The clerks' forum, where they are told; not in private."""
    owner = int(add_user(forum.world, first_name="钱")["id"])
    chat = int(add_group(forum.world, title="专班群", kind="forum", owner=owner, bot="administrator")["id"])
    store = SqlStore(url)
    await store.open()
    async with store.begin() as uow:
        await uow.desks.bind(ChatId(chat), forum=True)
        for user in DESK:
            if (clerk := await uow.people.by_user(user)) is not None:
                await uow.people.save(replace(clerk, user_id=None))
    await store.close()
    return forum.world.chat(chat)


def _policy(folder: Path) -> Path:
    packaged = Path(bot.__file__).with_name("policy.toml").read_text("utf-8")
    path = folder / "policy.toml"
    path.write_text(packaged.replace('topics = "category"', 'topics = "issue"   '), "utf-8")
    return path


async def _kills(
    kills: int, env: dict[str, str], log: Path, forum: Forum, dice: random.Random, cut: Counter[str]
) -> None:
    """`cut` learns of each topic how many calls that opened it may have been cut."""
    database = env["PROJECT_HOME_DATABASE_URL"]
    for _ in range(kills):
        forum.opening.clear()
        process = start("run", env, log, paced=False)
        with suppress(TimeoutError):
            await asyncio.wait_for(forum.opening.wait(), LOOKS)
        await asyncio.sleep(dice.uniform(0, 2 * SLOWEST))
        assert process.code is None, "it ended by itself"
        await process.kill()
        await lapse(database)
        for row in await truth.rows(database, _CUT):
            cut[row["name"]] = max(cut[row["name"]], row["tries"])


async def _hung(url: str, forum: Forum) -> None:
    """Until no case is to be looked at any more, and what that made us say has arrived. TimeoutError if they did not become fewer
    for so long: people report as much as they can, and a topic takes its time to be opened."""
    ends, fewest = time.monotonic() + PATIENCE, math.inf
    while (left := await _unsettled(url)) > 0:
        if left < fewest:
            ends, fewest = time.monotonic() + PATIENCE, left
        if time.monotonic() > ends:
            raise TimeoutError(f"for {PATIENCE} s there are {left} cases to be looked at")
        await asyncio.sleep(0.5)
    await truth.quiet(url, forum, PATIENCE)


async def _unsettled(url: str) -> float:
    try:
        return await truth.figure(url, "SELECT count(*) FROM desk_cases WHERE changes > 0")
    except (SQLAlchemyError, OSError):
        return math.inf


async def _shown(url: str) -> None:
    """Until each case has its card."""
    async with asyncio.timeout(PATIENCE):
        while any(case["message"] is None for case in await truth.rows(url, _CASES)):  # noqa: ASYNC110 - only the database knows
            await asyncio.sleep(0.5)


def _check(case: truth.Row, group: Chat, opened: int, cut: Counter[str]) -> None:
    """It hangs in its topic; in the group itself, if that was tried often enough."""
    assert opened <= cut[case["name"]] + 1, f"{case}: {opened} topics"
    assert case["topic"] is not None or case["tries"] == TRIES, case
    assert case["hangs_in"] == case["topic"], case
    card = group.posts[case["message"]]
    assert case["number"] in str(card.body["text"])
    assert (card.thread or GENERAL) == (case["topic"] or GENERAL)
    assert case["topic"] is None or (case["pinned"] == case["message"] and case["message"] in group.pinned), case
