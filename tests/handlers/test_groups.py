"""Groups: added, bound, asked, removed."""

import pytest

from bot.telegram.buttons import OfIssue
from tests.builders import City, filed
from tests.fakes import FakeStore
from tests.handlers.driver import World
from tests.handlers.phone import Phone
from tests.handlers.screens import Room


@pytest.fixture
def group(world: World) -> Room:
    """A supergroup."""
    return world.group("项目群")


async def test_added_it_says_what_it_sees_and_waits(world: World, city: City, group: Room, stranger: Phone) -> None:
    """Whoever adds it: no data before a person with the right has bound the group."""
    async with world.turns.begin() as turn:
        await filed(turn.uow, reporter=city.reporter.id)
    await stranger.adds_bot(group)
    assert "隐私模式已开启" in group.last().text
    assert "/subscribe city" in group.last().text
    assert "XM-2026" not in group.screen()


async def test_as_an_admin_it_sees_every_message_and_says_so(group: Room, clerk: Phone) -> None:
    """Telegram gives admins everything, privacy mode or not."""
    await clerk.adds_bot(group, status="administrator")
    assert "每条消息都给我" in group.last().text


async def test_a_promotion_is_no_new_arrival(group: Room, clerk: Phone) -> None:
    """Rights that change are not news to the group."""
    await clerk.adds_bot(group)
    before = len(group.shown)
    await clerk.adds_bot(group, status="administrator", before="member")
    assert len(group.shown) == before


async def test_a_clerk_binds_it_and_it_says_when(group: Room, clerk: Phone) -> None:
    """Scope, weekday, hour, next time."""
    await clerk.sends("/subscribe district 海沧区 周四 9:30", room=group)
    assert "本群已订阅周报：海沧区" in group.last().text
    assert "每周四 09:30，遇节假日顺延" in group.last().text
    assert "下一期：11月26日 09:30" in group.last().text


async def test_a_member_without_the_right_is_refused(store: FakeStore, group: Room, worker: Phone) -> None:
    """By their account, whatever they are in the chat."""
    await worker.sends("/subscribe city", room=group)
    assert "已订阅" not in group.screen()
    assert store.tables.subscriptions == {}


async def test_a_forwarded_command_binds_nothing(store: FakeStore, group: Room, clerk: Phone) -> None:
    """It carries nobody's authority."""
    await clerk.sends("/subscribe city", room=group, forwarded=True)
    assert store.tables.subscriptions == {}


async def test_unsubscribe_stops_it(group: Room, clerk: Phone) -> None:
    """And then the group is unbound again."""
    await clerk.sends("/subscribe city", room=group)
    await clerk.sends("/unsubscribe", room=group)
    assert "已取消订阅" in group.last().text
    await clerk.sends("/digest", room=group)
    assert "/subscribe" in group.last().text
    await clerk.sends("/unsubscribe", room=group)
    assert "没有订阅" in group.last().text


async def test_a_topic_becomes_the_digests_place(store: FakeStore, group: Room, clerk: Phone) -> None:
    """Said in the topic itself; what was bound elsewhere in the group is bound there no more."""
    await clerk.sends("/subscribe 海沧区", room=group)
    await clerk.sends("/topic", room=group, topic=7)
    assert "今后周报发到本话题：海沧区" in group.last().text
    assert group.last().topic == 7
    assert [(one.topic, str(one.scope)) for one in store.tables.subscriptions.values()] == [(7, "district:海沧区")]
    await clerk.sends("/topic", room=group, topic=7)
    assert "已经发到本话题" in group.last().text


async def test_a_topic_takes_the_right_a_binding_and_a_topic(
    store: FakeStore, group: Room, clerk: Phone, worker: Phone
) -> None:
    """Each refusal says what is missing."""
    await clerk.sends("/topic", room=group, topic=7)
    assert "不显示任何数据" in group.last().text
    await clerk.sends("/subscribe city", room=group)
    await worker.sends("/topic", room=group, topic=7)
    assert "您的角色" in group.last().text
    await clerk.sends("/topic", room=group)
    assert "话题" in group.last().text
    assert [one.topic for one in store.tables.subscriptions.values()] == [None]


