"""What the bot may send, and what it may not."""

from typing import Any

import pytest
import telegram
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto
from aiogram.types import InputRichMessage as RichInput

from bot.sandbox.client import People, Phone
from bot.sandbox.pictures import site_photo
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import RawBot


def keyboard(*rows: list[dict[str, Any]]) -> dict[str, Any]:
    """An inline keyboard."""
    return {"inline_keyboard": list(rows)}


def button(text: str = "x", **action: Any) -> dict[str, Any]:
    """A button."""
    return {"text": text, **(action or {"callback_data": "d"})}


async def test_a_message_by_each_library(li: Phone, hearing: Bot, speaking: telegram.Bot) -> None:
    """Numbers rise; markup is read; keyboards come back."""
    markup = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="✅ 提交", callback_data="go")]])
    first = await hearing.send_message(li.id, "<b>好</b>", parse_mode="HTML", reply_markup=markup)
    ours = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("✅ 提交", callback_data="go")]])
    second = await speaking.send_message(li.id, "<b>好</b>", "HTML", reply_markup=ours)
    assert second.message_id == first.message_id + 1
    assert first.reply_markup
    assert first.reply_markup.model_dump() == markup.model_dump()
    assert second.reply_markup == ours
    assert first.entities
    assert second.entities[0].type == "bold"
    assert [m.words for m in (await li.screen())[1:]] == [["✅ 提交"]] * 2


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"text": ""}, "message text is empty"),
        ({}, "message text is empty"),
        ({"text": "  \n "}, "message text is empty"),
        ({"text": "<b> </b>", "parse_mode": "HTML"}, "message text is empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": "<b>x", "parse_mode": "HTML"}, "can't parse entities: Can't find end tag"),
        ({"text": "x", "parse_mode": "Markdown2"}, "unsupported parse_mode"),
        ({"text": "x", "txet": "y"}, "unknown parameter txet"),
        ({"text": "x", "reply_markup": {"inline_keyboard": [], "foo": 1}}, "unknown parameter reply_markup.foo"),
        ({"text": "x", "reply_parameters": {"message_id": 999}}, "message to be replied not found"),
        ({"text": "x", "message_thread_id": 5}, "message thread not found"),
        ({"text": "x", "entities": [{"type": "bold", "offset": 0, "length": 2}]}, "entity beyond the end"),
        ({"text": "x", "reply_markup": keyboard([button(callback_data="x" * 65)])}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": keyboard([button(callback_data="")])}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": keyboard([button(callback_data="中" * 22)])}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": keyboard([{"text": "x"}])}, "Text buttons are unallowed"),
        ({"text": "x", "reply_markup": keyboard([button(url="https://a.cn", callback_data="d")])}, "exactly one"),
        ({"text": "x", "reply_markup": keyboard([button(" ")])}, "must be non-empty"),
        ({"text": "x", "reply_markup": keyboard([button(url="no link")])}, "Wrong HTTP URL"),
        ({"text": "x", "reply_markup": keyboard([button()] * 9)}, "reply markup is too long"),
        ({"text": "x", "reply_markup": keyboard(*[[button()]] * 101)}, "reply markup is too long"),
        ({"text": "x", "reply_markup": "{nonsense"}, "can't parse reply markup JSON object"),
        ({"text": "x", "chat_id": 12345}, "chat not found"),
        ({"text": "x", "chat_id": "@nobody_here"}, "chat not found"),
        ({"text": "x", "chat_id": ""}, "chat_id is empty"),
    ],
)
async def test_what_is_refused(li: Phone, raw: RawBot, params: dict[str, Any], reason: str) -> None:
    """With Telegram's reason."""
    said = await raw.refused("sendMessage", **{"chat_id": li.id, **params})
    assert said.startswith("400 Bad Request: ")
    assert reason in said


