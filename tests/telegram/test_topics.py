"""The topics of the desk's group: opened once, kept as their cases are, in a real gateway's words; and what can't be is said."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.changes import change_of
from bot.domain.history import Action
from bot.domain.ids import ChatId, IssueId, MessageId
from bot.domain.issue import Category
from bot.domain.messages import OutboxState
from bot.domain.policy import Policy
from bot.ports import DeskTopic
from bot.services.desk import closing, desk, desk_cases, desk_group
from bot.services.issues import cards
from bot.services.turn import Turn
from bot.services.turns import Turns
from bot.telegram import topics
from bot.telegram.calls import (
    Ambiguous,
    CallFailed,
    Content,
    NotSent,
    Outcome,
    Rejected,
    RetryLater,
    SendRich,
    SendText,
    Target,
)
from bot.telegram.delivery import Speaker
from bot.telegram.topics import Manager
from tests.fakes import FakeClock, FakeStore
from tests.telegram.bench import Bench, Seconds, say
from tests.telegram.forum import POWER, Forum, a_forum

TITLE = f"XM-2026-0001 {POWER}"


@pytest.fixture(autouse=True)
def _breathless(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pause between two calls."""
    monkeypatch.setattr(topics, "BREATH_SECONDS", 0)


@pytest.fixture(params=["issue"])
def policy(request: pytest.FixtureRequest, policy: Policy) -> Policy:
    """A topic for each case, unless a test says otherwise."""
    return replace(policy, desk_topics=request.param)


@pytest.fixture
async def forum(turns: Turns) -> AsyncIterator[Forum]:
    """The bot is an administrator with all rights."""
    async with a_forum(turns) as found:
        yield found


by_category = pytest.mark.parametrize("policy", ["category"], indirect=True)


async def test_each_case_has_a_topic_with_its_card_pinned(forum: Forum) -> None:
    """Named by number and words; a second look does nothing."""
    first, second = await forum.reported(), await forum.reported("  路灯\n不亮\u202e  " + "长" * 200)
    assert forum.cards(None) == []
    await forum.works()
    assert TITLE in {topic.name for topic in forum.chat.topics.values()}
    (long,) = forum.named("XM-2026-0002")
    assert long.name.startswith("XM-2026-0002 路灯 不亮 长")
    assert len(long.name) == 128
    for issue, topic in zip((first, second), forum.chat.topics.values(), strict=True):
        assert forum.cards(topic.id, issue.number) == [await forum.shown_at(issue)]
    assert sorted(forum.chat.pinned) == sorted([await forum.shown_at(first), await forum.shown_at(second)])
    assert await forum.topics.step() == 0


async def test_a_topic_follows_its_case(forum: Forum) -> None:
    """Edited in place, renamed with its words, closed when it is struck off or not accepted, opened when it is back."""
    issue = await forum.reported()
    await forum.works()
    (topic,) = forum.chat.topics.values()
    await forum.do(lambda turn: desk.register(turn, forum.city.clerk, issue.id))
    await forum.works()
    assert forum.cards(topic.id, "已入账") == [await forum.shown_at(issue)]
    await forum.do(lambda turn: _says(turn, issue.id, "两座塔吊没有供电"))
    await forum.works()
    assert topic.name == "XM-2026-0001 两座塔吊没有供电"
    await forum.do(lambda turn: desk.reject(turn, forum.city.clerk, issue.id, "不属于本办"))
    await forum.works()
    assert topic.closed
    assert forum.chat.pinned == [await forum.shown_at(issue)]
    await forum.do(lambda turn: closing.reopen(turn, forum.city.clerk, issue.id, "再看一次"))
    await forum.works()
    assert not topic.closed
    assert len(forum.cards(topic.id)) == 1


async def _says(turn: Turn, issue: IssueId, text: str) -> None:
    """Its words are others now, as after an erasure."""
    before = await turn.uow.issues.get(issue)
    await turn.uow.issues.save(change_of(before, Action.ERASE, None, turn.now, "", {"description": text}))
    await cards.refresh(turn, issue)


