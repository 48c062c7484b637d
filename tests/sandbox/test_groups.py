"""Groups: coming and going, what the bot may see, topics, upgrades."""

from typing import Any

import pytest
import telegram
from aiogram import Bot
from aiogram.exceptions import TelegramMigrateToChat

from bot.sandbox.client import Chatroom, People, Phone
from bot.sandbox.errors import ActError
from tests.sandbox.conftest import RawBot


@pytest.fixture
async def chen(world: People) -> Phone:
    """An owner of groups."""
    return await world.user("陈主任")


@pytest.fixture
async def desk(world: People, chen: Phone, li: Phone) -> Chatroom:
    """A supergroup with the bot as a plain member."""
    return await world.group("专班", [li], owner=chen, bot="member")


async def fresh(raw: RawBot) -> list[dict[str, Any]]:
    """The pending updates, confirmed."""
    updates: list[dict[str, Any]] = await raw.ok("getUpdates")
    if updates:
        await raw.ok("getUpdates", offset=updates[-1]["update_id"] + 1)
    return updates


async def test_the_bot_is_added_promoted_and_removed(desk: Chatroom, chen: Phone, hearing: Bot, raw: RawBot) -> None:
    """It is told each time, and can't write once it is out."""
    await desk.adds_bot(chen, admin=True, rights={"can_pin_messages": False})
    await desk.removes_bot(chen)
    changes = [u.my_chat_member for u in await hearing.get_updates() if u.my_chat_member]
    assert [c.new_chat_member.status for c in changes] == ["member", "administrator", "kicked"]
    said = await raw.refused("sendMessage", chat_id=desk.id, text="x")
    assert said == "403 Forbidden: bot was kicked from the supergroup chat"


async def test_privacy_mode(desk: Chatroom, chen: Phone, raw: RawBot, world: People) -> None:
    """A plain member sees commands to it, replies to it and service messages; an administrator everything."""
    ours = await raw.ok("sendMessage", chat_id=desk.id, text="hello")
    await fresh(raw)
    at_desk = chen.at(desk.id)
    await at_desk.sends_text("chat among people")
    await at_desk.sends_text("/desk@other_bot")
    await at_desk.sends_text("/desk@Project_Home_Bot now")
    await at_desk.sends_text("yes", reply_to=ours["message_id"])
    await at_desk.sends_text("/digest")
    await desk.adds(await world.user("新人"))
    seen = [u["message"].get("text", "service") for u in await fresh(raw) if "message" in u]
    assert seen == ["/desk@Project_Home_Bot now", "yes", "/digest", "service"]
    await desk.adds_bot(chen, admin=True)
    await at_desk.sends_text("seen now")
    assert (await fresh(raw))[-1]["message"]["text"] == "seen now"


async def test_privacy_off(desk: Chatroom, chen: Phone, raw: RawBot, world: People) -> None:
    """BotFather can switch it off; getMe says so."""
    await world.sets_privacy(on=False)
    await chen.at(desk.id).sends_text("anything")
    assert (await fresh(raw))[-1]["message"]["text"] == "anything"
    assert (await raw.ok("getMe"))["can_read_all_group_messages"]


async def test_who_is_there(desk: Chatroom, chen: Phone, li: Phone, speaking: telegram.Bot, world: People) -> None:
    """Members, administrators, numbers."""
    assert (await speaking.get_chat(desk.id)).title == "专班"
    assert (await speaking.get_chat_member(desk.id, chen.id)).status == "creator"
    assert (await speaking.get_chat_member(desk.id, li.id)).status == "member"
    assert [m.user.id for m in await speaking.get_chat_administrators(desk.id)] == [chen.id]
    assert await speaking.get_chat_member_count(desk.id) == 3
    await desk.promotes(li, chen)
    assert len(await speaking.get_chat_administrators(desk.id)) == 2
    await desk.removes(li)
    assert (await speaking.get_chat_member(desk.id, li.id)).status == "left"
    with pytest.raises(ActError):
        await li.at(desk.id).sends_text("x")
    with pytest.raises(telegram.error.BadRequest, match=r"(?i)participant_id_invalid"):
        await speaking.get_chat_member(desk.id, 42)