async def test_an_issue_is_shown_within_the_groups_scope(world: World, city: City, group: Room, clerk: Phone) -> None:
    """Before: no data. Within: the card without its reporter's name and without buttons. Outside: said, not shown."""
    async with world.turns.begin() as turn:
        number = (await filed(turn.uow, reporter=city.reporter.id, description="塔吊停电")).number
    await clerk.sends(f"/issue {number}", room=group)
    assert "不显示任何数据" in group.last().text
    await clerk.sends("/subscribe 思明区", room=group)
    await clerk.sends(f"/issue {number}", room=group)
    assert f"{number}不在本群绑定的范围内" in group.last().text
    assert "塔吊停电" not in group.screen()
    await clerk.sends("/subscribe city", room=group)
    await clerk.sends(f"/issue {number}", room=group)
    assert "塔吊停电" in group.last().text
    assert city.reporter.name not in group.screen()
    assert group.last().buttons == []


async def test_a_hand_made_press_draws_nothing_a_group_may_not_read(
    world: World, city: City, group: Room, clerk: Phone, worker: Phone
) -> None:
    """A refused press shows the card's truth where the group reads the issue, and nothing where it does no more."""
    async with world.turns.begin() as turn:
        issue = await filed(turn.uow, reporter=city.reporter.id)
    await clerk.sends("/subscribe city", room=group)
    await clerk.sends(f"/issue {issue.number}", room=group)
    card = group.last()
    forged = OfIssue(issue=issue.id, do="assign").pack()
    await worker.presses_data(forged, card.id, group)
    assert len(group.heard) == 1
    await clerk.sends("/unsubscribe", room=group)
    for phone in (worker, clerk):
        await phone.presses_data(forged, card.id, group)
        assert phone.toast is not None
        assert phone.toast.alert
        assert group.heard == []
    assert group.shown[card.id] == card


async def test_a_digest_for_each_that_is_bound(group: Room, clerk: Phone) -> None:
    """In a bound topic its own; in another, or in General, each of the group's."""
    await clerk.sends("/subscribe 海沧区", room=group, topic=7)
    await clerk.sends("/subscribe 思明区", room=group, topic=8)
    await clerk.sends("/digest", room=group, topic=8)
    assert [text.splitlines()[0] for text in group.heard] == ["📊 项目之家周报 · 思明区"]
    assert group.last().topic == 8
    await clerk.sends("/digest", room=group)
    assert [text.splitlines()[0] for text in group.heard] == ["📊 项目之家周报 · 海沧区", "📊 项目之家周报 · 思明区"]
    assert group.last().topic is None


async def test_what_hangs_in_a_group_follows_only_within_its_scope(
    world: World, city: City, group: Room, clerk: Phone
) -> None:
    """Bound to something else or to nothing, it is not drawn any more; private cards are."""
    async with world.turns.begin() as turn:
        number = (await filed(turn.uow, reporter=city.reporter.id)).number
    await clerk.sends("/subscribe city", room=group)
    await clerk.sends(f"/issue {number}", room=group)
    await clerk.sends(f"/issue {number}")
    await clerk.presses("入账")
    assert "已入账" in group.last().text
    await clerk.sends("/subscribe 思明区", room=group)
    await clerk.presses("挂起")
    await clerk.sends("等道路红线批复")
    assert "已挂起" in clerk.screen()
    assert "已挂起" not in group.screen()


async def test_removed_it_forgets_the_group(store: FakeStore, group: Room, clerk: Phone) -> None:
    """Coming back, it has to be bound anew."""
    await clerk.sends("/subscribe city", room=group)
    await clerk.adds_bot(group, status="kicked", before="member")
    assert store.tables.subscriptions == {}


async def test_service_messages_are_no_business_of_ours(group: Room, clerk: Phone) -> None:
    """Somebody joined, the title changed: silence."""
    await clerk.sends_raw({"new_chat_title": "新名字"}, room=group)
    assert group.shown == {}