@by_category
async def test_each_category_has_one(forum: Forum) -> None:
    """Opened before anybody reports, in the office's words; what is open is pinned, and what is closed no more."""
    await forum.do(lambda turn: desk_group.begin(turn, forum.city.clerk, ChatId(forum.room.id), None, forum=True))
    await forum.works()
    assert {topic.name for topic in forum.chat.topics.values()} >= {"电力", "其他", "征地拆迁"}
    assert len(forum.chat.topics) == 8
    issue = await forum.reported(category=Category.POWER)
    assert await forum.topics.step() == 0
    await forum.works()
    (power,) = forum.named("电力")
    assert forum.cards(power.id, issue.number) == forum.chat.pinned == [await forum.shown_at(issue)]
    await forum.do(lambda turn: desk.reject(turn, forum.city.clerk, issue.id, "不属于本办"))
    await forum.works()
    assert forum.chat.pinned == []
    assert not power.closed


@by_category
async def test_a_case_of_another_category_moves(forum: Forum) -> None:
    """Its card comes to the right topic, pinned there; the old one points to it. Presses go on there."""
    issue = await forum.reported(category=Category.POWER)
    await forum.works()
    (power,), old = forum.named("电力"), await forum.shown_at(issue)
    await forum.do(lambda turn: desk.categorise(turn, forum.city.clerk, issue.id, Category.PAYMENT))
    await forum.works()
    (payment,) = forum.named("工程款")
    assert forum.cards(payment.id, issue.number) == forum.chat.pinned == [await forum.shown_at(issue)]
    assert forum.cards(power.id, "已移到话题“工程款”") == [old]
    post = forum.chat.post(old)
    assert post is not None
    ((key,),) = post.body["reply_markup"]["inline_keyboard"]
    assert key["url"] == f"https://t.me/c/{str(forum.room.id)[4:]}/{payment.id}"
    await forum.do(lambda turn: desk.categorise(turn, forum.city.clerk, issue.id, Category.POWER))
    await forum.works()
    assert len(forum.cards(power.id)) == 2
    assert forum.cards(payment.id, "已移到话题“电力”") != []


async def test_without_the_right_cases_come_to_the_group(turns: Turns) -> None:
    """The desk reads once what to do; once it is done, open cases come to topics of their own."""
    async with a_forum(turns, bot="member") as forum:
        issue, over = await forum.reported(), await forum.reported("路灯不亮")
        await forum.works()
        assert forum.cards(None, issue.number) == [await forum.shown_at(issue)]
        await forum.reported("污水管堵塞")
        await forum.do(lambda turn: desk.reject(turn, forum.city.clerk, over.id, "重复"))
        await forum.works()
        assert len(forum.says("我在本群没有管理话题的权限")) == 1
        assert forum.chat.topics == {}
        old = await forum.shown_at(issue)
        forum.chat.members[forum.world.bot_id].status = "administrator"
        forum.chat.members[forum.world.bot_id].rights = {"can_manage_topics": True, "can_pin_messages": False}
        await forum.do(lambda turn: desk_cases.retry(turn, ChatId(forum.room.id)))
        await forum.works()
        assert len(forum.chat.topics) == 2
        (topic,) = forum.named(issue.number)
        assert forum.cards(topic.id, issue.number) == [await forum.shown_at(issue)]
        assert old in forum.cards(None, "已移到话题")
        assert len(forum.says("我在本群没有置顶消息的权限")) == 1
        assert forum.chat.pinned == []


async def test_a_group_without_topics(turns: Turns) -> None:
    """It was a forum when it became the desk: what is no more is said once, and cases come to the group."""
    async with a_forum(turns, kind="supergroup") as forum:
        for _ in range(2):
            await forum.reported()
            await forum.works()
        assert len(forum.cards(None)) == 2
        assert len(forum.says("本群没有开启话题")) == 1


async def test_a_deleted_topic_is_not_opened_again(forum: Forum) -> None:
    """Somebody wanted none: the card comes to the group once, and stays there."""
    issue = await forum.reported()
    await forum.works()
    (topic,) = forum.chat.topics.values()
    for post in forum.chat.visible():
        if post.thread == topic.id:
            forum.world.delete(forum.chat, post)
    del forum.chat.topics[topic.id]
    await forum.do(lambda turn: desk.register(turn, forum.city.clerk, issue.id))
    await forum.works()
    await forum.do(lambda turn: desk.reject(turn, forum.city.clerk, issue.id, "重复"))
    await forum.works()
    assert forum.chat.topics == {}
    assert forum.cards(None, "不予受理") == [await forum.shown_at(issue)]


