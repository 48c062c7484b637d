"""The methods that change or remove a message, and the answer to a press."""

import time

from bot.sandbox.calls import BotCall, need_right
from bot.sandbox.chats import Chat, Post
from bot.sandbox.checks import check_markup
from bot.sandbox.content import Source, caption
from bot.sandbox.errors import Json, bad_request
from bot.sandbox.rich import rich_message
from bot.sandbox.sending import FILE_KINDS, text_content

SAME = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
TEXTUAL = ("text", "entities", "link_preview_options", "rich_message")
CAPTIONED = ("caption", "caption_entities", "show_caption_above_media")
MEDIA = (*FILE_KINDS, *CAPTIONED, "has_media_spoiler")
EDITABLE_FILES = frozenset({"photo", "document", "video", "audio", "animation"})
TWO_DAYS = 48 * 3600


def own_post(call: BotCall) -> tuple[Chat, Post]:
    """The bot's message to edit; ApiError 400."""
    if call.get("inline_message_id"):
        raise bad_request("inline messages are not played in the sandbox")
    chat = call.chat()
    post = call.post(chat)
    if not post.by_bot or "forward_origin" in post.body:
        raise bad_request("message can't be edited")
    return chat, post


def edit(call: BotCall, fields: tuple[str, ...], content: Json) -> Json:
    """Replace some fields and the keyboard; ApiError 400 if nothing would change."""
    chat, post = own_post(call)
    markup = call.get("reply_markup")
    check_markup(markup)
    if markup and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    shown = {"reply_markup": markup} if markup and any(markup["inline_keyboard"]) else {}
    kept = {k: v for k, v in post.body.items() if k not in {*fields, "reply_markup"}}
    body = kept | content | shown
    if body == post.body:
        raise bad_request(SAME)
    post.body = body
    call.world.change(chat, post, edited=bool(fields))
    return post.body


def edit_text(call: BotCall) -> Json:
    """New text, or a new rich message."""
    _, post = own_post(call)
    if "text" not in post.body and "rich_message" not in post.body:
        raise bad_request("there is no text in the message to edit")
    if call.get("rich_message"):
        if call.get("text"):
            raise bad_request("either text or rich_message must be specified, not both")
        return edit(call, TEXTUAL, {"rich_message": rich_message(call.get("rich_message"))})
    return edit(call, TEXTUAL, text_content(call))


def edit_caption(call: BotCall) -> Json:
    """A new caption, or none."""
    _, post = own_post(call)
    if not any(kind in post.body for kind in FILE_KINDS):
        raise bad_request("there is no caption in the message to edit")
    above = {"show_caption_above_media": True} if call.get("show_caption_above_media") else {}
    return edit(call, CAPTIONED, caption(call.params) | above)


def edit_markup(call: BotCall) -> Json:
    """A new keyboard, or none."""
    return edit(call, (), {})


def edit_media(call: BotCall) -> Json:
    """Another file in place of this one, or of the text."""
    _, post = own_post(call)
    media = call.get("media")
    if media["type"] not in EDITABLE_FILES:
        raise bad_request("message can't be edited")
    if "media_group_id" in post.body and not {"photo", "video"} & {media["type"]} and media["type"] not in post.body:
        raise bad_request("message can't be edited: another type of media in an album")
    return edit(call, TEXTUAL + MEDIA, Source(call, media["type"], media, media["media"]).content())


def delete(call: BotCall) -> bool:
    """Take one message away."""
    chat = call.chat()
    remove(call, chat, call.post(chat, "message to delete not found"))
    return True


def delete_many(call: BotCall) -> bool:
    """Take 1-100 messages away; those not found are skipped."""
    chat = call.chat()
    if not 1 <= len(call.get("message_ids")) <= 100:
        raise bad_request("too many message identifiers specified")
    for message_id in call.get("message_ids"):
        post = chat.post(message_id)
        if post:
            remove(call, chat, post)
    return True


def remove(call: BotCall, chat: Chat, post: Post) -> None:
    """Delete if it is allowed: own ones within 48 hours, others' in private or with the right."""
    if not post.by_bot:
        need_right(call, chat, "can_delete_messages", "message can't be deleted")
    member = call.world.bot_member(chat)
    may_always = member is not None and member.may("can_delete_messages")
    if call.world.clock.unix() - post.body["date"] > TWO_DAYS and not may_always:
        raise bad_request("message can't be deleted for everyone")
    call.world.delete(chat, post)


def answer_query(call: BotCall) -> bool:
    """Answer a press: a toast of at most 200 characters, or nothing; ApiError 400 once it is too late."""
    world = call.world
    query = world.queries.get(call.get("callback_query_id"))
    if query is None or time.monotonic() - query.born > world.query_lifetime:
        raise bad_request(TOO_OLD)
    if len(call.get("text") or "") > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    if call.get("url") and not call.get("url").startswith((f"https://t.me/{world.bot_profile['username']}", "tg://")):
        raise bad_request("URL_INVALID")
    if not query.answered:
        toast = {"query_id": query.id, "text": call.get("text") or "", "alert": bool(call.get("show_alert"))}
        toast |= {"message_id": query.message_id, "user_id": query.user_id, "url": call.get("url")}
        number = world.feed.tell("toast", query.chat_id, **toast)
        world.users[query.user_id].toasts.append(toast | {"n": number, "chat_id": query.chat_id})
    query.answered = True
    return True


METHODS = {
    "editMessageText": edit_text,
    "editMessageCaption": edit_caption,
    "editMessageReplyMarkup": edit_markup,
    "editMessageMedia": edit_media,
    "deleteMessage": delete,
    "deleteMessages": delete_many,
    "answerCallbackQuery": answer_query,
}