@pytest.mark.parametrize(
    "params",
    [
        {"text": "x" * 4096},
        {"text": "😀" * 2048},
        {"text": "<b>" + "x" * 4096 + "</b>", "parse_mode": "html"},
        {"text": "x", "reply_markup": keyboard(*[[button("1", callback_data="x" * 64)] * 8] * 12)},
        {"text": "x", "reply_markup": keyboard(*[[button()]] * 100)},
        {"text": "x", "reply_markup": keyboard([button(url="https://a.cn/x"), button(copy_text={"text": "XM"})])},
        {"text": "x", "reply_markup": keyboard([button(callback_data="d", style="success")])},
        {"text": "x", "reply_markup": {"keyboard": [[{"text": "位置", "request_location": True}]]}},
        {"text": "x", "reply_markup": {"remove_keyboard": True}},
        {"text": "x", "reply_markup": {"force_reply": True}},
        {"text": "x", "reply_parameters": {"message_id": 999, "allow_sending_without_reply": True}},
        {"text": "x", "reply_parameters": {"message_id": 1}},
        {"text": "x", "entities": [{"type": "bold", "offset": 0, "length": 1}], "disable_notification": "true"},
        {"text": "x", "link_preview_options": {"is_disabled": True}, "protect_content": True},
    ],
)
async def test_what_is_taken(li: Phone, raw: RawBot, params: dict[str, Any]) -> None:
    """The limits themselves, and every kind of keyboard."""
    assert (await raw.ok("sendMessage", chat_id=li.id, **params))["text"]


async def test_who_cannot_be_written_to(world: People, raw: RawBot, li: Phone) -> None:
    """One who never started the bot, one who blocked it, one who is gone."""
    stranger = await world.user("陌生人")
    params = {"chat_id": stranger.id, "text": "x"}
    assert await raw.refused("sendMessage", **params) == "403 Forbidden: bot can't initiate conversation with a user"
    await li.blocks()
    params = {"chat_id": li.id, "text": "x"}
    assert await raw.refused("sendMessage", **params) == "403 Forbidden: bot was blocked by the user"
    await li.unblocks()
    await raw.ok("sendMessage", **params)
    await world.act("deactivate", user=li.id)
    assert await raw.refused("sendMessage", **params) == "403 Forbidden: user is deactivated"


async def test_unknown_methods_and_tokens(raw: RawBot, sandbox: Sandbox) -> None:
    """404, 401, and 501 for what exists but isn't played."""
    assert await raw.refused("sendNonsense") == "404 Not Found"
    assert (await raw.refused("sendInvoice")).startswith("501 Not Implemented")
    unknown = telegram.Bot("1:wrong", base_url=f"{sandbox.url}/bot")
    with pytest.raises(telegram.error.InvalidToken):
        await unknown.initialize()
    await unknown.shutdown()


async def test_an_album(li: Phone, hearing: Bot, speaking: telegram.Bot, raw: RawBot) -> None:
    """2-10 of kinds that go together, under one group id."""
    photos = [site_photo(n, 320, 240) for n in range(2)]
    by_ptb = await speaking.send_media_group(
        li.id,
        [
            telegram.InputMediaPhoto(photos[0], caption="<i>a</i>", parse_mode="HTML"),
            telegram.InputMediaPhoto(photos[1]),
        ],
    )
    media = [InputMediaPhoto(media=BufferedInputFile(p, "a.jpg")) for p in photos]
    by_aiogram = await hearing.send_media_group(li.id, list(media))
    assert len({m.media_group_id for m in by_ptb}) == 1
    assert by_ptb[0].caption_entities[0].type == "italic"
    assert by_aiogram[0].media_group_id != by_ptb[0].media_group_id
    file_id = by_ptb[0].photo[-1].file_id
    one = {"type": "photo", "media": file_id}
    for count, taken in ((1, False), (2, True), (10, True), (11, False)):
        assert (await raw("sendMediaGroup", chat_id=li.id, media=[one] * count))["ok"] is taken
    document = await speaking.send_document(li.id, b"abc", filename="a.txt")
    mixed = [one, {"type": "document", "media": document.document.file_id}]
    assert "can't be mixed" in await raw.refused("sendMediaGroup", chat_id=li.id, media=mixed)


async def test_files_by_each_method(li: Phone, speaking: telegram.Bot) -> None:
    """Every kind comes back as itself."""
    assert (await speaking.send_video(li.id, b"mp4")).video
    assert (await speaking.send_voice(li.id, b"ogg")).voice
    assert (await speaking.send_video_note(li.id, b"mp4")).video_note
    assert (await speaking.send_audio(li.id, b"mp3", title="t")).audio.title == "t"
    assert (await speaking.send_animation(li.id, b"gif")).animation
    assert (await speaking.send_sticker(li.id, b"webp")).sticker
    sent = await speaking.send_document(li.id, b"abc", caption="表", filename="台账.xlsx")
    assert (sent.document.file_name, sent.document.file_size, sent.caption) == ("台账.xlsx", 3, "表")
    again = await speaking.send_document(li.id, sent.document.file_id)
    assert again.document.file_unique_id == sent.document.file_unique_id