class Failing:
    """Opens no topic, answering as told by a test; then lets everything through."""

    def __init__(self, manager: Manager, *answers: Outcome, opens: bool = False) -> None:
        self._manager, self._answers, self._opens = manager, list(answers), opens
        self.rename_topic, self.set_topic, self.set_pin = manager.rename_topic, manager.set_topic, manager.set_pin

    async def open_topic(self, chat: ChatId, name: str) -> int:
        if not self._answers:
            return await self._manager.open_topic(chat, name)
        if self._opens:
            await self._manager.open_topic(chat, name)
        raise CallFailed(self._answers.pop(0))


@pytest.mark.parametrize("answer", [NotSent("no route"), RetryLater(0.01), Ambiguous("timeout")])
async def test_what_passes_is_tried_again(forum: Forum, answer: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    """The case waits for its topic."""
    forum.manager = Failing(forum.gateway, answer)
    forum.restart()
    issue = await forum.reported()
    await forum.topics.step()
    assert forum.cards(None) == []
    await forum.works()
    (topic,) = forum.chat.topics.values()
    assert forum.cards(topic.id, issue.number) == [await forum.shown_at(issue)]
    assert forum.says("权限") == []


async def test_topics_are_not_opened_for_ever(forum: Forum, store: FakeStore) -> None:
    """Three answers were lost, and each may have opened one: the case comes to the group; so does none after a refusal."""
    forum.manager = Failing(forum.gateway, *[Ambiguous("timeout")] * 9, opens=True)
    forum.restart()
    issue = await forum.reported()
    for _ in range(6):
        await forum.works()
    assert len(forum.chat.topics) == 3
    assert forum.cards(None, issue.number) == [await forum.shown_at(issue)]
    assert store.tables.desk_topics[ChatId(forum.room.id), "issue:1"] == DeskTopic("issue:1", tries=3)


class Lossy:
    """What answers so many cards is lost; they arrive, or they don't."""

    def __init__(self, speaker: Speaker, lost: int, *, arrives: bool) -> None:
        self._speaker, self.lost, self._arrives = speaker, lost, arrives

    async def send(self, target: Target, content: Content) -> Outcome:
        if not self.lost or not isinstance(content, SendText):
            return await self._speaker.send(target, content)
        self.lost -= 1
        if self._arrives:
            await self._speaker.send(target, content)
        return Ambiguous("timeout")

    async def edit(self, chat: ChatId, message: MessageId, content: SendText | SendRich) -> Outcome:
        return await self._speaker.edit(chat, message, content)


class Uncertain:
    """A forum where answers are lost, and a while that passes."""

    def __init__(self, forum: Forum, clock: FakeClock, lost: int, *, arrives: bool) -> None:
        self.forum, self._clock, self._seconds = forum, clock, Seconds()
        self.speaker = Lossy(forum.gateway, lost, arrives=arrives)
        forum.speaker, forum.seconds = self.speaker, self._seconds
        forum.restart()

    async def after(self, while_: timedelta) -> None:
        """By the minute."""
        for _ in range(while_ // timedelta(minutes=1)):
            self._clock.advance(minutes=1)
            self._seconds.now += 60
            await self.forum.works()


@pytest.mark.parametrize("arrives", [True, False])
async def test_a_card_that_may_not_have_arrived_comes_again(
    forum: Forum, store: FakeStore, clock: FakeClock, arrives: bool
) -> None:
    """Three tries, then listed; and after a while once more, until one has certainly arrived: that one is pinned, and changes
    as the case does. Never more copies than tries."""
    uncertain = Uncertain(forum, clock, 3 + 3 + 1, arrives=arrives)
    issue = await forum.reported()
    await uncertain.after(desk_cases.RENEWAL - timedelta(minutes=1))
    (topic,) = forum.chat.topics.values()
    assert (uncertain.speaker.lost, await forum.shown_at(issue)) == (4, None)
    assert [row.state for row in store.tables.outbox.values() if row.message.card] == [OutboxState.UNKNOWN]
    await uncertain.after(timedelta(minutes=8))
    assert (uncertain.speaker.lost, await forum.shown_at(issue)) == (1, None)
    assert len(forum.cards(topic.id)) == (6 if arrives else 0)
    await uncertain.after(3 * desk_cases.RENEWAL)
    assert len(forum.cards(topic.id)) == (8 if arrives else 1)
    assert forum.chat.pinned == [await forum.shown_at(issue)] == [max(forum.cards(topic.id))]
    await forum.do(lambda turn: desk.register(turn, forum.city.clerk, issue.id))
    await forum.works()
    assert forum.cards(topic.id, "已入账") == [await forum.shown_at(issue)]


async def test_a_copy_that_was_pressed_is_the_card(forum: Forum, clock: FakeClock) -> None:
    """Then it arrived, and no other comes."""
    uncertain = Uncertain(forum, clock, 3, arrives=True)
    issue = await forum.reported()
    await uncertain.after(timedelta(minutes=5))
    (topic,) = forum.chat.topics.values()
    pressed = MessageId(forum.cards(topic.id)[1])
    await forum.do(lambda turn: cards.shown_at(turn, ChatId(forum.room.id), pressed, issue.id))
    await uncertain.after(3 * desk_cases.RENEWAL)
    assert len(forum.cards(topic.id)) == 3
    assert await forum.shown_at(issue) == pressed


class Killed(BaseException):
    """The process is no more."""


class Mortal:
    """Passes calls on; the process dies at the given moment: before or after one of them."""

    def __init__(self, manager: Manager, moment: int) -> None:
        self._manager, self._left = manager, moment

    def _lives(self) -> None:
        self._left -= 1
        if self._left == 0:
            raise Killed

    async def open_topic(self, chat: ChatId, name: str) -> int:
        self._lives()
        number = await self._manager.open_topic(chat, name)
        self._lives()
        return number

    async def rename_topic(self, chat: ChatId, topic: int, name: str) -> None:
        self._lives()
        await self._manager.rename_topic(chat, topic, name)
        self._lives()

    async def set_topic(self, chat: ChatId, topic: int, *, closed: bool) -> None:
        self._lives()
        await self._manager.set_topic(chat, topic, closed=closed)
        self._lives()

    async def set_pin(self, chat: ChatId, message: MessageId, *, pinned: bool) -> None:
        self._lives()
        await self._manager.set_pin(chat, message, pinned=pinned)
        self._lives()


@pytest.mark.parametrize("moment", range(1, 12))
async def test_a_crash_loses_no_card(forum: Forum, moment: int) -> None:
    """Wherever it comes, all is as it should be in the end; only between Telegram's opening a topic and our noting it a second
    one can't be avoided."""
    forum.manager = Mortal(forum.gateway, moment)
    forum.restart()
    issue, killed = await forum.reported(), 0
    steps = [
        lambda turn: desk.register(turn, forum.city.clerk, issue.id),
        lambda turn: desk.reject(turn, forum.city.clerk, issue.id, "重复"),
        lambda turn: closing.reopen(turn, forum.city.clerk, issue.id, "再看一次"),
    ]
    for step in [None, *steps]:
        if step is not None:
            await forum.do(step)
        try:
            await forum.works()
        except Killed:
            killed += 1
            forum.restart()
            await forum.works()
    assert killed == (1 if moment <= 8 else 0)
    assert len(forum.chat.topics) == (2 if moment == 2 else 1)
    topic = max(forum.chat.topics.values(), key=lambda one: one.id)
    assert not topic.closed
    assert forum.cards(topic.id, "XM-2026-0001") == forum.chat.pinned == [await forum.shown_at(issue)]


async def test_what_was_meant_for_a_deleted_topic_comes_to_the_group(turns: Turns, store: FakeStore) -> None:
    """Instead of nowhere, in a slot of its own; what is meant for it later goes there at once."""
    bench = Bench(turns, store)
    bench.telegram.answers.append(Rejected("Bad Request: message thread not found"))
    await bench.queue(replace(say("a", -1001), topic=7))
    await bench.turn(2, pause=0.5)
    assert bench.telegram.calls == [("send", -1001, "a")]
    await bench.drain()
    await bench.queue(replace(say("b", -1001), topic=7))
    await bench.drain()
    assert bench.telegram.calls[1:] == [("send", -1001, "a"), ("send", -1001, "b")]
    assert bench.states() == [OutboxState.SENT] * 2
