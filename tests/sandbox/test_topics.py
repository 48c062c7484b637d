"""Forum topics, with both libraries' clients: opened, renamed, closed, deleted; the General one; what members may still do."""

import pytest
import telegram
from aiogram import Bot

from bot.sandbox.client import Chatroom, People, Phone
from bot.sandbox.errors import ActError
from tests.sandbox.conftest import RawBot


@pytest.fixture
async def chen(world: People) -> Phone:
    """The owner."""
    return await world.user("陈主任")


@pytest.fixture
async def forum(world: People, chen: Phone, li: Phone) -> Chatroom:
    """A forum where the bot is administrator and 李工 a member."""
    return await world.group("专班", [li], owner=chen, kind="forum", bot="administrator")


async def names(world: People, forum: Chatroom) -> list[str]:
    """Of its topics."""
    return [topic["name"] for topic in (await world.get(f"/sandbox/chats/{forum.id}"))["topics"]]


async def test_a_topics_life(forum: Chatroom, hearing: Bot, speaking: telegram.Bot, world: People) -> None:
    """One library opens it, the other renames and deletes it with what was said there; the rest stays."""
    topic = await hearing.create_forum_topic(forum.id, "思明区", icon_color=0xFFD67E)
    assert topic.icon_color == 0xFFD67E
    inside = await speaking.send_message(forum.id, "在里面", message_thread_id=topic.message_thread_id)
    await speaking.send_message(forum.id, "在外面")
    assert await speaking.edit_forum_topic(forum.id, topic.message_thread_id, "思明区工作组")
    assert await names(world, forum) == ["General", "思明区工作组"]
    assert await inside.pin()
    assert await hearing.unpin_all_forum_topic_messages(forum.id, topic.message_thread_id)
    assert (await speaking.get_chat(forum.id)).pinned_message is None
    assert await hearing.delete_forum_topic(forum.id, topic.message_thread_id)
    assert await names(world, forum) == ["General"]
    assert [seen.text for seen in await forum.screen() if seen.text] == ["在外面"]


async def test_the_general_topic(
    forum: Chatroom, speaking: telegram.Bot, raw: RawBot, li: Phone, world: People
) -> None:
    """Renamed, closed to members, opened, hidden (which closes it), shown again; twice the same is refused."""
    assert await speaking.edit_general_forum_topic(forum.id, "大厅")
    assert (await names(world, forum))[0] == "大厅"
    assert await speaking.close_general_forum_topic(forum.id)
    assert "TOPIC_NOT_MODIFIED" in await raw.refused("closeGeneralForumTopic", chat_id=forum.id)
    with pytest.raises(ActError, match="closed"):
        await li.at(forum.id).sends_text("x")
    assert await speaking.reopen_general_forum_topic(forum.id)
    await li.at(forum.id).sends_text("x")
    assert await speaking.hide_general_forum_topic(forum.id)
    assert await speaking.unhide_general_forum_topic(forum.id)
    assert await speaking.unpin_all_general_forum_topic_messages(forum.id)
    assert await speaking.get_forum_topic_icon_stickers() == ()


async def test_what_is_refused(forum: Chatroom, chen: Phone, raw: RawBot, world: People) -> None:
    """Wrong colours and names, topics that aren't there, chats without topics, a bot without the right but for its own."""
    where = {"chat_id": forum.id}
    own = (await raw.ok("createForumTopic", name="湖里区", **where))["message_thread_id"]
    assert "COLOR" in await raw.refused("createForumTopic", name="x", icon_color=1, **where)
    assert "TITLE_EMPTY" in await raw.refused("createForumTopic", name="", **where)
    assert "TOPIC_ID_INVALID" in await raw.refused("deleteForumTopic", message_thread_id=99, **where)
    assert "NOT_MODIFIED" in await raw.refused("editForumTopic", message_thread_id=own, name="湖里区", **where)
    plain = await world.group("小组", owner=chen, bot="administrator")
    assert "not a forum" in await raw.refused("createForumTopic", chat_id=plain.id, name="x")
    theirs = await forum.opens_topic("集美区", chen)
    await forum.adds_bot(chen, admin=True, rights={"can_manage_topics": False, "can_delete_messages": False})
    assert "not enough rights" in await raw.refused("editForumTopic", message_thread_id=theirs, name="x", **where)
    assert "not enough rights" in await raw.refused("deleteForumTopic", message_thread_id=own, **where)
    assert await raw.ok("closeForumTopic", message_thread_id=own, **where)
