"""Editing, deleting, and answering presses."""

from typing import Any

import pytest
import telegram
from aiogram import Bot
from aiogram.types import BufferedInputFile, InputMediaPhoto

from bot.sandbox.client import People, Phone
from bot.sandbox.pictures import site_photo
from tests.sandbox.conftest import RawBot

BUTTON = {"inline_keyboard": [[{"text": "a", "callback_data": "a"}]]}


@pytest.fixture
async def card(li: Phone, raw: RawBot) -> dict[str, Any]:
    """A message of the bot's; where it is, as parameters."""
    sent = await raw.ok("sendMessage", chat_id=li.id, text="一", reply_markup=BUTTON)
    return {"chat_id": li.id, "message_id": sent["message_id"]}


async def test_an_edit_shows(card: dict[str, Any], li: Phone, speaking: telegram.Bot) -> None:
    """Text changes, the keyboard goes unless it is given again, the date of the edit is kept."""
    edited = await speaking.edit_message_text("<b>二</b>", **card, parse_mode="HTML")
    assert edited.edit_date
    assert edited.reply_markup is None
    seen = (await li.screen())[-1]
    assert (seen.text, seen.edited, seen.words) == ("二", True, [])


async def test_the_same_again_is_refused(card: dict[str, Any], raw: RawBot) -> None:
    """Text and keyboard alike; another keyboard is a change."""
    same = await raw.refused("editMessageText", **card, text=" 一 ", reply_markup=BUTTON)
    assert same.startswith("400 Bad Request: message is not modified: specified new message content")
    assert "not modified" in await raw.refused("editMessageReplyMarkup", **card, reply_markup=BUTTON)
    assert "edit_date" not in await raw.ok("editMessageReplyMarkup", **card)
    assert "not modified" in await raw.refused("editMessageReplyMarkup", **card)
    assert "not modified" in await raw.refused("editMessageReplyMarkup", **card, reply_markup={"inline_keyboard": []})


async def test_what_cannot_be_edited(card: dict[str, Any], li: Phone, raw: RawBot) -> None:
    """What isn't there, isn't the bot's, or has no text."""
    assert "message to edit not found" in await raw.refused("editMessageText", **(card | {"message_id": 99}), text="x")
    assert "message can't be edited" in await raw.refused("editMessageText", **(card | {"message_id": 1}), text="x")
    assert "message text is empty" in await raw.refused("editMessageText", **card)
    assert "no caption" in await raw.refused("editMessageCaption", **card, caption="x")
    place = await raw.ok("sendLocation", chat_id=li.id, latitude=1, longitude=1)
    here = card | {"message_id": place["message_id"]}
    assert "there is no text" in await raw.refused("editMessageText", **here, text="x")
    assert "message identifier is not specified" not in await raw.refused("editMessageText", chat_id=li.id, text="x")


async def test_a_text_can_become_rich_and_back(card: dict[str, Any], speaking: telegram.Bot, raw: RawBot) -> None:
    """editMessageText takes either."""
    rich = {**card, "rich_message": {"html": "<h1>x</h1>"}}
    assert (await raw.ok("editMessageText", **rich))["rich_message"]["blocks"][0]["text"] == "x"
    assert "not modified" in await raw.refused("editMessageText", **rich)
    assert "not both" in await raw.refused("editMessageText", **rich, text="y")
    assert (await speaking.edit_message_text("y", **card)).text == "y"


async def test_captions_and_media(li: Phone, hearing: Bot) -> None:
    """A caption changes; a photo is replaced, or takes the place of a text."""
    photo = BufferedInputFile(site_photo(1, 320, 240), "a.jpg")
    sent = await hearing.send_photo(li.id, photo, caption="一")
    where = {"chat_id": li.id, "message_id": sent.message_id}
    captioned = await hearing.edit_message_caption(**where, caption="<i>二</i>", parse_mode="HTML")
    assert captioned.caption == "二"
    other = InputMediaPhoto(media=BufferedInputFile(site_photo(2, 320, 240), "b.jpg"), caption="三")
    replaced = await hearing.edit_message_media(other, **where)
    assert replaced.caption == "三"
    assert replaced.photo[-1].file_unique_id != sent.photo[-1].file_unique_id
    text = await hearing.send_message(li.id, "x")
    turned = await hearing.edit_message_media(other, chat_id=li.id, message_id=text.message_id)
    assert turned.photo
    assert turned.text is None


async def test_deleting(card: dict[str, Any], li: Phone, raw: RawBot, world: People) -> None:
    """Own and the person's in private; not twice; own ones not after two days."""
    assert await raw.ok("deleteMessages", chat_id=li.id, message_ids=[1, 99])
    assert await raw.ok("deleteMessage", **card)
    assert await li.screen() == []
    assert "message to delete not found" in await raw.refused("deleteMessage", **card)
    sent = await raw.ok("sendMessage", chat_id=li.id, text="x")
    await world.sets_clock(advance=49 * 3600)
    old = await raw.refused("deleteMessage", chat_id=li.id, message_id=sent["message_id"])
    assert "can't be deleted for everyone" in old


async def pressed(li: Phone, raw: RawBot) -> str:
    """Press the card's button; the query's id."""
    await li.presses("a")
    query = (await raw.ok("getUpdates", offset=-1))[0]["callback_query"]
    assert query["data"] == "a"
    assert query["message"]["text"] == "一"
    return str(query["id"])


async def test_a_press_is_answered(card: dict[str, Any], li: Phone, raw: RawBot) -> None:
    """With a toast of at most 200 characters."""
    query = await pressed(li, raw)
    assert "MESSAGE_TOO_LONG" in await raw.refused("answerCallbackQuery", callback_query_id=query, text="x" * 201)
    await raw.ok("answerCallbackQuery", callback_query_id=query, text="好" * 200, show_alert=True)
    toast = await li.sees_toast("好")
    assert (toast.query_id, toast.alert) == (query, True)


async def test_an_old_press_is_not(card: dict[str, Any], li: Phone, raw: RawBot, world: People) -> None:
    """Nor one that never was."""
    reason = "400 Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert await raw.refused("answerCallbackQuery", callback_query_id="1") == reason
    query = await pressed(li, raw)
    await world.limits(query_lifetime=0)
    assert await raw.refused("answerCallbackQuery", callback_query_id=query) == reason
