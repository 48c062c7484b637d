"""The methods that put a message into a chat."""

from collections.abc import Callable

from bot.sandbox.calls import BotCall, place
from bot.sandbox.checks import check_text
from bot.sandbox.content import Source, location
from bot.sandbox.entities import formatted
from bot.sandbox.errors import Json, bad_request
from bot.sandbox.rich import rich_message

FILE_KINDS = ("photo", "document", "video", "voice", "video_note", "audio", "animation", "sticker")
CONTENT_FIELDS = frozenset(
    {*FILE_KINDS, "text", "entities", "caption", "caption_entities", "location", "venue", "contact", "rich_message"}
    | {"poll", "dice", "link_preview_options"}
)
CHAT_ACTIONS = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)


def send_message(call: BotCall) -> Json:
    """Text, 1-4096 characters after parsing."""
    chat = call.chat()
    return place(call, chat, text_content(call)).body


def text_content(call: BotCall) -> Json:
    """`text`, `entities` and preview options of a message to send or edit."""
    text, entities = formatted(call.get("text") or "", call.get("parse_mode"), call.get("entities"))
    content: Json = {"text": check_text(text)}
    if entities:
        content["entities"] = entities
    if call.get("link_preview_options"):
        content["link_preview_options"] = call.get("link_preview_options")
    return content


def send_rich(call: BotCall) -> Json:
    """A rich message."""
    chat = call.chat()
    return place(call, chat, {"rich_message": rich_message(call.get("rich_message"))}).body


def send_file(kind: str) -> Callable[[BotCall], Json]:
    """The method for one kind of file."""

    def send(call: BotCall) -> Json:
        chat = call.chat()
        return place(call, chat, Source(call, kind, call.params, call.get(kind)).content()).body

    return send


def send_album(call: BotCall) -> list[Json]:
    """2-10 photos and videos together, or documents, or audios."""
    chat = call.chat()
    media = call.get("media")
    if not 2 <= len(media) <= 10:
        raise bad_request("wrong number of media in the album: it must include 2-10 items")
    kinds = {item["type"] for item in media}
    if not (kinds <= {"photo", "video"} or kinds in ({"document"}, {"audio"})):
        raise bad_request("MEDIA_INVALID: these types can't be mixed in an album")
    contents = [Source(call, item["type"], item, item["media"]).content() for item in media]
    group = {"media_group_id": f"{13_000_000_000 + call.world.number()}"}
    return [place(call, chat, group | content).body for content in contents]


def send_location(call: BotCall) -> Json:
    """A point on the map."""
    chat = call.chat()
    return place(call, chat, {"location": location(call.params)}).body


def send_venue(call: BotCall) -> Json:
    """A point with a name and an address."""
    chat = call.chat()
    point = location(call.params)
    venue = {"location": point, "title": call.get("title"), "address": call.get("address")}
    return place(call, chat, {"location": point, "venue": venue}).body


def send_contact(call: BotCall) -> Json:
    """A telephone number with a name."""
    chat = call.chat()
    names = ("phone_number", "first_name", "last_name", "vcard")
    return place(call, chat, {"contact": {n: call.get(n) for n in names if call.get(n)}}).body


def send_chat_action(call: BotCall) -> bool:
    """'typing…'; not a message."""
    chat = call.chat()
    if call.get("action") not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    call.world.feed.tell("action", chat.id, action=call.get("action"))
    return True


METHODS = {
    "sendMessage": send_message,
    "sendRichMessage": send_rich,
    "sendMediaGroup": send_album,
    "sendLocation": send_location,
    "sendVenue": send_venue,
    "sendContact": send_contact,
    "sendChatAction": send_chat_action,
    "sendPhoto": send_file("photo"),
    "sendDocument": send_file("document"),
    "sendVideo": send_file("video"),
    "sendVoice": send_file("voice"),
    "sendVideoNote": send_file("video_note"),
    "sendAudio": send_file("audio"),
    "sendAnimation": send_file("animation"),
    "sendSticker": send_file("sticker"),
}