async def test_an_upgrade(world: People, chen: Phone, hearing: Bot, speaking: telegram.Bot, raw: RawBot) -> None:
    """Service messages on both sides; the old id leads to the new one."""
    old = await world.group("小组", owner=chen, kind="group", bot="member")
    new = await old.migrates(chen)
    updates = [u["message"] for u in await fresh(raw) if "message" in u]
    assert (updates[-2]["chat"]["id"], updates[-2]["migrate_to_chat_id"]) == (old.id, new.id)
    assert (updates[-1]["chat"]["id"], updates[-1]["migrate_from_chat_id"]) == (new.id, old.id)
    with pytest.raises(TelegramMigrateToChat) as caught:
        await hearing.send_message(old.id, "x")
    assert caught.value.migrate_to_chat_id == new.id
    with pytest.raises(telegram.error.ChatMigrated):
        await speaking.send_message(old.id, "x")
    assert await speaking.send_message(new.id, "x")


async def test_anonymous_administrators_and_channels(desk: Chatroom, chen: Phone, world: People, raw: RawBot) -> None:
    """They write as the group; a channel writes as itself."""
    await fresh(raw)
    await desk.says_anonymously("/desk")
    message = (await fresh(raw))[-1]["message"]
    assert message["from"]["id"] == 1087968824
    assert message["sender_chat"]["id"] == desk.id
    channel = await world.group("公告", owner=chen, kind="channel", bot="administrator")
    await channel.posts("通知")
    post = (await fresh(raw))[-1]["channel_post"]
    assert (post["text"], "from" in post) == ("通知", False)
    sent = await raw.ok("sendMessage", chat_id=channel.id, text="x")
    assert sent["sender_chat"]["id"] == channel.id


async def test_topics(world: People, chen: Phone, speaking: telegram.Bot, raw: RawBot) -> None:
    """A forum's: made by the bot or a person, closed, reopened, renamed; messages belong to them."""
    forum = await world.group("论坛", owner=chen, kind="forum", bot="administrator")
    topic = await speaking.create_forum_topic(forum.id, "思明区")
    thread = topic.message_thread_id
    sent = await speaking.send_message(forum.id, "x", message_thread_id=thread)
    assert (sent.message_thread_id, sent.is_topic_message) == (thread, True)
    other = await forum.opens_topic("湖里区", chen)
    await chen.at(forum.id, thread=other).sends_text("/topic")
    assert (await fresh(raw))[-1]["message"]["message_thread_id"] == other
    await speaking.close_forum_topic(forum.id, thread)
    assert "TOPIC_NOT_MODIFIED" in await raw.refused("closeForumTopic", chat_id=forum.id, message_thread_id=thread)
    await forum.adds_bot(chen)
    said = await raw.refused("sendMessage", chat_id=forum.id, text="x", message_thread_id=thread)
    assert "TOPIC_CLOSED" in said
    assert "not enough rights" in await raw.refused("createForumTopic", chat_id=forum.id, name="x")
    await forum.adds_bot(chen, admin=True)
    assert await speaking.reopen_forum_topic(forum.id, thread)
    assert await speaking.edit_forum_topic(forum.id, thread, "新名")
    assert "TOPIC_ID_INVALID" in await raw.refused("closeForumTopic", chat_id=forum.id, message_thread_id=999)


async def test_pins_need_the_right(desk: Chatroom, chen: Phone, li: Phone, speaking: telegram.Bot) -> None:
    """In groups; not in private."""
    sent = await speaking.send_message(desk.id, "x")
    with pytest.raises(telegram.error.BadRequest, match="Not enough rights"):
        await sent.pin()
    await desk.adds_bot(chen, admin=True)
    assert await sent.pin()
    assert (await speaking.get_chat(desk.id)).pinned_message.message_id == sent.message_id
    assert await sent.unpin()
    assert await (await speaking.send_message(li.id, "x")).pin()
    assert await speaking.unpin_all_chat_messages(li.id)


async def test_others_messages_need_the_right(desk: Chatroom, chen: Phone, raw: RawBot) -> None:
    """To be deleted by the bot."""
    said = await chen.at(desk.id).sends_text("x")
    where = {"chat_id": desk.id, "message_id": said.message_id}
    assert "message can't be deleted" in await raw.refused("deleteMessage", **where)
    await desk.adds_bot(chen, admin=True)
    assert await raw.ok("deleteMessage", **where)


async def test_leaving(desk: Chatroom, speaking: telegram.Bot, raw: RawBot, world: People, chen: Phone) -> None:
    """The bot goes; a group it never was in is unknown to it."""
    assert await speaking.leave_chat(desk.id)
    said = await raw.refused("sendMessage", chat_id=desk.id, text="x")
    assert said == "403 Forbidden: bot is not a member of the supergroup chat"
    elsewhere = await world.group("别处", owner=chen)
    assert await raw.refused("sendMessage", chat_id=elsewhere.id, text="x") == "400 Bad Request: chat not found"
