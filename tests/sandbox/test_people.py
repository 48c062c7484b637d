"""What people do reaches the bot as Telegram would send it, and what the bot does reaches their screens."""

import asyncio
from typing import Any

import pytest
import telegram
from aiogram import Bot

from bot.sandbox.acts import same_word
from bot.sandbox.client import People, Phone
from bot.sandbox.errors import ActError
from bot.sandbox.pictures import site_photo
from tests.sandbox.conftest import LINK, RawBot


async def last(raw: RawBot, kind: str = "message") -> Any:
    """The newest update's message, or other object."""
    return (await raw.ok("getUpdates", offset=-1))[0][kind]


async def test_a_deep_link(world: People, raw: RawBot) -> None:
    """Opens the chat with /start and the value; not for another bot, not with a value Telegram drops."""
    li = await world.user("李工", "en", username="li_gong")
    await li.opens(LINK + "c_A-9")
    message = await last(raw)
    assert message["text"] == "/start c_A-9"
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert message["from"]["language_code"] == "en"
    assert message["chat"] == {"id": li.id, "type": "private", "first_name": "李工", "username": "li_gong"}
    for link in ("https://t.me/other_bot?start=x", LINK + "有", LINK + "x" * 65):
        with pytest.raises(ActError):
            await li.opens(link)


async def test_every_kind_of_content(li: Phone, hearing: Bot, speaking: telegram.Bot) -> None:
    """Both libraries parse all of it."""
    await li.sends_photo(site_photo(1, 400, 300), "图")
    await li.sends_document(b"PK", "台账.xlsx", "application/xlsx", caption="表")
    await li.sends_voice()
    for kind in ("video", "video_note", "audio", "animation", "sticker"):
        await li.sends_file(b"data", kind)
    await li.sends_place(24.48, 118.08)
    await li.sends_venue(24.48, 118.08, "工地", "厦门")
    await li.sends_contact("+86592", "热线")
    await li.sends_content({"dice": {"emoji": "🎲", "value": 3}})
    kinds = [u.message.content_type for u in await hearing.get_updates() if u.message]
    media = ["photo", "document", "voice", "video", "video_note", "audio", "animation", "sticker"]
    assert kinds[1:] == [*media, "location", "venue", "contact", "dice"]
    updates = await speaking.get_updates()
    assert updates[2].message.document.file_name == "台账.xlsx"
    assert updates[1].message.photo[-1].width == 400


async def test_an_album_may_come_shuffled_and_late(li: Phone, raw: RawBot) -> None:
    """One update each, one group id, the caption where it was put."""
    await raw.ok("getUpdates", offset=-1)
    photos = [site_photo(n, 200, 150) for n in range(3)]
    sending = asyncio.create_task(li.sends_album(photos, "缺口", caption_on=2, order=[2, 0, 1], delays=[0, 0, 0.3]))
    await asyncio.sleep(0.15)
    early = [u["message"] for u in await raw.ok("getUpdates")][1:]
    assert [m["message_id"] for m in early] == [4, 2]
    assert early[0]["caption"] == "缺口"
    sent = await sending
    messages = [u["message"] for u in await raw.ok("getUpdates")][1:]
    assert [m["message_id"] for m in messages] == [4, 2, 3]
    assert len({m["media_group_id"] for m in messages}) == 1
    assert len(sent) == 3


async def test_editing_replying_and_forwarding(li: Phone, raw: RawBot, world: People) -> None:
    """Each as its own kind of update or field."""
    first = await li.sends_text("一")
    await li.edits(first, "二 /my")
    edited = await last(raw, "edited_message")
    assert (edited["text"], edited["entities"][0]["offset"]) == ("二 /my", 2)
    assert edited["edit_date"]
    await li.sends_text("三", reply_to=first.message_id)
    assert (await last(raw))["reply_to_message"]["text"] == "二 /my"
    wang = await world.user("王")
    await wang.forwards(first)
    forwarded = await last(raw)
    assert forwarded["forward_origin"]["sender_user"]["id"] == li.id
    assert forwarded["chat"]["id"] == wang.id
    with pytest.raises(ActError):
        await wang.edits(first, "not mine")


@pytest.mark.parametrize(
    ("label", "shown", "same"),
    [
        ("提交", "提交", True),
        ("提交", "✅ 提交", True),
        ("提交", "提交 (3)", True),
        ("提交", "提交申请", False),
        ("解决", "未解决", False),
        ("Solved", "Not solved", False),
        ("Submit", "1. Submit ➡️", True),
        ("XM-2026-0001", "📋 XM-2026-0001", True),
    ],
)
def test_a_word_on_a_button_is_matched_whole(label: str, shown: str, same: bool) -> None:
    """Emoji and numbers beside it don't matter, other letters do."""
    assert same_word(label, shown) is same


