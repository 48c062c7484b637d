"""What common clients call besides, by both libraries: many at once, polls, dice, reactions, live places, members, titles."""

import pytest
import telegram
from aiogram import Bot
from aiogram.types import ChatPermissions, ReactionTypeEmoji

from bot.sandbox.client import Chatroom, People, Phone
from bot.sandbox.pictures import site_photo
from tests.sandbox.conftest import RawBot


@pytest.fixture
async def group(world: People, li: Phone) -> Chatroom:
    """Where the bot is administrator and 李工 a member."""
    return await world.group("专班", [li], owner=await world.user("陈主任"), bot="administrator")


async def test_many_at_once(li: Phone, group: Chatroom, hearing: Bot, speaking: telegram.Bot, raw: RawBot) -> None:
    """Forwarded by one library, copied by the other; albums stay albums, what isn't there is skipped."""
    album = await li.sends_album([site_photo(n, 200, 150) for n in range(3)], "缺口")
    numbers = [seen.message_id for seen in album]
    forwarded = await speaking.forward_messages(group.id, li.id, [*numbers, 999])
    copied = await hearing.copy_messages(group.id, li.id, numbers, remove_caption=True)
    shown = {seen.message_id: seen for seen in await group.screen()}
    groups = [shown[one.message_id].field("media_group_id") for one in (*forwarded, *copied)]
    assert (len(set(groups[:3])), len(set(groups[3:])), groups[0] == groups[3]) == (1, 1, False)
    assert shown[forwarded[0].message_id].text == "缺口"
    assert shown[forwarded[0].message_id].field("forward_origin")["sender_user"]["id"] == li.id
    assert shown[copied[0].message_id].text == ""
    where = {"chat_id": group.id, "from_chat_id": li.id}
    assert "increasing" in await raw.refused("forwardMessages", **where, message_ids=[3, 2])
    assert "no messages" in await raw.refused("copyMessages", **where, message_ids=[998])


async def test_polls_dice_reactions(li: Phone, hearing: Bot, speaking: telegram.Bot, raw: RawBot) -> None:
    """Sent, read by both libraries, stopped once; wrong ones refused."""
    asked = await speaking.send_poll(li.id, "哪天验收？", ["周三", "周五"])
    assert [option.text for option in asked.poll.options] == ["周三", "周五"]
    assert (await hearing.stop_poll(li.id, asked.message_id)).is_closed
    assert "already" in await raw.refused("stopPoll", chat_id=li.id, message_id=asked.message_id)
    assert "1-12" in await raw.refused("sendPoll", chat_id=li.id, question="x", options=[])
    thrown = await hearing.send_dice(li.id, emoji="🏀")
    assert thrown.dice
    assert 1 <= thrown.dice.value <= 5
    assert await hearing.set_message_reaction(li.id, asked.message_id, [ReactionTypeEmoji(emoji="👍")])
    assert await speaking.set_message_reaction(li.id, asked.message_id)
    wrong = {"chat_id": li.id, "message_id": asked.message_id, "reaction": [{"type": "paid"}]}
    assert "REACTION_INVALID" in await raw.refused("setMessageReaction", **wrong)


async def test_a_live_place(li: Phone, speaking: telegram.Bot, raw: RawBot) -> None:
    """Moves until it is stopped."""
    sent = await speaking.send_location(li.id, 24.5, 118.1, live_period=600)
    moved = await speaking.edit_message_live_location(li.id, sent.message_id, latitude=24.6, longitude=118.2)
    assert isinstance(moved, telegram.Message)
    assert moved.location.latitude == 24.6
    assert await speaking.stop_message_live_location(li.id, sent.message_id)
    where = {"chat_id": li.id, "message_id": sent.message_id, "latitude": 1, "longitude": 1}
    assert "can't be edited" in await raw.refused("editMessageLiveLocation", **where)


async def test_members(group: Chatroom, li: Phone, hearing: Bot, speaking: telegram.Bot, raw: RawBot) -> None:
    """Restricted, promoted, banned, let in again; the owner can't be, nobody unknown either."""
    assert await hearing.restrict_chat_member(group.id, li.id, ChatPermissions(can_send_messages=False))
    assert (await speaking.get_chat_member(group.id, li.id)).status == "restricted"
    assert await speaking.promote_chat_member(group.id, li.id, can_pin_messages=True)
    assert (await hearing.get_chat_member(group.id, li.id)).status == "administrator"
    assert await hearing.ban_chat_member(group.id, li.id)
    assert (await speaking.get_chat_member(group.id, li.id)).status == "kicked"
    assert await speaking.unban_chat_member(group.id, li.id, only_if_banned=True)
    assert (await speaking.get_chat_member(group.id, li.id)).status == "left"
    owner = (await speaking.get_chat_administrators(group.id))[0].user.id
    assert "owner" in await raw.refused("banChatMember", chat_id=group.id, user_id=owner)
    assert "PARTICIPANT" in await raw.refused("banChatMember", chat_id=group.id, user_id=7)


async def test_titles_and_links(group: Chatroom, li: Phone, hearing: Bot, speaking: telegram.Bot, raw: RawBot) -> None:
    """A group's name, description and permissions; links made and revoked; the bot's default rights; no profile photos."""
    assert await speaking.set_chat_title(group.id, "专班办公室")
    assert await hearing.set_chat_description(group.id, "问题台账")
    assert await hearing.set_chat_permissions(group.id, ChatPermissions(can_send_messages=True))
    full = await speaking.get_chat(group.id)
    assert (full.title, full.description, full.permissions.can_send_messages) == ("专班办公室", "问题台账", True)
    assert "not modified" in await raw.refused("setChatDescription", chat_id=group.id, description="问题台账")
    link = await speaking.create_chat_invite_link(group.id, name="工地")
    assert (await hearing.revoke_chat_invite_link(group.id, link.invite_link)).is_revoked
    assert (await hearing.export_chat_invite_link(group.id)).startswith("https://t.me/+")
    assert (await speaking.get_user_profile_photos(li.id)).total_count == 0
    assert await speaking.set_my_default_administrator_rights(telegram.ChatAdministratorRights.all_rights())
    assert (await hearing.get_my_default_administrator_rights()).can_pin_messages
    assert "group" in await raw.refused("setChatTitle", chat_id=li.id, title="x")