async def test_photos_that_are_none(li: Phone, hearing: Bot, raw: RawBot) -> None:
    """Not a picture, too thin, an unknown id, a document's id, an address, no such upload, a caption too long."""
    with pytest.raises(TelegramBadRequest, match="IMAGE_PROCESS_FAILED"):
        await hearing.send_photo(li.id, BufferedInputFile(b"no picture", "a.jpg"))
    with pytest.raises(TelegramBadRequest, match="PHOTO_INVALID_DIMENSIONS"):
        await hearing.send_photo(li.id, BufferedInputFile(site_photo(1, 2100, 100), "a.jpg"))
    photo = (await hearing.send_photo(li.id, BufferedInputFile(site_photo(1), "a.jpg"))).photo
    document = (await hearing.send_document(li.id, BufferedInputFile(b"x", "a.bin"))).document
    assert photo
    assert document
    cases = {
        "no-such-id": "wrong file identifier/HTTP URL specified",
        document.file_id: "can't use file of type Document as Photo",
        "https://a.cn/b.jpg": "failed to get HTTP URL content",
        "attach://nothing": "not found in the request",
    }
    for reference, reason in cases.items():
        assert reason in await raw.refused("sendPhoto", chat_id=li.id, photo=reference)
    long = {"chat_id": li.id, "photo": photo[0].file_id, "caption": "中" * 1025}
    assert "message caption is too long" in await raw.refused("sendPhoto", **long)
    await raw.ok("sendPhoto", **(long | {"caption": "中" * 1024}))


async def test_rich_by_each_library(li: Phone, hearing: Bot, speaking: telegram.Bot, raw: RawBot) -> None:
    """aiogram has the method, python-telegram-bot reaches it by name."""
    html = "<h1>周报</h1><table><tr><th>区</th><td>3</td></tr></table>"
    sent = await hearing.send_rich_message(li.id, RichInput(html=html))
    assert sent.rich_message
    assert [b.type for b in sent.rich_message.blocks] == ["heading", "table"]
    rich = {"chat_id": li.id, "rich_message": {"html": html}}
    other = await speaking.do_api_request("sendRichMessage", api_kwargs=rich, return_type=telegram.Message)
    assert other.message_id == sent.message_id + 1
    assert (await li.screen())[-1].text == "周报\n区 | 3"
    assert "can't parse entities" in await raw.refused("sendRichMessage", chat_id=li.id, rich_message={"html": "<x>"})


async def test_places_contacts_and_actions(li: Phone, speaking: telegram.Bot, raw: RawBot) -> None:
    """Coordinates are on the globe; actions are known ones."""
    assert (await speaking.send_location(li.id, 24.48, 118.08)).location.latitude == 24.48
    assert (await speaking.send_venue(li.id, 24.48, 118.08, "工地", "厦门")).venue.title == "工地"
    assert (await speaking.send_contact(li.id, "+86592", "热线")).contact.phone_number == "+86592"
    assert await speaking.send_chat_action(li.id, "upload_photo")
    assert "wrong latitude" in await raw.refused("sendLocation", chat_id=li.id, latitude=91, longitude=0)
    assert "wrong parameter action" in await raw.refused("sendChatAction", chat_id=li.id, action="dancing")


async def test_forwarding_and_copying(li: Phone, speaking: telegram.Bot, raw: RawBot) -> None:
    """A forward names its origin, a copy doesn't."""
    said = await li.sends_text("原话")
    forwarded = await speaking.forward_message(li.id, li.id, said.message_id)
    assert forwarded.forward_origin.sender_user.id == li.id
    copied = await speaking.copy_message(li.id, li.id, said.message_id)
    assert copied.message_id == forwarded.message_id + 1
    missing = {"chat_id": li.id, "from_chat_id": li.id, "message_id": 99}
    assert "message to forward not found" in await raw.refused("forwardMessage", **missing)
    assert "message to copy not found" in await raw.refused("copyMessage", **missing)