async def test_pressing(li: Phone, raw: RawBot) -> None:
    """The newest message with the button; it waits for one to appear; a link gives its address."""
    rows = [[{"text": "✅ 提交", "callback_data": "go"}], [{"text": "网页", "url": "https://a.cn"}]]
    keyboard = {"inline_keyboard": rows}
    pressing = asyncio.create_task(li.presses("提交"))
    await asyncio.sleep(0.1)
    older = await raw.ok("sendMessage", chat_id=li.id, text="x", reply_markup=keyboard)
    await pressing
    query = await last(raw, "callback_query")
    assert (query["data"], query["message"]["message_id"]) == ("go", older["message_id"])
    newer = await raw.ok("sendMessage", chat_id=li.id, text="y", reply_markup=keyboard)
    assert (await li.presses("提交"))["message_id"] == newer["message_id"]
    seen = next(m for m in await li.screen() if m.message_id == older["message_id"])
    assert (await li.presses("提交", on=seen))["message_id"] == older["message_id"]
    assert await li.presses("网页") == {"url": "https://a.cn"}
    await li.presses_data("old", on=seen)
    assert (await last(raw, "callback_query"))["data"] == "old"
    with pytest.raises(ActError, match="no button"):
        await li.presses("没有", timeout=0)


async def test_a_reply_keyboard_types_its_word(li: Phone, raw: RawBot) -> None:
    """Pressing it sends the text."""
    await raw.ok("sendMessage", chat_id=li.id, text="x", reply_markup={"keyboard": [[{"text": "是"}, {"text": "否"}]]})
    await li.presses("是")
    assert (await last(raw))["text"] == "是"
    await raw.ok("sendMessage", chat_id=li.id, text="y", reply_markup={"remove_keyboard": True})
    with pytest.raises(ActError, match="no button"):
        await li.presses("是", timeout=0)


async def test_seeing_waits_for_what_is_new(li: Phone, raw: RawBot) -> None:
    """New or edited since the person's last act; old text isn't news."""
    old = await raw.ok("sendMessage", chat_id=li.id, text="已上报 1")
    await li.sends_text("再来")
    with pytest.raises(ActError, match="doesn't see '已上报'"):
        await li.sees("已上报", timeout=0.1)
    assert (await li.sees("已上报", fresh=False)).message_id == old["message_id"]
    await li.sees_nothing("已上报", within=0.05)
    seeing = asyncio.create_task(li.sees("已上报 2"))
    await raw.ok("editMessageText", chat_id=li.id, message_id=old["message_id"], text="已上报 2")
    assert (await seeing).edited
    with pytest.raises(ActError, match="sees '已上报 2'"):
        await li.sees_nothing("已上报 2")


async def test_unread_counts_what_came_since(li: Phone, raw: RawBot) -> None:
    """Until the person acts again."""
    for text in "ab":
        await raw.ok("sendMessage", chat_id=li.id, text=text)
    assert await li.unread() == 2
    await li.sends_text("ok")
    assert await li.unread() == 0
    await raw.ok("sendMessage", chat_id=li.id, text="c")
    await li.reads()
    assert await li.unread() == 0


async def test_a_phone_keeps_to_the_lengths(li: Phone) -> None:
    """As the apps do."""
    for sending in (li.sends_text("x" * 4097), li.sends_text(" "), li.sends_photo(site_photo(1), "x" * 1025)):
        with pytest.raises(ActError):
            await sending


async def test_blocking_and_coming_back(li: Phone, raw: RawBot) -> None:
    """my_chat_member both times; a link unblocks."""
    await li.blocks()
    assert (await last(raw, "my_chat_member"))["new_chat_member"]["status"] == "kicked"
    with pytest.raises(ActError):
        await li.sends_text("x")
    await li.opens(LINK + "c_1")
    kinds = [next(k for k in u if k != "update_id") for u in await raw.ok("getUpdates")]
    assert kinds[-2:] == ["my_chat_member", "message"]
    await li.deletes((await li.screen())[-1])


async def test_events_tell_everything(li: Phone, raw: RawBot, world: People) -> None:
    """Numbered, so that a watcher misses nothing."""
    sent = await raw.ok("sendMessage", chat_id=li.id, text="x")
    where = {"chat_id": li.id, "message_id": sent["message_id"]}
    await raw.ok("editMessageText", **where, text="y")
    await raw.ok("deleteMessage", **where)
    await raw.ok("sendChatAction", chat_id=li.id, action="typing")
    events = await world.events()
    assert [e["kind"] for e in events] == ["chat", "sent", "sent", "edited", "deleted", "action"]
    assert [e["n"] for e in events] == [1, 2, 3, 4, 5, 6]
    assert events[3]["message"]["text"] == "y"
    waiting = asyncio.create_task(world.events(after=6, timeout=5))
    await asyncio.sleep(0.05)
    await li.sends_text("z")
    assert (await waiting)[0]["message"]["text"] == "z"
    follower = world.follow(after=6)
    assert (await anext(follower))["n"] == 7
    await follower.aclose()
